import { assert, describe, it } from "@effect/vitest"
import * as Bce from "@rocflow/losses/Bce"
import * as Mse from "@rocflow/losses/Mse"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Definitions from "../../../src/Definitions.ts"
import * as Auto from "../../../src/engine/Auto.ts"
import * as Engine from "../../../src/engine/Engine.ts"
import * as Fused from "../../../src/engine/fused/Fused.ts"
import * as Table from "../../../src/engine/fused/internal/lowering/table.ts"
import * as Learner from "../../../src/learning/Learner.ts"
import * as Model from "../../../src/learning/Model.ts"
import * as Graph from "../../../src/network/Graph.ts"
import * as Ingress from "../../../src/pipeline/Ingress.ts"
import * as Loss from "../../../src/pipeline/Loss.ts"
import * as Nn from "../../../src/pipeline/Nn.ts"
import * as Optimizer from "../../../src/pipeline/Optimizer.ts"
import * as Preprocess from "../../../src/pipeline/Preprocess.ts"
import * as Transform from "../../../src/pipeline/Transform.ts"
import * as Seed from "../../../src/Seed.ts"
import { cpu, on } from "../../support/engines.ts"
import { partOf } from "../../support/pipelines.ts"
import * as Tasks from "../../support/tasks.ts"
import * as Networks from "./networks.ts"

const fused = Fused.engines()[0]!
const names = Engine.names(Fused.engines())
const sgd = { learningRate: 0.05 }

/** A layer of one's own, of tensor operations. */
const scaled = Nn.define({
  id: "Mine.scale",
  summary: "A learned factor for every entry",
  options: Schema.Struct({}),
  parameters: (_, shape) => [{ name: "factor", shape, initialise: (values) => values.fill(1) }],
  forward: (_, input, [factor], { tf }) => tf.mul(input, factor!)
})

const graphOf = (stages: Parameters<typeof Graph.make>[0]) =>
  Result.getOrThrow(Graph.make(stages, new Map([["numeric", [3]]]), 1))

const program = (stages: Parameters<typeof Graph.make>[0], loss: Loss.Bound = Networks.lossOf("mse")) => ({
  network: graphOf(stages),
  loss,
  optimizer: Transform.sequence([])
})

describe("supports", () => {
  const plain = Ingress.numeric().pipe(Nn.linear(3), Nn.relu(), Nn.head())

  it("takes layers that have kernels, and names the one that has none", () => {
    assert.isTrue(Result.isSuccess(fused.supports(program(plain.stages))))
    const other = Ingress.numeric().pipe(Nn.linear(3), Nn.stage(scaled), Nn.head())
    assert.deepStrictEqual(fused.supports(program(other.stages)), Result.fail('Mine.scale at "scale" has no kernels'))
  })

  it("refuses a loss of tensor operations", () => {
    const loss = Loss.tensor(Mse.definition.make({ reduction: "mean" }).tensor!)
    assert.deepStrictEqual(
      fused.supports(program(plain.stages, loss)),
      Result.fail("the loss has no explicit gradient, it is of tensor operations")
    )
  })
})

describe("a learner", () => {
  const options = { epochs: 3, batchSize: 16 }
  const task = Tasks.binary(60)
  const body = Preprocess.standardise().pipe(Ingress.numeric(), Nn.linear(4), Nn.tanh())

  it.effect("is trained by the first engine that can, or by the one it names, and says which it was", () =>
    Effect.gen(function* () {
      const engineOf = Effect.fnUntraced(function* (engine: string | undefined, own: boolean) {
        const layers = own ? body.pipe(Nn.stage(scaled), Nn.head()) : body.pipe(Nn.head())
        const closed = layers.pipe(
          Bce.loss(),
          Optimizer.sgd(sgd),
          Model.classif({ ...options, ...(engine && { engine }) })
        )
        return (yield* Learner.train(closed, task)).fitted.outcome?.engine
      })
      assert.strictEqual(yield* engineOf(undefined, false), fused.name)
      assert.strictEqual(yield* engineOf("fused", false), fused.name)
      assert.strictEqual(yield* engineOf("tfjs", false), "tfjs-cpu")
      assert.strictEqual(yield* engineOf(undefined, true), "tfjs-cpu")
      const refused = yield* Effect.flip(engineOf("fused", true))
      assert.strictEqual(
        refused.message,
        `engine "fused": ${names}: Mine.scale at "scale" has no kernels; choose another engine, or change the part that is in the way`
      )
    }).pipe(Effect.provide(Auto.layer({ backends: ["cpu"] })))
  )

  it.effect("is explained: what computes it, and why not what stands before", () =>
    Effect.gen(function* () {
      const engines = yield* Engine.Engines
      const other = Ingress.numeric().pipe(Nn.stage(scaled), Nn.head())
      const own = program(other.stages)
      assert.deepStrictEqual(
        Engine.explain(engines, own),
        Result.succeed(`tfjs-cpu, since ${names}: Mine.scale at "scale" has no kernels`)
      )
      assert.deepStrictEqual(Engine.explain(engines, program(body.pipe(Nn.head()).stages)), Result.succeed(fused.name))
      assert.deepStrictEqual(Engine.explain(engines, own, "tfjs"), Result.succeed("tfjs-cpu, which the learner names"))
    }).pipe(Effect.provide(Auto.layer({ backends: ["cpu"] })))
  )
})

