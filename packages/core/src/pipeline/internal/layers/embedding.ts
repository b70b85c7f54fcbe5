/**
 * Embeddings of categories: a vector that is learned for every level.
 */
import type * as tf from "@tensorflow/tfjs-core"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as OptionSchema from "../../../OptionSchema.ts"
import type { Generator } from "../../../Seed.ts"
import { findNothing } from "../../Decode.ts"
import type * as Pipeline from "../../Pipeline.ts"
import * as Shape from "../../Shape.ts"
import type * as Stage from "../../Stage.ts"
import { append } from "../pipeline.ts"
import { define } from "./define.ts"
import { draw, fanIn } from "./start.ts"

/**
 * Where the table of each column begins in the one kernel that holds all of them, and after them its number of rows. A
 * table has a row for missing and unseen values, and then one for each level.
 */
const tableStarts = (cardinalities: ReadonlyArray<number>): ReadonlyArray<number> => {
  const starts = [0]
  for (const levels of cardinalities) starts.push(starts.at(-1)! + levels + 1)
  return starts
}

/** What vectors start from: standard normal, as in PyTorch, or uniform on ±1/√size. */
const Start = Schema.Literals(["normal", "uniform"])

/** As told, but 0 where the code is 0: what training never saw says nothing. */
const initialise =
  (starts: ReadonlyArray<number>, size: number, start: typeof Start.Type) =>
  (values: Float32Array, random: Generator): void => {
    const fill = start === "normal" ? draw((one) => one.normal()) : fanIn(size)
    fill(values, random)
    for (const start of starts.slice(0, -1)) values.fill(0, start * size, (start + 1) * size)
  }

/** Rows of a matrix. The gradient is written out, since the WebAssembly backend has none of `gather`. */
const take = (kernel: tf.Tensor, rows: Int32Array, { tf }: Stage.Pass): tf.Tensor => {
  const [, size = 1] = kernel.shape
  const taking = tf.customGrad((given) => {
    const matrix = given as tf.Tensor
    return {
      value: tf.gather(matrix, tf.tensor1d(rows, "int32")),
      gradFunc: (dy: tf.Tensor) => {
        const slopes = dy.dataSync<"float32">()
        const sums = new Float32Array(matrix.size)
        for (let i = 0; i < slopes.length; i++) sums[rows[Math.floor(i / size)]! * size + (i % size)]! += slopes[i]!
        return tf.tensor(sums, matrix.shape)
      }
    }
  })
  return taking(kernel)
}

/** `Nn.embedding` as a definition, for registries. @category definitions */
export const embeddingDefinition = define({
  id: "Nn.embedding",
  summary: "A learned vector for every level of every column of categories",
  options: Schema.Struct({
    size: OptionSchema.required(OptionSchema.count(1), "Numbers in the vector of a level", 8),
    start: OptionSchema.withDefault(Start, "normal", "The distribution of the first vectors")
  }),
  codes: true,
  shape: ({ size }, input) => Result.map(Shape.ofRank(input, 1), ([columns = 1]) => [columns, size]),
  parameters: ({ size, start }, _, __, cardinalities) => {
    const starts = tableStarts(cardinalities)
    return [{ name: "kernel", shape: [starts.at(-1)!, size], initialise: initialise(starts, size, start) }]
  },
  forward: ({ size }, input, [kernel], pass) => {
    const starts = tableStarts(pass.cardinalities ?? [])
    const [, columns = 1] = input.shape
    const rows = Int32Array.from(input.dataSync(), (code, i) => starts[i % columns]! + code)
    return pass.tf.reshape(take(kernel!, rows, pass), [-1, columns, size])
  }
})

/**
 * Gives each of the codes of a row, [columns], a vector that is learned for it: [columns, size]. It comes right after
 * `Ingress.categorical`; `size` ≥ 1.
 *
 * Every column has a table with a row for each level and one for missing and unseen values (code 0). The tables stand
 * one after another in one kernel [Σ (levels + 1), size], which starts standard `"normal"`, as in PyTorch (the default), or
 * `"uniform"` on ±1/√size, as tokens of a transformer (Gorishniy et al. 2021); the rows of code 0 start as 0, where they stay
 * if no training row is missing.
 *
 * @example
 * Ingress.categorical(["site", "ward"]).pipe(Nn.embedding(8), Nn.flatten()) // rows of shape [2, 8], then [16]
 * @category stages
 */
export const embedding =
  <const Size extends number>(size: Size, options: { readonly start?: typeof Start.Type } = {}) =>
  <P extends Pipeline.Any>(
    self: P & Pipeline.After<P, "layer", "Nn.embedding"> & Pipeline.Rank<P, 1, "Nn.embedding">
  ): Pipeline.Pipeline<"layer", Pipeline.ColumnsOf<P>, Deeper<Pipeline.ShapeOf<P>, Size>, Pipeline.AcceptsOf<P>> =>
    append(self, embeddingDefinition.bind({ size, ...options }, findNothing))

/** A shape with one size more. @category type-level */
export type Deeper<S extends Shape.Shape, Size extends number> = readonly [...S, Size]
