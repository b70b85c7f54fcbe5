/**
 * From an experiment file to its design: what `run`, `split` and `inspect` have in common.
 */
import * as Design from "@rocflow/resampling/Design"
import * as Effect from "effect/Effect"
import { load } from "../experiment/load.ts"

/** Loads an experiment and plans its jobs. Nothing is trained or written. */
export const plan = Effect.fn("plan")(function* (file: string) {
  const loaded = yield* load(file)
  const { tasks, learners, fallback, measures, pooled, experiment } = loaded
  const design = yield* Design.grid({
    tasks,
    learners,
    fallback,
    measures,
    pooled,
    resamplings: experiment.resamplings,
    seed: experiment.seed
  }).pipe(
    Effect.mapError(({ problems }) =>
      loaded.refuse(
        problems.map(({ part, index, message }) => ({ path: index === undefined ? [part] : [part, index], message }))
      )
    )
  )
  return { loaded, design }
})
