import { assert, describe, it } from "@effect/vitest"
import * as Aum from "@rocflow/losses/Aum"
import * as Bce from "@rocflow/losses/Bce"
import * as Mse from "@rocflow/losses/Mse"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Column from "../../../src/data/Column.ts"
import * as Engine from "../../../src/engine/Engine.ts"
import * as Fused from "../../../src/engine/fused/Fused.ts"
import * as Learner from "../../../src/learning/Learner.ts"
import * as Mixup from "../../../src/learning/internal/mixup.ts"
import * as Model from "../../../src/learning/Model.ts"
import * as Ingress from "../../../src/pipeline/Ingress.ts"
import * as Loss from "../../../src/pipeline/Loss.ts"
import * as Nn from "../../../src/pipeline/Nn.ts"
import * as Optimizer from "../../../src/pipeline/Optimizer.ts"
import * as Seed from "../../../src/Seed.ts"
import * as Networks from "../../engine/fused/networks.ts"
import { cpu, on } from "../../support/engines.ts"
import * as Tasks from "../../support/tasks.ts"

const rows = 6

/** The memory of a trainer of two inputs: x of one number, and (x, 2x); targets 10, 11, …; weights 1, 2, …. */
const memory = (): Engine.Trainer => {
  const x = Float32Array.from({ length: rows }, (_, i) => i)
  return {
    inputs: [x, Float32Array.from({ length: 2 * rows }, (_, i) => x[i >> 1]! * (1 + (i % 2)))],
    targets: Float32Array.from({ length: 2 * rows }, (_, i) => 10 + i),
    weights: Float32Array.from({ length: 2 * rows }, (_, i) => 1 + i),
    scores: new Float32Array(rows),
    score: () => {},
    step: () => 0,
    state: () => ({ step: 0, arrays: [], slots: [] }),
    load: () => {},
    freeze: () => {},
    arrays: [],
    settle: () => {}
  }
}

const mixed = (alpha: number, { seed = 1, used = rows, weighted = false } = {}) => {
  const trainer = memory()
  Mixup.make(alpha, trainer, rows)(used, weighted, Seed.root(seed))
  return trainer
}

describe("mixing a batch", () => {
  it("takes one λ of at least 1/2 and one partner a row, for every input, target and weight", () => {
    for (const used of [1, 4, rows]) {
      const { inputs, targets, weights } = mixed(1, { used })
      const partners = Array.from({ length: used }, (_, i) => targets[used + i]! - 10)
      assert.sameMembers(
        partners,
        Array.from({ length: used }, (_, i) => i)
      )
      for (let i = 0; i < used; i++) {
        const lambda = weights[i]!
        assert.isAtLeast(lambda, 0.5)
        assert.strictEqual(targets[i], 10 + i)
        assert.approximately(lambda + weights[used + i]!, 1, 1e-6)
        const x = lambda * i + (1 - lambda) * partners[i]!
        assert.approximately(inputs[0]![i]!, x, 1e-5)
        assert.approximately(inputs[1]![2 * i]!, x, 1e-5)
        assert.approximately(inputs[1]![2 * i + 1]!, 2 * x, 1e-5)
      }
      assert.deepStrictEqual([...inputs[0]!.subarray(used)], [...memory().inputs[0]!.subarray(used)])
    }
  })

  it("multiplies the weights of rows", () => {
    const [plain, weighted] = [mixed(1), mixed(1, { weighted: true })]
    for (let i = 0; i < rows; i++) {
      const partner = plain.targets[rows + i]! - 10
      assert.approximately(weighted.weights[i]!, plain.weights[i]! * (1 + i), 1e-5)
      assert.approximately(weighted.weights[rows + i]!, plain.weights[rows + i]! * (1 + partner), 1e-5)
    }
  })

  it("leaves rows as they are where alpha is near 0", () => {
    const { inputs, weights } = mixed(1e-12)
    assert.deepStrictEqual(inputs, memory().inputs)
    assert.deepStrictEqual(
      [...weights],
      Array.from({ length: 2 * rows }, (_, i) => (i < rows ? 1 : 0))
    )
  })

  it("mixes the same for the same seed, and otherwise for another", () => {
    assert.deepStrictEqual(mixed(0.4).inputs, mixed(0.4).inputs)
    assert.notDeepEqual(mixed(0.4).inputs, mixed(0.4, { seed: 2 }).inputs)
  })

  // Beta(1, 1): E max(λ, 1 − λ) = 3/4. Beta(1/2, 1/2): 1/2 + 1/π, the mean distance of an arcsine variate from 1/2 being 1/π.
  for (const [alpha, share] of [
    [1, 3 / 4],
    [0.5, 1 / 2 + 1 / Math.PI]
  ] as const) {
    it(`has the expectation: for Beta(${alpha}, ${alpha}) ${share.toFixed(3)} of a row, and the rest of the mean of its batch`, () => {
      const n = 4000
      const sums = new Float64Array(rows)
      for (let seed = 0; seed < n; seed++) mixed(alpha, { seed }).inputs[0]!.forEach((x, i) => (sums[i]! += x / n))
      const mean = (rows - 1) / 2
      sums.forEach((sum, i) => assert.approximately(sum, share * i + (1 - share) * mean, 4 * (1.2 / Math.sqrt(n))))
    })
  }
})

