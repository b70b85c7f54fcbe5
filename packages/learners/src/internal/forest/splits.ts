/**
 * Splits of single columns in the memory of compiled passes: see `assembly/splits.ts`.
 */
import { type Global, instantiate, type Passes, reserver } from "../compiled.ts"
import type { Coded } from "../histogram/bins.ts"
import { base64 } from "./splitsWasm.ts"

/** What `assembly/splits.ts` exports. */
interface Exports extends Passes {
  readonly left: Global
  readonly present: Global
  readonly total: Global
  readonly sum: Global
  readonly weight: Global
  readonly drawn: Global
  readonly squares: Global
  readonly score: Global
  readonly code: Global
  readonly missingLeft: Global
  readonly drawnLeft: Global
  readonly presentCount: Global
  readonly missingDrawn: Global
  readonly prepare: (classes: number, bins: number, space: number) => void
  readonly gather: (m: number, rows: number, numbers: number, to: number) => void
  readonly accumulate: (m: number, rows: number, numbers: number, codes: number, bins: number) => void
  readonly clear: (bins: number) => void
  readonly start: (least: number) => void
  readonly search: (m: number, rows: number, numbers: number, codes: number, bins: number, minRows: number) => number
  readonly part: (m: number, rows: number, codes: number, spare: number) => number
}

/** The targets of rows: numbers (`classes` 0), or class codes. */
export interface ForestTargets {
  readonly y: Float64Array
  readonly weights: Float64Array | undefined
  readonly classes: number
}

/** The numbers of a row. */
const perRow = 4

/** Makes the splits of a table of `n` rows, and puts its codes into their memory. */
export const makeSplits = ({ codes, columns, columnStride }: Coded, n: number, targets: ForestTargets) => {
  const { classes, weights, y } = targets
  const passes = instantiate<Exports>(base64)
  const reserve = reserver(passes)
  const perBin = 3 + classes
  const binsAt = reserve(8 * perBin * 256)
  const spaceAt = reserve(16 * classes)
  const codesAt = reserve(codes.length)
  const orderAt = reserve(4 * n)
  const spareAt = reserve(4 * n)
  const numbersAt = reserve(8 * perRow * n)
  const gatheredAt = reserve(8 * perRow * n)
  passes.prepare(classes, binsAt, spaceAt)
  const { buffer } = passes.memory
  new Uint8Array(buffer).set(codes, codesAt)
  const numbers = new Float64Array(buffer, numbersAt, perRow * n)
  const integers = new Int32Array(buffer, numbersAt, 2 * perRow * n)
  if (classes > 0) y.forEach((code, row) => (integers[2 * (perRow * row + 3)] = code))

  return {
    /** What the passes found. */
    found: passes,
    /** The place of the order of the rows. */
    order: new Int32Array(buffer, orderAt, n),
    /** A byte for each code: 1 for those that go left. */
    left: new Uint8Array(buffer, passes.left.value, 256),
    /** The codes of the rows that were added up by `accumulate`. */
    present: new Uint8Array(buffer, passes.present.value, 256),
    /** Their bins, of `perBin` numbers each: w·y, w, how often drawn, and the weight of each class. */
    bins: new Float64Array(buffer, binsAt, 256 * perBin),
    perBin,
    /** The weight of each class in the node. */
    classWeights: new Float64Array(buffer, passes.total.value, classes),
    /** Says how often a row was drawn. */
    setDrawn: (row: number, times: number): void => {
      const weight = times * (weights?.[row] ?? 1)
      const at = perRow * row
      numbers[at + 1] = weight
      numbers[at + 2] = times
      if (classes > 0) return
      numbers[at] = weight * y[row]!
      numbers[at + 3] = weight * y[row]! * y[row]!
    },
    gather: (from: number, to: number): void => {
      passes.gather(to - from, orderAt + 4 * from, numbersAt, gatheredAt)
    },
    search: (from: number, to: number, column: number, minRows: number): number =>
      passes.search(
        to - from,
        orderAt + 4 * from,
        gatheredAt,
        codesAt + column * columnStride,
        columns[column]!.bins,
        minRows
      ),
    accumulate: (from: number, to: number, column: number): void => {
      passes.accumulate(
        to - from,
        orderAt + 4 * from,
        gatheredAt,
        codesAt + column * columnStride,
        columns[column]!.bins
      )
    },
    part: (from: number, to: number, column: number): number =>
      from + passes.part(to - from, orderAt + 4 * from, codesAt + column * columnStride, spareAt)
  }
}

/** Splits in their memory. */
export type Splits = ReturnType<typeof makeSplits>
