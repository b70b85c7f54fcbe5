import * as tf from "@tensorflow/tfjs-core"
import "@tensorflow/tfjs-layers"
import "@tensorflow/tfjs-backend-cpu"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { beforeAll, describe, expect, it } from "vitest"
import * as Aum from "../src/Aum.ts"
import * as AumDiffs from "../src/AumDiffs.ts"
import * as BinaryScores from "../src/BinaryScores.ts"
import * as LineSearch from "../src/LineSearch.ts"
import * as Roc from "../src/Roc.ts"
import { explicit } from "./support/evaluate.ts"

type Denominator = "rate" | "count"

interface Problem {
  readonly labels: ReadonlyArray<number>
  readonly scores: ReadonlyArray<number>
  readonly weights?: ReadonlyArray<number>
}

const aum = (problem: Problem, denominator: Denominator, margin: number): Aum.Result => {
  const result = Aum.binary(Effect.runSync(BinaryScores.make(problem)), { denominator, margin })
  if (Roc.isUndefined(result)) throw new Error(result.reason)
  return result
}

/** Half of the margin is added to negatives and taken from positives. */
const shifted = ({ labels, scores }: Problem, margin: number): ReadonlyArray<number> =>
  scores.map((s, i) => s + (labels[i] === 0 ? margin / 2 : -margin / 2))

const ofClass = ({ labels, scores }: Problem, label: number) => scores.filter((_, i) => labels[i] === label)

/** Scores and margins in quarters, so that shifted scores are exact and tie often. */
const problem: fc.Arbitrary<Problem> = fc
  .array(fc.tuple(fc.nat(1), fc.integer({ min: -12, max: 12 }), fc.integer({ min: 1, max: 4 })), {
    minLength: 2,
    maxLength: 90,
    size: "max"
  })
  .map((rows) => ({
    labels: rows.map(([label], i) => (i < 2 ? i : label)),
    scores: rows.map(([, quarters]) => quarters / 4),
    weights: rows.map(([, , weight]) => weight)
  }))
const margin = fc.integer({ min: 0, max: 16 }).map((quarters) => quarters / 4)
const denominator = fc.constantFrom<Denominator>("rate", "count")

const check = (law: (problem: Problem, denominator: Denominator, margin: number) => void) =>
  fc.assert(fc.property(problem, denominator, margin, law))
const unweighted = ({ labels, scores }: Problem): Problem => ({ labels, scores })

