/**
 * Fits a preprocessing stage, unless it was fitted to the same rows before and is remembered.
 */
import * as Effect from "effect/Effect"
import type { Task } from "../../data/Task.ts"
import { canonicalJson, hashTexts } from "../../Hash.ts"
import type { Features } from "../../pipeline/Features.ts"
import type { PipelineError } from "../../pipeline/PipelineError.ts"
import type { Fit, Fitting, Preprocessor } from "../../pipeline/Stage.ts"
import type { Asked, PreprocessCache } from "../PreprocessCache.ts"

/** The bytes of which of the rows are copies of one another. */
const originOf = ({ origin }: Task): string =>
  origin === undefined ? "" : Buffer.from(origin.buffer, origin.byteOffset, origin.byteLength).toString("latin1")

/** The key of the training rows as a task has them. */
export const keyOfTask = (task: Task): string => hashTexts([task.hash, originOf(task)])

/** A fitting that notices what a stage asks it for. */
const noticing = (fitting: Fitting, given: Required<Asked>) => {
  const asked: { seed?: string; takes?: string } = {}
  const noticed: Fitting = {
    target: fitting.target,
    get seed() {
      asked.seed = given.seed
      return fitting.seed
    },
    get takes() {
      asked.takes = given.takes
      return fitting.takes
    }
  }
  return { asked, noticed }
}

/** A stage, and what it is: its id and all of its options. */
export interface Described {
  readonly options: unknown
  readonly preprocessor: Preprocessor
}

/** A fitted stage with what it made of all training rows. */
export interface Fitted {
  readonly fit: Fit
  readonly after: Features
  /** The key of what it made. */
  readonly key: string
}

const fitAndApply = (stage: Preprocessor, before: Features, fitting: Fitting) =>
  Effect.flatMap(stage.fit(before, fitting), (fit) =>
    Effect.map(
      fit.training?.features === undefined ? fit.apply(before) : Effect.succeed(fit.training.features),
      (after) => ({ fit, after })
    )
  )

/**
 * Fits a stage to features, and applies it to them; or finds both in a memory, where `before` is the key of the features.
 */
export const fitted = Effect.fnUntraced(function* (
  cache: PreprocessCache | undefined,
  stage: Described,
  features: Features,
  before: string,
  fitting: Fitting
): Effect.fn.Return<Fitted, PipelineError> {
  if (cache === undefined) return { ...(yield* fitAndApply(stage.preprocessor, features, fitting)), key: "" }
  const key = hashTexts([before, canonicalJson(stage.options)])
  const given = { seed: canonicalJson(fitting.seed), takes: canonicalJson(fitting.takes ?? null) }
  const known = cache.find(key, given)
  const keyOf = (asked: Asked) => hashTexts([key, asked.seed ?? "", asked.takes ?? ""])
  if (known !== undefined) return { fit: known.fit, after: known.after, key: keyOf(known.asked) }
  const { asked, noticed } = noticing(fitting, given)
  const { after, fit } = yield* fitAndApply(stage.preprocessor, features, noticed)
  cache.keep(key, { fit, after, asked })
  return { fit, after, key: keyOf(asked) }
})
