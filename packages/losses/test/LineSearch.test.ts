import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import * as AumDiffs from "../src/AumDiffs.ts"
import { general } from "../src/AumGeneral.ts"
import { Heap } from "../src/internal/heap.ts"
import * as LineSearch from "../src/LineSearch.ts"

const all: LineSearch.Limit = { _tag: "all" }
const minAum: LineSearch.Limit = { _tag: "minAum" }
const maxAuc: LineSearch.Limit = { _tag: "maxAuc" }

const binaryDiffs = (labels: ReadonlyArray<number>, denominator: AumDiffs.Denominator = "count") =>
  Effect.runSync(AumDiffs.binary(labels, { denominator }))

const search = (labels: ReadonlyArray<number>, scores: ReadonlyArray<number>, limit: LineSearch.Limit) =>
  LineSearch.run({ diffs: binaryDiffs(labels), scores, limit })

/** [step, aum, aumSlopeAfter, auc, aucAfter, intersections, intervals] */
const expectEvents = (events: LineSearch.Events, expected: ReadonlyArray<ReadonlyArray<number>>) => {
  const { auc, aucAfter, aum, aumSlopeAfter, intersections, intervals, step } = events
  const actual = Array.from(step, (s, i) => [
    s,
    aum[i],
    aumSlopeAfter[i],
    auc[i],
    aucAfter[i],
    intersections[i],
    intervals[i]
  ])
  expect(actual.length).toBe(expected.length)
  for (const [i, row] of expected.entries()) {
    for (const [column, value] of row.entries()) expect(actual[i][column]).toBeCloseTo(value, 9)
  }
}

const lines = (rows: ReadonlyArray<readonly [number, number, number, number]>) =>
  rows.map(([intercept, slope, fpDiff, fnDiff]) => ({ intercept, slope, fpDiff, fnDiff }))

const tied = { labels: [0, 0, 0, 1, 1, 1], scores: [2, 3, -1, 1, -2, 0] }

