import type { Floats } from "@rocflow/core/pipeline/Loss"

/**
 * Makes the kernel of the KL-regularised partial AUC: for each positive a soft maximum over the negatives,
 *
 *     value = Σ_i w_i λ log(Σ_j w_j exp(l_ij / λ) / Q) / P,   l_ij = max(0, margin - (p_i - q_j))^2
 *
 * where `P`, `Q` are the total weights. With the largest `l` of a positive taken off nothing overflows. All pairs are
 * visited, once for the sum and once for the gradient; the exponentials of one positive are kept in between.
 */
export const makePartialAucDro = (margin: number, lambda: number) => {
  let score = new Float64Array(0)
  let mass = new Float64Array(0)
  let share = new Float64Array(0)
  let row = new Int32Array(0)
  return (scores: Floats, targets: Floats, gradient: Floats, weights?: Floats): number => {
    const rows = targets.length
    if (score.length < rows) {
      score = new Float64Array(rows)
      mass = new Float64Array(rows)
      share = new Float64Array(rows)
      row = new Int32Array(rows)
    }
    gradient.fill(0, 0, rows)
    let count = 0
    let positives = 0
    let negatives = 0
    let highest = -Infinity
    for (let i = 0; i < rows; i++) {
      const w = weights === undefined ? 1 : weights[i]!
      if (targets[i] === 1) positives += w
      else if (w > 0) {
        negatives += w
        score[count] = scores[i]!
        mass[count] = w
        row[count++] = i
        highest = Math.max(highest, scores[i]!)
      }
    }
    if (!(positives > 0 && negatives > 0)) return 0
    let value = 0
    for (let i = 0; i < rows; i++) {
      const w = targets[i] === 1 ? (weights === undefined ? 1 : weights[i]!) / positives : 0
      if (w === 0) continue
      // A negative as high as this loses nothing with this positive.
      const start = scores[i]! - margin
      const most = Math.max(0, highest - start) ** 2 / lambda
      let sum = 0
      for (let j = 0; j < count; j++) {
        const shortfall = Math.max(0, score[j]! - start)
        const e = mass[j]! * Math.exp((shortfall * shortfall) / lambda - most)
        share[j] = e
        sum += e
      }
      value += w * lambda * (most + Math.log(sum / negatives))
      let slopes = 0
      for (let j = 0; j < count; j++) {
        const slope = (2 * w * share[j]! * Math.max(0, score[j]! - start)) / sum
        gradient[row[j]!]! += slope
        slopes += slope
      }
      gradient[i] = -slopes
    }
    return value
  }
}
