// Before anything is drawn: light or dark as it was chosen here before, else as the system has it.
try {
  const chosen = localStorage.getItem("heddle-colour-scheme");
  const dark = chosen === "dark" || (chosen !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.setAttribute("data-mantine-color-scheme", dark ? "dark" : "light");
} catch {
  // Storage may be forbidden: then the page itself decides a moment later.
}
