import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as BinaryScores from "../src/BinaryScores.ts"
import { argsort } from "../src/internal/argsort.ts"
import * as Roc from "../src/Roc.ts"

const make = (input: BinaryScores.Input) => Effect.runSync(BinaryScores.make(input))

const defined = <A>(value: A | Roc.Undefined): A => {
  if (Roc.isUndefined(value)) throw new Error(value.reason)
  return value
}

interface Case {
  readonly labels: ReadonlyArray<number>
  readonly scores: ReadonlyArray<number>
  readonly weights: ReadonlyArray<number>
}

const score = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.integer({ min: -20, max: 20 }).map((k) => k / 10),
  fc.double({ min: -100, max: 100, noNaN: true })
)
/** Rows of both classes with integer weights, those of the first two rows above 0. */
const rows: fc.Arbitrary<Case> = fc
  .tuple(fc.array(fc.tuple(fc.constantFrom(0, 1), score, fc.nat(3)), { maxLength: 40 }), score, score)
  .map(([rest, negative, positive]) => {
    const all = [[0, negative, 1], [1, positive, 2], ...rest]
    return { labels: all.map(([y]) => y), scores: all.map(([, s]) => s), weights: all.map(([, , w]) => w) }
  })
const plain = ({ labels, scores }: Case) => make({ labels, scores })
const repeated = ({ labels, scores, weights }: Case) => {
  const repeat = (values: ReadonlyArray<number>) =>
    values.flatMap((v, i) => Array.from({ length: weights[i] }, () => v))
  return make({ labels: repeat(labels), scores: repeat(scores) })
}

/** The example of scikit-learn's documentation of roc_curve, roc_auc_score and precision_recall_curve. */
const sklearn = make({ labels: [0, 0, 1, 1], scores: [0.1, 0.4, 0.35, 0.8] })
const oneClass = make({ labels: [1, 1], scores: [0, 1] })
const noPositives = make({ labels: [0, 0], scores: [0, 1] })

describe("Roc.curve", () => {
  it("has the published table", () => {
    // tdhock blog 2024 (auto-grad overhead), R package aum.
    expect(Roc.curve(make({ labels: [0, 0, 1, 1], scores: [2, -3.5, -1, 1.5] }))).toEqual({
      fpr: Float64Array.of(0, 0.5, 0.5, 0.5, 1),
      fnr: Float64Array.of(1, 1, 0.5, 0, 0),
      tpr: Float64Array.of(0, 0, 0.5, 1, 1),
      min: Float64Array.of(0, 0.5, 0.5, 0, 0),
      minConstant: Float64Array.of(-Infinity, -2, -1.5, 1, 3.5),
      maxConstant: Float64Array.of(-2, -1.5, 1, 3.5, Infinity)
    })
  })

  it("is that of scikit-learn's documentation", () => {
    const curve = defined(Roc.curve(sklearn))
    expect([...curve.fpr]).toEqual([0, 0, 0.5, 0.5, 1])
    expect([...curve.tpr]).toEqual([0, 0.5, 0.5, 1, 1])
  })

  it("makes one point of a tied group, and no −0", () => {
    const curve = defined(Roc.curve(make({ labels: [0, 1], scores: [0, -0] })))
    expect([...curve.fpr]).toEqual([0, 1])
    expect([...curve.minConstant]).toEqual([-Infinity, 0])
  })

  it("gives in every interval the errors of a threshold in it", () => {
    fc.assert(
      fc.property(rows, fc.boolean(), (data, weighted) => {
        const s = weighted ? make(data) : plain(data)
        const curve = defined(Roc.curve(s))
        // A constant c calls score > −c positive; the upper end belongs to the interval.
        curve.maxConstant.forEach((constant, k) => {
          const errors = Roc.confusion(s, 0 - constant)
          expect(errors.fpr).toBeCloseTo(curve.fpr[k], 12)
          expect(errors.fnr).toBeCloseTo(curve.fnr[k], 12)
          expect(errors.tpr).toBeCloseTo(curve.tpr[k], 12)
        })
        expect([curve.fpr.at(-1), curve.tpr.at(-1), curve.fnr.at(-1)]).toEqual([1, 1, 0])
        expect(curve.minConstant.subarray(1)).toEqual(curve.maxConstant.subarray(0, -1))
      })
    )
  })

  it("is that of repeated rows for integer weights", () => {
    fc.assert(
      fc.property(rows, (data) => {
        expect(Roc.curve(make(data))).toEqual(Roc.curve(repeated(data)))
      })
    )
  })
})

