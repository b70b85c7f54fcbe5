/** Random networks, computed by ONNX Runtime and by the fused engine. */
import { assert, describe, it } from "@effect/vitest"
import * as Fused from "@rocflow/core/engine/fused/Fused"
import * as Graph from "@rocflow/core/network/Graph"
import type * as Parts from "@rocflow/core/learning/Parts"
import * as Pipeline from "@rocflow/core/pipeline/Pipeline"
import * as Seed from "@rocflow/core/Seed"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import { type Case, cases, networkOf, registry } from "../../core/test/engine/fused/networks.ts"
import * as Builder from "../src/internal/builder.ts"
import { type Columns, columnsOf } from "../src/internal/columns.ts"
import { toBytes } from "../src/internal/messages.ts"
import { network } from "../src/internal/network.ts"
import { ort } from "./support/runtime.ts"

const size = (shape: ReadonlyArray<number>): number => shape.reduce((product, n) => product * n, 1)

/** First values of a network, moved so that norms and gates have something to do. */
const arraysOf = (made: Graph.Network): ReadonlyArray<Graph.NamedArray> => {
  const random = Seed.generator(Seed.root(3))
  return Graph.initialise([...made.parameters, ...made.buffers], Seed.root(2)).map(({ path, shape, values }) => ({
    path,
    shape,
    values: values.map((value) => value + 0.1 * random.float())
  }))
}

/** The scores of the engine and of the runtime, on the same random rows. */
const both = (given: Case) =>
  Effect.gen(function* () {
    const made = networkOf(given)
    const arrays = arraysOf(made)
    const engine = Fused.engine("strict")!
    const scorer = yield* engine.scorer(made, arrays, given.rows)
    const random = Seed.generator(Seed.root(4))
    for (const input of scorer.inputs) for (let i = 0; i < input.length; i++) input[i] = random.normal()
    scorer.score(given.rows)

    const to = Builder.make()
    const inputs = new Map<string, Columns>()
    const feeds: Record<string, ort.Tensor> = {}
    const ingress: Array<Parts.Learned> = []
    given.inputs.forEach(([path, shape], i) => {
      const width = size(shape)
      const name = to.input({ name: `input${i}`, type: "double", shape: ["rows", width] })
      const names = Array.from({ length: width }, (_, j) => `c${j}`)
      inputs.set(path, new Map(columnsOf(name, names)))
      ingress.push({ path, state: names })
      const values = Float64Array.from(scorer.inputs[i]!.subarray(0, given.rows * width))
      feeds[name] = new ort.Tensor("float64", values, [given.rows, width])
    })
    const { stages } = Result.getOrThrow(Pipeline.fromJson(given.stages, registry))
    const parts: Parts.Network = {
      _tag: "Network",
      stages,
      preprocess: [],
      ingress,
      network: made,
      arrays,
      intercept: 0,
      target: [],
      members: 1,
      ranks: false,
      predictType: "prob"
    }
    to.output({ name: "scores", type: "double", shape: ["rows", given.outputs] }, network(to, parts, inputs))
    const model = toBytes({
      producer: "test",
      description: "",
      opsets: { "": 17, [Builder.classic]: 3 },
      metadata: {},
      ...to
    })
    const session = yield* Effect.promise(() => ort.InferenceSession.create(model))
    const results = yield* Effect.promise(() => session.run(feeds))
    yield* Effect.promise(() => session.release())
    return {
      expected: scorer.scores.slice(0, given.rows * given.outputs),
      given: results.scores!.data as Float64Array
    }
  }).pipe(Effect.scoped)

describe("networks", () => {
  it("have the scores of the fused engine in ONNX Runtime", async () => {
    const numeric = cases(true).filter(({ stages }) => !JSON.stringify(stages).includes("Ingress.categorical"))
    await fc.assert(
      fc.asyncProperty(numeric, async (one) => {
        const { expected, given } = await Effect.runPromise(both(one) as Effect.Effect<never>)
        const scale = (expected as Float32Array).reduce((most: number, x: number) => Math.max(most, Math.abs(x)), 1)
        ;(expected as Float32Array).forEach((score: number, i: number) =>
          assert.isAtMost(Math.abs(score - given[i]!) / scale, 1e-5)
        )
      }),
      { numRuns: 150, seed: 1 }
    )
  })
})
