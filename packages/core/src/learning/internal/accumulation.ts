/**
 * Several batches an update: which part each of them has in it.
 */
import type { Part } from "../../engine/Engine.ts"
import type { Loss } from "../../pipeline/Stage.ts"

/** Whether the loss of rows is the sum of those of its batches, or their mean by weight. */
const reductionOf = (loss: Loss): "mean" | "sum" =>
  loss._tag === "Tensor" ? "mean" : (loss.formula?.reduction ?? loss.reduction ?? "mean")

/** The updates of an epoch, and the part of each of its batches, counted from 1. */
export interface Accumulation {
  readonly updates: number
  /** Updates that are made after a batch. */
  readonly after: (batch: number) => number
  /**
   * The part of the next batch, by what the targets of its step weigh together; undefined where a batch is an update by
   * itself.
   */
  readonly part: (batch: number, weight: number) => Part | undefined
}

/**
 * `per` batches an update; what is left of an epoch of `batches` batches makes a smaller one.
 *
 * The mean over the rows of an update is that of its batches by their weights, which are known one after the other (mixed
 * rows weigh what their pairs do): the mean so far moves to each batch by its share of the weight so far.
 */
export const make = (
  loss: Loss,
  { batches, per }: { readonly batches: number; readonly per: number }
): Accumulation => {
  const updates = Math.ceil(batches / per)
  const sums = reductionOf(loss) === "sum"
  const after = (batch: number): number => (batch === batches ? updates : Math.floor(batch / per))
  let total = 0
  return {
    updates,
    after,
    part: (batch, weight) => {
      if (per === 1) return undefined
      const last = after(batch) > after(batch - 1)
      if (sums) return { before: 1, share: 1, last }
      total = (batch - 1) % per === 0 ? weight : total + weight
      const share = total > 0 ? weight / total : 0
      return { before: 1 - share, share, last }
    }
  }
}
