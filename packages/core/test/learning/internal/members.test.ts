import { assert, describe, it } from "@effect/vitest"
import * as Aum from "@rocflow/losses/Aum"
import * as Bce from "@rocflow/losses/Bce"
import type * as Tf from "@tensorflow/tfjs-core"
import * as CrossEntropy from "@rocflow/losses/CrossEntropy"
import * as Mse from "@rocflow/losses/Mse"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { expect } from "vitest"
import type { Task } from "../../../src/data/Task.ts"
import * as Engine from "../../../src/engine/Engine.ts"
import * as Learner from "../../../src/learning/Learner.ts"
import * as Measure from "../../../src/learning/Measure.ts"
import * as Model from "../../../src/learning/Model.ts"
import * as Prediction from "../../../src/learning/Prediction.ts"
import * as Saved from "../../../src/learning/Saved.ts"
import * as Validation from "../../../src/learning/Validation.ts"
import * as Members from "../../../src/learning/internal/members.ts"
import * as Graph from "../../../src/network/Graph.ts"
import { findNothing } from "../../../src/pipeline/Decode.ts"
import * as Ingress from "../../../src/pipeline/Ingress.ts"
import * as Loss from "../../../src/pipeline/Loss.ts"
import * as Nn from "../../../src/pipeline/Nn.ts"
import * as Optimizer from "../../../src/pipeline/Optimizer.ts"
import type { Any } from "../../../src/pipeline/Pipeline.ts"
import * as Preprocess from "../../../src/pipeline/Preprocess.ts"
import type { Explicit } from "../../../src/pipeline/Stage.ts"
import * as Seed from "../../../src/Seed.ts"
import { cpu, on } from "../../support/engines.ts"
import { tensors } from "../../support/layers.ts"
import { partOf, registry } from "../../support/pipelines.ts"
import * as Tasks from "../../support/tasks.ts"

const explicit = (loss: Loss.Bound): Explicit => {
  if (loss._tag === "Tensor") throw new Error("expected an explicit loss")
  return loss
}
const bound = (definition: Loss.Definition, given: object = {}) =>
  explicit(Result.getOrThrow(Loss.bind(definition, given)))
const mean = (loss: Loss.Bound, members: number) => explicit(Members.loss(loss, members))

describe("the loss of members", () => {
  it.effect("is the mean of theirs where it is of tensors, with its gradient", () =>
    Effect.gen(function* () {
      const tf = yield* Effect.promise(tensors)
      const [own, of] = [bound(CrossEntropy.definition), 3]
      const loss = Members.loss(Loss.tensor(own.tensor!), of)
      if (loss._tag !== "Tensor") return assert.fail("expected a loss of tensors")
      const draws = Seed.generator(Seed.root(8))
      const [n, outputs] = [4, 3]
      const scores = Float32Array.from({ length: n * of * outputs }, () => draws.normal())
      const targets = Float32Array.of(0, 2, 1, 0)
      const gradient = new Float32Array(scores.length)
      const value = mean(own, of).evaluate(scores, targets, gradient)
      const found = tf.valueAndGrad((x) => loss.tensor(x as Tf.Tensor2D, tf.tensor1d(targets), undefined, tf))(
        tf.tensor(scores, [n, of * outputs])
      )
      assert.closeTo(found.value.dataSync()[0]!, value, 1e-5)
      found.grad.dataSync().forEach((slope, i) => assert.closeTo(slope, gradient[i]!, 1e-5))
    })
  )

  const [rows, members] = [5, 3]
  const random = Seed.generator(Seed.root(6))
  const draw = (n: number) => Float64Array.from({ length: n }, () => random.normal())

  it.each<[string, Explicit, number, Float64Array, Float64Array | undefined]>([
    ["bce", bound(Bce.definition), 1, Float64Array.of(1, 0, 1, 0, 0), Float64Array.of(1, 2, 0, 1, 3)],
    ["the sum of bce", bound(Bce.definition, { reduction: "sum" }), 1, Float64Array.of(1, 0, 1, 0, 0), undefined],
    ["aum", bound(Aum.definition), 1, Float64Array.of(1, 0, 1, 0, 0), undefined],
    ["cross-entropy", bound(CrossEntropy.definition), 3, Float64Array.of(0, 1, 2, 1, 0), undefined],
    ["mse", bound(Mse.definition), 1, draw(rows), undefined]
  ])("is the mean of theirs: %s", (_, loss, outputs, targets, weights) => {
    const scores = draw(rows * members * outputs)
    const gradient = new Float64Array(scores.length)
    const value = mean(loss, members).evaluate(scores, targets, gradient, weights)
    let sum = 0
    for (let m = 0; m < members; m++) {
      const own = Array.from({ length: rows }, (_, i) =>
        scores.slice((i * members + m) * outputs, (i * members + m + 1) * outputs)
      )
      const slopes = new Float64Array(rows * outputs)
      sum += loss.evaluate(Float64Array.from(own.flatMap((row) => [...row])), targets, slopes, weights)
      slopes.forEach((slope, at) => {
        const [i, k] = [Math.floor(at / outputs), at % outputs]
        expect(gradient[(i * members + m) * outputs + k]).toBeCloseTo(slope / members, 12)
      })
    }
    expect(value).toBeCloseTo(sum / members, 12)
  })

  it("is the loss itself of one member", () => {
    const loss = bound(Bce.definition)
    expect(mean(loss, 1)).toBe(loss)
  })

  it("serves batches of several sizes, in single precision too", () => {
    const loss = mean(bound(Mse.definition), 2)
    const of = (scores: ReadonlyArray<number>, targets: ReadonlyArray<number>) => {
      const gradient = new Float32Array(scores.length)
      return [loss.evaluate(Float32Array.from(scores), Float32Array.from(targets), gradient), [...gradient]]
    }
    expect(of([1, 3], [2])).toEqual([1, [-1, 1]])
    expect(of([1, 3, 0, 0], [2, 0])).toEqual([0.5, [-0.5, 0.5, 0, 0]])
    expect(of([1, 3], [2])).toEqual([1, [-1, 1]])
  })
})

