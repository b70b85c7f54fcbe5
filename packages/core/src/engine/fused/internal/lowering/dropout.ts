/**
 * Dropout: the mask is drawn as every engine draws it, so that the same seed drops the same entries everywhere.
 */
import * as Shape from "../../../../pipeline/Shape.ts"
import type { Generator } from "../../../../Seed.ts"
import type { Region } from "../arena.ts"
import type { Operation, Place } from "../operation.ts"

/** Factors of so many entries a row: 0 with probability `rate`, else 1 / (1 − rate). */
export interface Mask {
  readonly factors: Region
  readonly draw: (rows: number, chance: Generator) => void
  /** Multiplies an array by the factors, into another or itself. */
  readonly apply: (rows: number, from: Region, to: Region) => void
}

/** A mask of `size` entries a row. */
const masked = (
  { arena, kernels, rows, view }: Place,
  { rate, size }: { readonly rate: number; readonly size: number }
): Mask => {
  const factors = arena.shared(rows * size)
  const kept = 1 / (1 - rate)
  return {
    factors,
    draw: (used, chance) => {
      const values = view(factors, used * size)
      for (let i = 0; i < values.length; i++) values[i] = chance.float() < rate ? 0 : kept
    },
    apply: (used, from, to) => kernels.multiply(used * size, from.at, factors.at, to.at)
  }
}

/** The mask of a layer that draws several from one stream; undefined at rate 0, where nothing is drawn. */
export const maskOf = (place: Place, rate: number, size: number): Mask | undefined =>
  rate === 0 ? undefined : masked(place, { rate, size })

/** Entries become 0 with probability `rate`, in training; the others are divided by 1 − rate. */
export const dropout =
  ({ rate }: { readonly rate: number }) =>
  (place: Place): Operation => {
    const { input, kernels, output, random } = place
    const size = Shape.size(place.shape)
    const mask = masked(place, { rate, size })
    return {
      own: [mask.factors],
      forward: (used, training) => {
        if (!training) return kernels.copyRows(1, 4 * used * size, input.at, 0, output.at, 0)
        mask.draw(used, random())
        mask.apply(used, input, output)
      },
      backward: (used, { input: dx, output: dy }) => {
        if (dx !== undefined) mask.apply(used, dy, dx)
      }
    }
  }