describe("LineSearch: known searches", () => {
  it.effect("three lines that meet in one point (R package aum 2024.6.19)", () =>
    Effect.gen(function* () {
      const { events } = yield* LineSearch.runLines(
        lines([
          [-1, 1, 0.5, 0],
          [0, 0, 0, -0.5],
          [1, -1, 0.5, -0.5]
        ]),
        all
      )
      expectEvents(events, [
        [0, 1, -1, 0.375, 0.375, 0, 0],
        [1, 0, 0.5, 0.5, 0.625, 1, 2]
      ])
      // both pairs of neighbours wait at first, none in the end
      expect(Array.from(events.queueSize)).toEqual([2, 0])
    })
  )

  it.effect("a tie at the start that nothing follows (R package aum 2024.6.19)", () =>
    Effect.gen(function* () {
      const { direction, events, step } = yield* search([0, 1], [0, 0], all)
      expect(Array.from(direction)).toEqual([0.5, -0.5])
      expectEvents(events, [[0, 0, 0, 0.5, 1, 0, 0]])
      expect(step).toBe(0)
    })
  )

  it.effect("ties on the way, and both recommendations (exact rational arithmetic)", () =>
    Effect.gen(function* () {
      const { direction, events } = yield* search(tied.labels, tied.scores, all)
      expect(Array.from(direction)).toEqual([1, 1, 0, 0, -1, -1])
      expectEvents(events, [
        [0, 7, -4, 2 / 9, 2 / 9, 0, 0],
        [1, 3, -2, 7 / 18, 5 / 9, 2, 3],
        [1.5, 2, -2, 11 / 18, 2 / 3, 1, 1],
        [2, 1, -2, 7 / 9, 8 / 9, 2, 2],
        [2.5, 0, 0, 17 / 18, 1, 1, 1],
        [3, 0, 0, 1, 1, 2, 2],
        [4, 0, 0, 1, 1, 1, 1]
      ])
      expect(yield* search(tied.labels, tied.scores, minAum)).toMatchObject({
        step: 2.5,
        aum: 0,
        iterations: 4,
        intersections: 6,
        intervals: 7
      })
      expect(yield* search(tied.labels, tied.scores, maxAuc)).toMatchObject({
        step: 3.25,
        auc: 1,
        iterations: 6,
        intersections: 9,
        intervals: 10
      })
      expect((yield* search(tied.labels, tied.scores, { _tag: "rows", rows: 3 })).events.step.length).toBe(3)
      expect(yield* search(tied.labels, tied.scores, { _tag: "rows", rows: 1 })).toMatchObject({ step: 0, aum: 7 })
    })
  )

  it.effect("lines that become neighbours only at an earlier event (exact rational arithmetic)", () =>
    Effect.gen(function* () {
      const { events } = yield* LineSearch.runLines(
        lines([
          [-4, 1, 1, 0],
          [-2, 1, 1, 0],
          [-1, 0, 0, -1],
          [2, -1, 1, 0],
          [2, 1, 1, 0]
        ]),
        all
      )
      expectEvents(events, [
        [0, 3, -1, 0.5, 0.5, 0, 0],
        [1, 2, -1, 0.625, 0.75, 1, 1],
        [2, 1, -1, 0.75, 0.75, 1, 1],
        [3, 0, 1, 0.75, 0.75, 1, 2]
      ])
    })
  )

  it.effect("decimals, whose equal meetings differ in the last bit (exact rational arithmetic)", () =>
    Effect.gen(function* () {
      const [labels, scores] = [
        [1, 1, 0, 1],
        [-0.4, -0.6, 1.2, -2]
      ]
      const { direction, events } = yield* search(labels, scores, all)
      expect(Array.from(direction)).toEqual([0, 0, 1, -1])
      expectEvents(events, [
        [0, 3.2, -2, 0, 0, 0, 0],
        [1.4, 0.4, -1, 0, 0, 1, 1],
        [1.6, 0.2, -1, 1 / 3, 2 / 3, 1, 2],
        [1.8, 0, 0, 5 / 6, 1, 1, 1]
      ])
      for (const limit of [minAum, maxAuc]) {
        const { auc, aum, intersections, intervals, iterations, step } = yield* search(labels, scores, limit)
        expect({ iterations, intersections, intervals }).toEqual({ iterations: 3, intersections: 3, intervals: 4 })
        expect(step).toBeCloseTo(1.8, 9)
        expect(aum).toBeCloseTo(0, 9)
        expect(auc).toBeCloseTo(1, 9)
      }
    })
  )

  it.effect("the middle of a stretch of least AUM that is not 0", () =>
    Effect.gen(function* () {
      // the negative 1 overlaps the positive 0 by 1 until the positive 4 − s is below 0, too
      const middle = yield* LineSearch.binary({ labels: [0, 1, 1], scores: [1, 0, 4], direction: [0, 0, 1] })
      expect(middle).toMatchObject({ first: 0, last: 4, step: 2, aum: 1 })
      const diffs = yield* AumDiffs.binary([0, 1, 1])
      expect(yield* LineSearch.run({ diffs, scores: [1, 0, 4], direction: [0, 0, 1] })).toMatchObject({
        step: 2,
        aum: 1
      })
    })
  )
})

describe("LineSearch: examples of the documentation", () => {
  it.effect("runLines, binary and linear", () =>
    Effect.gen(function* () {
      expect(
        (yield* LineSearch.runLines(
          lines([
            [-1, 1, 1, 0],
            [0, 0, 0, -1]
          ])
        )).step
      ).toBe(1)
      expect((yield* LineSearch.binary(tied)).step).toBe(2.5)
      const diffs = yield* AumDiffs.binary([0, 1, 1])
      const problem = yield* LineSearch.linear({ diffs, features: [2, 0, 1, 1, 0, 3], columns: 2, weights: [1, 0] })
      expect((yield* LineSearch.run(problem)).aum).toBe(0)
    })
  )
})

