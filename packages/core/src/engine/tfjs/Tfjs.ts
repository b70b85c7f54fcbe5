/**
 * The engine on TensorFlow.js: any network of layers, by automatic differentiation.
 *
 * Weights live in plain arrays between steps; a step makes tensors of them, differentiates and lets go of everything.
 * What a step costs is its backward pass, not these copies, and optimizers see ordinary arrays.
 */
import type * as Tf from "@tensorflow/tfjs-core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Graph from "../../network/Graph.ts"
import * as Schedule from "../../pipeline/Schedule.ts"
import * as Shape from "../../pipeline/Shape.ts"
import type { Read } from "../../pipeline/Stage.ts"
import type { Loss } from "../../pipeline/Stage.ts"
import * as Seed from "../../Seed.ts"
import * as Engine from "../Engine.ts"
import * as Accumulated from "../internal/accumulated.ts"
import { backends, type Backend, start, survey } from "./backend.ts"
import { forward } from "./internal/forward.ts"
import * as Native from "./native.ts"

export { type Backend, type Found, backends } from "./backend.ts"
export { folder as nativeFolder, isThere as hasNative, version as nativeVersion } from "./native.ts"
export { survey }

type Tfjs = typeof Tf

interface Batch {
  readonly targets: Float32Array
  readonly weights: Float32Array | undefined
}

/**
 * The loss as a scalar tensor whose gradient is the loss's explicit one, exact at ties too; or the tensor version where a
 * custom loss has no explicit one.
 */
const lossTensor = (tf: Tfjs, loss: Loss, scores: Tf.Tensor2D, { targets, weights }: Batch): Tf.Scalar => {
  if (loss._tag === "Tensor") {
    return loss.tensor(scores, tf.tensor1d(targets), weights === undefined ? undefined : tf.tensor1d(weights), tf)
  }
  const explicit = tf.customGrad((input) => {
    const values = (input as Tf.Tensor).dataSync<"float32">()
    const gradient = new Float32Array(values.length)
    const value = loss.evaluate(values, targets, gradient, weights)
    return {
      value: tf.scalar(value),
      gradFunc: (dy: Tf.Tensor) => tf.mul(tf.tensor(gradient, scores.shape), dy)
    }
  })
  return explicit(scores) as Tf.Scalar
}

/** Memory for rows of every input and their scores, and the tensors of the first of them. */
const memory = (network: Graph.Network, rows: number) => {
  const inputs = network.inputs.map(({ shape }) => new Float32Array(rows * Shape.size(shape)))
  return {
    inputs,
    scores: new Float32Array(rows * network.outputs),
    tensors: (tf: Tfjs, used: number): ReadonlyArray<Tf.Tensor> =>
      network.inputs.map(({ shape }, i) =>
        tf.tensor(inputs[i]!.subarray(0, used * Shape.size(shape)), [used, ...shape])
      )
  }
}

const toTensors = (tf: Tfjs, arrays: ReadonlyArray<Graph.NamedArray>): ReadonlyArray<Tf.Tensor> =>
  arrays.map(({ shape, values }) => tf.tensor(values, [...shape]))

const ignore = (): void => {}

/** Computes scores of a prediction pass into `out`. */
const scoreInto = (
  tf: Tfjs,
  network: Graph.Network,
  inputs: ReadonlyArray<Tf.Tensor>,
  parameters: ReadonlyArray<Graph.NamedArray>,
  buffers: ReadonlyArray<Graph.NamedArray>,
  out: Float32Array
): void =>
  out.set(
    forward({
      tf,
      network,
      inputs,
      parameters: toTensors(tf, parameters),
      buffers: toTensors(tf, buffers),
      training: false,
      random: (path) => Seed.generator(Seed.derive(Seed.root(0), path)),
      read: Schedule.reading(0),
      update: ignore
    }).dataSync()
  )

const makeScorer = (
  use: () => Tfjs,
  network: Graph.Network,
  arrays: ReadonlyArray<Graph.NamedArray>,
  rows: number
): Engine.Scorer => {
  const { inputs, scores, tensors } = memory(network, rows)
  const parameters = arrays.slice(0, network.parameters.length)
  const buffers = arrays.slice(network.parameters.length)
  return {
    inputs,
    scores,
    score: (used) => {
      const tf = use()
      tf.tidy(() => scoreInto(tf, network, tensors(tf, used), parameters, buffers, scores))
    }
  }
}

