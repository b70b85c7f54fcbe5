/**
 * Reads the rows of a tensor column: finds them, decodes them, does the column's steps.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import type { Tensor } from "../../Column.ts"
import { SchemaError } from "../../SchemaError.ts"
import { bytesOf, type Load, type Packed, type RowShape, rowName, storedShape } from "../../TensorStore.ts"
import { type Chain, chain } from "./chain.ts"
import * as Numbers from "./numbers.ts"

const sizeOf = (shape: RowShape): number => shape.reduce((product, n) => product * n, 1)

const packedInMemory = (store: Packed, bytes: Uint8Array): Load => {
  const size = sizeOf(store.shape)
  const rowBytes = size * bytesOf[store.element]
  return (place) => {
    const values = new Float32Array(size)
    Numbers.read(bytes, store.offset + place * rowBytes, store, values)
    Numbers.toUnit(values, store.range)
    return values
  }
}

/** Rows that are loaded at the same time. */
const together = 32

/** Gets a row: its place in what was asked for, and its numbers, valid until it returns. */
export type Take = (i: number, values: Float32Array) => void

export interface Reader {
  /** Reads rows of the column; none of them may be missing. */
  readonly read: (rows: ArrayLike<number>, take: Take) => Effect.Effect<void, SchemaError>
}

const never = () => undefined

/** How many numbers the rows of a store have that a column refers to. */
const numbersOf = ({ place, store, stores }: Tensor, of: number): number =>
  place.reduce((sum, at, row) => (at >= 0 && store[row] === of ? sum + sizeOf(storedShape(stores[of]!, at)) : sum), 0)

/** The place of the first number of a row that is none, or too large for single precision. */
const notFinite = (values: Float32Array): number => {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i]!)) return i
  return -1
}

/** The place of a number in a row, as NumPy and others write it. */
const placeIn = (shape: RowShape, at: number): string => {
  let rest = at
  const places = shape.toReversed().map((size) => {
    const place = rest % size
    rest = Math.floor(rest / size)
    return place
  })
  return `[${places.reverse().join(", ")}]`
}

/**
 * Opens a column for reading, whose `name` is for messages; what it holds is freed with the scope. A row that holds a number
 * which is missing or not finite in single precision is refused when it is read.
 */
export const open = Effect.fnUntraced(function* (
  column: Tensor,
  name?: string
): Effect.fn.Return<Reader, SchemaError, Scope.Scope> {
  const loads = yield* Effect.forEach(column.stores, (store, i): Effect.Effect<Load, SchemaError, Scope.Scope> => {
    if (store._tag === "Pictures") return store.open(store, numbersOf(column, i))
    return store.content._tag === "Memory"
      ? Effect.succeed(packedInMemory(store, store.content.bytes))
      : store.content.open(store, numbersOf(column, i))
  })
  const chains = new Map<string, Result.Result<Chain, string>>()
  const chainOf = (index: number, shape: RowShape) => {
    const key = `${index}:${shape.join()}`
    const known = chains.get(key) ?? chain([...column.stores[index]!.steps, ...column.steps], shape)
    chains.set(key, known)
    return known
  }
  const refuse = (row: number, rule: string) => {
    const store = column.stores[column.store[row]!]!
    return new SchemaError({
      ...(name === undefined ? {} : { column: name }),
      given: rowName(store, column.place[row]!),
      rule,
      advice: "Check the file, or leave the row out."
    })
  }
  const begin = (row: number) => loads[column.store[row]!]!(column.place[row]!)
  const load = (row: number) =>
    Effect.tryPromise({
      try: async () => begin(row),
      catch: (cause) => refuse(row, `cannot be read (${cause instanceof Error ? cause.message : String(cause)})`)
    })
  const isHere = column.stores.every((store) => store._tag === "Packed" && store.content._tag === "Memory")
  /** Rows in memory are taken without the detour of a promise each. */
  const loadAll = (rows: ReadonlyArray<number>) =>
    isHere
      ? Effect.promise(async () => Promise.all(rows.map(begin)))
      : Effect.forEach(rows, load, { concurrency: together })
  return {
    read: Effect.fnUntraced(function* (rows, take) {
      for (let from = 0; from < rows.length; from += together) {
        const part = Array.from({ length: Math.min(together, rows.length - from) }, (_, i) => rows[from + i]!)
        const loaded = yield* loadAll(part)
        for (const [i, row] of part.entries()) {
          const shape = storedShape(column.stores[column.store[row]!]!, column.place[row]!)
          const run = chainOf(column.store[row]!, shape)
          if (Result.isFailure(run)) return yield* refuse(row, `cannot be read (${run.failure})`)
          const bad = notFinite(loaded[i]!)
          if (bad >= 0)
            return yield* refuse(
              row,
              `holds ${loaded[i]![bad]} at ${placeIn(shape, bad)}, which is no finite number in single precision`
            )
          take(from + i, run.success(loaded[i]!, never))
        }
      }
    })
  }
})