describe("the scores of members", () => {
  const sigmoid = (x: number) => 1 / (1 + Math.exp(-x))
  const of = (kind: Task["kind"], outputs: number, ranks = false) => ({ kind, outputs, ranks })

  it("have the mean of their probabilities", () => {
    const [a, b] = Members.scores([1, 3, -2, 0.5], 2, of("binary", 1))
    expect(sigmoid(a!)).toBeCloseTo((sigmoid(1) + sigmoid(3)) / 2, 14)
    expect(sigmoid(b!)).toBeCloseTo((sigmoid(-2) + sigmoid(0.5)) / 2, 14)
    const combined = Members.scores([0, 1, 2, 3, 0, -1], 2, of("multiclass", 3))
    const softmax = (row: ReadonlyArray<number>) => {
      const total = row.reduce((sum, x) => sum + Math.exp(x), 0)
      return row.map((x) => Math.exp(x) / total)
    }
    const expected = softmax([0, 1, 2]).map((p, k) => (p + softmax([3, 0, -1])[k]!) / 2)
    combined.forEach((score, k) => expect(Math.exp(score)).toBeCloseTo(expected[k]!, 14))
  })

  it("are finite, and those of one when all agree, however large", () => {
    for (const x of [0, 1e-3, 30, -30, 800, -800, 1e30]) {
      const [score] = Members.scores([x, x, x], 3, of("binary", 1))
      assert.closeTo(score!, x, Math.max(1e-12, Math.abs(x) * 1e-12))
    }
    expect([...Members.scores([1e30, -1e30], 2, of("binary", 1))].every(Number.isFinite)).toBe(true)
  })

  it("are the mean of values, and of scores where a loss only ranks", () => {
    expect([...Members.scores([1, 3, 5, 6], 2, of("regression", 1))]).toEqual([2, 5.5])
    expect([...Members.scores([1, 3, 5, 6], 2, of("binary", 1, true))]).toEqual([2, 5.5])
  })
})

