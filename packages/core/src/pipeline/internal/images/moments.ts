/**
 * Means and deviations of the channels of a tensor column.
 */
import * as Effect from "effect/Effect"
import type * as Column from "../../../data/Column.ts"
import * as Tensors from "../../../data/Tensors.ts"
import { PipelineError } from "../../PipelineError.ts"
import { channelsOf } from "./plane.ts"

export interface Moments {
  readonly mean: ReadonlyArray<number>
  readonly sd: ReadonlyArray<number>
}

const refuse = (message: string) => new PipelineError({ issues: [{ path: [], message }] })

/**
 * Reads all rows once, one after the other: the mean and the standard deviation (divisor n) of each channel; sd 1 where a
 * channel is constant. Rows of one shape need not have one: only the channels must agree.
 */
export const moments = (stage: string, column: Column.Tensor): Effect.Effect<Moments, PipelineError> =>
  Effect.gen(function* () {
    const shapes = yield* Effect.mapError(Effect.fromResult(Tensors.shapes(column)), refuse)
    const counts = new Set(shapes.map(({ shape }) => channelsOf(shape)))
    const [channels = 1] = counts
    if (counts.size > 1) {
      return yield* refuse(`${stage}: rows have ${[...counts].join(" or ")} channels; put Image.grayscale before it`)
    }
    const [first, sum, squares] = [new Float64Array(channels), new Float64Array(channels), new Float64Array(channels)]
    let count = 0
    const reader = yield* Effect.mapError(Tensors.open(column), ({ message }) => refuse(message))
    const there = Array.from(column.place.keys()).filter((row) => column.missing?.[row] !== 1)
    const take: Tensors.Take = (_, values) => {
      // Sums of differences from some value: those of the values themselves would cancel where the mean is large.
      if (count === 0) first.set(values.subarray(0, channels))
      for (let i = 0; i < values.length; i++) {
        const c = i % channels
        const difference = values[i]! - first[c]!
        sum[c]! += difference
        squares[c]! += difference * difference
      }
      count += values.length / channels
    }
    yield* Effect.mapError(reader.read(there, take), ({ message }) => refuse(message))
    if (count === 0) return yield* refuse(`${stage}: there are no rows to learn from; give mean and sd`)
    if (!sum.every(Number.isFinite)) {
      return yield* refuse(`${stage}: some numbers are missing or not finite in single precision; leave these rows out`)
    }
    const n = count
    const variance = squares.map((square, c) => Math.max(0, square / n - (sum[c]! / n) ** 2))
    return {
      mean: Array.from(sum, (total, c) => first[c]! + total / n),
      sd: Array.from(variance, (value) => (value > 0 ? Math.sqrt(value) : 1))
    }
  }).pipe(Effect.scoped)
