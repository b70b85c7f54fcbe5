import { assert, describe, it } from "@effect/vitest"
import * as Aum from "@rocflow/losses/Aum"
import * as Bce from "@rocflow/losses/Bce"
import * as Huber from "@rocflow/losses/Huber"
import * as Mse from "@rocflow/losses/Mse"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Column from "../../../src/data/Column.ts"
import type * as Task from "../../../src/data/Task.ts"
import * as Engine from "../../../src/engine/Engine.ts"
import * as Fused from "../../../src/engine/fused/Fused.ts"
import * as Accumulation from "../../../src/learning/internal/accumulation.ts"
import * as Learner from "../../../src/learning/Learner.ts"
import * as Measure from "../../../src/learning/Measure.ts"
import * as Model from "../../../src/learning/Model.ts"
import * as Ingress from "../../../src/pipeline/Ingress.ts"
import * as Loss from "../../../src/pipeline/Loss.ts"
import * as Nn from "../../../src/pipeline/Nn.ts"
import * as Optimizer from "../../../src/pipeline/Optimizer.ts"
import * as Preprocess from "../../../src/pipeline/Preprocess.ts"
import * as Schedule from "../../../src/pipeline/Schedule.ts"
import * as Seed from "../../../src/Seed.ts"
import * as Networks from "../../engine/fused/networks.ts"
import { cpu, on } from "../../support/engines.ts"
import { partOf } from "../../support/pipelines.ts"
import * as Tasks from "../../support/tasks.ts"

const sgd = partOf(
  Optimizer.sgdDefinition.bind({ learningRate: 0.1 }, () => Result.fail("nothing")),
  "optimizer"
).transform

describe("the parts of updates", () => {
  const parts = (loss: Loss.Bound, weights: ReadonlyArray<number>) => {
    const { after, part, updates } = Accumulation.make(loss, { batches: 6, per: 4 })
    assert.strictEqual(updates, 2)
    assert.deepStrictEqual([0, 1, 3, 4, 5, 6].map(after), [0, 0, 0, 1, 1, 2])
    return weights.map((weight, i) => part(i + 1, weight)!)
  }

  it("have the share of what weighs so far, and those that are left make an update of their own", () => {
    const made = parts(Networks.lossOf("bce"), [2, 2, 4, 8, 1, 3])
    assert.deepStrictEqual(
      made.map(({ last }) => last),
      [false, false, false, true, false, true]
    )
    assert.deepStrictEqual(
      made.map(({ share }) => share),
      [1, 1 / 2, 1 / 2, 1 / 2, 1, 3 / 4]
    )
    assert.isTrue(made.every(({ before, share }) => before === 1 - share))
  })

  it("have no share where nothing weighs, and leave what was added as it is", () => {
    const made = parts(Networks.lossOf("bce"), [0, 3, 0, 1, 0, 0])
    assert.deepStrictEqual(
      made.map(({ before, share }) => [before, share]),
      [
        [1, 0],
        [0, 1],
        [1, 0],
        [3 / 4, 1 / 4],
        [1, 0],
        [1, 0]
      ]
    )
  })

  it("are added up as they are where the loss is a sum", () => {
    const sum = [Mse.definition.make({ reduction: "sum" }), Huber.definition.make({ delta: 1, reduction: "sum" })]
    for (const loss of sum) {
      assert.isTrue(parts(loss, [2, 2, 2, 2, 2, 1]).every(({ before, share }) => before === 1 && share === 1))
    }
  })

  it("are none where a batch is an update", () => {
    const { part } = Accumulation.make(Networks.lossOf("bce"), { batches: 6, per: 1 })
    assert.isUndefined(part(1, 2))
  })
})

const body = Preprocess.standardise().pipe(Ingress.numeric(["x", "z"]), Nn.linear(4), Nn.tanh(), Nn.head())
const adam = Optimizer.adam({ learningRate: Schedule.cosine({ from: 0.05 }), epsilon: 0.001 })
const small = { epochs: 6, batchSize: 8, accumulate: 4 }
const large = { epochs: 6, batchSize: 32 }

const weighted = Tasks.binary(
  61,
  { weight: "w" },
  { w: Column.numeric(Array.from({ length: 61 }, (_, i) => (i % 5) / 2)) }
)

