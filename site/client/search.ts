/** The search: an index that is loaded when somebody searches, by a script, so that pages opened as files have it too. */
import MiniSearch, { type SearchResult } from "minisearch"
import { options, type Stored } from "../src/searchOptions.ts"

declare global {
  interface Window {
    /** What `assets/index.js` leaves: the index as text. */
    rocflowIndex?: string
  }
}

const most = 12

const load = (root: string): Promise<MiniSearch> =>
  new Promise((resolve, reject) => {
    const script = document.createElement("script")
    script.src = `${root}assets/index.js`
    script.addEventListener("load", () => resolve(MiniSearch.loadJSON(window.rocflowIndex!, options)))
    script.addEventListener("error", () => reject(new Error("the index of the search did not load")))
    document.head.append(script)
  })

/** Adds text to an element with the words that were found marked. */
const marked = (element: HTMLElement, text: string, terms: ReadonlyArray<string>): HTMLElement => {
  const pattern = new RegExp(`(${terms.map((term) => term.replace(/[^\p{L}\p{N}_]/gu, "\\$&")).join("|")})`, "iu")
  text.split(pattern).forEach((part, i) => {
    if (i % 2 === 0) element.append(part)
    else element.append(Object.assign(document.createElement("mark"), { textContent: part }))
  })
  return element
}

/** The words around the first one that was found. */
const excerpt = (text: string, terms: ReadonlyArray<string>): string => {
  const lower = text.toLowerCase()
  const places = terms.map((term) => lower.indexOf(term)).filter((place) => place >= 0)
  const at = Math.max(0, (places.length === 0 ? 0 : Math.min(...places)) - 50)
  return `${at > 0 ? "… " : ""}${text.slice(at, at + 170)}`
}

export const begin = (root: string): void => {
  const input = document.querySelector<HTMLInputElement>("#query")!
  const list = document.querySelector<HTMLElement>("#found")!
  const count = document.querySelector<HTMLElement>("#count")!
  let index: Promise<MiniSearch> | undefined
  let chosen = -1

  const close = (): void => {
    list.hidden = true
    chosen = -1
    input.setAttribute("aria-expanded", "false")
    input.removeAttribute("aria-activedescendant")
  }

  const choose = (to: number): void => {
    const items = [...list.querySelectorAll<HTMLElement>("[role=option]")]
    if (items.length === 0) return
    chosen = (to + items.length) % items.length
    items.forEach((item, i) => item.setAttribute("aria-selected", String(i === chosen)))
    items[chosen]!.scrollIntoView({ block: "nearest" })
    input.setAttribute("aria-activedescendant", items[chosen]!.id)
  }

  const option = (result: SearchResult & Partial<Stored>, i: number): HTMLElement => {
    const item = document.createElement("li")
    item.id = `found-${i}`
    item.setAttribute("role", "option")
    item.setAttribute("aria-selected", "false")
    item.dataset["to"] = `${root}${String(result.id)}`
    const where = result.page === result.title ? result.title! : `${result.title} – ${result.page}`
    item.append(
      marked(document.createElement("b"), where, result.terms),
      marked(document.createElement("small"), excerpt(result.text!, result.terms), result.terms)
    )
    return item
  }

  const search = async (): Promise<void> => {
    const query = input.value.trim()
    if (query === "") return close()
    index ??= load(root)
    const results = (await index).search(query).slice(0, most)
    if (input.value.trim() !== query) return
    list.replaceChildren(...results.map(option))
    count.textContent = results.length === 0 ? "Nothing found" : `${results.length} parts of pages found`
    if (results.length === 0) {
      const item = Object.assign(document.createElement("li"), { id: "found-0", textContent: "Nothing found" })
      item.setAttribute("role", "option")
      item.setAttribute("aria-disabled", "true")
      list.append(item)
    }
    list.hidden = false
    chosen = -1
    input.setAttribute("aria-expanded", "true")
  }

  const go = (item: HTMLElement | null | undefined): void => {
    const to = item?.dataset["to"]
    if (to === undefined) return
    close()
    location.href = to
  }

  input.addEventListener("input", () => void search())
  input.addEventListener("focus", () => void search())
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close()
    else if (list.hidden) return
    else if (event.key === "ArrowDown") choose(chosen + 1)
    else if (event.key === "ArrowUp") choose(chosen < 0 ? -1 : chosen - 1)
    else if (event.key === "Enter") go(list.querySelectorAll<HTMLElement>("[role=option]")[Math.max(0, chosen)])
    else return
    event.preventDefault()
  })
  list.addEventListener("mousedown", (event) => event.preventDefault())
  list.addEventListener("click", (event) => go((event.target as Element).closest<HTMLElement>("[role=option]")))
  input.addEventListener("blur", close)
  document.addEventListener("keydown", (event) => {
    const { target } = event
    const typing = target instanceof HTMLElement && target.closest("input, textarea, select") !== null
    if (event.key !== "/" || typing) return
    event.preventDefault()
    input.focus()
  })
}
