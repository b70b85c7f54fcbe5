/**
 * Which learners, test subsets, training sets and measure are shown in all figures, and in which order.
 */
import { all } from "./dom.ts"

const attributes = { learner: ["learner", "against"], subset: ["subset"], train: ["train"] } as const
type Role = keyof typeof attributes

/** The values whose boxes are empty. */
const hidden = (form: HTMLFormElement, role: Role): ReadonlySet<string> =>
  new Set(
    all<HTMLInputElement>(`[data-role="${role}"] input`, form)
      .filter(({ checked }) => !checked)
      .map(({ value }) => value)
  )

/** The mean of what a learner has in the lists of a measure; lists begin with the same subset. */
const meanOf = (learner: string, measure: string): number => {
  const values = all("tbody[data-value]")
    .filter((body) => body.dataset["learner"] === learner && body.closest("figure")?.dataset["measure"] === measure)
    .map((body) => Number(body.dataset["value"]))
  return values.length === 0 ? Number.NaN : values.reduce((sum, value) => sum + value, 0) / values.length
}

/** What stands in the order of learners: blocks, panels, cards and rows. */
const containers = ".strips, .panel-grid, .cards, .thresholds tbody"

/** Starts listening to the controls; `changed` is told of every change. */
export const choosing = (changed: () => void): void => {
  const form = document.querySelector<HTMLFormElement>("#controls")
  if (form === null) return
  const select = (role: string) => form.querySelector<HTMLSelectElement>(`select[data-role="${role}"]`)
  const learners = all<HTMLInputElement>('[data-role="learner"] input', form).map(({ value }) => value)
  const firstMeasure = document.querySelector<HTMLElement>("[data-measure]")?.dataset["measure"] ?? ""
  const places = new Map(all("[data-learner], [data-subset]").map((element, i) => [element, i]))
  const subsets = [...new Set(all("[data-subset]").map(({ dataset }) => dataset["subset"]))]

  const show = (): void => {
    const off = { learner: hidden(form, "learner"), subset: hidden(form, "subset"), train: hidden(form, "train") }
    for (const element of all<HTMLElement | SVGElement>(
      "[data-learner], [data-against], [data-subset], [data-train]"
    )) {
      const isOff = (Object.keys(attributes) as ReadonlyArray<Role>).some((role) =>
        attributes[role].some((name) => off[role].has(element.dataset[name] ?? "\u0000"))
      )
      element.classList.toggle("off", isOff)
    }
    const measure = select("measure")?.value ?? firstMeasure
    for (const element of all("[data-measure]")) element.classList.toggle("off", element.dataset["measure"] !== measure)
  }

  const sort = (): void => {
    const measure = select("measure")
    const sign = measure?.selectedOptions[0]?.dataset["direction"] === "minimise" ? 1 : -1
    const values = new Map(learners.map((learner) => [learner, sign * meanOf(learner, measure?.value ?? firstMeasure)]))
    const order = select("order")?.value ?? "given"
    const sorted =
      order === "name"
        ? learners.toSorted((a, b) => a.localeCompare(b))
        : order === "best"
          ? learners.toSorted((a, b) => (values.get(a) || 0) - (values.get(b) || 0))
          : learners
    for (const container of all(containers)) {
      const children = [...container.children].filter(
        (child): child is HTMLElement => child instanceof HTMLElement && child.dataset["learner"] !== undefined
      )
      // Panels stand test subset by test subset, or learner by learner.
      const [first, second] = children.toSorted((a, b) => places.get(a)! - places.get(b)!)
      const bySubset = container.matches(".panel-grid") && first?.dataset["learner"] !== second?.dataset["learner"]
      const key = ({ dataset }: HTMLElement) =>
        (bySubset ? subsets.indexOf(dataset["subset"]) * learners.length : 0) + sorted.indexOf(dataset["learner"]!)
      const wanted = children.toSorted((a, b) =>
        order === "given" ? places.get(a)! - places.get(b)! : key(a) - key(b) || places.get(a)! - places.get(b)!
      )
      const after = children.at(-1)?.nextSibling ?? null
      for (const child of wanted) container.insertBefore(child, after)
    }
  }

  const change = (): void => {
    show()
    sort()
    changed()
  }
  form.addEventListener("input", change)
  form.addEventListener("submit", (event) => event.preventDefault())
  form.hidden = false
  change()
}
