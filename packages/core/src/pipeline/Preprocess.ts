/**
 * Preprocessing stages: fitted on the training rows only, applied to any rows.
 *
 * A stage is a pair of functions, `fit` (features → state) and `apply` (state, features → features); the state is plain
 * data, saved with the model. Stages come before the ingress, in any number and order.
 *
 * @example
 * Preprocess.impute({ method: "median" }).pipe(Preprocess.oneHot(), Preprocess.standardise(), Ingress.numeric())
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Column from "../data/Column.ts"
import type { Note } from "../data/Note.ts"
import { type Outcome, toEffect } from "../internal/outcome.ts"
import * as OptionSchema from "../OptionSchema.ts"
import * as Decode from "./Decode.ts"
import type * as Definition from "./Definition.ts"
import * as Features from "./Features.ts"
import { define as defineStage } from "./internal/bind.ts"
import * as Statistics from "./internal/columnStatistics.ts"
import { starting } from "./internal/pipeline.ts"
import * as Categories from "./internal/categories.ts"
import * as Dates from "./internal/dateParts.ts"
import type * as Pipeline from "./Pipeline.ts"
import { PipelineError } from "./PipelineError.ts"
import type { Definition as StageDefinition, Fitting, Preprocessor } from "./Stage.ts"

export type { FittedPreprocessor, Fitting, Preprocessor } from "./Stage.ts"

/** The definition of a preprocessing stage. @category models */
export type Preprocess<Encoded = unknown> = StageDefinition<"preprocess", Encoded>

/**
 * Defines a preprocessing stage.
 *
 * - `fit` learns from the features of the training rows; `fitting.seed` is for whatever it draws at random.
 * - `apply` changes the features of any rows by what was learned.
 * - `state` is the schema of what is learned, plain JSON.
 * - `notes` says what is probably not meant in fitting it to some rows.
 *
 * The first two functions may give a `Result` or an `Effect`.
 * @category constructors
 */
export const define = <Type, Encoded, State, StateJson>(definition: {
  readonly id: string
  readonly summary: string
  readonly options: Definition.Options<Type, Encoded>
  readonly state: Schema.Codec<State, StateJson>
  readonly fit: (options: Type, features: Features.Features, fitting: Fitting) => Outcome<State, PipelineError>
  readonly apply: (state: State, features: Features.Features) => Outcome<Features.Features, PipelineError>
  readonly notes?: (options: Type, features: Features.Features) => ReadonlyArray<Note>
}): Preprocess<Encoded> => {
  const { apply, fit, id, notes, state } = definition
  const fitted = (learned: State) => ({
    apply: (features: Features.Features) => toEffect(() => apply(learned, features)),
    state: (): unknown => Schema.encodeSync(state)(learned)
  })
  const preprocessor = (options: Type): Preprocessor => ({
    notes: (features) => notes?.(options, features) ?? [],
    fit: (features, fitting) =>
      Effect.map(
        toEffect(() => fit(options, features, fitting)),
        fitted
      ),
    load: (json) =>
      Result.mapBoth(Decode.decode(state, json), {
        onSuccess: fitted,
        onFailure: (issues) =>
          new PipelineError({ issues: issues.map(({ path, message }) => ({ path, message: `${id}: ${message}` })) })
      })
  })
  return defineStage({
    ...definition,
    kind: "preprocess",
    part: (options) => ({ kind: "preprocess", preprocessor: preprocessor(options) })
  })
}

/**
 * A preprocessing stage: a pipeline by itself, or appended to one. An interface and no intersection: only so does the
 * compiler infer `P` when the stage stands in a `pipe`.
 * @category models
 */
export interface Stage<out Columns extends string> extends Pipeline.Pipeline<"preprocess", Columns> {
  <P extends Pipeline.Any>(
    self: P & Pipeline.After<P, "preprocess", "a preprocessing stage">
  ): Pipeline.Pipeline<"preprocess", Pipeline.ColumnsOf<P> | Columns>
}

/** Puts a preprocessing stage first or on a pipeline: the constructor for custom stages. @category stages */
export const stage = <Columns extends string = never>(definition: Preprocess, options: object = {}): Stage<Columns> =>
  starting<Stage<Columns>>(definition.bind(options, Decode.findNothing))

