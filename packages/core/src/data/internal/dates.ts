/**
 * Days and points in time as milliseconds since 1970, read from text and written as text. All of it is UTC: what is
 * written without a zone is taken as it stands.
 */
import * as Result from "effect/Result"

const day = 86_400_000

/** Writes a point in time by ISO 8601, only the day at midnight. */
export const dateText = (milliseconds: number): string => {
  const text = new Date(milliseconds).toISOString()
  if (milliseconds % day === 0) return text.slice(0, text.indexOf("T"))
  return text.endsWith(".000Z") ? text.slice(0, -5) : text.slice(0, -1)
}

interface Parts {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  /** Of the zone, east of Greenwich. */
  readonly offsetMinutes: number
}

/** `undefined` for a day or a time that no calendar or clock has, such as 30 February. */
const toMilliseconds = (parts: Parts): number | undefined => {
  const { hour, minute, month, offsetMinutes, second, year } = parts
  if (hour > 23 || minute > 59 || second >= 60) return undefined
  const midnight = new Date(0)
  midnight.setUTCFullYear(year, month - 1, parts.day)
  if (midnight.getUTCMonth() !== month - 1 || midnight.getUTCDate() !== parts.day) return undefined
  return midnight.getTime() + (hour * 60 + minute - offsetMinutes) * 60_000 + Math.round(second * 1000)
}

const isoPattern =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2}(?:[.,]\d+)?))?\s*(Z|UTC|[+-]\d{2}(?::?\d{2})?)?)?$/

const offsetOf = (zone: string | undefined): number => {
  if (zone === undefined || zone === "Z" || zone === "UTC") return 0
  const digits = zone.slice(1).replace(":", "")
  return (zone.startsWith("-") ? -1 : 1) * (Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2) || 0))
}

/** Reads a day or a point in time by ISO 8601, with a blank for T if need be; `undefined` when it is none. */
export const parseIsoDate = (text: string): number | undefined => {
  const found = isoPattern.exec(text.trim())
  if (found === null) return undefined
  const [, year, month, dayOfMonth, hour = "0", minute = "0", second = "0", zone] = found
  return toMilliseconds({
    year: Number(year),
    month: Number(month),
    day: Number(dayOfMonth),
    hour: Number(hour),
    minute: Number(minute),
    second: Number(second.replace(",", ".")),
    offsetMinutes: offsetOf(zone)
  })
}

const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]

/** What each directive of strptime matches. */
const directives: Readonly<Record<string, string>> = {
  Y: "(?<Y>\\d{4})",
  y: "(?<y>\\d{2})",
  m: "(?<m>\\d{1,2})",
  d: "(?<d>\\d{1,2})",
  b: "(?<b>[A-Za-z]{3})[a-z]*",
  B: "(?<b>[A-Za-z]{3})[a-z]*",
  H: "(?<H>\\d{1,2})",
  I: "(?<I>\\d{1,2})",
  p: "(?<p>[AaPp])\\.?[Mm]\\.?",
  M: "(?<M>\\d{1,2})",
  S: "(?<S>\\d{1,2}(?:[.,]\\d+)?)",
  z: "(?<z>Z|[+-]\\d{2}:?\\d{2})",
  "%": "%"
}

/** Two digits mean 1969 to 2068, as in POSIX. */
const yearOf = ({ Y, y }: Readonly<Record<string, string | undefined>>): number =>
  Y !== undefined ? Number(Y) : Number(y) + (Number(y) < 69 ? 2000 : 1900)

const hourOf = ({ H, I, p }: Readonly<Record<string, string | undefined>>): number => {
  if (I === undefined) return Number(H ?? 0)
  if (Number(I) < 1 || Number(I) > 12) return Number.NaN
  return (Number(I) % 12) + (p?.toLowerCase() === "p" ? 12 : 0)
}

/**
 * Compiles a format of strptime, such as `%d.%m.%Y %H:%M`, to a function that reads a text; a refusal says what is wrong
 * with the format. Names of months are English, their first three letters decide.
 */
export const dateParser = (format: string): Result.Result<(text: string) => number | undefined, string> => {
  const pieces = format.split(/%(.)/su)
  const wrong = pieces.find((piece, i) => i % 2 === 1 && directives[piece] === undefined)
  if (wrong !== undefined) {
    return Result.fail(
      `has %${wrong}, which is none of ${Object.keys(directives)
        .map((name) => `%${name}`)
        .join(" ")}`
    )
  }
  const has = (...names: ReadonlyArray<string>) =>
    names.some((name) => pieces.some((p, i) => i % 2 === 1 && p === name))
  if (!has("Y", "y") || !has("m", "b", "B") || !has("d")) {
    return Result.fail("has no year (%Y or %y), no month (%m or %b) or no day (%d)")
  }
  const source = pieces
    .map((piece, i) => (i % 2 === 1 ? directives[piece]! : piece.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&")))
    .join("")
  const pattern = Result.try({ try: () => new RegExp(`^${source}$`), catch: () => "names a part twice" })
  return Result.map(pattern, (pattern) => (text) => {
    const found = pattern.exec(text.trim())?.groups
    if (found === undefined) return undefined
    const month = found["b"] === undefined ? Number(found["m"]) : months.indexOf(found["b"].toLowerCase()) + 1
    const hour = hourOf(found)
    if (Number.isNaN(hour)) return undefined
    return toMilliseconds({
      year: yearOf(found),
      month,
      day: Number(found["d"]),
      hour,
      minute: Number(found["M"] ?? 0),
      second: Number((found["S"] ?? "0").replace(",", ".")),
      offsetMinutes: offsetOf(found["z"])
    })
  })
}
