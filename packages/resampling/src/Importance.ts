/**
 * Permutation importance: how much worse a trained model predicts when what a feature says is shuffled among the rows.
 *
 * It needs the model and labelled rows alone, best ones that it was not trained on, and says what *this* model relies on: of two
 * features that say the same, either may seem to matter little. Features that belong together (the levels of one thing, the
 * pixels of an image) are shuffled together by `groups`.
 *
 * Breiman (2001), Random forests, Machine Learning 45; Fisher, Rudin and Dominici (2019), All models are wrong, but many are
 * useful, JMLR 20.
 *
 * @example
 * const trained = yield* Learner.train(learner, Task.take(task, train))
 * const rows = yield* Importance.permutation(trained, Task.take(task, test), { measure: Measure.auc, repeats: 20 })
 * rows[0] // => { name: "age", features: ["age"], mean: 0.12, sd: 0.01, lower: 0.11, upper: 0.12, repeats: 20 }
 */
import * as Column from "@rocflow/core/data/Column"
import type { Kind, Task } from "@rocflow/core/data/Task"
import * as TaskSchema from "@rocflow/core/data/TaskSchema"
import type * as Learner from "@rocflow/core/learning/Learner"
import * as Measure from "@rocflow/core/learning/Measure"
import { PipelineError } from "@rocflow/core/pipeline/PipelineError"
import * as Seed from "@rocflow/core/Seed"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { mean, sd } from "./internal/statistics.ts"
import * as StudentT from "./StudentT.ts"

/** How much a feature, or a group of some, matters. @category models */
export interface Row {
  readonly name: string
  readonly features: ReadonlyArray<string>
  /** The mean loss in units of the measure: above 0 where the model relies on it, about 0 where it does not. */
  readonly mean: number
  /** The standard deviation over repeats. */
  readonly sd: number
  /** The t interval of the mean over repeats: of what shuffling leaves to chance, not of other rows or other models. */
  readonly lower: number
  readonly upper: number
  /** Shuffles in which the measure had a value. */
  readonly repeats: number
}

/** What is asked. @category models */
export interface Options {
  readonly measure: Measure.Measure
  /** How often each is shuffled. Default 10. */
  readonly repeats?: number
  /** Features that are shuffled together, by the name of the group; the others are by themselves. Default: none. */
  readonly groups?: Readonly<Record<string, ReadonlyArray<string>>>
  /** Decides the shuffles. Default 1. */
  readonly seed?: number
  /** The level of the intervals. Default 0.95. */
  readonly level?: number
}

const refuse = (message: string) => Effect.fail(new PipelineError({ issues: [{ path: [], message }] }))

/** What is shuffled: groups first, then every feature that is in none. */
const shuffled = (
  features: ReadonlyArray<string>,
  groups: NonNullable<Options["groups"]>
): ReadonlyArray<readonly [string, ReadonlyArray<string>]> => {
  const grouped = new Set(Object.values(groups).flat())
  return [
    ...Object.entries(groups),
    ...features.filter((name) => !grouped.has(name)).map((name) => [name, [name]] as const)
  ]
}

/** The mean loss over shuffles, with its interval; `better` has the sign of the measure's direction. */
const summary = (losses: ReadonlyArray<number>, level: number): Omit<Row, "features" | "name"> => {
  const centre = mean(losses)
  const spread = losses.length < 2 ? 0 : sd(losses)
  const half =
    losses.length < 2
      ? Infinity
      : StudentT.quantile((1 + level) / 2, losses.length - 1) * (spread / Math.sqrt(losses.length))
  return { mean: centre, sd: spread, lower: centre - half, upper: centre + half, repeats: losses.length }
}

/**
 * Shuffles each feature of some labelled rows, `repeats` times, and measures how much worse the model predicts, the largest loss
 * first.
 *
 * Errors: those of predicting; `PipelineError` for a measure without a direction, of another kind of target, or without a value
 * on the rows as they are, for a feature of a group that the model does not have, and for fewer than 2 rows.
 * @category running
 */
export const permutation = Effect.fnUntraced(function* <K extends Kind, Columns extends string, R>(
  trained: Learner.Trained<K, Columns, R>,
  task: Task,
  { groups = {}, level = 0.95, measure, repeats = 10, seed = 1 }: Options
): Effect.fn.Return<ReadonlyArray<Row>, Learner.PredictError, R> {
  const { direction } = measure
  if (direction === undefined)
    return yield* refuse(`measure "${measure.id}" does not say which way is better; choose another one`)
  if (!measure.accepts.includes(task.kind)) {
    return yield* refuse(`measure "${measure.id}" is for ${measure.accepts.join(" and ")} targets; choose another one`)
  }
  const read = TaskSchema.rows(trained.task, task)
  if (Result.isFailure(read)) {
    return yield* new PipelineError({ issues: read.failure.map((message) => ({ path: [], message })) })
  }
  const rows = read.success
  if (rows.rows < 2) return yield* refuse(`${rows.rows} rows cannot be shuffled; give it more`)
  const features = trained.task.features.map(({ name }) => name)
  const unknown = Object.values(groups)
    .flat()
    .find((name) => !features.includes(name))
  if (unknown !== undefined)
    return yield* refuse(`a group names "${unknown}", which is no feature of the model: ${features.join(", ")}`)
  const own = measure.evaluate(yield* trained.fitted.predict(rows))
  if (!Measure.isDefined(own)) return yield* refuse(`${measure.label} has no value on these rows: ${own.reason}`)
  const sign = direction === "maximise" ? 1 : -1
  const found: Array<Row> = []
  for (const [name, names] of shuffled(features, groups)) {
    const losses: Array<number> = []
    for (let repeat = 0; repeat < repeats; repeat++) {
      const order = Int32Array.from({ length: rows.rows }, (_, i) => i)
      Seed.generator(Seed.derive(Seed.root(seed), "permutation", name, repeat)).shuffle(order)
      const columns = new Map(rows.columns)
      for (const each of names) columns.set(each, Column.take(rows.columns.get(each)!, order))
      const value = measure.evaluate(yield* trained.fitted.predict({ ...rows, columns }))
      if (Measure.isDefined(value)) losses.push(sign * (own - value))
    }
    if (losses.length > 0) found.push({ name, features: names, ...summary(losses, level) })
  }
  return found.toSorted((a, b) => b.mean - a.mean)
})
