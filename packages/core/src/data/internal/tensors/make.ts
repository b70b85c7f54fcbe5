/**
 * Tensor columns made of stores, and the options that all readers share.
 */
import * as Result from "effect/Result"
import type { Tensor } from "../../Column.ts"
import { sha256 } from "../../../Hash.ts"
import { SchemaError } from "../../SchemaError.ts"
import type { Packed, Range, RowShape, Store } from "../../TensorStore.ts"

/** How numbers are read. */
export interface Options {
  /** The numbers that are read as 0 and 1, such as `[0, 255]` for pixels of a byte; default: numbers as they are. */
  readonly range?: Range | undefined
}

/** How an array is read. */
export interface ArrayOptions extends Options {
  /** The shape of one row, of as many numbers as it has in the file; default: that of the file. */
  readonly shape?: RowShape | undefined
}

/** A column of all rows of a store. */
export const ofStore = (store: Store, rows: number): Tensor => ({
  type: "tensor",
  stores: [store],
  store: new Uint16Array(rows),
  place: Int32Array.from({ length: rows }, (_, row) => row),
  steps: [],
  missing: null
})

const sizeOf = (shape: RowShape): number => shape.reduce((product, n) => product * n, 1)

/** Why a range says nothing. */
export const checkRange = (range: Range | undefined): SchemaError | undefined =>
  range === undefined || (range.every(Number.isFinite) && range[0] !== range[1])
    ? undefined
    : new SchemaError({
        given: `range: [${range.join(", ")}]`,
        rule: "is not two different numbers",
        advice: "Give the numbers that mean 0 and 1, such as [0, 255]."
      })

/** A shape that rows of the given one could be given: an image where they can be one. */
const example = (old: RowShape): RowShape => {
  const side = Math.sqrt(sizeOf(old))
  if (old.length === 1) return Number.isInteger(side) && side > 1 ? [side, side, 1] : old
  return old.length === 2 ? [...old, 1] : old
}

/** A shape of as many numbers as another one. */
export const shaped = (given: string, old: RowShape, shape: RowShape): Result.Result<RowShape, SchemaError> =>
  shape.length > 0 && shape.every((n) => Number.isInteger(n) && n >= 1) && sizeOf(shape) === sizeOf(old)
    ? Result.succeed(shape)
    : Result.fail(
        new SchemaError({
          given: `shape: [${shape.join(", ")}]`,
          rule: `does not have the ${sizeOf(old)} numbers of ${given}`,
          advice: `Give whole numbers of that product, channels last: [${example(old).join(", ")}].`
        })
      )

/** Rows that were put together in memory, with the low byte first. */
export const inMemory = (
  name: string,
  bytes: Uint8Array,
  element: "u1" | "f4",
  shape: RowShape,
  range: Range | undefined
): Packed => ({
  _tag: "Packed",
  name,
  digest: sha256().update(bytes).digest("hex"),
  range,
  steps: [],
  content: { _tag: "Memory", bytes },
  offset: 0,
  element,
  bigEndian: false,
  shape
})

/** A column some of whose rows are missing. */
export const withMissing = (column: Tensor, missing: Uint8Array): Tensor =>
  missing.includes(1)
    ? { ...column, place: column.place.map((at, row) => (missing[row] === 1 ? -1 : at)), missing }
    : column
