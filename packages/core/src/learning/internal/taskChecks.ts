/**
 * Whether a learner and a task fit, beyond what the compiler saw.
 */
import * as Result from "effect/Result"
import type { Table } from "../../data/Table.ts"
import type { Kind as TargetKind, Task } from "../../data/Task.ts"
import * as TaskSchema from "../../data/TaskSchema.ts"
import { PipelineError } from "../../pipeline/PipelineError.ts"

const refuse = (problems: ReadonlyArray<string>): Result.Result<void, PipelineError> =>
  problems.length === 0
    ? Result.succeed(undefined)
    : Result.fail(new PipelineError({ issues: problems.map((message) => ({ path: [], message })) }))

/** The learner of the same name for the other kind of target. */
const sibling = (id: string, kind: TargetKind): string | undefined => {
  const [name, ending] = /^(\w+)\.(classif|regr)$/.exec(id)?.slice(1) ?? []
  return name === undefined
    ? undefined
    : ending === "regr"
      ? `${name}.classif`
      : kind === "regression"
        ? `${name}.regr`
        : undefined
}

export const checkTraining = (
  learner: { readonly id: string; readonly accepts: ReadonlyArray<TargetKind>; readonly weighted: boolean },
  task: Task
): Result.Result<void, PipelineError> => {
  const problems: Array<string> = []
  if (task.rows === 0) {
    problems.push(`task "${task.id}" has no rows, so learner "${learner.id}" has nothing to learn of; take other rows`)
  }
  if (learner.accepts.length === 0) {
    problems.push(
      `learner "${learner.id}" is made of learners that have no kind of target in common, such as some for classes and some for numbers; choose all for the ${task.kind} target "${task.roles.target}" of task "${task.id}"`
    )
  } else if (!learner.accepts.includes(task.kind)) {
    problems.push(
      `learner "${learner.id}" is for ${learner.accepts.join(" and ")} targets, but the target "${task.roles.target}" of task "${task.id}" is ${task.kind}${task.kind === "multiclass" ? ` (${task.levels.join(", ")})` : ""}; choose ${sibling(learner.id, task.kind) ?? "another loss or learner"}`
    )
  }
  if (task.roles.weight !== undefined && !learner.weighted) {
    problems.push(
      `learner "${learner.id}" does not use row weights, but task "${task.id}" has the weight column "${task.roles.weight}"; choose a loss that uses weights, or take the role away`
    )
  }
  return refuse(problems)
}

/**
 * The rows of a task or table as a learner, whose name is `id`, was trained on them.
 *
 * Errors: `PipelineError` for features that are not there, or of another type, and for levels in another order.
 * @category running
 */
export const checkedRows = (
  id: string,
  schema: TaskSchema.TaskSchema,
  given: Task | Table
): Result.Result<TaskSchema.Rows, PipelineError> =>
  Result.mapError(
    TaskSchema.rows(schema, given),
    (problems) =>
      new PipelineError({ issues: problems.map((message) => ({ path: [], message: `learner "${id}": ${message}` })) })
  )
