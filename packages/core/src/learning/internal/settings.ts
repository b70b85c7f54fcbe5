/**
 * What the closing stage of a pipeline says about training: measures, callbacks, batches, the rows held out.
 */
import * as Result from "effect/Result"
import * as TaskModule from "../../data/Task.ts"
import type { Task } from "../../data/Task.ts"
import * as Features from "../../pipeline/Features.ts"
import { PipelineError } from "../../pipeline/PipelineError.ts"
import type { Target } from "../../pipeline/Target.ts"
import * as Seed from "../../Seed.ts"
import * as Holdout from "../../splitting/Holdout.ts"
import { rowsWhere } from "../../splitting/Split.ts"
import type { Callback } from "../Callback.ts"
import type { Measure } from "../Measure.ts"
import type * as Averaging from "../Averaging.ts"
import type * as Validation from "../Validation.ts"
import type * as ClassWeights from "./classWeights.ts"
import type * as Drawing from "./drawing.ts"

/** The options of a model, with every default filled in. */
export interface Settings {
  readonly epochs: number
  /** The epochs over which schedules run; default: `epochs`. */
  readonly scheduleEpochs?: number
  readonly averaging?: Averaging.Options
  readonly batchSize: number | "all"
  readonly batches?: Drawing.Options
  readonly dropLast?: boolean
  readonly accumulate?: number
  readonly evalFreq: number
  readonly mixup?: number
  /** Of a classification. */
  readonly classWeights?: ClassWeights.Options
  readonly measures: ReadonlyArray<Measure>
  readonly validation?: Validation.Options
  readonly callbacks: ReadonlyArray<Callback>
  /** Of a regression. */
  readonly target?: ReadonlyArray<Target>
  readonly predictType: "prob" | "response"
  /** The beginning of an engine's name, or "auto". */
  readonly engine?: string
}

/** The options that have a say in what is learned: the number of epochs aside, and callbacks that only look on. */
export const decisive = (encoded: object, { callbacks }: Settings): object => {
  const { callbacks: _, engine: __, epochs: ___, ...rest } = encoded as Readonly<Record<string, unknown>>
  return {
    ...rest,
    callbacks: callbacks.flatMap(({ bound, definition, json }) =>
      definition.observes ? [] : [Result.isSuccess(bound) ? bound.success.encoded : json]
    )
  }
}

/** Measures must suit the target and the predict type, and the first one must have a direction if it stops training. */
const problemsOf = ({ measures, predictType, validation }: Settings, task: Task): ReadonlyArray<string> => {
  const { measures: held = [], patience = 0, stopWhen = "first" } = validation ?? {}
  const stopping = patience === 0 ? [] : stopWhen === "first" ? held.slice(0, 1) : held
  const cannotStop = stopping.filter(({ direction }) => direction === undefined)
  return [
    ...[...measures, ...(validation?.measures ?? [])].flatMap(({ id, accepts, needs }) => [
      ...(accepts.includes(task.kind)
        ? []
        : [`measure "${id}" is for ${accepts.join(" and ")} targets, the task is ${task.kind}; choose another one`]),
      ...(needs === "prob" && predictType === "response" && task.kind !== "regression"
        ? [`measure "${id}" needs probabilities; set predictType to "prob"`]
        : [])
    ]),
    ...cannotStop.map(({ id }) =>
      stopWhen === "first"
        ? `measure "${id}" has no direction, so it cannot stop training; put another one first`
        : `measure "${id}" has no direction, so it cannot stop training; leave it out, or give stopWhen: first`
    )
  ]
}

/** Refuses settings that do not suit a task, with every reason. */
export const check = (settings: Settings, task: Task): Result.Result<void, PipelineError> => {
  const problems = problemsOf(settings, task)
  return problems.length === 0
    ? Result.succeed(undefined)
    : Result.fail(new PipelineError({ issues: problems.map((message) => ({ path: [], message })) }))
}

/** Rows that the user names; both sides must have one. */
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
  validation: Validation.Options | undefined,
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