describe("members with neutral adapters", () => {
  const body = (network: Any) => Result.getOrThrow(Graph.make(network.stages, new Map([["numeric", [2]]]), 1))
  const plain = body(Ingress.numeric().pipe(Nn.linear(3), Nn.tanh(), Nn.head()))
  const drawn = Graph.initialise(plain.parameters, Seed.root(9))
  const [kernel, bias, head, headBias] = drawn.map(({ values }) => [...values])

  /** The arrays of a network of members that all are the plain one; factors are 1. */
  const alike = (network: Graph.Network, members: number): ReadonlyArray<Graph.NamedArray> => {
    const repeated = (values: ReadonlyArray<number> = []) => Array.from({ length: members }, () => values).flat()
    const own = new Map([
      ["kernel", kernel],
      ["bias", network.parameters.some(({ path }) => path.endsWith("Scale")) ? repeated(bias) : bias]
    ])
    const ends = new Map([
      ["kernel", repeated(head)],
      ["bias", repeated(headBias)]
    ])
    return Graph.initialise(network.parameters, Seed.root(1)).map((array) => {
      const [layer, name] = array.path.split(".") as [string, string]
      const given = (layer === "memberHead" ? ends : own).get(name)
      return { ...array, values: given === undefined ? array.values.map(() => 1) : Float32Array.from(given) }
    })
  }

  /** Trains for some steps from given arrays; gives losses, the scores after them, and the arrays by path. */
  const steps = Effect.fnUntraced(function* (
    network: Graph.Network,
    arrays: ReadonlyArray<Graph.NamedArray>,
    members: number,
    count: number
  ) {
    const [engine] = yield* Engine.Engines
    const { transform } = partOf(Optimizer.sgdDefinition.bind({ learningRate: 0.5 }, findNothing), "optimizer")
    const loss = Members.loss(bound(Bce.definition), members)
    const trainer = yield* engine!.trainer({ network, loss, optimizer: transform, seed: Seed.root(1) }, 3)
    trainer.load({ step: 0, arrays, slots: [] })
    trainer.inputs[0]!.set([1, 2, -1, 0.5, 0, -2])
    trainer.targets.set([1, 0, 1])
    const losses = Array.from({ length: count }, () => trainer.step(3, false))
    trainer.score(3)
    const after = new Map(trainer.state().arrays.map(({ path, values }) => [path, [...values]]))
    return { losses, scores: [...trainer.scores], of: (path: string) => after.get(path)! }
  })
  const near = (actual: ReadonlyArray<number>, expected: ReadonlyArray<number>) => {
    assert.strictEqual(actual.length, expected.length)
    actual.forEach((value, i) => assert.closeTo(value, expected[i]!, 1e-6))
  }
  const shared = (members: number) =>
    body(
      Ingress.numeric().pipe(Nn.members(members), Nn.memberLinear(3, { adapter: "none" }), Nn.tanh(), Nn.memberHead())
    )

  it.effect("are the network without, where there is one: in losses, scores and what is learned", () =>
    Effect.gen(function* () {
      const network = shared(1)
      const a = yield* steps(network, alike(network, 1), 1, 5)
      const b = yield* steps(plain, drawn, 1, 5)
      near(a.losses, b.losses)
      near(a.scores, b.scores)
      for (const name of ["kernel", "bias"]) {
        near(a.of(`memberLinear.${name}`), b.of(`linear.${name}`))
        near(a.of(`memberHead.${name}`), b.of(`head.${name}`))
      }
    }).pipe(on(cpu))
  )

  it.effect("move what they share as the network without, and each head by its share", () =>
    Effect.gen(function* () {
      const network = shared(4)
      const a = yield* steps(network, alike(network, 4), 4, 1)
      const b = yield* steps(plain, drawn, 1, 1)
      near(a.losses, b.losses)
      near(a.of("memberLinear.kernel"), b.of("linear.kernel"))
      const moved = b.of("head.kernel").map((value, i) => head![i]! + (value - head![i]!) / 4)
      near(a.of("memberHead.kernel"), [...moved, ...moved, ...moved, ...moved])
    }).pipe(on(cpu))
  )

  it.effect("give the scores of the network without, factors of 1 or none", () =>
    Effect.gen(function* () {
      const network = body(
        Ingress.numeric().pipe(Nn.members(2, { adapter: "ones" }), Nn.memberLinear(3), Nn.tanh(), Nn.memberHead())
      )
      const a = yield* steps(network, alike(network, 2), 2, 0)
      const b = yield* steps(plain, drawn, 1, 0)
      near(
        a.scores,
        b.scores.flatMap((score) => [score, score])
      )
    }).pipe(on(cpu))
  )
})

