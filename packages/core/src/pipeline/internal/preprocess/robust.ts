/**
 * `Preprocess.robust`: the usual chain of stages, chosen by the training rows and by what stands behind.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Column from "../../../data/Column.ts"
import type * as Select from "../../../data/Select.ts"
import * as OptionSchema from "../../../OptionSchema.ts"
import * as Decode from "../../Decode.ts"
import * as Features from "../../Features.ts"
import { PipelineError } from "../../PipelineError.ts"
import type { FittedPreprocessor, Fitting, Preprocessor } from "../../Stage.ts"
import { define as defineStage } from "../bind.ts"
import * as Statistics from "../columnStatistics.ts"
import { selectorNotes } from "../selectorNotes.ts"
import * as Chain from "./chain.ts"
import { collapseLevelsDefinition } from "./collapseLevels.ts"
import { type ColumnsOption, columns, isCategory, isNumber } from "./columns.ts"
import { datesDefinition } from "./dates.ts"
import { type Preprocess, type Stage, stage } from "./define.ts"
import { dropConstantsDefinition } from "./dropConstants.ts"
import { imputeDefinition } from "./impute.ts"
import { missingIndicatorDefinition } from "./missingIndicator.ts"
import { oneHotDefinition } from "./oneHot.ts"
import { ordinalEncodingDefinition } from "./ordinalEncoding.ts"
import { robustScaleDefinition } from "./robustScale.ts"
import { selectDefinition } from "./select.ts"
import { smoothClipDefinition } from "./smoothClip.ts"
import { targetEncodingDefinition } from "./targetEncoding.ts"

const id = "Preprocess.robust"

const RobustOptions = Schema.Struct({
  columns,
  maxCategories: OptionSchema.withDefault(OptionSchema.count(2), 30)
})

/** Levels of so many rows keep their name where a column has more than `fewLevels`. */
const enoughRows = 5
const fewLevels = 10

const listed = (names: ReadonlyArray<string>): string =>
  names.length <= 8 ? names.join(", ") : `${names.slice(0, 8).join(", ")} and ${names.length - 8} more`

/** The names of the columns that a test holds for. */
const where = (features: Features.Features, holds: (column: Column.Column) => boolean): ReadonlyArray<string> =>
  Array.from(features.columns).flatMap(([name, column]) => (holds(column) ? [name] : []))

/** A stage on the columns that a test holds for, if there are any. */
const on = (
  features: Features.Features,
  holds: (column: Column.Column) => boolean,
  link: (names: ReadonlyArray<string>) => Chain.Link
): Chain.Link | undefined => {
  const names = where(features, holds)
  return names.length === 0 ? undefined : link(names)
}

const isOrdered = (column: Column.Column): boolean => column.type === "factor" && column.ordered

const levelsOf = (column: Column.Column): number => Statistics.levelCounts(column).counts.filter((n) => n > 0).length

const hasRareLevels = (column: Column.Column): boolean =>
  isCategory(column) &&
  !isOrdered(column) &&
  levelsOf(column) > fewLevels &&
  Statistics.levelCounts(column).counts.some((count) => count > 0 && count < enoughRows)

const dropConstants: Chain.Choice = (features) =>
  on(
    features,
    (column) => column.type !== "tensor" && Statistics.differing(column) === 0,
    (names) => ({
      definition: dropConstantsDefinition,
      options: { columns: names },
      chose: `drops ${listed(names)}, constant in the training rows`
    })
  )

const dropLabels: Chain.Choice = (features) => {
  const labels = where(features, Column.isLabel)
  return labels.length === 0
    ? undefined
    : {
        definition: selectDefinition,
        options: { columns: where(features, (column) => !Column.isLabel(column)) },
        chose: `drops ${listed(labels)}, which names rows rather than sorts them`
      }
}

const dates: Chain.Choice = (features) =>
  on(
    features,
    ({ type }) => type === "date",
    (names) => ({
      definition: datesDefinition,
      options: { columns: names },
      chose: `takes numbers of the dates ${listed(names)}`
    })
  )

const ordinals: Chain.Choice = (features, { takes }) =>
  takes?.categories === true
    ? undefined
    : on(features, isOrdered, (names) => ({
        definition: ordinalEncodingDefinition,
        options: { columns: names },
        chose: `takes the places of the ordered ${listed(names)}`
      }))

const isPlain = (column: Column.Column): boolean => isNumber(column) || column.type === "boolean"

const indicators: Chain.Choice = (features, { takes }) =>
  takes?.missing === true
    ? undefined
    : on(
        features,
        (column) => isPlain(column) && Column.hasMissing(column),
        (names) => ({
          definition: missingIndicatorDefinition,
          options: { columns: names },
          chose: `adds whether ${listed(names)} is missing`
        })
      )

