import * as tf from "@tensorflow/tfjs-core"
import "@tensorflow/tfjs-layers"
import "@tensorflow/tfjs-backend-cpu"
import type { Prediction } from "@rocflow/core/learning/Prediction"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { beforeAll, describe, expect, it } from "vitest"
import * as Aum from "../src/Aum.ts"
import * as BinaryScores from "../src/BinaryScores.ts"
import * as Linear from "../src/internal/aumLinear.ts"
import * as Sorted from "./oracle/aumSorted.ts"
import * as Roc from "../src/Roc.ts"

type Denominator = "rate" | "count"
interface Case {
  readonly labels: ReadonlyArray<number>
  readonly scores: ReadonlyArray<number>
}

const denominators: ReadonlyArray<Denominator> = ["rate", "count"]

const binary = (
  data: Case & { weights?: ReadonlyArray<number> },
  denominator: Denominator = "count",
  margin = 0
): Aum.Result => {
  const result = Aum.binary(Effect.runSync(BinaryScores.make(data)), { denominator, margin })
  if (Roc.isUndefined(result)) throw new Error(result.reason)
  return result
}
const sum = (values: Iterable<number>): number => [...values].reduce((a, b) => a + b, 0)
const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => sum(Array.from(a, (x, i) => x * b[i]))
const negativesOf = ({ labels, scores }: Case) => scores.filter((_, i) => labels[i] === 0)
const positivesOf = ({ labels, scores }: Case) => scores.filter((_, i) => labels[i] === 1)

/** Scores whose differences keep all their bits: laws that hold exactly do not hold for subnormal numbers. */
const double = (range: number): fc.Arbitrary<number> =>
  fc.double({ min: -range, max: range, noNaN: true }).map((s) => (Math.abs(s) < 1e-100 ? 0 : s))

/** Rows of both classes, the scores from one of several grids, so that ties range from all to none. */
const score: Record<string, fc.Arbitrary<number>> = {
  integer: fc.integer({ min: -3, max: 3 }),
  "0 decimals": fc.integer({ min: -20, max: 20 }),
  "1 decimal": fc.integer({ min: -20, max: 20 }).map((k) => k / 10),
  "3 decimals": fc.integer({ min: -2000, max: 2000 }).map((k) => k / 1000),
  real: double(100),
  float32: fc.float({ min: -100, max: 100, noNaN: true }),
  "any size": double(1e300)
}
const rowsOf = (value: fc.Arbitrary<number>): fc.Arbitrary<Case> =>
  fc
    .tuple(
      fc.array(fc.tuple(fc.constantFrom(0, 1), value), { maxLength: 70 }),
      value,
      value,
      fc.integer({ min: 0, max: 71 })
    )
    .map(([rows, negative, positive, at]) => {
      const all = [[0, negative] as [number, number], ...rows]
      all.splice(at, 0, [1, positive])
      return { labels: all.map(([y]) => y), scores: all.map(([, s]) => s) }
    })
const tiedRows = fc.oneof(...["integer", "0 decimals", "1 decimal"].map((kind) => rowsOf(score[kind])))
const anyRows = fc.oneof(...Object.values(score).slice(0, -1).map(rowsOf))
const integerRows = rowsOf(score.integer)
const denominator = fc.constantFrom(...denominators)

/** A small generator with a state, for inputs too large for shrinking. */
const uniform = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
}

