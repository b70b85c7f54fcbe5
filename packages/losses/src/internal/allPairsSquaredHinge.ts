import type { Floats } from "@rocflow/core/pipeline/Loss"
import { makeWorkspace, sort } from "./allPairsOrder.ts"

/**
 * Makes the all-pairs squared hinge kernel: sort once, then one sweep per class.
 *
 * Move every negative up by the margin, `z_j = q_j + margin`. A pair loses `(z_j - p_i)^2` where `z_j > p_i`, and
 * nothing elsewhere, so a negative at `z` needs a quadratic function of `z` summed over the positives passed so far
 * in ascending order, and a positive the mirror image in descending order. The sweep carries that function by its
 * value and derivatives where it stands, and not by its coefficients around zero, which cancel when scores are large:
 *
 *     mass = sum w_i     reach = sum w_i (z - p_i)     area = sum w_i (z - p_i)^2
 *
 * A step of length d updates `area += d (2 reach + d mass)`, `reach += d mass`. No term is ever negative, so nothing
 * cancels, and the result is exact to rounding even when the scores are large and close together.
 *
 * The kernel keeps its sorting memory between calls (it grows to the largest batch seen), so use one per thread.
 */
export const makeAllPairsSquaredHinge = (margin: number) => {
  let workspace = makeWorkspace(0)
  return (scores: Floats, targets: Floats, gradient: Floats, weights?: Floats): number => {
    const count = targets.length
    if (workspace.capacity < count) workspace = makeWorkspace(count)
    const unsorted = workspace.order
    let positives = 0
    let negatives = 0
    for (let i = 0; i < count; i++) {
      const w = weights === undefined ? 1 : weights[i]!
      const positive = targets[i] === 1
      if (positive) positives += w
      else negatives += w
      unsorted.keys[i] = positive ? scores[i]! : scores[i]! + margin
      unsorted.rows[i] = i
    }
    if (!(positives > 0 && negatives > 0)) {
      gradient.fill(0, 0, count)
      return 0
    }
    const { keys, rows } = sort(workspace, count)
    const scale = 1 / (positives * negatives)

    let value = 0
    let mass = 0
    let reach = 0
    let area = 0
    for (let k = 0; k < count; k++) {
      const step = k === 0 ? 0 : keys[k]! - keys[k - 1]!
      area += step * (2 * reach + step * mass)
      reach += step * mass
      const i = rows[k]!
      const w = weights === undefined ? 1 : weights[i]!
      if (targets[i] === 1) mass += w
      else {
        value += w * area
        gradient[i] = 2 * scale * w * reach
      }
    }

    mass = 0
    reach = 0
    for (let k = count - 1; k >= 0; k--) {
      reach += k === count - 1 ? 0 : (keys[k + 1]! - keys[k]!) * mass
      const i = rows[k]!
      const w = weights === undefined ? 1 : weights[i]!
      if (targets[i] === 1) gradient[i] = -2 * scale * w * reach
      else mass += w
    }
    return scale * value
  }
}
