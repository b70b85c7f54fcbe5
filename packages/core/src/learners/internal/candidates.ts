import type { Design } from "./design.ts"
import { dot, dotFour } from "./vectors.ts"

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
  for (let j = 0; j < design.p; j++) {
    if (design.usable[j] === 1 && (beta[j] !== 0 || Math.abs(gradient[j]!) > cutoff)) admit(candidates, j)
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
  for (let j = 0; j < design.p; j++) {
    if (design.usable[j] === 1 && Math.abs(gradient[j]!) > l1) admit(candidates, j)
  }
  return candidates.count > before
}

/** Writes `g_j = Σ_i x_ij residual_i` for every column, 0 for those that are not usable. */
export const fillGradient = (design: Design, residual: Float64Array, gradient: Float64Array): void => {
  const { columns, p, usable } = design
  const four = new Float64Array(4)
  const whole = p - (p % 4)
  for (let j = 0; j < whole; j += 4) {
    dotFour(residual, columns[j]!, columns[j + 1]!, columns[j + 2]!, columns[j + 3]!, four)
    gradient.set(four, j)
  }
  for (let j = whole; j < p; j++) gradient[j] = dot(residual, columns[j]!)
  for (let j = 0; j < p; j++) if (usable[j] === 0) gradient[j] = 0
}
