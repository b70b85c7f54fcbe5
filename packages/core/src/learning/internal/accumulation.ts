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
  /** Undefined where a batch is an update by itself. */
  readonly part: (order: Uint32Array, batch: number) => Part | undefined
}

/** `per` batches of `size` rows an update; what is left of an epoch of `batches` batches makes a smaller one. */
export const make = (
  loss: Loss,
  {
    batches,
    per,
    size,
    weights
  }: {
    readonly batches: number
    readonly per: number
    readonly size: number
    readonly weights: Float32Array | undefined
  }
): Accumulation => {
  const updates = Math.ceil(batches / per)
  const weightOf = (rows: Uint32Array): number =>
    weights === undefined ? rows.length : rows.reduce((sum, row) => sum + weights[row]!, 0)
  const share = (order: Uint32Array, batch: number): number => {
    if (reductionOf(loss) === "sum") return 1
    const first = Math.floor((batch - 1) / per) * per
    const total = weightOf(order.subarray(first * size, (first + per) * size))
    return total > 0 ? weightOf(order.subarray((batch - 1) * size, batch * size)) / total : 0
  }
  const after = (batch: number): number => (batch === batches ? updates : Math.floor(batch / per))
  return {
    updates,
    after,
    part: (order, batch) =>
      per === 1 ? undefined : { share: share(order, batch), last: after(batch) > after(batch - 1) }
  }
}
