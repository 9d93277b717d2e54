// Small conveniences; every page works without them.
"use strict";

const THEMES = ["auto", "light", "dark"];

function showTheme(button) {
  const theme = document.documentElement.dataset.theme || "auto";
  button.setAttribute("aria-label", button.dataset[theme]);
  button.title = button.dataset[theme];
}

function nextTheme(button) {
  const now = document.documentElement.dataset.theme || "auto";
  const next = THEMES[(THEMES.indexOf(now) + 1) % THEMES.length];
  document.documentElement.dataset.theme = next;
  try {
    localStorage.setItem("theme", next);
  } catch {
    // The choice then lasts for this page only.
  }
  showTheme(button);
}

function toggleMenu(button) {
  const menu = document.getElementById(button.getAttribute("aria-controls"));
  const open = menu.classList.toggle("is-open");
  button.setAttribute("aria-expanded", String(open));
}

document.querySelectorAll(".theme-button").forEach(showTheme);

document.addEventListener("click", (event) => {
  const theme = event.target.closest(".theme-button");
  if (theme) nextTheme(theme);
  const menu = event.target.closest(".menu-button");
  if (menu) toggleMenu(menu);
  const dismiss = event.target.closest("[data-dismiss]");
  if (dismiss) dismiss.closest(".message").remove();
  if (event.target.closest("[data-print]")) window.print();
});

document.addEventListener("keydown", (event) => {
  const button = document.querySelector('.menu-button[aria-expanded="true"]');
  if (event.key !== "Escape" || !button) return;
  toggleMenu(button);
  button.focus();
});

document.addEventListener("change", (event) => {
  if (event.target.closest("[data-autosubmit]")) event.target.form.requestSubmit();
});

// A second click within two seconds would send the same form twice.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.getAttribute("method")?.toLowerCase() !== "post" || form.hasAttribute("hx-post")) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "true";
  setTimeout(() => delete form.dataset.sent, 2000);
});

function sayRequestFailed() {
  const list = document.getElementById("messages");
  const template = document.getElementById("request-failed");
  if (!list || !template || list.querySelector("[data-request-failed]")) return;
  list.append(template.content.cloneNode(true));
}
document.addEventListener("htmx:sendError", sayRequestFailed);
document.addEventListener("htmx:responseError", sayRequestFailed);
