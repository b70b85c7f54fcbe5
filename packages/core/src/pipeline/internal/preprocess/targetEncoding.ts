/**
 * `Preprocess.targetEncoding`: the mean of the target in each level, as a number.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Column from "../../../data/Column.ts"
import * as Targets from "../../../data/Targets.ts"
import * as OptionSchema from "../../../OptionSchema.ts"
import * as Seed from "../../../Seed.ts"
import * as Features from "../../Features.ts"
import type { PipelineError } from "../../PipelineError.ts"
import type { Fitting, TrainingTarget } from "../../Stage.ts"
import * as Categories from "../categories.ts"
import { smoothedMeans, type Smooth } from "../smoothedMeans.ts"
import { categoryColumns } from "./categoryColumns.ts"
import { type ColumnsOption, columns } from "./columns.ts"
import { define, type Stage, stage } from "./define.ts"

const id = "Preprocess.targetEncoding"

const TargetOptions = Schema.Struct({
  columns,
  smooth: OptionSchema.withDefault(
    Schema.Union([Schema.Literal("auto"), OptionSchema.nonNegative]),
    "auto",
    "How many rows' worth of the overall mean is mixed in"
  ),
  folds: OptionSchema.withDefault(OptionSchema.count(2), 5, "Folds of the training rows, each encoded by the others")
})

const Encoding = Schema.Struct({
  /** What follows the name of the column: nothing, or a class. */
  suffix: Schema.String,
  /** One number a level, and one for missing values. */
  means: Schema.Array(Schema.Finite),
  missing: Schema.Finite,
  /** For levels that no training row has. */
  mean: Schema.Finite
})

const State = Schema.Array(
  Schema.Struct({ column: Schema.String, levels: Schema.Array(Schema.String), encodings: Schema.Array(Encoding) })
)

/** The numbers whose means are taken: the target, or of several classes whether it is each of them. */
const responses = ({
  kind,
  levels,
  values
}: TrainingTarget): ReadonlyArray<readonly [suffix: string, y: Float64Array]> =>
  kind === "multiclass"
    ? levels.map((level, k) => [`.${level}`, values.map((code) => (code === k ? 1 : 0))])
    : [["", Targets.toNumbers(kind, values)]]

/** The category of every row: its level, or the one behind the last for missing. */
const categoriesOf = (column: Column.Column) => {
  const { codes, levels } = Column.asFactor(column)
  return { levels, codes: codes.map((code) => (code < 0 ? levels.length : code)) }
}

const targetOf = ({ target }: Fitting): Result.Result<TrainingTarget, PipelineError> =>
  target === undefined
    ? Features.fail(
        id,
        "looks at the target of the training rows, and there is none; give fit a target, or fit it in a learner"
      )
    : Result.succeed(target)

const learn = (column: string, values: Column.Column, target: TrainingTarget, smooth: Smooth) => {
  const { codes, levels } = categoriesOf(values)
  return {
    column,
    levels,
    encodings: responses(target).map(([suffix, y]) => {
      const { mean, means } = smoothedMeans(codes, levels.length + 1, y, smooth, () => true)
      return { suffix, means: Array.from(means.subarray(0, -1)), missing: means.at(-1)!, mean }
    })
  }
}

/** The columns that take the place of one. */
const encode =
  ({ column: name, encodings, levels }: (typeof State.Type)[number]) =>
  (column: Column.Column): ReadonlyArray<Features.Entry> => {
    const factor = Column.asFactor(column)
    const place = new Map(levels.map((level, i) => [level, i]))
    const own = factor.levels.map((level) => place.get(level) ?? -1)
    return encodings.map(({ mean, means, missing, suffix }) => [
      `${name}${suffix}`,
      Column.numeric(Float64Array.from(factor.codes, (code) => (code < 0 ? missing : (means[own[code]!] ?? mean))))
    ])
  }

