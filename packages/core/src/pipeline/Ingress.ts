/**
 * An ingress is where columns become the input of a network: it chooses them on the training rows, and opens any rows as
 * a source that writes them, batch by batch, into the engine's own memory.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Column from "../data/Column.ts"
import type { Note } from "../data/Note.ts"
import type * as Select from "../data/Select.ts"
import * as Decode from "./Decode.ts"
import type { Options } from "./Definition.ts"
import * as Features from "./Features.ts"
import { columns, inMemory, learned, type Starting } from "./internal/ingress/learned.ts"
import { tensorDefinition } from "./internal/ingress/tensor.ts"
import { toRows } from "./internal/ingress/numbers.ts"
import { starting } from "./internal/pipeline.ts"
import type { PipelineError } from "./PipelineError.ts"
import type * as Shape from "./Shape.ts"
import type { Definition, FittedIngress } from "./Stage.ts"

export type { Starting } from "./internal/ingress/learned.ts"
export { tensorDefinition } from "./internal/ingress/tensor.ts"
export type { FittedIngress, Ingress as Bound, Source } from "./Stage.ts"
export * from "./internal/ingress/categorical.ts"
export * from "./internal/ingress/piecewiseLinear.ts"

/**
 * Defines an ingress that reads columns.
 *
 * - `fit` chooses the columns among those that reach the ingress in training, or says why it cannot.
 * - `select`: the option that chooses columns, if there is one.
 * - `shape`: the shape of one row of so many columns that it reads; NaN stands for a number that is not known yet.
 * - `open` opens rows; the columns are there. What it holds is freed with its scope.
 * - `notes` says what is probably not meant in reading some rows.
 * @category constructors
 */
export const define = <Type, Encoded>(definition: {
  readonly id: string
  readonly summary: string
  readonly options: Options<Type, Encoded>
  readonly select?: (options: Type) => Select.Select | undefined
  readonly shape: (options: Type, columns: number) => Shape.Shape
  readonly fit: (options: Type, features: Features.Features) => Result.Result<ReadonlyArray<string>, PipelineError>
  readonly open: (
    options: Type,
    columns: ReadonlyArray<Features.Entry>,
    rows: number
  ) => ReturnType<FittedIngress["open"]>
  readonly notes?: (options: Type, features: Features.Features) => ReadonlyArray<Note>
}): Definition<"ingress", Encoded> =>
  learned({
    ...definition,
    state: Schema.Array(Schema.String),
    columns: (columns) => columns,
    open: (options, _, columns, rows) => definition.open(options, columns, rows)
  })

const id = "Ingress.numeric"

/** Where a column that holds numbers elsewhere stops being one: often a single slip in the data. */
const firstText = (column: Column.Column): string => {
  const texts = Array.from({ length: Column.length(column) }, (_, row) => Column.toText(column, row))
  const row = texts.findIndex((text) => text !== null && Number.isNaN(Number(text)))
  return row > 0 && texts.slice(0, row).some((text) => text !== null)
    ? `: ${JSON.stringify(texts[row])} in row ${row}`
    : ""
}

/** The stages that make numbers of columns, and the ingress that takes categories as they are. */
const adviceFor = (columns: ReadonlyArray<Features.Entry>): string => {
  const dates = columns.filter(([, { type }]) => type === "date").length
  const categories = dates < columns.length
  const stages = [...(categories ? ["Preprocess.oneHot"] : []), ...(dates > 0 ? ["Preprocess.dates"] : [])]
  const branch = categories ? "take categories by Ingress.categorical in another branch of a Merge, " : ""
  return `put ${stages.join(" and ")} before it, ${branch}or leave the columns out of the task's features`
}

/** `Ingress.numeric` as a definition, for registries. @category definitions */
export const numericDefinition = define({
  id,
  summary: "Numeric, integer and boolean columns as the input of a network",
  options: Schema.Struct({ columns }),
  select: (options) => options.columns,
  shape: (_, columns) => [columns],
  fit: (options, features) =>
    Result.flatMap(Features.chosen(features, id, options.columns), (chosen) => {
      const wrong = chosen.filter(([, column]) => ["factor", "string", "date"].includes(column.type))
      const tensor = chosen.find(([, { type }]) => type === "tensor")
      if (tensor !== undefined) {
        return Features.fail(
          id,
          `takes numbers, but "${tensor[0]}" is a tensor; read it by Ingress.tensor in a branch of its own, or name the columns that this ingress takes`
        )
      }
      if (wrong.length === 0) return Result.succeed(chosen.map(([name]) => name))
      const named = wrong.slice(0, 8).map(([name, column]) => `"${name}" (${column.type}${firstText(column)})`)
      return Features.fail(
        id,
        `takes numbers, but got ${named.join(", ")}${wrong.length > 8 ? ` and ${wrong.length - 8} more` : ""}; ${adviceFor(wrong)}`
      )
    }),
  open: (_, columns, rows) =>
    Effect.suspend(() =>
      Effect.map(Effect.fromResult(toRows(id, columns, rows)), (values) => inMemory(values, columns.length))
    )
})

/**
 * Takes the columns that are named or described, or all that reach it, as the input of a network, in single precision: rows of rank 1.
 *
 * Booleans become 0 and 1. Errors when the pipeline is trained: a factor or string column (encode it by
 * `Preprocess.oneHot`, or take it by `Ingress.categorical`), missing values (`Preprocess.impute`), an unknown name or one
 * that comes twice, a value beyond single precision.
 *
 * @example
 * Ingress.numeric(["age", "dose"]).pipe(Nn.head()) // needs the columns "age" and "dose", rows of shape [2]
 * Ingress.numeric(Select.type("numeric", "boolean")) // whatever is a number, decided on the training rows
 * @category stages
 */
export const numeric = <const S extends Select.Select = ReadonlyArray<never>>(
  columns?: S
): Numeric<Select.NamesOf<S>, Select.CountOf<S>> => starting(numericDefinition.bind({ columns }, Decode.findNothing))

/** The type of `Ingress.numeric`: see `Starting`. @category type-level */
export type Numeric<Names extends string, Width extends number> = Starting<Names, readonly [Width], "Ingress.numeric">

/**
 * Takes a tensor column as the input of a network: rows of the column's shape, in single precision, such as
 * [height, width, channels]. Rows are decoded ahead of the batches that need them; up to 64 MB of decoded rows are kept from
 * epoch to epoch, of more only the rows of a window (64 MB, at least a batch) are there at a time.
 *
 * `shape` says what a row must have; then the compiler knows it, and so do diagrams. Errors when the pipeline is trained:
 * a column that is no tensor, missing rows, rows of several shapes (`Image.resize`) or of another one.
 *
 * @example
 * Image.resize([16, 16]).pipe(Ingress.tensor("scan", { shape: [16, 16, 1] }), Nn.flatten(), Nn.head())
 * @category stages
 */
export const tensor = <const Name extends string, const S extends Shape.Shape = Shape.Shape>(
  column: Name,
  options: { readonly shape?: S } = {}
): Tensor<Name, S> => starting(tensorDefinition.bind({ column, ...options }, Decode.findNothing))

/** The type of `Ingress.tensor`: see `Starting`. @category type-level */
export type Tensor<Name extends string, S extends Shape.Shape> = Starting<Name, S, "Ingress.tensor">