/** The learners that are to give the same, and a task. */
const pairs: ReadonlyArray<readonly [string, Learner.Learner, Learner.Learner, Task.Task]> = [
  ...[Tasks.binary(61), weighted].map((task) => {
    const of = (options: typeof large) =>
      body.pipe(Bce.loss(), adam, Model.classif({ ...options, measures: [Measure.auc] }))
    return [`Bce.loss${task.weights === undefined ? "" : ", weighted"}`, of(small), of(large), task] as const
  }),
  ...(["mean", "sum"] as const).map((reduction) => {
    const of = (options: typeof large) => body.pipe(Mse.loss({ reduction }), adam, Model.regr(options))
    return [`Mse.loss ${reduction}`, of(small), of(large), Tasks.regression(61)] as const
  }),
  ...(["mean", "sum"] as const).map((reduction) => {
    const of = (options: typeof large) => body.pipe(Huber.loss({ reduction }), adam, Model.regr(options))
    return [`Huber.loss ${reduction}`, of(small), of(large), Tasks.regression(61)] as const
  }),
  (() => {
    const of = (options: typeof large) =>
      body.pipe(Bce.loss(), adam, Model.classif({ ...options, classWeights: "balanced" }))
    return ["class weights", of(small), of(large), Tasks.binary(61)] as const
  })()
] as unknown as ReadonlyArray<readonly [string, Learner.Learner, Learner.Learner, Task.Task]>

describe("four batches an update", () => {
  for (const [what, accumulated, whole, task] of pairs) {
    it.effect(`are one batch of four times the size: ${what}`, () =>
      Effect.gen(function* () {
        for (const engine of [...Fused.engines(), ...(yield* Engine.Engines)]) {
          const outcome = (learner: Learner.Learner) =>
            Effect.map(Learner.train(learner, task), ({ fitted }) => fitted.outcome!).pipe(
              Effect.provide(Engine.layer([engine]))
            )
          const [mine, theirs] = [yield* outcome(accumulated), yield* outcome(whole)]
          mine.arrays.forEach(({ values }, i) =>
            values.forEach((value, k) => assert.approximately(value, theirs.arrays[i]!.values[k]!, 2e-5))
          )
          assert.strictEqual(mine.state.engine.step, theirs.state.engine.step)
        }
      }).pipe(on(cpu))
    )
  }

  it.effect("are one batch of the same mixed rows, whose weights differ", () =>
    Effect.gen(function* () {
      const mixup = { epochs: 1, batchSize: 10, accumulate: 7, mixup: 1 }
      const learner = Ingress.numeric(["x", "z"]).pipe(
        Nn.linear(4),
        Nn.tanh(),
        Nn.head(),
        Bce.loss(),
        Optimizer.sgd({ learningRate: 1 }),
        Model.classif(mixup)
      )
      for (const engine of [...Fused.engines(), ...(yield* Engine.Engines)]) {
        // A training of one update whose steps are written down; then one step of all their rows.
        let trained: Engine.Program | undefined
        const steps: Array<Record<"inputs" | "own" | "others", ReadonlyArray<readonly [number, number]>>> = []
        const writing: Engine.Engine = {
          ...engine,
          trainer: (program, rows) =>
            Effect.map(engine.trainer(program, rows), (trainer) => {
              trained = program
              return {
                ...trainer,
                step: (used, weighted, read, part) => {
                  const { inputs, targets, weights } = trainer
                  const pairsOf = (from: number) =>
                    Array.from({ length: used }, (_, i) => [targets[from + i]!, weights[from + i]!] as const)
                  steps.push({
                    inputs: Array.from(
                      { length: used },
                      (_, i) => [inputs[0]![2 * i]!, inputs[0]![2 * i + 1]!] as const
                    ),
                    own: pairsOf(0),
                    others: pairsOf(used)
                  })
                  return trainer.step(used, weighted, read, part)
                }
              }
            })
        }
        const { fitted } = yield* Learner.train(learner, weighted).pipe(Effect.provide(Engine.layer([writing])))
        assert.strictEqual(steps.length, 7)
        const whole = yield* engine.trainer(trained!, weighted.rows)
        whole.inputs[0]!.set(steps.flatMap(({ inputs }) => inputs.flat()))
        const pairs = [...steps.flatMap(({ own }) => own), ...steps.flatMap(({ others }) => others)]
        pairs.forEach(([target, weight], i) => {
          whole.targets[i] = target
          whole.weights[i] = weight
        })
        whole.step(weighted.rows, true)
        fitted.outcome!.arrays.forEach(({ values }, i) =>
          values.forEach((value, k) => assert.approximately(value, whole.arrays[i]!.values[k]!, 1e-6))
        )
      }
    }).pipe(on(cpu))
  )

  it.effect("have masks of their own, and count as one update", () =>
    Effect.gen(function* () {
      const given: Networks.Case = {
        stages: ["Ingress.numeric", { type: "Nn.linear", units: 8 }, { type: "Nn.dropout", rate: 0.5 }, "Nn.head"],
        inputs: [["numeric", [3]]],
        outputs: 1,
        loss: "bce",
        rows: 4
      }
      for (const engine of [...Fused.engines(), ...(yield* Engine.Engines)]) {
        const optimizer = sgd
        const program = {
          network: Networks.networkOf(given),
          loss: Networks.lossOf("bce"),
          optimizer,
          seed: Seed.root(7)
        }
        const trainer = yield* engine.trainer(program, given.rows)
        Networks.fill(trainer, given, 1)
        const before = trainer.state()
        trainer.step(4, false, undefined, { before: 1, share: 0.5, last: false })
        const first = trainer.scores.slice()
        assert.deepStrictEqual(trainer.state().arrays, before.arrays)
        trainer.step(4, false, undefined, { before: 1, share: 0.5, last: true })
        assert.notDeepEqual(trainer.scores.slice(), first)
        assert.strictEqual(trainer.state().step, 1)
        assert.notDeepEqual(trainer.state().arrays, before.arrays)
        // A state that is put back forgets what waited.
        trainer.load(before)
        trainer.step(4, false, undefined, { before: 1, share: 0.5, last: false })
        trainer.load(before)
        trainer.step(4, false)
        const plain = yield* engine.trainer(program, given.rows)
        Networks.fill(plain, given, 1)
        plain.step(4, false)
        assert.deepStrictEqual(trainer.state(), plain.state())
      }
    }).pipe(on(cpu))
  )

  it.effect("are refused with a line search", () =>
    Effect.gen(function* () {
      const linear = Ingress.numeric(["x", "z"]).pipe(
        Nn.head(),
        Aum.loss(),
        Optimizer.lineSearch(),
        Model.classif(small)
      )
      const { message } = yield* Effect.flip(Learner.check(linear, Tasks.binary(30)))
      assert.include(
        message,
        "the optimizer searches along a line of the scores of one batch, without weights, and accumulate adds up the gradients of several batches; take Optimizer.sgd or Optimizer.adam, or leave accumulate out"
      )
    }).pipe(on(cpu))
  )
})

