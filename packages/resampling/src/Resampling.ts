/**
 * Resampling: how rows are split into training and test sets, as plain data, and the splits themselves.
 *
 * A resampling is a description that can be written in an experiment file (`Resampling.schema`); `instantiate` applies
 * it to a task. Splits depend on the data, the roles and the seed only, never on the learner. All resamplings keep the
 * rows of a group together and share strata out evenly, also both at once; cross-validation takes its folds from a fold
 * role where the task has one.
 */
import type { Seed } from "@rocflow/core/Seed"
import * as Split from "@rocflow/core/splitting/Split"
import type * as Task from "@rocflow/core/data/Task"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as Types from "effect/Types"
import type { Spec } from "./internal/descriptions.ts"
import { type Instance, instantiate as toInstance } from "./internal/instantiate.ts"
import { ResamplingError } from "./ResamplingError.ts"

export { schema, type Spec } from "./internal/descriptions.ts"
export type { Instance } from "./internal/instantiate.ts"

declare const Needs: unique symbol

/** A resampling of tasks that have the roles `Needs`. One read from a document needs none here; roles are checked then. */
export type Resampling<N extends Task.Role = never> = Spec & { readonly [Needs]?: Types.Covariant<N> }

type Make<Type extends Spec["type"]> = Partial<Omit<Extract<Spec, { readonly type: Type }>, "type">>

/** Cross-validation with `folds` = 10. */
export const cv = ({ folds = 10 }: Make<"cv"> = {}): Resampling => ({ type: "cv", folds })

/** Cross-validation with `folds` = 10, repeated `repeats` = 10 times. */
export const repeatedCv = ({ folds = 10, repeats = 10 }: Make<"repeatedCv"> = {}): Resampling => ({
  type: "repeatedCv",
  folds,
  repeats
})

/** One split that trains on `ratio` = 2/3 of the rows. */
export const holdout = ({ ratio = 2 / 3 }: Make<"holdout"> = {}): Resampling => ({ type: "holdout", ratio })

/** Holdout with `ratio` = 2/3, `repeats` = 30 times. */
export const subsampling = ({ ratio = 2 / 3, repeats = 30 }: Make<"subsampling"> = {}): Resampling => ({
  type: "subsampling",
  repeats,
  ratio
})

/** Bootstrap samples of `ratio` = 1 times the rows, `repeats` = 30 times; the rows not drawn are tested. */
export const bootstrap = ({ ratio = 1, repeats = 30 }: Make<"bootstrap"> = {}): Resampling => ({
  type: "bootstrap",
  repeats,
  ratio
})

/** Tests each row (each group) alone. Strata have no effect. */
export const leaveOneOut = (): Resampling => ({ type: "leaveOneOut" })

/** Trains and tests on all rows, to see how well a learner can fit; no estimate of its error. */
export const insample = (): Resampling => ({ type: "insample" })

/** Takes the splits as given: `train[i]` and `test[i]` are the row indices of split i, from 0. */
export const custom = (splits: Required<Make<"custom">>): Resampling => ({ type: "custom", ...splits })

/**
 * Forward chaining of a task with an order role: trains on earlier times and tests on the next ones, `folds` = 5 times.
 *
 * - Times are the different values of the order columns; rows of one time are never divided.
 * - Each test set has `horizon` times, by default ⌊times / (folds + 1)⌋; the last one ends with the last time.
 * - `window`: `"expanding"`, the default, trains on all that is before; `"sliding"` on as many times as the first fold does.
 * - `gap` = 0 times between training and test set are in neither, for targets that are known late only.
 * - With a group role, each group is a series of its own, with its own times: every fold trains on the earlier and tests
 *   on the later rows of all groups.
 *
 * Strata have no effect. Source: R. J. Hyndman and G. Athanasopoulos, Forecasting: Principles and Practice, 3rd edition,
 * section 5.10 (evaluation on a rolling forecasting origin).
 *
 * ```ts
 * Resampling.forward({ folds: 3, window: "sliding", gap: 1 })
 * ```
 */
export const forward = ({
  folds = 5,
  gap = 0,
  horizon,
  window = "expanding"
}: Make<"forward"> = {}): Resampling<"order"> => ({
  type: "forward",
  folds,
  window,
  ...(horizon === undefined ? {} : { horizon }),
  gap
})

/** Cross-validation over the folds of the fold role. */
export const foldColumn = (): Resampling<"fold"> => ({ type: "foldColumn" })

/**
 * Same/Other/All cross-validation of a task with a subset role; see `SameOther` for the options.
 *
 * Defaults: 3 folds, full training sets only (`sizes` = −1), all three train subsets. Let the strata of the task be the
 * subset and the target. With `ignoreSubset` it is ordinary cross-validation, and needs no subset.
 *
 * ```ts
 * Resampling.sameOther({ folds: 10, sizes: 0 })
 * ```
 */
