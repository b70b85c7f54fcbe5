/**
 * The fused engine: a network is lowered to WebAssembly SIMD kernels over one memory, laid out before the first step.
 * Forward, loss, backward and update allocate nothing.
 *
 * It trains networks whose layers all have kernels, with losses that have an explicit gradient; what keeps a network off it
 * is said by `supports`, and by `rocflow inspect`.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Graph from "../../network/Graph.ts"
import * as Schedule from "../../pipeline/Schedule.ts"
import * as Shape from "../../pipeline/Shape.ts"
import type { Read } from "../../pipeline/Stage.ts"
import * as Seed from "../../Seed.ts"
import * as Engine from "../Engine.ts"
import * as Accumulated from "../internal/accumulated.ts"
import * as Arena from "./internal/arena.ts"
import { type Arithmetic, instantiate, type Kernels, runs } from "./internal/kernels.ts"
import * as Loss from "./internal/loss.ts"
import * as Lower from "./internal/lower.ts"
import * as Update from "./internal/update.ts"

export type { Arithmetic } from "./internal/kernels.ts"

type Region = Arena.Region

/** Arrays of the sizes of slots, one after another in whole vectors. */
const extentsOf = (slots: ReadonlyArray<Graph.Slot>): ReadonlyArray<Update.Extent> => {
  let from = 0
  return slots.map(({ shape }) => {
    const numbers = Math.ceil(Shape.size(shape) / 4) * 4
    const extent = { from, numbers }
    from += 4 * numbers
    return extent
  })
}

const total = (extents: ReadonlyArray<Update.Extent>): number => extents.reduce((sum, { numbers }) => sum + numbers, 0)

/** The memory that trainers and scorers share: what a network needs to predict. */
const memoryOf = (network: Graph.Network, arithmetic: Arithmetic, rows: number) => {
  const kernels: Kernels = instantiate(arithmetic)
  const arena = Arena.make()
  const inputs = network.inputs.map(({ shape }) => arena.kept(rows * Shape.size(shape)))
  const scores = arena.kept(rows * network.outputs)
  const extents = extentsOf(network.parameters)
  const block = arena.kept(total(extents))
  const parameters: ReadonlyArray<Region> = extents.map(() => ({ at: 0 }))
  const buffers = network.buffers.map(({ shape }) => arena.kept(Shape.size(shape)))
  const view = (region: Region, numbers: number): Float32Array =>
    new Float32Array(kernels.memory.buffer, region.at, numbers)
  return { arena, block, buffers, extents, inputs, kernels, parameters, scores, view }
}

type Memory = ReturnType<typeof memoryOf>

/** Points regions at their places in a block. */
const point = (regions: ReadonlyArray<Region>, block: Region, extents: ReadonlyArray<Update.Extent>): void =>
  regions.forEach((region, i) => {
    region.at = block.at + extents[i]!.from
  })

/** Gives every region its place; fails where the machine has no memory for it. */
const layOut = (memory: Memory): void => {
  memory.arena.layOut(memory.kernels)
  point(memory.parameters, memory.block, memory.extents)
}

const inputViews = ({ inputs, view }: Memory, network: Graph.Network, rows: number): ReadonlyArray<Float32Array> =>
  inputs.map((region, i) => view(region, rows * Shape.size(network.inputs[i]!.shape)))

const viewsOf = (
  slots: ReadonlyArray<Graph.Slot>,
  regions: ReadonlyArray<Region>,
  view: Memory["view"]
): ReadonlyArray<Graph.NamedArray> =>
  slots.map(({ path, shape }, i) => ({ path, shape, values: view(regions[i]!, Shape.size(shape)) }))

const fill = (views: ReadonlyArray<Graph.NamedArray>, arrays: ReadonlyArray<Graph.NamedArray>): void =>
  views.forEach(({ values }, i) => values.set(arrays[i]!.values))

const copied = (views: ReadonlyArray<Graph.NamedArray>): ReadonlyArray<Graph.NamedArray> =>
  views.map((array) => ({ ...array, values: array.values.slice() }))

const makeScorer = (
  arithmetic: Arithmetic,
  network: Graph.Network,
  arrays: ReadonlyArray<Graph.NamedArray>,
  rows: number
): Engine.Scorer => {
  const memory = memoryOf(network, arithmetic, rows)
  const { buffers, parameters, view } = memory
  const program = Lower.lower(network, {
    ...memory,
    rows,
    gradients: undefined,
    read: Schedule.reading(0),
    seed: () => Seed.root(0)
  })
  layOut(memory)
  fill(viewsOf([...network.parameters, ...network.buffers], [...parameters, ...buffers], view), arrays)
  return {
    inputs: inputViews(memory, network, rows),
    scores: view(memory.scores, rows * network.outputs),
    score: (used) => program.forward(used, false)
  }
}

