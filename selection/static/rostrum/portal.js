// The countdown and the word counter of the portal. Both only show: the server's clock and the server's count decide.
"use strict";

const ANNOUNCED = [[300, "five"], [60, "one"]];

function runClock(clock) {
  const face = clock.querySelector("[data-clock-face]");
  const voice = clock.querySelector("[data-clock-voice]");
  // The browser's clock may be wrong; only the time that passes on it is used.
  const total = (new Date(clock.dataset.deadline) - new Date(clock.dataset.now)) / 1000;
  const opened = performance.now();
  let before = Infinity;

  function tick() {
    const left = Math.max(0, Math.ceil(total - (performance.now() - opened) / 1000));
    face.textContent = left > 0 ? `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}` : clock.dataset.over;
    clock.classList.toggle("is-short", left <= 60);
    for (const [seconds, word] of ANNOUNCED) {
      if (left <= seconds && before > seconds && before !== Infinity) voice.textContent = voice.dataset[word];
    }
    before = left;
    if (left > 0) setTimeout(tick, 250);
  }
  tick();
}

function countWords(box) {
  const text = box.querySelector("textarea");
  const face = box.querySelector("[data-words-face]");
  const words = /[\p{L}\p{N}_]+(?:[-’'.,@/][\p{L}\p{N}_]+)*/gu;

  function show() {
    const counted = (text.value.match(words) || []).length;
    face.textContent = box.dataset.counted.replace("{words}", counted).replace("{limit}", box.dataset.limit);
    face.classList.toggle("danger-text", counted > Number(box.dataset.limit));
  }
  text.addEventListener("input", show);
  show();
}

// What was chosen or typed before the scripts had arrived would otherwise wait unsaved for the next change.
function saveEarlyInput() {
  for (const input of document.querySelectorAll("[hx-post] input, [hx-post] textarea")) {
    const isChanged = input.matches("textarea") ? input.value !== input.defaultValue : input.checked !== input.defaultChecked;
    if (isChanged) input.dispatchEvent(new Event(input.matches("textarea") ? "input" : "change", { bubbles: true }));
  }
}
document.addEventListener("htmx:load", saveEarlyInput, { once: true });

document.querySelectorAll("[data-clock]").forEach(runClock);
document.querySelectorAll("[data-words]").forEach(countWords);
