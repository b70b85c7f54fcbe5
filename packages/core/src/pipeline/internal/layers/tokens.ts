/**
 * Rows of tokens: [tokens, size], as transformers work on them.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { findNothing } from "../../Decode.ts"
import type * as Pipeline from "../../Pipeline.ts"
import * as Shape from "../../Shape.ts"
import { append } from "../pipeline.ts"
import { define } from "./define.ts"
import { fanIn } from "./start.ts"

/** What makes tokens of columns. */
export const tokensFirst = "put Nn.featureTokens (of numbers) or Nn.embedding (of categories) before it"

/** The size of a token, where the compiler knows it. */
type SizeOf<S extends Shape.Shape> = S extends readonly [number, infer Size extends number] ? Size : number

/** `Nn.classToken` as a definition, for registries. @category definitions */
export const classTokenDefinition = define({
  id: "Nn.classToken",
  summary: "A learned token before the others of a row",
  options: Schema.Struct({}),
  shape: (_, input) => Result.map(Shape.ofRank(input, 2, tokensFirst), ([tokens = 1, size = 1]) => [tokens + 1, size]),
  parameters: (_, [, size = 1]) => [{ name: "token", shape: [size], initialise: fanIn(size) }],
  forward: (_, input, [token], { tf }) => {
    const [rows, , size] = input.shape
    return tf.concat([tf.add(tf.zeros([rows!, 1, size!]), token!), input], 1)
  }
})

/**
 * Puts a token that is learned, the same for all rows, before the others (Devlin et al. 2019): [tokens, size] becomes
 * [tokens + 1, size]. It starts uniform on ±1/√size. Attention gathers in it what the others say, and `Nn.takeToken` reads
 * it.
 *
 * @example
 * // Tokens of numbers and of categories: three of size 8, and then four.
 * Merge.concat({
 *   numbers: Ingress.numeric(["age", "dose"]).pipe(Nn.featureTokens(8), Nn.flatten()),
 *   sites: Ingress.categorical(["site"]).pipe(Nn.embedding(8), Nn.flatten())
 * }).pipe(Nn.reshape([3, 8]), Nn.classToken(), Nn.transformer({ firstNorm: false }), Nn.takeToken(), Nn.head())
 * @category stages
 */
export const classToken =
  () =>
  <P extends Pipeline.Any>(
    self: P & Pipeline.After<P, "layer", "Nn.classToken"> & Pipeline.Rank<P, 2, "Nn.classToken">
  ): Pipeline.Pipeline<
    "layer",
    Pipeline.ColumnsOf<P>,
    readonly [number, SizeOf<Pipeline.ShapeOf<P>>],
    Pipeline.AcceptsOf<P>
  > =>
    append(self, classTokenDefinition.bind({}, findNothing))

/** `Nn.takeToken` as a definition, for registries. @category definitions */
export const takeTokenDefinition = define({
  id: "Nn.takeToken",
  summary: "The first token of a row",
  options: Schema.Struct({}),
  shape: (_, input) => Result.map(Shape.ofRank(input, 2, tokensFirst), ([, size = 1]) => [size]),
  forward: (_, input, __, { tf }) => {
    const [rows, , size] = input.shape
    return tf.reshape(tf.slice(input, [0, 0, 0], [rows!, 1, size!]), [rows!, size!])
  }
})

/** Takes the first token of a row, which `Nn.classToken` put there: [tokens, size] becomes [size]. @category stages */
export const takeToken =
  () =>
  <P extends Pipeline.Any>(
    self: P & Pipeline.After<P, "layer", "Nn.takeToken"> & Pipeline.Rank<P, 2, "Nn.takeToken">
  ): Pipeline.Pipeline<"layer", Pipeline.ColumnsOf<P>, readonly [SizeOf<Pipeline.ShapeOf<P>>], Pipeline.AcceptsOf<P>> =>
    append(self, takeTokenDefinition.bind({}, findNothing))
