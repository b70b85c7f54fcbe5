/**
 * Time and memory as SLURM writes them.
 */
import * as Schema from "effect/Schema"

/** Minutes, hours, minutes and seconds of the forms with and without days. */
const timeForms: ReadonlyArray<readonly [form: RegExp, minutes: (...parts: ReadonlyArray<number>) => number]> = [
  [/^(\d+)$/, (minutes = 0) => minutes],
  [/^(\d+):(\d+)$/, (minutes = 0, seconds = 0) => minutes + seconds / 60],
  [/^(\d+):(\d+):(\d+)$/, (hours = 0, minutes = 0, seconds = 0) => hours * 60 + minutes + seconds / 60],
  [
    /^(\d+)-(\d+)(?::(\d+))?(?::(\d+))?$/,
    (days = 0, hours = 0, minutes = 0, seconds = 0) => days * 1440 + hours * 60 + minutes + seconds / 60
  ]
]

/**
 * The minutes of a time limit, of which parts count whole; undefined if the text is none.
 *
 * @example
 * toMinutes("1-12:30:00") // => 2190
 */
export const toMinutes = (text: string): number | undefined => {
  for (const [form, minutes] of timeForms) {
    const match = form.exec(text)
    if (match !== null) return Math.ceil(minutes(...match.slice(1).map((part) => Number(part ?? 0)))) || undefined
  }
  return undefined
}

const factors: Readonly<Record<string, number>> = { K: 1 / 1024, M: 1, G: 1024, T: 1024 ** 2 }

/**
 * The megabytes of a memory limit, of which parts count whole; undefined if the text is none.
 *
 * @example
 * toMegabytes("4G") // => 4096
 */
export const toMegabytes = (text: string): number | undefined => {
  const match = /^(\d+(?:\.\d+)?)([KMGT]?)B?$/i.exec(text)
  if (match === null) return undefined
  return Math.ceil(Number(match[1]) * factors[(match[2] || "M").toUpperCase()]!) || undefined
}

const limit = (toNumber: (text: string) => number | undefined, what: string, pattern: string) =>
  Schema.Union([
    Schema.Int.check(Schema.isGreaterThan(0)),
    Schema.String.check(
      Schema.makeFilter(
        (text: string) =>
          toNumber(text) === undefined ? `is no ${what}, got ${JSON.stringify(text)}; write ${pattern}` : undefined,
        { toJsonSchema: () => ({}) }
      )
    )
  ])

/** What a time limit may be in options: minutes, or a text as SLURM has it. @category schemas */
export const Time = limit(toMinutes, "time limit", 'minutes, "2:00:00" or "1-12:00:00"')

/** What a memory limit may be in options: megabytes, or a text with a unit. @category schemas */
export const Memory = limit(toMegabytes, "amount of memory", 'megabytes, or "4G"')
