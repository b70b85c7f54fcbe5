import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import * as Figure from "../src/Figure.ts"
import * as Report from "../src/Report.ts"
import type { TuningRow } from "../src/ReportModel.ts"
import { tunings } from "../src/tuningFigure.ts"
import { sampleModel } from "./sampleModel.ts"

const row = (fold: number, outer: number | null): TuningRow => ({
  task: "t",
  learner: "tuned <net>",
  testSubset: "full",
  trainSubsets: "same",
  fold,
  measure: "auc",
  direction: "maximise",
  values: { rate: 0.1, how: "sgd" },
  epochs: 12 + fold,
  inner: 0.9,
  outer,
  tried: [
    { values: { rate: 0.001, how: "sgd" }, score: 0.7 },
    { values: { how: "adam" }, score: null },
    { values: { rate: 0.1, how: "sgd" }, score: 0.9 },
    { values: { how: "adam" }, score: 0.8 }
  ]
})

const model = (() => {
  const plain = sampleModel({})
  const [task] = plain.tasks
  return { ...plain, tasks: [{ ...task!, id: "t" }], tunings: [row(0, 0.85), row(1, null)] }
})()

interface Panel {
  readonly data: { readonly values: ReadonlyArray<Readonly<Record<string, unknown>>> }
}
const panelsOf = (figure: { readonly spec: unknown }) =>
  (figure.spec as { readonly hconcat: ReadonlyArray<Panel> }).hconcat

describe("figures of a tuning", () => {
  const [values, together, growing] = tunings(model, "t")

  it("show each name against the score, and what was chosen", () => {
    const [rate, how] = panelsOf(values!)
    const points = rate!.data.values.filter(({ kind }) => kind === "tried" || kind === "chosen")
    // A configuration without the name, or without a score, is not there.
    expect(points.map(({ kind, score, value }) => [value, score, kind])).toEqual([
      [0.001, 0.7, "tried"],
      [0.1, 0.9, "chosen"],
      [0.001, 0.7, "tried"],
      [0.1, 0.9, "chosen"]
    ])
    expect(how!.data.values.filter(({ kind }) => kind === "tried")).toHaveLength(4)
    expect(JSON.stringify(rate)).toContain('"type":"log"')
    expect(values!.caption).toContain("Of 8 configurations 2 have no score and are not shown.")
  })

  it("show a configuration as a line across the names that have a say in it", () => {
    const [panel] = panelsOf(together!)
    const lines = Map.groupBy(
      panel!.data.values.filter(({ kind }) => kind === "line"),
      ({ line }) => line
    )
    expect(Array.from(lines.values(), (line) => line.map(({ name, place }) => [name, place]))).toEqual(
      [0, 1].flatMap(() => [
        [
          ["rate", 0],
          ["how", 1]
        ],
        [
          ["rate", 1],
          ["how", 1]
        ],
        [["how", 0]]
      ])
    )
  })

  it("show the best score so far, which a failure does not change", () => {
    const [panel] = panelsOf(growing!)
    expect(panel!.data.values.filter(({ fold }) => fold === 0).map(({ best, tried }) => [tried, best])).toEqual([
      [1, 0.7],
      [2, 0.7],
      [3, 0.9],
      [4, 0.9]
    ])
  })

  it("are none for a learner that tunes its epochs alone, and none for others", () => {
    const alone = { ...model, tunings: [{ ...row(0, 0.8), values: {}, tried: [{ values: {}, score: 0.8 }] }] }
    expect(tunings(alone, "t")).toEqual([])
    expect(Figure.all({ ...model, tunings: [] }).filter(({ kind }) => kind === "tuning")).toEqual([])
  })
})

describe("the report of a tuning", () => {
  it("has the figures, and what was chosen in each split", async () => {
    const { html, problems } = await Effect.runPromise(Report.make(model))
    expect(problems).toEqual([])
    expect(html).toContain('<section id="tuning">')
    expect(html).toContain("What tuned &lt;net&gt; chose in each split")
    const table = html.slice(html.indexOf("What tuned &lt;net&gt; chose"))
    const cells = [...table.slice(0, table.indexOf("</table>")).matchAll(/<t[dh][^>]*>([^<]*)<\/t[dh]>/g)].map(
      ([, text]) => text
    )
    expect(cells.slice(0, 8)).toEqual(["split", "rate", "how", "epochs", "tried", "failed", "inside", "outside"])
    expect(cells.slice(8)).toEqual([
      "0",
      "0.1",
      "sgd",
      "12",
      "4",
      "1",
      "0.9",
      "0.85",
      "1",
      "0.1",
      "sgd",
      "13",
      "4",
      "1",
      "0.9",
      "n/a"
    ])
  })
})
