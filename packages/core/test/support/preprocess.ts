/** Fits and applies preprocessing stages by themselves. */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Column from "../../src/data/Column.ts"
import * as Features from "../../src/pipeline/Features.ts"
import type * as Preprocess from "../../src/pipeline/Preprocess.ts"
import * as Seed from "../../src/Seed.ts"
import { issuesOf, partOf } from "./pipelines.ts"

export type Columns = Readonly<Record<string, Column.Column>>

export const featuresOf = (columns: Columns): Features.Features =>
  Features.make(Object.entries(columns), Column.length(Object.values(columns)[0]!))

/** What the first stage of a pipeline is bound to. */
export const boundTo = ({ stages }: Preprocess.Stage<string>): Preprocess.Preprocessor =>
  partOf(stages[0]!, "preprocess").preprocessor

/** A target whose rows are dealt to the given folds. */
export const target = (
  kind: Preprocess.TrainingTarget["kind"],
  values: ReadonlyArray<number>,
  folds: ReadonlyArray<number> = values.map((_, row) => row)
): Preprocess.TrainingTarget => ({
  kind,
  levels: kind === "regression" ? [] : ["a", "b", "c"].slice(0, kind === "binary" ? 2 : 3),
  values: Float64Array.from(values),
  folds: () => Result.succeed(Int32Array.from(folds))
})

/** Fits a stage to columns. */
export const fit = (
  stage: Preprocess.Stage<string>,
  train: Columns,
  given?: Preprocess.TrainingTarget,
  seed = Seed.root(1)
): Result.Result<Preprocess.Fit, Error> =>
  Effect.runSync(Effect.result(boundTo(stage).fit(featuresOf(train), { seed, target: given })))

/** Columns as text, null where missing. */
export const texts = ({ columns, rows }: Features.Features) =>
  Object.fromEntries(
    Array.from(columns, ([name, column]) => [
      name,
      Array.from({ length: rows }, (_, row) => Column.toText(column, row))
    ])
  )

/** Columns as numbers, NaN where missing. */
export const numbers = ({ columns }: Features.Features) =>
  Object.fromEntries(Array.from(columns, ([name, column]) => [name, Array.from(Column.asNumbers(column) ?? [])]))

/** What a stage that is fitted to some columns makes of others, or of the same. */
export const applied = (
  stage: Preprocess.Stage<string>,
  train: Columns,
  other = train,
  given?: Preprocess.TrainingTarget
) => Effect.runSync(Result.getOrThrow(fit(stage, train, given)).apply(featuresOf(other)))

/** The messages of a stage that cannot be fitted to some columns, or applied to others. */
export const failure = (
  stage: Preprocess.Stage<string>,
  train: Columns,
  other = train,
  given?: Preprocess.TrainingTarget
) =>
  issuesOf(
    Effect.runSync(
      Effect.result(
        Effect.flatMap(boundTo(stage).fit(featuresOf(train), { seed: Seed.root(1), target: given }), ({ apply }) =>
          apply(featuresOf(other))
        )
      )
    )
  ).map(([, message]) => message)

/** The notes of a stage on some columns, as codes. */
export const notes = (stage: Preprocess.Stage<string>, columns: Columns) =>
  boundTo(stage)
    .notes(featuresOf(columns))
    .map(({ code }) => code)