describe("Aum.binary: known values", () => {
  // R package aum 2024.6.19; tdhock blog 2024 (auto-grad overhead); exact rational arithmetic.
  const table: ReadonlyArray<[string, Case, Denominator, number, ReadonlyArray<[number, number]>]> = [
    [
      "a tied pair",
      { labels: [0, 1], scores: [0, 0] },
      "count",
      0,
      [
        [0, 1],
        [-1, 0]
      ]
    ],
    [
      "four labels",
      { labels: [0, 0, 1, 1], scores: [2, -3.5, -1, 1.5] },
      "rate",
      1.5,
      [
        [0.5, 0.5],
        [0, 0],
        [-0.5, -0.5],
        [0, 0]
      ]
    ],
    [
      "constant scores",
      { labels: [0, 0, 1], scores: [1, 1, 1] },
      "count",
      0,
      [
        [0, 1],
        [0, 1],
        [-1, 0]
      ]
    ],
    [
      "six rows",
      { labels: [0, 0, 0, 1, 1, 1], scores: [2, 3, -1, 1, -2, 0] },
      "count",
      7,
      [
        [1, 1],
        [1, 1],
        [0, 0],
        [0, 0],
        [-1, -1],
        [-1, -1]
      ]
    ],
    [
      "decimal scores",
      { labels: [1, 1, 0, 1], scores: [-0.4, -0.6, 1.2, -2] },
      "count",
      3.2,
      [
        [0, 0],
        [0, 0],
        [1, 1],
        [-1, -1]
      ]
    ]
  ]
  it.each(table)("%s", (_, data, denominator, aum, derivatives) => {
    const result = binary(data, denominator)
    expect(result.aum).toBeCloseTo(aum, 12)
    expect(Array.from(result.left, (l, i) => [l, result.right[i]])).toEqual(derivatives)
    expect([...result.gradient]).toEqual(derivatives.map(([l, r]) => (l + r) / 2))
  })

  it("is 0 by count and undefined by rate with one class", () => {
    const s = Effect.runSync(BinaryScores.make({ labels: [1, 1], scores: [1, 2] }))
    expect(Aum.binary(s, { denominator: "count" })).toEqual({
      aum: 0,
      left: new Float64Array(2),
      right: new Float64Array(2),
      gradient: new Float64Array(2)
    })
    expect(Aum.binary(s, { denominator: "rate" })).toMatchObject({ _tag: "Undefined", reason: /no negative row/ })
    const unweighted = Effect.runSync(BinaryScores.make({ labels: [0, 1], scores: [1, 2], weights: [1, 0] }))
    expect(Aum.binary(unweighted)).toMatchObject({ _tag: "Undefined", reason: /no positive row/ })
  })

  it("is undefined for an unknown denominator", () => {
    const s = Effect.runSync(BinaryScores.make({ labels: [0, 1], scores: [1, 2] }))
    const unknown = { denominator: "ratio" } as unknown as Aum.Options
    expect(Aum.binary(s, unknown)).toEqual({
      _tag: "Undefined",
      reason: 'the denominator "ratio" is not known: use "rate" or "count"'
    })
  })

  it.each([-1, NaN, Infinity])("is undefined for the margin %d", (margin) => {
    const s = Effect.runSync(BinaryScores.make({ labels: [0, 1], scores: [1, 2] }))
    expect(Aum.binary(s, { margin })).toMatchObject({ _tag: "Undefined", reason: /^the margin .* at least 0$/ })
  })

  it("treats −0 and +0 as one score", () => {
    expect(binary({ labels: [0, 1], scores: [0, -0] })).toEqual(binary({ labels: [0, 1], scores: [0, 0] }))
  })
})

/** Exact, but −0 is 0. */
const firstDifference = (given: Float64Array, expected: Float64Array) => {
  const i = given.findIndex((x, i) => x !== expected[i])
  return i === -1 ? undefined : { row: i, given: given[i], expected: expected[i] }
}

