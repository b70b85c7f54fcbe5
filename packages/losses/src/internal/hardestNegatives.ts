/**
 * The negatives with the highest scores, up to a share of their weight: those that a partial ROC curve is about.
 */
import type { Floats } from "@rocflow/core/pipeline/Loss"
import { makeWorkspace, sort } from "./allPairsOrder.ts"

/**
 * Makes a function that writes the mass of every row to `masses`: a positive keeps its weight, and of the negatives those
 * with the highest scores keep theirs, until they hold `share` of the weight of all. Negatives that tie where it ends are
 * cut in proportion to their weights. Memory is kept between calls.
 */
export const makeHardest = (share: number) => {
  let workspace = makeWorkspace(0)
  return (scores: Floats, targets: Floats, weights: Floats | undefined, masses: Float64Array): void => {
    const rows = targets.length
    if (workspace.capacity < rows) workspace = makeWorkspace(rows)
    const unsorted = workspace.order
    let count = 0
    let total = 0
    for (let i = 0; i < rows; i++) {
      const w = weights === undefined ? 1 : weights[i]!
      masses[i] = targets[i] === 1 ? w : 0
      if (targets[i] === 1 || w === 0) continue
      unsorted.keys[count] = -scores[i]!
      unsorted.rows[count++] = i
      total += w
    }
    const order = sort(workspace, count)
    let left = share * total
    for (let begin = 0; begin < count && left > 0;) {
      let end = begin
      let tied = 0
      while (end < count && order.keys[end] === order.keys[begin]) {
        tied += weights === undefined ? 1 : weights[order.rows[end]!]!
        end++
      }
      const kept = tied <= left ? 1 : left / tied
      for (let k = begin; k < end; k++) {
        const i = order.rows[k]!
        masses[i] = kept * (weights === undefined ? 1 : weights[i]!)
      }
      left -= tied
      begin = end
    }
  }
}