describe("AUM with a margin", () => {
  it("is the AUM of shifted scores, derivatives and ties included, with and without weights", () => {
    check((given, denominator, margin) => {
      for (const problem of [given, unweighted(given)]) {
        const without = aum({ ...problem, scores: shifted(problem, margin) }, denominator, 0)
        const found = aum(problem, denominator, margin)
        // The compiled passes shift the sum and not the terms.
        expect(found.aum).toBeCloseTo(without.aum, 12)
        expect({ ...found, aum: 0 }).toEqual({ ...without, aum: 0 })
      }
    })
  })

  it("is 0 exactly when every positive leads every negative by the margin", () => {
    const few = fc.record({
      negatives: fc.array(fc.integer({ min: -8, max: 4 }), { minLength: 1, maxLength: 4 }),
      positives: fc.array(fc.integer({ min: -4, max: 8 }), { minLength: 1, maxLength: 4 })
    })
    fc.assert(
      fc.property(few, denominator, margin, ({ negatives, positives }, denominator, margin) => {
        const problem = {
          labels: [...negatives.map(() => 0), ...positives.map(() => 1)],
          scores: [...negatives, ...positives]
        }
        const leads = Math.min(...positives) - Math.max(...negatives) >= margin
        expect(aum(problem, denominator, margin).aum === 0).toBe(leads)
      }),
      { numRuns: 500 }
    )
    check((problem, denominator, margin) => {
      const leads = Math.min(...ofClass(problem, 1)) - Math.max(...ofClass(problem, 0)) >= margin
      expect(aum(problem, denominator, margin).aum === 0).toBe(leads)
    })
  })

  it("is the hinge loss of half the margin with the best intercept", () => {
    check((given, denominator, margin) => {
      const problem = unweighted(given)
      const [negatives, positives] = [ofClass(problem, 0), ofClass(problem, 1)]
      const [dn, dp] = denominator === "rate" ? [negatives.length, positives.length] : [1, 1]
      const hinge = (t: number) =>
        negatives.reduce((sum, s) => sum + Math.max(0, margin / 2 + (s + t)), 0) / dn +
        positives.reduce((sum, s) => sum + Math.max(0, margin / 2 - (s + t)), 0) / dp
      const best = Math.min(...shifted(problem, margin).map((s) => hinge(-s)))
      expect(aum(problem, denominator, margin).aum).toBeCloseTo(best, 10)
    })
  })

  it("is convex in the scores", () => {
    const part = fc.integer({ min: 0, max: 8 }).map((eighths) => eighths / 8)
    fc.assert(
      fc.property(
        problem,
        fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 90, maxLength: 90 }),
        part,
        denominator,
        margin,
        (problem, other, part, denominator, margin) => {
          const at = (scores: ReadonlyArray<number>) => aum({ ...problem, scores }, denominator, margin).aum
          const mixed = at(problem.scores.map((s, i) => part * s + (1 - part) * other[i]))
          const between = part * at(problem.scores) + (1 - part) * at(other.slice(0, problem.scores.length))
          expect(mixed).toBeLessThanOrEqual(between + 1e-9)
        }
      )
    )
  })

  it("scales with scores and margin together, and its derivatives do not change", () => {
    check((problem, denominator, margin) => {
      const once = aum(problem, denominator, margin)
      const scaled = aum({ ...problem, scores: problem.scores.map((s) => 8 * s) }, denominator, 8 * margin)
      expect(scaled.aum).toBeCloseTo(8 * once.aum, 10)
      expect({ ...scaled, aum: 0 }).toEqual({ ...once, aum: 0 })
    })
  })

  it("never falls with the margin, nor rises by more than the smaller class weighs times it", () => {
    check((given, denominator, margin) => {
      const problem = unweighted(given)
      const [without, found] = [aum(problem, denominator, 0).aum, aum(problem, denominator, margin).aum]
      const smaller = denominator === "rate" ? 1 : Math.min(ofClass(problem, 0).length, ofClass(problem, 1).length)
      expect(found).toBeGreaterThanOrEqual(without - 1e-10)
      expect(found).toBeLessThanOrEqual(without + margin * smaller + 1e-10)
    })
  })

  it("of constant scores is the margin by rate, and pulls both classes apart", () => {
    check(({ labels }, _, margin) => {
      fc.pre(margin > 0)
      const { aum: value, left, right } = aum({ labels, scores: labels.map(() => 2.5) }, "rate", margin)
      const positives = labels.filter((label) => label === 1).length
      const slopes = labels.map((label) => (label === 0 ? 1 / (labels.length - positives) : -1 / positives))
      expect(value).toBeCloseTo(margin, 12)
      slopes.forEach((slope, i) => {
        expect(left[i]).toBeCloseTo(slope, 14)
        expect(right[i]).toBeCloseTo(slope, 14)
      })
    })
  })

  it("has the one-sided derivatives of its one-sided differences", () => {
    check((problem, denominator, margin) => {
      const { aum: value, left, right } = aum(problem, denominator, margin)
      // Shifted scores are multiples of 1/8: AUM is linear within 1/16 of each.
      const at = (row: number, h: number) =>
        aum({ ...problem, scores: problem.scores.map((s, i) => (i === row ? s + h : s)) }, denominator, margin).aum
      for (let row = 0; row < problem.scores.length; row += 7) {
        expect((at(row, 1 / 16) - value) * 16).toBeCloseTo(right[row], 9)
        expect((value - at(row, -1 / 16)) * 16).toBeCloseTo(left[row], 9)
      }
    })
  })

  it("is that of repeated rows when weights are integers", () => {
    check((problem, denominator, margin) => {
      const repeat = (values: ReadonlyArray<number>) =>
        values.flatMap((value, i) => Array.from({ length: problem.weights![i] }, () => value))
      const repeated = { labels: repeat(problem.labels), scores: repeat(problem.scores) }
      expect(aum(problem, denominator, margin).aum).toBeCloseTo(aum(repeated, denominator, margin).aum, 9)
    })
  })

  it("is that of a table of error differences with its steps at half the margin", () => {
    check((given, denominator, margin) => {
      const { labels, scores } = given
      const diffs = Effect.runSync(AumDiffs.binary(labels, { denominator, margin }))
      labels.forEach((label, i) => expect(diffs.pred[i]).toBe(label === 1 ? margin / 2 : 0 - margin / 2))
      const general = Effect.runSync(Aum.general(diffs, scores))
      const found = aum(unweighted(given), denominator, margin)
      expect(general.aum).toBeCloseTo(found.aum, 10)
      general.gradient.forEach((slope, i) => expect(slope).toBeCloseTo(found.gradient[i], 12))
    })
  })

  it("is refused below 0 by tables and searches", () => {
    const refusal = Effect.runSync(Effect.flip(AumDiffs.binary([0, 1], { margin: -1 })))
    expect(refusal.reason).toBe("InvalidMargin")
    expect(refusal.message).toBe(
      "margin -1: a margin is a finite number of at least 0; give such a number, or leave it out for none."
    )
    const search = LineSearch.binary({ labels: [0, 1], scores: [0, 1], margin: Number.NaN })
    expect(Effect.runSync(Effect.flip(search)).reason).toBe("InvalidMargin")
  })
})