export const sameOther = <const Ignore extends boolean = false>(
  options: Omit<Make<"sameOther">, "ignoreSubset"> & { readonly ignoreSubset?: Ignore } = {}
): Resampling<Ignore extends true ? never : "subset"> => ({
  type: "sameOther",
  folds: options.folds ?? 3,
  sizes: options.sizes ?? -1,
  ratio: options.ratio ?? 0.5,
  seeds: options.seeds ?? 1,
  subsets: options.subsets ?? "SOA",
  ignoreSubset: options.ignoreSubset ?? false,
  algorithm: options.algorithm ?? "rss"
})

/** Refuses, in words, a task whose roles are known and lack one. */
export type Requires<N extends Task.Role, R extends Task.Role> = [Exclude<N, R>] extends [never]
  ? unknown
  : `This resampling needs a task with the role: ${Exclude<N, R>}`

/**
 * Applies a resampling to a task.
 *
 * Deterministic in the data, the roles and `seed` (an integer, or a derived seed). A task whose roles the compiler knows
 * must have those that the resampling needs, else it does not compile; otherwise the same is checked here.
 *
 * *Errors*: `ResamplingError` for options out of range, a missing role, more folds than groups, a group that spans
 * folds, an empty training or test set, and a training set without a class that stratification would have given it.
 *
 * ```ts
 * const instance = yield* Resampling.instantiate(Resampling.cv({ folds: 3 }), task, 1)
 * instance.splits.length // => 3
 * ```
 */
export const instantiate = <
  K extends Task.Kind,
  R extends Task.Role,
  Names extends string,
  N extends Task.Role = never
>(
  resampling: Resampling<N>,
  task: Task.Task<K, R, Names> & Requires<N, R>,
  seed: number | Seed
): Effect.Effect<Instance, ResamplingError> =>
  Effect.suspend(() =>
    Effect.fromResult(
      Result.mapError(
        toInstance(resampling, task, seed),
        ({ advice, given, reason, rule }) =>
          new ResamplingError({ reason, resampling: resampling.type, task: task.id, given, rule, advice })
      )
    )
  )

/** Lists the splits with the sizes of their sets, for people and for job descriptions. */
export const table = (instance: Instance): ReadonlyArray<Split.SplitColumns> => instance.splits.map(Split.columns)

const times = (n: number, what: string) => `${n} ${what}${n === 1 ? "" : "s"}`
const percent = (ratio: number) => `${Math.round(ratio * 1000) / 10} %`

/**
 * Describes a resampling in a few words.
 *
 * ```ts
 * Resampling.toText(Resampling.cv({ folds: 5 })) // => "5-fold cross-validation"
 * ```
 */
export const toText = (spec: Spec): string => {
  switch (spec.type) {
    case "cv":
      return `${spec.folds}-fold cross-validation`
    case "repeatedCv":
      return `${spec.folds}-fold cross-validation, repeated ${times(spec.repeats, "time")}`
    case "holdout":
      return `holdout, ${percent(spec.ratio)} train`
    case "subsampling":
      return `subsampling, ${percent(spec.ratio)} train, ${times(spec.repeats, "repeat")}`
    case "bootstrap":
      return `bootstrap, ${percent(spec.ratio)} drawn, ${times(spec.repeats, "repeat")}`
    case "leaveOneOut":
      return "leave one out"
    case "insample":
      return "in sample"
    case "custom":
      return times(spec.train.length, "given split")
    case "forward":
      return [
        `${times(spec.folds, "fold")} forward in time`,
        `${spec.window} window`,
        ...(spec.horizon === undefined ? [] : [`horizon ${spec.horizon}`]),
        ...(spec.gap === 0 ? [] : [`gap ${spec.gap}`])
      ].join(", ")
    case "foldColumn":
      return "cross-validation over the fold column"
    case "sameOther":
      return spec.ignoreSubset
        ? `${spec.folds}-fold cross-validation, subsets ignored`
        : [
            `${spec.folds}-fold Same/Other/All cross-validation${spec.subsets === "SOA" ? "" : ` (${spec.subsets})`}`,
            ...(spec.sizes < 0 ? [] : [`sizes ${spec.sizes}`]),
            ...(spec.ratio === 0.5 ? [] : [`ratio ${spec.ratio}`]),
            ...(spec.seeds === 1 ? [] : [times(spec.seeds, "re-draw")]),
            ...(spec.algorithm === "rss" ? [] : [`folds by ${spec.algorithm}`])
          ].join(", ")
  }
}