/** The same columns, each row by what the rows outside its fold say. */
const crossFitted =
  (name: string, target: TrainingTarget, smooth: Smooth, fold: Int32Array) =>
  (column: Column.Column): ReadonlyArray<Features.Entry> => {
    const { codes, levels } = categoriesOf(column)
    const folds = [...new Set(fold)]
    return responses(target).map(([suffix, y]) => {
      const values = new Float64Array(codes.length)
      for (const held of folds) {
        const { means } = smoothedMeans(codes, levels.length + 1, y, smooth, (row) => fold[row] !== held)
        fold.forEach((own, row) => {
          if (own === held) values[row] = means[codes[row]!]!
        })
      }
      return [`${name}${suffix}`, Column.numeric(values)]
    })
  }

/** `Preprocess.targetEncoding` as a definition, for registries. @category definitions */
export const targetEncodingDefinition = define({
  id,
  summary: "Replaces a level by the smoothed mean of the target among the training rows that have it",
  options: TargetOptions,
  state: State,
  fit: ({ columns: select, smooth }, features, fitting) =>
    Result.flatMap(targetOf(fitting), (target) =>
      Result.map(categoryColumns(features, id, select), (chosen) =>
        chosen.map(([name, column]) => learn(name, column, target, smooth))
      )
    ),
  notes: ({ columns: select }, features) =>
    Result.match(categoryColumns(features, id, select), {
      onSuccess: (chosen) =>
        chosen.flatMap(([name, column]) =>
          Categories.labelNotes(name, column, "the mean of one row is little worth, and there is none for new values")
        ),
      onFailure: () => []
    }),
  training: ({ folds, smooth }, learned, features, fitting) =>
    Result.gen(function* () {
      const target = yield* targetOf(fitting)
      const fold = yield* target.folds(folds, Seed.derive(fitting.seed, "folds"))
      if (learned.length > 0 && fold.every((own) => own === fold[0])) {
        return yield* Features.fail(
          id,
          "the training rows are one row, or one group, so that none can be encoded by others; give it more, or leave it out"
        )
      }
      const changes = learned.map(({ column }) => [column, crossFitted(column, target, smooth, fold)] as const)
      return { features: yield* Features.expand(features, id, changes) }
    }),
  sourceOf: (learned, made) =>
    learned.find(({ column, encodings }) => encodings.some(({ suffix }) => made === `${column}${suffix}`))?.column,
  apply: (learned, features) =>
    Features.expand(
      features,
      id,
      learned.map((each) => [each.column, encode(each)])
    )
})

/**
 * Replaces a level of a factor or text by the mean of the target among the training rows that have it: of a binary target the
 * share of the positive class, of a regression the mean, of k classes a column `c.class` for each, its share.
 *
 * The means are drawn towards that of all training rows: with `smooth: m` to (Σ y + m·ȳ) / (n + m), with `auto`, the default,
 * by as much as the deviations of the target within the level and overall say (empirical Bayes, as scikit-learn).
 *
 * A training row must not be told its own target. So the training rows are **cross-fitted**: they are dealt to `folds`, default
 * 5, whole groups to one, and each is encoded by the rows of the other folds. All other rows are encoded by all training rows.
 *
 * A column that is named may be of any type but a tensor. Missing is a level like the others. A level, or a missing value, that no training row has gives the mean of all.
 *
 * *Gotcha*: fit it in a learner, which gives it the target; `Preprocess.select` and other stages may stand before it.
 *
 * @example
 * Preprocess.targetEncoding({ columns: Select.cardinality({ atLeast: 11 }) }).pipe(Preprocess.oneHot())
 * @see Micci-Barreca (2001), A preprocessing scheme for high-cardinality categorical attributes, SIGKDD Explorations 3.
 * @category stages
 */
export const targetEncoding = <const Name extends string = never>(
  options: { readonly smooth?: number | "auto"; readonly folds?: number } & ColumnsOption<Name> = {}
): Stage<Name> => stage<Name>(targetEncodingDefinition, options)