describe("Roc.auc", () => {
  it("has known values", () => {
    expect(Roc.auc(sklearn)).toBe(0.75)
    expect(Roc.auc(make({ labels: [0, 0, 1], scores: [1, 1, 1] }))).toBe(0.5)
    expect(Roc.auc(make({ labels: [0, 1], scores: [0, 1] }))).toBe(1)
  })

  it("is the share of pairs in order, ties one half", () => {
    fc.assert(
      fc.property(rows, fc.boolean(), (data, weighted) => {
        const weight = (i: number) => (weighted ? data.weights[i] : 1)
        let [won, all] = [0, 0]
        data.labels.forEach((y, i) =>
          data.labels.forEach((z, j) => {
            if (y !== 1 || z !== 0) return
            const pair = weight(i) * weight(j)
            all += pair
            won += (pair * (1 + Math.sign(data.scores[i] - data.scores[j]))) / 2
          })
        )
        expect(Roc.auc(weighted ? make(data) : plain(data))).toBe(won / all)
      })
    )
  })

  it("depends on the order only, flips with the sign, and is the same in single precision", () => {
    fc.assert(
      fc.property(rows, (data) => {
        const integers = { ...data, scores: data.scores.map(Math.round) }
        const auc = Number(Roc.auc(plain(integers)))
        const bent = integers.scores.map((s) => s ** 3 + 2 * s)
        expect(Roc.auc(plain({ ...data, scores: bent }))).toBe(auc)
        expect(Roc.auc(plain({ ...data, scores: bent.map((s) => -s) }))).toBeCloseTo(1 - auc, 14)
        expect(Roc.auc(make({ labels: data.labels, scores: Float32Array.from(integers.scores) }))).toBe(auc)
      })
    )
  })

  it("is the trapezoid area under the curve", () => {
    fc.assert(
      fc.property(rows, (data) => {
        const { fpr, tpr } = defined(Roc.curve(plain(data)))
        let area = 0
        for (let k = 1; k < fpr.length; k++) area += ((fpr[k] - fpr[k - 1]) * (tpr[k] + tpr[k - 1])) / 2
        expect(Roc.auc(plain(data))).toBeCloseTo(area, 12)
      })
    )
  })
})

describe("Roc.partialAuc", () => {
  it("has the McClish value", () => {
    // FPR from 0 to 1/2: area 1/4; (1 + (1/4 − 1/8) / (1/2 − 1/8)) / 2 = 2/3.
    expect(Roc.partialAuc(sklearn, { maxFpr: 0.5 })).toBeCloseTo(2 / 3, 14)
    expect(Roc.partialAuc(sklearn, { maxFpr: 0.5, standardized: false })).toBe(0.25)
    // One diagonal: area maxFpr²/2, standardised 1/2.
    expect(Roc.partialAuc(make({ labels: [0, 1], scores: [1, 1] }), { maxFpr: 0.3 })).toBeCloseTo(0.5, 14)
  })

  it("is the area under the interpolated curve, and AUC at 1", () => {
    fc.assert(
      fc.property(rows, fc.integer({ min: 1, max: 200 }), (data, part) => {
        const s = plain(data)
        const { fpr, tpr } = defined(Roc.curve(s))
        const maxFpr = part / 200
        const area = (to: number) => {
          let sum = 0
          for (let k = 1; k < fpr.length; k++) {
            const width = Math.min(fpr[k], to) - Math.min(fpr[k - 1], to)
            const slope = fpr[k] > fpr[k - 1] ? (tpr[k] - tpr[k - 1]) / (fpr[k] - fpr[k - 1]) : 0
            sum += width * (tpr[k - 1] + (slope * width) / 2)
          }
          return sum
        }
        expect(Roc.partialAuc(s, { maxFpr, standardized: false })).toBeCloseTo(area(maxFpr), 12)
        expect(Roc.partialAuc(s, { maxFpr: 1 })).toBeCloseTo(Number(Roc.auc(s)), 12)
      })
    )
  })

  it.each([0, -1, 1.1, NaN])("refuses maxFpr %d", (maxFpr) => {
    expect(Roc.partialAuc(sklearn, { maxFpr })).toMatchObject({
      reason: `the partial AUC up to an FPR of ${maxFpr} does not exist: give a maxFpr above 0 and at most 1`
    })
  })
})

