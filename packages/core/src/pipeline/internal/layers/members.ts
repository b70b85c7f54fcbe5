/**
 * Members: several networks in one that share their kernels (TabM; Gorishniy et al. 2024). A row is [members, width], and
 * each member learns by its own loss; predictions are averaged.
 */
import type * as tf from "@tensorflow/tfjs-core"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as OptionSchema from "../../../OptionSchema.ts"
import { findNothing } from "../../Decode.ts"
import type * as Pipeline from "../../Pipeline.ts"
import * as Shape from "../../Shape.ts"
import type * as Stage from "../../Stage.ts"
import { define as defineStage } from "../bind.ts"
import { append } from "../pipeline.ts"
import { define, partOf } from "./define.ts"
import { applyPerFeature, perFeature, type Resized } from "./featureLinear.ts"
import { draw, fanIn, ones } from "./start.ts"

/** What an adapter starts from. */
const starts: Readonly<Record<"ones" | "signs" | "normal", Stage.Parameter["initialise"]>> = {
  ones,
  signs: draw((random) => (random.below(2) === 0 ? -1 : 1)),
  normal: draw((random) => random.normal())
}

const Adapter = Schema.Literals(["none", "ones", "signs", "normal"])

/** The same values for each member. */
const repeated =
  (initialise: Stage.Parameter["initialise"], size: number): Stage.Parameter["initialise"] =>
  (values, random) => {
    initialise(values.subarray(0, size), random)
    for (let at = size; at < values.length; at += size) values.copyWithin(at, 0, size)
  }

// ---------------------------------------------------------------------------------------------------------- members

/** `Nn.members` as a definition, for registries. @category definitions */
export const membersDefinition = define({
  id: "Nn.members",
  summary: "The row once for each member, times a factor of its own for each entry",
  options: Schema.Struct({
    count: OptionSchema.required(OptionSchema.copies(), "The number of members", 32),
    adapter: OptionSchema.withDefault(Adapter, "none", "The first factors of the members")
  }),
  shape: ({ count }, input) => Result.map(Shape.ofRank(input, 1), ([width = 1]) => [count, width]),
  parameters: ({ adapter, count }, [width = 1]) =>
    adapter === "none" ? [] : [{ name: "scale", shape: [count, width], initialise: starts[adapter] }],
  forward: ({ count }, input, [scale], { tf }) =>
    tf.mul(tf.expandDims(input, 1), scale ?? tf.ones([count, input.shape[1]!]))
})

/**
 * Gives a row, [width], to each of `count` members: [count, width]. Behind it stand `Nn.memberLinear`, layers that keep
 * the shape, and `Nn.memberHead` (TabM; Gorishniy et al. 2024, where `count` is 32).
 *
 * With an `adapter` each member multiplies the row by factors of its own, which are learned and start as random `"signs"`
 * ±1, `"normal"` (standard; for rows of embeddings of numbers) or `"ones"`. Default `"none"`.
 *
 * @example
 * // TabM, and TabM-mini, in which members differ by these factors and by their heads only:
 * Ingress.numeric().pipe(Nn.members(32), Nn.memberLinear(64, { adapter: "signs" }), Nn.relu(), Nn.memberHead())
 * Ingress.numeric().pipe(
 *   Nn.members(32, { adapter: "signs" }), Nn.memberLinear(64, { adapter: "none" }), Nn.relu(), Nn.memberHead()
 * )
 * @category stages
 */
export const members =
  <const Count extends number>(count: Count, options: { readonly adapter?: typeof Adapter.Type } = {}) =>
  <P extends Pipeline.Any>(
    self: P & Pipeline.After<P, "layer", "Nn.members"> & Pipeline.Rank<P, 1, "Nn.members">
  ): Pipeline.Pipeline<
    "layer",
    Pipeline.ColumnsOf<P>,
    readonly [Count, ...Pipeline.ShapeOf<P>],
    Pipeline.AcceptsOf<P>
  > =>
    append(self, membersDefinition.bind({ count, ...options }, findNothing))

// ----------------------------------------------------------------------------------------------------------- linear

const ofMembers = (units: number, input: Shape.Shape) =>
  Result.map(Shape.ofRank(input, 2, "put Nn.members before it"), ([count = 1]) => [count, units])

