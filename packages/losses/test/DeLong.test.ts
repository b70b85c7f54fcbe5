import * as Normal from "@rocflow/core/Normal"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as BinaryScores from "../src/BinaryScores.ts"
import * as DeLong from "../src/DeLong.ts"
import * as Roc from "../src/Roc.ts"

const make = (input: BinaryScores.Input) => Effect.runSync(BinaryScores.make(input))
const compare = (a: BinaryScores.BinaryScores, b: BinaryScores.BinaryScores) => Effect.runSync(DeLong.test(a, b))

const score = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ min: -10, max: 10, noNaN: true }))
/** Two scores of the same rows, two rows of each class at least. */
const paired = fc.array(fc.tuple(fc.constantFrom(0, 1), score, score), { maxLength: 40 }).chain((rest) =>
  fc.array(fc.tuple(score, score), { minLength: 4, maxLength: 4 }).map((first) => {
    const all = [...first.map(([a, b], i) => [i % 2, a, b]), ...rest]
    return { labels: all.map(([y]) => y), first: all.map(([, s]) => s), second: all.map(([, , s]) => s) }
  })
)

/** Mulberry32: a generator whose neighbouring numbers are fit for the Box-Muller transform. */
const uniform = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
}

/** DeLong, DeLong and Clarke-Pearson (1988), written out over all pairs: S10 and S01 as 2 × 2 covariances. */
const direct = (labels: ReadonlyArray<number>, ...scores: ReadonlyArray<ReadonlyArray<number>>) => {
  const rowsOf = (label: number) => labels.flatMap((y, i) => (y === label ? [i] : []))
  const [negatives, positives] = [rowsOf(0), rowsOf(1)]
  const mean = (values: ReadonlyArray<number>) => values.reduce((a, b) => a + b, 0) / values.length
  const psi = (x: number, y: number) => (x > y ? 1 : x === y ? 0.5 : 0)
  const v10 = scores.map((s) => positives.map((i) => mean(negatives.map((j) => psi(s[i], s[j])))))
  const v01 = scores.map((s) => negatives.map((j) => mean(positives.map((i) => psi(s[i], s[j])))))
  const aucs = v10.map(mean)
  const covariance = (a: number, b: number) =>
    [v10, v01]
      .map((v) => {
        const products = v[a].map((x, i) => (x - aucs[a]) * (v[b][i] - aucs[b]))
        return mean(products) / (products.length - 1)
      })
      .reduce((x, y) => x + y)
  return { aucs, covariance }
}

const example = make({ labels: [0, 0, 1, 1], scores: [0.1, 0.4, 0.35, 0.8] })

describe("DeLong.variance", () => {
  it("has the value by hand", () => {
    // Placements of positives 1/2, 1 and of negatives 1, 1/2: variance 1/8 each, and 1/8/2 + 1/8/2.
    expect(DeLong.variance(example)).toBe(0.125)
  })

  it("is that of the placements over all pairs", () => {
    fc.assert(
      fc.property(paired, ({ first, labels }) => {
        expect(DeLong.variance(make({ labels, scores: first }))).toBeCloseTo(direct(labels, first).covariance(0, 0), 12)
      })
    )
  })

  it("depends on the order only", () => {
    fc.assert(
      fc.property(paired, ({ first, labels }) => {
        const scores = first.map(Math.round)
        const bent = make({ labels, scores: scores.map((s) => s ** 3 + s) })
        expect(DeLong.variance(bent)).toBe(DeLong.variance(make({ labels, scores })))
      })
    )
  })

  it("needs two rows of each class, and refuses weights", () => {
    const few = make({ labels: [0, 0, 1], scores: [1, 2, 3] })
    expect(DeLong.variance(few)).toMatchObject({ _tag: "Undefined", reason: /1 positive and 2 negative/ })
    const weighted = make({ labels: [0, 0, 1, 1], scores: [1, 2, 3, 4], weights: [1, 1, 1, 1] })
    expect(DeLong.interval(weighted)).toMatchObject({ _tag: "Undefined", reason: /weighted/ })
  })
})