describe("precision and recall", () => {
  it("are those of scikit-learn's documentation", () => {
    const curve = defined(Roc.precisionRecall(sklearn))
    expect([...curve.precision]).toEqual([0.5, 2 / 3, 0.5, 1, 1])
    expect([...curve.recall]).toEqual([1, 1, 0.5, 0.5, 0])
    expect([...curve.thresholds]).toEqual([0.1, 0.35, 0.4, 0.8])
    expect(Roc.averagePrecision(sklearn)).toBeCloseTo(0.8333333333333333, 15)
  })

  it("are those of repeated rows for integer weights", () => {
    fc.assert(
      fc.property(rows, (data) => {
        expect(Roc.precisionRecall(make(data))).toEqual(Roc.precisionRecall(repeated(data)))
        expect(Roc.averagePrecision(make(data))).toBe(Roc.averagePrecision(repeated(data)))
      })
    )
  })

  it("do not show whether +0 or −0 came first in a tie", () => {
    for (const scores of [
      [0, -0],
      [-0, 0]
    ]) {
      const { thresholds } = defined(Roc.precisionRecall(make({ labels: [0, 1], scores })))
      expect([...thresholds]).toEqual([0])
    }
  })

  it("are those of the confusion just below every threshold", () => {
    fc.assert(
      fc.property(rows, (data) => {
        const s = plain(data)
        const { precision, recall, thresholds } = defined(Roc.precisionRecall(s))
        thresholds.forEach((_, k) => {
          const below = Roc.confusion(s, k === 0 ? -Infinity : thresholds[k - 1])
          expect(precision[k]).toBe(below.ppv)
          expect(recall[k]).toBe(below.tpr)
        })
      })
    )
  })

  it("need a positive, but no negative", () => {
    expect(Roc.averagePrecision(oneClass)).toBe(1)
    expect(Roc.averagePrecision(noPositives)).toMatchObject({ _tag: "Undefined", reason: /no positive row/ })
    expect(Roc.precisionRecall(noPositives)).toMatchObject({ _tag: "Undefined" })
  })
})

describe("Roc.confusion", () => {
  it("has every rate of its four counts", () => {
    const labels = [1, 1, 1, 0, 0, 0, 0, 1]
    const s = make({ labels, scores: [3, 2, 1, 2, 0, 0, -1, -2] })
    expect(Roc.confusion(s, 0.5)).toEqual({
      threshold: 0.5,
      tp: 3,
      fp: 1,
      tn: 3,
      fn: 1,
      tpr: 0.75,
      fpr: 0.25,
      tnr: 0.75,
      fnr: 0.25,
      ppv: 0.75,
      npv: 0.75,
      accuracy: 0.75,
      balancedAccuracy: 0.75,
      youden: 0.5,
      f1: 0.75,
      mcc: 0.5
    })
  })

  it("calls a score at the threshold negative", () => {
    expect(Roc.confusion(make({ labels: [1, 0], scores: [1, 0] }), 1)).toMatchObject({ tp: 0, fn: 1 })
  })

  it("has undefined rates where there is nothing to divide by", () => {
    const none = Roc.confusion(sklearn, Infinity)
    expect(none.ppv).toMatchObject({ _tag: "Undefined", reason: /called positive/ })
    expect(none.mcc).toMatchObject({ _tag: "Undefined" })
    expect(none.npv).toBe(0.5)
    const positives = Roc.confusion(oneClass, 0.5)
    expect([positives.fpr, positives.tnr, positives.youden, positives.balancedAccuracy].every(Roc.isUndefined)).toBe(
      true
    )
    expect(positives.tpr).toBe(0.5)
  })

  it("has no counts and no rates at NaN", () => {
    const nothing = Roc.confusion(sklearn, NaN)
    expect([nothing.tp, nothing.fn]).toEqual([NaN, NaN])
    expect([nothing.tpr, nothing.fpr, nothing.accuracy, nothing.f1, nothing.mcc].every(Roc.isUndefined)).toBe(true)
  })
})

describe("Roc.bestThreshold", () => {
  const criteria: Record<Roc.Criterion, (c: Roc.Confusion) => Roc.Measured> = {
    youden: (c) => c.youden,
    accuracy: (c) => c.accuracy,
    f1: (c) => c.f1,
    mcc: (c) => c.mcc,
    topLeft: (c) => -Math.hypot(Number(c.fpr), Number(c.fnr))
  }
  it.each(Object.keys(criteria) as ReadonlyArray<Roc.Criterion>)("attains the greatest %s", (criterion) => {
    fc.assert(
      fc.property(rows, fc.boolean(), (data, weighted) => {
        const s = weighted ? make(data) : plain(data)
        const best = defined(Roc.bestThreshold(s, criterion))
        const value = (threshold: number) => {
          const measured = criteria[criterion](Roc.confusion(s, threshold))
          return typeof measured === "number" ? measured : -Infinity
        }
        expect(value(best.threshold)).toBeCloseTo(best.value, 12)
        expect(Math.max(...[-Infinity, ...data.scores].map(value))).toBeCloseTo(best.value, 12)
        expect(best.threshold).toBeGreaterThanOrEqual(best.lowest)
        expect(best.threshold).toBeLessThan(best.highest)
      })
    )
  })

  it("takes the highest of equally good thresholds, in the middle of its interval", () => {
    expect(Roc.bestThreshold(sklearn, "accuracy")).toEqual({
      threshold: 0.4 + 0.4 / 2,
      value: 0.75,
      lowest: 0.4,
      highest: 0.8
    })
  })

  it("stays below the next score where there is no number between two", () => {
    // The middle of these two would round to the higher.
    const [lower, upper] = [1 + Number.EPSILON, 1 + 2 * Number.EPSILON]
    const s = make({ labels: [0, 1], scores: [lower, upper] })
    expect(Roc.bestThreshold(s)).toEqual({ threshold: lower, value: 1, lowest: lower, highest: upper })
  })

  it("refuses an unknown criterion", () => {
    const unknown = "toString" as Roc.Criterion
    expect(Roc.bestThreshold(sklearn, unknown)).toMatchObject({
      reason: 'the criterion "toString" is not known: use one of youden, topLeft, accuracy, f1, mcc'
    })
  })
})

