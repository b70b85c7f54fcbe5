/**
 * Example images: one of each class in each subset of a task, as pixels, so that people see what they train on.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Column from "./Column.ts"
import type { SchemaError } from "./SchemaError.ts"
import * as Task from "./Task.ts"
import * as Tensors from "./Tensors.ts"
import type { RowShape } from "./TensorStore.ts"

/** An image as it is shown. @category models */
export interface Example {
  readonly level: string
  readonly subset: string
  /** The row of the task, from 0. */
  readonly row: number
  readonly height: number
  readonly width: number
  /** 1 grey, 3 red, green, blue. */
  readonly channels: 1 | 3
  /** [height, width, channels], from 0, the least number of the source's images shown, to 255, the largest. */
  readonly pixels: Uint8Array
}

/** The images of a column: rows are subsets, columns are classes. @category models */
export interface Examples {
  readonly column: string
  readonly levels: ReadonlyArray<string>
  /** One empty name for a task without subsets. */
  readonly subsets: ReadonlyArray<string>
  /** At most one for each subset and level, in this order. */
  readonly images: ReadonlyArray<Example>
  /** How many levels and subsets were left out, as there are too many to show. */
  readonly more: { readonly levels: number; readonly subsets: number }
}

/** Larger images are shown as means of blocks. */
const largestSide = 64
const mostLevels = 20
const mostSubsets = 12

interface Plane {
  readonly height: number
  readonly width: number
  readonly depth: number
}

/** What rows of a shape are as images; undefined if they are none. */
const planeOf = (shape: RowShape): Plane | undefined => {
  const [height = 0, width = 0, depth = 1] = shape
  const isImage = (shape.length === 2 || shape.length === 3) && depth <= 4 && height > 1 && width > 1
  return isImage ? { height, width, depth } : undefined
}

/** Shrinks an image by a whole factor to the largest side, without transparency (a second or fourth channel). */
const shrunk = (values: Float32Array, { depth, height, width }: Plane) => {
  const by = Math.ceil(Math.max(height, width) / largestSide)
  const channels: 1 | 3 = depth >= 3 ? 3 : 1
  const [rows, columns] = [Math.ceil(height / by), Math.ceil(width / by)]
  const sums = new Float64Array(rows * columns * channels)
  const counts = new Float64Array(rows * columns)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const cell = Math.floor(y / by) * columns + Math.floor(x / by)
      counts[cell]! += 1
      for (let c = 0; c < channels; c++) sums[cell * channels + c]! += values[(y * width + x) * depth + c]!
    }
  }
  return {
    height: rows,
    width: columns,
    channels,
    values: sums.map((sum, i) => sum / counts[Math.floor(i / channels)]!)
  }
}

/** The name of each row's subset; empty without subsets. */
const subsetOf = ({ roles, table }: Task.Task): ((row: number) => string | undefined) => {
  if (roles.subset === undefined) return () => ""
  const { codes, levels } = Column.asFactor(table.columns.get(roles.subset)!)
  return (row) => levels[codes[row]!]
}

/** The first row of each of these subsets and classes that has an image, by subset and class. */
const firstRows = (task: Task.Task, column: Column.Tensor, subsets: ReadonlyArray<string>, levels: number) => {
  const nameOf = subsetOf(task)
  const places = new Map(subsets.map((name, subset) => [name, subset]))
  const first: Array<{ readonly subset: number; readonly level: number; readonly row: number } | undefined> = []
  for (const [row, level] of task.target.entries()) {
    const subset = places.get(nameOf(row) ?? "")
    if (subset === undefined || level >= levels || column.place[row]! < 0) continue
    first[subset * levels + level] ??= { subset, level, row }
  }
  return first.filter((found) => found !== undefined)
}

/** Maps the numbers of all images of a source to whole numbers from 0 to 255; equal numbers are 0. */
const toBytes = (values: Float64Array, [least, most]: readonly [number, number]): Uint8Array => {
  const factor = most > least ? 255 / (most - least) : 0
  return Uint8Array.from(values, (value) => Math.round((value - least) * factor))
}

/** The shapes of rows; none where a step of the column cannot change them. */
const shapesOf = (column: Column.Tensor): ReadonlyArray<RowShape> =>
  Result.match(Tensors.shapes(column), {
    onSuccess: (shapes) => shapes.map(({ shape }) => shape),
    onFailure: () => []
  })

const ofColumn = Effect.fnUntraced(function* (task: Task.Task, name: string, column: Column.Tensor) {
  const names = task.roles.subset === undefined ? [""] : Task.subsetCounts(task).map((subset) => subset.name)
  const levels = task.levels.slice(0, mostLevels)
  const subsets = names.slice(0, mostSubsets)
  const wanted = firstRows(task, column, subsets, levels.length)
  const reader = yield* Tensors.open(column)
  const read: Array<ReturnType<typeof shrunk> & (typeof wanted)[number] & { readonly source: number }> = []
  yield* reader.read(
    wanted.map(({ row }) => row),
    (i, values) => {
      const { row } = wanted[i]!
      const source = column.store[row]!
      const plane = planeOf(shapesOf(Column.take(column, [row]))[0] ?? [])
      if (plane !== undefined) read.push({ ...wanted[i]!, source, ...shrunk(values, plane) })
    }
  )
  const ranges = new Map<number, readonly [number, number]>()
  for (const { source, values } of read) {
    const [least, most] = ranges.get(source) ?? [Infinity, -Infinity]
    ranges.set(source, [
      values.reduce((low, value) => Math.min(low, value), least),
      values.reduce((high, value) => Math.max(high, value), most)
    ])
  }
  const examples: Examples = {
    column: name,
    levels,
    subsets,
    images: read.map(({ channels, height, level, row, source, subset, values, width }) => ({
      level: levels[level]!,
      subset: subsets[subset]!,
      row,
      height,
      width,
      channels,
      pixels: toBytes(values, ranges.get(source)!)
    })),
    more: { levels: task.levels.length - levels.length, subsets: names.length - subsets.length }
  }
  return examples.images.length === 0 ? [] : [examples]
})

/**
 * Takes one example image of each class in each subset: the first row of the task that has one. A feature column of the
 * type tensor is one of images if its rows are [height, width], or [height, width, channels] with 1 to 4 channels; there
 * may be several. Only the rows that are shown are decoded.
 *
 * The images are those of the task, before the preprocessing of any learner. Those of a source (a file, a folder) are scaled together, to
 * whole numbers from 0 to 255; sources of other ranges or sizes are scaled by themselves. Images above 64 pixels are shrunk.
 * Beyond 20 classes and 12 subsets, `more` counts what is left out.
 *
 * A regression has no classes, and a task without a column of images nothing to show: none.
 *
 * Errors: `SchemaError` for an image that cannot be read.
 *
 * @example
 * const [examples] = yield* Examples.ofTask(digits)
 * examples.images.length // => 20, of 10 classes in 2 subsets
 * @category constructors
 */
export const ofTask = (task: Task.Task): Effect.Effect<ReadonlyArray<Examples>, SchemaError> =>
  Effect.forEach(task.levels.length === 0 ? [] : task.roles.feature, (name) => {
    const column = task.table.columns.get(name)
    return column?.type === "tensor" && shapesOf(column).some((shape) => planeOf(shape) !== undefined)
      ? Effect.scoped(ofColumn(task, name, column))
      : Effect.succeed([])
  }).pipe(Effect.map((found) => found.flat()))
