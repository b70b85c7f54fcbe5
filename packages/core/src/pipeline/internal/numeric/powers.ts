/**
 * Families of power transforms, and the member of a family under which numbers are most like a normal sample.
 */

/** A family of monotone transforms by λ, of logarithms that are taken once. */
export interface Family {
  /** The logarithm g of x. The logarithm of the derivative of the transform at λ is (λ − 1)·g. */
  readonly log: (x: number) => number
  /** The transform of x by λ, of g = log(x). */
  readonly power: (g: number, lambda: number) => number
}

/** (e^(λg) − 1)/λ, and its limit g at 0, without loss of digits near 0. */
const boxCoxOf = (g: number, lambda: number): number => (lambda === 0 ? g : Math.expm1(lambda * g) / lambda)

/** Box and Cox, "An analysis of transformations", J. R. Stat. Soc. B 26 (1964): (x^λ − 1)/λ of x > 0, ln x at λ = 0. */
export const boxCox: Family = { log: Math.log, power: boxCoxOf }

/**
 * Yeo and Johnson, "A new family of power transformations to improve normality or symmetry", Biometrika 87 (2000): of
 * x ≥ 0 Box–Cox of 1 + x by λ, of x < 0 minus Box–Cox of 1 − x by 2 − λ.
 */
export const yeoJohnson: Family = {
  log: (x) => Math.sign(x) * Math.log1p(Math.abs(x)),
  power: (g, lambda) => (g >= 0 ? boxCoxOf(g, lambda) : -boxCoxOf(-g, 2 - lambda))
}

/** The transform of x by λ. */
export const apply = (family: Family, x: number, lambda: number): number => family.power(family.log(x), lambda)

/**
 * The logarithm of the likelihood of a normal sample at λ of numbers of these logarithms, with the mean and variance that
 * maximise it, but for a constant: −n/2 · ln var(y) + (λ − 1) · Σ g. −Infinity where numbers overflow or all become one.
 */
export const logLikelihood = ({ power }: Family, logs: Float64Array, lambda: number): number => {
  const n = logs.length
  const moved = new Float64Array(n)
  let mean = 0
  let sum = 0
  for (let i = 0; i < n; i++) {
    const g = logs[i]!
    const y = power(g, lambda)
    moved[i] = y
    mean += y
    sum += g
  }
  mean /= n
  let variance = 0
  for (let i = 0; i < n; i++) variance += (moved[i]! - mean) ** 2
  variance /= n
  const value = (-n / 2) * Math.log(variance) + (lambda - 1) * sum
  return variance > 0 && Number.isFinite(value) ? value : Number.NEGATIVE_INFINITY
}

/** λ beyond this is the sign of a shift that is missing, and overflows. */
export const largest = 5

const golden = (Math.sqrt(5) - 1) / 2

/**
 * The λ in [−5, 5] of the greatest likelihood, to about 10⁻⁷: the best of a grid of steps of 1/2, and golden sections
 * between its neighbours. 1, which is a shift, of numbers that are all one.
 */
export const mostLikely = (family: Family, values: Float64Array): number => {
  if (values.every((x) => x === values[0])) return 1
  const logs = values.map(family.log)
  const at = (lambda: number) => logLikelihood(family, logs, lambda)
  const grid = Array.from({ length: 4 * largest + 1 }, (_, i) => i / 2 - largest)
  const heights = grid.map(at)
  const best = heights.reduce((top, height, i) => (height > heights[top]! ? i : top), 0)
  let low = grid[Math.max(0, best - 1)]!
  let high = grid[Math.min(grid.length - 1, best + 1)]!
  let [left, right] = [high - golden * (high - low), low + golden * (high - low)]
  let [leftHeight, rightHeight] = [at(left), at(right)]
  while (high - low > 1e-7) {
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
