/**
 * The constant to add to binary scores so that the sign of the sum decides with the fewest errors.
 *
 * Losses that only rank (AUM, pairwise) do not move when a constant is added to all scores, so they leave the intercept
 * undecided. It is the middle of the interval of constants with the least FP + FN on the training rows (weighted); at
 * equal errors the interval next to the smallest magnitude. The two outer intervals, which call all rows one class, are
 * entered by 1.
 *
 * Source: Hillman and Hocking, JMLR 24(70), 2023, section 4 (minimum of the total error over the constant).
 */
export const intercept = (
  scores: ArrayLike<number>,
  targets: ArrayLike<number>,
  weights?: ArrayLike<number>
): number => {
  const n = scores.length
  const order = Uint32Array.from({ length: n }, (_, i) => i).sort((a, b) => scores[b]! - scores[a]!)
  // A constant of −∞ calls nothing positive: every positive is an error. It rises past one group of equal scores a time.
  let errors = 0
  for (let i = 0; i < n; i++) if (targets[i] === 1) errors += weights?.[i] ?? 1
  let least = errors
  let best = -scores[order[0]!]! - 1
  for (let start = 0; start < n;) {
    const score = scores[order[start]!]!
    let end = start
    do {
      const weight = weights?.[order[end]!] ?? 1
      errors += targets[order[end]!] === 1 ? -weight : weight
      end += 1
    } while (end < n && scores[order[end]!] === score)
    const constant = end === n ? 1 - score : -(score + scores[order[end]!]!) / 2
    if (errors < least || (errors === least && Math.abs(constant) < Math.abs(best))) {
      least = errors
      best = constant
    }
    start = end
  }
  return best
}