describe("a step of pairs", () => {
  const stages: ReadonlyArray<Networks.Json> = [
    "Ingress.numeric",
    { type: "Nn.linear", units: 4 },
    "Nn.tanh",
    "Nn.head"
  ]
  const given: Networks.Case = { stages, inputs: [["numeric", [3]]], outputs: 1, loss: "bce", rows: 5 }
  const tensor = Loss.tensor(Mse.definition.make({ reduction: "mean" }).tensor!)
  const losses: ReadonlyArray<readonly [string, Loss.Bound]> = [
    ["by a kernel", Networks.lossOf("bce")],
    ["without a formula", Networks.lossOf("aum")],
    ["of tensors", tensor]
  ]

  /** What one step makes of the parameters. */
  const stepped = (engine: Engine.Engine, loss: Loss.Bound, pairs: boolean, used: number) =>
    Effect.gen(function* () {
      const optimizer = Result.getOrThrow(
        Optimizer.sgdDefinition.bind({ learningRate: 1 }, () => Result.fail("")).bound
      )
      if (optimizer.part.kind !== "optimizer") return assert.fail("no optimizer")
      const network = Networks.networkOf(given)
      const program = { network, loss, optimizer: optimizer.part.transform, seed: Seed.root(3), pairs }
      const trainer = yield* engine.trainer(program, pairs ? given.rows : 2 * given.rows)
      const random = Seed.generator(Seed.root(5))
      const input = Float32Array.from({ length: used * 3 }, () => random.normal())
      trainer.inputs[0]!.set(pairs ? input : [...input, ...input])
      for (let i = 0; i < 2 * used; i++) {
        trainer.targets[i] = random.below(2)
        trainer.weights[i] = random.float()
      }
      const value = trainer.step(pairs ? used : 2 * used, true)
      return { value, arrays: trainer.state().arrays.map(({ values }) => [...values]) }
    })

  for (const [what, loss] of losses) {
    it.effect(`is a step on the rows twice, each with its target and weight: a loss ${what}`, () =>
      Effect.gen(function* () {
        const engines = [...Fused.engines(), ...(yield* Engine.Engines)]
        for (const engine of engines) {
          if (loss._tag === "Tensor" && engine.name.startsWith("fused")) continue
          for (const used of [1, 3, given.rows]) {
            const [pairs, twice] = [yield* stepped(engine, loss, true, used), yield* stepped(engine, loss, false, used)]
            assert.approximately(pairs.value, twice.value, 1e-6)
            pairs.arrays.forEach((values, i) =>
              values.forEach((value, k) => assert.approximately(value, twice.arrays[i]![k]!, 1e-6))
            )
          }
        }
      }).pipe(on(cpu))
    )
  }
})

describe("a network of members", () => {
  it.effect("learns from mixed rows, each member from all of them, alike on both engines", () =>
    Effect.gen(function* () {
      const members = Ingress.numeric().pipe(
        Nn.members(3),
        Nn.memberLinear(4),
        Nn.tanh(),
        Nn.memberHead(),
        Bce.loss(),
        Optimizer.sgd({ learningRate: 0.1 }),
        Model.classif({ epochs: 5, batchSize: 8, mixup: 0.5 })
      )
      const arrays = (engine: Engine.Engine) =>
        Effect.map(Learner.train(members, Tasks.binary(30)), ({ fitted }) => fitted.outcome!.arrays).pipe(
          Effect.provide(Engine.layer([engine]))
        )
      const [mine, theirs] = [yield* arrays(Fused.engines()[0]!), yield* arrays((yield* Engine.Engines)[0]!)]
      mine.forEach(({ values }, i) =>
        values.forEach((value, k) => assert.approximately(value, theirs[i]!.values[k]!, 1e-5))
      )
    }).pipe(on(cpu))
  )
})