describe("DeLong.interval", () => {
  it("is auc ± z·se, cut to [0, 1]", () => {
    // 0.75 ± 1.959963984540054 · √0.125
    const interval = DeLong.interval(example)
    expect(interval).toMatchObject({ auc: 0.75, standardError: Math.sqrt(0.125), upper: 1, level: 0.95 })
    if (Roc.isUndefined(interval)) throw new Error(interval.reason)
    expect(interval.lower).toBeCloseTo(0.75 - 1.959963984540054 * Math.sqrt(0.125), 12)
  })

  it("is symmetric on the logit scale by that method, and undefined at AUC 1", () => {
    const interval = DeLong.interval(example, { method: "logit", level: 0.9 })
    if (Roc.isUndefined(interval)) throw new Error(interval.reason)
    const logit = (p: number) => Math.log(p / (1 - p))
    expect((logit(interval.lower) + logit(interval.upper)) / 2).toBeCloseTo(logit(0.75), 12)
    // Delta method: half width z·se/(auc (1 − auc)), z(0.9) = 1.6448536269514722.
    const half = (1.6448536269514722 * Math.sqrt(0.125)) / (0.75 * 0.25)
    expect(logit(interval.upper) - logit(0.75)).toBeCloseTo(half, 10)
    const separated = make({ labels: [0, 0, 1, 1], scores: [1, 2, 3, 4] })
    expect(DeLong.interval(separated, { method: "logit" })).toMatchObject({ _tag: "Undefined" })
    expect(DeLong.interval(separated)).toMatchObject({ lower: 1, upper: 1 })
  })

  it.each([0, 1, 1.5, NaN])("refuses level %d", (level) => {
    expect(DeLong.interval(example, { level })).toMatchObject({
      _tag: "Undefined",
      reason: `a confidence interval of level ${level} does not exist: give a level between 0 and 1`
    })
  })

  it("has the standard error of repeated samples, and covers the true AUC about as often as it says", () => {
    // Positives N(1, 1), negatives N(0, 1): AUC = Φ(1/√2). 60 rows a class.
    const truth = Normal.cdf(1 / Math.SQRT2)
    const samples = 2000
    const u = uniform(1)
    const normal = () => Math.sqrt(-2 * Math.log(1 - u())) * Math.cos(2 * Math.PI * u())
    const labels = Array.from({ length: 120 }, (_, i) => i % 2)
    let [covered, sum, squares, variances] = [0, 0, 0, 0]
    for (let k = 0; k < samples; k++) {
      const s = make({ labels, scores: labels.map((y) => y + normal()) })
      const interval = DeLong.interval(s, { method: "logit" })
      if (Roc.isUndefined(interval)) throw new Error(interval.reason)
      covered += +(interval.lower <= truth && truth <= interval.upper)
      sum += interval.auc
      squares += interval.auc ** 2
      variances += interval.standardError ** 2
    }
    // Sampling errors: of a standard deviation 1/√(2·2000) = 1.6%, of the coverage √(0.95·0.05/2000) = 0.0049.
    const deviation = Math.sqrt(squares / samples - (sum / samples) ** 2)
    expect(Math.abs(Math.sqrt(variances / samples) / deviation - 1)).toBeLessThan(0.065)
    expect(Math.abs(covered / samples - 0.95)).toBeLessThan(0.02)
  })
})

describe("DeLong.test", () => {
  it("is the z test with the covariance over all pairs", () => {
    fc.assert(
      fc.property(paired, ({ first, labels, second }) => {
        const { aucs, covariance } = direct(labels, first, second)
        const squared = covariance(0, 0) + covariance(1, 1) - 2 * covariance(0, 1)
        const result = compare(make({ labels, scores: first }), make({ labels, scores: second }))
        fc.pre(squared > 1e-12)
        if (Roc.isUndefined(result)) throw new Error(result.reason)
        expect(result.aucs[0]).toBeCloseTo(aucs[0], 12)
        expect(result.difference).toBeCloseTo(aucs[0] - aucs[1], 12)
        expect(result.standardError ** 2).toBeCloseTo(squared, 12)
        expect(result.z * result.standardError).toBeCloseTo(result.difference, 12)
        expect(result.pValue).toBeCloseTo(Normal.twoSided(result.z), 12)
      })
    )
  })

  it("has an interval around the difference that holds 0 exactly where the p-value is not below 1 − level", () => {
    const level = fc.double({ min: 0.01, max: 0.999, noNaN: true })
    fc.assert(
      fc.property(paired, level, ({ first, labels, second }, level) => {
        const result = Effect.runSync(
          DeLong.test(make({ labels, scores: first }), make({ labels, scores: second }), { level })
        )
        if (Roc.isUndefined(result)) return
        const { difference, lower, pValue, upper } = result
        expect((lower + upper) / 2).toBeCloseTo(difference, 12)
        fc.pre(Math.abs(pValue - (1 - level)) > 1e-9)
        expect(lower <= 0 && 0 <= upper).toBe(pValue >= 1 - level)
      })
    )
  })

  it("changes sign with the order", () => {
    fc.assert(
      fc.property(paired, ({ first, labels, second }) => {
        const [a, b] = [make({ labels, scores: first }), make({ labels, scores: second })]
        const [there, back] = [compare(a, b), compare(b, a)]
        expect(Roc.isUndefined(back)).toBe(Roc.isUndefined(there))
        if (Roc.isUndefined(there) || Roc.isUndefined(back)) return
        expect(back.z).toBeCloseTo(-there.z, 12)
        expect(back.pValue).toBeCloseTo(there.pValue, 12)
      })
    )
  })

  it("is undefined for equal rankings, and fails for other rows", () => {
    const doubled = make({ labels: [0, 0, 1, 1], scores: [0.2, 0.8, 0.7, 1.6] })
    expect(compare(example, doubled)).toMatchObject({ _tag: "Undefined", reason: /no variance/ })
    const others = make({ labels: [0, 1, 0, 1], scores: [1, 2, 3, 4] })
    expect(Effect.runSync(Effect.flip(DeLong.test(example, others)))).toMatchObject({
      _tag: "UnpairedScores",
      index: 1
    })
    const longer = make({ labels: [0, 0, 1, 1, 1], scores: [1, 2, 3, 4, 5] })
    const error = Effect.runSync(Effect.flip(DeLong.test(example, longer)))
    expect(error.message).toMatch(/row 4: no row in the first, label 1 in the second, but .*same row order/)
  })
})