const makeTrainer = (use: () => Tfjs, program: Engine.Program, rows: number): Engine.Trainer => {
  const { loss, network, optimizer, pairs = false, seed } = program
  const { inputs, scores, tensors } = memory(network, rows)
  const copies = pairs ? 2 : 1
  const targets = new Float32Array(copies * rows)
  const weights = new Float32Array(copies * rows)
  const parameters = Graph.initialise(network.parameters, seed)
  const buffers = Graph.initialise(network.buffers, seed)
  const begun = optimizer.begin(parameters.map(({ path }) => path))
  const slots = parameters.map(({ path, shape, values }, i) =>
    begun.slots[i]!.map((name) => ({ path: `${path}/${name}`, shape, values: new Float32Array(values.length) }))
  )
  /** The transform of the parameters that are not frozen, with their places and what it keeps of them. */
  const updaterWithout = (frozen: ReadonlySet<string>) => {
    const trained = parameters.flatMap(({ path }, i) => (frozen.has(path) ? [] : [i]))
    return {
      trained,
      begun: optimizer.begin(trained.map((i) => parameters[i]!.path)),
      slots: trained.map((i) => slots[i]!.map(({ values }) => values))
    }
  }
  let updater = updaterWithout(new Set())
  let steps = 0
  const accumulated = Accumulated.make()

  /** The scores of a training pass; buffers take their next values. */
  const trainingPass = (
    tf: Tfjs,
    x: ReadonlyArray<Tf.Tensor>,
    given: ReadonlyArray<Tf.Tensor>,
    read: Read
  ): Tf.Tensor =>
    forward({
      tf,
      network,
      inputs: x,
      parameters: given,
      buffers: toTensors(tf, buffers),
      training: true,
      random: (path) => Seed.generator(Accumulated.maskSeed(seed, steps, accumulated, path)),
      read,
      update: (buffer, next) => buffers[buffer]!.values.set(next.dataSync())
    })

  /**
   * The loss, its gradients, and the scores of the forward pass, which stand in `scores`. Nothing is returned through
   * `tidy`, which would look for tensors among the numbers of a gradient, one by one: longer than the step itself.
   */
  const differentiate = (tf: Tfjs, used: number, batch: Batch, read: Read) => {
    let before = Number.NaN
    let gradients: ReadonlyArray<Float32Array> = []
    tf.tidy(() => {
      const x = tensors(tf, used)
      const { grads, value } = tf.valueAndGrads((...given: ReadonlyArray<Tf.Tensor>) => {
        const output = trainingPass(tf, x, given, read)
        scores.set(output.dataSync())
        return lossTensor(tf, loss, (pairs ? tf.concat([output, output]) : output) as Tf.Tensor2D, batch)
      })([...toTensors(tf, parameters)])
      before = value.dataSync()[0]!
      gradients = grads.map((gradient) => gradient.dataSync<"float32">())
    })
    return { loss: before, gradients }
  }

  /** The exact step along updates: the scores are linear in the parameters, so updates in their place give a direction. */
  const search = (used: number, updates: ReadonlyArray<Float32Array>): number => {
    if (loss._tag === "Tensor" || loss.search === undefined) return 0
    const tf = use()
    const direction = new Float32Array(used * network.outputs)
    const along = parameters.map((parameter, i) => ({ ...parameter, values: updates[i]! }))
    tf.tidy(() => scoreInto(tf, network, tensors(tf, used), along, buffers, direction))
    return loss.search(scores.subarray(0, direction.length), direction, targets.subarray(0, used))
  }

  return {
    inputs,
    targets,
    weights,
    scores,
    step: (used, weighted, read = Schedule.reading(0), part) => {
      if (accumulated.pending() === 0) steps += 1
      const batch = {
        targets: targets.subarray(0, copies * used),
        weights: weighted || pairs ? weights.subarray(0, copies * used) : undefined
      }
      const { gradients, loss: value } = differentiate(use(), used, batch, read)
      if (!Number.isFinite(value) || !accumulated.add(gradients, part)) return value
      const { begun, slots, trained } = updater
      parameters.forEach((_, i) => trained.includes(i) || gradients[i]!.fill(0))
      const arrays = trained.map((i) => ({ ...parameters[i]!, update: gradients[i]! }))
      begun.apply({ step: steps, arrays, read, search: () => search(used, gradients) }, slots)
      for (const { update, values } of arrays) for (let i = 0; i < values.length; i++) values[i]! -= update[i]!
      return value
    },
    score: (used) => {
      const tf = use()
      tf.tidy(() => scoreInto(tf, network, tensors(tf, used), parameters, buffers, scores))
    },
    arrays: [...parameters, ...buffers],
    settle: (used, read = Schedule.reading(0)) => {
      const tf = use()
      tf.tidy(() => void trainingPass(tf, tensors(tf, used), toTensors(tf, parameters), read))
    },
    freeze: (paths) => {
      updater = updaterWithout(paths)
    },
    state: () => ({
      step: steps,
      arrays: [...parameters, ...buffers].map((array) => ({ ...array, values: array.values.slice() })),
      slots: slots.flat().map((array) => ({ ...array, values: array.values.slice() }))
    }),
    load: (state) => {
      accumulated.clear()
      steps = state.step
      ;[...parameters, ...buffers].forEach(({ values }, i) => values.set(state.arrays[i]!.values))
      slots.flat().forEach(({ values }, i) => values.set(state.slots[i]!.values))
    }
  }
}

