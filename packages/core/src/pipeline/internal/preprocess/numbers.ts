/**
 * Stages that work on columns of numbers.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Column from "../../../data/Column.ts"
import type * as Select from "../../../data/Select.ts"
import type { Generator } from "../../../Seed.ts"
import * as Seed from "../../../Seed.ts"
import type * as Definition from "../../Definition.ts"
import * as Features from "../../Features.ts"
import type { PipelineError } from "../../PipelineError.ts"
import { numbersOf } from "../columnStatistics.ts"
import { isNumber } from "./columns.ts"
import { define, type Preprocess } from "./define.ts"

/** The values that are there. */
export const present = (values: Float64Array): Float64Array => values.filter((value) => !Number.isNaN(value))

/** A column of numbers with its name. */
export type Numbers = readonly [name: string, values: Float64Array]

/** Refuses a number that is not finite, with its column and row. */
const finite = (
  stage: string,
  columns: ReadonlyArray<Numbers>
): Result.Result<ReadonlyArray<Numbers>, PipelineError> => {
  for (const [name, values] of columns) {
    const row = values.findIndex((value) => Math.abs(value) === Number.POSITIVE_INFINITY)
    if (row >= 0) {
      return Features.fail(
        stage,
        `column "${name}" is ${values[row]} in row ${row}, which is no finite number; correct it`
      )
    }
  }
  return Result.succeed(columns)
}

/**
 * Gives the columns of numbers that a stage works on; without a selector those that `fits` accepts. A named column of another
 * type, and a number that is not finite, is an error.
 */
export const numeric = (
  features: Features.Features,
  stage: string,
  select: Select.Select | undefined,
  fits: (column: Column.Column) => boolean = isNumber
): Result.Result<ReadonlyArray<Numbers>, PipelineError> =>
  Result.flatMap(Features.chosen(features, stage, select, fits), (chosen) => {
    const wrong = chosen.find(([, column]) => !isNumber(column))
    if (wrong !== undefined) {
      return Features.fail(
        stage,
        `works on numbers, and column "${wrong[0]}" is of type ${wrong[1].type}; encode it before, or leave it out`
      )
    }
    return finite(
      stage,
      chosen.map(([name, column]): Numbers => [name, numbersOf(column)])
    )
  })

/** Gives what only a column's own problem stands in the way of, with the name of the column. */
export const learnEach = <A>(
  stage: string,
  columns: ReadonlyArray<Numbers>,
  learn: (values: Float64Array, name: string) => Result.Result<A, string>
): Result.Result<ReadonlyArray<readonly [string, A]>, PipelineError> =>
  Result.all(
    columns.map(([name, values]) =>
      Result.match(learn(present(values), name), {
        onSuccess: (learned): Result.Result<readonly [string, A], PipelineError> => Result.succeed([name, learned]),
        onFailure: (message) => Features.fail(stage, `column "${name}" ${message}`)
      })
    )
  )

/**
 * Defines a stage that maps each number of a column by a function of its own: `learn` finds the function's parameters from
 * the values of the training rows that are there, perhaps none, and draws from `random`; `map` is the function. Missing values stay missing.
 */
export const defineMap = <
  Type extends { readonly columns?: Select.Select },
  Encoded,
  Learned,
  LearnedJson
>(definition: {
  readonly id: string
  readonly summary: string
  readonly options: Definition.Options<Type, Encoded>
  readonly learned: Schema.Codec<Learned, LearnedJson>
  /** Which columns it takes when none are named. */
  readonly fits?: (column: Column.Column) => boolean
  readonly learn: (values: Float64Array, options: Type, random: () => Generator) => Result.Result<Learned, string>
  readonly map: (learned: Learned) => (x: number) => number
}): Preprocess<Encoded> => {
  const { fits, id, learn, learned, map } = definition
  return define({
    ...definition,
    state: Schema.Array(Schema.Tuple([Schema.String, learned])),
    fit: (options: Type, features, fitting) =>
      Result.flatMap(numeric(features, id, options.columns, fits), (columns) =>
        learnEach(id, columns, (values, name) =>
          learn(values, options, () => Seed.generator(Seed.derive(fitting.seed, name)))
        )
      ),
    apply: (state, features) =>
      Result.flatMap(
        numeric(
          features,
          id,
          state.map(([name]) => name)
        ),
        (columns) => {
          const values = new Map(columns)
          return Features.replace(
            features,
            id,
            state.map(([name, parameters]) => {
              const of = map(parameters)
              return [
                name,
                () => Column.numeric(values.get(name)!.map((x) => (Number.isNaN(x) ? Number.NaN : of(x))))
              ] as const
            })
          )
        }
      )
  })
}
