/**
 * The standard normal distribution, to some 1e-13 relative, also far out in the tails.
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

/** Computes P(|Z| ≥ |z|), the two-sided p-value of a z statistic, in [0, 1]. */
export const twoSided = (z: number): number => erfc(Math.abs(z) / Math.SQRT2)

/** Computes Φ(z) = P(Z ≤ z), with full relative accuracy for z far below 0. */
export const cdf = (z: number): number => (z < 0 ? twoSided(z) / 2 : 1 - twoSided(z) / 2)

const ratio = (x: number, above: ReadonlyArray<number>, below: ReadonlyArray<number>): number =>
  above.reduceRight((sum, c) => sum * x + c, 0) / below.reduceRight((sum, c) => sum * x + c, 0)

/** Coefficients of the three rational functions of `quantile`, from the constant on: where |p − ½| ≤ 0.425, of 0.425² − (p − ½)². */
export const central = {
  above: [
    3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987, 67265.7709270087,
    33430.57558358813, 2509.0809287301227
  ],
  below: [
    1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271,
    28729.085735721943, 5226.495278852854
  ]
}
/** In the tails, of √(−ln tail) − 1.6 where the root is at most 5. */
export const near = {
  above: [
    1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684,
    0.2417807251774506, 0.022723844989269184, 0.0007745450142783414
  ],
  below: [
    1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008, 0.015198666563616457,
    0.0005475938084995345, 1.0507500716444169e-9
  ]
}
/** In the tails, of √(−ln tail) − 5 where the root is above 5. */
export const far = {
  above: [
    6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487, 0.026532189526576124,
    0.0012426609473880784, 2.7115555687434876e-5, 2.0103343992922881e-7
  ],
  below: [
    1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615, 0.0007868691311456133, 1.8463183175100548e-5,
    1.421511758316446e-7, 2.0442631033899397e-15
  ]
}

/**
 * Finds the x with Φ(x) = p, to about 16 digits; −Infinity of 0 and Infinity of 1. By the rational approximations of Wichura,
 * "Algorithm AS 241: the percentage points of the normal distribution", Applied Statistics 37 (1988).
 *
 * ```ts
 * Normal.quantile(0.975) // => 1.959963984540054, the factor of a 95 % interval
 * ```
 */
export const quantile = (p: number): number => {
  const q = p - 0.5
  if (Math.abs(q) <= 0.425) return q * ratio(0.180625 - q * q, central.above, central.below)
  const tail = q < 0 ? p : 1 - p
  if (tail <= 0) return tail < 0 ? Number.NaN : q < 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  const r = Math.sqrt(-Math.log(tail))
  const size = r <= 5 ? ratio(r - 1.6, near.above, near.below) : ratio(r - 5, far.above, far.below)
  return q < 0 ? -size : size
}

/** Finds the z with P(|Z| < z) = `level`, for a level in (0, 1): the factor of an interval of that level. */
export const twoSidedQuantile = (level: number): number => -quantile((1 - level) / 2)
