/**
 * Draws from the beta distribution of two equal parameters.
 */
import type { Generator } from "../Seed.ts"

/** The logarithm of a gamma variate of a shape of at least 1, up to a constant (Marsaglia and Tsang, ACM TOMS 26, 2000). */
const logGamma = ({ float, normal }: Generator, shape: number): number => {
  const d = shape - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const x = normal()
    const root = 1 + c * x
    if (root <= 0) continue
    const v = root ** 3
    if (Math.log(1 - float()) < (x * x) / 2 + d * (1 - v + Math.log(v))) return Math.log(v)
  }
}

/**
 * A draw λ in [0, 1] of Beta(alpha, alpha), `alpha` > 0: G / (G + H) for two gamma variates of that shape.
 *
 * A variate of shape α is one of shape α + 1, times u^(1/α). For small alphas both would be 0 in floating point, so that
 * the odds of λ are computed by their logarithm, to ±∞ at worst.
 */
export const symmetricBeta = (random: Generator, alpha: number): number => {
  const gammas = logGamma(random, alpha + 1) - logGamma(random, alpha + 1)
  const powers = Math.log(1 - random.float()) - Math.log(1 - random.float())
  return 1 / (1 + Math.exp(-(gammas + powers / alpha)))
}
