/**
 * What a run remembers of its results, so that it knows when some of them are gone: the content of `finished.json`.
 */
import * as WholeFile from "@rocflow/core/WholeFile"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import type { PlatformError } from "effect/PlatformError"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Checked from "./Checked.ts"
import type { Manifest } from "./Manifest.ts"
import { RunError, unreadable } from "./RunError.ts"

/** Of which results tables were written. @category schemas */
const Compacted = Schema.Struct({
  /** The SHA-256 of `scores.parquet`. */
  check: Schema.String,
  /** Those of the tables of what models say of their features that have rows; runs of before have none. */
  features: Schema.optionalKey(Schema.Record(Schema.String, Schema.String)),
  /** The hash of what it calls tasks, learners, resamplings and measures: the same design may get other names. */
  names: Schema.String,
  /** How far it goes in every segment: bytes and lines. */
  ends: Schema.Record(Schema.String, Schema.Struct({ size: Schema.Int, lines: Schema.Int }))
})

/** @category models */
export type Compacted = typeof Compacted.Type

/** The content of `finished.json`. @category schemas */
export const Finished = Schema.Struct({
  /** The hash of the design. */
  design: Schema.String,
  /** How many of its jobs had a result. */
  jobs: Schema.Int,
  /** Of which results tables were written, if they are there. */
  compacted: Schema.optionalKey(Compacted)
})

/** @category models */
export type Finished = typeof Finished.Type

const name = "finished.json"

const decode = Schema.decodeUnknownResult(Finished)

/** Writes what is remembered of the results. */
export const write = Effect.fnUntraced(function* (directory: string, finished: Finished) {
  const path = yield* Path.Path
  yield* WholeFile.write(path.join(directory, name), Checked.write(finished))
})

/** Reads what was remembered of the results of a design; undefined if nothing was. */
export const read = Effect.fnUntraced(function* (
  directory: string,
  { hash }: Pick<Manifest, "hash">
): Effect.fn.Return<Finished | undefined, RunError | PlatformError, FileSystem.FileSystem | Path.Path> {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const file = path.join(directory, name)
  if (!(yield* fs.exists(file))) return undefined
  const read = Result.flatMap(Checked.read(yield* fs.readFileString(file)), (json) =>
    Result.mapError(decode(json), ({ message }) => message.split("\n")[0]!)
  )
  if (Result.isFailure(read)) return yield* unreadable(directory, name, read.failure)
  return read.success.design === hash ? read.success : undefined
})

/** Refuses a run that had more results than so many. */
export const check = Effect.fnUntraced(function* (
  directory: string,
  manifest: Pick<Manifest, "hash">,
  results: number
): Effect.fn.Return<void, RunError | PlatformError, FileSystem.FileSystem | Path.Path> {
  const { jobs = 0 } = (yield* read(directory, manifest)) ?? {}
  if (jobs <= results) return
  return yield* new RunError({
    directory,
    given: `the run was finished with ${jobs} jobs, and the results of ${jobs - results} of them`,
    rule: "are gone",
    advice: "run the experiment again: what is gone is computed anew"
  })
})
