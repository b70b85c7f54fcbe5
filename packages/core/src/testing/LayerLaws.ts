/**
 * The laws of layers: the rows have the shape that the rule says, the gradient is that of the forward pass, and at
 * prediction each row is by itself.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as Engine from "../engine/Engine.ts"
import * as Tfjs from "../engine/tfjs/Tfjs.ts"
import * as Graph from "../network/Graph.ts"
import * as Ingress from "../pipeline/Ingress.ts"
import * as Loss from "../pipeline/Loss.ts"
import { findNothing } from "../pipeline/Decode.ts"
import * as Shape from "../pipeline/Shape.ts"
import type { Definition, Stage } from "../pipeline/Stage.ts"
import * as Seed from "../Seed.ts"
import type * as Transform from "../pipeline/Transform.ts"
import { close, draw, fact, holds, law, type Law, same, succeeded } from "./Law.ts"
import * as OptionLaws from "./OptionLaws.ts"

/** What a layer claims beyond the laws of all. @category models */
export interface Claims {
  /** The shape of one row before the layer. Default `[3]`. */
  readonly input?: Shape.Shape
  /** Of a layer of codes: how many levels each entry of a row has. */
  readonly cardinalities?: ReadonlyArray<number>
  /** Whether its training pass is the prediction pass, and smooth: then its gradient is checked. Default true. */
  readonly smooth?: boolean
  /** The backend of TensorFlow.js that computes it. Default: plain JavaScript. */
  readonly backend?: Tfjs.Backend
}

const rows = 4

/** Looks at the gradients, and leaves the parameters where they are. */
const looking = (seen: Array<Float32Array>): Transform.Bound => ({
  searches: false,
  begin: (paths) => ({
    slots: paths.map(() => []),
    apply: ({ arrays }) => {
      seen.push(...arrays.map(({ update }) => update.slice()))
      for (const { update } of arrays) update.fill(0)
    }
  })
})

/** The mean of the squares of all outputs: a smooth loss without targets. */
const squares = (outputs: number) =>
  Loss.explicit({
    evaluate: (scores, _, gradient) => {
      let sum = 0
      for (let i = 0; i < scores.length; i++) {
        sum += scores[i]! ** 2
        gradient[i] = (2 * scores[i]!) / (rows * outputs)
      }
      return sum / (rows * outputs)
    }
  })

/** A program with an engine of its own, and a scope. */
const run = <A>(
  backend: Tfjs.Backend,
  program: (engine: Engine.Engine) => Effect.Effect<A, Engine.EngineUnavailable, Scope.Scope>
) =>
  Effect.runPromise(
    Effect.flatMap(Engine.Engines, (engines) => program(engines[0]!)).pipe(
      Effect.scoped,
      Effect.provide(Layer.fresh(Tfjs.layer([backend])))
    )
  )

/**
 * The laws of a layer, a head or a block with some options.
 *
 * @example
 * for (const { check, name } of LayerLaws.of(definition, { start: 1 })) it(name, check)
 */
export const of = (
  definition: Definition<"layer" | "head" | "block">,
  options: object = {},
  { backend = "cpu", cardinalities, input = [3], smooth = true }: Claims = {},
  find = findNothing
): ReadonlyArray<Law> => {
  const stage: Stage = definition.bind(options, find)
  const ingress = Ingress.numericDefinition.bind({}, findNothing)
  const outputs = 2
  const levels = new Map(cardinalities === undefined ? [] : [["numeric", cardinalities]])
  const network = () => {
    const made = Graph.make([ingress, stage], new Map([["numeric", input]]), outputs, levels)
    return succeeded(made, `${definition.id} on rows ${Shape.toText(input)}`)
  }
  const inputs = (random: Seed.Generator, n = rows) =>
    draw(n * Shape.size(input), (i) =>
      cardinalities === undefined ? random.normal() : random.below(cardinalities[i % cardinalities.length]! + 1)
    )

  const score = (arrays: ReadonlyArray<Graph.NamedArray>, given: Float64Array, n = rows) =>
    run(
      backend,
      Effect.fnUntraced(function* (engine) {
        const scorer = yield* engine.scorer(network(), arrays, n)
        scorer.inputs[0]!.set(given)
        scorer.score(n)
        return Float64Array.from(scorer.scores)
      })
    )

  /** The arrays of the layer, moved off zero so that every entry has an effect. */
  const arraysOf = (random: Seed.Generator): ReadonlyArray<Graph.NamedArray> => {
    const { buffers, parameters } = network()
    return Graph.initialise([...parameters, ...buffers], Seed.root(random.below(1000)))
  }

  return [
    ...OptionLaws.of(definition, options, find),
    fact("has sizes of at least 1 after it, and arrays that are filled with finite numbers", () => {
      const { nodes, parameters, buffers, output } = network()
      holds(
        nodes[output]!.shape.every((n) => Number.isInteger(n) && n >= 1),
        () => `the shape is ${nodes[output]!.shape}`
      )
      for (const { path, values } of Graph.initialise([...parameters, ...buffers], Seed.root(1))) {
        holds(values.length > 0 && values.every(Number.isFinite), () => `the array ${path} is ${[...values]}`)
      }
    }),
    law(
      "gives rows of the shape that it says, each by itself at prediction",
      async (random) => {
        const arrays = arraysOf(random)
        const given = inputs(random)
        const all = await score(arrays, given)
        same(all.length, rows * network().outputs, "how many numbers come out")
        const width = Shape.size(input)
        const one = await score(arrays, given.slice(2 * width, 3 * width), 1)
        close(one, all.slice(2 * network().outputs, 3 * network().outputs), 1e-5, "the third row by itself")
      },
      5
    ),
    ...(smooth && network().parameters.length > 0 ? [gradientLaw(backend, network, arraysOf, inputs, score)] : [])
  ]
}

const gradientLaw = (
  backend: Tfjs.Backend,
  network: () => Graph.Network,
  arraysOf: (random: Seed.Generator) => ReadonlyArray<Graph.NamedArray>,
  inputs: (random: Seed.Generator) => Float64Array,
  score: (arrays: ReadonlyArray<Graph.NamedArray>, given: Float64Array) => Promise<Float64Array>
): Law =>
  law(
    "has the gradient of its forward pass, by finite differences",
    async (random) => {
      const [arrays, given, seen] = [arraysOf(random), inputs(random), new Array<Float32Array>()]
      const loss = squares(network().outputs)
      await run(
        backend,
        Effect.fnUntraced(function* (engine) {
          const program = { network: network(), loss, optimizer: looking(seen), seed: Seed.root(1) }
          const trainer = yield* engine.trainer(program, rows)
          trainer.load({ step: 0, arrays, slots: [] })
          trainer.inputs[0]!.set(given)
          trainer.step(rows, false)
        })
      )
      const lossAt = async (array: number, entry: number, delta: number) => {
        const moved = arrays.map((one, i) =>
          i === array ? { ...one, values: one.values.with(entry, one.values[entry]! + delta) } : one
        )
        const scores = await score(moved, given)
        return loss.evaluate(scores, new Float64Array(rows), new Float64Array(scores.length))
      }
      const delta = 2 ** -7
      for (const [array, gradient] of seen.entries()) {
        for (let entry = 0; entry < gradient.length; entry++) {
          const slope = ((await lossAt(array, entry, delta)) - (await lossAt(array, entry, -delta))) / (2 * delta)
          close([gradient[entry]!], [slope], 5e-3, `entry ${entry} of the gradient of ${arrays[array]!.path}`)
        }
      }
    },
    2
  )
