/**
 * Draws a share of the groups of every stratum at random, with or without replacement.
 *
 * A group is drawn whole. One that spans strata is counted in the stratum with most of its rows, the first of several.
 */
import * as Seed from "../Seed.ts"
import { rowsWhere } from "./Split.ts"
import * as Units from "./Units.ts"

/** How many groups of each stratum are to be drawn. @category models */
export interface Shares {
  /** The groups of each stratum, ascending; strata in the order of their codes. */
  readonly strata: ReadonlyArray<Int32Array>
  /** How many of them. */
  readonly quotas: ReadonlyArray<number>
  /** The sum of the quotas. */
  readonly total: number
  /** The number of groups in all. */
  readonly groups: number
}

const groupsByStratum = (units: Units.Units): ReadonlyArray<Int32Array> => {
  const pairs = Units.tally(units)
  const main = new Int32Array(units.groups)
  for (let g = 0; g < units.groups; g++) {
    let best = pairs.first[g]!
    for (let p = best + 1; p < pairs.first[g + 1]!; p++) if (pairs.count[p]! > pairs.count[best]!) best = p
    main[g] = pairs.stratum[best]!
  }
  return units.stratum.names
    .map((_, stratum) => rowsWhere(units.groups, (g) => main[g] === stratum))
    .filter((members) => members.length > 0)
}

/** The class of the first row of each stratum; all one where there are no classes. */
const classesOf = ({ group, target }: Units.Units, strata: ReadonlyArray<Int32Array>): ReadonlyArray<number> =>
  strata.map(([first]) => target?.codes[group.indexOf(first!)] ?? 0)

/**
 * Shares out `ratio` of every stratum in whole groups: rounded along the cumulative sum, so that every stratum is within
 * one group of its share and the total is rounded once.
 *
 * - `ratio`, at least 0; above 1 for draws with replacement.
 * - `order`: how strata come in the cumulative sum. `"rarestFirst"` takes the strata of the rarest class first, and of a
 *   class the smallest stratum, so that a class of two rows is not left out by what was rounded before, and every class
 *   is within one group of its share; default `"asCoded"`.
 *
 * @example
 * Draw.shares(units, 2 / 3).quotas // => [2, 6], of strata with 3 and 9 rows
 * @category constructors
 */
export const shares = (units: Units.Units, ratio: number, order: "asCoded" | "rarestFirst" = "asCoded"): Shares => {
  const strata = groupsByStratum(units)
  const places = [...strata.keys()]
  if (order === "rarestFirst") {
    const classOf = classesOf(units, strata)
    const sizeOf = places.map((place) =>
      places.reduce((sum, other) => sum + (classOf[other] === classOf[place] ? strata[other]!.length : 0), 0)
    )
    places.sort((a, b) => sizeOf[a]! - sizeOf[b]! || classOf[a]! - classOf[b]! || strata[a]!.length - strata[b]!.length)
  }
  const quotas = strata.map(() => 0)
  let sofar = 0
  for (const place of places) {
    const before = Math.round(sofar * ratio)
    sofar += strata[place]!.length
    quotas[place] = Math.round(sofar * ratio) - before
  }
  return { strata, quotas, total: Math.round(sofar * ratio), groups: units.groups }
}

/** Gives the shares of what is left when these are drawn without replacement. @category combinators */
export const rest = ({ groups, quotas, strata, total }: Shares): Shares => ({
  strata,
  quotas: quotas.map((quota, s) => strata[s]!.length - quota),
  total: groups - total,
  groups
})

/**
 * Draws without replacement.
 *
 * @returns for each group 1 where it is drawn, else 0
 * @category constructors
 */
export const without = ({ groups, quotas, strata }: Shares, seed: Seed.Seed): Int32Array => {
  const random = Seed.generator(seed)
  const times = new Int32Array(groups)
  for (const [s, members] of strata.entries()) {
    const order = members.slice()
    random.shuffle(order)
    for (const g of order.subarray(0, quotas[s])) times[g] = 1
  }
  return times
}

/**
 * Draws with replacement.
 *
 * @returns for each group how often it is drawn
 * @category constructors
 */
export const withReplacement = ({ groups, quotas, strata }: Shares, seed: Seed.Seed): Int32Array => {
  const random = Seed.generator(seed)
  const times = new Int32Array(groups)
  for (const [s, members] of strata.entries()) {
    for (let i = 0; i < quotas[s]!; i++) times[members[random.below(members.length)]!]! += 1
  }
  return times
}
