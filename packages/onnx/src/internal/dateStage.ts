/**
 * Parts of dates inside a graph: the Gregorian calendar by whole days, years beginning in March.
 *
 * The arithmetic is that of Howard Hinnant, "chrono-compatible low-level date algorithms",
 * https://howardhinnant.github.io/date_algorithms.html
 */
import * as Schema from "effect/Schema"
import { type Builder, type Name, refuse } from "./builder.ts"
import { type Column, columnOf, columnsOf, replaced } from "./columns.ts"
import { decoded } from "./decoded.ts"
import type { WriteStage } from "./stage.ts"

const millisecondsADay = 86_400_000
const millisecondsAnHour = 3_600_000
const daysAnEra = 146_097
/** From 0000-03-01 to 1970-01-01. */
const epoch = 719_468

/** Arithmetic of doubles, one node an operation. */
const arithmetic = (to: Builder) => {
  const of = (x: Name | number): Name => (typeof x === "number" ? to.doubles([x]) : x)
  const op = (type: string) => (a: Name | number, b: Name | number) => to.op(type, [of(a), of(b)])
  const [add, sub, mul, div] = [op("Add"), op("Sub"), op("Mul"), op("Div")]
  return {
    add,
    sub,
    mul,
    div,
    whole: (a: Name, b: number): Name => to.op("Floor", [div(a, b)]),
    rest: (a: Name, b: number): Name => sub(a, mul(to.op("Floor", [div(a, b)]), b)),
    choose: (condition: Name, a: Name | number, b: Name | number): Name => to.op("Where", [condition, of(a), of(b)]),
    less: op("Less"),
    more: op("Greater")
  }
}

/** Year, month, day and the day of the year of days since 1970-01-01. */
const civil = (to: Builder, days: Name) => {
  const { add, choose, less, mul, rest, sub, whole } = arithmetic(to)
  const moved = add(days, epoch)
  const era = whole(moved, daysAnEra)
  const dayOfEra = rest(moved, daysAnEra)
  const leaps = sub(sub(whole(dayOfEra, 1460), whole(dayOfEra, 36_524)), mul(whole(dayOfEra, 146_096), -1))
  const yearOfEra = whole(sub(dayOfEra, leaps), 365)
  const before = sub(add(mul(yearOfEra, 365), whole(yearOfEra, 4)), whole(yearOfEra, 100))
  const dayFromMarch = sub(dayOfEra, before)
  const monthFromMarch = whole(add(mul(dayFromMarch, 5), 2), 153)
  const month = choose(less(monthFromMarch, 10), add(monthFromMarch, 3), sub(monthFromMarch, 9))
  const isEarly = less(month, 3)
  const marchYear = add(yearOfEra, mul(era, 400))
  const year = choose(isEarly, add(marchYear, 1), marchYear)
  return {
    year,
    month,
    day: add(sub(dayFromMarch, whole(add(mul(monthFromMarch, 153), 2), 5)), 1),
    dayOfYear: (): Name => {
      // The days before January the first of that year, counted as above.
      const last = sub(year, 1)
      const first = sub(add(mul(last, 365), add(whole(last, 4), whole(last, 400))), add(whole(last, 100), epoch - 306))
      return add(sub(days, first), 1)
    }
  }
}

/** Days since Monday, 0 to 6; 1970-01-01 was a Thursday. */
const fromMonday = (to: Builder, days: Name): Name => {
  const { add, rest } = arithmetic(to)
  return rest(add(days, 3), 7)
}

type Write = (to: Builder, time: Name, days: Name, since: number) => Name

const parts: Readonly<Record<string, { readonly of: Write; readonly cycle?: readonly [number, number] }>> = {
  year: { of: (to, _, days) => civil(to, days).year },
  quarter: {
    of: (to, _, days) => {
      const { add, sub, whole } = arithmetic(to)
      return add(whole(sub(civil(to, days).month, 1), 3), 1)
    },
    cycle: [1, 4]
  },
  month: { of: (to, _, days) => civil(to, days).month, cycle: [1, 12] },
  week: {
    of: (to, _, days) => {
      const { add, sub, whole } = arithmetic(to)
      // The week belongs to the year of its Thursday.
      const thursday = add(days, sub(3, fromMonday(to, days)))
      return add(whole(sub(civil(to, thursday).dayOfYear(), 1), 7), 1)
    },
    cycle: [1, 53]
  },
  day: { of: (to, _, days) => civil(to, days).day, cycle: [1, 31] },
  dayOfYear: { of: (to, _, days) => civil(to, days).dayOfYear(), cycle: [1, 366] },
  weekday: { of: (to, _, days) => arithmetic(to).add(fromMonday(to, days), 1), cycle: [1, 7] },
  isWeekend: {
    of: (to, _, days) => {
      const { choose, more } = arithmetic(to)
      return choose(more(fromMonday(to, days), 4), 1, 0)
    }
  },
  hour: {
    of: (to, time) => {
      const { div, rest } = arithmetic(to)
      return div(rest(time, millisecondsADay), millisecondsAnHour)
    },
    cycle: [0, 24]
  },
  daysSince: {
    of: (to, time, _, since) => {
      const { div, sub } = arithmetic(to)
      return div(sub(time, since), millisecondsADay)
    }
  }
}

const State = Schema.Struct({
  cyclic: Schema.Boolean,
  columns: Schema.Array(
    Schema.Struct({ column: Schema.String, parts: Schema.Array(Schema.String), since: Schema.Finite })
  )
})

/** `Preprocess.dates`. */
export const dates: WriteStage = (to, columns, { id, state }) => {
  const { columns: fitted, cyclic } = decoded(id, State, state)
  const { div, mul, sub, whole } = arithmetic(to)
  return replaced(
    columns,
    new Map(
      fitted.map(
        ({ column: name, parts: wanted, since }): readonly [string, ReadonlyArray<readonly [string, Column]>] => {
          const column = columnOf(columns, name, id)
          if (column.kind !== "date") return refuse(id, `column "${name}" is no date`, "read it as date")
          const days = whole(column.name, millisecondsADay)
          const made = wanted.flatMap((part) => {
            const known = parts[part]
            if (known === undefined)
              return refuse(id, `has no part "${part}"`, "write it with the version that trained it")
            const value = known.of(to, column.name, days, since)
            // Comparisons with a missing number hold nowhere, so that it could come out as a number.
            const kept = to.op("Where", [to.op("IsNaN", [column.name]), column.name, value])
            if (!cyclic || known.cycle === undefined) return columnsOf(kept, [`${name}.${part}`])
            const angle = div(mul(sub(kept, known.cycle[0]), 2 * Math.PI), known.cycle[1])
            return [
              ...columnsOf(to.op("Sin", [angle]), [`${name}.${part}.sin`]),
              ...columnsOf(to.op("Cos", [angle]), [`${name}.${part}.cos`])
            ]
          })
          return [name, made]
        }
      )
    )
  )
}
