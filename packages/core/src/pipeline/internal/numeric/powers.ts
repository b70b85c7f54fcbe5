/**
 * Families of power transforms, and the member of a family under which numbers are most like a normal sample.
 */

/** A family of monotone transforms by λ. */
export interface Family {
  readonly apply: (x: number, lambda: number) => number
  /** ln of the derivative of `apply` by x at λ is (λ − 1) times this. */
  readonly logSlope: (x: number) => number
}

/** (x^λ − 1)/λ, and its limit ln x at 0, without loss of digits near 0. */
const boxCoxOf = (logarithm: number, lambda: number): number =>
  lambda === 0 ? logarithm : Math.expm1(lambda * logarithm) / lambda

/** Box and Cox, "An analysis of transformations", J. R. Stat. Soc. B 26 (1964): (x^λ − 1)/λ of x > 0, ln x at λ = 0. */
export const boxCox: Family = {
  apply: (x, lambda) => boxCoxOf(Math.log(x), lambda),
  logSlope: Math.log
}

/**
 * Yeo and Johnson, "A new family of power transformations to improve normality or symmetry", Biometrika 87 (2000): of
 * x ≥ 0 Box–Cox of 1 + x by λ, of x < 0 minus Box–Cox of 1 − x by 2 − λ.
 */
export const yeoJohnson: Family = {
  apply: (x, lambda) => (x >= 0 ? boxCoxOf(Math.log1p(x), lambda) : -boxCoxOf(Math.log1p(-x), 2 - lambda)),
  logSlope: (x) => Math.sign(x) * Math.log1p(Math.abs(x))
}

/**
 * The logarithm of the likelihood of a normal sample at λ, with the mean and variance that maximise it, but for a constant:
 * −n/2 · ln var(y) + (λ − 1) · Σ logSlope(x). −Infinity where numbers overflow or all become one.
 */
export const logLikelihood = (family: Family, values: Float64Array, lambda: number, slope: number): number => {
  const moved = values.map((x) => family.apply(x, lambda))
  const mean = moved.reduce((sum, y) => sum + y, 0) / moved.length
  const variance = moved.reduce((sum, y) => sum + (y - mean) ** 2, 0) / moved.length
  const value = (-values.length / 2) * Math.log(variance) + (lambda - 1) * slope
  return variance > 0 && Number.isFinite(value) ? value : Number.NEGATIVE_INFINITY
}

/** λ beyond this is the sign of a shift that is missing, and overflows. */
export const largest = 5

const golden = (Math.sqrt(5) - 1) / 2

/**
 * The λ in [−5, 5] of the greatest likelihood, to about 10⁻⁸: the best of a grid of steps of 1/4, and golden sections
 * between its neighbours.
 */
export const mostLikely = (family: Family, values: Float64Array): number => {
  const slope = values.reduce((sum, x) => sum + family.logSlope(x), 0)
  const at = (lambda: number) => logLikelihood(family, values, lambda, slope)
  const grid = Array.from({ length: 8 * largest + 1 }, (_, i) => i / 4 - largest)
  const heights = grid.map(at)
  const best = heights.reduce((top, height, i) => (height > heights[top]! ? i : top), 0)
  let low = grid[Math.max(0, best - 1)]!
  let high = grid[Math.min(grid.length - 1, best + 1)]!
  let [left, right] = [high - golden * (high - low), low + golden * (high - low)]
  let [leftHeight, rightHeight] = [at(left), at(right)]
  while (high - low > 1e-9) {
    if (leftHeight >= rightHeight) {
      high = right
      right = left
      rightHeight = leftHeight
      left = high - golden * (high - low)
      leftHeight = at(left)
    } else {
      low = left
      left = right
      leftHeight = rightHeight
      right = low + golden * (high - low)
      rightHeight = at(right)
    }
  }
  return (low + high) / 2
}