/**
 * Gives the stage of options as a user writes them, to fit and apply it by itself. Errors: `PipelineError` with every issue
 * of the options.
 *
 * @example
 * const { fit } = yield* Effect.fromResult(Preprocess.bind(Preprocess.standardiseDefinition))
 * const fitted = yield* fit(Features.fromTask(train), { seed: Seed.root(1) })
 * const features = yield* fitted.apply(Features.fromTask(test))
 */
export const bind = (definition: Preprocess, given: object = {}): Result.Result<Preprocessor, PipelineError> =>
  Result.match(definition.bind(given, Decode.findNothing).bound, {
    onSuccess: ({ part }) =>
      part.kind === "preprocess"
        ? Result.succeed(part.preprocessor)
        : Features.fail(definition.id, "is no preprocessing stage; define it by Preprocess.define"),
    onFailure: (issues) => Result.fail(new PipelineError({ issues }))
  })

const columns = Schema.optionalKey(OptionSchema.names)

/** Options that name columns; without them a stage takes every column that it can work on. @category models */
export interface ColumnsOption<Name extends string> {
  readonly columns?: ReadonlyArray<Name>
}

const isNumber = (column: Column.Column): boolean => column.type === "numeric" || column.type === "integer"
const isCategory = (column: Column.Column): boolean => column.type === "factor" || column.type === "string"

// ---------------------------------------------------------------------------------------------------------- select

/** `Preprocess.select` as a definition, for registries. @category definitions */
export const selectDefinition = define({
  id: "Preprocess.select",
  summary: "Keeps the named feature columns, in the given order",
  options: Schema.Struct({ columns: Schema.Array(Schema.NonEmptyString).check(Schema.isMinLength(1)) }),
  state: Schema.Array(Schema.String),
  fit: (options, features) =>
    Result.map(Features.chosen(features, "Preprocess.select", options.columns), (chosen) =>
      chosen.map(([name]) => name)
    ),
  apply: (names, features) =>
    Result.map(Features.chosen(features, "Preprocess.select", names), (chosen) => Features.make(chosen, features.rows))
})

/** Keeps the named feature columns, in the given order. @category stages */
export const select = <const Name extends string>(names: ReadonlyArray<Name>): Stage<Name> =>
  stage<Name>(selectDefinition, { columns: names })

// ---------------------------------------------------------------------------------------------------------- impute

const ImputeOptions = Schema.Struct({
  method: Schema.Literals(["mean", "median", "mode", "constant"]),
  value: Schema.optionalKey(Schema.Union([Schema.Finite, Schema.String, Schema.Boolean])),
  columns
}).check(
  Schema.makeFilter((options) =>
    options.method === "constant" && options.value === undefined
      ? 'method "constant" needs a value'
      : options.method !== "constant" && options.value !== undefined
        ? 'a value is used only by method "constant"'
        : undefined
  )
)

const Filler = Schema.Union([Schema.Finite, Schema.String, Schema.Boolean])

/** `Preprocess.impute` as a definition, for registries. @category definitions */
export const imputeDefinition = define({
  id: "Preprocess.impute",
  summary: "Fills missing values with the mean, median, mode of the training rows, or a constant",
  options: ImputeOptions,
  state: Schema.Array(Schema.Struct({ column: Schema.String, value: Filler })),
  fit: ({ method, value, columns }, features) => {
    const fits = (column: Column.Column) =>
      (method === "mode" && column.type !== "tensor") ||
      (method === "constant" ? Statistics.holds(column, value!) : isNumber(column))
    return Result.flatMap(Features.chosen(features, "Preprocess.impute", columns, fits), (chosen) => {
      const wrong = chosen.find(([, column]) => !fits(column))
      if (wrong !== undefined) {
        return Features.fail(
          "Preprocess.impute",
          `cannot fill the ${wrong[1].type} column "${wrong[0]}" with ${method === "constant" ? JSON.stringify(value) : `its ${method}`}; ${wrong[1].type === "tensor" ? "leave out the rows without one" : 'use method "mode", or a constant of its type'}`
        )
      }
      const filled = chosen.map(([name, column]) => ({
        column: name,
        value: method === "constant" ? value! : Statistics[method](column)
      }))
      const empty = filled.find((filler) => filler.value === undefined)
      return empty === undefined
        ? Result.succeed(filled.map(({ column, value }) => ({ column, value: value! })))
        : Features.fail(
            "Preprocess.impute",
            `column "${empty.column}" has no value in the training rows; drop it by Preprocess.select, or use method "constant"`
          )
    })
  },
  apply: (fillers, features) =>
    Features.replace(
      features,
      "Preprocess.impute",
      fillers.map(({ column, value }) => [column, (old: Column.Column) => Statistics.fill(old, value)])
    )
})