describe("the linear algorithm equals the sorted one", () => {
  const expectEqual = (data: Case, weights?: Float64Array, float32 = false) => {
    const scores = float32 ? Float32Array.from(data.scores) : Float64Array.from(data.scores)
    const labels = Uint8Array.from(data.labels)
    const n = scores.length
    const [gradient, left, right] = [new Float64Array(n), new Float64Array(n), new Float64Array(n)]
    const workspace = Linear.make()
    for (const [denominator, margin] of [
      ["rate", 0],
      ["count", 0],
      ["rate", 1],
      ["count", 0.3]
    ] as const) {
      const aum = workspace.evaluate(scores, labels, n, { denominator, margin }, gradient, left, right, weights)
      const shifted = Float64Array.from(scores, (s, i) => (labels[i] === 0 ? s + margin / 2 : s - margin / 2))
      const sorted = Sorted.evaluate(shifted, labels, denominator, weights)
      expect(firstDifference(left, sorted.left)).toBeUndefined()
      expect(firstDifference(right, sorted.right)).toBeUndefined()
      const mean = sorted.left.map((l, i) => (l + sorted.right[i]) / 2)
      expect(firstDifference(gradient, mean)).toBeUndefined()
      const rounding = margin === 0 ? 0 : 1e-13 * Math.max(margin, ...data.scores.map(Math.abs))
      expect(Math.abs(aum - sorted.aum)).toBeLessThanOrEqual(1e-12 * sorted.aum + rounding + 1e-300)
    }
  }

  it.each(Object.keys(score))("scores: %s", (kind) => {
    fc.assert(
      fc.property(rowsOf(score[kind]), (data) => expectEqual(data, undefined, kind === "float32")),
      { numRuns: 300 }
    )
  })

  it("with integer weights, 0 among them", () => {
    fc.assert(
      fc.property(tiedRows, fc.infiniteStream(fc.nat(4)), (data, stream) => {
        expectEqual(
          data,
          Float64Array.from(data.labels, () => stream.next().value!)
        )
      })
    )
  })

  it("with real weights, up to rounding", () => {
    const weight = fc.oneof(fc.constant(0), fc.double({ min: 1e-3, max: 10, noNaN: true }))
    fc.assert(
      fc.property(anyRows, fc.infiniteStream(weight), denominator, (data, stream, denominator) => {
        const weights = Float64Array.from(data.labels, () => stream.next().value!)
        const scores = Float64Array.from(data.scores)
        const gradient = new Float64Array(scores.length)
        const labels = Uint8Array.from(data.labels)
        const aum = Linear.make().evaluate(
          scores,
          labels,
          scores.length,
          { denominator, margin: 0 },
          gradient,
          undefined,
          undefined,
          weights
        )
        const sorted = Sorted.evaluate(scores, labels, denominator, weights)
        expect(aum).toBeCloseTo(sorted.aum, 8)
        sorted.left.forEach((l, i) => expect(gradient[i]).toBeCloseTo((l + sorted.right[i]) / 2, 10))
      })
    )
  })

  // Enough rows for a second histogram, and for quickselect after histograms that do not help.
  const large: Record<string, (u: () => number) => number> = {
    uniform: (u) => u(),
    "uniform with outliers": (u) => (u() < 0.001 ? 1e12 * (u() - 0.5) : u()),
    Cauchy: (u) => Math.tan(Math.PI * (u() - 0.5)),
    "over a thousand octaves": (u) => 2 ** (2000 * (u() - 0.5)),
    "three values": (u) => Math.floor(3 * u()),
    "three decimals": (u) => Math.round(1000 * u()) / 1000,
    constant: () => 1.5,
    subnormal: (u) => Math.round(u() * 50) * Number.MIN_VALUE
  }
  describe.each(Object.keys(large))("%s", (kind) => {
    it.each([48, 300, 5000, 20_000])("%i rows", (n) => {
      const u = uniform(n)
      const labels = Array.from({ length: n }, (_, i) => (i < 2 ? i : +(u() < 0.2)))
      const scores = labels.map((y) => large[kind](u) + (kind === "uniform" ? y / 2 : 0))
      expectEqual({ labels, scores })
      expectEqual(
        { labels, scores },
        Float64Array.from(labels, () => Math.floor(4 * u()))
      )
      if (kind !== "subnormal" && kind !== "over a thousand octaves") expectEqual({ labels, scores }, undefined, true)
    })
  })
})