describe("Roc.equalErrorRate", () => {
  const rate = (s: BinaryScores.BinaryScores) => defined(Roc.equalErrorRate(s)).rate

  it("has known values", () => {
    expect(Roc.equalErrorRate(sklearn)).toEqual({ rate: 0.5, score: 0.4 })
    expect(rate(make({ labels: [0, 1], scores: [0, 1] }))).toBe(0)
    expect(rate(make({ labels: [0, 1], scores: [1, 0] }))).toBe(1)
    expect(rate(make({ labels: [0, 0, 1], scores: [1, 1, 1] }))).toBe(0.5)
  })

  it("lies on the ROC curve, where FPR = FNR", () => {
    fc.assert(
      fc.property(rows, (data) => {
        const s = make(data)
        const { fnr, fpr } = defined(Roc.curve(s))
        const r = rate(s)
        // Some segment of the curve contains the point (r, r).
        const distance = Array.from(fpr.subarray(1), (x1, k) => {
          const [x0, y0, y1] = [fpr[k], fnr[k], fnr[k + 1]]
          const inside = x0 - 1e-12 <= r && r <= x1 + 1e-12 && y1 - 1e-12 <= r && r <= y0 + 1e-12
          return inside ? Math.abs((x1 - x0) * (r - y0) - (y1 - y0) * (r - x0)) : 1
        })
        expect(Math.min(...distance)).toBeLessThan(1e-12)
      })
    )
  })

  it("is the same with classes and signs flipped", () => {
    fc.assert(
      fc.property(rows, ({ labels, scores }) => {
        const flipped = make({ labels: labels.map((y) => 1 - y), scores: scores.map((s) => -s) })
        expect(rate(flipped)).toBeCloseTo(rate(make({ labels, scores })), 12)
      })
    )
  })
})

it("says which class is missing, for every measure that needs both", () => {
  const measures: ReadonlyArray<(s: BinaryScores.BinaryScores) => unknown> = [
    Roc.curve,
    Roc.auc,
    (s) => Roc.partialAuc(s, { maxFpr: 0.5 }),
    (s) => Roc.bestThreshold(s, "accuracy"),
    Roc.equalErrorRate
  ]
  const weightless = make({ labels: [0, 1], scores: [1, 2], weights: [0, 0] })
  for (const measure of measures) {
    expect(measure(oneClass)).toMatchObject({ _tag: "Undefined", reason: /needs both classes, and no negative row/ })
    expect(measure(noPositives)).toMatchObject({ _tag: "Undefined", reason: /no positive row/ })
    expect(measure(weightless)).toMatchObject({ _tag: "Undefined", reason: /no positive or negative row/ })
  }
})

describe("argsort", () => {
  const value = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.float({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(0, -0, 1, -1, Number.MIN_VALUE, -Number.MIN_VALUE, Number.MAX_VALUE)
  )
  it.each([
    [0, 600],
    [520, 1500]
  ])("is the stable order of %i to %i scores", (minLength, maxLength) => {
    fc.assert(
      fc.property(fc.array(value, { minLength, maxLength, size: "max" }), (scores) => {
        const expected = scores.map((_, i) => i).sort((a, b) => compare(scores[a], scores[b]) || a - b)
        expect([...argsort(Float64Array.from(scores))]).toEqual(expected)
        const single = Float32Array.from(scores)
        expect([...argsort(single)]).toEqual(
          scores.map((_, i) => i).sort((a, b) => compare(single[a], single[b]) || a - b)
        )
      }),
      { numRuns: 30 }
    )
  })
})

/** Not a difference: single precision may overflow to infinities here. */
const compare = (a: number, b: number) => (a < b ? -1 : a > b ? 1 : 0)
