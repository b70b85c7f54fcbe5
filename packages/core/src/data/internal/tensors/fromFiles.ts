/**
 * Tensor columns of files: arrays of numbers, and images.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Column from "../../Column.ts"
import { SchemaError } from "../../SchemaError.ts"
import * as Table from "../../Table.ts"
import { type Header, idx, npy, type Refused } from "./headers.ts"
import { type ArrayOptions, checkRange, ofStore, type Options, shaped } from "./make.ts"
import * as Numbers from "./numbers.ts"
import { readNumbers } from "./readNumbers.ts"
import { findPictures, readPictures } from "./readPictures.ts"

const fromArray = Effect.fnUntraced(function* (
  path: string,
  parse: (bytes: Uint8Array) => Result.Result<Header, Refused>,
  options: ArrayOptions
) {
  const wrong = checkRange(options.range)
  if (wrong !== undefined) return yield* wrong
  const { rows, store } = yield* readNumbers(path, parse, options.range)
  if (store.shape.length === 0 && options.shape === undefined) {
    if (store.content._tag === "File") {
      return yield* new SchemaError({
        file: path,
        given: "one number a row",
        rule: "does not fit into memory",
        advice: "Give the file fewer rows."
      })
    }
    const values = new Float64Array(rows)
    Numbers.read(store.content.bytes, store.offset, store, values)
    const whole = values.every(Number.isSafeInteger)
    return whole ? yield* Effect.fromResult(Column.integer(values)) : Column.numeric(values)
  }
  if (store.shape.length === 0 && options.shape?.some((n) => n > 1) === true) {
    return yield* new SchemaError({
      file: path,
      given: `shape: [${options.shape.join(", ")}]`,
      rule: "is for rows of many numbers, but this file has one number a row, as labels have",
      advice: "Give the file of the images here and this one for the labels, or leave the shape out."
    })
  }
  const shape =
    options.shape === undefined
      ? store.shape
      : yield* Effect.fromResult(shaped(`a row of ${path}`, store.shape, options.shape))
  return ofStore({ ...store, shape }, rows)
})

type FromArray = Effect.Effect<Column.Tensor | Column.Integer | Column.Numeric, SchemaError>

/**
 * Reads an IDX file (the format of MNIST), also as `.gz`: the first axis counts the rows. A file of one axis, such as one
 * of labels, gives a column of numbers.
 *
 * Errors: `SchemaError` if the file cannot be read, is not IDX, or is cut off.
 *
 * @example
 * const table = yield* Table.fromColumns({
 *   image: yield* Tensors.fromIdx("t10k-images-idx3-ubyte.gz", { range: [0, 255], shape: [28, 28, 1] }),
 *   digit: yield* Tensors.fromIdx("t10k-labels-idx1-ubyte.gz")
 * })
 * @category constructors
 */
export const fromIdx = (path: string, options: ArrayOptions = {}): FromArray => fromArray(path, idx, options)

/**
 * Reads an array that NumPy saved (`.npy`, in C order): uint8 to uint32, int8 to int32, float32, float64 or bool. The
 * first axis counts the rows; an array of one axis gives a column of numbers.
 *
 * Errors: `SchemaError` if the file cannot be read, is no such array, or is cut off. A row that holds a number which is not
 * finite is refused when it is read.
 *
 * @example
 * const table = yield* Table.fromColumns({
 *   image: yield* Tensors.fromNpy("images.npy", { range: [0, 255], shape: [28, 28, 1] }),
 *   digit: yield* Tensors.fromNpy("labels.npy")
 * })
 * @category constructors
 */
export const fromNpy = (path: string, options: ArrayOptions = {}): FromArray => fromArray(path, npy, options)

/**
 * Makes a column of PNG and JPEG files, a row each: [height, width, channels] of numbers from 0 to 255, with one channel
 * for grey, three for colours, one more for transparency. `null` is a missing row.
 *
 * *Gotcha*: rows of different shape are read as they are; put `Image.grayscale` and `Image.resize` before the ingress.
 *
 * Errors: `SchemaError` if a file cannot be read or is neither PNG nor JPEG.
 *
 * @example
 * const table = yield* Table.fromColumns({
 *   scan: yield* Tensors.fromImages(["a.png", null, "b.jpg"], { range: [0, 255] }),
 *   finding: Column.text(["yes", "no", "no"])
 * })
 * @category constructors
 */
export const fromImages = Effect.fnUntraced(function* (
  paths: ReadonlyArray<string | null>,
  options: Options = {}
): Effect.fn.Return<Column.Tensor, SchemaError> {
  const wrong = checkRange(options.range)
  if (wrong !== undefined) return yield* wrong
  const given = [...new Set(paths.filter((path) => path !== null))]
  const places = new Map(given.map((path, place) => [path, place]))
  const store = yield* readPictures(given, options.range)
  const place = Int32Array.from(paths, (path) => (path === null ? -1 : places.get(path)!))
  return {
    ...ofStore(store, paths.length),
    place,
    missing: place.includes(-1) ? Uint8Array.from(place, (at) => (at < 0 ? 1 : 0)) : null
  }
})

/**
 * Reads a directory in which each folder holds the PNG and JPEG files of a class: a table of the column `image` and the
 * factor `class`, under these or other names. Rows come in the order of the names of folders and files.
 *
 * Errors: those of `fromImages`, and a directory without such folders.
 *
 * @example
 * const table = yield* Tensors.fromFolder("leaves", { range: [0, 255] })
 * const task = yield* Task.fromTable(table, { target: "class" })
 * @category constructors
 */
export const fromFolder = Effect.fnUntraced(function* (
  directory: string,
  options: Options & { readonly image?: string | undefined; readonly class?: string | undefined } = {}
): Effect.fn.Return<Table.Table, SchemaError> {
  const found = yield* findPictures(directory)
  const image = yield* fromImages(
    found.map(({ path }) => path),
    options
  )
  const folders = Column.asFactor(Column.text(found.map(({ folder }) => folder)))
  return yield* Table.fromEntries([
    [options.image ?? "image", image],
    [options.class ?? "class", folders]
  ])
})
