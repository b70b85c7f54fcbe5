/**
 * What the jobs of a run predicted for their test rows, as its directory keeps it.
 */
import type * as Prediction from "@rocflow/core/learning/Prediction"
import * as Effect from "effect/Effect"
import type * as Job from "./Job.ts"
import * as RunDirectory from "./RunDirectory.ts"
import type { Predicted } from "./RunDirectory.ts"

export type { Predicted } from "./RunDirectory.ts"

/** What is needed of a run, finished or not. @category models */
export interface Run {
  readonly directory: string
  readonly manifest: Pick<RunDirectory.Manifest, "tasks">
}

/** Reads what a job predicted; undefined if it predicted nothing. Errors: those of reading the file. */
export const read = Effect.fnUntraced(function* ({ directory, manifest }: Run, result: Job.Result) {
  const task = manifest.tasks.find((each) => each.id === result.job.task)
  if (task === undefined) return undefined
  const { kind, levels } = task
  return yield* RunDirectory.readPrediction(directory, result, { kind, levels: levels.map(({ name }) => name) })
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
