/**
 * Gated units: the last axis is cut in two halves, and the first is multiplied by a function of the second.
 */
import type * as tf from "@tensorflow/tfjs-core"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { findNothing } from "../../Decode.ts"
import type * as Pipeline from "../../Pipeline.ts"
import * as Shape from "../../Shape.ts"
import type * as Stage from "../../Stage.ts"
import { append } from "../pipeline.ts"
import { define, type Layer } from "./define.ts"
import { normalGate } from "./functions.ts"

const halved = (shape: Shape.Shape): Result.Result<Shape.Shape, Shape.Problem> => {
  const width = shape.at(-1) ?? 0
  return width > 0 && width % 2 === 0
    ? Result.succeed([...shape.slice(0, -1), width / 2])
    : Result.fail({
        given: Shape.toText(shape),
        expected: "a last axis of even size, to be cut in halves",
        advice: "give the layer before it an even number of units"
      })
}

/** The first half of the last axis times a function of the second. */
export const gatedBy =
  (gate: (x: tf.Tensor, t: Stage.Pass["tf"]) => tf.Tensor) =>
  (x: tf.Tensor, t: Stage.Pass["tf"]): tf.Tensor => {
    const [a, b] = t.split(x, 2, -1)
    return t.mul(a!, gate(b!, t))
  }

const gated = (id: string, summary: string, gate: (x: tf.Tensor, t: Stage.Pass["tf"]) => tf.Tensor) =>
  define({
    id,
    summary,
    options: Schema.Struct({}),
    shape: (_, input) => halved(input),
    forward: (_, input, __, { tf }) => gatedBy(gate)(input, tf)
  })

/** `Nn.glu` as a definition, for registries. @category definitions */
export const gluDefinition = gated("Nn.glu", "The first half times the sigmoid of the second", (x, t) => t.sigmoid(x))
/** `Nn.reglu` as a definition, for registries. @category definitions */
export const regluDefinition = gated("Nn.reglu", "The first half times the relu of the second", (x, t) => t.relu(x))
/** `Nn.geglu` as a definition, for registries. @category definitions */
export const gegluDefinition = gated("Nn.geglu", "The first half times the gelu of the second", normalGate)

/** The shape with a last size that is not known: there is no arithmetic in types. */
type Halved<S extends Shape.Shape> = S extends readonly [...infer Front extends Shape.Shape, number]
  ? readonly [...Front, number]
  : S

const put =
  <Name extends string>(_name: Name, definition: Layer<{}>) =>
  <P extends Pipeline.Any>(
    self: P & Pipeline.After<P, "layer", Name>
  ): Pipeline.Pipeline<"layer", Pipeline.ColumnsOf<P>, Halved<Pipeline.ShapeOf<P>>, Pipeline.AcceptsOf<P>> =>
    append(self, definition.bind({}, findNothing))

/**
 * Cuts the last axis in halves a, b and gives a·sigmoid(b) (Dauphin et al. 2017); the last size is halved and must be even.
 *
 * @example
 * Ingress.numeric().pipe(Nn.linear(16), Nn.glu(), Nn.head()) // the head sees 8 numbers a row
 * @category stages
 */
export const glu = () => put("Nn.glu", gluDefinition)
/** Cuts the last axis in halves a, b and gives a·max(0, b) (Shazeer 2020); the last size is halved. @category stages */
export const reglu = () => put("Nn.reglu", regluDefinition)
/** Cuts the last axis in halves a, b and gives a·b·Φ(b) (Shazeer 2020); the last size is halved. @category stages */
export const geglu = () => put("Nn.geglu", gegluDefinition)
