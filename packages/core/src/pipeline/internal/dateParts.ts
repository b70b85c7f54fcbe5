/**
 * Numbers of a date: parts of the calendar and the clock, in UTC, and days since another date.
 */
import * as Schema from "effect/Schema"
import * as Column from "../../data/Column.ts"

const day = 86_400_000
const hour = 3_600_000

/** What can be taken of a date. */
export const Part = Schema.Literals([
  "year",
  "quarter",
  "month",
  "week",
  "day",
  "dayOfYear",
  "weekday",
  "isWeekend",
  "hour",
  "daysSince"
])

type Part = typeof Part.Type

/** Days from Monday, 0 to 6. */
const fromMonday = (time: number): number => (new Date(time).getUTCDay() + 6) % 7

/** Days from the first of January, from 0. */
const fromNewYear = (time: number): number => (time - new Date(time).setUTCMonth(0, 1)) / day

/** The week that has the Thursday of the same week, counted in the year of that Thursday (ISO 8601). */
const weekOf = (time: number): number => Math.floor(fromNewYear(time + (3 - fromMonday(time)) * day) / 7) + 1

/** The part of a point in time, and of those that come round again the smallest value and the number of values. */
const parts: Readonly<
  Record<Part, { readonly of: (time: number, since: number) => number; readonly cycle?: readonly [number, number] }>
> = {
  year: { of: (time) => new Date(time).getUTCFullYear() },
  quarter: { of: (time) => Math.floor(new Date(time).getUTCMonth() / 3) + 1, cycle: [1, 4] },
  month: { of: (time) => new Date(time).getUTCMonth() + 1, cycle: [1, 12] },
  week: { of: weekOf, cycle: [1, 53] },
  day: { of: (time) => new Date(time).getUTCDate(), cycle: [1, 31] },
  dayOfYear: { of: (time) => fromNewYear(time) + 1, cycle: [1, 366] },
  weekday: { of: (time) => fromMonday(time) + 1, cycle: [1, 7] },
  isWeekend: { of: (time) => Number(fromMonday(time) > 4) },
  hour: { of: (time) => (((time % day) + day) % day) / hour, cycle: [0, 24] },
  daysSince: { of: (time, since) => (time - since) / day }
}

const timesOf = (column: Column.Column): Float64Array =>
  column.type === "date" ? column.values : new Float64Array(Column.length(column)).fill(Number.NaN)

/** Whether any point in time is not at midnight. */
export const hasTimes = (column: Column.Column): boolean =>
  timesOf(column).some((time) => !Number.isNaN(time) && time % day !== 0)

/** The first of the dates; 1970 if there is none. */
export const first = (column: Column.Column): number => {
  let least = Number.POSITIVE_INFINITY
  for (const time of timesOf(column)) if (time < least) least = time
  return Number.isFinite(least) ? least : 0
}

/** The columns of numbers that stand for a column of dates. */
export const expand = (
  name: string,
  column: Column.Column,
  {
    cyclic,
    parts: wanted,
    since
  }: { readonly cyclic: boolean; readonly parts: ReadonlyArray<Part>; readonly since: number }
): ReadonlyArray<readonly [string, Column.Column]> => {
  const times = timesOf(column)
  return wanted.flatMap((part): ReadonlyArray<readonly [string, Column.Column]> => {
    const { cycle, of } = parts[part]
    const values = times.map((time) => (Number.isNaN(time) ? Number.NaN : of(time, since)))
    if (!cyclic || cycle === undefined) return [[`${name}.${part}`, Column.numeric(values)]]
    const angle = values.map((value) => (2 * Math.PI * (value - cycle[0])) / cycle[1])
    return [
      [`${name}.${part}.sin`, Column.numeric(angle.map(Math.sin))],
      [`${name}.${part}.cos`, Column.numeric(angle.map(Math.cos))]
    ]
  })
}
