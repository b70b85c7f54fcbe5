/**
 * B-splines: the smooth bumps of which every piecewise polynomial is a sum. De Boor, "A practical guide to splines",
 * revised edition (2001), chapter IX.
 */

/** What a spline is beyond the base knots; see `Preprocess.spline`. */
export type Extrapolation = "constant" | "linear" | "continue" | "periodic"

/**
 * Knots of a spline: `degree` of them before the first base knot and as many after the last, at the distances of the ends, or
 * of periodic splines at those of the other end.
 */
export const withEnds = (
  base: ReadonlyArray<number>,
  degree: number,
  extrapolation: Extrapolation
): ReadonlyArray<number> => {
  const first = base[0]!
  const last = base.at(-1)!
  if (extrapolation === "periodic") {
    const period = last - first
    return [
      ...base.slice(-degree - 1, -1).map((knot) => knot - period),
      ...base,
      ...base.slice(1, degree + 1).map((knot) => knot + period)
    ]
  }
  const before = base[1]! - first
  const after = last - base.at(-2)!
  return [
    ...Array.from({ length: degree }, (_, i) => first - (degree - i) * before),
    ...base,
    ...Array.from({ length: degree }, (_, i) => last + (i + 1) * after)
  ]
}

/**
 * Writes the values at x of the degree + 1 splines that are not 0 between the knots `at` and `at` + 1 to the beginning of
 * `into`: the splines from number `at` − degree on. Outside of that interval these are the polynomials of it.
 */
const pieces = (knots: ReadonlyArray<number>, degree: number, at: number, x: number, into: Float64Array): void => {
  into[0] = 1
  for (let order = 1; order <= degree; order++) {
    let carried = 0
    for (let i = 0; i < order; i++) {
      const right = knots[at + i + 1]!
      const left = knots[at + i + 1 - order]!
      const part = into[i]! / (right - left)
      into[i] = carried + (right - x) * part
      carried = (x - left) * part
    }
    into[order] = carried
  }
}

/** Writes the derivatives of the same splines. */
const slopes = (knots: ReadonlyArray<number>, degree: number, at: number, x: number, into: Float64Array): void => {
  into[0] = 0
  if (degree === 0) return
  pieces(knots, degree - 1, at, x, into)
  let carried = 0
  for (let i = 0; i < degree; i++) {
    const part = (into[i]! * degree) / (knots[at + i + 1]! - knots[at + i + 1 - degree]!)
    into[i] = carried - part
    carried = part
  }
  into[degree] = carried
}

/** The interval of x among the knots, which x at the last base knot shares with what is before it. */
const intervalOf = (knots: ReadonlyArray<number>, degree: number, x: number): number => {
  let at = degree
  while (at < knots.length - degree - 2 && x >= knots[at + 1]!) at++
  return at
}

/** How many splines there are: base knots + degree − 1, and of periodic ones base knots − 1. */
export const count = (knots: ReadonlyArray<number>, degree: number, extrapolation: Extrapolation): number =>
  knots.length - degree - 1 - (extrapolation === "periodic" ? degree : 0)

/**
 * Gives the values at x of all splines of a degree over knots, of which the first and last `degree` are beyond the ends.
 * Between the ends they are in [0, 1] and their sum is 1.
 */
export const basis = (
  knots: ReadonlyArray<number>,
  degree: number,
  extrapolation: Extrapolation,
  x: number
): Float64Array => {
  const splines = count(knots, degree, extrapolation)
  const values = new Float64Array(splines)
  const low = knots[degree]!
  const high = knots[knots.length - degree - 1]!
  const local = new Float64Array(degree + 1)
  const outside = x < low || x > high
  const end = Math.min(high, Math.max(low, x))
  const period = high - low
  const place =
    extrapolation === "periodic"
      ? low + ((((x - low) % period) + period) % period)
      : extrapolation === "continue"
        ? x
        : end
  const at = intervalOf(knots, degree, place)
  pieces(knots, degree, at, place, local)
  for (let i = 0; i <= degree; i++) values[(at - degree + i) % splines]! += local[i]!
  if (outside && extrapolation === "linear") {
    slopes(knots, degree, at, end, local)
    for (let i = 0; i <= degree; i++) values[at - degree + i]! += local[i]! * (x - end)
  }
  return values
}
