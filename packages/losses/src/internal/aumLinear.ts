/**
 * Value and both one-sided derivatives of the binary AUM in expected linear time, without sorting.
 *
 * FP rises and FN falls as a constant is added to all scores, so FP/Dn and FN/Dp cross once. With the crossing score
 * `s*` (see `aumSelect.ts`) and weights `w`,
 *
 *     AUM = Σ_neg w (s − s*)₊ / Dn + Σ_pos w (s* − s)₊ / Dp,
 *
 * where the scores are shifted by half the margin. This is a hinge loss whose intercept has been optimised out: one more linear pass gives value and derivatives, and only the
 * rows tied at `s*` need a second look.
 *
 * This is the plain JavaScript version: for weights, for few rows, where WebAssembly or its SIMD is missing, and as the
 * oracle of the compiled one, which `aumBlocks.ts` runs, three to six times faster.
 *
 * Without weights, or with integer weights, every sum and product that decides is an integer below 2⁵³: the derivatives
 * equal those of the sorted algorithm to the last bit, ties included. Real weights: up to the rounding of their sums.
 */
import * as Kernel from "../kernels/aumKernel.ts"
import * as Blocks from "./aumBlocks.ts"
import * as Histogram from "./aumHistogram.ts"
import * as Rows from "./aumRows.ts"
import { select } from "./aumSelect.ts"
import * as Tied from "./aumTied.ts"
import type { Floats, Labels, Variant } from "./aumRows.ts"

export interface Workspace {
  /**
   * Returns AUM of the first `n` rows and writes the mean of both one-sided derivatives to `gradient`, and each of them
   * to `left` and `right` if given, none of which may share memory with `scores`. Labels: above 0 = positive. Allocates
   * only when `n` exceeds all earlier `n`, and a few views (no copies) for each 16,384 rows of longer input.
   *
   * Weights that are not 0 lie between 1e-100 and 1e100, since products of their sums are compared.
   * No mass in one of the classes: 0, and derivatives 0. A score that is not finite: NaN, and derivatives NaN.
   */
  readonly evaluate: (
    scores: Floats,
    labels: Labels,
    n: number,
    variant: Variant,
    gradient: Floats,
    left?: Floats,
    right?: Floats,
    weights?: Floats
  ) => number
}

/**
 * What the pass over the rows looks up, by label y (0 = negative, 1 = positive) instead of branching:
 * [y] the sign of the hinge, [2 + y] 0.5 / D, [4 + 2·beyond + y] the derivative (unweighted; the sign of it if weighted)
 * of a row that lies beyond the crossing or not, [8 + y] D.
 */
type Coefficients = Float64Array

const hinge = (rows: Rows.Rows, n: number, crossing: number, coefficients: Coefficients, gradient: Floats): number => {
  const { label, score } = rows
  let sum = 0
  for (let i = 0; i < n; i++) {
    const y = label[i]!
    // Without branches, as the outcome is as good as random: x + |x| is 2x or 0.
    const x = (score[i]! - crossing) * coefficients[y]!
    sum += (x + Math.abs(x)) * coefficients[2 + y]!
    gradient[i] = coefficients[4 + 2 * +(x > 0) + y]!
  }
  return sum
}

const weightedHinge = (
  rows: Rows.Rows,
  n: number,
  crossing: number,
  coefficients: Coefficients,
  gradient: Floats
): number => {
  const { label, mass, score } = rows
  let sum = 0
  for (let i = 0; i < n; i++) {
    const y = label[i]!
    const w = mass[i]!
    const x = (score[i]! - crossing) * coefficients[y]!
    sum += (x + Math.abs(x)) * coefficients[2 + y]! * w
    gradient[i] = (coefficients[4 + 2 * +(x > 0) + y]! * w) / coefficients[8 + y]!
  }
  return sum
}

const fill = (value: number, n: number, gradient: Floats, left?: Floats, right?: Floats): number => {
  gradient.fill(value, 0, n)
  left?.fill(value, 0, n)
  right?.fill(value, 0, n)
  return value
}

/** With fewer rows the calls and copies cost more than the compiled passes save. */
const fewRows = 64

/**
 * Makes a workspace: reusable memory that grows to the largest input it has seen.
 *
 * `kernel` gives the compiled passes, or undefined where there are none; then, and for weighted and few rows, everything
 * is computed here.
 *
 * @example
 * const workspace = make()
 * const gradient = new Float64Array(4)
 * const [scores, labels] = [Float64Array.of(2, -3.5, -1, 1.5), Uint8Array.of(0, 0, 1, 1)]
 * workspace.evaluate(scores, labels, 4, { denominator: "rate", margin: 0 }, gradient) // => 1.5
 */
export const make = (kernel: () => Kernel.Kernel | undefined = Kernel.shared): Workspace => {
  const rows = Rows.make()
  const histograms = Histogram.make()
  const coefficients = Float64Array.of(1, -1, 0, 0, 0, 0, 0, 0, 0, 0)
  const crossing: Tied.Crossing = {
    score: 0,
    from: 0,
    to: 0,
    negativesAbove: 0,
    positivesAbove: 0,
    negativesAt: 0,
    positivesAt: 0
  }

  const plain: Workspace["evaluate"] = (scores, labels, n, variant, gradient, left, right, weights) => {
    if (!Rows.load(rows, scores, labels, n, variant, weights)) return fill(NaN, n, gradient, left, right)
    if (!(rows.negatives > 0 && rows.positives > 0)) return fill(0, n, gradient, left, right)
    select(rows, histograms, n, crossing)
    const pass = rows.weighted ? weightedHinge : hinge
    const { negativeDenominator, positiveDenominator } = rows
    coefficients[2] = 0.5 / negativeDenominator
    coefficients[3] = 0.5 / positiveDenominator
    coefficients[6] = rows.weighted ? 1 : 1 / negativeDenominator
    coefficients[7] = rows.weighted ? -1 : -1 / positiveDenominator
    coefficients[8] = negativeDenominator
    coefficients[9] = positiveDenominator
    const aum = pass(rows, n, crossing.score, coefficients, gradient)
    if (left !== undefined) pass(rows, n, crossing.score, coefficients, left)
    if (right !== undefined) pass(rows, n, crossing.score, coefficients, right)
    Tied.write(crossing, rows, gradient, left, right)
    return aum
  }

  /** Made by the first call that uses them; null where there are none. */
  let blocks: ReturnType<typeof Blocks.make> | null | undefined

  return {
    evaluate: (scores, labels, n, variant, gradient, left, right, weights) => {
      if (weights === undefined && n >= fewRows) {
        if (blocks === undefined) {
          const passes = kernel()
          blocks = passes === undefined ? null : Blocks.make(passes, rows, histograms, crossing)
        }
        const aum = blocks?.(scores, labels, n, variant, gradient, left, right)
        if (aum !== undefined) return aum
      }
      return plain(scores, labels, n, variant, gradient, left, right, weights)
    }
  }
}

let one: Workspace | undefined

/** Returns the workspace of the process (evaluations never interleave), for single calls that keep none of their own. */
export const shared = (): Workspace => (one ??= make())
