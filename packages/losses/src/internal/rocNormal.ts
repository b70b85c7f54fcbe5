/**
 * The standard normal distribution, to some 1e-13 relative.
 */

/** erfc for x ≥ 0: a series of positive terms below 2, the Laplace continued fraction above. */
const erfc = (x: number): number => {
  const scale = Math.exp(-x * x) / Math.sqrt(Math.PI)
  if (x < 2) {
    let term = x
    let sum = x
    for (let k = 1; term > sum * 1e-17; k++) {
      term *= (2 * x * x) / (2 * k + 1)
      sum += term
    }
    return 1 - 2 * scale * sum
  }
  let fraction = x
  for (let k = 80; k > 0; k--) fraction = x + k / 2 / fraction
  return scale / fraction
}

/** P(|Z| ≥ |z|). */
export const twoSided = (z: number): number => erfc(Math.abs(z) / Math.SQRT2)

/** The z with P(|Z| < z) = `level`, for a level in (0, 1), by Newton's method on the concave side. */
export const twoSidedQuantile = (level: number): number => {
  let z = 0
  for (let k = 0; k < 200; k++) {
    const density = Math.sqrt(2 / Math.PI) * Math.exp((-z * z) / 2)
    const step = (twoSided(z) - (1 - level)) / density
    z += step
    if (Math.abs(step) <= 1e-14 * z) break
  }
  return z
}
