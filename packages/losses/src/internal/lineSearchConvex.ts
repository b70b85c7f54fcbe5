/**
 * The least AUM along a direction for binary labels, without a queue of meetings.
 *
 * AUM(s) is the largest value of Σ w_r T_r(s) over weights with sum 0, −1/Dn ≤ w ≤ 0 for the lines of negatives and
 * 0 ≤ w ≤ 1/Dp for those of positives (the dual of a hinge loss without margin whose intercept is optimised out). The
 * order of the lines at any step gives such weights, hence a line (a cut) that lies nowhere above the convex AUM and
 * touches it at that step. Two cuts that bracket the minimum meet at a step; either AUM equals their common value
 * there, and the minimum is found exactly, or the cut at that step replaces one of them. Every third turn first halves
 * the bracket (or goes four times as far while it has no end), so that the number of cuts stays moderate. A cut costs expected O(N): the crossing of FP and FN
 * is found by selection, not by sorting.
 */

/** Threshold lines T(s) = intercept + s · slope of the examples, and what one error of each class weighs. */
export interface BinaryLines {
  readonly intercept: Float64Array
  readonly slope: Float64Array
  readonly positive: Uint8Array
  readonly perNegative: number
  readonly perPositive: number
}

/** intercept + s · slope ≤ AUM(s) for all s, with the sums of the absolute terms of both. */
interface Cut {
  readonly at: number
  readonly intercept: number
  readonly slope: number
  readonly interceptSize: number
  readonly slopeSize: number
}

export interface Minimum {
  /** Smallest and largest minimiser; `last` is +∞ when AUM stays at its minimum. */
  readonly first: number
  readonly last: number
  readonly aum: number
  /** The number of cuts. */
  readonly evaluations: number
}

const rounding = 1e-13

/** A guard: the halvings alone shrink any bracket of doubles to nothing before it. */
const maxCuts = 10_000

const centred = (values: Float64Array): Float64Array => {
  let mean = 0
  for (let i = 0; i < values.length; i++) mean += (values[i]! - mean) / (i + 1)
  return values.map((value) => value - mean)
}

class Cuts {
  count = 0
  private readonly lines: BinaryLines
  private readonly order: Int32Array
  private readonly value: Float64Array
  private readonly positives: number
  private readonly negatives: number
  private random = 1

  constructor(lines: BinaryLines) {
    this.lines = lines
    const n = lines.positive.length
    this.order = new Int32Array(n)
    for (let i = 0; i < n; i++) this.order[i] = i
    this.value = new Float64Array(n)
    this.positives = lines.positive.reduce((sum, one) => sum + one, 0)
    this.negatives = n - this.positives
  }

  /** The cut that touches AUM at the step and just after it; at +∞, the one that AUM follows in the end. */
  cut(at: number): Cut {
    const { intercept, slope } = this.lines
    this.count++
    if (at === Infinity) return this.weigh(at, slope, intercept)
    const { value } = this
    for (let i = 0; i < value.length; i++) value[i] = intercept[i]! + at * slope[i]!
    return this.weigh(at, value, slope)
  }

  /** A pseudo-random index, the same in every run. */
  private pick(from: number, to: number): number {
    this.random = (Math.imul(this.random, 1664525) + 1013904223) >>> 0
    return from + Math.floor((this.random / 2 ** 32) * (to - from + 1))
  }

