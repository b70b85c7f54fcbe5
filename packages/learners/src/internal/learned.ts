/**
 * What a trained learner learned, also behind preprocessing.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Kind } from "@rocflow/core/data/Task"
import * as Learner from "@rocflow/core/learning/Learner"
import * as Features from "@rocflow/core/pipeline/Features"
import { PipelineError } from "@rocflow/core/pipeline/PipelineError"

/** A trained learner of any kind. */
export type AnyTrained = Learner.Trained<Kind, string, unknown>

/** The state of a learner of one of these ids; fails for any other. */
export const learnedBy = <A, I>(
  { fitted, learner }: AnyTrained,
  ids: ReadonlyArray<string>,
  schema: Schema.Codec<A, I>
): Result.Result<A, PipelineError> => {
  const { json } = learner
  if (!("type" in json) || !ids.includes(json.type)) {
    return Features.fail(ids[0]!, `learner "${learner.id}" is none of ${ids.join(", ")}, so it has no such table`)
  }
  const state = fitted.state()
  const own = "preprocess" in json ? (state as { readonly learner: unknown }).learner : state
  return Result.mapError(
    Schema.decodeUnknownResult(schema)(own),
    ({ message }) => new PipelineError({ issues: [{ path: [], message }] })
  )
}
