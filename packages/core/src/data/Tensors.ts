/**
 * Tensor columns: rows of arrays of numbers, such as images, that are decoded when they are asked for.
 *
 * A column says where its rows are and what is done to them when they are read. Making one reads each file once, for the
 * hash of its contents; taking rows of a table decodes nothing. Arrays of up to 256 MiB are kept in memory as they are in
 * the file (a byte a pixel), larger ones are read by parts, images are decoded from their files.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Column from "./Column.ts"
import { shapeAfter } from "./internal/tensors/chain.ts"
import { checkRange, inMemory, ofStore, type Options, shaped, withMissing } from "./internal/tensors/make.ts"
import { SchemaError } from "./SchemaError.ts"
import * as Select from "./Select.ts"
import * as Table from "./Table.ts"
import { type RowShape, type Step, type Store, storedShape } from "./TensorStore.ts"

export type { ArrayOptions, Options } from "./internal/tensors/make.ts"
export { fromFolder, fromIdx, fromImages, fromNpy } from "./internal/tensors/fromFiles.ts"
export { type Chain, chain } from "./internal/tensors/chain.ts"
export { open, type Reader, type Take } from "./internal/tensors/reader.ts"

/**
 * Rows of `width` numbers, one after the other: bytes where all numbers are whole and from 0 to 255, as pixels are; else single
 * precision. `at` gives a number by its row and its place in it; NaN is 0 among bytes.
 */
const pack = (rows: number, width: number, at: (row: number, place: number) => number) => {
  let isByte = true
  for (let row = 0; isByte && row < rows; row++) {
    for (let j = 0; isByte && j < width; j++) {
      const value = at(row, j)
      isByte = Number.isNaN(value) || (Number.isInteger(value) && value >= 0 && value <= 255)
    }
  }
  const values = isByte ? new Uint8Array(rows * width) : new Float32Array(rows * width)
  for (let row = 0; row < rows; row++) for (let j = 0; j < width; j++) values[row * width + j] = at(row, j)
  return { bytes: new Uint8Array(values.buffer), element: isByte ? ("u1" as const) : ("f4" as const) }
}

/** How columns of numbers make a tensor column. */
export interface FromColumns extends Options {
  /** The name of the new column. */
  readonly name: string
  /** Which columns, in the order of the table: the last size of the shape goes quickest. */
  readonly columns: Select.Select
  /** The shape of one row; default: one size, the number of columns. */
  readonly shape?: RowShape | undefined
}

/** The first of some names. */
const list = (names: ReadonlyArray<string>): string => names.slice(0, 6).join(", ") + (names.length > 6 ? ", …" : "")

/**
 * Makes one tensor column of columns of numbers, such as the pixels of a CSV file, which leave the table; the new column
 * comes last. Numbers are kept in single precision, or as bytes where all are. A row without one of the numbers is missing.
 *
 * Errors: `SchemaError` if no column is chosen, one is no number, or the shape has another size.
 *
 * @example
 * const digits = yield* Tensors.fromColumns(yield* Table.fromFile("digits.csv"), {
 *   name: "image", columns: Select.matching(/^x/), shape: [28, 28, 1], range: [0, 255]
 * })
 * @category constructors
 */
export const fromColumns = Effect.fnUntraced(function* (
  table: Table.Table,
  options: FromColumns
): Effect.fn.Return<Table.Table, SchemaError> {
  const { columns, name, range } = options
  const unknown = Select.named(columns).find((each) => !table.columns.has(each))
  const chosen = unknown === undefined ? Select.names(columns, table.columns) : []
  const wrong = checkRange(range)
  if (wrong !== undefined) return yield* wrong
  if (chosen.length === 0) {
    return yield* new SchemaError({
      column: name,
      given: JSON.stringify(columns),
      rule: unknown === undefined ? "takes no column of the table" : `names "${unknown}", which is not in the table`,
      advice: `There are ${list(table.names)}.`
    })
  }
  const numbers: Array<Float64Array> = []
  for (const each of chosen) {
    const column = table.columns.get(each)!
    const values = Column.asNumbers(column)
    if (values === undefined) {
      return yield* new SchemaError({
        column: each,
        given: `the type ${column.type}`,
        rule: "cannot be part of a tensor",
        advice: "Choose columns of numbers, or declare the column as numeric."
      })
    }
    numbers.push(values)
  }
  const shape = yield* Effect.fromResult(
    shaped(`the ${chosen.length} columns ${list(chosen)}`, [chosen.length], options.shape ?? [chosen.length])
  )
  const { bytes, element } = pack(table.rows, numbers.length, (row, j) => numbers[j]![row]!)
  const missing = Uint8Array.from({ length: table.rows }, (_, row) =>
    numbers.some((values) => Number.isNaN(values[row])) ? 1 : 0
  )
  const left = table.names
    .filter((each) => !chosen.includes(each))
    .map((each) => [each, table.columns.get(each)!] as const)
  const tensor = withMissing(ofStore(inMemory(name, bytes, element, shape, range), table.rows), missing)
  return { ...(yield* Table.fromEntries([...left, [name, tensor]])), notes: table.notes }
})