/** Layers and losses of tensor operations run here, whatever they are; the search of a loss needs linear scores. */
const supports = (): Result.Result<void, string> => Result.succeed(undefined)

/** TensorFlow.js with the backend of an engine as the current one: a program may have engines on several. */
type Use = () => Tfjs

const begun = (wanted?: ReadonlyArray<Backend>) =>
  Effect.map(start(wanted), ({ backend, name, tf }) => ({
    backend,
    use: (): Tfjs => {
      if (tf.getBackend() !== name) void tf.setBackend(name)
      return tf
    }
  }))

const make = (backend: Backend, started: Effect.Effect<Use, Engine.EngineUnavailable>): Engine.Engine => ({
  name: `tfjs-${backend}`,
  supports,
  trainer: (program, rows) => Effect.map(started, (use) => makeTrainer(use, program, rows)),
  scorer: (network, arrays, rows) => Effect.map(started, (use) => makeScorer(use, network, arrays, rows))
})

/** The engine on the first backend of the list that works on this machine: see `layer`. */
export const engine = (wanted?: ReadonlyArray<Backend>): Effect.Effect<Engine.Engine, Engine.EngineUnavailable> =>
  Effect.map(begun(wanted), ({ backend, use }) => make(backend, Effect.succeed(use)))

/**
 * The same engine, started when it is first asked for a trainer or a scorer: TensorFlow.js takes a third of a second to load,
 * and a program whose networks all run elsewhere never waits for it. Only the native backend, where it is installed, is
 * started at once, because it may turn out not to work here.
 */
export const deferred = (
  wanted: ReadonlyArray<Backend> = backends
): Effect.Effect<Engine.Engine, Engine.EngineUnavailable> => {
  const first = wanted.find((backend) => backend !== "node" || Native.isThere())
  if (first === undefined || first === "node") return engine(wanted)
  return Effect.map(Effect.cached(Effect.map(begun([first]), ({ use }) => use)), (started) => make(first, started))
}

/**
 * Provides the engine on the first backend of the list that works on this machine (default: native if installed,
 * WebAssembly, plain JavaScript).
 * @category layers
 */
export const layer = (wanted?: ReadonlyArray<Backend>): Layer.Layer<Engine.Engines, Engine.EngineUnavailable> =>
  Layer.effect(
    Engine.Engines,
    Effect.map(engine(wanted), (made) => [made])
  )

/** Counts the tensors that are alive: after any training or prediction, as many as before. */
export const liveTensors: Effect.Effect<number> = Effect.map(
  Effect.promise(() => import("@tensorflow/tfjs-core")),
  (tf) => tf.memory().numTensors
)
