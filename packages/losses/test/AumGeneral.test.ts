import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import * as AumDiffs from "../src/AumDiffs.ts"
import { general } from "../src/AumGeneral.ts"

const step = (example: number, pred: number, fpDiff: number, fnDiff: number) => ({ example, pred, fpDiff, fnDiff })

const evaluate = (rows: ReadonlyArray<AumDiffs.Row>, scores: ReadonlyArray<number>) =>
  AumDiffs.make(rows).pipe(Effect.flatMap((diffs) => general(diffs, scores)))

const binary = (labels: ReadonlyArray<number>, scores: ArrayLike<number>, denominator: AumDiffs.Denominator) =>
  Effect.runSync(AumDiffs.binary(labels, { denominator }).pipe(Effect.flatMap((diffs) => general(diffs, scores))))

const manyBreakpoints = [step(0, 0, 2, 0), step(1, 0, 0, -1), step(2, -1, 0, -1), step(2, 0, 1, -1), step(2, 1, 1, 0)]

describe("general: known values", () => {
  // R package aum 2024.6.19, except where noted. derivatives: [left, right] per example.
  it.effect.each([
    {
      name: "one negative and one positive with equal scores",
      rows: [step(0, 0, 1, 0), step(1, 0, 0, -1)],
      scores: [0, 0],
      aum: 0,
      derivatives: [
        [0, 1],
        [-1, 0]
      ]
    },
    {
      name: "error functions that are not monotone: left above right, so AUM is not convex",
      rows: [
        step(0, -1, 1, 0),
        step(0, 0, -1, 0),
        step(0, 1, 1, 0),
        step(1, -1, 0, -1),
        step(1, 0, 0, 1),
        step(1, 1, 0, -1)
      ],
      scores: [0, 1],
      aum: 1,
      derivatives: [
        [1, -1],
        [1, -1]
      ]
    },
    {
      name: "three breakpoints of one example, everything tied at 0",
      rows: manyBreakpoints,
      scores: [0, 0, 0],
      aum: 0,
      derivatives: [
        [0, 2],
        [-1, 0],
        [-1, 1]
      ]
    },
    {
      name: "the same with the third score moved by -1",
      rows: manyBreakpoints,
      scores: [0, 0, -1],
      aum: 1,
      derivatives: [
        [1, 2],
        [-1, 0],
        [-2, -1]
      ]
    },
    {
      name: "an example without rows",
      rows: [step(0, -1, 1, 0), step(1, 1, 0, -1)],
      scores: [0, 0, 0],
      aum: 2,
      derivatives: [
        [1, 1],
        [-1, -1],
        [0, 0]
      ]
    },
    {
      name: "no rows",
      rows: [],
      scores: [1, 0, 0],
      aum: 0,
      derivatives: [
        [0, 0],
        [0, 0],
        [0, 0]
      ]
    },
    {
      // computed with exact rational arithmetic
      name: "rows with the same example and breakpoint are one step",
      rows: [step(0, 0, 1, 0), step(0, 0, 0, -1), step(1, 0, 1, 0), step(2, 0, 0, -1)],
      scores: [0, 1, -1],
      aum: 2,
      derivatives: [
        [0, 0],
        [1, 1],
        [-1, -1]
      ]
    }
  ])("$name", ({ aum, derivatives, rows, scores }) =>
    Effect.gen(function* () {
      const result = yield* evaluate(rows, scores)
      expect(result.aum).toBe(aum)
      expect(Array.from(result.left, (left, e) => [left, result.right[e]])).toEqual(derivatives)
      expect(Array.from(result.gradient)).toEqual(derivatives.map(([left, right]) => (left + right) / 2))
    })
  )

  it.effect("lists the totals before each row in the order of the rows (R package aum 2024.6.19)", () =>
    Effect.gen(function* () {
      const rows = [step(0, 0, 1, 0), step(1, 0, 1, 0), step(1, 1, 1, 0), step(2, 0, 0, -1), step(3, 0, 0, -1)]
      const { aum, left, right, totalError } = yield* evaluate(rows, [0, 1, -1, 0])
      expect(aum).toBe(2)
      expect(Array.from(left)).toEqual([0, 1, -1, -1])
      expect(Array.from(right)).toEqual([1, 2, -1, 0])
      expect(totalError).toEqual({
        thresh: Float64Array.of(0, -1, 0, 1, 0),
        fpBefore: Float64Array.of(1, 0, 1, 3, 1),
        fnBefore: Float64Array.of(2, 2, 2, 1, 2)
      })
    })
  )

  it("treats -0 and +0 as one threshold", () => {
    const tied = binary([0, 1], [0, 0], "count")
    expect(binary([0, 1], [-0, 0], "count")).toEqual(tied)
    expect(binary([0, 1], [0, -0], "count")).toEqual(tied)
  })
})

