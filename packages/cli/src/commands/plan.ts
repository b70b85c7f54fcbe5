/**
 * From an experiment file to its design: what `run`, `split` and `inspect` have in common.
 */
import * as Engine from "@rocflow/core/engine/Engine"
import * as Design from "@rocflow/resampling/Design"
import * as Effect from "effect/Effect"
import * as Path from "effect/Path"
import * as Result from "effect/Result"
import { load } from "../experiment/load.ts"
import { moduleCode } from "../experiment/moduleCode.ts"

/**
 * Loads an experiment and plans its jobs. Nothing is trained or written. With `check: false` learners are not tried on the
 * tasks, which those who compute for a run need not do again: the run was planned with it.
 */
export const plan = Effect.fn("plan")(function* (file: string, { check = true }: { readonly check?: boolean } = {}) {
  const loaded = yield* load(file)
  const path = yield* Path.Path
  const { tasks, learners, fallback, measures, pooled, experiment } = loaded
  const design = yield* Design.grid({
    tasks,
    learners,
    fallback,
    measures,
    pooled,
    resamplings: experiment.resamplings,
    seed: experiment.seed,
    check,
    code: yield* moduleCode(experiment.modules ?? [], path.dirname(path.resolve(file)))
  }).pipe(
    Effect.mapError(({ problems }) =>
      loaded.refuse(
        problems.map(({ part, index, message }) => ({ path: index === undefined ? [part] : [part, index], message }))
      )
    )
  )
  return { loaded, design }
})

type Planned = Effect.Success<ReturnType<typeof plan>>

/** Refuses learners that no engine of this machine computes, before every one of their jobs fails for it. */
export const checkEngines = Effect.fnUntraced(function* ({ design, loaded }: Planned) {
  const engines = yield* Engine.Engines
  const problems = design.checked.flatMap(({ computes, learner, task }) => {
    if (computes === undefined) return []
    const explained = Engine.explain(engines, computes.program, computes.engine)
    if (Result.isSuccess(explained)) return []
    const index = loaded.learners.findIndex(({ id }) => id === learner)
    return [
      {
        path: index < 0 ? ["fallback"] : ["learners", index],
        message: `learner "${learner}" on task "${task}": ${explained.failure.message}`
      }
    ]
  })
  if (problems.length > 0) return yield* loaded.refuse(problems)
})