const makeTrainer = (
  arithmetic: Arithmetic,
  { loss, network, optimizer, pairs = false, seed }: Engine.Program,
  rows: number
): Engine.Trainer => {
  if (loss._tag === "Tensor") throw new Error("a loss of tensor operations is refused before")
  const memory = memoryOf(network, arithmetic, rows)
  const { arena, block, buffers, extents, kernels, parameters, view } = memory
  const paths = network.parameters.map(({ path }) => path)
  const begun = optimizer.begin(paths)
  const gradientBlock = arena.kept(total(extents))
  const gradients: ReadonlyArray<Region> = extents.map(() => ({ at: 0 }))
  const slotBlocks = Array.from({ length: Math.max(0, ...begun.slots.map((own) => own.length)) }, () =>
    arena.kept(total(extents))
  )
  const scoreGradient = arena.kept(rows * network.outputs)
  const labels = pairs ? 2 * rows : rows
  const targetRegion = arena.kept(labels)
  const weightRegion = arena.kept(labels)
  const room = () => arena.kept(labels * network.outputs)
  const twice = pairs ? { scores: room(), gradient: room() } : undefined
  let steps = 0
  let reading = Schedule.reading(0)
  const accumulated = Accumulated.make()
  const program = Lower.lower(network, {
    ...memory,
    rows,
    gradients: { scores: scoreGradient, parameters: gradients },
    read: (value) => reading(value),
    seed: (path) => Accumulated.maskSeed(seed, steps, accumulated, path)
  })
  layOut(memory)
  point(gradients, gradientBlock, extents)

  const arrays = viewsOf([...network.parameters, ...network.buffers], [...parameters, ...buffers], view)
  fill(arrays, [...Graph.initialise(network.parameters, seed), ...Graph.initialise(network.buffers, seed)])
  const slots = begun.slots.map((names, i) =>
    names.map((name, k) => {
      const { path, shape } = network.parameters[i]!
      const region = { at: slotBlocks[k]!.at + extents[i]!.from }
      return { path: `${path}/${name}`, shape, values: view(region, Shape.size(shape)) }
    })
  )
  const targets = view(targetRegion, labels)
  const weights = view(weightRegion, labels)
  const scores = view(memory.scores, rows * network.outputs)
  const own: Loss.Memory = {
    outputs: network.outputs,
    scores,
    targets,
    weights,
    gradient: view(scoreGradient, rows * network.outputs)
  }
  const evaluate =
    twice === undefined
      ? Loss.bind(loss, kernels, own)
      : Loss.bindPairs(loss, kernels, own, {
          scores: view(twice.scores, labels * network.outputs),
          gradient: view(twice.gradient, labels * network.outputs)
        })

  /** The exact step along the updates: the scores are linear in the parameters, so updates in their place give a direction. */
  const search = (used: number): number => {
    if (loss.search === undefined) return 0
    const numbers = used * network.outputs
    const own = scores.slice(0, numbers)
    point(parameters, gradientBlock, extents)
    program.forward(used, false)
    point(parameters, block, extents)
    const direction = scores.slice(0, numbers)
    scores.set(own)
    return loss.search(own, direction, targets.subarray(0, used))
  }

  const gradientValues = viewsOf(network.parameters, gradients, view).map(({ values }) => values)

  /** Any chain of transforms, on views. */
  const general = (frozen: ReadonlySet<number>): ((step: number, read: Read, used: number) => void) => {
    const trained = paths.flatMap((_, i) => (frozen.has(i) ? [] : [i]))
    const begun = optimizer.begin(trained.map((i) => paths[i]!))
    const updates = trained.map((i) => ({ path: paths[i]!, values: arrays[i]!.values, update: gradientValues[i]! }))
    const slotValues = trained.map((i) => slots[i]!.map(({ values }) => values))
    return (step, read, used) => {
      begun.apply({ step, arrays: updates, read, search: () => search(used) }, slotValues)
      for (const { update, values } of updates) for (let i = 0; i < values.length; i++) values[i]! -= update[i]!
    }
  }
  const chain = Update.chainOf(optimizer.formulas, paths)
  const updateWithout = (frozen: ReadonlySet<number>) =>
    chain === undefined
      ? general(frozen)
      : Update.update(chain, kernels, {
          parameters: block.at,
          gradients: gradientBlock.at,
          slots: slotBlocks.map(({ at }) => at),
          extents,
          frozen
        })
  let frozen: ReadonlySet<number> = new Set()
  let update = updateWithout(frozen)

  return {
    inputs: inputViews(memory, network, rows),
    targets,
    weights,
    scores,
    step: (used, weighted, read = Schedule.reading(0), part) => {
      if (accumulated.pending() === 0) steps += 1
      reading = read
      program.forward(used, true)
      const value = evaluate(used, weighted)
      if (!Number.isFinite(value)) return value
      program.backward(used)
      if (!accumulated.add(gradientValues, part)) return value
      for (const i of frozen) gradientValues[i]!.fill(0)
      update(steps, read, used)
      return value
    },
    arrays,
    settle: (used, read = Schedule.reading(0)) => {
      reading = read
      program.forward(used, true)
    },
    score: (used) => program.forward(used, false),
    freeze: (chosen) => {
      frozen = new Set(paths.flatMap((path, i) => (chosen.has(path) ? [i] : [])))
      update = updateWithout(frozen)
    },
    state: () => ({ step: steps, arrays: copied(arrays), slots: copied(slots.flat()) }),
    load: (state) => {
      accumulated.clear()
      steps = state.step
      fill(arrays, state.arrays)
      fill(slots.flat(), state.slots)
    }
  }
}