const engines = Engine.layer(Fused.engines())
const body = Ingress.numeric().pipe(Nn.linear(4), Nn.tanh(), Nn.head())
const adam = Optimizer.adam({ learningRate: 0.01 })

const trainedBy = (options: { readonly mixup?: number }) =>
  Learner.train(
    body.pipe(Bce.loss(), adam, Model.classif({ epochs: 5, batchSize: 8, ...options })),
    Tasks.binary(30)
  ).pipe(
    Effect.map(({ fitted: { outcome } }) => outcome!),
    Effect.provide(engines)
  )

describe("a model with mixup", () => {
  it.effect("gives the same bits for the same seed, and others than without", () =>
    Effect.gen(function* () {
      const [first, again, without] = [
        yield* trainedBy({ mixup: 0.4 }),
        yield* trainedBy({ mixup: 0.4 }),
        yield* trainedBy({})
      ]
      assert.deepStrictEqual(again.arrays, first.arrays)
      assert.notDeepEqual(without.arrays, first.arrays)
    })
  )

  it.effect("becomes one without as alpha goes to 0", () =>
    Effect.gen(function* () {
      const [mixed, without] = [yield* trainedBy({ mixup: 1e-12 }), yield* trainedBy({})]
      assert.deepStrictEqual(mixed.arrays, without.arrays)
    })
  )

  it("is part of what a learner is, and its absence is not", () => {
    const hash = (options: { readonly mixup?: number }) =>
      Learner.hash(body.pipe(Bce.loss(), adam, Model.classif({ epochs: 5, ...options })))
    assert.notStrictEqual(hash({ mixup: 0.2 }), hash({}))
  })
})

describe("mixup is refused", () => {
  const settings = { epochs: 1, mixup: 0.2 }
  const model = Model.classif(settings)
  const unweighted = Loss.define({
    id: "Mine.loss",
    summary: "Nothing",
    accepts: ["binary"],
    weighted: false,
    options: Schema.Struct({}),
    make: () => Loss.explicit({ evaluate: () => 0 })
  })
  const codes = Ingress.categorical(["place"]).pipe(Nn.embedding(2), Nn.flatten(), Nn.head())
  const place = { place: Column.text(Array.from({ length: 30 }, (_, i) => (i % 2 === 0 ? "here" : "there"))) }
  const task = Tasks.binary(30, { features: ["x", "z", "place"] }, place)
  const numbers = Ingress.numeric(["x", "z"]).pipe(Nn.head())
  const refused = [
    ["an alpha of 0", numbers.pipe(Bce.loss(), adam, Model.classif({ ...settings, mixup: 0 })), "mixup"],
    [
      "a loss without weights",
      numbers.pipe(Loss.stage(unweighted), adam, model),
      "Mine.loss takes no weights, and mixup weighs the two targets of a row; take a loss with weights, such as Bce.loss, CrossEntropy.loss, Aum.loss or Mse.loss, or leave mixup out"
    ],
    ["a line search", numbers.pipe(Aum.loss(), Optimizer.lineSearch(), model), "take Optimizer.sgd or Optimizer.adam"],
    [
      "codes of categories",
      codes.pipe(Bce.loss(), adam, model),
      '"categorical" gives codes of categories, which cannot be mixed as numbers can; take Preprocess.oneHot and Ingress.numeric for them, or leave mixup out'
    ]
  ] as const
  for (const [what, learner, said] of refused) {
    it.effect(`for ${what}, before and in training`, () =>
      Effect.gen(function* () {
        const [checked, trained] = [
          yield* Effect.flip(Learner.check(learner, task)),
          yield* Effect.flip(learner.fit(task, Seed.root(1)))
        ]
        assert.include(checked.message, said)
        assert.strictEqual(trained.message, checked.message)
      }).pipe(Effect.provide(engines))
    )
  }
})