describe("a learner of members", () => {
  const body = Preprocess.standardise().pipe(
    Ingress.numeric(),
    Nn.members(4),
    Nn.memberLinear(8, { adapter: "signs" }),
    Nn.relu(),
    Nn.dropout(0.1),
    Nn.memberLinear(8),
    Nn.relu(),
    Nn.memberHead()
  )
  const adam = Optimizer.adam({ learningRate: 0.02 })
  const options = { epochs: 15, batchSize: 16 }
  const validation = Validation.holdout(0.3, { measures: [Measure.logloss], restoreBest: true })
  const tensorMse = Loss.define({
    id: "Mine.mse",
    summary: "Mean squared error by automatic differentiation",
    accepts: ["regression"],
    weighted: false,
    options: Schema.Struct({}),
    make: () => Loss.tensor(Mse.definition.make({ reduction: "mean" }).tensor!)
  })

  type AnyLearner = Learner.Learner<Task["kind"], string, never, Engine.Engines>
  it.effect.each<readonly [string, AnyLearner, Task, (p: Prediction.Prediction) => boolean]>([
    [
      "two classes, validated",
      body.pipe(Bce.loss(), adam, Model.classif({ ...options, validation })),
      Tasks.binary(120),
      (prediction) => Number(Measure.auc.evaluate(prediction)) > 0.7
    ],
    [
      "two classes by ranking",
      body.pipe(Aum.loss(), adam, Model.classif({ ...options, batchSize: "all", epochs: 40 })),
      Tasks.binary(120),
      (prediction) => Number(Measure.auc.evaluate(prediction)) > 0.7
    ],
    [
      "three classes",
      body.pipe(CrossEntropy.loss(), adam, Model.classif({ ...options, measures: [Measure.logloss] })),
      Tasks.multiclass(120),
      (prediction) => Number(Measure.accuracy.evaluate(prediction)) > 0.6
    ],
    [
      "numbers",
      body.pipe(Mse.loss(), adam, Model.regr(options)),
      Tasks.regression(120),
      (prediction) => Number(Measure.rsq.evaluate(prediction)) > 0.5
    ],
    [
      "numbers, with a loss of tensors",
      body.pipe(Loss.stage(tensorMse), adam, Model.regr(options)),
      Tasks.regression(120),
      (prediction) => Number(Measure.rsq.evaluate(prediction)) > 0.5
    ]
  ])("learns %s, and predicts one row for a row", ([, learner, task, good]) =>
    Effect.gen(function* () {
      const trained = yield* Learner.train(learner, task, { seed: 2 })
      const prediction = yield* Learner.predict(trained, task)
      assert.strictEqual(prediction.response.length, task.rows)
      assert.isTrue(good(prediction))
    }).pipe(on(cpu))
  )

  it.effect("predicts the same after it was saved", () =>
    Effect.gen(function* () {
      const task = Tasks.binary(60)
      const learner = body.pipe(Bce.loss(), adam, Model.classif({ epochs: 3 }))
      const trained = yield* Learner.train(learner, task)
      const json: unknown = JSON.parse(JSON.stringify(Saved.toJson(trained)))
      const read = Result.getOrThrow(Saved.fromJson(json, registry))
      assert.deepStrictEqual(yield* Learner.predict(read, task), yield* Learner.predict(trained, task))
    }).pipe(on(cpu))
  )

  it.effect("has no line to search along", () =>
    Effect.gen(function* () {
      const learner = Ingress.piecewiseLinear({ bins: 3 }).pipe(
        Nn.memberHead(),
        Aum.loss(),
        Optimizer.lineSearch(),
        Model.classif({ epochs: 2, batchSize: "all" })
      )
      const error = yield* Effect.flip(Learner.train(learner, Tasks.binary(30)))
      assert.strictEqual(
        error.message,
        "memberHead: got the scores of 2 members, expected one for a row, as the optimizer searches along a line; choose Optimizer.sgd or Optimizer.adam, or end the network with Nn.head"
      )
    }).pipe(on(cpu))
  )
})