/** A row of numbers in memory: as many as its shape says, the last size going quickest. @category models */
export interface Given extends Options {
  readonly shape: RowShape
  readonly values: ArrayLike<number>
}

/**
 * Makes a column of arrays in memory, such as the pixels of a canvas; `null` is a missing row. Rows may differ in shape and in
 * range. Numbers are kept in single precision, or as bytes where all are; one that is not finite is refused when it is read.
 *
 * Errors: `SchemaError` for a row whose shape has another size, or whose range says nothing.
 *
 * @example
 * const image = yield* Tensors.fromArrays([{ shape: [2, 2, 1], values: [0, 128, 255, 0], range: [0, 255] }, null])
 * Column.countMissing(image) // => 1
 * @category constructors
 */
export const fromArrays = Effect.fnUntraced(function* (
  rows: ReadonlyArray<Given | null>
): Effect.fn.Return<Column.Tensor, SchemaError> {
  const alike = Map.groupBy(rows.keys(), (row) => JSON.stringify([rows[row]?.shape, rows[row]?.range]))
  const stores: Array<Store> = []
  const store = new Uint16Array(rows.length)
  const place = new Int32Array(rows.length).fill(-1)
  for (const own of alike.values()) {
    const given = own.flatMap((row) => rows[row] ?? [])
    const [first] = given
    if (first === undefined) continue
    const { range, shape } = first
    const wrong = checkRange(range)
    if (wrong !== undefined) return yield* wrong
    for (const [i, { values }] of given.entries()) {
      yield* Effect.fromResult(shaped(`row ${own[i]}`, [values.length], shape))
    }
    const { bytes, element } = pack(given.length, first.values.length, (row, j) => given[row]!.values[j]!)
    own.forEach((row, i) => {
      store[row] = stores.length
      place[row] = i
    })
    stores.push(inMemory("arrays", bytes, element, shape, range))
  }
  const missing = Uint8Array.from(place, (at) => (at < 0 ? 1 : 0))
  return { type: "tensor", stores, store, place, steps: [], missing: missing.includes(1) ? missing : null }
})

/** Whether all rows are in memory, as bytes at least, so that nobody waits for them. */
export const isInMemory = ({ stores }: Column.Tensor): boolean =>
  stores.every((store) => store._tag === "Packed" && store.content._tag === "Memory")

/** A shape of rows after the column's steps, with the number of rows that have it. */
export interface Shaped {
  readonly shape: RowShape
  readonly rows: number
}

/**
 * The shapes of a column's rows after its steps, the most frequent one first; missing rows have none. Or why a step cannot
 * change rows of some shape.
 */
export const shapes = (column: Column.Tensor): Result.Result<ReadonlyArray<Shaped>, string> => {
  const stored = new Map<string, Shaped & { readonly index: number }>()
  for (const [row, place] of column.place.entries()) {
    if (place < 0) continue
    const index = column.store[row]!
    const shape = storedShape(column.stores[index]!, place)
    const key = `${index}:${shape.join()}`
    stored.set(key, { index, shape, rows: (stored.get(key)?.rows ?? 0) + 1 })
  }
  const after = new Map<string, Shaped>()
  for (const { index, rows, shape: before } of stored.values()) {
    const shape = shapeAfter([...column.stores[index]!.steps, ...column.steps], before)
    if (Result.isFailure(shape)) return Result.fail(shape.failure)
    const key = shape.success.join()
    after.set(key, { shape: shape.success, rows: (after.get(key)?.rows ?? 0) + rows })
  }
  return Result.succeed([...after.values()].sort((a, b) => b.rows - a.rows))
}

/** Adds steps to a column, behind those that it has. */
export const withSteps = (column: Column.Tensor, steps: ReadonlyArray<Step>): Column.Tensor => ({
  ...column,
  steps: [...column.steps, ...steps]
})