describe("invariants", () => {
  const check = (law: (data: Case, denominator: Denominator) => void, rows: fc.Arbitrary<Case> = anyRows) =>
    fc.assert(fc.property(rows, denominator, law))

  it("is not negative and does not change when a constant is added", () => {
    check((data, denominator) => {
      const moved = { ...data, scores: data.scores.map((s) => s + 17) }
      const [a, b] = [binary(data, denominator), binary(moved, denominator)]
      expect(a.aum).toBeGreaterThanOrEqual(0)
      expect(b.aum).toBeCloseTo(a.aum, 9)
    })
    check((data, denominator) => {
      const moved = { ...data, scores: data.scores.map((s) => s - 5) }
      expect(binary(moved, denominator)).toEqual(binary(data, denominator))
    }, integerRows)
  })

  it("has a gradient that sums to 0 and gives AUM = ⟨gradient, scores⟩ where it is differentiable", () => {
    check((data, denominator) => {
      const { aum, gradient, left, right } = binary(data, denominator)
      fc.pre(left.every((l, i) => l === right[i]))
      expect(sum(gradient)).toBeCloseTo(0, 12)
      expect(dot(gradient, data.scores)).toBeCloseTo(aum, 9)
    })
  })

  it("scales with the scores", () => {
    check((data, denominator) => {
      const scaled = binary({ ...data, scores: data.scores.map((s) => 4 * s) }, denominator)
      const once = binary(data, denominator)
      expect(scaled.aum).toBe(4 * once.aum)
      expect(scaled.gradient).toEqual(once.gradient)
      expect(binary({ ...data, scores: data.scores.map(() => 0) }, denominator).aum).toBe(0)
    })
  })

  it("has derivatives that depend only on the order and ties of the scores", () => {
    check((data, denominator) => {
      const bent = binary({ ...data, scores: data.scores.map((s) => s ** 3 + s) }, denominator)
      const { left, right } = binary(data, denominator)
      expect([bent.left, bent.right]).toEqual([left, right])
    }, tiedRows)
  })

  it("permutes with the rows", () => {
    check((data, denominator) => {
      const reversed = { labels: data.labels.toReversed(), scores: data.scores.toReversed() }
      const [a, b] = [binary(data, denominator), binary(reversed, denominator)]
      expect(b.aum).toBeCloseTo(a.aum, 9)
      expect(b.left.reverse()).toEqual(a.left)
      expect(b.right.reverse()).toEqual(a.right)
    })
  })

  it("is the same with classes and signs flipped: left and right swap and change sign", () => {
    check((data, denominator) => {
      const a = binary(data, denominator)
      const b = binary({ labels: data.labels.map((y) => 1 - y), scores: data.scores.map((s) => -s) }, denominator)
      expect(b.aum).toBeCloseTo(a.aum, 9)
      expect(b.left).toEqual(a.right.map((x) => 0 - x))
      expect(b.right).toEqual(a.left.map((x) => 0 - x))
    })
  })

  it("is 0 exactly when no negative lies above a positive", () => {
    check(
      (data, denominator) => {
        const separated = Math.max(...negativesOf(data)) <= Math.min(...positivesOf(data))
        expect(binary(data, denominator).aum === 0).toBe(separated)
      },
      fc.oneof(
        anyRows,
        integerRows.filter((data) => data.labels.length < 5)
      )
    )
  })

  it("is the least hinge loss over the intercept", () => {
    check((data, denominator) => {
      const [negatives, positives] = [negativesOf(data), positivesOf(data)]
      const [dn, dp] = denominator === "rate" ? [negatives.length, positives.length] : [1, 1]
      const hinge = (t: number) =>
        sum(negatives.map((s) => Math.max(0, s + t))) / dn + sum(positives.map((s) => Math.max(0, -s - t))) / dp
      expect(binary(data, denominator).aum).toBeCloseTo(Math.min(...data.scores.map((s) => hinge(-s))), 9)
    })
  })

  it("is convex", () => {
    const pairs = anyRows.chain((data) =>
      fc.tuple(
        fc.constant(data),
        fc.array(fc.integer({ min: -10, max: 10 }), { minLength: data.labels.length, maxLength: data.labels.length })
      )
    )
    fc.assert(
      fc.property(
        pairs,
        denominator,
        fc.double({ min: 0, max: 1, noNaN: true }),
        ([data, other], denominator, part) => {
          const at = (scores: ReadonlyArray<number>) => binary({ ...data, scores }, denominator).aum
          const mixed = at(data.scores.map((s, i) => part * s + (1 - part) * other[i]))
          expect(mixed).toBeLessThanOrEqual(part * at(data.scores) + (1 - part) * at(other) + 1e-9)
        }
      )
    )
  })

  it("lies between the mean of the reversed pairs and the largest overlap by rate", () => {
    fc.assert(
      fc.property(anyRows, (data) => {
        const [negatives, positives] = [negativesOf(data), positivesOf(data)]
        const pairs = negatives.flatMap((n) => positives.map((p) => Math.max(0, n - p)))
        const { aum } = binary(data, "rate")
        expect(aum).toBeGreaterThanOrEqual(sum(pairs) / pairs.length - 1e-9)
        expect(aum).toBeLessThanOrEqual(Math.max(0, Math.max(...negatives) - Math.min(...positives)) + 1e-9)
      })
    )
  })

  it("is the largest overlap by count with one positive", () => {
    fc.assert(
      fc.property(fc.array(score.real, { minLength: 1 }), score.real, (negatives, positive) => {
        const data = { labels: [1, ...negatives.map(() => 0)], scores: [positive, ...negatives] }
        expect(binary(data).aum).toBeCloseTo(Math.max(0, Math.max(...negatives) - positive), 9)
      })
    )
  })

  it("never falls when a negative rises, never rises when a positive does, and left ≤ right", () => {
    check((data, denominator) => {
      const { left, right } = binary(data, denominator)
      data.labels.forEach((y, i) => {
        expect(left[i]).toBeLessThanOrEqual(right[i])
        expect(y === 0 ? left[i] : -right[i]).toBeGreaterThanOrEqual(0)
      })
      expect(sum(right)).toBeGreaterThanOrEqual(-1e-12)
      expect(sum(left)).toBeLessThanOrEqual(1e-12)
    })
  })

  it("is AUM by count divided by the class size when classes are equally large", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(score.real, score.real), { minLength: 1 }), (pairs) => {
        const data = { labels: pairs.flatMap(() => [0, 1]), scores: pairs.flat() }
        expect(binary(data, "rate").aum).toBeCloseTo(binary(data, "count").aum / pairs.length, 9)
      })
    )
  })

  it("has the one-sided derivatives of its one-sided differences", () => {
    check((data, denominator) => {
      const { aum, left, right } = binary(data, denominator)
      // Integer scores: AUM is linear within 1/4 of each.
      const at = (row: number, h: number) =>
        binary({ ...data, scores: data.scores.map((s, i) => (i === row ? s + h : s)) }, denominator).aum
      data.scores.forEach((_, i) => {
        expect((at(i, 0.25) - aum) / 0.25).toBeCloseTo(right[i], 10)
        expect((aum - at(i, -0.25)) / 0.25).toBeCloseTo(left[i], 10)
      })
    }, integerRows)
  })

  it("is the area under the min of the ROC curve over the constant", () => {
    fc.assert(
      fc.property(anyRows, (data) => {
        const curve = Roc.curve(Effect.runSync(BinaryScores.make(data)))
        if (Roc.isUndefined(curve)) throw new Error(curve.reason)
        const widths = curve.min.map((m, k) => (m === 0 ? 0 : m * (curve.maxConstant[k] - curve.minConstant[k])))
        expect(binary(data, "rate").aum).toBeCloseTo(sum(widths), 9)
      })
    )
  })

  it("is the AUM of repeated rows when weights are integers", () => {
    fc.assert(
      fc.property(tiedRows, fc.infiniteStream(fc.nat(3)), denominator, (data, stream, denominator) => {
        const weights = data.labels.map((_, i) => (i < 1 ? 1 : stream.next().value!))
        const repeat = (values: ReadonlyArray<number>) =>
          values.flatMap((v, i) => Array.from({ length: weights[i] }, () => v))
        fc.pre(new Set(repeat(data.labels)).size === 2)
        const repeated = binary({ labels: repeat(data.labels), scores: repeat(data.scores) }, denominator)
        expect(binary({ ...data, weights }, denominator).aum).toBeCloseTo(repeated.aum, 9)
      })
    )
  })
})