describe("the line search with a margin", () => {
  const direction = fc.array(fc.integer({ min: -6, max: 6 }), { minLength: 90, maxLength: 90 })

  it("finds no better step than the least: that of the sweep, the convex search and the loss", () => {
    fc.assert(
      fc.property(problem, direction, denominator, margin, (given, many, denominator, margin) => {
        const { labels, scores } = given
        const problem = unweighted(given)
        const direction = many.slice(0, scores.length)
        const at = (step: number) =>
          aum({ ...problem, scores: scores.map((s, i) => s - step * direction[i]) }, denominator, margin).aum
        const diffs = Effect.runSync(AumDiffs.binary(labels, { denominator, margin }))
        const sweep = Effect.runSync(LineSearch.run({ diffs, scores, direction }))
        const convex = Effect.runSync(LineSearch.binary({ labels, scores, direction, denominator, margin }))
        const { search } = explicit(Aum.definition, { denominator, margin })
        const step = search!(Float64Array.from(scores), Float64Array.from(direction), Float64Array.from(labels))
        const scale = 1 + at(0)
        expect(Math.abs(convex.aum - sweep.aum)).toBeLessThan(1e-9 * scale)
        for (const found of [step, convex.step, sweep.step]) {
          expect(Math.abs(at(found) - convex.aum)).toBeLessThan(2e-6 * scale)
        }
        for (let tried = 0; tried < 3; tried += 0.125) {
          expect(at(tried)).toBeGreaterThan(convex.aum - 1e-9 * scale)
        }
      })
    )
  })
})

describe("multi-class AUM with a margin", () => {
  it("is that of shifted scores: down in the column of the class, up in the others", () => {
    const rows = fc.array(
      fc.tuple(fc.nat(2), fc.tuple(fc.nat(20), fc.nat(20), fc.nat(20)), fc.integer({ min: 1, max: 3 })),
      { minLength: 2, maxLength: 40 }
    )
    fc.assert(
      fc.property(
        rows,
        denominator,
        fc.constantFrom("macro", "micro"),
        margin,
        fc.boolean(),
        (rows, denominator, average, margin, weighted) => {
          const scores = Float64Array.from(rows.flatMap(([, row]) => row.map((quarters) => quarters / 4)))
          const moved = scores.map((s, i) => s + (rows[Math.floor(i / 3)][0] === i % 3 ? -margin / 2 : margin / 2))
          const targets = Float64Array.from(rows, ([target]) => target)
          const weights = weighted ? Float64Array.from(rows, ([, , weight]) => weight) : undefined
          const of = (scores: Float64Array, margin: number) => {
            const gradient = new Float64Array(scores.length)
            const loss = explicit(Aum.multiclassDefinition, { denominator, average, margin })
            return { value: loss.evaluate(scores, targets, gradient, weights), gradient }
          }
          const [found, expected] = [of(scores, margin), of(moved, 0)]
          expect(found.value).toBeCloseTo(expected.value, 12)
          expect(found.gradient).toEqual(expected.gradient)
        }
      )
    )
  })
})

describe("Aum.tensor with a margin", () => {
  beforeAll(async () => {
    await tf.setBackend("cpu")
  })

  it("has the value of the explicit version, and a gradient between left and right", () => {
    check((given, denominator, margin) => {
      for (const problem of [given, unweighted(given)]) {
        const { aum: value, left, right } = aum(problem, denominator, margin)
        const found = tf.tidy(() => {
          const labels = tf.tensor1d([...problem.labels])
          const weights = problem.weights === undefined ? {} : { weights: tf.tensor1d([...problem.weights]) }
          const result = tf.valueAndGrad((scores) => Aum.tensor(scores, labels, { denominator, margin, ...weights }))(
            tf.tensor1d([...problem.scores])
          )
          return { value: result.value.dataSync()[0], gradient: result.grad.dataSync() }
        })
        expect(Math.abs(found.value - value)).toBeLessThan(1e-4 * (1 + value))
        found.gradient.forEach((slope, i) => {
          expect(slope).toBeGreaterThan(left[i] - 1e-4)
          expect(slope).toBeLessThan(right[i] + 1e-4)
        })
      }
    })
  })
})