  /** Orders lines by `key`, then `tie`, as far as needed to find where FP reaches FN, and sums the weighted lines. */
  private weigh(at: number, key: Float64Array, tie: Float64Array): Cut {
    const { intercept, perNegative, perPositive, positive, slope } = this.lines
    const { negatives, order, positives } = this
    let from = 0
    let to = order.length - 1
    let fpBelow = 0
    let fnAbove = 0
    let crossing = 0
    let middle = 0
    // Numbers of errors are compared as integers, so that equal rates are equal.
    const perFp = perNegative === perPositive ? 1 : positives
    const perFn = perNegative === perPositive ? 1 : negatives
    for (;;) {
      crossing = order[this.pick(from, to)]!
      const k = key[crossing]!
      const t = tie[crossing]!
      let less = from
      let more = to
      let negativesLess = 0
      let negativesEqual = 0
      let positivesEqual = 0
      let positivesMore = 0
      for (let i = from; i <= more;) {
        const row = order[i]!
        const difference = key[row]! - k || tie[row]! - t
        if (difference < 0) {
          order[i++] = order[less]!
          order[less++] = row
          negativesLess += 1 - positive[row]!
        } else if (difference > 0) {
          order[i] = order[more]!
          order[more--] = row
          positivesMore += positive[row]!
        } else {
          i++
          if (positive[row] === 1) positivesEqual++
          else negativesEqual++
        }
      }
      const fpLess = fpBelow + negativesLess
      const fnMore = fnAbove + positivesMore
      if (less > from && fpLess * perFp >= (fnMore + positivesEqual) * perFn) {
        to = less - 1
        fnAbove = fnMore + positivesEqual
      } else if (more === to || (fpLess + negativesEqual) * perFp >= fnMore * perFn) {
        middle = fpLess * perNegative - fnMore * perPositive
        break
      } else {
        from = more + 1
        fpBelow = fpLess + negativesEqual
      }
    }
    const k = key[crossing]!
    const t = tie[crossing]!
    let interceptBelow = 0
    let interceptAbove = 0
    let slopeBelow = 0
    let slopeAbove = 0
    let interceptSize = Math.abs(middle * intercept[crossing]!)
    let slopeSize = Math.abs(middle * slope[crossing]!)
    for (let i = 0; i < key.length; i++) {
      const difference = key[i]! - k || tie[i]! - t
      if (positive[i] === 1) {
        if (difference <= 0) continue
        interceptAbove += intercept[i]!
        slopeAbove += slope[i]!
        interceptSize += Math.abs(intercept[i]!) * perPositive
        slopeSize += Math.abs(slope[i]!) * perPositive
      } else if (difference < 0) {
        interceptBelow += intercept[i]!
        slopeBelow += slope[i]!
        interceptSize += Math.abs(intercept[i]!) * perNegative
        slopeSize += Math.abs(slope[i]!) * perNegative
      }
    }
    return {
      at,
      intercept: interceptAbove * perPositive - interceptBelow * perNegative + middle * intercept[crossing]!,
      slope: slopeAbove * perPositive - slopeBelow * perNegative + middle * slope[crossing]!,
      interceptSize,
      slopeSize
    }
  }
}

const valueAt = (cut: Cut, step: number) => cut.intercept + step * cut.slope

const isFlat = (cut: Cut) => Math.abs(cut.slope) <= rounding * cut.slopeSize

/** Bracketing cuts meet in the end at the step where `isHigh` begins to hold; `high` is the cut of what follows it. */
const kink = (cuts: Cuts, low: Cut, high: Cut, isHigh: (cut: Cut) => boolean) => {
  for (let turn = 1; turn < maxCuts && high.slope > low.slope; turn++) {
    if (turn % 3 === 0) {
      const between = cuts.cut(high.at < Infinity ? (low.at + high.at) / 2 : 4 * low.at)
      if (isHigh(between)) high = between
      else low = between
    }
    const step = Math.min(Math.max(low.at, (low.intercept - high.intercept) / (high.slope - low.slope)), high.at)
    const cut = cuts.cut(step)
    const aum = valueAt(cut, step)
    const bound = Math.max(valueAt(low, step), valueAt(high, step))
    if (aum <= bound + rounding * (cut.interceptSize + step * cut.slopeSize)) return { step, aum, high }
    if (isHigh(cut)) high = cut
    else low = cut
  }
  return { step: low.at, aum: valueAt(low, low.at), high }
}

/** Finds the smallest and the largest step s ≥ 0 with the least AUM. Both classes must occur. */
export const minimise = (lines: BinaryLines): Minimum => {
  // Weights sum to 0, so centring changes no cut but saves digits.
  const cuts = new Cuts({ ...lines, intercept: centred(lines.intercept), slope: centred(lines.slope) })
  const start = cuts.cut(0)
  const end = cuts.cut(Infinity)
  const rises = (cut: Cut) => cut.slope > 0 && !isFlat(cut)
  const doesNotFall = (cut: Cut) => cut.slope > 0 || isFlat(cut)
  const {
    aum,
    high,
    step: first
  } = doesNotFall(start) ? { step: 0, aum: start.intercept, high: start } : kink(cuts, start, end, doesNotFall)
  let last = first
  if (!rises(high)) last = rises(end) ? Math.max(first, kink(cuts, high, end, rises).step) : Infinity
  return { first, last, aum: Math.max(aum, 0), evaluations: cuts.count }
}
