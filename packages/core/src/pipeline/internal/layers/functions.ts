/**
 * The functions of activations, of tensor operations whose gradients every backend of TensorFlow.js has.
 */
import type * as tf from "@tensorflow/tfjs-core"
import type * as Stage from "../../Stage.ts"

type Tf = Stage.Pass["tf"]

/** x where x > 0, else alpha·(eˣ − 1). The exponent is cut at 0, since its gradient would be ∞·0 above. */
export const exponential = (x: tf.Tensor, alpha: number, t: Tf): tf.Tensor =>
  t.add(t.relu(x), t.mul(t.sub(t.exp(t.minimum(x, 0)), 1), alpha))

/** ln(1 + eˣ) without overflow: max(0, x) + ln(1 + e^−|x|). */
const logOnePlusExp = (x: tf.Tensor, t: Tf): tf.Tensor => t.add(t.relu(x), t.log1p(t.exp(t.neg(t.abs(x)))))

/** x·Φ(x) by the normal distribution function. */
export const normalGate = (x: tf.Tensor, t: Tf): tf.Tensor =>
  t.mul(t.mul(x, 0.5), t.add(t.erf(t.mul(x, Math.SQRT1_2)), 1))

/** x·Φ(x) with Φ by a hyperbolic tangent, within 5e-4 of it. */
export const tanhGate = (x: tf.Tensor, t: Tf): tf.Tensor =>
  t.mul(t.mul(x, 0.5), t.add(t.tanh(t.mul(t.add(x, t.mul(t.pow(x, 3), 0.044715)), Math.sqrt(2 / Math.PI))), 1))

/** λ and α for which rows keep mean 0 and variance 1 (Klambauer et al. 2017, equation 14). */
const [lambda, alpha] = [1.0507009873554805, 1.6732632423543772]

/** The activations without options, by their names. */
export const functions = {
  relu: (x: tf.Tensor, t: Tf) => t.relu(x),
  tanh: (x: tf.Tensor, t: Tf) => t.tanh(x),
  sigmoid: (x: tf.Tensor, t: Tf) => t.sigmoid(x),
  silu: (x: tf.Tensor, t: Tf) => t.mul(x, t.sigmoid(x)),
  softplus: logOnePlusExp,
  mish: (x: tf.Tensor, t: Tf) => t.mul(x, t.tanh(logOnePlusExp(x, t))),
  selu: (x: tf.Tensor, t: Tf) => t.mul(exponential(x, alpha, t), lambda),
  elu: (x: tf.Tensor, t: Tf) => exponential(x, 1, t),
  gelu: normalGate
} as const