describe("the arithmetic", () => {
  it("is named by the engine", () => {
    assert.strictEqual(Fused.engine("strict")?.name, "fused-strict")
    assert.strictEqual(Fused.engines("strict")[0]?.name, "fused-strict")
    assert.include(["fused-relaxed", "fused-strict"], fused.name)
  })
})

describe("checkpoints", () => {
  const given: Networks.Case = {
    stages: [
      "Ingress.numeric",
      { type: "Nn.linear", units: 5 },
      "Nn.batchNorm",
      "Nn.relu",
      { type: "Nn.dropout", rate: 0.2 },
      "Nn.head"
    ],
    inputs: [["numeric", [4]]],
    outputs: 1,
    loss: "bce",
    rows: 12
  }
  const optimizer = partOf(
    Optimizer.sgdDefinition.bind({ ...sgd, momentum: 0.9 }, () => Result.fail("nothing")),
    "optimizer"
  ).transform

  /** Ten steps on one engine and ten on another, beginning where the first has stopped. */
  const across = (first: Engine.Engine, second: Engine.Engine) =>
    Effect.gen(function* () {
      const whole = { network: Networks.networkOf(given), loss: Networks.lossOf("bce"), optimizer, seed: Seed.root(7) }
      const [before, after] = [yield* first.trainer(whole, given.rows), yield* second.trainer(whole, given.rows)]
      const steps = (trainer: Engine.Trainer, from: number) => {
        for (let step = from; step < from + 10; step++) {
          Networks.fill(trainer, given, step)
          trainer.step(given.rows, false)
        }
      }
      steps(before, 0)
      after.load(before.state())
      steps(after, 10)
      return after.state()
    })

  it.effect("cross between engines: parameters, buffers, slots, the number of the step", () =>
    Effect.gen(function* () {
      const tfjs = (yield* Engine.Engines)[0]!
      const [stayed, there, back] = [
        yield* across(fused, fused),
        yield* across(fused, tfjs),
        yield* across(tfjs, fused)
      ]
      for (const other of [there, back]) {
        assert.strictEqual(other.step, 20)
        for (const [i, { path, values }] of [...stayed.arrays, ...stayed.slots].entries()) {
          const theirs = [...other.arrays, ...other.slots][i]!
          assert.strictEqual(theirs.path, path)
          values.forEach((value, k) => assert.approximately(theirs.values[k]!, value, 1e-4))
        }
      }
    }).pipe(on(cpu))
  )
})

describe("embeddings", () => {
  it.effect("are gathered and learned as on TensorFlow.js", () =>
    Effect.gen(function* () {
      const tfjs = (yield* Engine.Engines)[0]!
      const network = Networks.network(
        ["Ingress.categorical", { type: "Nn.embedding", size: 3 }, "Nn.tanh", "Nn.flatten", "Nn.head"],
        new Map([["categorical", [2]]]),
        1,
        new Map([["categorical", [4, 2]]])
      )
      const trained = (engine: Engine.Engine) =>
        Effect.map(
          engine.trainer(
            {
              network,
              loss: Networks.lossOf("bce"),
              optimizer: partOf(
                Optimizer.sgdDefinition.bind(sgd, () => Result.fail("nothing")),
                "optimizer"
              ).transform,
              seed: Seed.root(1)
            },
            6
          ),
          (trainer) => {
            for (let step = 0; step < 5; step++) {
              trainer.inputs[0]!.set([0, 1, 1, 2, 4, 0, 2, 2, 3, 1, 4, 2])
              trainer.targets.set([0, 1, 1, 0, 1, 0])
              trainer.step(6 - (step % 2), false)
            }
            return trainer.state()
          }
        )
      const [mine, theirs] = [yield* trained(fused), yield* trained(tfjs)]
      mine.arrays.forEach(({ values }, i) =>
        values.forEach((value, k) => assert.approximately(value, theirs.arrays[i]!.values[k]!, 1e-6))
      )
    }).pipe(on(cpu))
  )
})

describe("built-in layers", () => {
  it("have kernels, all of them", () => {
    const layers = Definitions.all.filter(({ kind }) => kind === "layer" || kind === "head").map(({ id }) => id)
    assert.sameMembers([...Table.ids], layers)
  })
})

describe("memory", () => {
  const huge = (units: number) => {
    const { stages } = Ingress.numeric().pipe(Nn.linear(units), Nn.head())
    return { ...program(stages), network: Result.getOrThrow(Graph.make(stages, new Map([["numeric", [units]]]), 1)) }
  }

  it.effect("that cannot be had is a refusal which says what to do", () =>
    Effect.gen(function* () {
      const refused = yield* Effect.flip(fused.trainer({ ...huge(2_000), seed: Seed.root(1) }, 4_000_000))
      assert.strictEqual(
        refused.message,
        `engine "${fused.name}": the network and its batch need more than the 4 GB of a WebAssembly memory, or than this machine has; take a smaller network or batchSize, or engine: tfjs`
      )
    })
  )

  it.effect("is not blamed for a mistake of another kind", () =>
    Effect.gen(function* () {
      const broken = {
        ...huge(2),
        optimizer: { searches: false, begin: () => assert.fail("no optimizer") },
        seed: Seed.root(1)
      }
      const exit = yield* Effect.exit(fused.trainer(broken, 1))
      assert.isTrue(Exit.isFailure(exit) && Cause.hasDies(exit.cause))
    })
  )
})
