/**
 * Rows in network form, and their batches.
 */
import type { Trainer } from "../../engine/Engine.ts"
import type { Source } from "../../pipeline/Stage.ts"

/** Rows ready for a network: a source for each of its inputs, targets and weights [rows] in single precision. */
export interface Data {
  readonly rows: number
  readonly sources: ReadonlyArray<Source>
  /** As measures see it: level indices, or values. */
  readonly truth: Float64Array
  /** As a loss sees them: binary 1 = positive, 0 = negative. */
  readonly targets: Float32Array
  readonly weights: Float32Array | undefined
}

/** Cuts an order of rows into batches; the last one may be smaller. */
export const batches = (order: Uint32Array, size: number): ReadonlyArray<Uint32Array> =>
  Array.from({ length: Math.ceil(order.length / size) }, (_, i) => order.subarray(i * size, (i + 1) * size))

/** Writes the rows of a batch into the memory of a trainer. */
export const fill = (data: Data, rows: Uint32Array, { inputs, targets, weights }: Trainer): void => {
  data.sources.forEach((source, i) => source.fill(rows, inputs[i]!))
  for (let i = 0; i < rows.length; i++) targets[i] = data.targets[rows[i]!]!
  if (data.weights === undefined) return
  for (let i = 0; i < rows.length; i++) weights[i] = data.weights[rows[i]!]!
}
