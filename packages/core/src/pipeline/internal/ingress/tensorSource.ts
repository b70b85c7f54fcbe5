/**
 * The rows of a tensor column on their way into a network.
 *
 * What is the same in every epoch is decoded once and kept if it fits into a budget; else a window decodes its own rows, in
 * every epoch anew. Augmentations, which differ from epoch to epoch, work on the rows of a window.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type * as Column from "../../../data/Column.ts"
import type { SchemaError } from "../../../data/SchemaError.ts"
import * as Tensors from "../../../data/Tensors.ts"
import * as Seed from "../../../Seed.ts"
import { PipelineError } from "../../PipelineError.ts"
import * as Shape from "../../Shape.ts"
import type { Source } from "../../Stage.ts"

/** Decoded rows of so many bytes are kept from epoch to epoch. */
export const keptBytes = 2 ** 26

/** Rows one after the other, found by their numbers. */
interface Rows {
  readonly values: Float32Array
  readonly slot: Int32Array
}

const toPipelineError = ({ message }: SchemaError) => new PipelineError({ issues: [{ path: [], message }] })

/** Fills rows of a reader that are not there yet. */
const decodeInto = (
  { slot, values }: Rows,
  reader: Tensors.Reader,
  size: number,
  asked: ReadonlyArray<number>,
  firstSlot: number
) =>
  Effect.mapError(
    reader.read(asked, (i, row) => {
      values.set(row, (firstSlot + i) * size)
      slot[asked[i]!] = firstSlot + i
    }),
    toPipelineError
  )

const copy = ({ slot, values }: Rows, size: number, rows: ArrayLike<number>, into: Float32Array): void => {
  for (let i = 0; i < rows.length; i++) {
    const from = slot[rows[i]!]! * size
    for (let j = 0; j < size; j++) into[i * size + j] = values[from + j]!
  }
}

/** The rows as they are before augmentations. */
const fixedRows = Effect.fnUntraced(function* (column: Column.Tensor, rows: number, size: number) {
  const reader = yield* Effect.mapError(Tensors.open(column), toPipelineError)
  const keeps = rows * size * 4 <= keptBytes
  let held: Rows = { values: new Float32Array(keeps ? rows * size : 0), slot: new Int32Array(rows).fill(-1) }
  let known = 0
  const window = (asked: ArrayLike<number>): Effect.Effect<void, PipelineError> =>
    Effect.suspend(() => {
      const distinct = [...new Set(Array.from(asked))]
      if (keeps) {
        const fresh = distinct.filter((row) => held.slot[row]! < 0)
        const first = known
        return Effect.andThen(
          decodeInto(held, reader, size, fresh, first),
          Effect.sync(() => {
            known += fresh.length
          })
        )
      }
      const enough = held.values.length >= distinct.length * size
      held = { ...held, values: enough ? held.values : new Float32Array(distinct.length * size) }
      return decodeInto(held, reader, size, distinct, 0)
    })
  return { window, keeps, held: () => held }
})

/** Opens a column all of whose rows have one shape before its first augmentation. */
export const tensorSource = Effect.fnUntraced(function* (
  column: Column.Tensor,
  shape: Shape.Shape
): Effect.fn.Return<Source, PipelineError, Scope.Scope> {
  const rows = column.place.length
  const firstDrawn = column.steps.findIndex(({ seed }) => seed !== undefined)
  const fixed = firstDrawn < 0 ? column.steps : column.steps.slice(0, firstDrawn)
  const changing = firstDrawn < 0 ? [] : column.steps.slice(firstDrawn)
  const base = { ...column, steps: fixed }
  const refuse = (message: string) =>
    new PipelineError({ issues: [{ path: [], message: `Ingress.tensor: ${message}` }] })
  const shapes = yield* Effect.mapError(Effect.fromResult(Tensors.shapes(base)), refuse)
  const before = shapes[0]?.shape ?? shape
  if (shapes.length > 1) {
    return yield* refuse(
      `the rows that reach the first augmentation have ${shapes.length} shapes, such as ${Shape.toText(shapes[1]!.shape)}; put Image.resize before it`
    )
  }
  const source = yield* fixedRows(base, rows, Shape.size(before))
  const size = Shape.size(shape)
  if (changing.length === 0) {
    return {
      ...(source.keeps ? {} : { bytesPerRow: size * 4 }),
      window: source.window,
      fill: (asked, into) => copy(source.held(), size, asked, into)
    }
  }
  const run = yield* Effect.mapError(Effect.fromResult(Tensors.chain(changing, before)), refuse)
  let changed: Rows = { values: new Float32Array(0), slot: new Int32Array(rows).fill(-1) }
  const change = (asked: ArrayLike<number>, epoch: number | undefined): void => {
    const { slot, values } = source.held()
    const from = Shape.size(before)
    const enough = changed.values.length >= asked.length * size
    changed = { ...changed, values: enough ? changed.values : new Float32Array(asked.length * size) }
    for (let i = 0; i < asked.length; i++) {
      const row = asked[i]!
      const at = slot[row]! * from
      const random = (step: number) => {
        const seed = changing[step]?.seed
        return seed === undefined || epoch === undefined ? undefined : Seed.generator(Seed.derive(seed, epoch, row))
      }
      changed.values.set(run(values.subarray(at, at + from), random), i * size)
      changed.slot[row] = i
    }
  }
  return {
    bytesPerRow: (size + (source.keeps ? 0 : Shape.size(before))) * 4,
    window: (asked, epoch) =>
      Effect.andThen(
        source.window(asked),
        Effect.sync(() => change(asked, epoch))
      ),
    fill: (asked, into) => copy(changed, size, asked, into)
  }
})
