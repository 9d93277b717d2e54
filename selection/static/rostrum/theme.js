// Runs before the first paint. The admin's own theme switch keeps its choice under the same key.
"use strict";
{
  const root = document.documentElement;
  root.classList.add("js");
  try {
    const theme = localStorage.getItem("theme");
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  } catch {
    // Storage may be forbidden; the system's theme stays.
  }
}
