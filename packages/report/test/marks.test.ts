import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { numbersFor } from "../src/Numbers.ts"
import { alignByThirds, meanDatum, padded, placeBetween, rangeOf, testDatum, widthFor } from "../src/internal/marks.ts"
import { textWidth } from "../src/internal/text.ts"
import type { AggregatedRow, ComparisonRow } from "../src/ReportModel.ts"
import { fontSize } from "../src/theme.ts"

const row = (mean: number | null, sd: number | null, undefinedCount = 0): AggregatedRow => ({
  task: "t",
  learner: "l",
  testSubset: "north",
  trainSubsets: "same",
  size: 10,
  full: true,
  measure: "auc",
  mean,
  sd,
  n: 10 - undefinedCount,
  undefinedCount
})

const test = (baselineMean: number | null, compareMean: number | null, p: number | null): ComparisonRow => ({
  task: "t",
  learner: "l",
  testSubset: "north",
  compare: "other",
  measure: "auc",
  meanDiff: baselineMean === null || compareMean === null ? null : compareMean - baselineMean,
  baselineMean,
  compareMean,
  lower: null,
  upper: null,
  p,
  pHolm: p,
  pNaive: p,
  verdict: "not testable",
  unpaired: 0,
  open: 0,
  label: p === null ? "not testable" : `P = ${p.toFixed(4)}`,
  pairs: 10
})

/** Where a text begins and ends in a panel, in pixels. */
const extent = (at: number, align: unknown, text: string, domain: [number, number], width: number) => {
  const x = ((at - domain[0]) / (domain[1] - domain[0])) * width
  const w = textWidth(text, fontSize.label)
  const left = align === "left" ? x : align === "right" ? x - w : x - w / 2
  return { left, right: left + w }
}

describe("the range of a panel", () => {
  it("runs from the lowest mean − sd to the highest mean + sd", () => {
    expect(rangeOf([row(0.5, 0.25), row(0.75, 0.125), row(null, null), row(0.5, null)])).toEqual({
      low: 0.25,
      high: 0.875
    })
  })

  it("has a width even where there is one value or none", () => {
    for (const rows of [[], [row(null, null)], [row(0, 0)], [row(0.5, 0)], [row(-3, null)], [row(Infinity, 0)]]) {
      const [low, high] = padded(rangeOf(rows))
      expect(high).toBeGreaterThan(low)
      expect(Number.isFinite(high - low)).toBe(true)
    }
  })
})

describe("where texts stand", () => {
  const range = { low: 0, high: 9 }

  it.each([
    [0, "left"],
    [2.9, "left"],
    [3.1, "center"],
    [5.9, "center"],
    [6.1, "right"],
    [9, "right"]
  ])("mean %d in 0 to 9: %s", (mean, align) => {
    expect(alignByThirds(mean, range)).toBe(align)
  })

  it.each([
    [1, 4, { at: 1, align: "left" }],
    [5, 8, { at: 8, align: "right" }],
    [2, 8, { at: 5, align: "center" }]
  ])("P between %d and %d", (a, b, place) => {
    expect(placeBetween(a, b, range)).toEqual(place)
    expect(placeBetween(b, a, range)).toEqual(place)
  })

  it("keeps every text inside its panel", () => {
    const value = fc.double({ min: -1, max: 1, noNaN: true })
    const scores = fc.array(
      fc.tuple(value, fc.double({ min: 0, max: 0.3, noNaN: true }), fc.integer({ min: 0, max: 9 })),
      { minLength: 2, maxLength: 6 }
    )
    fc.assert(
      fc.property(scores, (scores) => {
        const rows = scores.map(([mean, sd, holes]) => row(mean, sd, holes))
        const range = rangeOf(rows)
        const numbers = numbersFor(
          "number",
          rows.map(({ sd }) => sd)
        )
        const data = [
          ...rows.map((row) => meanDatum(row, "same", range, numbers)),
          ...testDatum(test(rows[0].mean, rows[1].mean, 0.1234), "other − same", range)
        ]
        const width = widthFor(data, 210)
        for (const datum of data) {
          const { left, right } = extent(
            Number(datum["at"]),
            datum["align"],
            String(datum["text"]),
            padded(range),
            width
          )
          expect(left).toBeGreaterThanOrEqual(0)
          expect(right).toBeLessThanOrEqual(width)
        }
      }),
      // Two means one rounding apart.
      {
        examples: [
          [
            [
              [0.9999999999999992, 0, 0],
              [0.9999999999999993, 0, 0]
            ]
          ]
        ],
        numRuns: 300
      }
    )
  })
})

describe("what is not a number", () => {
  const range = { low: 0, high: 1 }
  const numbers = numbersFor("number", [])

  it("becomes a note, not a point", () => {
    expect(meanDatum(row(null, null, 10), "same", range, numbers)).toMatchObject({
      kind: "note",
      text: "undefined in 10 of 10 splits"
    })
    expect(meanDatum(row(Infinity, null), "same", range, numbers)).toMatchObject({ kind: "note" })
  })

  it("is counted beside the mean of the rest", () => {
    expect(meanDatum(row(0.5, 0.1, 2), "same", range, numbers)["text"]).toBe("0.500 ± 0.100 (8 of 10)")
  })

  it("says that a difference could not be tested, and draws none between missing means", () => {
    expect(testDatum(test(0.5, 0.5, null), "y", range)[0]).toMatchObject({ text: "not testable" })
    expect(testDatum(test(null, 0.5, null), "y", range)).toEqual([])
    expect(testDatum(test(Infinity, 0.5, null), "y", range)).toEqual([])
  })
})
