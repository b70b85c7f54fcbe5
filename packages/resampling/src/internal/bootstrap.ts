/**
 * The stratified bootstrap of the rows of a prediction: what a measure is on rows that are drawn anew.
 *
 * Units are drawn whole, with replacement, as many from each stratum as it has. A stratum is a class; a unit of rows of
 * several classes is of the one that most of its rows have.
 */
import * as Measure from "@rocflow/core/learning/Measure"
import * as Prediction from "@rocflow/core/learning/Prediction"
import * as Normal from "@rocflow/core/Normal"
import * as Seed from "@rocflow/core/Seed"
import * as Draw from "@rocflow/core/splitting/Draw"

/** Rows that are drawn together. */
export interface Units {
  /** The unit of each row, coded from 0. */
  readonly codes: Int32Array
  readonly count: number
}

/** Codes what tells groups apart, in order of appearance. */
export const unitsOf = (groups: ArrayLike<string | number>): Units => {
  const known = new Map<string | number, number>()
  const codes = Int32Array.from(groups, (group) => {
    const code = known.get(group) ?? known.size
    known.set(group, code)
    return code
  })
  return { codes, count: known.size }
}

/** Rows to draw from: the rows of each unit, and the units of each stratum. */
export interface Source {
  readonly prediction: Prediction.Labelled
  readonly rowsOf: ReadonlyArray<ReadonlyArray<number>>
  /** Where there is one stratum, it has no level. */
  readonly strata: ReadonlyArray<{ readonly level: string | undefined; readonly units: Int32Array }>
}

/** The class that most of the rows have, the first of several. */
const mainClass = (truth: Float64Array, rows: ReadonlyArray<number>, classes: number): number => {
  const counts = new Int32Array(classes)
  for (const row of rows) counts[truth[row]!]! += 1
  return counts.indexOf(Math.max(...counts))
}

/** Takes rows for what is drawn from: each class by itself, or, not `stratified`, all together. */
export const source = (prediction: Prediction.Labelled, { codes, count }: Units, stratified: boolean): Source => {
  const rowsOf: Array<Array<number>> = Array.from({ length: count }, () => [])
  codes.forEach((unit, row) => rowsOf[unit]!.push(row))
  const { truth } = prediction
  const levels = stratified ? prediction.levels : []
  const stratum = rowsOf.map((rows) => (levels.length === 0 ? 0 : mainClass(truth, rows, levels.length)))
  const strata = Array.from({ length: Math.max(1, levels.length) }, (_, code) => ({
    level: levels[code],
    units: Int32Array.from(rowsOf.keys()).filter((unit) => stratum[unit] === code)
  }))
  return { prediction, rowsOf, strata: strata.filter(({ units }) => units.length > 0) }
}

/** What a measure is where each unit comes so many times. */
const measured = (measure: Measure.Measure, { prediction, rowsOf }: Source, times: Int32Array): Measure.Measured => {
  const rows: Array<number> = []
  times.forEach((often, unit) => {
    for (let i = 0; i < often; i++) for (const row of rowsOf[unit]!) rows.push(row)
  })
  return measure.evaluate(Prediction.take(prediction, rows))
}

/** The values of a measure on so many samples, in ascending order, and how many samples have none. */
export const replicates = (measure: Measure.Measure, from: Source, count: number, seed: Seed.Seed) => {
  const strata = from.strata.map(({ units }) => units)
  const groups = from.rowsOf.length
  const shares: Draw.Shares = { strata, quotas: strata.map(({ length }) => length), total: groups, groups }
  const values: Array<number> = []
  for (let i = 0; i < count; i++) {
    const value = measured(measure, from, Draw.withReplacement(shares, Seed.derive(seed, "bootstrap", i)))
    if (Measure.isDefined(value)) values.push(value)
  }
  return { values: Float64Array.from(values).sort(), undefinedCount: count - values.length }
}

/** The quantile of ascending values, linear between them: the seventh of Hyndman and Fan (1996), R's default. */
export const quantileOf = (ascending: Float64Array, p: number): number => {
  const place = p * (ascending.length - 1)
  const below = Math.floor(place)
  const [low, high] = [ascending[below]!, ascending[Math.min(below + 1, ascending.length - 1)]!]
  return low + (place - below) * (high - low)
}

/** More units than these are left out by blocks. */
const mostBlocks = 1000

/**
 * The acceleration of BCa by the jackknife: Σₛ Σᵢ uₛᵢ³ / nₛ³ ÷ 6 (Σₛ Σᵢ uₛᵢ² / nₛ²)^{3/2}, uₛᵢ = (nₛ − 1)(mean of θ₍₋ₛ.₎ − θ₍₋ₛᵢ₎),
 * over the units i of each stratum s, or random blocks of them. Undefined where the measure is, or does not move.
 */
export const acceleration = (measure: Measure.Measure, from: Source, seed: Seed.Seed): number | undefined => {
  const random = Seed.generator(Seed.derive(seed, "jackknife"))
  let [cubes, squares] = [0, 0]
  for (const { units } of from.strata) {
    const order = units.slice()
    random.shuffle(order)
    const blocks = Math.min(units.length, Math.max(2, Math.ceil((mostBlocks * units.length) / from.rowsOf.length)))
    const without = Array.from({ length: blocks }, (_, block) => {
      const times = new Int32Array(from.rowsOf.length).fill(1)
      for (let i = block; i < order.length; i += blocks) times[order[i]!] = 0
      return measured(measure, from, times)
    })
    const values = without.filter(Measure.isDefined)
    if (values.length < blocks) return undefined
    const mean = values.reduce((sum, value) => sum + value, 0) / blocks
    for (const value of values) {
      const influence = ((blocks - 1) * (mean - value)) / blocks
      cubes += influence ** 3
      squares += influence ** 2
    }
  }
  return squares > 0 ? cubes / (6 * squares ** 1.5) : undefined
}

/**
 * The shares at which BCa reads the distribution of the samples: Φ(z₀ + (z₀ + z) / (1 − a(z₀ + z))), where Φ(z₀) is the share
 * of samples below the value, equal ones counting half. Undefined where all are on one side of it.
 */
export const corrected = (
  ascending: Float64Array,
  value: number,
  a: number,
  shares: readonly [number, number]
): readonly [number, number] | undefined => {
  const below = ascending.filter((each) => each < value).length
  const equal = ascending.filter((each) => each === value).length
  const bias = Normal.quantile((below + equal / 2) / ascending.length)
  if (!Number.isFinite(bias)) return undefined
  const at = (p: number) => {
    const moved = bias + Normal.quantile(p)
    return Normal.cdf(bias + moved / (1 - a * moved))
  }
  return [at(shares[0]), at(shares[1])]
}
