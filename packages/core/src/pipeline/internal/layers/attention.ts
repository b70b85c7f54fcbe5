/**
 * Multi-head self-attention over the tokens of a row.
 */
import type * as tf from "@tensorflow/tfjs-core"
import * as Result from "effect/Result"
import type { Generator } from "../../../Seed.ts"
import * as Shape from "../../Shape.ts"
import type * as Stage from "../../Stage.ts"
import { drop } from "./drop.ts"
import { fanIn, zeros } from "./start.ts"
import { tokensFirst } from "./tokens.ts"

type Tf = Stage.Pass["tf"]

/** What is random in a training pass; undefined in a prediction pass. */
export type Chance = Generator | undefined

/** Tokens whose size the heads divide. */
export const divided = (input: Shape.Shape, heads: number): Result.Result<Shape.Shape, Shape.Problem> =>
  Result.flatMap(Shape.ofRank(input, 2, tokensFirst), (shape) => {
    const size = shape[1]!
    // A size that is not known yet is no problem.
    return Number.isNaN(size) || size % heads === 0
      ? Result.succeed(shape)
      : Result.fail({
          given: `tokens of size ${size}`,
          expected: `a multiple of the ${heads} heads`,
          advice: "change the size of the tokens or the number of heads"
        })
  })

/** A dense layer [input, output]; `bias` is what its bias starts from. */
export const dense = (
  name: string,
  input: number,
  output: number,
  bias: Stage.Parameter["initialise"] = zeros
): ReadonlyArray<Stage.Parameter> => [
  { name: `${name}.kernel`, shape: [input, output], initialise: fanIn(input) },
  { name: `${name}.bias`, shape: [output], initialise: bias }
]

/** Queries, keys and values side by side in one kernel, and the layer after them. */
export const attentionParameters = (size: number): ReadonlyArray<Stage.Parameter> => [
  ...dense("attention", size, 3 * size),
  ...dense("output", size, size)
]

/** Multiplies the last axis, whatever the others. */
export const affine = (x: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor, t: Tf): tf.Tensor => {
  const [input, output] = kernel.shape
  const product = t.add(t.matMul(t.reshape(x, [-1, input!]), kernel), bias)
  return t.reshape(product, [...x.shape.slice(0, -1), output!])
}

/** [rows, tokens, size] as [rows · heads, tokens, size / heads]. */
const split = (x: tf.Tensor, heads: number, t: Tf): tf.Tensor => {
  const [rows, tokens, size] = x.shape as [number, number, number]
  const cut = t.transpose(t.reshape(x, [rows, tokens, heads, size / heads]), [0, 2, 1, 3])
  return t.reshape(cut, [rows * heads, tokens, size / heads])
}

/**
 * softmax(q·kᵀ / √(size / heads))·v for each head; the heads side by side go through the layer "output". Weights of
 * attention are dropped at `rate`.
 */
export const attend = (
  x: tf.Tensor,
  [kernel, bias, outKernel, outBias]: ReadonlyArray<tf.Tensor>,
  { heads, rate }: { readonly heads: number; readonly rate: number },
  chance: Chance,
  t: Tf
): tf.Tensor => {
  const [rows, tokens, size] = x.shape as [number, number, number]
  const [q, k, v] = t.split(affine(x, kernel!, bias!, t), 3, -1).map((part) => split(part, heads, t))
  const alike = t.mul(t.matMul(q!, k!, false, true), Math.sqrt(heads / size))
  const weights = t.softmax(alike)
  const dropped = chance === undefined ? weights : drop(weights, rate, chance, t)
  const mixed = t.reshape(t.matMul(dropped, v!), [rows, heads, tokens, size / heads])
  return affine(t.reshape(t.transpose(mixed, [0, 2, 1, 3]), [rows, tokens, size]), outKernel!, outBias!, t)
}
