// The number beside a slider while it moves; the list itself follows when the slider is let go.
"use strict";

function showValue(slider) {
  const output = document.querySelector(`output[for="${CSS.escape(slider.id)}"]`);
  if (!output) return;
  const hundred = Number(slider.dataset.percent || 0);
  const digits = Number(slider.dataset.digits);
  const shape = hundred
    ? { style: "percent", maximumFractionDigits: 0 }
    : { minimumFractionDigits: digits, maximumFractionDigits: digits };
  output.textContent = new Intl.NumberFormat(document.documentElement.lang, shape).format(Number(slider.value) / (hundred || 1));
}

document.addEventListener("input", (event) => {
  if (event.target.matches('.sliders input[type="range"]')) showValue(event.target);
});
