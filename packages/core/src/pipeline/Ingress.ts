/**
 * An ingress is where columns become the input of a network: one row-major array of numbers.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Column from "../data/Column.ts"
import type * as Definition from "./Definition.ts"
import * as Features from "./Features.ts"
import { MissingValues } from "./MissingValues.ts"
import * as Pipeline from "./Pipeline.ts"
import type { PipelineError } from "./PipelineError.ts"

/**
 * An ingress: `fit` chooses the columns on the training rows, `load` writes their values, row-major [rows, columns].
 * @category models
 */
export interface Ingress extends Definition.Definition<"ingress"> {
  // oxlint-disable-next-line typescript/no-explicit-any -- the options' type is erased in the definition
  readonly fit: (options: any, features: Features.Features) => Result.Result<ReadonlyArray<string>, PipelineError>
  readonly load: (
    columns: ReadonlyArray<string>,
    features: Features.Features
  ) => Result.Result<Float32Array, PipelineError | MissingValues>
}

const id = "Ingress.numeric"

/** Where a column that holds numbers elsewhere stops being one: often a single slip in the data. */
const firstText = (column: Column.Column): string => {
  const texts = Array.from({ length: Column.length(column) }, (_, row) => Column.toText(column, row))
  const row = texts.findIndex((text) => text !== null && Number.isNaN(Number(text)))
  return row > 0 && texts.slice(0, row).some((text) => text !== null)
    ? `: ${JSON.stringify(texts[row])} in row ${row}`
    : ""
}

/** @category definitions */
export const numericDefinition: Ingress = {
  kind: "ingress",
  id,
  summary: "Numeric, integer and boolean columns as the input of a network",
  options: Schema.Struct({
    columns: Schema.optionalKey(Schema.Array(Schema.NonEmptyString).check(Schema.isMinLength(1)))
  }),
  fit: (options: { readonly columns?: ReadonlyArray<string> }, features) =>
    Result.flatMap(Features.chosen(features, id, options.columns), (chosen) => {
      const wrong = chosen.filter(([, column]) => column.type === "factor" || column.type === "string")
      if (wrong.length === 0) return Result.succeed(chosen.map(([name]) => name))
      const named = wrong.slice(0, 8).map(([name, column]) => `"${name}" (${column.type}${firstText(column)})`)
      return Features.fail(
        id,
        `takes numbers, but got ${named.join(", ")}${wrong.length > 8 ? ` and ${wrong.length - 8} more` : ""}; put Preprocess.oneHot() before it, or leave the columns out of the task's features`
      )
    }),
  load: (names, features) =>
    Result.flatMap(
      Features.chosen(features, id, names),
      (chosen): Result.Result<Float32Array, PipelineError | MissingValues> => {
        const incomplete = chosen
          .map(([column, values]) => ({ column, count: Column.countMissing(values) }))
          .filter(({ count }) => count > 0)
        if (incomplete.length > 0) {
          return Result.fail(new MissingValues({ stage: id, columns: incomplete, rows: features.rows }))
        }
        const width = chosen.length
        const out = new Float32Array(features.rows * width)
        chosen.forEach(([, column], j) => {
          const values = Column.asNumbers(column) ?? new Float64Array(features.rows)
          for (let i = 0; i < values.length; i++) out[i * width + j] = values[i]!
        })
        const overflow = out.findIndex((value) => !Number.isFinite(value))
        if (overflow < 0) return Result.succeed(out)
        const row = Math.floor(overflow / width)
        return Features.fail(
          id,
          `column "${names[overflow % width]}" is ${Column.toText(chosen[overflow % width]![1], row)} in row ${row}, which is not finite in single precision; correct or rescale it`
        )
      }
    )
}

/**
 * Takes the named columns, or all that reach it, as the input of a network, in single precision.
 *
 * Booleans become 0 and 1. Errors when the pipeline is trained: a factor or string column (encode it by
 * `Preprocess.oneHot`), missing values (`Preprocess.impute`), an unknown name, a value beyond single precision.
 *
 * @example
 * Ingress.numeric(["age", "dose"]).pipe(Nn.head()) // needs the columns "age" and "dose", width 2
 * @category stages
 */
export const numeric = <const Columns extends ReadonlyArray<string> = ReadonlyArray<never>>(
  columns?: Columns
): Numeric<Columns[number], number extends Columns["length"] ? number : Columns["length"]> =>
  Pipeline.starting(Pipeline.stage(numericDefinition, { columns }))

/**
 * The type of `Ingress.numeric`: a pipeline by itself, or appended to preprocessing. After preprocessing the names may
 * be ones that preprocessing made, so only a pipeline that starts with its ingress requires them of the task.
 * @category type-level
 */
export interface Numeric<out Names extends string, out Width extends number> extends Pipeline.Pipeline<
  "ingress",
  Names,
  Width
> {
  <P extends Pipeline.Any>(
    self: P & Pipeline.After<P, "ingress", "Ingress.numeric">
  ): Pipeline.Pipeline<"ingress", Pipeline.ColumnsOf<P>, Width>
}
