/**
 * Dropout.
 */
import type * as tf from "@tensorflow/tfjs-core"
import type { Generator } from "../../../Seed.ts"
import type * as Stage from "../../Stage.ts"

/** Sets each entry to 0 with probability `rate` in [0, 1), and divides the others by 1 − rate. */
export const drop = (input: tf.Tensor, rate: number, random: Generator, tf: Stage.Pass["tf"]): tf.Tensor => {
  if (rate === 0) return input
  const mask = new Float32Array(input.size)
  const scale = 1 / (1 - rate)
  for (let i = 0; i < mask.length; i++) mask[i] = random.float() < rate ? 0 : scale
  return tf.mul(input, tf.tensor(mask, input.shape))
}
