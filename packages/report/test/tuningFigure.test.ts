import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import type { Mark, Panel } from "../src/draw/panel.ts"
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

/** The marks of a panel by their kind. */
const marksOf = <K extends Mark["kind"]>(panel: Panel, kind: K) =>
  panel.marks.filter((mark): mark is Extract<Mark, { readonly kind: K }> => mark.kind === kind)

describe("figures of a tuning", () => {
  const [values, together, growing] = tunings(model, "t")

  it("show each name against the score, and what was chosen", () => {
    const [rate, how] = values!.panels as readonly [Panel, Panel]
    // A configuration without the name, or without a score, is not there.
    expect(marksOf(rate, "dots").map(({ hollow, points }) => [hollow, points])).toEqual([
      [true, [1, 2].map(() => [0.001, 0.7])],
      [false, [1, 2].map(() => [0.1, 0.9])]
    ])
    expect(marksOf(rate, "dots")[1]!.tips![0]).toBe("split 0: rate 0.1, how sgd — auc 0.9")
    expect(how.x.names).toEqual(["adam", "sgd"])
    expect(marksOf(how, "dots")[0]!.points).toHaveLength(4)
    expect([rate.x.log, how.x.log]).toEqual([true, undefined])
    expect(values!.caption).toContain("Of 8 configurations 2 have no score and are not shown.")
  })

  it("show a configuration as a line across the names that have a say in it", () => {
    const [panel] = together!.panels as readonly [Panel]
    expect(panel.x.names).toEqual(["rate", "how"])
    expect(marksOf(panel, "line").map(({ points }) => points)).toEqual(
      [0, 1].flatMap(() => [
        [
          [0.5, 0],
          [1.5, 1]
        ],
        [
          [0.5, 1],
          [1.5, 1]
        ],
        [[1.5, 0]]
      ])
    )
    // The better, the stronger; what was chosen has a colour of its own.
    const [worst, chosen, middle] = marksOf(panel, "line")
    expect(middle!.opacity).toBeGreaterThan(worst!.opacity!)
    expect(chosen!.colour).not.toBe(worst!.colour)
    expect(marksOf(panel, "words")[0]!.texts).toEqual(["0.001", "0.1", "adam", "sgd"])
  })

  it("show the best score so far, which a failure does not change", () => {
    const [panel] = growing!.panels as readonly [Panel]
    expect(marksOf(panel, "line")).toHaveLength(2)
    // The line goes on at its height until the next configuration.
    expect(marksOf(panel, "line")[0]!.points).toEqual([
      [1, 0.7],
      [2, 0.7],
      [2, 0.7],
      [3, 0.7],
      [3, 0.9],
      [4, 0.9],
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