/** `Nn.memberLinear` as a definition, for registries. @category definitions */
export const memberLinearDefinition = define({
  id: "Nn.memberLinear",
  summary: "A dense layer whose kernel all members share, between factors of their own",
  options: Schema.Struct({
    units: OptionSchema.required(OptionSchema.width(), "The number of outputs of each member", 64),
    adapter: OptionSchema.withDefault(Adapter, "ones", "The first factors of the members")
  }),
  shape: ({ units }, input) => ofMembers(units, input),
  parameters: ({ adapter, units }, [count = 1, width = 1]) => [
    { name: "kernel", shape: [width, units], initialise: fanIn(width) },
    ...(adapter === "none"
      ? [{ name: "bias", shape: [units], initialise: fanIn(width) }]
      : [
          { name: "bias", shape: [count, units], initialise: repeated(fanIn(width), units) },
          { name: "inputScale", shape: [count, width], initialise: starts[adapter] },
          { name: "outputScale", shape: [count, units], initialise: ones }
        ])
  ],
  forward: (_, input, [kernel, bias, before, after], { tf }) => {
    const scaled = (x: tf.Tensor, factors: tf.Tensor | undefined) => (factors === undefined ? x : tf.mul(x, factors))
    const [, count, width] = input.shape
    const product = (x: tf.Tensor) =>
      tf.reshape(tf.matMul(tf.reshape(x, [-1, width!]), kernel!), [-1, count!, kernel!.shape[1]!])
    return tf.add(scaled(product(scaled(input, before)), after), bias!)
  }
})

/**
 * Maps each member of a row, [members, width], by a kernel that all share: ((x_m · r_m)·kernel) · s_m + b_m, of shape
 * [members, units] (TabM; Gorishniy et al. 2024; Wen et al. 2020). Each member has factors r_m ("inputScale", [members,
 * width]) and s_m ("outputScale", [members, units]) and a bias b_m ([members, units]).
 *
 * The kernel starts uniform on ±1/√width, the biases too, equal for all members; s starts as 1, and r as `adapter` says:
 * `"ones"` (default), or in the first such layer of TabM random `"signs"` ±1, or `"normal"` (standard) behind embeddings of
 * numbers. `"none"` has no factors, and one bias for all, as in TabM-mini.
 *
 * @example
 * Ingress.numeric().pipe(Nn.members(32), Nn.memberLinear(64, { adapter: "signs" }), Nn.relu(), Nn.memberHead())
 * @category stages
 */
export const memberLinear =
  <const Units extends number>(units: Units, options: { readonly adapter?: typeof Adapter.Type } = {}) =>
  <P extends Pipeline.Any>(
    self: P & Pipeline.After<P, "layer", "Nn.memberLinear"> & Pipeline.Rank<P, 2, "Nn.memberLinear">
  ): Pipeline.Pipeline<"layer", Pipeline.ColumnsOf<P>, Resized<Pipeline.ShapeOf<P>, Units>, Pipeline.AcceptsOf<P>> =>
    append(self, memberLinearDefinition.bind({ units, ...options }, findNothing))

// ------------------------------------------------------------------------------------------------------------- head

/** `Nn.memberHead` as a definition, for registries. @category definitions */
export const memberHeadDefinition = defineStage({
  kind: "head",
  id: "Nn.memberHead",
  summary: "The last dense layer, one for each member",
  options: Schema.Struct({}),
  part: (options) =>
    partOf(
      "head",
      {
        shape: (_, input, outputs) => ofMembers(outputs, input),
        parameters: (_, [count = 1, width = 1], [, outputs = 1]) => perFeature(count, width, outputs),
        forward: (_, input, [kernel, bias], pass) => applyPerFeature(input, kernel!, bias!, pass)
      },
      options
    )
})

/**
 * Ends a network of members with a dense layer for each: [members, width] becomes [members, outputs], with as many outputs
 * as `Nn.head` has. Kernels and biases start uniform on ±1/√width.
 *
 * Each member learns by its own loss: training takes the mean of the losses over members. A prediction, and every measure
 * in training, is that of the mean over members: of probabilities, of values for a regression, of scores where the loss
 * only ranks.
 *
 * @example
 * Ingress.numeric().pipe(Nn.members(8), Nn.memberLinear(16), Nn.relu(), Nn.memberHead())
 * @category stages
 */
export const memberHead =
  () =>
  <P extends Pipeline.Any>(
    self: P & Pipeline.After<P, "head", "Nn.memberHead"> & Pipeline.Rank<P, 2, "Nn.memberHead">
  ): Pipeline.Pipeline<"head", Pipeline.ColumnsOf<P>, Resized<Pipeline.ShapeOf<P>, number>, Pipeline.AcceptsOf<P>> =>
    append(self, memberHeadDefinition.bind({}, findNothing))