describe("LineSearch: refusals", () => {
  const diffs = binaryDiffs([0, 1])
  const good = lines([
    [0, 1, 1, 0],
    [1, 0, 0, -1]
  ])
  const limit = (rows: number): LineSearch.Limit => ({ _tag: "rows", rows })
  it.effect.each<[string, number | undefined, Effect.Effect<unknown, AumDiffs.InvalidDiffs>]>([
    ["LengthMismatch", undefined, LineSearch.run({ diffs, scores: [0, 1], direction: [1] })],
    ["NonFiniteDirection", 1, LineSearch.run({ diffs, scores: [0, 1], direction: [1, Infinity] })],
    ["NonFinitePrediction", 0, LineSearch.run({ diffs, scores: [Number.NaN, 1] })],
    ["ExampleOutOfRange", 1, LineSearch.run({ diffs, scores: [1] })],
    ["InvalidLimit", undefined, LineSearch.runLines(good, limit(0))],
    ["InvalidLimit", undefined, LineSearch.runLines(good, limit(1.5))],
    ["NoLines", undefined, LineSearch.runLines([])],
    [
      "NonFiniteLine",
      1,
      LineSearch.runLines(
        lines([
          [0, 1, 1, -1],
          [Number.NaN, 0, 0, 0]
        ])
      )
    ],
    ["ZeroFalsePositives", undefined, LineSearch.runLines(lines([[0, 1, 0, -1]]))],
    ["ZeroFalseNegatives", undefined, LineSearch.runLines(lines([[0, 1, 1, 0]]))],
    [
      "NegativeFalsePositives",
      undefined,
      LineSearch.runLines(
        lines([
          [0, 0, -1, -1],
          [1, 0, 2, 0]
        ])
      )
    ],
    [
      "NegativeFalseNegatives",
      undefined,
      LineSearch.runLines(
        lines([
          [0, 0, 1, -2],
          [1, 0, 0, 1]
        ])
      )
    ],
    // legal at first: the line that takes errors away overtakes the one that brings them
    [
      "NegativeFalsePositives",
      undefined,
      LineSearch.runLines(
        lines([
          [0, 1, 2, -1],
          [1, 0, -1, 0]
        ]),
        all
      )
    ],
    ["InvalidLabel", 1, LineSearch.binary({ labels: [0, 3], scores: [0, 1] })],
    ["SingleClass", undefined, LineSearch.binary({ labels: [0, 0], scores: [0, 1], denominator: "rate" })],
    ["LengthMismatch", undefined, LineSearch.binary({ labels: [0, 1], scores: [0] })],
    ["NonFinitePrediction", 1, LineSearch.binary({ labels: [0, 1], scores: [0, Infinity] })],
    ["LengthMismatch", undefined, LineSearch.linear({ diffs, features: [1, 2, 3], columns: 2, weights: [0, 0] })],
    ["LengthMismatch", undefined, LineSearch.linear({ diffs, features: [1, 2], columns: 1, weights: [0, 0] })]
  ])("%s", ([reason, index, effect]) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(effect)
      expect({ reason: error.reason, index: error.index }).toEqual({ reason, index })
    })
  )

  it.effect("one class with counts is no error: AUM is 0 everywhere", () =>
    Effect.gen(function* () {
      expect(yield* LineSearch.binary({ labels: [0, 0], scores: [3, 1] })).toMatchObject({ step: 0, aum: 0 })
    })
  )
})

/** AUC by trapezoids over groups of thresholds, where thresholds closer than 1e-9 count as tied. */
const aucAt = (diffs: AumDiffs.AumDiffs, scores: ReadonlyArray<number>) => {
  const rows = Array.from(diffs.pred, (pred, row) => ({
    t: pred - scores[diffs.example[row]],
    fp: diffs.fpDiff[row],
    tp: -diffs.fnDiff[row]
  })).sort((a, b) => a.t - b.t)
  let [fp, tp, area] = [0, 0, 0]
  for (let start = 0; start < rows.length;) {
    let end = start
    let [dfp, dtp] = [0, 0]
    while (end < rows.length && rows[end].t - rows[start].t < 1e-9) {
      dfp += rows[end].fp
      dtp += rows[end++].tp
    }
    area += dfp * (tp + dtp / 2)
    fp += dfp
    tp += dtp
    start = end
  }
  return area / (fp * tp)
}

