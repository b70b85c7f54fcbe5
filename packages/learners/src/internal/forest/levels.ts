/**
 * The best split of a node by a column of levels that have no order.
 */
import type { Splits } from "./splits.ts"

/** A score must be larger by this factor: of equal ones, which rounding makes differ, the first is taken. */
const clearly = 1 + 1e-12

/**
 * Makes the search: levels, missing values among them, are put in the order of their mean, of two classes that of their
 * share, and of more that of the share of the node's most frequent class; then they are cut as numbers are. The best of all
 * partitions is among these cuts for numbers and for two classes (Breiman et al. 1984, theorem 4.5).
 *
 * Gives a byte for each code, 1 for those that go left; undefined if no cut is better than what is known, and null if all rows have the same level.
 */
export const makeLevelSearch = (splits: Splits, classes: number) => {
  const { bins, classWeights, found, perBin, present } = splits
  const order = new Int32Array(257)
  const mean = new Float64Array(256)
  const onLeft = new Float64Array(classes)

  /** `Σ_k L_k²/W_L + Σ_k R_k²/W_R`, or `G_L²/W_L + G_R²/W_R`. */
  const scoreOf = (sumLeft: number, weightLeft: number): number => {
    const [sum, weight] = [found.sum.value, found.weight.value]
    if (classes === 0) return sumLeft ** 2 / weightLeft + (sum - sumLeft) ** 2 / (weight - weightLeft)
    let [left, right] = [0, 0]
    for (let k = 0; k < classes; k++) {
      left += onLeft[k]! ** 2
      right += (classWeights[k]! - onLeft[k]!) ** 2
    }
    return left / weightLeft + right / (weight - weightLeft)
  }

  return (count: number, minRows: number): Uint8Array | undefined | null => {
    let codes = found.presentCount.value
    order.set(present.subarray(0, codes))
    if (found.missingDrawn.value > 0) order[codes++] = count
    if (codes < 2) return null
    const most = classes === 0 ? 0 : 3 + classWeights.indexOf(Math.max(...classWeights))
    for (let t = 0; t < codes; t++) mean[order[t]!] = bins[order[t]! * perBin + most]! / bins[order[t]! * perBin + 1]!
    order.subarray(0, codes).sort((a, b) => mean[a]! - mean[b]! || a - b)
    onLeft.fill(0)
    let [sumLeft, weightLeft, drawn, drawnLeft, best] = [0, 0, 0, 0, -1]
    for (let t = 0; t + 1 < codes; t++) {
      const bin = order[t]! * perBin
      sumLeft += bins[bin]!
      weightLeft += bins[bin + 1]!
      drawn += bins[bin + 2]!
      for (let k = 0; k < classes; k++) onLeft[k]! += bins[bin + 3 + k]!
      if (drawn < minRows) continue
      if (found.drawn.value - drawn < minRows) break
      const score = scoreOf(sumLeft, weightLeft)
      if (!(score > found.score.value * clearly)) continue
      found.score.value = score
      drawnLeft = drawn
      best = t
    }
    if (best < 0) return undefined
    // Levels that the node has not seen follow the child with more rows, as missing values do.
    const left = new Uint8Array(count + 1).fill(2 * drawnLeft >= found.drawn.value ? 1 : 0)
    for (let t = 0; t < codes; t++) left[order[t]!] = t <= best ? 1 : 0
    return left
  }
}