/**
 * Fills missing values: numeric columns with their `mean` or `median`, any column with its `mode` (the most frequent
 * value, the smallest at ties), or with a `constant` of the column's type. The statistic is that of the training rows, each of
 * which counts the same: row weights act in the loss only.
 *
 * Without `columns` it takes every column that the method fits. A column without any value in the training rows is an
 * error. *Gotcha*: the median of a whole-number column may be a half; the column then becomes numeric.
 *
 * @example
 * Preprocess.impute({ method: "median" }).pipe(Preprocess.impute({ method: "mode" }))
 * @category stages
 */
export const impute = <const Name extends string = never>(
  options: Omit<typeof ImputeOptions.Encoded, "columns"> & ColumnsOption<Name>
): Stage<Name> => stage<Name>(imputeDefinition, options)

// ---------------------------------------------------------------------------------------------------------- one-hot

const OneHotOptions = Schema.Struct({
  columns,
  drop: OptionSchema.withDefault(Schema.Literals(["none", "first"]), "none"),
  unknown: OptionSchema.withDefault(Schema.Literals(["zero", "error"]), "zero"),
  maxCategories: OptionSchema.withDefault(OptionSchema.count(1), 100),
  minFrequency: Schema.optionalKey(OptionSchema.count(1))
})

/** `Preprocess.oneHot` as a definition, for registries. @category definitions */
export const oneHotDefinition = define({
  id: "Preprocess.oneHot",
  summary: "Replaces a column of categories by one 0/1 column a level",
  options: OneHotOptions,
  state: Schema.Struct({
    unknown: Schema.Literals(["zero", "error"]),
    columns: Schema.Array(
      Schema.Struct({
        column: Schema.String,
        levels: Schema.Array(Schema.String),
        skip: Schema.Int,
        /** Levels of the training rows that have no column; only where unknown ones are an error. */
        rare: Schema.Array(Schema.String)
      })
    )
  }),
  fit: (options, features) =>
    Result.flatMap(Features.chosen(features, "Preprocess.oneHot", options.columns, isCategory), (chosen) => {
      const tensor = chosen.find(([, { type }]) => type === "tensor")
      if (tensor !== undefined) {
        return Features.fail("Preprocess.oneHot", `cannot encode the tensor column "${tensor[0]}"; leave it out`)
      }
      return Result.succeed({
        unknown: options.unknown,
        columns: chosen.map(([column, values]) => {
          const { kept, rare } = Categories.frequent(values, options)
          return {
            column,
            levels: kept,
            skip: options.drop === "first" ? 1 : 0,
            rare: options.unknown === "error" ? rare : []
          }
        })
      })
    }),
  notes: (options, features) =>
    Result.match(Features.chosen(features, "Preprocess.oneHot", options.columns, isCategory), {
      onSuccess: (chosen) => chosen.flatMap(([name, column]) => Categories.notes(name, column, options)),
      onFailure: () => []
    }),
  apply: (state, features) => {
    const byName = new Map(state.columns.map((encoded) => [encoded.column, encoded]))
    const next: Array<readonly [string, Column.Column]> = []
    for (const [name, column] of features.columns) {
      const encoded = byName.get(name)
      if (encoded === undefined) {
        next.push([name, column])
        continue
      }
      const { indicators, unknown } = Statistics.indicators(column, encoded)
      if (unknown !== undefined && state.unknown === "error") {
        return Features.fail(
          "Preprocess.oneHot",
          `column "${name}" holds ${JSON.stringify(unknown)}, which was not among the training levels ${encoded.levels.join(", ")}; correct it, or use unknown: "zero"`
        )
      }
      indicators.forEach(({ level, values }) => next.push([`${name}=${level}`, values]))
    }
    const names = next.map(([name]) => name)
    const clash = names.find((name, i) => names.indexOf(name) !== i)
    return clash === undefined
      ? Result.succeed(Features.make(next, features.rows))
      : Features.fail("Preprocess.oneHot", `would make two columns "${clash}"; rename one of the columns, or a level`)
  }
})

