/**
 * `Preprocess.robust`: the usual chain of stages, chosen by the training rows and by what stands behind.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as Select from "../../../data/Select.ts"
import * as OptionSchema from "../../../OptionSchema.ts"
import * as Decode from "../../Decode.ts"
import * as Features from "../../Features.ts"
import { PipelineError } from "../../PipelineError.ts"
import type { FittedPreprocessor, Preprocessor } from "../../Stage.ts"
import { define as defineStage } from "../bind.ts"
import { selectorNotes } from "../selectorNotes.ts"
import * as Chain from "./chain.ts"
import { type ColumnsOption, columns } from "./columns.ts"
import { type Preprocess, type Stage, stage } from "./define.ts"
import { choices, known } from "./robustChoices.ts"

const id = "Preprocess.robust"

const RobustOptions = Schema.Struct({
  columns,
  maxCategories: OptionSchema.withDefault(
    OptionSchema.count(2),
    30,
    "Columns of more levels become means of the target"
  )
})

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
  sourceOf: chain.sourceOf,
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
 * 1. drops columns that are constant, and text and factors that name rows rather than sort them (`Column.isLabel`); of these it
 *    keeps whether they are missing, where some are;
 * 2. adds an indicator for each column of numbers, truth values, dates or ordered levels with missing values, unless missing
 *    values are taken behind;
 * 3. takes numbers of dates (`dates`), and the places of ordered factors (`ordinalEncoding`) unless categories are taken behind;
 * 4. fills what is missing: numbers with the median, truth values with the mode, categories with a level of their own,
 *    `missing`; unless missing values are taken behind. What is missing only in new rows is filled, too;
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
