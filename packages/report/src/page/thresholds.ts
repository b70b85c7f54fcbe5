/**
 * The threshold: confusion matrices, costs, and a dot on each ROC curve.
 */
import { countsAt } from "../internal/thresholds.ts"
import { ink } from "../theme.ts"
import { all, isShown, make } from "./dom.ts"
import { at, frameOf } from "./frame.ts"

interface Row {
  readonly element: HTMLElement
  readonly positives: number
  readonly negatives: number
  readonly tp: ReadonlyArray<number>
  readonly fp: ReadonlyArray<number>
}

const numbers = (text: string | undefined): ReadonlyArray<number> => (text ?? "").split(" ").map(Number)

const rowOf = (element: HTMLElement): Row => ({
  element,
  positives: Number(element.dataset["positives"]),
  negatives: Number(element.dataset["negatives"]),
  tp: numbers(element.dataset["tp"]),
  fp: numbers(element.dataset["fp"])
})

/** The cost of a row of data on average, where a miss and a false alarm cost so much. */
const costAt = ({ fp, negatives, positives, tp }: Row, i: number, miss: number, alarm: number): number =>
  ((positives - tp[i]!) * miss + fp[i]! * alarm) / (positives + negatives)

/** Puts a dot where a row of the table is, on the ROC curve of its learner, test subset and training set. */
const dot = (figure: Element, { element, fp, negatives, positives, tp }: Row, i: number): void => {
  const { learner, subset, train } = element.dataset
  for (const panel of all(".panel", figure)) {
    if (panel.dataset["subset"] !== subset || (panel.dataset["learner"] ?? learner) !== learner) continue
    const svg = panel.querySelector("svg")
    const frame = svg === null ? undefined : frameOf(svg)
    const lines = all<SVGElement>("path.line[data-name]", panel)
    const line = lines.find(
      ({ dataset }) => (dataset["train"] ?? train) === train && (dataset["learner"] ?? learner) === learner
    )
    if (svg === null || frame === undefined || line === undefined) continue
    const rates = [fp[i]! / negatives, tp[i]! / positives] as const
    const [x, y] = at(frame, ...rates)
    const circle = document.createElementNS("http://www.w3.org/2000/svg", "circle")
    for (const [name, value] of Object.entries({
      cx: x,
      cy: y,
      r: 5,
      fill: line.getAttribute("stroke")!,
      stroke: ink.text,
      "data-points": rates.join(","),
      "data-name": `${line.dataset["name"]?.split(":")[0]}, all folds at the threshold ${(i / 100).toFixed(2)}`,
      class: `at-threshold${isShown(line) ? "" : " off"}`
    }))
      circle.setAttribute(name, String(value))
    svg.append(circle)
  }
}

/** Says in the caption of the curves what the dots are. */
const noteOf = (id: string): ReadonlyArray<Node | string> => [
  " Dots: all test rows together at the threshold ",
  make("span", { "data-role": "at" }),
  ", which is ",
  make("a", { href: `#${id}` }, "set below"),
  "; they need not lie on the mean curve."
]

/** Starts listening to the sliders, and gives what draws everything anew. */
export const thresholds = (): (() => void) => {
  const figures = all("figure.thresholds").map((figure) => {
    const input = (role: string) => figure.querySelector<HTMLInputElement>(`input[data-role="${role}"]`)!
    const rows = all("tbody tr", figure).map(rowOf)
    const roc = all("figure.roc").find((each) => each.dataset["task"] === figure.dataset["task"]) ?? null
    if (roc !== null) roc.querySelector("figcaption")?.append(...noteOf(figure.id))
    const draw = (): void => {
      const i = Number(input("threshold").value)
      const at = (i / 100).toFixed(2)
      const [miss, alarm] = [Number(input("fn").value), Number(input("fp").value)]
      figure.querySelector("output")!.textContent = at
      for (const place of [figure, roc]) {
        const told = place?.querySelector('[data-role="at"]')
        if (told) told.textContent = at
      }
      for (const old of all<SVGElement>(".at-threshold", roc ?? figure)) old.remove()
      for (const row of rows) {
        const costs = row.tp.map((_, k) => costAt(row, k, miss, alarm))
        const best = costs.indexOf(Math.min(...costs))
        const cells = {
          ...countsAt(row, i),
          cost: costs[i]!.toFixed(3),
          best: `${(best / 100).toFixed(2)} (${costs[best]!.toFixed(3)})`
        }
        for (const [name, text] of Object.entries(cells))
          row.element.querySelector(`[data-cell="${name}"]`)!.textContent = text
        if (roc !== null) dot(roc, row, i)
      }
    }
    for (const element of all("[hidden]", figure)) element.hidden = false
    figure.addEventListener("input", draw)
    return draw
  })
  return () => {
    for (const draw of figures) draw()
  }
}