/**
 * Replaces each factor or string column `c` by a 0/1 column `c=level` for every level: of a factor all its levels, of a
 * string column the values of the training rows in natural order. `drop: "first"` leaves the first level out.
 *
 * A level that was not there in training gives zeros, or an error with `unknown: "error"`. A missing value stays missing
 * in every indicator: impute before.
 *
 * Levels too rare to learn from give zeros, too. `maxCategories` (default 100) keeps the most frequent levels, at ties the
 * first; `minFrequency` keeps those of at least so many training rows. By default it keeps all of up to 10 levels, and where
 * there are more those of at least 5 rows, so that no name or ticket becomes an indicator of its own.
 * @category stages
 */
export const oneHot = <const Name extends string = never>(
  options: Omit<typeof OneHotOptions.Encoded, "columns"> & ColumnsOption<Name> = {}
): Stage<Name> => stage<Name>(oneHotDefinition, options)

// ---------------------------------------------------------------------------------------------------------- scaling

/** `Preprocess.standardise` as a definition, for registries. @category definitions */
export const standardiseDefinition = define({
  id: "Preprocess.standardise",
  summary: "Shifts and scales numeric columns to mean 0 and standard deviation 1",
  options: Schema.Struct({ columns }),
  state: Schema.Array(Schema.Struct({ column: Schema.String, mean: Schema.Finite, sd: Schema.Finite })),
  fit: (options, features) =>
    Result.flatMap(Features.chosen(features, "Preprocess.standardise", options.columns, isNumber), (chosen) => {
      const wrong = chosen.find(([, column]) => !isNumber(column))
      if (wrong !== undefined) {
        return Features.fail(
          "Preprocess.standardise",
          `cannot scale the ${wrong[1].type} column "${wrong[0]}"; ${wrong[1].type === "tensor" ? "scale it by Image.normalise()" : "encode it by Preprocess.oneHot()"} or leave it out`
        )
      }
      const scales = chosen.map(([column, values]) => ({ column, ...Statistics.meanAndSd(values) }))
      const endless = scales.find(({ mean, sd }) => !Number.isFinite(mean) || !Number.isFinite(sd))
      if (endless === undefined) return Result.succeed(scales)
      const values = Column.asNumbers(features.columns.get(endless.column)!) ?? new Float64Array()
      const largest = values.reduce((top, x, row) => (Math.abs(x) > Math.abs(values[top]!) ? row : top), 0)
      return Features.fail(
        "Preprocess.standardise",
        `column "${endless.column}" is ${values[largest]} in row ${largest}, too large for a mean and a deviation; correct or rescale it`
      )
    }),
  apply: (scales, features) =>
    Features.replace(
      features,
      "Preprocess.standardise",
      scales.map(({ column, mean, sd }) => [column, (old: Column.Column) => Statistics.rescale(old, mean, sd)])
    )
})

/**
 * Maps each numeric column to (x − mean) / sd, with the mean and the standard deviation (divisor n, as scikit-learn) of
 * the training rows, each of which counts the same. A column that is constant in training is only shifted. Missing values are left out of the
 * statistics and stay missing.
 * @category stages
 */
export const standardise = <const Name extends string = never>(options: ColumnsOption<Name> = {}): Stage<Name> =>
  stage<Name>(standardiseDefinition, options)

// ---------------------------------------------------------------------------------------------------------- dates

const isDate = (column: Column.Column): column is Column.DateTime => column.type === "date"

