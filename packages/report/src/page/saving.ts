/**
 * Saving a figure as it is seen: SVG, PNG, and its numbers as CSV.
 */
import { composeLists, composePanels, type Key } from "../draw/compose.ts"
import { composeTiles } from "../draw/tiles.ts"
import { all, isShown, make } from "./dom.ts"
import { frameOf, pointsOf } from "./frame.ts"

const textOf = (element: Element | null): string => (element?.textContent ?? "").trim()

/** A picture without what is hidden in it, and without what only the page needs. */
const cleaned = (svg: Element): string => {
  const copy = svg.cloneNode(true) as Element
  for (const element of all<SVGElement>(".off", copy)) element.remove()
  for (const element of [copy, ...all<Element>("*", copy)]) {
    for (const name of element.getAttributeNames())
      if (/^(data-|aria-|role$|class$)/.test(name)) element.removeAttribute(name)
  }
  copy.removeAttribute("style")
  return new XMLSerializer().serializeToString(copy)
}

const keysOf = (figure: Element): ReadonlyArray<Key> =>
  all(".keys li", figure)
    .filter(isShown)
    .map((item) => {
      const path = item.querySelector("path")
      return { name: textOf(item), colour: path?.getAttribute("fill") ?? "", path: path?.getAttribute("d") ?? "" }
    })

const tilesOf = (table: HTMLElement) => ({
  heads: all("thead th", table).map(textOf),
  side: Number(table.querySelector("img")?.getAttribute("width") ?? 0),
  rows: all("tbody tr", table)
    .filter(isShown)
    .map((row) => ({
      of: {},
      label: textOf(row.querySelector("th")),
      tiles: all("td", row).map((cell) => {
        const image = cell.querySelector("img")?.getAttribute("src")
        return image === undefined || image === null ? undefined : { image, words: "" }
      })
    }))
})

/** The picture of what is seen of a figure; undefined where nothing is. */
const pictureOf = (figure: HTMLElement): string | undefined => {
  const panels = all(".panel", figure).filter(isShown)
  if (panels.length > 0) {
    const parts = panels.map((panel) => {
      const svg = panel.querySelector("svg")!
      return {
        title: textOf(panel.querySelector(".panel-title")),
        svg: cleaned(svg),
        width: Number(svg.getAttribute("width"))
      }
    })
    return composePanels(parts, keysOf(figure), Math.min(5, Math.ceil(Math.sqrt(parts.length))))
  }
  const lists = all(".card", figure).filter(isShown)
  if (lists.length > 0) {
    return composeLists(
      lists.map((list) => ({
        title: textOf(list.querySelector("caption")),
        axis: cleaned(list.querySelector("tfoot svg")!),
        blocks: all("tbody", list)
          .filter(isShown)
          .map((block) => ({
            heading: textOf(block.querySelector(".heading")),
            rows: all("tr:not(.heading)", block)
              .filter(isShown)
              .map((row) => ({
                label: textOf(row.querySelector("th")),
                sample: textOf(row.querySelector(".sample")),
                svg: cleaned(row.querySelector("svg")!),
                height: Number(row.querySelector("svg")!.getAttribute("height")),
                value: textOf(row.querySelector(".value")),
                test: textOf(row.querySelector(".test"))
              }))
          }))
      })),
      keysOf(figure)
    )
  }
  const tiles = figure.querySelector<HTMLElement>(".tiles")
  if (tiles !== null) return composeTiles(tilesOf(tiles))
  const svg = figure.querySelector(".spec svg")
  return svg === null ? undefined : cleaned(svg)
}

type Line = ReadonlyArray<string | number>

const panelLines = (panel: HTMLElement): ReadonlyArray<Line> => {
  const svg = panel.querySelector("svg")!
  const title = textOf(panel.querySelector(".panel-title"))
  const own = all<SVGElement>("[data-points]", svg)
    .filter(isShown)
    .flatMap((mark) => pointsOf(mark).map((point): Line => [title, mark.dataset["name"] ?? "", ...point]))
  const cells = all<SVGElement>(".cells g", svg).map((cell): Line => [title, cell.dataset["tip"] ?? ""])
  return [...own, ...cells]
}

