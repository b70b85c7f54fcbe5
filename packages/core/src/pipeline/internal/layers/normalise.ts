/**
 * What all norms do.
 */
import type * as tf from "@tensorflow/tfjs-core"
import type * as Shape from "../../Shape.ts"
import type * as Stage from "../../Stage.ts"
import { ones, zeros } from "./start.ts"

/** The last size. */
export const widthOf = (shape: Shape.Shape): number => shape.at(-1) ?? 1

/** A scale and a shift for each position of the last axis. */
export const learned = (affine: boolean, input: Shape.Shape): ReadonlyArray<Stage.Parameter> =>
  affine
    ? [
        { name: "scale", shape: [widthOf(input)], initialise: ones },
        { name: "shift", shape: [widthOf(input)], initialise: zeros }
      ]
    : []

/** Moves entries to mean 0 and variance 1, then scales and shifts them. */
export const normalise = (
  input: tf.Tensor,
  { mean, variance }: { readonly mean: tf.Tensor; readonly variance: tf.Tensor },
  epsilon: number,
  [scale, shift]: ReadonlyArray<tf.Tensor>,
  { tf }: Stage.Pass
): tf.Tensor => {
  const normal = tf.mul(tf.sub(input, mean), tf.rsqrt(tf.add(variance, epsilon)))
  return scale === undefined || shift === undefined ? normal : tf.add(tf.mul(normal, scale), shift)
}
