/**
 * What the model stage of a pipeline says about training on a task: measures, callbacks, and the rows held out.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as TaskModule from "../../data/Task.ts"
import type { Task } from "../../data/Task.ts"
import * as Features from "../../pipeline/Features.ts"
import * as Pipeline from "../../pipeline/Pipeline.ts"
import { PipelineError } from "../../pipeline/PipelineError.ts"
import * as Seed from "../../Seed.ts"
import * as Holdout from "../../splitting/Holdout.ts"
import { rowsWhere } from "../../splitting/Split.ts"
import type * as Callback from "../Callback.ts"
import type { Measure } from "../Measure.ts"
import type { Resolved } from "../Model.ts"

/** Measures must suit the target and the predict type, and the first one must have a direction if it stops training. */
const checkMeasures = (measures: ReadonlyArray<Measure>, task: Task, options: Resolved): ReadonlyArray<string> =>
  measures.flatMap(({ id, accepts, needs }) => [
    ...(accepts.includes(task.kind)
      ? []
      : [`measure "${id}" is for ${accepts.join(" and ")} targets, the task is ${task.kind}; choose another one`]),
    ...(needs === "prob" && options.predictType === "response"
      ? [`measure "${id}" needs probabilities; set predictType to "prob"`]
      : [])
  ])

const findParts = (model: Pipeline.Stage, options: Resolved) => {
  const measure = (id: string) => model.parts.find((part) => part.kind === "measure" && part.id === id) as Measure
  const callbacks = options.callbacks
    .map(({ type, ...given }) => ({
      definition: model.parts.find((part) => part.kind === "callback" && part.id === type) as Callback.Definition,
      given
    }))
    .sort((a, b) => a.definition.weight - b.definition.weight)
  return {
    trainMeasures: options.measures.map(measure),
    validMeasures: options.validation?.measures.map(measure) ?? [],
    callbacks
  }
}

const givenRows = (task: Task, rows: ReadonlyArray<number>): Result.Result<Holdout.Holdout, PipelineError> => {
  const held = new Set(rows)
  const outside = rows.find((row) => row >= task.rows)
  if (outside !== undefined || held.size === task.rows) {
    return Features.fail(
      "Validation",
      outside !== undefined
        ? `row ${outside} is not among the ${task.rows} rows that are trained on; rows count from 0`
        : `${held.size} rows of ${task.rows} rows leaves ${held.size} rows to validate on and 0 to train on; both need at least one`
    )
  }
  return Result.succeed({
    train: rowsWhere(task.rows, (row) => !held.has(row)),
    valid: rowsWhere(task.rows, (row) => held.has(row))
  })
}

/** The rows of a task that train, and those that validate. */
export const splitRows = (
  task: Task,
  validation: Resolved["validation"],
  seed: Seed.Seed
): Result.Result<{ readonly train: Task; readonly valid: Task | undefined }, PipelineError> => {
  if (validation === undefined) return Result.succeed({ train: task, valid: undefined })
  const split =
    "holdout" in validation
      ? Result.orElse(Holdout.rows(task, validation.holdout, Seed.derive(seed, "validation")), ({ message }) =>
          Features.fail("Validation", message)
        )
      : givenRows(task, validation.rows)
  return Result.map(split, ({ train, valid }) => ({
    train: TaskModule.take(task, train),
    valid: TaskModule.take(task, valid)
  }))
}

/** The options of the model stage and what they name, if it suits the task. */
export const resolveModel = Effect.fnUntraced(function* (model: Pipeline.Stage, task: Task) {
  const options = yield* Effect.fromResult(Pipeline.resolve<Resolved>(model))
  const found = findParts(model, options)
  const problems = [...checkMeasures([...found.trainMeasures, ...found.validMeasures], task, options)]
  const [first] = found.validMeasures
  if (first !== undefined && first.direction === undefined && (options.validation?.patience ?? 0) > 0) {
    problems.push(`measure "${first.id}" has no direction, so it cannot stop training; put another one first`)
  }
  if (problems.length > 0) {
    return yield* new PipelineError({ issues: problems.map((message) => ({ path: [], message })) })
  }
  return { options, found }
})
