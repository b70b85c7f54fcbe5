/**
 * `Ingress.tensor`: one tensor column as the input of a network.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Column from "../../../data/Column.ts"
import * as Tensors from "../../../data/Tensors.ts"
import * as OptionSchema from "../../../OptionSchema.ts"
import * as Decode from "../../Decode.ts"
import * as Features from "../../Features.ts"
import { PipelineError } from "../../PipelineError.ts"
import * as Shape from "../../Shape.ts"
import type { FittedIngress, Ingress } from "../../Stage.ts"
import { define } from "../bind.ts"
import { tensorSource } from "./tensorSource.ts"

const id = "Ingress.tensor"

const Options = Schema.Struct({
  column: OptionSchema.required(Schema.NonEmptyString, "The column of arrays", "image"),
  shape: OptionSchema.optional(
    Schema.Array(OptionSchema.width()).check(Schema.isMinLength(1)),
    "The shape that every row must have, channels last",
    [28, 28, 1]
  )
})

const State = Schema.Struct({ column: Schema.String, shape: Schema.Array(Schema.Int) })

const tensorOf = (features: Features.Features, name: string): Result.Result<Column.Tensor, PipelineError> =>
  Result.flatMap(Features.chosen(features, id, [name]), ([entry]) => {
    const column = entry![1]
    if (column.type !== "tensor") {
      const other = column.type === "factor" || column.type === "string" ? "Preprocess.oneHot and " : ""
      return Features.fail(id, `column "${name}" is ${column.type}, not a tensor; read it by ${other}Ingress.numeric`)
    }
    const missing = Column.countMissing(column)
    return missing === 0
      ? Result.succeed(column)
      : Features.fail(
          id,
          `column "${name}" is missing in ${missing} of ${features.rows} rows; leave these rows out, by dropMissing: [feature] for example`
        )
  })

/** The shape of all rows, or why there is none. */
const shapeOf = (column: Column.Tensor, name: string): Result.Result<Shape.Shape, PipelineError> =>
  Result.match(Tensors.shapes(column), {
    onFailure: (problem) => Features.fail(id, `column "${name}" cannot be read: ${problem}`),
    onSuccess: ([first, ...others]) => {
      if (first === undefined) return Features.fail(id, `column "${name}" has no rows; give at least one`)
      if (others.length === 0) return Result.succeed(first.shape)
      const said = [first, ...others].slice(0, 3).map(({ rows, shape }) => `${shape.join(" × ")} in ${rows} rows`)
      return Features.fail(
        id,
        `column "${name}" has rows of ${others.length + 1} shapes (${said.join(", ")}${others.length > 2 ? ", …" : ""}), but a network takes one; put Image.resize before it, and Image.grayscale where the channels differ`
      )
    }
  })

const checked = (
  column: Column.Tensor,
  name: string,
  expected: Shape.Shape | undefined,
  whose: string
): Result.Result<Shape.Shape, PipelineError> =>
  Result.flatMap(shapeOf(column, name), (shape) =>
    expected === undefined || Shape.equals(shape, expected)
      ? Result.succeed(shape)
      : Features.fail(
          id,
          `column "${name}" has ${Shape.toText(shape)}, but ${whose} ${Shape.toText(expected)}; put Image.resize or Image.reshape before it`
        )
  )

const fitted = (name: string, shape: Shape.Shape): FittedIngress => ({
  columns: [name],
  shape,
  state: () => ({ column: name, shape }),
  open: (features) =>
    Effect.flatMap(
      Effect.fromResult(
        Result.flatMap(tensorOf(features, name), (column) =>
          features.rows === 0
            ? Result.succeed(column)
            : Result.map(checked(column, name, shape, "training saw"), () => column)
        )
      ),
      (column) => tensorSource(column, name, shape)
    )
})

/** `Ingress.tensor` as a definition, for registries. @category definitions */
export const tensorDefinition = define({
  kind: "ingress",
  id,
  summary: "A tensor column, such as images, as the input of a network",
  options: Options,
  part: ({ column: name, shape: expected }) => ({
    kind: "ingress",
    ingress: {
      shape: () => expected ?? [Number.NaN],
      notes: () => [],
      fit: (features) =>
        Result.flatMap(tensorOf(features, name), (column) =>
          Result.map(checked(column, name, expected, "the ingress takes"), (shape) => fitted(name, shape))
        ),
      load: (state) =>
        Result.mapBoth(Decode.decode(State, state), {
          onSuccess: ({ column, shape }) => fitted(column, shape),
          onFailure: (issues) =>
            new PipelineError({ issues: issues.map(({ message, path }) => ({ path, message: `${id}: ${message}` })) })
        })
    } satisfies Ingress
  })
})