const DatesOptions = Schema.Struct({
  columns,
  parts: OptionSchema.withDefault(Schema.Array(Dates.Part).check(Schema.isMinLength(1)), [
    "year",
    "month",
    "weekday",
    "hour",
    "daysSince"
  ]),
  cyclic: OptionSchema.withDefault(Schema.Boolean, false),
  since: Schema.optionalKey(
    Schema.String.check(
      Schema.makeFilter((text) =>
        Column.parseDate(text) === undefined ? "Expected a date such as 2024-01-31" : undefined
      )
    )
  )
})

/** `Preprocess.dates` as a definition, for registries. @category definitions */
export const datesDefinition = define({
  id: "Preprocess.dates",
  summary: "Replaces a column of dates by numbers: year, month, weekday, hour, days since the first",
  options: DatesOptions,
  state: Schema.Struct({
    cyclic: Schema.Boolean,
    columns: Schema.Array(
      Schema.Struct({ column: Schema.String, parts: Schema.Array(Dates.Part), since: Schema.Finite })
    )
  }),
  fit: ({ columns: names, cyclic, parts, since }, features) =>
    Result.flatMap(Features.chosen(features, "Preprocess.dates", names, isDate), (chosen) => {
      const wrong = chosen.find(([, column]) => !isDate(column))
      if (wrong !== undefined) {
        return Features.fail(
          "Preprocess.dates",
          `cannot take parts of the ${wrong[1].type} column "${wrong[0]}"; read it as date (columns, dateFormat) or leave it out`
        )
      }
      return Result.succeed({
        cyclic,
        columns: chosen.map(([column, values]) => ({
          column,
          parts: parts.filter((part) => part !== "hour" || Dates.hasTimes(values)),
          since: since === undefined ? Dates.first(values) : Column.parseDate(since)!
        }))
      })
    }),
  apply: ({ columns: fitted, cyclic }, features) => {
    const byName = new Map(fitted.map((each) => [each.column, each]))
    const next = [...features.columns].flatMap(([name, column]) => {
      const of = byName.get(name)
      return of === undefined ? [[name, column] as const] : Dates.expand(name, column, { ...of, cyclic })
    })
    const names = next.map(([name]) => name)
    const clash = names.find((name, i) => names.indexOf(name) !== i)
    return clash === undefined
      ? Result.succeed(Features.make(next, features.rows))
      : Features.fail("Preprocess.dates", `would make two columns "${clash}"; rename one of the columns`)
  }
})

/**
 * Replaces each date column `c` by columns of numbers, in UTC: `c.year`, `c.month` (1 to 12), `c.day` (of the month),
 * `c.weekday` (1 Monday to 7 Sunday, ISO 8601), `c.hour` (0 to 24, with its fraction; left out where all training rows are at
 * midnight) and `c.daysSince` (since the first training row, or since `since`).
 *
 * With `cyclic`, month, day, weekday and hour are points on a circle, two columns each: `c.month.sin` and `c.month.cos`,
 * so that December is next to January. A missing date is missing in every part.
 *
 * @example
 * Preprocess.dates({ parts: ["month", "daysSince"], cyclic: true })
 * @category stages
 */
export const dates = <const Name extends string = never>(
  options: Omit<typeof DatesOptions.Encoded, "columns"> & ColumnsOption<Name> = {}
): Stage<Name> => stage<Name>(datesDefinition, options)

// ---------------------------------------------------------------------------------------------------- drop constants

/** `Preprocess.dropConstants` as a definition, for registries. @category definitions */
export const dropConstantsDefinition = define({
  id: "Preprocess.dropConstants",
  summary: "Drops columns that have one value in the training rows",
  options: Schema.Struct({ columns }),
  state: Schema.Array(Schema.String),
  fit: (options, features) =>
    Result.map(Features.chosen(features, "Preprocess.dropConstants", options.columns), (chosen) =>
      chosen.filter(([, column]) => Statistics.isConstant(column)).map(([name]) => name)
    ),
  apply: (dropped, features) => {
    const gone = new Set(dropped)
    return Result.succeed(
      Features.make(
        [...features.columns].filter(([name]) => !gone.has(name)),
        features.rows
      )
    )
  }
})

/** Drops columns that hold a single value, or none, in the training rows. @category stages */
export const dropConstants = <const Name extends string = never>(options: ColumnsOption<Name> = {}): Stage<Name> =>
  stage<Name>(dropConstantsDefinition, options)
