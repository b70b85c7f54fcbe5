/**
 * The rows of a tensor column on their way into a network.
 *
 * What is the same in every epoch is decoded once and kept if it fits into a budget; else a window decodes its own rows, in
 * every epoch anew. Images and large files are then read ahead, while the window before is used. Augmentations, which
 * differ from epoch to epoch, work on the rows of a window.
 */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
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

const none = (rows: number): Rows => ({ values: new Float32Array(0), slot: new Int32Array(rows).fill(-1) })

/** The same rows with room for so many numbers. */
const withRoom = (rows: Rows, numbers: number): Rows =>
  rows.values.length >= numbers ? rows : { ...rows, values: new Float32Array(numbers) }

const toPipelineError = ({ message }: SchemaError) => new PipelineError({ issues: [{ path: [], message }] })

const copy = ({ slot, values }: Rows, size: number, rows: ArrayLike<number>, into: Float32Array): void => {
  for (let i = 0; i < rows.length; i++) {
    const from = slot[rows[i]!]! * size
    for (let j = 0; j < size; j++) into[i * size + j] = values[from + j]!
  }
}

const equal = (a: ArrayLike<number>, b: ArrayLike<number>): boolean => {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return a.length === b.length
}

/** The rows of a column as they are before augmentations. */
interface Fixed {
  /** The numbers that a row of a window takes. */
  readonly windowed: number
  readonly window: (asked: ArrayLike<number>, next?: ArrayLike<number>) => Effect.Effect<void, PipelineError>
  readonly held: () => Rows
}

/** Writes rows of a reader into memory, from a slot on. */
type Decode = (into: Rows, asked: ReadonlyArray<number>, firstSlot: number) => Effect.Effect<void, PipelineError>

const distinct = (asked: ArrayLike<number>): ReadonlyArray<number> => [...new Set(Array.from(asked))]

/** Rows that are decoded once and kept. */
const keptRows = (decode: Decode, rows: number, size: number): Fixed => {
  const held = withRoom(none(rows), rows * size)
  let known = 0
  return {
    windowed: 0,
    held: () => held,
    window: (asked) =>
      Effect.suspend(() => {
        const fresh = distinct(asked).filter((row) => held.slot[row]! < 0)
        return Effect.tap(decode(held, fresh, known), () =>
          Effect.sync(() => {
            known += fresh.length
          })
        )
      })
  }
}

/** Rows that are there as long as their window; those of the next one are decoded meanwhile where others do it. */
const passingRows = Effect.fnUntraced(function* (
  decode: Decode,
  rows: number,
  size: number,
  ahead: boolean
): Effect.fn.Return<Fixed, never, Scope.Scope> {
  const scope = yield* Effect.scope
  let held = none(rows)
  let spare = none(rows)
  let coming: { readonly asked: ArrayLike<number>; readonly fiber: Fiber.Fiber<Rows, PipelineError> } | undefined
  /** Decodes into the memory of the window before the last one. */
  const fetch = Effect.fnUntraced(function* (asked: ArrayLike<number>) {
    const all = distinct(asked)
    const into = withRoom(spare, all.length * size)
    yield* decode(into, all, 0)
    return into
  })
  const arrived = Effect.fnUntraced(function* (asked: ArrayLike<number>) {
    const begun = coming
    coming = undefined
    if (begun === undefined) return yield* fetch(asked)
    if (equal(begun.asked, asked)) return yield* Fiber.join(begun.fiber)
    yield* Fiber.interrupt(begun.fiber)
    return yield* fetch(asked)
  })
  return {
    windowed: ahead ? 2 * size : size,
    held: () => held,
    window: Effect.fnUntraced(function* (asked, next) {
      const got = yield* arrived(asked)
      spare = ahead ? held : got
      held = got
      if (ahead && next !== undefined) coming = { asked: next, fiber: yield* Effect.forkIn(fetch(next), scope) }
    })
  }
})

const fixedRows = Effect.fnUntraced(function* (column: Column.Tensor, name: string, rows: number, size: number) {
  const reader = yield* Effect.mapError(Tensors.open(column, name), toPipelineError)
  const decode: Decode = (into, asked, firstSlot) =>
    Effect.mapError(
      reader.read(asked, (i, row) => {
        into.values.set(row, (firstSlot + i) * size)
        into.slot[asked[i]!] = firstSlot + i
      }),
      toPipelineError
    )
  if (rows * size * 4 <= keptBytes) return keptRows(decode, rows, size)
  // What is in memory is decoded by this thread, which could do nothing meanwhile.
  return yield* passingRows(decode, rows, size, !Tensors.isInMemory(column))
})

/** Opens the column of a name all of whose rows have one shape before its first augmentation. */
export const tensorSource = Effect.fnUntraced(function* (
  column: Column.Tensor,
  name: string,
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
  const source = yield* fixedRows(base, name, rows, Shape.size(before))
  const size = Shape.size(shape)
  if (changing.length === 0) {
    return {
      ...(source.windowed === 0 ? {} : { bytesPerRow: source.windowed * 4 }),
      window: (asked, _, next) => source.window(asked, next),
      fill: (asked, into) => copy(source.held(), size, asked, into)
    }
  }
  const run = yield* Effect.mapError(Effect.fromResult(Tensors.chain(changing, before)), refuse)
  let changed = none(rows)
  const change = (asked: ArrayLike<number>, epoch: number | undefined): void => {
    const { slot, values } = source.held()
    const from = Shape.size(before)
    changed = withRoom(changed, asked.length * size)
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
    bytesPerRow: (size + source.windowed) * 4,
    window: (asked, epoch, next) =>
      Effect.andThen(
        source.window(asked, next),
        Effect.sync(() => change(asked, epoch))
      ),
    fill: (asked, into) => copy(changed, size, asked, into)
  }
})