describe("general: refusals", () => {
  const pair = [step(0, -1, 1, 0), step(1, 1, 0, -1)]
  it.effect.each([
    // R package aum 2024.6.19
    { reason: "NegativeFalseNegatives", index: 0, rows: [step(0, 0, 1, 1)], scores: [1, 0, 0] },
    { reason: "NegativeFalsePositives", index: 0, rows: [step(0, 0, -1, -1)], scores: [1, 0, 0] },
    { reason: "ExampleOutOfRange", index: 1, rows: [step(2, -1, 1, 0), step(3, 1, 0, -1)], scores: [0, 0, 0] },
    { reason: "NonFinitePrediction", index: 1, rows: pair, scores: [0, Infinity] },
    { reason: "NonFinitePrediction", index: 0, rows: pair, scores: [Number.NaN, 0] },
    { reason: "NoPredictions", index: undefined, rows: [], scores: [] }
  ])("$reason of $scores", ({ index, reason, rows, scores }) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(evaluate(rows, scores))
      expect({ tag: error._tag, reason: error.reason, index: error.index }).toEqual({
        tag: "InvalidDiffs",
        reason,
        index
      })
    })
  )

  it.effect("too few scores for examples without rows", () =>
    Effect.gen(function* () {
      const diffs = yield* AumDiffs.make(pair, { examples: 4 })
      expect((yield* Effect.flip(general(diffs, [0, 0, 0]))).reason).toBe("TooFewScores")
    })
  )

  it.effect("takes rounding errors of the totals for 0, not for negative errors", () =>
    Effect.gen(function* () {
      // 0.1 + 0.2 - 0.3 is 5.6e-17 in doubles, and 0.3 - 0.1 - 0.2 is -2.8e-17
      const rows = [step(0, 0, 0.3, 0), step(0, 1, -0.1, 0), step(0, 2, -0.2, 0), step(1, 5, 0, -1)]
      const { aum, totalError } = yield* evaluate(rows, [0, 0])
      expect(aum).toBeCloseTo(0.5, 15)
      expect(totalError.fpBefore[3]).toBe(0)
    })
  )
})

/** Error functions from random numbers of errors: fp starts and fn ends at 0, neither is ever negative. */
const example = fc
  .uniqueArray(fc.record({ pred: fc.integer({ min: -6, max: 6 }), fp: fc.nat(3), fn: fc.nat(3) }), {
    maxLength: 4,
    selector: (breakpoint) => breakpoint.pred
  })
  .map((breakpoints) => breakpoints.sort((a, b) => a.pred - b.pred))

const rowsOf = (examples: ReadonlyArray<ReadonlyArray<{ pred: number; fp: number; fn: number }>>) =>
  examples.flatMap((breakpoints, e) =>
    breakpoints.map(({ fn, fp, pred }, k) =>
      step(e, pred, fp - (breakpoints[k - 1]?.fp ?? 0), (breakpoints[k + 1]?.fn ?? 0) - fn)
    )
  )

