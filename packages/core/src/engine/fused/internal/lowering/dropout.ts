/**
 * Dropout: the mask is drawn as every engine draws it, so that the same seed drops the same entries everywhere.
 */
import * as Shape from "../../../../pipeline/Shape.ts"
import type { Operation, Place } from "../operation.ts"

/** Entries become 0 with probability `rate`, in training; the others are divided by 1 − rate. */
export const dropout =
  ({ rate }: { readonly rate: number }) =>
  ({ arena, input, kernels, output, random, rows, shape, view }: Place): Operation => {
    const size = Shape.size(shape)
    const mask = arena.shared(rows * size)
    const kept = 1 / (1 - rate)
    return {
      own: [mask],
      forward: (used, training) => {
        const n = used * size
        if (!training) return kernels.copyRows(1, 4 * n, input.at, 0, output.at, 0)
        const draws = random()
        const values = view(mask, n)
        for (let i = 0; i < n; i++) values[i] = draws.float() < rate ? 0 : kept
        kernels.multiply(n, input.at, mask.at, output.at)
      },
      backward: (used, { input: dx, output: dy }) => {
        if (dx !== undefined) kernels.multiply(used * size, dy.at, mask.at, dx.at)
      }
    }
  }