describe("batches of classes", () => {
  const task = Tasks.binary(60)
  const model = { epochs: 10, batchSize: 8, measures: [Measure.auc] }
  const trained = (options: Partial<Model.ClassifOptions<never, never, "binary">>) =>
    Effect.map(
      Learner.train(body.pipe(Aum.loss(), adam, Model.classif({ ...model, ...options })), task),
      ({ fitted }) => fitted.outcome!
    ).pipe(Effect.provide(Engine.layer(Fused.engines())))

  it.effect("train, and are measured on the rows that an epoch has", () =>
    Effect.gen(function* () {
      for (const batches of [{ stratified: "class" }, { balanced: "class" }] as const) {
        for (const dropLast of [false, true]) {
          const [first, again] = [yield* trained({ batches, dropLast }), yield* trained({ batches, dropLast })]
          assert.deepStrictEqual(again.arrays, first.arrays)
          assert.isAbove(Number(first.history.at(-1)!.train["auc"]), 0.6)
          assert.strictEqual(first.state.engine.step, 10 * (dropLast ? 7 : 8))
        }
      }
    })
  )

  it.effect("are refused where the task has no strata, before and in training", () =>
    Effect.gen(function* () {
      const learner = body.pipe(Aum.loss(), adam, Model.classif({ ...model, batches: { balanced: "stratum" } }))
      const [checked, fitted] = [
        yield* Effect.flip(Learner.check(learner, task)),
        yield* Effect.flip(Learner.train(learner, task))
      ]
      assert.include(checked.message, "the task has no stratum")
      assert.strictEqual(fitted.message, checked.message)
    }).pipe(Effect.provide(Engine.layer(Fused.engines())))
  )
})