describe("Aum.definition", () => {
  const kernel = Aum.definition.make({ denominator: "rate", margin: 0 })

  it("writes the mean of left and right for single and double precision, whatever ran before", () => {
    fc.assert(
      fc.property(anyRows, fc.boolean(), (data, single) => {
        const Floats = single ? Float32Array : Float64Array
        const scores = Floats.from(data.scores)
        const gradient = new Floats(scores.length)
        const value = kernel.evaluate(scores, Floats.from(data.labels), gradient)
        const expected = binary({ ...data, scores: [...scores] }, "rate")
        expect(value).toBe(expected.aum)
        expect(gradient).toEqual(Floats.from(expected.gradient))
      })
    )
  })

  it("gives 0 for a batch of one class, and NaN for a score that is not finite", () => {
    const gradient = Float64Array.of(7, 7)
    expect(kernel.evaluate(Float64Array.of(1, 2), Float64Array.of(1, 1), gradient)).toBe(0)
    expect(gradient).toEqual(Float64Array.of(0, 0))
    for (const bad of [NaN, Infinity, -Infinity]) {
      expect(kernel.evaluate(Float64Array.of(bad, 2), Float64Array.of(0, 1), gradient)).toBeNaN()
      expect(gradient).toEqual(Float64Array.of(NaN, NaN))
    }
  })

  it("takes weights", () => {
    const gradient = new Float64Array(3)
    const weights = Float64Array.of(1, 0, 3)
    // Without the row of weight 0: one negative 2 above one positive.
    const value = kernel.evaluate(Float64Array.of(3, 9, 1), Float64Array.of(0, 0, 1), gradient, weights)
    expect(value).toBe(2)
    expect(gradient).toEqual(Float64Array.of(1, 0, -1))
  })
})

