/**
 * Rows in network form, and their batches.
 */
import type { Batch } from "../../engine/Engine.ts"

/** Rows ready for a network: features row-major [rows, width] in single precision, targets and weights [rows]. */
export interface Data {
  readonly rows: number
  readonly features: Float32Array
  readonly targets: Float32Array
  readonly weights: Float32Array | undefined
}

/** Cuts an order of rows into batches; the last one may be smaller. */
export const batches = (order: Uint32Array, size: number | "all"): ReadonlyArray<Uint32Array> => {
  const length = size === "all" ? order.length : size
  const cut: Array<Uint32Array> = []
  for (let start = 0; start < order.length; start += length) cut.push(order.subarray(start, start + length))
  return cut
}

/** Gathers the rows of a batch. */
export const batchOf = (data: Data, rows: Uint32Array): Batch => {
  const width = data.features.length / data.rows
  const features = new Float32Array(rows.length * width)
  rows.forEach((row, i) => features.set(data.features.subarray(row * width, (row + 1) * width), i * width))
  const pick = (values: Float32Array) => Float32Array.from(rows, (row) => values[row]!)
  return {
    rows: rows.length,
    features,
    targets: pick(data.targets),
    weights: data.weights === undefined ? undefined : pick(data.weights)
  }
}
