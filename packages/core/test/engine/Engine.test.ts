import { assert, describe, it } from "@effect/vitest"
import * as Bce from "@rocflow/losses/Bce"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Engine from "../../src/engine/Engine.ts"
import * as Learner from "../../src/learning/Learner.ts"
import * as Model from "../../src/learning/Model.ts"
import * as Graph from "../../src/network/Graph.ts"
import * as Ingress from "../../src/pipeline/Ingress.ts"
import * as Loss from "../../src/pipeline/Loss.ts"
import * as Nn from "../../src/pipeline/Nn.ts"
import * as Optimizer from "../../src/pipeline/Optimizer.ts"
import * as Transform from "../../src/pipeline/Transform.ts"
import { cpu, on } from "../support/engines.ts"
import * as Tasks from "../support/tasks.ts"

/** An engine that only says what it cannot do. */
const saying = (name: string, reason?: string): Engine.Engine => ({
  name,
  supports: () => (reason === undefined ? Result.succeed(undefined) : Result.fail(reason)),
  trainer: () => Effect.die("not asked to train"),
  scorer: () => Effect.die("not asked to score")
})

const program = {
  network: Result.getOrThrow(Graph.make(Ingress.numeric().pipe(Nn.head()).stages, new Map([["numeric", [1]]]), 1)),
  loss: Loss.explicit({ evaluate: () => 0 }),
  optimizer: Transform.sequence([])
}

const chosen = (engines: ReadonlyArray<Engine.Engine>, wanted?: string) =>
  Result.match(Engine.choose(engines, program, wanted), {
    onSuccess: ({ name }) => name,
    onFailure: ({ message }) => message
  })

describe("choose", () => {
  const [fast, general, second] = [saying("kernel-simd", "no Nn.gelu"), saying("tfjs-wasm"), saying("tfjs-cpu")]

  it("takes the first that can, in the order in which they are provided", () => {
    assert.strictEqual(chosen([fast, general, second]), "tfjs-wasm")
    assert.strictEqual(chosen([second, general]), "tfjs-cpu")
  })

  it("takes one whose name begins as it was asked for", () => {
    assert.strictEqual(chosen([general, second], "tfjs-cpu"), "tfjs-cpu")
    assert.strictEqual(chosen([general, second], "tfjs"), "tfjs-wasm")
    assert.match(chosen([general, second], "wasm"), /is not among the engines provided/)
  })

  it("says what is in the way of each, or what there is", () => {
    assert.strictEqual(
      chosen([fast, general], "kernel"),
      'engine "kernel": kernel-simd: no Nn.gelu; choose another engine, or change the part that is in the way'
    )
    assert.strictEqual(
      chosen([general, second], "cuda"),
      'engine "cuda": is not among the engines provided; provided are tfjs-wasm, tfjs-cpu'
    )
    assert.strictEqual(chosen([]), 'engine "auto": is not among the engines provided; provided are none')
  })
})

describe("several engines in one program", () => {
  const pipeline = Ingress.numeric().pipe(Nn.head(), Bce.loss(), Optimizer.adam())

  it.effect("are chosen by each learner, and recorded with it", () =>
    Effect.gen(function* () {
      const [first] = yield* Engine.Engines
      const both = Engine.layer([
        { ...first!, name: "one" },
        { ...first!, name: "two" }
      ])
      const train = (engine?: string) =>
        Effect.map(
          Learner.train(
            pipeline.pipe(Model.classif({ epochs: 1, ...(engine === undefined ? {} : { engine }) })),
            Tasks.binary(12)
          ),
          ({ fitted }) => fitted.outcome!.engine
        ).pipe(Effect.provide(both))
      assert.deepStrictEqual([yield* train(), yield* train("two"), yield* train("one")], ["one", "two", "one"])
    }).pipe(on(cpu))
  )
})
