/**
 * What values something that is tuned may take: numbers between two bounds, or one of some choices. Plain data.
 *
 * Every range is a line of shares: `at` gives the value of a share in [0, 1), so that a point of the unit cube, whoever drew
 * it, is a configuration; equal parts of the line are equally likely.
 */
import * as Schema from "effect/Schema"

const ordered = Schema.makeFilter(({ from, to }: { readonly from: number; readonly to: number }) =>
  from < to ? undefined : { path: ["to"], issue: `is ${to}, which is not above from, ${from}` }
)

const bounds = { from: Schema.Finite, to: Schema.Finite }
const above = Schema.Finite.check(Schema.isGreaterThan(0))

/** A real number in [from, to]. @category schemas */
export const Real = Schema.Struct({ type: Schema.Literal("real"), ...bounds }).check(ordered)

/** A positive real number in [from, to], on a logarithmic scale. @category schemas */
export const Log = Schema.Struct({ type: Schema.Literal("log"), from: above, to: above }).check(ordered)

/** A whole number in [from, to]; with `log`, on a logarithmic scale, from 1 on. @category schemas */
export const Integer = Schema.Struct({
  type: Schema.Literal("integer"),
  from: Schema.Int,
  to: Schema.Int,
  log: Schema.optionalKey(Schema.Boolean)
}).check(
  ordered,
  Schema.makeFilter(({ from, log }) =>
    log === true && from < 1
      ? { path: ["from"], issue: `is ${from}, and a logarithmic scale begins at 1 or above` }
      : undefined
  )
)

/**
 * One of some values, or one of some alternatives by their labels, whatever they stand for: stages, learners, texts.
 * @category schemas
 */
export const Choice = Schema.Struct({
  type: Schema.Literal("choice"),
  values: Schema.Array(Schema.Json).check(
    Schema.isMinLength(1),
    Schema.makeFilter((values: ReadonlyArray<Schema.Json>) => {
      const texts = values.map((value) => JSON.stringify(value))
      const twice = texts.find((text, i) => texts.indexOf(text) < i)
      return twice === undefined ? undefined : `has ${twice} twice; give each value once`
    })
  )
})

/** The schema of ranges. @category schemas */
export const Range = Schema.Union([Real, Log, Integer, Choice])

/** What values something may take. @category models */
export type Range = typeof Range.Type

/** A value of a range. @category models */
export type Value = Schema.Json

/** The lower and upper end of an integer's line: each number has a part of it, the last one too. */
const ends = ({ from, log, to }: typeof Integer.Type): readonly [number, number] =>
  log === true ? [Math.log(from), Math.log(to + 1)] : [from, to + 1]

const between = ([low, high]: readonly [number, number], share: number): number => low + share * (high - low)

const within = (value: number, from: number, to: number): number => Math.min(to, Math.max(from, value))

/**
 * The value at a share in [0, 1).
 *
 * @example
 * Range.at({ type: "log", from: 0.01, to: 1 }, 0.5) // => 0.1
 */
export const at = (range: Range, share: number): Schema.Json => {
  switch (range.type) {
    case "real":
      return between([range.from, range.to], share)
    case "log":
      // The logarithm of a bound is rounded, and the bounds are to be themselves.
      if (share === 0) return range.from
      return within(Math.exp(between([Math.log(range.from), Math.log(range.to)], share)), range.from, range.to)
    case "integer": {
      const place = between(ends(range), share)
      return within(Math.floor(range.log === true ? Math.exp(place) : place), range.from, range.to)
    }
    case "choice":
      return range.values[Math.min(range.values.length - 1, Math.floor(share * range.values.length))]!
  }
}

const same = (a: Schema.Json | undefined, b: Schema.Json): boolean => JSON.stringify(a) === JSON.stringify(b)

/**
 * The middle of the shares that have a value, which must be one of the range: `at(range, shareOf(range, value))` is the
 * value again, to rounding.
 */
export const shareOf = (range: Range, value: Schema.Json): number => {
  if (range.type === "choice") {
    return (range.values.findIndex((known) => same(known, value)) + 0.5) / range.values.length
  }
  const number = Number(value)
  const share = (low: number, high: number, place: number) => (place - low) / (high - low)
  switch (range.type) {
    case "real":
      return share(range.from, range.to, number)
    case "log":
      return share(Math.log(range.from), Math.log(range.to), Math.log(number))
    case "integer": {
      const scale = range.log === true ? Math.log : (x: number) => x
      return share(...ends(range), (scale(number) + scale(number + 1)) / 2)
    }
  }
}

/**
 * Why a value is none of a range, or undefined if it is one.
 *
 * @example
 * Range.refusal({ type: "integer", from: 1, to: 9 }, 10) // => "must be a whole number from 1 to 9"
 */
export const refusal = (range: Range, value: Schema.Json | undefined): string | undefined => {
  if (range.type === "choice") {
    const known = range.values.map((each) => JSON.stringify(each)).join(", ")
    return range.values.some((each) => same(value, each)) ? undefined : `must be one of ${known}`
  }
  const { from, to } = range
  const fits =
    typeof value === "number" && value >= from && value <= to && (range.type !== "integer" || Number.isInteger(value))
  return fits ? undefined : `must be a ${range.type === "integer" ? "whole " : ""}number from ${from} to ${to}`
}

/**
 * All values of a choice, or so many numbers, evenly spread over the scale from bound to bound; of whole numbers each once.
 *
 * @example
 * Range.grid({ type: "log", from: 0.01, to: 1 }, 3) // => [0.01, 0.1, 1]
 */
export const grid = (range: Range, resolution: number): ReadonlyArray<Schema.Json> => {
  if (range.type === "choice") return range.values
  const { from, to } = range
  const isLog = range.type === "log" || (range.type === "integer" && range.log === true)
  const numbers = Array.from({ length: resolution }, (_, i) => {
    if (i === 0) return from
    if (i === resolution - 1) return to
    const share = i / (resolution - 1)
    const value = isLog ? Math.exp(between([Math.log(from), Math.log(to)], share)) : between([from, to], share)
    return within(range.type === "integer" ? Math.round(value) : value, from, to)
  })
  return [...new Set(numbers)]
}
