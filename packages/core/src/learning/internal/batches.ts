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

/** The most rows of which a source is told at once that they will come, and the bytes that they may take there. */
const most = { rows: 8192, bytes: 2 ** 26 }

/** How many rows a window has: whole batches, at least one, that fit into the memory that the sources may take. */
export const windowRows = (sources: ReadonlyArray<Source>, size: number): number => {
  const bytes = sources.reduce((sum, { bytesPerRow = 0 }) => sum + bytesPerRow, 0)
  const rows = Math.min(most.rows, Math.floor(most.bytes / Math.max(1, bytes)))
  return Math.max(rows - (rows % size), size)
}

/** Writes the rows of a batch into the memory of a trainer. */
export const fill = (data: Data, rows: Uint32Array, { inputs, targets, weights }: Trainer): void => {
  data.sources.forEach((source, i) => source.fill(rows, inputs[i]!))
  for (let i = 0; i < rows.length; i++) targets[i] = data.targets[rows[i]!]!
  if (data.weights === undefined) return
  for (let i = 0; i < rows.length; i++) weights[i] = data.weights[rows[i]!]!
}
