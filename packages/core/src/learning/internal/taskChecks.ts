/**
 * Whether a learner and a task fit, beyond what the compiler saw.
 */
import * as Result from "effect/Result"
import type { Kind as TargetKind, Task } from "../../data/Task.ts"
import { PipelineError } from "../../pipeline/PipelineError.ts"
import type { TaskSchema } from "../Learner.ts"

const refuse = (problems: ReadonlyArray<string>): Result.Result<void, PipelineError> =>
  problems.length === 0
    ? Result.succeed(undefined)
    : Result.fail(new PipelineError({ issues: problems.map((message) => ({ path: [], message })) }))

/** What a model remembers of its task. */
export const schemaOf = (task: Task): TaskSchema => ({
  kind: task.kind,
  levels: task.levels,
  features: task.roles.feature.map((name) => ({ name, type: task.table.columns.get(name)!.type }))
})

export const checkTraining = (
  learner: { readonly id: string; readonly accepts: ReadonlyArray<TargetKind>; readonly weighted: boolean },
  task: Task
): Result.Result<void, PipelineError> => {
  const problems: Array<string> = []
  if (!learner.accepts.includes(task.kind)) {
    problems.push(
      `learner "${learner.id}" is for ${learner.accepts.join(" and ")} targets, but the target "${task.roles.target}" of task "${task.id}" is ${task.kind}${task.kind === "multiclass" ? ` (${task.levels.join(", ")})` : ""}; choose another loss or learner`
    )
  }
  if (task.roles.weight !== undefined && !learner.weighted) {
    problems.push(
      `learner "${learner.id}" does not use row weights, but task "${task.id}" has the weight column "${task.roles.weight}"; choose a loss that uses weights, or take the role away`
    )
  }
  return refuse(problems)
}

export const checkPrediction = (id: string, trained: TaskSchema, task: Task): Result.Result<void, PipelineError> => {
  const problems: Array<string> = []
  if (trained.kind !== task.kind) {
    problems.push(`learner "${id}" was trained on a ${trained.kind} target, task "${task.id}" is ${task.kind}`)
  } else if (trained.levels.join("\n") !== task.levels.join("\n")) {
    problems.push(
      `learner "${id}" was trained with the levels ${trained.levels.join(", ")}, but task "${task.id}" has ${task.levels.join(", ")}; their order says which class is positive, so make it the same by \`levels\``
    )
  }
  for (const { name, type } of trained.features) {
    const column = task.table.columns.get(name)
    if (column === undefined || !task.roles.feature.includes(name)) {
      problems.push(`learner "${id}" was trained with the feature "${name}", which task "${task.id}" does not have`)
    } else if ((column.type === "string" || column.type === "factor") !== (type === "string" || type === "factor")) {
      problems.push(`feature "${name}" was ${type} in training and is ${column.type} in task "${task.id}"`)
    }
  }
  return refuse(problems)
}