const supports = ({ loss, network }: Omit<Engine.Program, "seed">): Result.Result<void, string> => {
  const missing =
    loss._tag === "Tensor" ? "the loss has no explicit gradient, it is of tensor operations" : Lower.missing(network)
  return missing === undefined ? Result.succeed(undefined) : Result.fail(missing)
}

/** A memory that cannot be had is a `RangeError`; anything else is a mistake of the engine, and dies as one. */
const attempt = <A>(name: string, make: () => A): Effect.Effect<A, Engine.EngineUnavailable> =>
  Effect.suspend(() => {
    try {
      return Effect.succeed(make())
    } catch (cause) {
      if (cause instanceof Error && cause.name === "CompileError") {
        return Effect.fail(
          new Engine.EngineUnavailable({
            engine: name,
            reason: `the kernels may not be compiled here (${cause.message})`,
            advice: "let the Content-Security-Policy of the page have 'wasm-unsafe-eval' in script-src"
          })
        )
      }
      if (!(cause instanceof RangeError)) return Effect.die(cause)
      return Effect.fail(
        new Engine.EngineUnavailable({
          engine: name,
          reason: "the network and its batch need more than the 4 GB of a WebAssembly memory, or than this machine has",
          advice: "take a smaller network or batchSize, or engine: tfjs"
        })
      )
    }
  })

/**
 * The engine for an arithmetic. `"relaxed"` multiplies and adds with one rounding where the processor can; `"strict"` gives
 * the same bits on every processor. Undefined where the machine does not run the kernels.
 */
export const engine = (arithmetic: Arithmetic): Engine.Engine | undefined => {
  if (!runs(arithmetic)) return undefined
  const name = `fused-${arithmetic}`
  return {
    name,
    supports,
    trainer: (program, rows) => attempt(name, () => makeTrainer(arithmetic, program, rows)),
    scorer: (network, arrays, rows) => attempt(name, () => makeScorer(arithmetic, network, arrays, rows))
  }
}

/** The engines that this machine runs, the one of the arithmetic that is wanted first. */
export const engines = (first: Arithmetic = "relaxed"): ReadonlyArray<Engine.Engine> =>
  [first, first === "strict" ? ("relaxed" as const) : ("strict" as const)].flatMap((arithmetic) => {
    const made = engine(arithmetic)
    return made === undefined ? [] : [made]
  })

/**
 * Provides the fused engine: first with `"relaxed"` arithmetic (the default) where the machine has it, and with `"strict"`.
 * A learner may name either: `engine: "fused-strict"`.
 *
 * *Gotcha*: it does not train every network; `Auto.layer()` has the general engine behind it.
 * @category layers
 */
export const layer = (
  options: { readonly arithmetic?: Arithmetic } = {}
): Layer.Layer<Engine.Engines, Engine.EngineUnavailable> =>
  Layer.effect(
    Engine.Engines,
    Effect.suspend(() => {
      const made = engines(options.arithmetic)
      return made.length === 0
        ? Effect.fail(
            new Engine.EngineUnavailable({
              engine: "fused",
              reason: "this machine has no WebAssembly with 128-bit vectors",
              advice: "use Tfjs.layer()"
            })
          )
        : Effect.succeed(made)
    })
  )