/** fp holds from its breakpoint upwards, fn up to its breakpoint: [FP, FN] when t is added to all scores. */
const errorsAt = (
  examples: ReadonlyArray<ReadonlyArray<{ pred: number; fp: number; fn: number }>>,
  scores: ReadonlyArray<number>,
  t: number
) => {
  let [fp, fn] = [0, 0]
  for (const [e, breakpoints] of examples.entries()) {
    fp += breakpoints.findLast(({ pred }) => pred < scores[e] + t)?.fp ?? 0
    fn += breakpoints.find(({ pred }) => pred > scores[e] + t)?.fn ?? 0
  }
  return [fp, fn]
}

/** ∫ min(FP, FN) from the error functions themselves: O(B²), no sums of differences. */
const integral = (
  examples: ReadonlyArray<ReadonlyArray<{ pred: number; fp: number; fn: number }>>,
  scores: ReadonlyArray<number>
) => {
  const thresholds = examples.flatMap((breakpoints, e) => breakpoints.map(({ pred }) => pred - scores[e]))
  const sorted = [...new Set(thresholds)].sort((a, b) => a - b)
  let area = 0
  for (let k = 1; k < sorted.length; k++) {
    area += (sorted[k] - sorted[k - 1]) * Math.min(...errorsAt(examples, scores, (sorted[k] + sorted[k - 1]) / 2))
  }
  return area
}

// Scores are multiples of 1/4, so that every sum and difference of the oracles is exact and ties are common.
const problem = fc.array(example, { minLength: 1, maxLength: 30, size: "max" }).chain((examples) =>
  fc.record({
    examples: fc.constant(examples),
    scores: fc.array(
      fc.integer({ min: -24, max: 24 }).map((i) => i / 4),
      {
        minLength: examples.length,
        maxLength: examples.length
      }
    )
  })
)
const moved = (scores: ReadonlyArray<number>, e: number, h: number) => scores.map((s, i) => (i === e ? s + h : s))

