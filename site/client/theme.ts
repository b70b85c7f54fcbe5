/** Before anything is drawn: the theme that the reader chose. */
try {
  const chosen = localStorage.getItem("rocflow-theme")
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset["theme"] = chosen
} catch {
  // A page that may store nothing goes by the system.
}
document.documentElement.classList.add("scripted")
