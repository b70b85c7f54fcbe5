import { make, type Undefined } from "./undefinedValue.ts"

/** The rates of a ROC curve, from (0, 0) to (1, 1), neither of them ever falling. @category models */
export interface Rates {
  readonly fpr: ArrayLike<number>
  readonly tpr: ArrayLike<number>
}

/**
 * The vertical average of ROC curves: at each FPR of a grid the mean of the TPR, and its standard deviation (n − 1) over
 * the curves, which is undefined for a single one.
 *
 * @category models
 */
export interface VerticalAverage {
  readonly fpr: Float64Array
  readonly tpr: Float64Array
  readonly sd: Float64Array | undefined
}

/** The largest TPR of a curve at an FPR, on the straight line between its points. */
const tprAt = ({ fpr, tpr }: Rates, at: number, from: number): readonly [tpr: number, index: number] => {
  let i = from
  while (i + 1 < fpr.length && fpr[i + 1]! <= at) i++
  if (i + 1 === fpr.length || fpr[i] === at) return [tpr[i]!, i]
  const share = (at - fpr[i]!) / (fpr[i + 1]! - fpr[i]!)
  return [tpr[i]! + share * (tpr[i + 1]! - tpr[i]!), i]
}

/**
 * Averages ROC curves vertically, over `steps` + 1 equally spaced FPR from 0 to 1 (100 steps by default). O(total points).
 *
 * The curves of folds are averaged so, and not their scores pooled, because the scores of two models need not share a
 * scale. The area under the average is the mean of the areas, up to 1/`steps`. Undefined for no curve.
 *
 * **Gotchas.** Where a curve rises at an FPR its upper end counts, so the average begins above (0, 0).
 *
 * @example
 * Roc.verticalAverage([{ fpr: [0, 0, 1], tpr: [0, 1, 1] }, { fpr: [0, 1], tpr: [0, 1] }], { steps: 2 })
 * // => fpr: [0, 0.5, 1], tpr: [0.5, 0.75, 1], sd: [0.707, 0.354, 0]
 * @see Fawcett, An introduction to ROC analysis, Pattern Recognition Letters 27(8), 2006, section 8
 * @category computing
 */
export const verticalAverage = (
  curves: ReadonlyArray<Rates>,
  options: { readonly steps?: number } = {}
): VerticalAverage | Undefined => {
  const { steps = 100 } = options
  if (curves.length === 0) return make("the average of ROC curves needs at least one")
  const fpr = Float64Array.from({ length: steps + 1 }, (_, k) => k / steps)
  const found = curves.map((curve) => {
    let index = 0
    return fpr.map((at) => {
      const [tpr, next] = tprAt(curve, at, index)
      index = next
      return tpr
    })
  })
  const tpr = fpr.map((_, k) => found.reduce((sum, values) => sum + values[k]!, 0) / found.length)
  const spread = (k: number) =>
    Math.sqrt(found.reduce((sum, values) => sum + (values[k]! - tpr[k]!) ** 2, 0) / (found.length - 1))
  return { fpr, tpr, sd: found.length < 2 ? undefined : fpr.map((_, k) => spread(k)) }
}
