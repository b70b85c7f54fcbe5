/** A network with resident data on an engine, as one function that makes a whole training step. */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Column from "../src/data/Column.ts"
import * as Engine from "../src/engine/Engine.ts"
import * as Members from "../src/learning/internal/members.ts"
import * as Graph from "../src/network/Graph.ts"
import * as Features from "../src/pipeline/Features.ts"
import * as Shape from "../src/pipeline/Shape.ts"
import type { Part, PartOf, Source } from "../src/pipeline/Stage.ts"
import * as Traverse from "../src/pipeline/Traverse.ts"
import * as Seed from "../src/Seed.ts"
import { learningRate, type Network, weightDecay } from "./networks.ts"

/** Data that a network is timed on. */
export interface Data {
  readonly rows: number
  /** Row-major. */
  readonly x: Float32Array
  readonly targets: Float32Array
  /** The rows in the order in which steps take them, a whole number of batches. */
  readonly order: Uint32Array
}

/** Rows in memory: enough that consecutive batches are not the same rows. */
const residentRows = (batch: number): number => Math.max(2048, 4 * batch)

/** Normal inputs and random targets; the same for every engine and in every run. */
export const data = ({ batch, inputs, outputs, target }: Network): Data => {
  const rows = residentRows(batch)
  const random = Seed.generator(Seed.derive(Seed.root(1), "bench"))
  const x = Float32Array.from({ length: rows * inputs }, () => random.normal())
  const targets = Float32Array.from({ length: rows }, () =>
    target === "number" ? random.normal() : random.below(target === "binary" ? 2 : outputs)
  )
  const order = Uint32Array.from({ length: rows }, (_, row) => row)
  random.shuffle(order)
  return { rows, x, targets, order: order.subarray(0, rows - (rows % batch)) }
}

/** What one step cannot do without: multiply-adds, and bytes of rows and parameters that are read or written. */
export interface Cost {
  readonly parameters: number
  readonly fma: number
  readonly bytes: number
}

const bytesANumber = 4
/** Passes over each parameter: forward, backward, its gradient written and read, itself written; AdamW: two slots read and written. */
const passes = { sgd: 5, adamw: 9 } as const

/**
 * A kernel [.., input, output] meets each row once for each place of the output: pixel, token or member. Backward it does
 * so twice, once if what came in has no gradient. Kernels of which each place has its own meet it once. The products of
 * attention, which have no kernel, are not counted.
 */
const multiplyAdds = (graph: Graph.Network, batch: number): number =>
  graph.nodes.reduce((sum, node) => {
    if (node._tag !== "Layer") return sum
    const own = graph.parameters.slice(node.firstParameter, node.firstParameter + node.parameters)
    const passes = graph.nodes[node.from]!._tag === "Input" ? 2 : 3
    return own.reduce((sum, { path, shape }) => {
      if (!path.endsWith("kernel") || shape.length < 2) return sum
      const places = Shape.size(node.shape.slice(0, -1))
      const separate = shape.length === 3 && shape[0] === places
      return sum + passes * batch * Shape.size(shape) * (separate ? 1 : places)
    }, sum)
  }, 0)

const costOf = (graph: Graph.Network, { batch, inputs, update }: Network): Cost => {
  const parameters = graph.parameters.reduce((sum, { shape }) => sum + Shape.size(shape), 0)
  return {
    parameters,
    fma: multiplyAdds(graph, batch),
    bytes: bytesANumber * (2 * batch * inputs + passes[update] * parameters)
  }
}

/** A network that engines can be asked to train. */
export interface Prepared {
  readonly network: Network
  readonly data: Data
  readonly source: Source
  readonly program: Engine.Program
  readonly cost: Cost
}

const isOf = <K extends Part["kind"]>(part: Part, kind: K): part is PartOf<K> => part.kind === kind

const partOf = <K extends Part["kind"]>({ stages, title }: Network, kind: K): PartOf<K> => {
  for (const { bound } of stages) {
    const { part } = Result.getOrThrow(bound)
    if (isOf(part, kind)) return part
  }
  throw new Error(`the network ${title} has no ${kind}; add one in networks.ts`)
}

export const prepare = Effect.fnUntraced(function* (network: Network) {
  const given = data(network)
  const features = Features.make(
    Array.from({ length: network.inputs }, (_, j) => [
      `x${j}`,
      Column.numeric(Float64Array.from({ length: given.rows }, (_, row) => given.x[row * network.inputs + j]!))
    ]),
    given.rows
  )
  const ingress = yield* Effect.fromResult(partOf(network, "ingress").ingress.fit(features))
  // Every network of the table begins with its ingress.
  const [{ path }] = Traverse.visits(network.stages) as readonly [Traverse.Visit]
  const graph = yield* Effect.fromResult(Graph.make(network.stages, new Map([[path, ingress.shape]]), network.outputs))
  const source = yield* ingress.open(features)
  yield* source.window(given.order)
  const program: Engine.Program = {
    network: graph,
    loss: Members.loss(partOf(network, "loss").loss, graph.outputs / network.outputs),
    optimizer: partOf(network, "optimizer").transform,
    seed: Seed.root(1)
  }
  return { network, data: given, source, program, cost: costOf(graph, network) } satisfies Prepared
})

/** A function that gathers the next batch by index and makes a step; or why the engine cannot. */
export const on = Effect.fnUntraced(function* (engine: Engine.Engine, { data, network, program, source }: Prepared) {
  const supported = engine.supports(program)
  if (Result.isFailure(supported)) return supported.failure
  const { batch } = network
  const trainer = yield* engine.trainer(program, batch)
  let next = 0
  return () => {
    const rows = data.order.subarray(next, next + batch)
    next = next + batch >= data.order.length ? 0 : next + batch
    source.fill(rows, trainer.inputs[0]!)
    for (let i = 0; i < batch; i++) trainer.targets[i] = data.targets[rows[i]!]!
    const loss = trainer.step(batch, false)
    if (!Number.isFinite(loss)) throw new Error(`${network.title} diverged on ${engine.name}; lower the learning rate`)
  }
})

/** What PyTorch is told of a network. */
export const forTorch = ({ network: { batch, inputs, outputs, target, torch, update }, cost, data }: Prepared) => ({
  network: torch,
  inputs,
  outputs,
  batch,
  target,
  update,
  rows: data.rows,
  parameters: cost.parameters,
  learningRate,
  weightDecay
})
