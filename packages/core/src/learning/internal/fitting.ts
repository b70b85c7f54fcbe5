/**
 * What a preprocessing stage is given of the training rows besides their features.
 */
import * as Result from "effect/Result"
import type { Task } from "../../data/Task.ts"
import { PipelineError } from "../../pipeline/PipelineError.ts"
import type { Fitting, Takes, TrainingTarget } from "../../pipeline/Stage.ts"
import type { Seed } from "../../Seed.ts"
import * as Folds from "../../splitting/Folds.ts"
import * as Units from "../../splitting/Units.ts"

const foldsOf =
  (task: Task): TrainingTarget["folds"] =>
  (folds, seed) =>
    Result.mapError(
      Result.flatMap(Result.map(Units.make(task), Units.byClass), (units) =>
        Folds.assign(units, { folds: Math.min(folds, units.groups) }, seed)
      ),
      ({ message }) => new PipelineError({ issues: [{ path: [], message }] })
    )

/** The target of the rows of a task, a seed, and what is taken behind the stage. */
export const fittingOf = (task: Task, seed: Seed, takes?: Takes): Fitting => ({
  seed,
  takes,
  target: { kind: task.kind, levels: task.levels, values: task.target, folds: foldsOf(task) }
})