describe("Aum.measure", () => {
  /** Of labels, 1 = positive. */
  const prediction = (labels: ReadonlyArray<number>, scores: ReadonlyArray<number> | undefined): Prediction => ({
    kind: "binary",
    levels: ["yes", "no"],
    rows: Int32Array.from(labels, (_, i) => i),
    truth: Float64Array.from(labels, (label) => 1 - label),
    response: Float64Array.from(labels, (label) => 1 - label),
    prob: undefined,
    scores: scores === undefined ? undefined : Float64Array.from(scores)
  })
  it("is AUM with rates, or undefined", () => {
    expect(Aum.measure.evaluate(prediction([0, 0, 1, 1], [2, -3.5, -1, 1.5]))).toBe(1.5)
    expect(Aum.measure.evaluate(prediction([1, 1], [2, 3]))).toMatchObject({ reason: /both classes/ })
    expect(Aum.measure.evaluate(prediction([0, 1], undefined))).toMatchObject({ reason: /needs scores/ })
    expect(Aum.measure.evaluate(prediction([0, 1], [NaN, 3]))).toMatchObject({ reason: /finite/ })
  })
})

describe("Aum.tensor", () => {
  beforeAll(async () => {
    await tf.setBackend("cpu")
  })

  const autograd = (data: Case, denominator: Denominator, weights?: ReadonlyArray<number>) =>
    tf.tidy(() => {
      const labels = tf.tensor1d([...data.labels], "float32")
      const options = weights === undefined ? { denominator } : { denominator, weights: tf.tensor1d([...weights]) }
      const { grad, value } = tf.valueAndGrad((p) => Aum.tensor(p, labels, options))(tf.tensor1d([...data.scores]))
      return { value: value.dataSync()[0], gradient: grad.dataSync() }
    })

  it("has the value of the explicit version, and a gradient between left and right", () => {
    fc.assert(
      fc.property(anyRows, denominator, (data, denominator) => {
        const single = { ...data, scores: data.scores.map(Math.fround) }
        const { gradient, value } = autograd(single, denominator)
        const { aum, left, right } = binary(single, denominator)
        const scale = Math.max(...single.scores.map(Math.abs)) * single.labels.length
        // Single precision: 1e-6 relative, and below 1e-37 subnormal.
        expect(Math.abs(value - aum)).toBeLessThanOrEqual(1e-6 * scale + 1e-37)
        gradient.forEach((g, i) => {
          expect(g).toBeGreaterThanOrEqual(left[i] - 1e-6)
          expect(g).toBeLessThanOrEqual(right[i] + 1e-6)
        })
        expect(sum(gradient)).toBeCloseTo(0, 5)
      })
    )
  })

  it("takes weights, and gives 0 for one class", () => {
    const data = { labels: [0, 0, 1], scores: [3, 9, 1] }
    expect(autograd(data, "rate", [1, 0, 3])).toEqual({ value: 2, gradient: Float32Array.of(1, 0, -1) })
    for (const denominator of denominators) {
      const one = autograd({ labels: [1, 1], scores: [2, 5] }, denominator)
      expect(one.value).toBe(0)
      expect([...one.gradient].map(Math.abs)).toEqual([0, 0])
    }
  })

  it("leaves no tensors behind but its value", () => {
    const [scores, labels] = [tf.tensor1d([2, -3.5, -1, 1.5]), tf.tensor1d([0, 0, 1, 1])]
    const before = tf.memory().numTensors
    const value = tf.tidy(() => Aum.tensor(scores, labels, { denominator: "rate" }))
    expect(value.dataSync()[0]).toBe(1.5)
    expect(tf.memory().numTensors).toBe(before + 1)
    tf.dispose([scores, labels, value])
  })
})
