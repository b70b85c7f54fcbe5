/**
 * What the rows that train are worth, and in which batches they come.
 */
import * as Result from "effect/Result"
import type { Task } from "../../data/Task.ts"
import type { Network } from "../../network/Graph.ts"
import type { PipelineError } from "../../pipeline/PipelineError.ts"
import * as ClassWeights from "./classWeights.ts"
import * as Drawing from "./drawing.ts"
import * as Mixup from "./mixup.ts"
import type { Settings } from "./settings.ts"
import * as Weighing from "./weighing.ts"

/** The weights of training rows, their own times those of their classes, and the groups that batches are made up of. */
export interface TrainingRows {
  readonly weights: Float32Array | undefined
  readonly grouped: Drawing.Grouped | undefined
}

/** Of the rows of a task that train. */
export const of = ({ batches, classWeights }: Settings, task: Task): Result.Result<TrainingRows, PipelineError> =>
  Result.gen(function* () {
    const own = task.weights && Float32Array.from(task.weights)
    const weights =
      classWeights === undefined ? own : ClassWeights.ofRows(yield* ClassWeights.of(classWeights, task), task)
    const grouped = batches === undefined ? undefined : yield* Drawing.group(batches, task)
    return { weights, grouped }
  })

/** Refuses to weigh rows, to mix them or to add up their gradients where the loss, the optimizer or an input cannot. */
export const check = (
  { accumulate = 1, classWeights, mixup }: Settings,
  taker: Weighing.Taker,
  network: Network
): Result.Result<void, PipelineError> => {
  const problem =
    (classWeights === undefined
      ? undefined
      : Weighing.problem("classWeights", "weigh the rows of each class", taker)) ??
    (mixup === undefined ? undefined : Mixup.problem(taker, network)) ??
    (accumulate === 1 ? undefined : Weighing.searching("accumulate", "adds up the gradients of several batches", taker))
  return problem === undefined ? Result.succeed(undefined) : Result.fail(problem)
}