const along = (scores: ReadonlyArray<number>, direction: ArrayLike<number>, step: number) =>
  scores.map((score, e) => score - step * direction[e])

/** Recomputes everything at every event and between all events. */
const checkSearch = (
  diffs: AumDiffs.AumDiffs,
  scores: ReadonlyArray<number>,
  direction: ArrayLike<number>,
  events: LineSearch.Events
) => {
  const aumAt = (step: number) => Effect.runSync(general(diffs, along(scores, direction, step))).aum
  const { auc, aucAfter, aum, aumSlopeAfter, step } = events
  const scale = 1 + aum[0]
  // thresholds that differ by rounding only are tied for the oracle, but not for the search
  const thresholds = Array.from(diffs.pred, (pred, row) => pred - scores[diffs.example[row]]).sort((a, b) => a - b)
  const exact = thresholds.every((t, i) => i === 0 || t === thresholds[i - 1] || t - thresholds[i - 1] > 1e-9)
  const near = (actual: number, expected: number) => expect(Math.abs(actual - expected) / scale).toBeLessThan(1e-9)
  for (let i = 0; i < step.length; i++) {
    const next = i + 1 < step.length ? step[i + 1] : step[i] + 10
    near(aum[i], aumAt(step[i]))
    const alone = next - step[i] > 1e-6 && (i === 0 || step[i] - step[i - 1] > 1e-6)
    if (exact && alone) near(auc[i], aucAt(diffs, along(scores, direction, step[i])))
    expect(next).toBeGreaterThan(step[i])
    if (next - step[i] < 1e-6) continue
    for (const part of [0.01, 0.37, 0.5, 0.99]) {
      const between = step[i] + part * (next - step[i])
      near(aum[i] + aumSlopeAfter[i] * (between - step[i]), aumAt(between))
      if (part === 0.5 && exact) near(aucAfter[i], aucAt(diffs, along(scores, direction, between)))
    }
  }
}

const roundings: ReadonlyArray<[string, fc.Arbitrary<number>]> = [
  ["integers", fc.integer({ min: -5, max: 5 })],
  ["one decimal", fc.integer({ min: -30, max: 30 }).map((i) => i / 10)],
  ["three decimals", fc.integer({ min: -2000, max: 2000 }).map((i) => i / 1000)],
  ["reals", fc.integer({ min: -1e6, max: 1e6 }).map((i) => (i * Math.PI) / 5e5)]
]

const labelled = (score: fc.Arbitrary<number>, maxLength: number) =>
  fc
    .array(fc.tuple(fc.nat(1), score, fc.integer({ min: -2, max: 2 })), { minLength: 2, maxLength, size: "max" })
    .filter((rows) => rows.some(([label]) => label === 0) && rows.some(([label]) => label === 1))
    .map((rows) => ({
      labels: rows.map(([label]) => label),
      scores: rows.map(([, score]) => score),
      direction: rows.map(([, , slope]) => slope)
    }))

const denominator = fc.constantFrom<AumDiffs.Denominator>("rate", "count")
const isDefault = fc.boolean()

