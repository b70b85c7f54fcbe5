/**
 * Which rows an epoch has, and in which batches.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as OptionSchema from "../../OptionSchema.ts"
import * as Column from "../../data/Column.ts"
import type { Task } from "../../data/Task.ts"
import * as Features from "../../pipeline/Features.ts"
import type { PipelineError } from "../../pipeline/PipelineError.ts"
import type { Generator } from "../../Seed.ts"

const By = Schema.Literals(["class", "stratum"])

/** How batches are made up. */
export const Options = Schema.Union([
  Schema.Struct({
    stratified: OptionSchema.required(
      By,
      "Batches with the share of each class, or stratum, that the training rows have",
      "class"
    )
  }),
  Schema.Struct({ balanced: OptionSchema.required(By, "Batches with as many rows of each class, or stratum", "class") })
])

/** How batches are made up: see `Options.batches` of `Model`. @category models */
export type Options = typeof Options.Type

/** How batches are made up of classes; undefined where it is of strata. */
export const byClass = (options: Options): Grouped["how"] | undefined => {
  if ("stratified" in options) return options.stratified === "class" ? "stratified" : undefined
  return options.balanced === "class" ? "balanced" : undefined
}

/** The group of each row, from 0, and how batches are made up of the groups. */
export interface Grouped {
  readonly how: "stratified" | "balanced"
  readonly groups: Uint32Array
}

const numbered = (keys: ReadonlyArray<string>): Uint32Array => {
  const places = new Map<string, number>()
  return Uint32Array.from(keys, (key) => {
    const place = places.get(key) ?? places.size
    places.set(key, place)
    return place
  })
}

/** Divides the rows of a task; fails where there is nothing to divide them by. */
export const group = (options: Options, task: Task): Result.Result<Grouped, PipelineError> => {
  const how = "stratified" in options ? "stratified" : "balanced"
  const by = "stratified" in options ? options.stratified : options.balanced
  if (by === "class") {
    return task.kind === "regression"
      ? Features.fail(
          "batches",
          `a regression has no classes; give the task a stratum and take { ${how}: stratum }, or leave batches out`
        )
      : Result.succeed({ how, groups: Uint32Array.from(task.target) })
  }
  const columns = task.roles.stratum.map((name) => Column.asFactor(task.table.columns.get(name)!).codes)
  return columns.length === 0
    ? Features.fail("batches", `the task has no stratum; give it the role, or take { ${how}: class }`)
    : Result.succeed({
        how,
        groups: numbered(Array.from({ length: task.rows }, (_, row) => columns.map((codes) => codes[row]).join()))
      })
}

/** The rows of each group that has any, in the order given. */
const members = (order: Uint32Array, groups: Uint32Array): ReadonlyArray<Array<number>> => {
  const rows: Array<Array<number>> = []
  for (const row of order) (rows[groups[row]!] ??= []).push(row)
  return rows.filter((own) => own.length > 0)
}

/**
 * Orders all rows so that any run of them has about the share of each group that all rows have: the j-th of the n rows of a
 * group comes at (j + ½)/n. Of two groups, every prefix has within ½ of the exact share, so that a batch has a row of each
 * group that has as many rows as there are batches.
 *
 * Source: the divisor method of Webster and Sainte-Laguë, which deals seats to parties one by one.
 */
const interleaved = (order: Uint32Array, groups: Uint32Array): Uint32Array => {
  const places = new Float64Array(order.length)
  for (const rows of members(order, groups)) rows.forEach((row, j) => (places[row] = (j + 0.5) / rows.length))
  return order.sort((a, b) => places[a]! - places[b]!)
}

/** Puts the full batches of an order into another one; a smaller one stays the last. */
const shuffled = (order: Uint32Array, size: number, random: Generator): Uint32Array => {
  const full = Array.from({ length: Math.floor(order.length / size) }, (_, batch) => batch)
  random.shuffle(full)
  const moved = order.slice()
  full.forEach((from, to) => moved.set(order.subarray(from * size, (from + 1) * size), to * size))
  return moved
}

/**
 * As many rows as there are, the groups by turns: those of a small group come again, in a new order each time, and of a
 * large one those that come are others in every epoch.
 */
const inTurns = (order: Uint32Array, groups: Uint32Array, random: Generator): Uint32Array => {
  const streams = members(order, groups).map((rows) => ({ rows, next: 0 }))
  random.shuffle(streams)
  return order.map((_, i) => {
    const stream = streams[i % streams.length]!
    if (stream.next === stream.rows.length) {
      random.shuffle(stream.rows)
      stream.next = 0
    }
    return stream.rows[stream.next++]!
  })
}

/** How the rows of an epoch are drawn. */
export interface Drawing {
  /** How many rows an epoch has. */
  readonly rows: number
  /** The rows of an epoch, batch after batch. */
  readonly draw: (random: Generator) => Uint32Array
}

/** Draws `rows` rows in batches of `size`; without groups in any order. */
export const make = (
  rows: number,
  size: number,
  { dropLast = false, grouped }: { readonly dropLast?: boolean; readonly grouped?: Grouped | undefined } = {}
): Drawing => {
  const drawn = dropLast ? rows - (rows % size) : rows
  const inOrder = Uint32Array.from({ length: rows }, (_, row) => row)
  const ordered = (random: Generator): Uint32Array => {
    const order = inOrder.slice()
    random.shuffle(order)
    if (grouped === undefined) return order
    return grouped.how === "balanced"
      ? inTurns(order, grouped.groups, random)
      : shuffled(interleaved(order, grouped.groups), size, random)
  }
  return { rows: drawn, draw: (random) => ordered(random).subarray(0, drawn) }
}
