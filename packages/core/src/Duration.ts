/**
 * Durations as people write them.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/**
 * Seconds since some moment, by a clock that never goes back: what took how long is the difference of two. The time of day
 * does not tell it, as that may be set while something runs.
 */
export const now: Effect.Effect<number> = Effect.map(Clock.monotonicTimeNanos, (nanos) => Number(nanos) / 1e9)

const units: ReadonlyArray<readonly [name: RegExp, seconds: number]> = [
  [/^(s|sec|secs|second|seconds)$/, 1],
  [/^(min|mins|minute|minutes)$/, 60],
  [/^(h|hr|hrs|hour|hours)$/, 3600],
  [/^(d|day|days)$/, 86_400]
]

/**
 * The seconds that a text says; undefined if it says none.
 *
 * @example
 * Duration.toSeconds("1 h 30 min") // => 5400
 */
export const toSeconds = (text: string): number | undefined => {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]+)/gi)]
  if (parts.length === 0 || text.replaceAll(/(\d+(?:\.\d+)?)\s*([a-z]+)/gi, "").trim() !== "") return undefined
  let seconds = 0
  for (const [, number, unit = ""] of parts) {
    const factor = units.find(([name]) => name.test(unit.toLowerCase()))?.[1]
    if (factor === undefined) return undefined
    seconds += Number(number) * factor
  }
  return seconds
}

/** A duration in options: seconds, above 0, or a text such as "10 minutes", "1 h 30 min". */
export const Given = Schema.Union([
  Schema.Finite.check(Schema.isGreaterThan(0)),
  Schema.String.check(
    Schema.makeFilter(
      (text: string) =>
        (toSeconds(text) ?? 0) > 0
          ? undefined
          : `is no duration above 0, got ${JSON.stringify(text)}; give seconds as a number, or a text such as "10 minutes", "1 h 30 min"`,
      { toJsonSchema: () => ({}) }
    )
  )
])

/**
 * Writes a duration in the two largest units that it has; below ten seconds with a tenth.
 *
 * @example
 * Duration.toText(7195) // => "2 h 0 min"
 */
export const toText = (seconds: number): string => {
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  const minutes = Math.round(whole / 60)
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
