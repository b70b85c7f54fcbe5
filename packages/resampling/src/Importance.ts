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
import * as Learner from "@rocflow/core/learning/Learner"
import * as Measure from "@rocflow/core/learning/Measure"
import { PipelineError } from "@rocflow/core/pipeline/PipelineError"
import * as Seed from "@rocflow/core/Seed"
import * as Effect from "effect/Effect"
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
  /**
   * The t interval of the mean over repeats: of what shuffling leaves to chance, not of other rows or other models. Infinite
   * of one repeat.
   */
  readonly lower: number
  readonly upper: number
  /** Shuffles. */
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

/** The mean loss over shuffles, with its interval. */
const summary = (losses: ReadonlyArray<number>, level: number): Omit<Row, "features" | "name"> => {
  const centre = mean(losses)
  const spread = losses.length < 2 ? 0 : sd(losses)
  const half =
    losses.length < 2
      ? Infinity
      : StudentT.quantile((1 + level) / 2, losses.length - 1) * (spread / Math.sqrt(losses.length))
  return { mean: centre, sd: spread, lower: centre - half, upper: centre + half, repeats: losses.length }
}

/** What is wrong with what is asked of a model with some features; undefined if nothing is. */
const problemOf = (
  { groups, level, repeats }: Required<Pick<Options, "groups" | "level" | "repeats">>,
  features: ReadonlyArray<string>
): string | undefined => {
  if (!Number.isInteger(repeats) || repeats < 1) return `repeats is ${repeats}; give a whole number, at least 1`
  if (!(level > 0 && level < 1)) return `level is ${level}; give a number between 0 and 1, such as 0.95`
  const grouped = new Map<string, string>()
  for (const [group, names] of Object.entries(groups)) {
    if (names.length === 0) return `group "${group}" has no features; name some, or leave it out`
    for (const name of names) {
      const other = grouped.get(name)
      if (!features.includes(name))
        return `a group names "${name}", which is no feature of the model: ${features.join(", ")}`
      if (other !== undefined)
        return `"${name}" is named twice, in the groups ${[other, group].join(" and ")}; name it once`
      grouped.set(name, group)
    }
  }
  const taken = Object.keys(groups).find((group) => features.includes(group) && !grouped.has(group))
  return taken === undefined
    ? undefined
    : `group "${taken}" is called as a feature that is in none; give it another name`
}

/**
 * Shuffles each feature of some labelled rows, `repeats` times, and measures how much worse the model predicts, the largest loss
 * first.
 *
 * Errors: those of predicting; `PipelineError` for a measure without a direction, of another kind of target, or without a value,
 * for options out of range, for groups that are empty, share a feature, or have one that the model does not have, and for fewer
 * than 2 rows.
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
  const rows = yield* Effect.fromResult(Learner.checkedRows(trained.learner.id, trained.task, task))
  if (rows.rows < 2) return yield* refuse(`${rows.rows} rows cannot be shuffled; give it more`)
  const features = trained.task.features.map(({ name }) => name)
  const problem = problemOf({ groups, level, repeats }, features)
  if (problem !== undefined) return yield* refuse(problem)
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
      if (!Measure.isDefined(value)) {
        return yield* refuse(
          `${measure.label} has no value where ${name} is shuffled: ${value.reason}; choose another one`
        )
      }
      losses.push(sign * (own - value))
    }
    found.push({ name, features: names, ...summary(losses, level) })
  }
  return found.toSorted((a, b) => b.mean - a.mean)
})
