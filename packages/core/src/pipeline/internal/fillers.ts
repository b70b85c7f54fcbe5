/**
 * What imputation learns of a column: one value for every row, or a distribution that a row draws from.
 */
import * as Schema from "effect/Schema"
import type * as Column from "../../data/Column.ts"
import * as Seed from "../../Seed.ts"
import { SeedJson } from "./seedJson.ts"
import * as Statistics from "./columnStatistics.ts"
import type { RowKeys } from "./rowKeys.ts"

/** The schema of a value that fills a missing one. */
export const Filler = Schema.Union([Schema.Finite, Schema.String, Schema.Boolean])

const counts = Schema.Array(Schema.Int)

/** Of a column one value; or values, or bins between edges, with how often each occurs in the training rows. */
export const Learned = Schema.Union([
  Schema.Struct({ column: Schema.String, value: Filler }),
  Schema.Struct({ column: Schema.String, values: Schema.Array(Filler), counts, seed: SeedJson }),
  Schema.Struct({ column: Schema.String, edges: Schema.Array(Schema.Finite), counts, seed: SeedJson })
])

/** @category models */
export type Learned = typeof Learned.Type

/** A filler without the name of its column, and the seed that its rows draw by. */
export type Rule =
  | { readonly value: Statistics.Filler }
  | { readonly values: ReadonlyArray<Statistics.Filler>; readonly counts: ReadonlyArray<number> }
  | { readonly edges: ReadonlyArray<number>; readonly counts: ReadonlyArray<number> }

/** The values of a column with their frequencies. */
export const sample = (column: Column.Column): Rule | undefined => {
  const { counts, levels } = Statistics.levelCounts(column)
  const present = levels.map((_, code) => code).filter((code) => counts[code]! > 0)
  return present.length === 0
    ? undefined
    : {
        values: present.map((code) => Statistics.fillerOf(column, levels[code]!)),
        counts: present.map((code) => counts[code]!)
      }
}

/** Bins of equal width over the range of a column, ⌈log₂ n + 1⌉ unless told how many (Sturges 1926). */
export const histogram = (column: Column.Column, bins: number | undefined): Rule | undefined => {
  const values = Statistics.present(column)
  if (values.length === 0) return undefined
  const { max, min } = Statistics.range(values)
  const most = bins ?? Math.ceil(Math.log2(values.length) + 1)
  const edges = max === min ? [min, max] : Array.from({ length: most + 1 }, (_, i) => min + ((max - min) * i) / most)
  const counts = Array.from({ length: edges.length - 1 }, () => 0)
  for (const value of values) {
    const bin = max === min ? 0 : Math.floor(((value - min) / (max - min)) * most)
    counts[Math.min(bin, counts.length - 1)]! += 1
  }
  return { edges, counts }
}

/** A value outside the range of a column: farther than its width times `multiplier`, and `offset`. */
export const outOfRange = (
  column: Column.Column,
  options: { readonly side: "below" | "above"; readonly offset: number; readonly multiplier: number }
): Rule | undefined => {
  const values = Statistics.present(column)
  if (values.length === 0) return undefined
  const { max, min } = Statistics.range(values)
  const distance = options.offset + options.multiplier * (max - min)
  return { value: options.side === "below" ? min - distance : max + distance }
}

/** The place of a draw among counts. */
const placeOf = (counts: ReadonlyArray<number>, random: Seed.Generator): number => {
  let left = random.float() * counts.reduce((sum, count) => sum + count, 0)
  const place = counts.findIndex((count) => (left -= count) < 0)
  return place < 0 ? counts.length - 1 : place
}

/** The value that fills a row of a column. */
export const fillerAt = (learned: Learned, keys: RowKeys): ((row: number) => Statistics.Filler) => {
  if ("value" in learned) return () => learned.value
  const generator = (row: number) => Seed.generator(Seed.derive(learned.seed, keys.high[row]!, keys.low[row]!))
  if ("values" in learned) return (row) => learned.values[placeOf(learned.counts, generator(row))]!
  return (row) => {
    const random = generator(row)
    const bin = placeOf(learned.counts, random)
    const [from, to] = [learned.edges[bin]!, learned.edges[bin + 1]!]
    return from + (to - from) * random.float()
  }
}
