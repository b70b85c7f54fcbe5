/** What moves on the pages: the theme, the menu of small screens, the search. */
import { begin as beginSearch } from "./search.ts"

const themes = ["system", "light", "dark"] as const
type Theme = (typeof themes)[number]

const names: Readonly<Record<Theme, string>> = { system: "as the system", light: "light", dark: "dark" }

const root = document.documentElement

const current = (): Theme => themes.find((theme) => theme === root.dataset["theme"]) ?? "system"

const show = (button: HTMLElement): void => {
  button.textContent = `Theme: ${names[current()]}`
}

const choose = (theme: Theme): void => {
  if (theme === "system") delete root.dataset["theme"]
  else root.dataset["theme"] = theme
  try {
    localStorage.setItem("rocflow-theme", theme)
  } catch {
    // It holds for this page then.
  }
}

const themeButton = document.querySelector<HTMLElement>("#theme")!
show(themeButton)
themeButton.addEventListener("click", () => {
  choose(themes[(themes.indexOf(current()) + 1) % themes.length]!)
  show(themeButton)
})

const menu = document.querySelector<HTMLElement>("#menu")!
const navigation = document.querySelector<HTMLElement>("#navigation")!
menu.addEventListener("click", () => {
  const open = navigation.classList.toggle("open")
  menu.setAttribute("aria-expanded", String(open))
  if (open) navigation.querySelector("a")?.focus()
})

// A long navigation shows where one is.
const here = navigation.querySelector<HTMLElement>("[aria-current]")
if (here !== null) navigation.scrollTop = here.offsetTop - navigation.clientHeight / 2

/** What is wider than its place can be scrolled by keys, too; what is not is no stop of the tabulator. */
const reach = (): void => {
  for (const wide of document.querySelectorAll<HTMLElement>("pre, .table, .formula")) {
    if (wide.scrollWidth > wide.clientWidth) wide.tabIndex = 0
    else wide.removeAttribute("tabindex")
  }
}
reach()
addEventListener("resize", reach)

beginSearch(root.dataset["root"] ?? "")