/** A line for each point of a row that is seen. */
const rowLines = (row: HTMLElement): ReadonlyArray<Line> => {
  const list = textOf(row.closest(".card")?.querySelector("caption") ?? null)
  const block = textOf(row.closest("tbody")?.querySelector(".heading") ?? null)
  return all<SVGElement>("[data-at]", row)
    .filter(isShown)
    .map(({ dataset: { at = "", high = "", low = "", sample, train } }) => [
      list,
      block,
      textOf(row.querySelector("th")) + (train === undefined ? "" : `, trained on ${train}`),
      sample ?? textOf(row.querySelector(".sample")),
      at,
      low,
      high,
      textOf(row.querySelector(".test"))
    ])
}

/** The numbers of what is seen of a figure; undefined where it is drawn without them. */
const tableOf = (figure: HTMLElement): ReadonlyArray<Line> | undefined => {
  const panels = all(".panel", figure).filter(isShown)
  if (panels.length > 0) {
    const frame = frameOf(panels[0]!.querySelector("svg")!)
    return [
      frame?.matrix === true ? ["panel", "cell"] : ["panel", "series", frame?.x.title ?? "x", frame?.y.title ?? "y"],
      ...panels.flatMap(panelLines)
    ]
  }
  const rows = all(".strips tbody tr:not(.heading)", figure).filter(isShown)
  if (rows.length > 0)
    return [["list", "block", "row", "sample", "mean", "low", "high", "test"], ...rows.flatMap(rowLines)]
  const table = figure.querySelector("table")
  return table === null
    ? undefined
    : all<HTMLTableRowElement>("tr", table)
        .filter(isShown)
        .map((row) => [...row.cells].map(textOf))
}

const quoted = (value: string | number): string =>
  /[",\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value)

const download = (blob: Blob, name: string): void => {
  const address = URL.createObjectURL(blob)
  const link = make("a", { href: address, download: name })
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), 1000)
}

/** Draws an SVG on white ground at twice its size. */
const png = async (svg: string): Promise<Blob> => {
  const image = new Image()
  const address = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }))
  image.src = address
  await image.decode()
  const canvas = document.createElement("canvas")
  canvas.width = image.width * 2
  canvas.height = image.height * 2
  const context = canvas.getContext("2d")!
  context.fillStyle = "#ffffff"
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.drawImage(image, 0, 0, canvas.width, canvas.height)
  URL.revokeObjectURL(address)
  return new Promise((resolve, reject) =>
    canvas.toBlob(
      (blob) => (blob === null ? reject(new Error("the picture is too large")) : resolve(blob)),
      "image/png"
    )
  )
}

/** The lines of a table as a file that other programs read. */
const csv = (lines: ReadonlyArray<Line>): string => `${lines.map((line) => line.map(quoted).join(",")).join("\n")}\n`

/** Puts buttons beside the title of every figure, also of those that are not shown yet. They save what is seen of it. */
export const saving = (): void => {
  for (const figure of all("figure")) {
    const tools = make("div", { class: "tools" })
    const button = (kind: string, save: (name: string) => void | Promise<void>): void => {
      const words = `save ${textOf(figure.querySelector("h3"))} as ${kind}`
      const element = make("button", { type: "button", "aria-label": words }, kind)
      element.addEventListener("click", () => void save(`${figure.id}.${kind.toLowerCase()}`))
      tools.append(element)
    }
    const ofPicture = (use: (svg: string, name: string) => void | Promise<void>) => (name: string) => {
      const svg = pictureOf(figure)
      return svg === undefined ? undefined : use(svg, name)
    }
    if (figure.querySelector(".panel, .card, .tiles, .spec svg") !== null) {
      button(
        "SVG",
        ofPicture((svg, name) => download(new Blob([svg], { type: "image/svg+xml" }), name))
      )
      button(
        "PNG",
        ofPicture(async (svg, name) => download(await png(svg), name))
      )
    }
    if (figure.querySelector(".panel, table:not(.tiles)") !== null) {
      button("CSV", (name) => download(new Blob([csv(tableOf(figure) ?? [])], { type: "text/csv" }), name))
    }
    figure.querySelector(".head")?.append(tools)
  }
}
