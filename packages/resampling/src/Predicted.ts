/**
 * What the jobs of a run predicted for their test rows, as its directory keeps it.
 */
import type * as Prediction from "@rocflow/core/learning/Prediction"
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import type * as Path from "effect/Path"
import type * as Job from "./Job.ts"
import * as RunDirectory from "./RunDirectory.ts"
import type { Predicted } from "./RunDirectory.ts"

export type { Predicted } from "./RunDirectory.ts"

/** What is needed of a run, finished or not. @category models */
export interface Run {
  readonly directory: string
  readonly manifest: Pick<RunDirectory.Manifest, "tasks">
}

/** What the tasks of a run say of predictions, by their ids. */
export const schemas = ({ tasks }: Run["manifest"]): ReadonlyMap<string, Prediction.Of["schema"]> =>
  new Map(tasks.map(({ id, kind, levels }) => [id, { kind, levels: levels.map(({ name }) => name) }]))

/** Reads what a job predicted; undefined if it predicted nothing. Errors: those of reading the file. */
export const read = Effect.fnUntraced(function* ({ directory, manifest }: Run, result: Job.Result) {
  const schema = schemas(manifest).get(result.job.task)
  return schema && (yield* RunDirectory.readPrediction(directory, result, schema))
})

/** Reads what jobs predicted, by their ids. Errors: those of {@link read}. */
export const readAll = Effect.fnUntraced(function* (
  { directory, manifest }: Run,
  results: ReadonlyArray<Job.Result>
): Effect.fn.Return<ReadonlyMap<string, Predicted>, RunDirectory.RunFailure, FileSystem.FileSystem | Path.Path> {
  const found = new Map<string, Predicted>()
  const tasks = schemas(manifest)
  yield* RunDirectory.eachPrediction(
    directory,
    results.filter(({ job }) => tasks.has(job.task)),
    ({ job }) => tasks.get(job.task)!,
    ({ id }, predicted) => Effect.sync(() => found.set(id, predicted))
  )
  return found
})

/** Puts predictions of one task one after the other. What one of them lacks, all lack. */
export const pool = (parts: readonly [Predicted, ...ReadonlyArray<Predicted>]): Predicted => {
  const [
    {
      prediction: { kind, levels }
    }
  ] = parts
  const reals = (of: (prediction: Prediction.Prediction) => Float64Array | undefined): Float64Array | undefined => {
    const own = parts.map(({ prediction }) => of(prediction)).filter((part) => part !== undefined)
    if (own.length < parts.length) return undefined
    const joined = new Float64Array(own.reduce((sum, part) => sum + part.length, 0))
    let at = 0
    for (const part of own) {
      joined.set(part, at)
      at += part.length
    }
    return joined
  }
  const groups = parts.flatMap((part) => (part.groups === undefined ? [] : [part.groups]))
  return {
    prediction: {
      kind,
      levels,
      rows: Int32Array.from(parts.flatMap(({ prediction }) => Array.from(prediction.rows))),
      truth: reals(({ truth }) => truth),
      response: reals(({ response }) => response) ?? new Float64Array(),
      prob: reals(({ prob }) => prob),
      scores: reals(({ scores }) => scores)
    },
    groups: groups.length < parts.length ? undefined : groups.flat()
  }
}
