import type { Shap } from "@rocflow/core/learning/Shap"
import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import { dependence } from "../src/dependenceFigure.ts"
import * as Figure from "../src/Figure.ts"
import { importance, type ImportanceRow } from "../src/importanceFigure.ts"
import { shap } from "../src/shapFigure.ts"

interface Panel {
  readonly data: { readonly values: ReadonlyArray<Readonly<Record<string, unknown>>> }
}
const panelsOf = (figure: { readonly spec: unknown }) =>
  (figure.spec as { readonly hconcat: ReadonlyArray<Panel> }).hconcat
const svgOf = (figure: Figure.Described<Figure.SpecFigure>) =>
  Effect.runPromise(Figure.toSvg(Figure.standalone(Figure.named([figure])[0]!)))
const texts = (svg: string) => Array.from(svg.matchAll(/<text[^>]*>([^<]*)/g), ([, text]) => text)

const row = (name: string, mean: number, more: Partial<ImportanceRow> = {}): ImportanceRow => ({
  name,
  mean,
  lower: mean - 0.1,
  upper: mean + 0.1,
  testSubset: "north",
  trainSubsets: "same",
  ...more
})
const words = { task: "sites", learner: "a <net>", label: "loss of AUC", kind: "importance" } as const

describe("the figure of importance", () => {
  it("shows every feature in every subset, the largest first, with its interval", async () => {
    const figure = importance(
      [
        row("b", 0.2),
        row("a", 0.1, { trainSubsets: "all" }),
        row("a", -0.4, { testSubset: "south", lower: null, upper: null })
      ],
      { ...words, interval: "intervals" }
    )
    const [panel] = panelsOf(figure)
    const means = panel!.data.values.filter(({ kind }) => kind === "mean")
    expect(means.map(({ at, from, row, to, train, y }) => [row, y, train, at, from, to])).toEqual([
      ["test: north", "b", "same", 0.2, expect.closeTo(0.1), expect.closeTo(0.3)],
      ["test: north", "a", "all", 0.1, 0, 0.2],
      ["test: south", "a", "same", -0.4, -0.4, -0.4]
    ])
    const svg = await svgOf(figure)
    expect(texts(svg)).toEqual(
      expect.arrayContaining([
        "a &lt;net&gt; on sites: loss of AUC",
        "test: north",
        "test: south",
        "a",
        "b",
        "same",
        "all"
      ])
    )
    expect(svg.indexOf(">a</text>")).toBeLessThan(svg.indexOf(">b</text>"))
    expect(figure.caption).toContain("Segments are intervals.")
  })

  it("has a panel for each class, and the largest of many features only", () => {
    const figure = importance(
      Array.from({ length: 50 }, (_, i) =>
        row(`x${i}`, i, { level: i % 2 === 0 ? "low" : "high", testSubset: "full" })
      ),
      { ...words, kind: "coefficients" }
    )
    const names = panelsOf(figure).map(({ data }) =>
      data.values.filter(({ kind }) => kind === "mean").map(({ y }) => y)
    )
    expect(names.map((own) => own.length)).toEqual([10, 10])
    expect(names.flat()).not.toContain("x29")
    expect(figure.caption).toContain("Of 50 features the 20 largest are shown.")
    expect(figure.caption).toContain("in units of the columns that reach the learner")
  })
})

describe("the figure of partial dependence", () => {
  const point = (value: number | string, mean: number) => ({
    value,
    mean,
    lower: mean - 1,
    upper: mean + 1,
    testSubset: "full",
    trainSubsets: "same" as const
  })
  const about = { task: "sites", learner: "boosting", feature: "dose", predicted: "y" }

  it("is a curve of numbers, and dots of categories without any other", async () => {
    const curve = await svgOf(dependence([point(1, 2), point(2, 3), point(10, 0)], about))
    expect(curve).toMatch(/mark-area/)
    expect(texts(curve)).toEqual(expect.arrayContaining(["boosting on sites: y by dose", "dose", "y"]))
    const dots = await svgOf(dependence([point("x", 2), point("y", 3)], about))
    expect(dots).not.toMatch(/mark-area/)
    const labels = texts(dots)
    expect(labels).toEqual(expect.arrayContaining(["x"]))
    expect(labels).not.toContain("undefined")
  })
})

describe("the figure of SHAP values", () => {
  const rows = 40
  /** The first feature moves by its row, the second by half as much and to the other side, the third by nothing. */
  const values = Float64Array.from({ length: rows * 3 }, (_, i) => [1, -0.5, 0][i % 3]! * (Math.floor(i / 3) - 20))
  const found: Shap = {
    scale: "log-odds",
    outputs: ["ill"],
    features: ["a", "b", "c"],
    rows,
    base: Float64Array.of(0.5),
    values
  }
  const numbers = new Map([["b", Float64Array.from({ length: rows }, (_, i) => (i === 3 ? Number.NaN : -i))]])

  it("has a dot for each row and feature, at its value, coloured by rank", async () => {
    const figure = shap(found, numbers, { task: "sites", learner: "forest" })
    const [panel] = panelsOf(figure)
    const dots = panel!.data.values
    expect(dots).toHaveLength(rows * 3)
    const of = (place: number) => dots.filter(({ y }) => Math.round(Number(y)) === place)
    expect(of(0).map(({ at }) => at)).toEqual(Array.from({ length: rows }, (_, i) => i - 20))
    // b is a number with a gap, and falls; a is a category here.
    expect(of(0).every(({ rank }) => rank === null)).toBe(true)
    const ranks = of(1).map(({ rank }) => rank)
    expect(ranks[3]).toBe(null)
    expect(ranks[0]).toBeGreaterThan(Number(ranks[39]))
    // Dots of one place stand side by side, within their row.
    const still = of(2).map(({ y }) => Number(y))
    expect(new Set(still).size).toBe(rows)
    expect(Math.max(...still) - Math.min(...still)).toBeLessThan(1)
    expect(texts(await svgOf(figure))).toEqual(
      expect.arrayContaining(["forest on sites: SHAP values of ill (log-odds)", "a", "b", "c", "small", "large"])
    )
  })

  it("has a panel for each class, and not more dots than can be seen", () => {
    const many = 20_000
    const figure = shap(
      { ...found, outputs: ["u", "v"], features: ["a"], rows: many, values: new Float64Array(2 * many) },
      numbers,
      { task: "t", learner: "l" }
    )
    const dots = panelsOf(figure).map(({ data }) => data.values.length)
    expect(dots).toEqual([2500, 2500])
    expect(figure.caption).toContain("Of 20000 rows 2500 are shown")
  })
})

describe("names of figures", () => {
  it("are those of what they show, each another one", () => {
    const figures = [importance([row("a", 1)], words), importance([row("a", 1)], words)]
    expect(Figure.named(figures).map(({ name }) => name)).toEqual([
      "importance-sites-a-net",
      "importance-sites-a-net-2"
    ])
  })
})
