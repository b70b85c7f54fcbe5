/**
 * What the closing stage of a pipeline says about training: measures, callbacks, batches, the rows held out.
 */
import * as Result from "effect/Result"
import * as TaskModule from "../../data/Task.ts"
import type { Task } from "../../data/Task.ts"
import * as Features from "../../pipeline/Features.ts"
import { PipelineError } from "../../pipeline/PipelineError.ts"
import * as Seed from "../../Seed.ts"
import type { Callback } from "../Callback.ts"
import type { Measure } from "../Measure.ts"
import * as Prediction from "../Prediction.ts"
import type * as Validation from "../Validation.ts"
import { holdout } from "./holdout.ts"

/** The options of a model, with every default filled in. */
export interface Settings {
  readonly epochs: number
  readonly batchSize: number | "all"
  readonly evalFreq: number
  readonly measures: ReadonlyArray<Measure>
  readonly validation?: Validation.Options
  readonly callbacks: ReadonlyArray<Callback>
  readonly predictType: "prob" | "response"
  /** The beginning of an engine's name; any engine that supports the network without it. */
  readonly engine?: string
}

/** Measures must suit the target and the predict type, and the first one must have a direction if it stops training. */
const problemsOf = ({ measures, predictType, validation }: Settings, task: Task): ReadonlyArray<string> => {
  const [first] = validation?.measures ?? []
  const cannotStop = first !== undefined && first.direction === undefined && (validation?.patience ?? 0) > 0
  return [
    ...[...measures, ...(validation?.measures ?? [])].flatMap(({ id, accepts, needs }) => [
      ...(accepts.includes(task.kind)
        ? []
        : [`measure "${id}" is for ${accepts.join(" and ")} targets, the task is ${task.kind}; choose another one`]),
      ...(needs === "prob" && predictType === "response" && task.kind !== "regression"
        ? [`measure "${id}" needs probabilities; set predictType to "prob"`]
        : [])
    ]),
    ...(cannotStop ? [`measure "${first.id}" has no direction, so it cannot stop training; put another one first`] : [])
  ]
}

/** Refuses settings that do not suit a task, with every reason. */
export const check = (settings: Settings, task: Task): Result.Result<void, PipelineError> => {
  const problems = problemsOf(settings, task)
  return problems.length === 0
    ? Result.succeed(undefined)
    : Result.fail(new PipelineError({ issues: problems.map((message) => ({ path: [], message })) }))
}

/** The rows of a task that train, and those that validate. */
export const splitRows = (
  task: Task,
  validation: Validation.Options | undefined,
  seed: Seed.Seed
): Result.Result<{ readonly train: Task; readonly valid: Task | undefined }, PipelineError> => {
  if (validation === undefined) return Result.succeed({ train: task, valid: undefined })
  const held =
    "holdout" in validation
      ? holdout(task, validation.holdout, Seed.derive(seed, "validation"))
      : Int32Array.from(new Set(validation.rows)).sort()
  const outside = held.find((row) => row >= task.rows)
  const given = "holdout" in validation ? `a share of ${validation.holdout}` : `${held.length} rows`
  if (outside !== undefined || held.length === 0 || held.length === task.rows) {
    return Features.fail(
      "Validation",
      outside !== undefined
        ? `row ${outside} is not among the ${task.rows} rows that are trained on; rows count from 0`
        : `${given} of ${task.rows} rows leaves ${held.length} rows to validate on and ${task.rows - held.length} to train on; both need at least one`
    )
  }
  const out = new Set(held)
  return Result.succeed({
    train: TaskModule.take(
      task,
      Prediction.allRows(task).filter((row) => !out.has(row))
    ),
    valid: TaskModule.take(task, held)
  })
}
