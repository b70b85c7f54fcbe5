import type { Design } from "./featureDesign.ts"
import { dot, dotFour } from "../vectors.ts"

/** The columns that descent visits: the others are zero, and are checked afterwards. */
export interface Candidates {
  readonly indices: Int32Array
  readonly member: Uint8Array
  count: number
}

/** Makes an empty set of candidates among `p` columns. */
export const makeCandidates = (p: number): Candidates => ({
  indices: new Int32Array(p),
  member: new Uint8Array(p),
  count: 0
})

/** Adds a column to the candidates, once. */
export const admit = (candidates: Candidates, j: number): void => {
  if (candidates.member[j] === 1) return
  candidates.member[j] = 1
  candidates.indices[candidates.count++] = j
}

/**
 * Chooses the candidates for the next penalty by the sequential strong rule: those not zero now, and those whose
 * gradient exceeds `α(2λ − λ_previous)` (Tibshirani et al. 2012, J. R. Stat. Soc. B 74(2)). The rule can be wrong, so
 * {@link admitViolations} follows every fit.
 */
export const chooseCandidates = (
  candidates: Candidates,
  design: Design,
  beta: Float64Array,
  gradient: Float64Array,
  cutoff: number
): void => {
  candidates.count = 0
  candidates.member.fill(0)
  for (const j of design.usable) {
    if (beta[j] !== 0 || Math.abs(gradient[j]!) > cutoff) admit(candidates, j)
  }
}

/** Admits the columns left out whose gradient exceeds `l1`, that is, whose zero is not optimal; says whether any was. */
export const admitViolations = (
  candidates: Candidates,
  design: Design,
  gradient: Float64Array,
  l1: number
): boolean => {
  const before = candidates.count
  for (const j of design.usable) if (Math.abs(gradient[j]!) > l1) admit(candidates, j)
  return candidates.count > before
}

/** Writes `g_j = Σ_i x_ij residual_i` for the first `count` columns of the list. */
export const fillGradientOf = (
  columns: ReadonlyArray<Float64Array>,
  list: Int32Array,
  count: number,
  residual: Float64Array,
  gradient: Float64Array
): void => {
  const four = new Float64Array(4)
  const whole = count - (count % 4)
  for (let t = 0; t < whole; t += 4) {
    const [a, b, c, d] = [list[t]!, list[t + 1]!, list[t + 2]!, list[t + 3]!]
    dotFour(residual, columns[a]!, columns[b]!, columns[c]!, columns[d]!, four)
    gradient[a] = four[0]!
    gradient[b] = four[1]!
    gradient[c] = four[2]!
    gradient[d] = four[3]!
  }
  for (let t = whole; t < count; t++) gradient[list[t]!] = dot(residual, columns[list[t]!]!)
}

/** Writes `g_j = Σ_i x_ij residual_i` for every usable column; the others keep their zero. */
export const fillGradient = (design: Design, residual: Float64Array, gradient: Float64Array): void =>
  fillGradientOf(design.columns, design.usable, design.usable.length, residual, gradient)