const impute =
  (holds: (column: Column.Column) => boolean, method: "median" | "mode", what: string): Chain.Choice =>
  (features, { takes }) =>
    takes?.missing === true
      ? undefined
      : on(features, holds, (names) => ({
          definition: imputeDefinition,
          options: { method, columns: names },
          chose: `fills missing ${what} with the ${method}`
        }))

/** A name that no level has. */
const freeLevel = (features: Features.Features): string => {
  const levels = new Set(
    Array.from(features.columns.values()).flatMap((column) =>
      isCategory(column) ? Column.asFactor(column).levels : []
    )
  )
  let name = "missing"
  while (levels.has(name)) name = `${name} value`
  return name
}

const imputeLevels: Chain.Choice = (features, { takes }) =>
  takes?.missing === true
    ? undefined
    : on(features, isCategory, (names) => {
        const value = freeLevel(features)
        return {
          definition: imputeDefinition,
          options: { method: "level", value, columns: names },
          chose: `takes missing categories as the level "${value}"`
        }
      })

/**
 * Whether levels become means of the target. Means of numbers have the scale of the target, and a scale learned of them would
 * tell each row a little of its own.
 */
const becomesMeans = (column: Column.Column, { takes, target }: Fitting, maxCategories: number): boolean =>
  isCategory(column) &&
  takes?.categories !== true &&
  target !== undefined &&
  (target.kind !== "regression" || takes?.anyScale === true) &&
  levelsOf(column) > maxCategories

const collapse =
  (maxCategories: number): Chain.Choice =>
  (features, fitting) =>
    on(
      features,
      (column) => hasRareLevels(column) && !becomesMeans(column, fitting, maxCategories),
      (names) => ({
        definition: collapseLevelsDefinition,
        options: { minCount: enoughRows, columns: names },
        chose: `makes one level of those of ${listed(names)} with fewer than ${enoughRows} rows`
      })
    )

const fewer =
  (maxCategories: number): Chain.Choice =>
  (features, fitting) =>
    fitting.takes?.categories === true
      ? undefined
      : on(
          features,
          (column) =>
            isCategory(column) && levelsOf(column) > maxCategories && !becomesMeans(column, fitting, maxCategories),
          (names) => ({
            definition: collapseLevelsDefinition,
            options: { maxLevels: maxCategories, columns: names },
            chose: `keeps the ${maxCategories} most frequent levels of ${listed(names)}`
          })
        )

const oneHot =
  (maxCategories: number): Chain.Choice =>
  (features, fitting) =>
    fitting.takes?.categories === true
      ? undefined
      : on(
          features,
          (column) => isCategory(column) && !becomesMeans(column, fitting, maxCategories),
          (names) => ({
            definition: oneHotDefinition,
            options: { columns: names, minFrequency: 1 },
            chose: `makes a 0/1 column of each level of ${listed(names)}`
          })
        )

const means =
  (maxCategories: number): Chain.Choice =>
  (features, fitting) =>
    on(
      features,
      (column) => becomesMeans(column, fitting, maxCategories),
      (names) => ({
        definition: targetEncodingDefinition,
        options: { columns: names },
        chose: `encodes ${listed(names)}, of more than ${maxCategories} levels, by the mean of the target`
      })
    )

const scale: Chain.Choice = (features, { takes }) =>
  takes?.anyScale === true
    ? undefined
    : on(features, isNumber, (names) => ({
        definition: robustScaleDefinition,
        options: { columns: names },
        chose: `scales numbers by median and quartiles`
      }))

const clip: Chain.Choice = (features, { takes }) =>
  takes?.anyScale === true
    ? undefined
    : on(features, isNumber, (names) => ({
        definition: smoothClipDefinition,
        options: { columns: names },
        chose: "bends them smoothly into −3 to 3"
      }))

const choices = (maxCategories: number): ReadonlyArray<Chain.Choice> => [
  dropConstants,
  dropLabels,
  dates,
  ordinals,
  indicators,
  impute(isNumber, "median", "numbers"),
  impute(({ type }) => type === "boolean", "mode", "truth values"),
  imputeLevels,
  collapse(maxCategories),
  fewer(maxCategories),
  scale,
  clip,
  oneHot(maxCategories),
  dropConstants,
  means(maxCategories)
]

const known: ReadonlyArray<Preprocess> = [
  dropConstantsDefinition,
  selectDefinition,
  datesDefinition,
  ordinalEncodingDefinition,
  missingIndicatorDefinition,
  imputeDefinition,
  collapseLevelsDefinition,
  targetEncodingDefinition,
  robustScaleDefinition,
  smoothClipDefinition,
  oneHotDefinition
]

