/**
 * Layers inside a layer: a body whose result is added to what came into it, and one that is repeated.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as OptionSchema from "../../../OptionSchema.ts"
import * as Decode from "../../Decode.ts"
import type * as Pipeline from "../../Pipeline.ts"
import type * as Shape from "../../Shape.ts"
import * as Traverse from "../../Traverse.ts"
import { define } from "../bind.ts"
import { explicit, stagesReference, toJson } from "../json.ts"
import { append, fromStages } from "../pipeline.ts"

/** `unknown` if two shapes are equal where both are known, else a sentence. */
type Keeps<A extends Shape.Shape, B extends Shape.Shape, Name extends string> = number extends
  | A["length"]
  | B["length"]
  | A[number]
  | B[number]
  ? unknown
  : [A, B] extends [B, A]
    ? unknown
    : `The body of ${Name} must keep the shape`

/** `unknown` if the body ends in rows of a network, else a sentence. */
type Ends<R extends string, Name extends string> = R extends "head" | "loss" | "optimizer"
  ? `The body of ${Name} ends with a layer, and this one ends after the ${R}`
  : unknown

// --------------------------------------------------------------------------------------------------------- residual

/** `Nn.residual` as a definition, for registries. @category definitions */
export const residualDefinition = define({
  kind: "block",
  id: "Nn.residual",
  summary: "Layers whose result is added to what came into them",
  options: Schema.Struct({
    body: OptionSchema.required(stagesReference, "The layers whose result is added to the rows", [
      { type: "Nn.linear", units: 16 },
      "Nn.relu"
    ])
  }),
  part: ({ body }) => ({ kind: "block", join: "sum", body })
})

/**
 * Adds what layers make of the rows to the rows themselves: x + body(x) (He et al. 2016). The body keeps the shape.
 *
 * @example
 * Ingress.numeric().pipe(Nn.linear(32), Nn.residual((block) => block.pipe(Nn.linear(32), Nn.relu())), Nn.head())
 * @category stages
 */
export const residual =
  <P extends Pipeline.Any, B extends Pipeline.Any>(
    body: (
      block: P
    ) => B &
      Keeps<Pipeline.ShapeOf<P>, Pipeline.ShapeOf<B>, "a residual block"> &
      Ends<Pipeline.ReachedOf<B>, "a residual block">
  ) =>
  (
    self: P & Pipeline.After<P, "layer", "Nn.residual">
  ): Pipeline.Pipeline<"layer", Pipeline.ColumnsOf<P>, Pipeline.ShapeOf<P>, Pipeline.AcceptsOf<P>> => {
    const inner = body(fromStages<P>([]))
    const { id, kind } = residualDefinition
    return append(self, {
      id,
      kind,
      json: { type: id, body: toJson(inner) },
      bound: Result.succeed({
        part: { kind, join: "sum", body: inner.stages },
        encoded: { body: explicit(inner.stages) }
      })
    })
  }

// --------------------------------------------------------------------------------------------------------- repeated

/** Layers that blocks in blocks may come to. */
const mostLayers = 10_000

/** `Nn.block` as a definition, for registries. @category definitions */
export const blockDefinition = define({
  kind: "block",
  id: "Nn.block",
  summary: "Layers that are repeated, each time with parameters of their own",
  options: Schema.Struct({
    count: OptionSchema.required(
      OptionSchema.copies(),
      "How many times the layers are repeated, each time with weights of their own",
      2
    ),
    body: OptionSchema.required(stagesReference, "The layers that are repeated", [
      { type: "Nn.linear", units: 16 },
      "Nn.relu"
    ])
  }).check(
    Schema.makeFilter(
      ({ body, count }) => {
        const layers = count * Traverse.count(body)
        const issue = `makes ${layers} layers, more than ${mostLayers}; repeat less, or fewer layers`
        return layers <= mostLayers ? undefined : { path: ["count"], issue }
      },
      { toJsonSchema: () => ({}) }
    )
  ),
  part: ({ body, count }) => ({ kind: "block", count, body })
})

const Count = Schema.Struct({ count: OptionSchema.copies() })

/** `unknown` if a body may follow itself so often, else a sentence: one that stands once may change the shape. */
type Follows<N extends number, A extends Shape.Shape, B extends Shape.Shape> = [N] extends [1]
  ? unknown
  : Keeps<A, B, "a repeated block">

/**
 * Repeats layers `count` ≥ 1 times, one after the other, each time with parameters of their own:
 * `"block/1/linear.kernel"`, `"block/2/linear.kernel"`. The body keeps the shape, unless it stands once.
 *
 * *Gotcha*: the parameters of a repetition do not depend on how many there are: with the same seed, the first two of
 * three begin as two alone do.
 *
 * @example
 * Ingress.numeric().pipe(Nn.linear(32), Nn.block(3, (block) => block.pipe(Nn.linear(32), Nn.relu())), Nn.head())
 * @category stages
 */
export const block =
  <const N extends number, P extends Pipeline.Any, B extends Pipeline.Any>(
    count: N,
    body: (
      block: P
    ) => B & Follows<N, Pipeline.ShapeOf<P>, Pipeline.ShapeOf<B>> & Ends<Pipeline.ReachedOf<B>, "a repeated block">
  ) =>
  (
    self: P & Pipeline.After<P, "layer", "Nn.block">
  ): Pipeline.Pipeline<
    "layer",
    Pipeline.ColumnsOf<P>,
    [N] extends [1] ? Pipeline.ShapeOf<B> : Pipeline.ShapeOf<P>,
    Pipeline.AcceptsOf<P>
  > => {
    const inner = body(fromStages<P>([]))
    const { id, kind } = blockDefinition
    return append(self, {
      id,
      kind,
      json: { type: id, count, body: toJson(inner) },
      bound: Result.mapBoth(Decode.decode(Count, { count }), {
        onSuccess: ({ count }) => ({
          part: { kind, count, body: inner.stages },
          encoded: { count, body: explicit(inner.stages) }
        }),
        onFailure: (issues) => issues.map(({ path, message }) => ({ path, message: `${id}: ${message}` }))
      })
    })
  }
