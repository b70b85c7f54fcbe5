/**
 * Resizing: each new line is a weighted mean of old lines, then each new column of old columns.
 *
 * Coordinates are those of half pixels: the centre of pixel i is i + ½. When an image shrinks, the weights of `bilinear`
 * become as wide as the ratio of the sizes (antialiasing, as in Pillow and as torchvision does by default); `area` is the mean over
 * the covered area.
 */
import * as Result from "effect/Result"
import { type Change, type Kernel, onPlane, type Plane } from "./plane.ts"

export type Method = "bilinear" | "area" | "nearest"

/** The old pixels that a new one is made of: the first of them, and their weights, which sum to 1. */
interface Taps {
  readonly first: number
  readonly weights: Float64Array
}

const overlap = (a: number, b: number, c: number, d: number) => Math.max(0, Math.min(b, d) - Math.max(a, c))

const weightsOf: Readonly<Record<Method, (from: number, to: number) => (i: number, j: number) => number>> = {
  bilinear: (from, to) => {
    const ratio = from / to
    const width = Math.max(1, ratio)
    return (i, j) => Math.max(0, 1 - Math.abs(j + 0.5 - (i + 0.5) * ratio) / width)
  },
  area: (from, to) => (i, j) => overlap(j, j + 1, (i * from) / to, ((i + 1) * from) / to),
  nearest: (from, to) => (i, j) => (j === Math.min(from - 1, Math.floor(((i + 0.5) * from) / to)) ? 1 : 0)
}

/** The taps of every new pixel along one axis. */
export const taps = (method: Method, from: number, to: number): ReadonlyArray<Taps> => {
  const weight = weightsOf[method](from, to)
  return Array.from({ length: to }, (_, i) => {
    const all = Array.from({ length: from }, (_, j) => weight(i, j))
    const first = all.findIndex((w) => w > 0)
    const last = all.findLastIndex((w) => w > 0)
    const sum = all.reduce((total, w) => total + w, 0)
    return { first, weights: Float64Array.from(all.slice(first, last + 1), (w) => w / sum) }
  })
}

const kernel = (method: Method, { channels, height, width }: Plane, rows: number, columns: number): Kernel => {
  const across = taps(method, width, columns)
  const down = taps(method, height, rows)
  const narrow = new Float32Array(height * columns * channels)
  return (from, to) => {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < columns; x++) {
        const { first, weights } = across[x]!
        for (let c = 0; c < channels; c++) {
          let sum = 0
          for (let k = 0; k < weights.length; k++) {
            sum += weights[k]! * from[(y * width + first + k) * channels + c]!
          }
          narrow[(y * columns + x) * channels + c] = sum
        }
      }
    }
    const line = columns * channels
    for (let y = 0; y < rows; y++) {
      const { first, weights } = down[y]!
      for (let at = 0; at < line; at++) {
        let sum = 0
        for (let k = 0; k < weights.length; k++) sum += weights[k]! * narrow[(first + k) * line + at]!
        to[y * line + at] = sum
      }
    }
  }
}

export const resize = ([height, width]: readonly [number, number], method: Method): Change =>
  onPlane(
    () => Result.succeed([height, width]),
    (plane) =>
      plane.height === height && plane.width === width
        ? (from, to) => to.set(from)
        : kernel(method, plane, height, width)
  )
