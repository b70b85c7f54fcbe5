/**
 * Dropout: the mask is drawn as every engine draws it, so that the same seed drops the same entries everywhere.
 */
import * as Shape from "../../../../pipeline/Shape.ts"
import type { Value } from "../../../../pipeline/Stage.ts"
import type { Region } from "../arena.ts"
import type { Draws, Operation, Place } from "../operation.ts"

/** Factors of so many entries a row: 0 with probability `rate`, as it is read in each step, else 1 / (1 − rate). */
export interface Mask {
  readonly factors: Region
  readonly draw: (rows: number, draws: Draws) => void
  /** Multiplies an array by the factors, into another or itself. */
  readonly apply: (rows: number, from: Region, to: Region) => void
}

/** A mask of `size` entries a row. */
const masked = (
  { arena, kernels, read, rows }: Place,
  { rate, size }: { readonly rate: Value; readonly size: number }
): Mask => {
  const factors = arena.shared(rows * size)
  return {
    factors,
    draw: (used, draws) => {
      const n = used * size
      const now = read(rate)
      // A draw is a whole number of 53 bits; so many of them are below the rate, said in two parts.
      const whole = Math.ceil(now * 2 ** 53)
      const [most, least] = [Math.floor(whole / 2 ** 26), whole % 2 ** 26]
      kernels.drawMask(n, draws.seed.high, draws.seed.low, draws.next, most, least, 1 / (1 - now), factors.at)
      draws.next += n
    },
    apply: (used, from, to) => kernels.multiply(used * size, from.at, factors.at, to.at)
  }
}

/** The mask of a layer that draws several from one stream; undefined at rate 0, where nothing is drawn. */
export const maskOf = (place: Place, rate: number, size: number): Mask | undefined =>
  rate === 0 ? undefined : masked(place, { rate, size })

/** Entries become 0 with probability `rate`, in training; the others are divided by 1 − rate. */
export const dropout =
  ({ rate }: { readonly rate: Value }) =>
  (place: Place): Operation => {
    const { draws, input, kernels, output } = place
    const size = Shape.size(place.shape)
    const mask = masked(place, { rate, size })
    return {
      own: [mask.factors],
      forward: (used, training) => {
        if (!training) return kernels.copyRows(1, 4 * used * size, input.at, 0, output.at, 0)
        mask.draw(used, draws())
        mask.apply(used, input, output)
      },
      backward: (used, { input: dx, output: dy }) => {
        if (dx !== undefined) mask.apply(used, dy, dx)
      }
    }
  }
