/**
 * Axes: where a number stands on one, and which numbers are written under it.
 */

import { textWidth } from "../internal/text.ts"
import { fontSize } from "../theme.ts"

/** An axis of a panel, or that of a list of strips. */
export interface Axis {
  readonly title: string
  readonly domain: readonly [low: number, high: number]
  readonly log?: boolean
  /** Written times 100, with a percent sign. */
  readonly percent?: boolean
  /** Names instead of numbers, from 0 on one a unit. */
  readonly names?: ReadonlyArray<string>
  /** Nothing is written under it, and nothing drawn for it. */
  readonly bare?: boolean
}

/** Where a number stands between the ends of an axis, from 0 to 1; outside of them it is held at the nearer one. */
export const place = ({ domain: [low, high], log = false }: Axis, x: number): number => {
  const of = (value: number) => (log ? Math.log(value) : value)
  const share = high > low ? (of(x) - of(low)) / (of(high) - of(low)) : 0.5
  return Math.min(1, Math.max(0, share))
}

/** The number at a place of an axis, which {@link place} gives back. */
export const valueAt = ({ domain: [low, high], log = false }: Axis, share: number): number =>
  log ? low * (high / low) ** share : low + (high - low) * share

/** The step of 1, 2 or 5 times a power of ten that divides a span into about so many parts. */
const stepOf = (span: number, count: number): number => {
  const raw = span / count
  const power = 10 ** Math.floor(Math.log10(raw))
  const lead = raw / power
  return power * (lead < 1.5 ? 1 : lead < 3.5 ? 2 : lead < 7.5 ? 5 : 10)
}

/** The multiples of a step between two numbers. */
const multiples = (low: number, high: number, step: number): ReadonlyArray<number> => {
  const first = Math.ceil(low / step - 1e-9)
  const last = Math.floor(high / step + 1e-9)
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)))
}

/** The numbers of which an axis is marked: powers of ten, with 2 and 5 times them where there is room, or equal steps. */
export const ticks = ({ domain: [low, high], log = false }: Axis, count = 4): ReadonlyArray<number> => {
  if (!(high > low)) return [low]
  if (!log) return multiples(low, high, stepOf(high - low, count))
  const powers = multiples(Math.floor(Math.log10(low)), Math.ceil(Math.log10(high)), 1).map((power) => 10 ** power)
  const inside = (leads: ReadonlyArray<number>) =>
    powers.flatMap((power) => leads.map((lead) => lead * power)).filter((x) => x >= low && x <= high)
  const candidates = [inside([1]), inside([1, 3]), inside([1, 2, 5])]
  return (
    candidates.find((found) => found.length >= Math.min(3, count)) ?? ticks({ title: "", domain: [low, high] }, count)
  )
}

const superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹"

const power = (exponent: number): string =>
  `10${exponent < 0 ? "⁻" : ""}${[...String(Math.abs(exponent))].map((digit) => superscripts[Number(digit)]).join("")}`

const grouped = (text: string): string => {
  const [whole = "", part] = text.split(".")
  return whole.replace(/\B(?=(\d{3})+(?!\d))/g, "\u202f") + (part === undefined ? "" : `.${part}`)
}

/** The units in which large numbers are written: 1 500 000 is 1.5 million, 50 000 stays. */
const units = [
  { from: 1e12, by: 1, name: "" },
  { from: 1e9, by: 1e9, name: "\u202fbn" },
  { from: 1e6, by: 1e6, name: "\u202fM" }
] as const

/**
 * Writes the numbers under an axis, all with as many decimals as the finest needs and no exponents: 0.25, 25%, 50 000, 1.5 M,
 * 2×10⁻⁷.
 *
 * @example
 * tickTexts({ title: "", domain: [0, 60000] }, [0, 20000]) // => ["0", "20 000"]
 */
export const tickTexts = (
  { percent = false }: Pick<Axis, "percent">,
  values: ReadonlyArray<number>
): ReadonlyArray<string> => {
  const largest = Math.max(...values.map(Math.abs))
  const unit = units.find(({ from }) => largest >= from)
  const factor = percent ? 100 : 1 / (unit?.by ?? 1)
  const tiny = largest > 0 && largest < 1e-4
  const scaled = values.map((value) => Number((value * factor).toPrecision(10)))
  const decimals = Math.max(0, ...scaled.map((value) => (String(value).split(".")[1] ?? "").length))
  return scaled.map((value) => {
    if (value === 0) return percent ? "0%" : "0"
    if (tiny || Math.abs(value) >= 1e12) {
      const exponent = Math.floor(Math.log10(Math.abs(value)) + 1e-9)
      const lead = Number((value / 10 ** exponent).toPrecision(3))
      return (lead === 1 ? power(exponent) : `${lead}×${power(exponent)}`).replace("-", "−")
    }
    const own = values.length === 1 || Math.abs(value) >= 1000 ? Math.min(decimals, 2) : Math.min(decimals, 6)
    return `${grouped(value.toFixed(own)).replace("-", "−")}${percent ? "%" : (unit?.name ?? "")}`
  })
}

/** Space between two labels of an axis, in pixels. */
const labelGap = 5

/** The numbers of an axis that is so many pixels long: as many as have room for their labels, about four or five at the most. */
export const fittingTicks = (axis: Axis, length: number, isUpright = false): ReadonlyArray<number> => {
  const fits = (at: ReadonlyArray<number>): boolean => {
    const sizes = tickTexts(axis, at).map((text) =>
      isUpright ? fontSize.line : textWidth(text, fontSize.axis) + labelGap
    )
    return at.every((tick, i) => {
      const next = at[i + 1]
      return next === undefined || (place(axis, next) - place(axis, tick)) * length >= (sizes[i]! + sizes[i + 1]!) / 2
    })
  }
  for (let count = 4; count > 1; count--) {
    const at = ticks(axis, count)
    if (at.length > 1 && fits(at)) return at
  }
  // One number tells no size: of long ones the first and the last.
  const ends = [ticks(axis)[0]!, ticks(axis).at(-1)!]
  return ends[0] !== ends[1] && fits(ends) ? ends : ticks(axis, 1)
}

/** A domain around numbers with a margin, which does not leave the range that numbers of its kind can have. */
export const around = (
  values: ReadonlyArray<number>,
  range: readonly [low: number | null, high: number | null] = [null, null]
): [low: number, high: number] => {
  const finite = values.filter(Number.isFinite)
  if (finite.length === 0) return [range[0] ?? 0, range[1] ?? 1]
  const [low, high] = finite.reduce(([a, b], x) => [Math.min(a, x), Math.max(b, x)], [finite[0]!, finite[0]!])
  const margin = high > low ? (high - low) * 0.05 : Math.max(Math.abs(low) * 0.1, 1e-3)
  return [Math.max(range[0] ?? -Infinity, low - margin), Math.min(range[1] ?? Infinity, high + margin)]
}
