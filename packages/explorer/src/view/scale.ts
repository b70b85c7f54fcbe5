/** From numbers to pixels, and the numbers that stand at an axis. Pure. */
import { type Scene } from "../Scene.ts"
import { shifted } from "../Reading.ts"

/** A linear map of a range of numbers onto a range of pixels. */
export interface Scale {
  readonly from: number
  readonly to: number
  readonly at: (value: number) => number
  readonly back: (pixel: number) => number
}

/** Maps [from, to] to [start, end]. */
export const linear = (from: number, to: number, start: number, end: number): Scale => {
  const slope = (end - start) / (to - from)
  return { from, to, at: (value) => start + (value - from) * slope, back: (pixel) => from + (pixel - start) / slope }
}

/** 1, 2 or 5 times a power of ten, at least the number. */
const round = (least: number): number => {
  const power = 10 ** Math.floor(Math.log10(least))
  return power * ([1, 2, 5].find((factor) => factor * power >= least * (1 - 1e-9)) ?? 10)
}

/** Round numbers of [from, to], at most about `count` of them. */
export const ticks = ({ from, to }: Pick<Scale, "from" | "to">, count: number): ReadonlyArray<number> => {
  const step = round((to - from) / count)
  const first = Math.ceil(from / step - 1e-9)
  const last = Math.floor(to / step + 1e-9)
  return Array.from({ length: last - first + 1 }, (_, k) => Number(((first + k) * step).toPrecision(12)))
}

/** The end of an axis from −end to end that holds all scores, shifted by the margin or not: it seldom changes. */
export const reach = ({ examples, margin }: Scene): number => {
  const widest = Math.max(...examples.flatMap((e) => [Math.abs(e.score), Math.abs(shifted(e, margin))]))
  return [3, 4, 5, 6, 8].find((end) => end >= widest + 0.3) ?? round(widest * 1.05)
}