describe.each(roundings)("LineSearch.run agrees with recomputation: %s", (_, score) => {
  it("binary labels, all events", () => {
    fc.assert(
      fc.property(labelled(score, 14), denominator, isDefault, ({ direction, labels, scores }, kind, byDefault) => {
        const diffs = binaryDiffs(labels, kind)
        const options = byDefault ? { diffs, scores, limit: all } : { diffs, scores, limit: all, direction }
        const found = Effect.runSync(LineSearch.run(options))
        checkSearch(diffs, scores, found.direction, found.events)
        // convex: slopes never fall
        const slopes = found.events.aumSlopeAfter
        for (let i = 1; i < slopes.length; i++) expect(slopes[i]).toBeGreaterThan(slopes[i - 1] - 1e-9)
        const least = Math.min(...found.events.aum)
        expect(Math.abs(found.aum - least)).toBeLessThan(1e-9 * (1 + found.events.aum[0]))
      }),
      { numRuns: 150 }
    )
  })

  it("several breakpoints per example, all events", () => {
    const breakpoint = fc.record({ pred: fc.integer({ min: -3, max: 3 }), fp: fc.nat(2), fn: fc.nat(2) })
    const example = fc.record({
      breakpoints: fc
        .uniqueArray(breakpoint, { minLength: 1, maxLength: 3, selector: (b) => b.pred })
        .map((breakpoints) => breakpoints.sort((a, b) => a.pred - b.pred)),
      score,
      slope: fc.integer({ min: -2, max: 2 })
    })
    fc.assert(
      fc.property(fc.array(example, { minLength: 1, maxLength: 6 }), isDefault, (examples, byDefault) => {
        const diffs = Effect.runSync(
          AumDiffs.make(
            examples.flatMap(({ breakpoints }, e) =>
              breakpoints.map(({ fn, fp, pred }, k) => ({
                example: e,
                pred,
                fpDiff: fp - (breakpoints[k - 1]?.fp ?? 0),
                fnDiff: (breakpoints[k + 1]?.fn ?? 0) - fn
              }))
            )
          )
        )
        const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0)
        fc.pre(sum(diffs.fpDiff) > 0 && sum(diffs.fnDiff) < 0)
        const scores = examples.map((e) => e.score)
        const options = { diffs, scores, limit: all }
        const found = Effect.runSync(
          LineSearch.run(byDefault ? options : { ...options, direction: examples.map((e) => e.slope) })
        )
        checkSearch(diffs, scores, found.direction, found.events)
      }),
      { numRuns: 150 }
    )
  })

  it("minAum stops at the first local minimum, and binary() finds the same without events", () => {
    fc.assert(
      fc.property(labelled(score, 60), denominator, isDefault, ({ direction, labels, scores }, kind, byDefault) => {
        const diffs = binaryDiffs(labels, kind)
        const chosen = byDefault ? {} : { direction }
        const sweep = Effect.runSync(LineSearch.run({ diffs, scores, limit: all, ...chosen }))
        const first = Effect.runSync(LineSearch.run({ diffs, scores, ...chosen }))
        const convex = Effect.runSync(LineSearch.binary({ labels, scores, denominator: kind, ...chosen }))
        const scale = 1 + sweep.events.aum[0]
        const least = Math.min(...sweep.events.aum)
        for (const found of [first, convex]) {
          expect(Math.abs(found.aum - least)).toBeLessThan(2e-9 * scale)
          const recomputed = Effect.runSync(general(diffs, along(scores, found.direction, found.step))).aum
          expect(Math.abs(recomputed - least)).toBeLessThan(2e-9 * scale)
        }
        expect(convex.direction).toEqual(sweep.direction)
        // the first step at the minimum, and the first step beyond it, in the list of all events
        const atLeast = Array.from(sweep.events.aum, (aum) => aum - least < 1e-9 * scale)
        expect(convex.first).toBeCloseTo(sweep.events.step[atLeast.indexOf(true)], 6)
        const rises = sweep.events.aumSlopeAfter.findIndex((slope) => slope > 1e-9)
        expect(convex.last).toBeCloseTo(rises < 0 ? Infinity : sweep.events.step[rises], 6)
      }),
      { numRuns: 150 }
    )
  })

  it("maxAuc recommends a step with the best AUC up to where it stops", () => {
    fc.assert(
      fc.property(labelled(score, 14), ({ direction, labels, scores }) => {
        const diffs = binaryDiffs(labels)
        const found = Effect.runSync(LineSearch.run({ diffs, scores, direction, limit: maxAuc }))
        const aucs = found.events.aucAfter
        expect(found.auc).toBeGreaterThan(Math.max(...aucs) - 2e-6)
        expect(aucs.slice(0, -1).every((auc, i) => i === 0 || auc > aucs[i - 1] - 1e-6)).toBe(true)
      }),
      { numRuns: 150 }
    )
  })
})

