/**
 * A loss is a function of scores and targets with its explicit (sub)gradient.
 *
 * Everything that trains rests on one small contract, `Kernel.evaluate`: scores and targets in, value out, gradient
 * written in place. It is synchronous and allocates nothing. Losses are made by `Loss.define`, the built-in ones too.
 *
 * @example
 * // Mean absolute error as a custom loss:
 * const definition = Loss.define({
 *   id: "Mine.absolute", summary: "Mean absolute error", accepts: ["regression"], weighted: false,
 *   options: Schema.Struct({}),
 *   make: () => ({
 *     evaluate: (scores, targets, gradient) => {
 *       let sum = 0
 *       for (let i = 0; i < targets.length; i++) {
 *         sum += Math.abs(scores[i] - targets[i])
 *         gradient[i] = Math.sign(scores[i] - targets[i]) / targets.length
 *       }
 *       return sum / targets.length
 *     }
 *   })
 * })
 * const absolute = () => Loss.stage(definition)
 */
import type * as tf from "@tensorflow/tfjs-core"
import type { Kind as TargetKind } from "../data/Task.ts"
import type * as Base from "./Definition.ts"
import * as Pipeline from "./Pipeline.ts"

/** Scores, targets, gradients: one number an entry, in single or double precision. @category models */
export type Floats = Float32Array | Float64Array

/**
 * A loss bound to its options. At least one of the two functions is given; where both are, they agree (at a kink the
 * tensor version may give any subgradient).
 * @category models
 */
export interface Kernel {
  /**
   * Returns the value and writes the gradient with respect to the scores.
   *
   * - `scores`: row-major [n, outputs], finite
   * - `targets`: [n]; binary 1 = positive and 0 = negative, multi-class the 0-based class, regression the value
   * - `gradient`: [n, outputs], overwritten
   * - `weights`: [n], not negative; only passed if the definition says `weighted`
   */
  readonly evaluate?: (scores: Floats, targets: Floats, gradient: Floats, weights?: Floats) => number
  /**
   * Finds the step s ≥ 0 with the least value of the loss at scores − s·direction, [n, outputs] both. Losses that have it
   * say `searchable`.
   */
  readonly search?: (scores: Floats, direction: Floats, targets: Floats) => number
  /** The same as `evaluate` of tensor operations, for automatic differentiation: scores [n, outputs], targets and weights [n]. */
  readonly tensor?: (scores: tf.Tensor2D, targets: tf.Tensor1D, weights?: tf.Tensor1D) => tf.Scalar
}

/** @category models */
// oxlint-disable-next-line typescript/no-explicit-any -- a loss of any options
export interface Definition<out K extends TargetKind = TargetKind, out Encoded = any> extends Base.Definition<
  "loss",
  Encoded
> {
  readonly accepts: ReadonlyArray<K>
  /** Whether row weights are used. If not, a task with a weight column is refused, never silently unweighted. */
  readonly weighted: boolean
  /**
   * Whether adding a constant to all scores leaves the value as it is, as for losses that only rank. The intercept of a
   * binary model is then chosen after training, by the least errors on the training rows; measures of responses during
   * training (`error`, `accuracy`) still see scores without it. Default false.
   */
  readonly translationInvariant?: boolean
  /** Whether the kernel has an exact line search. Default false. */
  readonly searchable?: boolean
  // oxlint-disable-next-line typescript/no-explicit-any -- the options' type is erased in the definition
  readonly make: (options: any) => Kernel
}

/** Defines a loss; `make` gets its options with defaults filled in. @category constructors */
export const define = <const K extends TargetKind, Type, Encoded>(definition: {
  readonly id: string
  readonly summary: string
  readonly accepts: ReadonlyArray<K>
  readonly weighted: boolean
  readonly translationInvariant?: boolean
  readonly searchable?: boolean
  readonly options: Base.Options<Type, Encoded>
  readonly make: (options: Type) => Kernel
}): Definition<K, Encoded> => ({ kind: "loss", ...definition })

/**
 * Sets the loss of a pipeline. It comes after `Nn.head()`.
 * @category stages
 */
export const stage =
  <K extends TargetKind, Encoded extends object>(
    definition: Definition<K, Encoded>,
    ...[options]: Base.Given<Encoded>
  ) =>
  <P extends Pipeline.Any>(
    self: P & Pipeline.After<P, "loss", "a loss">
  ): Pipeline.Pipeline<"loss", Pipeline.ColumnsOf<P>, Pipeline.WidthOf<P>, K> =>
    Pipeline.append(self, Pipeline.stage(definition, options))
