/**
 * Tuners whose configurations are spread evenly over the space: a Latin hypercube, and Sobol's sequence.
 */
import * as Seed from "@rocflow/core/Seed"
import { define } from "./define.ts"
import * as Range from "./Range.ts"
import * as Template from "./Template.ts"
import { type Tuner, untried } from "./Tuner.ts"

/** The share of the line of a name at a point. */
type Shares = (name: string, point: number) => number

/** Configurations at the points of a design, those left out that were tried, as a space of few values has equal ones. */
const atPoints =
  (points: number, sharesOf: (known: Parameters<Tuner>[0]) => Shares): Tuner =>
  (known) => {
    const { template, tried } = known
    const shares = sharesOf(known)
    const at = (point: number) => Template.complete(template, ({ name, range }) => Range.at(range, shares(name, point)))
    // The points that were passed already are tried, or equal one that is.
    const values = untried(tried, at, points)
    return values === undefined ? undefined : { values }
  }

const cv = { type: "cv", folds: 5 } as const

/**
 * Each name's line is cut into as many equal parts as there are configurations, and each part has one: McKay, Beckman and
 * Conover, "A comparison of three methods for selecting values of input variables", Technometrics 1979.
 */
const latin = (configurations: number): Tuner =>
  atPoints(configurations, ({ seed }) => {
    const orders = new Map<string, Int32Array>()
    return (name, point) => {
      const own = Seed.derive(seed, "latin", name)
      const order = orders.get(name) ?? Int32Array.from({ length: configurations }, (_, i) => i)
      if (!orders.has(name)) Seed.generator(own).shuffle(order)
      orders.set(name, order)
      return (order[point]! + Seed.generator(Seed.derive(own, point)).float()) / configurations
    }
  })

/**
 * Primitive polynomials and first direction numbers of dimensions 2 to 21: Joe and Kuo, "Constructing Sobol sequences with
 * better two-dimensional projections", SIAM Journal on Scientific Computing 2008 (new-joe-kuo-6). Each is the inner
 * coefficients of the polynomial as a number, then the direction numbers, as many as its degree.
 */
const directions: ReadonlyArray<readonly [number, ...ReadonlyArray<number>]> = [
  [0, 1],
  [1, 1, 3],
  [1, 1, 3, 1],
  [2, 1, 1, 1],
  [1, 1, 1, 3, 3],
  [4, 1, 3, 5, 13],
  [2, 1, 1, 5, 5, 17],
  [4, 1, 1, 5, 5, 5],
  [7, 1, 1, 7, 11, 19],
  [11, 1, 1, 5, 1, 1],
  [13, 1, 1, 1, 3, 11],
  [14, 1, 3, 5, 5, 31],
  [1, 1, 3, 3, 9, 7, 49],
  [13, 1, 1, 1, 15, 21, 21],
  [16, 1, 3, 1, 13, 27, 49],
  [19, 1, 1, 1, 15, 7, 5],
  [22, 1, 3, 1, 15, 13, 25],
  [25, 1, 1, 5, 5, 19, 61],
  [1, 1, 3, 7, 11, 23, 15, 103],
  [4, 1, 3, 7, 13, 13, 15, 69]
]

/** How many names Sobol's sequence has a dimension for. */
export const dimensions = directions.length + 1

/** What each bit of the number of a point adds to the bits of a coordinate. */
const directionsOf = (dimension: number): Uint32Array => {
  const bits = new Uint32Array(32)
  if (dimension === 0) return bits.map((_, i) => 2 ** (31 - i))
  const [coefficients, ...first] = directions[dimension - 1]!
  const degree = first.length
  for (const i of bits.keys()) {
    if (i < degree) {
      bits[i] = first[i]! * 2 ** (31 - i)
      continue
    }
    let value = bits[i - degree]! ^ (bits[i - degree]! >>> degree)
    for (let k = 1; k < degree; k++) if ((coefficients >> (degree - 1 - k)) & 1) value ^= bits[i - k]!
    bits[i] = value
  }
  return bits
}

/**
 * The coordinate of a point of Sobol's sequence, from 0, in the order of Gray's code, as 32 bits.
 *
 * ```ts
 * [0, 1, 2, 3].map((point) => sobolBits(0, point) / 2 ** 32) // => [0, 0.5, 0.75, 0.25]
 * ```
 */
export const sobolBits = (dimension: number, point: number): number => {
  const bits = directionsOf(dimension)
  const gray = point ^ (point >>> 1)
  let value = 0
  for (const [i, each] of bits.entries()) if ((gray >>> i) & 1) value ^= each
  return value >>> 0
}

/** Points of Sobol's sequence, each coordinate shifted by a number of its own (a digital shift, bit by bit). */
const sequence = (configurations: number): Tuner =>
  atPoints(configurations, ({ seed, template }) => {
    const names = [...Template.ranges(template).keys()]
    const shift = (name: string) => Seed.generator(Seed.derive(seed, "sobol", name)).uint32()
    return (name, point) => ((sobolBits(names.indexOf(name), point) ^ shift(name)) >>> 0) / 2 ** 32
  })

export const latinHypercube = define({
  id: "Tune.latinHypercube",
  summary: "Tries configurations that are spread evenly over the values of each name (Latin hypercube)",
  options: {},
  resampling: cv,
  evaluations: 20,
  epochs: "chosen",
  tuner: (_, evaluations) => latin(evaluations)
})

export const sobol = define({
  id: "Tune.sobol",
  summary: "Tries configurations that are spread evenly over the space (Sobol's sequence)",
  options: {},
  resampling: cv,
  evaluations: 20,
  epochs: "chosen",
  names: dimensions,
  tuner: (_, evaluations) => sequence(evaluations)
})
