/**
 * The engine on TensorFlow.js: any network of layers, by automatic differentiation.
 *
 * Weights live in plain arrays between steps; a step makes tensors of them, differentiates and lets go of everything.
 * For the small networks of tabular data the copies cost little, and optimizers and callbacks see ordinary arrays.
 */
import type * as Tf from "@tensorflow/tfjs-core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Loss from "../../pipeline/Loss.ts"
import type * as Nn from "../../pipeline/Nn.ts"
import type * as Shape from "../../pipeline/Shape.ts"
import * as Seed from "../../Seed.ts"
import * as Engine from "../Engine.ts"
import { type Backend, start, survey } from "./backend.ts"

export { type Backend, type Found, backends } from "./backend.ts"
export { survey }

type Tfjs = typeof Tf

const initialWeights = (network: Shape.Network, seed: Seed.Seed): ReadonlyArray<Engine.Weights> =>
  network.layers.flatMap(({ layer, options, input, width }, place) =>
    layer.parameters(options, input, width).map(({ name, shape, initialise }) => {
      const values = new Float32Array(shape.reduce((a, b) => a * b, 1))
      initialise(values, Seed.generator(Seed.derive(seed, "init", place, name)))
      return { name: `${place}.${name}`, shape, values }
    })
  )

const forward = (
  network: Shape.Network,
  input: Tf.Tensor2D,
  parameters: ReadonlyArray<Tf.Tensor>,
  context: Nn.Context
): Tf.Tensor2D => {
  let used = 0
  return network.layers.reduce((x, { layer, options, input, width }) => {
    const count = layer.parameters(options, input, width).length
    const own = parameters.slice(used, (used += count))
    return layer.forward(options, x, own, context)
  }, input)
}

/**
 * The loss as a scalar tensor whose gradient is the loss's explicit one, exact at ties too; or the tensor version where a
 * custom loss has no explicit one.
 */
const lossTensor = (tf: Tfjs, loss: Loss.Kernel, scores: Tf.Tensor2D, batch: Engine.Batch): Tf.Scalar => {
  const { evaluate, tensor } = loss
  if (evaluate !== undefined) {
    const explicit = tf.customGrad((input) => {
      const values = (input as Tf.Tensor).dataSync() as Float32Array
      const gradient = new Float32Array(values.length)
      const value = evaluate(values, batch.targets, gradient, batch.weights)
      return {
        value: tf.scalar(value),
        gradFunc: (dy: Tf.Tensor) => tf.mul(tf.tensor2d(gradient, scores.shape), dy)
      }
    })
    return explicit(scores) as Tf.Scalar
  }
  return tensor!(
    scores,
    tf.tensor1d(batch.targets),
    batch.weights === undefined ? undefined : tf.tensor1d(batch.weights)
  )
}

const trainer = (use: () => Tfjs, { network, loss, optimizer, seed }: Engine.Training): Engine.Trainer => {
  const weights = initialWeights(network, seed)
  const slots = weights.map(({ values }) =>
    Array.from({ length: optimizer._tag === "Update" ? optimizer.slots : 0 }, () => new Float32Array(values.length))
  )
  let steps = 0
  const step: Engine.Trainer["step"] = (batch, onGradients) => {
    const tf = use()
    steps += 1
    const random = Seed.generator(Seed.derive(seed, "mask", steps))
    let scores = new Float32Array()
    const [value, gradients] = tf.tidy(() => {
      const x = tf.tensor2d(batch.features, [batch.rows, network.input])
      const differentiate = tf.valueAndGrads((...parameters: ReadonlyArray<Tf.Tensor>) => {
        const output = forward(network, x, parameters, { tf, training: true, random })
        scores = output.dataSync() as Float32Array<ArrayBuffer>
        return lossTensor(tf, loss, output, batch)
      })
      const { value, grads } = differentiate(weights.map(({ values, shape }) => tf.tensor(values, [...shape])))
      return [value.dataSync()[0]!, grads.map((gradient) => gradient.dataSync() as Float32Array)] as const
    })
    if (!Number.isFinite(value)) return { loss: value, scores }
    onGradients?.(gradients)
    if (optimizer._tag === "Update") {
      weights.forEach(({ values }, i) => optimizer.update(values, gradients[i]!, slots[i]!, steps))
    } else {
      // The scores are linear in the parameters, so the gradient in place of the parameters gives their direction.
      const along = weights.map((weight, i) => ({ ...weight, values: gradients[i]! }))
      const direction = score(tf, network, along, batch.features, batch.rows)
      const distance = loss.search!(scores, direction, batch.targets)
      weights.forEach(({ values }, i) => gradients[i]!.forEach((g, k) => (values[k]! -= distance * g)))
    }
    return { loss: value, scores }
  }

  return {
    step,
    scores: (features, rows) => score(use(), network, weights, features, rows),
    weights: () => weights.map((weight) => ({ ...weight, values: weight.values.slice() }))
  }
}

const score = (
  tf: Tfjs,
  network: Shape.Network,
  weights: ReadonlyArray<Engine.Weights>,
  features: Float32Array,
  rows: number
): Float32Array =>
  tf.tidy(() => {
    const parameters = weights.map(({ values, shape }) => tf.tensor(values, [...shape]))
    const context = { tf, training: false, random: Seed.generator(Seed.root(0)) }
    return forward(
      network,
      tf.tensor2d(features, [rows, network.input]),
      parameters,
      context
    ).dataSync() as Float32Array
  })

/**
 * Provides the engine on the first backend of the list that works on this machine (default: native if installed,
 * WebAssembly, plain JavaScript).
 * @category layers
 */
export const layer = (wanted?: ReadonlyArray<Backend>): Layer.Layer<Engine.Engine, Engine.EngineUnavailable> =>
  Layer.effect(
    Engine.Engine,
    Effect.map(start(wanted), ({ tf, backend }) => {
      const current = tf.getBackend()
      // TensorFlow.js has one current backend for the process; a program may have engines on several.
      const use = (): Tfjs => {
        if (tf.getBackend() !== current) void tf.setBackend(current)
        return tf
      }
      return Engine.Engine.of({
        name: `tfjs-${backend}`,
        trainer: (training) => Effect.sync(() => trainer(use, training)),
        scores: (network, weights, features, rows) => Effect.sync(() => score(use(), network, weights, features, rows))
      })
    })
  )

/** Counts the tensors that are alive: after any training or prediction, as many as before. */
export const liveTensors: Effect.Effect<number> = Effect.map(
  Effect.promise(() => import("@tensorflow/tfjs-core")),
  (tf) => tf.memory().numTensors
)
