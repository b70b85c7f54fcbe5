/**
 * What a learner predicts of training rows that it was not trained on.
 */
import * as Effect from "effect/Effect"
import * as TaskModule from "@rocflow/core/data/Task"
import type { Kind, Task } from "@rocflow/core/data/Task"
import * as TaskSchema from "@rocflow/core/data/TaskSchema"
import * as Learner from "@rocflow/core/learning/Learner"
import type { Prediction } from "@rocflow/core/learning/Prediction"
import * as Features from "@rocflow/core/pipeline/Features"
import * as Place from "@rocflow/core/learning/Place"
import type * as Seed from "@rocflow/core/Seed"
import { rowsWhere } from "@rocflow/core/splitting/Split"

/**
 * The predictions of each fold's rows by a learner that is trained on the others, with their rows. What callbacks keep of a
 * training is in `folder`, by the number of the fold, from where `resume` goes on.
 */
export const outOfFold = Effect.fnUntraced(function* <K extends Kind, Columns extends string, E, R>(
  id: string,
  learner: Learner.Learner<K, Columns, E, R>,
  task: Task,
  foldOf: Int32Array,
  folder: string,
  seedOf: (fold: number) => Seed.Seed,
  resume: Learner.Resume | undefined
) {
  const found: Array<{ readonly rows: ArrayLike<number>; readonly prediction: Prediction }> = []
  for (const fold of new Set(foldOf)) {
    const training = TaskModule.take(
      task,
      rowsWhere(task.rows, (row) => foldOf[row] !== fold)
    )
    const held = rowsWhere(task.rows, (row) => foldOf[row] === fold)
    if (training.rows === 0) {
      return yield* Effect.fromResult(
        Features.fail(id, `all ${task.rows} training rows are in one fold; give it at least 2 rows or groups`)
      )
    }
    const rows = yield* Effect.fromResult(
      Learner.checkedRows(learner.id, TaskSchema.of(training), TaskModule.take(task, held))
    )
    const fit = yield* Place.within(`${folder}/${fold}`)(
      learner.fit(training, seedOf(fold), resume === true || undefined)
    )
    found.push({ rows: held, prediction: yield* fit.predict(rows) })
  }
  return found
})
