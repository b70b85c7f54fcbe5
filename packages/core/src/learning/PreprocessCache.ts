/**
 * A memory of preprocessing that was fitted: learners that begin with the same stages, on the same rows, fit them once.
 *
 * What a stage learns depends on the rows (values, target, roles, and which of them are copies of one another), on the stages
 * before it, on its options, and on the seed or on what stands behind it only if it asks for them. All of this is the key, so that a result
 * is the same, bit for bit, with and without the memory. It is of one process, and bounded: what was not used for longest
 * goes first.
 *
 * There is none unless one is provided; a run of an experiment provides one for its jobs.
 *
 * @example
 * const both = Effect.all([Learner.train(first, task), Learner.train(second, task)]).pipe(
 *   Effect.provide(PreprocessCache.layer({ megabytes: 64 }))
 * )
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Column from "../data/Column.ts"
import type { Features } from "../pipeline/Features.ts"
import type { Fit } from "../pipeline/Stage.ts"

/** A stage that was fitted, and what it made of the training rows. @category models */
export interface Entry {
  readonly fit: Fit
  readonly after: Features
  /** The seed and what stands behind, as far as the stage asked for them. */
  readonly asked: Asked
}

/** What a stage asked for besides the rows, as text; absent where it did not. @category models */
export interface Asked {
  readonly seed?: string
  readonly takes?: string
}

/** A memory of fitted stages. @category models */
export interface PreprocessCache {
  /** Whether there is room for features as large as these; if not, nobody needs to make a key of them. */
  readonly accepts: (features: Features) => boolean
  /** The entry of a key that was made with the same of what it asked for. */
  readonly find: (key: string, given: Required<Asked>) => Entry | undefined
  readonly keep: (key: string, entry: Entry) => void
}

/** Who remembers: nobody, unless provided. @category services */
export const Current = Context.Reference<PreprocessCache | undefined>("rocflow/core/learning/PreprocessCache", {
  defaultValue: () => undefined
})

/** Remembers nothing, also where a run would provide a memory. @category constructors */
export const off: PreprocessCache = { accepts: () => false, find: () => undefined, keep: () => {} }

const bytesOf = (column: Column.Column): number => {
  const missing = column.missing?.byteLength ?? 0
  switch (column.type) {
    case "factor":
      return missing + column.codes.byteLength
    case "tensor":
      return missing + column.store.byteLength + column.place.byteLength
    case "string":
      return missing + column.values.reduce((sum, text) => sum + 2 * text.length + 8, 0)
    default:
      return missing + column.values.byteLength
  }
}

/** What is kept of an entry besides the columns. */
const overhead = 1024

/** Counts the bytes of columns, one that several entries have once. */
const accounts = () => {
  const holders = new Map<Column.Column, number>()
  let bytes = 0
  return {
    bytes: () => bytes,
    hold: ({ after }: Entry): void => {
      bytes += overhead
      for (const column of after.columns.values()) {
        const others = holders.get(column) ?? 0
        if (others === 0) bytes += bytesOf(column)
        holders.set(column, others + 1)
      }
    },
    release: ({ after }: Entry): void => {
      bytes -= overhead
      for (const column of after.columns.values()) {
        const others = holders.get(column)! - 1
        if (others > 0) holders.set(column, others)
        else {
          holders.delete(column)
          bytes -= bytesOf(column)
        }
      }
    }
  }
}

/**
 * Makes a memory of at most so many `megabytes` (default 256) of columns that stages made of training rows, or left as they
 * were. What the stages learned, mostly some numbers a column, is not counted.
 * @category constructors
 */
export const make = (options: { readonly megabytes?: number } = {}): PreprocessCache => {
  const limit = (options.megabytes ?? 256) * 2 ** 20
  /** From what was not used for longest to what was used last. */
  const entries = new Map<string, ReadonlyArray<Entry>>()
  const { bytes, hold, release } = accounts()
  return {
    accepts: ({ columns }) => Array.from(columns.values(), bytesOf).reduce((sum, one) => sum + one, 0) <= limit,
    find: (key, given) => {
      const known = entries.get(key)
      const found = known?.find(
        ({ asked: { seed = given.seed, takes = given.takes } }) => seed === given.seed && takes === given.takes
      )
      if (known !== undefined && found !== undefined) {
        entries.delete(key)
        entries.set(key, known)
      }
      return found
    },
    keep: (key, entry) => {
      const known = entries.get(key) ?? []
      entries.delete(key)
      entries.set(key, [...known, entry])
      hold(entry)
      for (const [oldest, gone] of entries) {
        if (bytes() <= limit) break
        entries.delete(oldest)
        gone.forEach(release)
      }
    }
  }
}

/** Provides a memory: see `make`. @category layers */
export const layer = (options: { readonly megabytes?: number } = {}): Layer.Layer<never> =>
  Layer.effect(
    Current,
    Effect.sync(() => make(options))
  )

/** Provides a memory to an effect that has none; leaves the one that it has, and `off`. */
export const provideDefault = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.flatMap(Current, (known) => Effect.provideService(effect, Current, known ?? make()))