describe("general: laws", () => {
  it("equals the integral of the minimum of the error functions", () => {
    fc.assert(
      fc.property(problem, ({ examples, scores }) => {
        const { aum, totalError } = Effect.runSync(evaluate(rowsOf(examples), scores))
        expect(aum).toBe(integral(examples, scores))
        expect(aum).toBeGreaterThanOrEqual(0)
        for (const [row, thresh] of totalError.thresh.entries()) {
          const [fp, fn] = errorsAt(examples, scores, thresh - 1 / 8)
          expect([totalError.fpBefore[row], totalError.fnBefore[row]]).toEqual([fp, fn])
        }
      })
    )
  })

  it("has the slopes of one-sided finite differences, ties included", () => {
    // AUM is linear for moves below the smallest gap between thresholds, 1/4.
    const h = 1 / 16
    fc.assert(
      fc.property(problem, fc.nat(), ({ examples, scores }, pick) => {
        const e = pick % scores.length
        const { aum, gradient, left, right } = Effect.runSync(evaluate(rowsOf(examples), scores))
        expect(right[e]).toBe((integral(examples, moved(scores, e, h)) - aum) / h)
        expect(left[e] + 0).toBe((aum - integral(examples, moved(scores, e, -h))) / h)
        expect(gradient[e]).toBe((left[e] + right[e]) / 2)
      }),
      { numRuns: 300 }
    )
  })

  it("does not change when a constant is added, and depends only on the order of the thresholds for its slopes", () => {
    fc.assert(
      fc.property(problem, fc.integer({ min: -40, max: 40 }), ({ examples, scores }, c) => {
        const result = Effect.runSync(evaluate(rowsOf(examples), scores))
        const shifted = Effect.runSync(
          evaluate(
            rowsOf(examples),
            scores.map((s) => s + c / 4)
          )
        )
        expect(shifted.aum).toBe(result.aum)
        expect(shifted.left).toEqual(result.left)
        expect(shifted.right).toEqual(result.right)
        const wide = examples.map((breakpoints) => breakpoints.map((b) => ({ ...b, pred: 3 * b.pred })))
        const scaled = Effect.runSync(
          evaluate(
            rowsOf(wide),
            scores.map((s) => 3 * s)
          )
        )
        expect(scaled.aum).toBe(3 * result.aum)
        expect(scaled.gradient).toEqual(result.gradient)
      })
    )
  })

  it("permutes its derivatives with the examples, and its totals with the rows", () => {
    fc.assert(
      fc.property(problem, fc.infiniteStream(fc.nat()), ({ examples, scores }, keys) => {
        const order = examples
          .map((_, e) => ({ e, key: keys.next().value! }))
          .sort((a, b) => a.key - b.key)
          .map((x) => x.e)
        const result = Effect.runSync(evaluate(rowsOf(examples), scores))
        const permuted = Effect.runSync(
          evaluate(
            rowsOf(order.map((e) => examples[e])).toReversed(),
            order.map((e) => scores[e])
          )
        )
        expect(permuted.aum).toBe(result.aum)
        expect(Array.from(permuted.left)).toEqual(order.map((e) => result.left[e]))
        expect(Array.from(permuted.right)).toEqual(order.map((e) => result.right[e]))
      })
    )
  })

  it("swaps left and right with opposite signs when classes and scores are mirrored", () => {
    const mirrored = (examples: ReadonlyArray<ReadonlyArray<{ pred: number; fp: number; fn: number }>>) =>
      examples.map((breakpoints) =>
        breakpoints.map(({ fn, fp, pred }) => ({ pred: -pred, fp: fn, fn: fp })).toReversed()
      )
    fc.assert(
      fc.property(problem, ({ examples, scores }) => {
        const result = Effect.runSync(evaluate(rowsOf(examples), scores))
        const mirror = Effect.runSync(
          evaluate(
            rowsOf(mirrored(examples)),
            scores.map((s) => -s)
          )
        )
        expect(mirror.aum).toBe(result.aum)
        for (const e of scores.keys()) {
          expect(mirror.left[e] + result.right[e]).toBe(0)
          expect(mirror.right[e] + result.left[e]).toBe(0)
        }
      })
    )
  })
})

describe("general: binary labels", () => {
  const labelled = fc
    .array(
      fc.tuple(
        fc.nat(1),
        fc.integer({ min: -8, max: 8 }).map((i) => i / 4)
      ),
      {
        minLength: 2,
        maxLength: 100,
        size: "max"
      }
    )
    .filter((rows) => rows.some(([label]) => label === 0) && rows.some(([label]) => label === 1))

  it("is the hinge loss without margin of the best constant: min over t = -score", () => {
    fc.assert(
      fc.property(labelled, (rows) => {
        const [labels, scores] = [rows.map(([label]) => label), rows.map(([, score]) => score)]
        const hinge = (t: number) =>
          rows.reduce((sum, [label, score]) => sum + Math.max(0, label === 0 ? score + t : -(score + t)), 0)
        expect(binary(labels, scores, "count").aum).toBe(Math.min(...scores.map((score) => hinge(-score))))
      })
    )
  })

  it("gives untied examples of one class the same derivative to the last bit", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1), { minLength: 2, maxLength: 300, size: "max" }), (labels) => {
        fc.pre(labels.includes(0) && labels.includes(1))
        const scores = labels.map((_, row) => Math.sin(row + 1))
        const { left, right } = binary(labels, scores, "rate")
        for (const label of [0, 1]) {
          const size = labels.filter((l) => l === label).length
          const sign = label === 0 ? 1 : -1
          const odd = labels.filter((l, row) => l === label && ![0, sign / size].includes(right[row] + 0))
          // only the example at the crossing may have a derivative in between
          expect(odd.length).toBeLessThanOrEqual(1)
          expect(
            Array.from(left, Math.abs).every((slope) => slope <= (1 + 1e-12) / Math.min(size, labels.length - size))
          ).toBe(true)
        }
      })
    )
  })
})