describe("LineSearch.run counts meetings as exact arithmetic does", () => {
  // intercepts in tenths, slopes -2 … 2: steps are multiples of 1/120, so all positions are integers in units of 1/120
  const line = fc.tuple(fc.integer({ min: -30, max: 30 }), fc.integer({ min: -2, max: 2 }), fc.nat(1))
  it("steps, intersections and intervals of one-decimal scores", () => {
    fc.assert(
      fc.property(fc.array(line, { minLength: 2, maxLength: 25, size: "max" }), (rows) => {
        const labels = rows.map(([, , label]) => label)
        fc.pre(labels.includes(0) && labels.includes(1))
        const distinct = [...new Map(rows.map(([t, slope]) => [`${t} ${slope}`, { t, slope }])).values()]
        const steps = new Set<number>()
        for (const a of distinct) {
          for (const b of distinct)
            if (a.t < b.t && a.slope > b.slope) steps.add((12 * (b.t - a.t)) / (a.slope - b.slope))
        }
        const expected = [...steps]
          .sort((a, b) => a - b)
          .map((step) => {
            const positions = distinct.map(({ slope, t }) => 12 * t + step * slope)
            const groups = Map.groupBy(positions, (position) => position)
            return [step, [...groups.values()].filter((g) => g.length > 1).length, positions.length - groups.size]
          })
        const { events } = Effect.runSync(
          LineSearch.run({
            diffs: binaryDiffs(labels),
            scores: rows.map(([t]) => -t / 10),
            direction: rows.map(([, slope]) => slope),
            limit: all
          })
        )
        const { intersections, intervals, step } = events
        const actual = Array.from(step, (s, i) => [Math.round(s * 120), intersections[i], intervals[i]])
        expect(actual.slice(1)).toEqual(expected)
      }),
      { numRuns: 300 }
    )
  })

  it.effect("slopes that differ by rounding are parallel", () =>
    Effect.gen(function* () {
      const { events } = yield* LineSearch.runLines(
        lines([
          [0, 0.1 + 0.2, 1, 0],
          [1, 0.3, 0, -1]
        ]),
        all
      )
      expect(events.step.length).toBe(1)
    })
  )
})

describe("LineSearch.binary on hard shapes", () => {
  it.effect("does not crawl along a curve: AUM is the largest of 600 tangents of exp(-s)", () =>
    Effect.gen(function* () {
      // tangent at c: exp(-c) (1 + c - s); one negative at 0 whose overlap with each positive is one tangent
      const slopes = Array.from({ length: 600 }, (_, c) => Math.exp(-c / 2))
      const { aum, evaluations, first } = yield* LineSearch.binary({
        labels: [0, ...slopes.map(() => 1)],
        scores: [0, ...slopes.map((slope, c) => -slope * (1 + c / 2))],
        direction: [0, ...slopes.map((slope) => -slope)]
      })
      expect(evaluations).toBeLessThan(25)
      expect(aum).toBeLessThan(1e-13)
      expect(first).toBeGreaterThan(25)
    })
  )
})

describe("LineSearch.run on many examples", () => {
  const n = 400
  const labels = Array.from({ length: n }, (_, row) => (row % 7 === 0 ? 1 : 0))
  const scores = labels.map((label, row) => Math.round(10 * (Math.sin(row * row) + label * 0.5)) / 10)
  const direction = labels.map((label, row) => Math.cos(3 * row * row) - label)

  it.each<AumDiffs.Denominator>(["rate", "count"])(
    "keeps its sums exact over tens of thousands of events, %s",
    (kind) => {
      const diffs = binaryDiffs(labels, kind)
      const { events } = Effect.runSync(LineSearch.run({ diffs, scores, direction, limit: all }))
      expect(events.step.length).toBeGreaterThan(30_000)
      const last = events.step.length - 1
      for (let i = 0; i <= last; i += 997) {
        const recomputed = Effect.runSync(general(diffs, along(scores, direction, events.step[i]))).aum
        expect(Math.abs(events.aum[i] / recomputed - 1)).toBeLessThan(1e-12)
      }
      // in the end the lines are ordered by slope: each pair has met once if its intercepts were the other way round
      expect(events.queueSize[last]).toBe(0)
      expect(events.aucAfter[last]).toBeCloseTo(
        aucAt(
          diffs,
          direction.map((slope) => -slope)
        ),
        10
      )
    }
  )

  it("needs few passes for the convex minimum", () => {
    const { aum, evaluations, step } = Effect.runSync(LineSearch.binary({ labels, scores, denominator: "rate" }))
    const sweep = Effect.runSync(LineSearch.run({ diffs: binaryDiffs(labels, "rate"), scores }))
    expect(evaluations).toBeLessThan(40)
    expect(aum).toBeCloseTo(sweep.aum, 12)
    expect(step).toBeCloseTo(sweep.step, 9)
  })
})

