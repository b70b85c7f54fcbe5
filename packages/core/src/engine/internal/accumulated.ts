/**
 * The gradients of several batches, added up until the update that they are for.
 */
import * as Seed from "../../Seed.ts"
import type { Part } from "../Engine.ts"

/** Gradients that wait for their update. */
export interface Accumulated {
  /** How many batches were added since the last update. */
  readonly pending: () => number
  /**
   * Adds the gradients of a batch, times its share, to those before, times their factor. True if an update is to be made of
   * what `gradients` then hold: all that were added up.
   */
  readonly add: (gradients: ReadonlyArray<Float32Array>, part: Part | undefined) => boolean
  /** Forgets what waits. */
  readonly clear: () => void
}

/** Nothing that waits. Memory is taken with the first part. */
export const make = (): Accumulated => {
  let sums: ReadonlyArray<Float32Array> | undefined
  let pending = 0
  return {
    pending: () => pending,
    add: (gradients, part) => {
      if (part === undefined) return true
      sums ??= gradients.map(({ length }) => new Float32Array(length))
      sums.forEach((sum, k) => {
        const gradient = gradients[k]!
        for (let i = 0; i < sum.length; i++)
          sum[i] = (pending === 0 ? 0 : part.before * sum[i]!) + part.share * gradient[i]!
        if (part.last) gradient.set(sum)
      })
      pending = part.last ? 0 : pending + 1
      return part.last
    },
    clear: () => {
      pending = 0
    }
  }
}

/** The seed of the mask of a layer in a pass for the update number `step`: each of its batches has another one. */
export const maskSeed = (seed: Seed.Seed, step: number, { pending }: Accumulated, path: string): Seed.Seed => {
  const batch = pending()
  return batch === 0 ? Seed.derive(seed, "mask", step, path) : Seed.derive(seed, "mask", step, batch, path)
}
