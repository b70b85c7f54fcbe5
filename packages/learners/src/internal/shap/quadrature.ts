/**
 * Gauss–Legendre quadrature on [0, 1].
 */

/** Places and weights of a sum that is an integral. */
export interface Quadrature {
  readonly places: Float64Array
  readonly weights: Float64Array
}

/** The Legendre polynomial of a degree and its derivative at x, by the recursion of three terms. */
const legendre = (degree: number, x: number): readonly [value: number, slope: number] => {
  let [before, value] = [1, x]
  for (let k = 2; k <= degree; k++) [before, value] = [value, ((2 * k - 1) * x * value - (k - 1) * before) / k]
  return [value, (degree * (x * value - before)) / (x * x - 1)]
}

/**
 * Finds the `n` places and weights with which Σ w f(t) is the integral of f over [0, 1] for every polynomial of a degree up
 * to 2n − 1. Places are the roots of the Legendre polynomial, by Newton's method from the usual guess.
 *
 * @example
 * const { places, weights } = gaussLegendre(2)
 * weights[0]! * places[0]! ** 3 + weights[1]! * places[1]! ** 3 // => 0.25, the integral of t³
 * @see Abramowitz and Stegun (1964), Handbook of Mathematical Functions, 25.4.30.
 */
export const gaussLegendre = (n: number): Quadrature => {
  const [places, weights] = [new Float64Array(n), new Float64Array(n)]
  for (let i = 0; i < n; i++) {
    let x = n === 1 ? 0 : Math.cos((Math.PI * (i + 0.75)) / (n + 0.5))
    let slope = 1
    for (let step = 0; step < 100; step++) {
      const [value, derivative] = legendre(n, x)
      slope = derivative
      const change = value / slope
      x -= change
      if (Math.abs(change) < 1e-16) break
    }
    places[i] = (1 - x) / 2
    weights[i] = 1 / ((1 - x * x) * slope * slope)
  }
  return { places, weights }
}
