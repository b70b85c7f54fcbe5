import type { Kind } from "@rocflow/core/data/Task"
import { hashJson } from "@rocflow/core/Hash"
import * as Learner from "@rocflow/core/learning/Learner"
import type { PipelineError } from "@rocflow/core/pipeline/PipelineError"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"

/** A learner that says in every use what is wrong with it. */
export const refused = (
  id: string,
  json: object,
  error: PipelineError
): Learner.Learner<Kind, never, PipelineError, never> =>
  Learner.fromParts<Kind, never, PipelineError, never>({
    id,
    // Whatever stands in the place of a learner is written as one.
    json: json as Learner.LearnerJson,
    hash: () => hashJson(json),
    accepts: ["binary", "multiclass", "regression"],
    weighted: true,
    predictType: "prob",
    check: () => Effect.fail(error),
    fit: () => Effect.fail(error),
    load: () => Result.fail(error)
  })