describe("LineSearch.linear", () => {
  const matrix = fc
    .array(fc.tuple(fc.nat(1), fc.integer({ min: -3, max: 3 }), fc.integer({ min: -3, max: 3 })), {
      minLength: 2,
      maxLength: 20
    })
    .filter((rows) => rows.some(([label]) => label === 0) && rows.some(([label]) => label === 1))

  it("moves the scores as the weights move", () => {
    const weight = fc.integer({ min: -4, max: 4 })
    fc.assert(
      fc.property(matrix, fc.tuple(weight, weight), (rows, weights) => {
        const diffs = binaryDiffs(rows.map(([label]) => label))
        const features = rows.flatMap(([, a, b]) => [a, b])
        const problem = Effect.runSync(LineSearch.linear({ diffs, features, columns: 2, weights }))
        const found = Effect.runSync(LineSearch.run(problem))
        const moved = weights.map((w, j) => w - found.step * problem.weightDirection[j])
        const scores = rows.map(([, a, b]) => a * moved[0] + b * moved[1])
        const { aum } = Effect.runSync(general(diffs, scores))
        expect(aum).toBeCloseTo(found.aum, 8)
        // the slope along v = Z'g is v'v where AUM is differentiable, so the search never starts uphill there
        const { gradient, left, right } = Effect.runSync(general(diffs, problem.scores))
        expect(Array.from(problem.weightDirection)).toEqual(
          [0, 1].map((j) => gradient.reduce((sum, g, e) => sum + g * features[2 * e + j], 0))
        )
        const smooth = left.every((slope, e) => slope === right[e])
        const [v0, v1] = problem.weightDirection
        const slope = found.events.aumSlopeAfter[0]
        expect(slope).toBeCloseTo(smooth ? -(v0 * v0 + v1 * v1) : slope, 8)
      }),
      { numRuns: 200 }
    )
  })

  it.effect("takes any direction in the weights", () =>
    Effect.gen(function* () {
      const diffs = yield* AumDiffs.binary([0, 1])
      const problem = yield* LineSearch.linear({
        diffs,
        features: Float32Array.of(1, 2, 3, 4),
        columns: 2,
        weights: [10, 1],
        direction: [1, -1]
      })
      expect(Array.from(problem.scores)).toEqual([12, 34])
      expect(Array.from(problem.direction)).toEqual([-1, -1])
    })
  )
})

describe("Heap", () => {
  it("gives its slots by key, whatever is set, changed and removed", () => {
    const action = fc.tuple(fc.nat(19), fc.option(fc.integer({ min: -5, max: 5 })))
    fc.assert(
      fc.property(fc.array(action, { maxLength: 200, size: "max" }), (actions) => {
        const heap = new Heap(20)
        const model = new Map<number, number>()
        for (const [slot, key] of actions) {
          if (key === null) {
            heap.remove(slot)
            model.delete(slot)
          } else {
            heap.set(slot, key)
            model.set(slot, key)
          }
          expect(heap.size).toBe(model.size)
          expect(heap.topKey()).toBe(Math.min(...model.values()))
          expect(model.get(heap.size > 0 ? heap.top() : -1) ?? Infinity).toBe(heap.topKey())
        }
      })
    )
  })
})
