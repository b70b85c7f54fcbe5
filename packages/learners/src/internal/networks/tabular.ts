/**
 * How networks of tables begin: each kind of column is made ready for them, and becomes numbers or vectors.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as Recipe from "@rocflow/core/learning/Recipe"
import { width, withDefault } from "@rocflow/core/OptionSchema"
import * as Features from "@rocflow/core/pipeline/Features"
import * as Ingress from "@rocflow/core/pipeline/Ingress"
import * as Merge from "@rocflow/core/pipeline/Merge"
import * as Nn from "@rocflow/core/pipeline/Nn"
import type { Pipeline } from "@rocflow/core/pipeline/Pipeline"
import type { PipelineError } from "@rocflow/core/pipeline/PipelineError"
import * as Preprocess from "@rocflow/core/pipeline/Preprocess"

/** Rows of numbers that have passed some layers. */
export type Rows = Pipeline<"ingress" | "layer", string, readonly [number]>

type Prepared = Pipeline<"preprocess", string>

/** What the networks of tables take. */
export const takes = { categories: true, missing: true, anyScale: true } as const

/** How numbers are scaled. */
export const Scale = Schema.Literals(["standardise", "quantile", "robust", "none"])
type Scale = typeof Scale.Type

/** The options of how columns become rows of numbers. */
export const columnFields = (defaults: { readonly scale: Scale; readonly oneHot: number }) => ({
  scale: withDefault(Scale, defaults.scale, "How numbers are scaled"),
  oneHot: withDefault(
    width(0),
    defaults.oneHot,
    "Categories of so many levels become indicators, others vectors that are learned"
  ),
  embeddingSize: withDefault(width(), 8, "Numbers in the vector of a level")
})

/** @category models */
export interface ColumnSettings {
  readonly scale: Scale
  readonly oneHot: number
  readonly embeddingSize: number
}

const scaled = (before: Prepared, scale: Scale): Prepared => {
  switch (scale) {
    case "standardise":
      return before.pipe(Preprocess.standardise())
    case "quantile":
      return before.pipe(Preprocess.quantileTransform({ noise: 1e-3 }))
    case "robust":
      return before.pipe(Preprocess.robustScale(), Preprocess.smoothClip())
    case "none":
      return before
  }
}

/** The names of the columns that are numbers, or become some. */
export const numberNames = ({ booleans, dates, numbers }: Recipe.Seen): ReadonlyArray<string> => [
  ...numbers,
  ...booleans,
  ...dates
]

/** Puts stages on a pipeline, those that are there. */
export const put = (begin: Prepared, ...stages: ReadonlyArray<Preprocess.Stage<string> | undefined>): Prepared =>
  stages.reduce((before, stage) => (stage === undefined ? before : before.pipe(stage)), begin)

/**
 * Numbers without missing values, on one scale, with truth values that say where some were missing; indicators of some
 * categories, for which missing is a level of its own.
 */
export const numbersOf = (seen: Recipe.Seen, scale: Scale, categories: ReadonlyArray<string> = []): Prepared => {
  const { booleans, dates, incomplete, numbers } = seen
  const names = numberNames(seen)
  const gaps = names.filter((name) => incomplete.includes(name))
  const measured = numbers.length + dates.length > 0
  const filled = put(
    Preprocess.select([...names, ...categories]),
    gaps.length === 0 ? undefined : Preprocess.missingIndicator({ columns: gaps }),
    dates.length === 0 ? undefined : Preprocess.dates(),
    measured ? Preprocess.impute({ method: "median" }) : undefined,
    booleans.length === 0 ? undefined : Preprocess.impute({ method: "mode", columns: booleans })
  )
  return put(
    measured ? scaled(filled, scale) : filled,
    ...(categories.length === 0
      ? []
      : [Preprocess.impute({ method: "level", columns: categories }), Preprocess.oneHot({ columns: categories })])
  )
}

const named = ({ categories }: Recipe.Seen, fits: (levels: number) => boolean): ReadonlyArray<string> =>
  categories.filter(({ levels }) => fits(levels)).map(({ column }) => column)

/** The categories of up to so many levels. */
export const few = (seen: Recipe.Seen, most: number): ReadonlyArray<string> => named(seen, (levels) => levels <= most)

/** The categories of more levels. */
export const many = (seen: Recipe.Seen, most: number): ReadonlyArray<string> => named(seen, (levels) => levels > most)

/** Refuses arrays, and a task of which nothing is left to learn from. */
export const checked = (id: string, { tensors, ...seen }: Recipe.Seen): Result.Result<void, PipelineError> => {
  const [first] = tensors
  if (first !== undefined) {
    return Features.fail(
      id,
      `takes numbers and categories, but "${first.column}" holds arrays; leave it out of the features, or use Conv`
    )
  }
  const some = numberNames({ tensors, ...seen }).length + seen.categories.length > 0
  return some
    ? Result.succeed(undefined)
    : Features.fail(id, "no feature column varies in the training rows; give it columns to learn from")
}

/**
 * Columns as rows of numbers: numbers as they are, categories of up to `oneHot` levels as indicators, others as vectors that
 * are learned.
 */
export const flatRows = (
  id: string,
  { embeddingSize, oneHot, scale }: ColumnSettings,
  seen: Recipe.Seen
): Result.Result<Rows, PipelineError> =>
  Result.map(checked(id, seen), (): Rows => {
    const [small, large] = [few(seen, oneHot), many(seen, oneHot)]
    const numbers = (): Rows => numbersOf(seen, scale, small).pipe(Ingress.numeric())
    const embedded = (): Rows => Ingress.categorical(large).pipe(Nn.embedding(embeddingSize), Nn.flatten())
    if (large.length === 0) return numbers()
    return numberNames(seen).length + small.length === 0
      ? embedded()
      : Merge.concat({ categories: embedded(), numbers: numbers() })
  })