/** The chosen columns, and the others, which stay as they are and come first. */
const parted = (features: Features.Features, names: ReadonlySet<string>) => {
  const of = (inside: boolean) =>
    Features.make(
      [...features.columns].filter(([name]) => names.has(name) === inside),
      features.rows
    )
  return { inside: of(true), outside: of(false) }
}

const joined = (outside: Features.Features, inside: Features.Features) =>
  Effect.fromResult(Features.distinct(id, [...outside.columns, ...inside.columns], outside.rows))

/** The chain on the columns of these names. */
const only = (names: ReadonlyArray<string>, chain: FittedPreprocessor): FittedPreprocessor => ({
  apply: (features) =>
    Effect.flatMap(Effect.fromResult(Features.chosen(features, id, names)), () => {
      const { inside, outside } = parted(features, new Set(names))
      return Effect.flatMap(chain.apply(inside), (made) => joined(outside, made))
    }),
  state: () => ({ columns: names, chain: chain.state() })
})

const State = Schema.Struct({ columns: Schema.Array(Schema.String), chain: Schema.Unknown })

const preprocessor = (options: typeof RobustOptions.Type): Preprocessor => ({
  notes: (features) => selectorNotes(id, options, features),
  fit: Effect.fnUntraced(function* (features, fitting) {
    const select: Select.Select | undefined = options.columns
    const chosen = yield* Effect.fromResult(Features.chosen(features, id, select, ({ type }) => type !== "tensor"))
    const names = chosen.map(([name]) => name)
    const { inside, outside } = parted(features, new Set(names))
    const chain = yield* Chain.fit(choices(options.maxCategories), inside, fitting)
    const made = chain.training?.features
    return {
      ...only(names, chain),
      chose: chain.chose,
      training: made === undefined ? undefined : { features: yield* joined(outside, made) }
    }
  }),
  load: (json) =>
    Result.flatMap(
      Result.mapError(
        Decode.decode(State, json),
        (issues) =>
          new PipelineError({ issues: issues.map(({ path, message }) => ({ path, message: `${id}: ${message}` })) })
      ),
      ({ chain, columns: names }) => Result.map(Chain.load(id, known, chain), (fitted) => only(names, fitted))
    )
})

/** `Preprocess.robust` as a definition, for registries. @category definitions */
export const robustDefinition: Preprocess<typeof RobustOptions.Encoded> = defineStage({
  kind: "preprocess",
  id,
  summary: "Does the usual: drops, fills, encodes and scales as the training rows and the learner need it",
  options: RobustOptions,
  part: (options) => ({ kind: "preprocess", preprocessor: preprocessor(options) })
})

/**
 * Does in one word what usually has to be done, chosen by the training rows and by what stands behind it. In this order,
 * and only where there is something to do:
 *
 * 1. drops columns that are constant, and text and factors that name rows rather than sort them (`Column.isLabel`);
 * 2. takes numbers of dates (`dates`);
 * 3. takes the places of ordered factors (`ordinalEncoding`), unless categories are taken behind;
 * 4. adds an indicator for each column of numbers or truth values with missing values, and fills these: numbers with the
 *    median, truth values with the mode, categories with a level of their own, `missing`; unless missing values are taken
 *    behind. What is missing only in new rows is filled, too;
 * 5. makes one level, `other`, of those of fewer than 5 rows, where a column has more than 10 and is not encoded by means;
 * 6. scales numbers by median and quartiles and bends them smoothly into (−3, 3) (`robustScale`, `smoothClip`), unless any
 *    scale will do behind;
 * 7. makes 0/1 columns of the levels of columns of at most `maxCategories` (default 30), and encodes the others by the mean
 *    of the target (`targetEncoding`, cross-fitted); unless categories are taken behind. For a regression in which scales
 *    matter, and without a target, it keeps the most frequent levels instead.
 *
 * Behind it a network takes complete numbers, and categories where it has an `Ingress.categorical`; a ready-made learner says
 * what it takes: `Boosting` and `Forest` everything, `Tree` all but missing values, `ElasticNet` and `Knn` numbers of any scale. `rocflow inspect`
 * shows what was chosen. Tensor columns stay as they are; with `columns` only the chosen ones change, behind the others.
 *
 * *Gotcha*: it chooses by the rows of each training, so that folds may differ in their columns; write the stages out where
 * they must not. Free text it drops: put `Preprocess.hashText` before.
 *
 * @example
 * Preprocess.robust().pipe(Ingress.numeric(), Nn.linear(32), Nn.relu(), Nn.head())
 * Learner.preprocessed(Preprocess.robust(), Tree.make())
 * @category stages
 */
export const robust = <const Name extends string = never>(
  options: Omit<typeof RobustOptions.Encoded, "columns"> & ColumnsOption<Name> = {}
): Stage<Name> => stage<Name>(robustDefinition, options)
