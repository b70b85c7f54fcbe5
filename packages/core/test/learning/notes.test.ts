/**
 * Nothing useless is trained in silence: what a learner says before training and after it.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Aum from "@rocflow/losses/Aum"
import * as Bce from "@rocflow/losses/Bce"
import * as CrossEntropy from "@rocflow/losses/CrossEntropy"
import * as Focal from "@rocflow/losses/Focal"
import * as Mse from "@rocflow/losses/Mse"
import * as Effect from "effect/Effect"
import fc from "fast-check"
import { expect } from "vitest"
import * as Column from "../../src/data/Column.ts"
import * as Note from "../../src/data/Note.ts"
import * as Table from "../../src/data/Table.ts"
import * as Task from "../../src/data/Task.ts"
import type * as Engine from "../../src/engine/Engine.ts"
import { rankingBatches } from "../../src/learning/internal/trainingNotes.ts"
import * as Learner from "../../src/learning/Learner.ts"
import * as Measure from "../../src/learning/Measure.ts"
import * as Model from "../../src/learning/Model.ts"
import * as Validation from "../../src/learning/Validation.ts"
import * as Ingress from "../../src/pipeline/Ingress.ts"
import * as Merge from "../../src/pipeline/Merge.ts"
import * as Nn from "../../src/pipeline/Nn.ts"
import * as Optimizer from "../../src/pipeline/Optimizer.ts"
import * as Preprocess from "../../src/pipeline/Preprocess.ts"
import { cpu, on } from "../support/engines.ts"

const rows = 100
const index = Array.from({ length: rows }, (_, i) => i)

/** A feature that tells the class, and one that tells nothing. */
const taskOf = Effect.fnUntraced(function* (isPositive: (row: number) => boolean) {
  const table = yield* Table.fromColumns({
    y: Column.text(index.map((i) => (isPositive(i) ? "ill" : "well"))),
    signal: Column.numeric(index.map((i) => (isPositive(i) ? 2 : 0) + Math.sin(i * 7))),
    name: Column.text(index.map((i) => `patient ${i}`))
  })
  return yield* Task.fromTable(table, { target: "y", positive: "ill", features: ["signal"] })
})

type AnyLearner = Learner.Learner<"binary" | "multiclass" | "regression", string, unknown, Engine.Engines>

const trainedCodes = (learner: AnyLearner, task: Task.Task) =>
  Effect.map(Learner.train(learner, task), ({ fitted }) => fitted.notes.map(({ code }) => code))

const network = Preprocess.standardise().pipe(Ingress.numeric(), Nn.head())

describe("before training", () => {
  it.effect("says that labels are no categories, and how many columns are behind each stage", () =>
    Effect.gen(function* () {
      const task = yield* taskOf((i) => i % 2 === 0)
      const wide = yield* Task.fromTable(task.table, { target: "y", positive: "ill" })
      const learner = Preprocess.oneHot().pipe(
        Ingress.numeric(),
        Nn.head(),
        Bce.loss(),
        Optimizer.adam(),
        Model.classif({ epochs: 1 })
      )
      const { notes, stages } = yield* Learner.check(learner, wide)
      assert.deepStrictEqual(stages, [{ path: "oneHot", columns: 1 }])
      assert.deepStrictEqual(notes.map(Note.message), [
        'column "name": has 100 different values in 100 rows, a label rather than a category; none becomes an indicator. Leave it out by ignore: [name], or derive a feature of it.'
      ])
    })
  )

  it.effect("says that labels are no categories for an embedding, also in a branch and as whole numbers", () =>
    Effect.gen(function* () {
      const table = yield* Table.fromColumns({
        y: Column.text(index.map((i) => (i % 2 === 0 ? "ill" : "well"))),
        name: Column.text(index.map((i) => `patient ${i}`)),
        number: yield* Effect.fromResult(Column.integer(index.map((i) => (i * 7) % 100))),
        ward: yield* Effect.fromResult(Column.integer(index.map((i) => i % 4)))
      })
      const task = yield* Task.fromTable(table, { target: "y", positive: "ill" })
      const codes = Ingress.categorical().pipe(Nn.embedding(2), Nn.flatten())
      const finding = (name: string) =>
        `column "${name}": has 100 different values in 100 rows, a label rather than a category; an embedding has a vector for each, and none for new ones. Leave it out by ignore: [${name}], or derive a feature of it.`
      const end = [Bce.loss(), Optimizer.adam(), Model.classif({ epochs: 1 })] as const
      for (const learner of [codes.pipe(Nn.head(), ...end), Merge.concat({ codes }).pipe(Nn.head(), ...end)]) {
        const { notes, stages } = yield* Learner.check(learner, task)
        assert.deepStrictEqual(notes.map(Note.message), [finding("name"), finding("number")])
        assert.deepStrictEqual(stages, [])
      }
    })
  )

  it.effect("says that batches have one class only", () =>
    Effect.gen(function* () {
      const task = yield* taskOf((i) => i % 25 === 0)
      const codes = (batchSize: number | "all") =>
        Effect.map(
          Learner.check(network.pipe(Aum.loss(), Optimizer.adam(), Model.classif({ epochs: 1, batchSize })), task),
          ({ notes }) => notes.map(({ code }) => code)
        )
      assert.deepStrictEqual(yield* codes(8), ["one-class-batches"])
      assert.deepStrictEqual(yield* codes("all"), [])
      const bce = network.pipe(Bce.loss(), Optimizer.adam(), Model.classif({ epochs: 1, batchSize: 8 }))
      assert.deepStrictEqual((yield* Learner.check(bce, task)).notes, [])
    })
  )

  it("gives the share of useless batches, and a size that has few", () => {
    // (1 − 0.02)^32 + 0.02^32 = 0.5239
    const notes = (
      share: number,
      batchSize: number,
      rows: number,
      how: "stratified" | "balanced" | undefined = undefined
    ) => rankingBatches("Aum.loss", { batchSize, how, rows, share })
    expect(notes(0.02, 32, 5000).map(Note.message)).toEqual([
      "52 % of the batches of 32 rows have one class only, as 2.0 % of the rows are positive; Aum.loss compares classes and learns nothing from them. Give batchSize: 256, or batches: { balanced: class }."
    ])
    expect(notes(0.05, 32, 5000).map(({ advice }) => advice)).toEqual([
      "Give batchSize: 128, or batches: { stratified: class }."
    ])
    // 32 rows of which 2 % are positive have 0.64 positives on average.
    expect(notes(0.02, 32, 5000, "stratified").map(({ finding }) => finding.slice(0, 20))).toEqual([
      "36 % of the batches "
    ])
    expect(notes(0.05, 32, 5000, "stratified")).toEqual([])
    expect(notes(0.02, 32, 5000, "balanced")).toEqual([])
    expect(notes(1, 32, 50).map(Note.message)).toEqual([
      "all 50 training rows have one class; Aum.loss compares classes and learns nothing from them. Give it rows of both classes, such as by a stratum of the target, or a loss that takes rows one by one."
    ])
    expect(notes(0.5, 1, 100).map(({ advice }) => advice)).toEqual(["Give batchSize: 8."])
    fc.assert(
      fc.property(
        fc.double({ min: 0.001, max: 0.999, noNaN: true }),
        fc.integer({ min: 1, max: 500 }),
        (share, size) => {
          const advised = notes(share, size, 1e6).map(({ advice }) => Number(/\d+/.exec(advice)![0]))
          for (const enough of advised) {
            expect(enough).toBeGreaterThan(size)
            expect(notes(share, enough, 1e6)).toEqual([])
          }
        }
      )
    )
  })
})

describe("after training", () => {
  it.effect("says nothing of a network that learned", () =>
    Effect.gen(function* () {
      const task = yield* taskOf((i) => i % 2 === 0)
      const learner = network.pipe(
        Bce.loss(),
        Optimizer.adam({ learningRate: 0.1 }),
        Model.classif({ epochs: 30, validation: Validation.holdout(0.3, { measures: [Measure.auc], patience: 20 }) })
      )
      assert.deepStrictEqual(yield* trainedCodes(learner, task), [])
    }).pipe(on(cpu))
  )

  const withValidation = (whenUndefined: "continue" | "fail") =>
    network.pipe(
      Bce.loss(),
      Optimizer.adam({ learningRate: 0.1 }),
      Model.classif({
        epochs: 12,
        validation: Validation.rows([1, 3, 5], {
          measures: [Measure.auc],
          patience: 2,
          restoreBest: true,
          whenUndefined
        })
      })
    )

  it.effect("says that validation never had a value, and trains all epochs", () =>
    Effect.gen(function* () {
      const task = yield* taskOf((i) => i % 2 === 0)
      const { fitted } = yield* Learner.train(withValidation("continue"), task)
      assert.strictEqual(fitted.outcome?.epochs, 12)
      assert.deepStrictEqual(fitted.notes.map(Note.message), [
        "validation by auc was undefined in every epoch on 3 held-out rows (AUC needs both classes, and these rows have one), so training neither stopped early nor chose an epoch. Validate by a measure that one class suffices for, such as logloss, hold out more rows, or give whenUndefined: fail."
      ])
    }).pipe(on(cpu))
  )

  it.effect("fails where that is asked for", () =>
    Effect.gen(function* () {
      const task = yield* taskOf((i) => i % 2 === 0)
      const { message } = yield* Effect.flip(Learner.train(withValidation("fail"), task))
      assert.match(message, /Validation: validation by auc was undefined in every epoch.*; hold out more rows/)
    }).pipe(on(cpu))
  )

  const rare = Effect.gen(function* () {
    const table = yield* Table.fromColumns({
      y: Column.text(index.map((i) => (i % 20 === 0 ? "ill" : "well"))),
      x: Column.numeric(index.map((i) => Math.sin(i * i) + (i % 20 === 0 ? 1 : 0)))
    })
    return yield* Task.fromTable(table, { target: "y", positive: "ill" })
  })

  const advice = (learner: AnyLearner, task: Task.Task) =>
    Effect.map(Learner.train(learner, task), ({ fitted }) =>
      fitted.notes.filter(({ code }) => code === "worse-than-majority").map((note) => note.advice)
    )

  const weights = "The classes are weighed, which moves the threshold: leave that out, or compare by AUC only."

  it.effect("says that class weights cost more errors than a constant", () =>
    Effect.gen(function* () {
      const end = [Optimizer.adam({ learningRate: 0.1 }), Model.classif({ epochs: 50 })] as const
      for (const learner of [
        network.pipe(Bce.loss({ posWeight: 20 }), ...end),
        network.pipe(Focal.loss({ alpha: 0.97 }), ...end)
      ]) {
        assert.deepStrictEqual(yield* trainedCodes(learner, yield* rare), ["worse-than-majority"])
        assert.deepStrictEqual(yield* advice(learner, yield* rare), [
          `Give more than 50 epochs, or a larger learning rate. ${weights}`
        ])
      }
    }).pipe(on(cpu))
  )

  it.effect("says before training that classes are balanced by batches and weights at once", () =>
    Effect.gen(function* () {
      const codes = (settings: Partial<Parameters<typeof Model.classif>[0]>) =>
        Effect.gen(function* () {
          const learner = network.pipe(Bce.loss(), Optimizer.adam(), Model.classif({ epochs: 1, ...settings }))
          return (yield* Learner.check(learner, yield* rare)).notes.map(({ code }) => code)
        })
      const balanced = { balanced: "class" } as const
      assert.deepStrictEqual(yield* codes({ batches: balanced, classWeights: "balanced" }), ["balanced-twice"])
      assert.deepStrictEqual(yield* codes({ batches: balanced }), [])
      assert.deepStrictEqual(yield* codes({ batches: { stratified: "class" }, classWeights: "balanced" }), [])
    }).pipe(on(cpu))
  )

  it.effect("speaks of no AUC where there are three classes", () =>
    Effect.gen(function* () {
      const table = yield* Table.fromColumns({
        y: Column.text(index.map((i) => (i % 20 === 0 ? "ill" : i % 20 === 1 ? "unsure" : "well"))),
        x: Column.numeric(index.map((i) => Math.sin(i * i)))
      })
      const learner = network.pipe(
        CrossEntropy.loss(),
        Optimizer.adam({ learningRate: 0.1 }),
        Model.classif({ epochs: 50, classWeights: "balanced" })
      )
      const [said] = yield* advice(learner, yield* Task.fromTable(table, { target: "y" }))
      assert.match(said!, /errors in rare ones are dearer: leave that out if all rows should count alike\.$/)
    }).pipe(on(cpu))
  )

  it.effect("advises more steps where there were too few, and other measures where one that ranks chose them", () =>
    Effect.gen(function* () {
      const trained = (measure: typeof Measure.auc | typeof Measure.logloss, restoreBest: boolean) =>
        Preprocess.standardise().pipe(
          Ingress.numeric(),
          Nn.linear(8),
          Nn.tanh(),
          Nn.head(),
          Bce.loss(),
          Optimizer.sgd({ learningRate: 1e-6 }),
          Model.classif({ epochs: 1, validation: Validation.holdout(0.4, { measures: [measure], restoreBest }) })
        )
      const longer = "Give more than 1 epoch, or a larger learning rate."
      const ranked = "Epochs chosen by auc do not care for the threshold: choose them by error or logloss."
      const task = yield* rare
      assert.deepStrictEqual(yield* advice(trained(Measure.logloss, true), task), [longer])
      assert.deepStrictEqual(yield* advice(trained(Measure.auc, false), task), [longer])
      assert.deepStrictEqual(yield* advice(trained(Measure.auc, true), task), [`${longer} ${ranked}`])
    }).pipe(on(cpu))
  )

  it.effect("says that a network learned nothing, and a regression less than the mean", () =>
    Effect.gen(function* () {
      const task = yield* taskOf((i) => i % 2 === 0)
      const still = network.pipe(Bce.loss(), Optimizer.sgd({ learningRate: 1e-12 }), Model.classif({ epochs: 1 }))
      const flat = Task.withFeatures(task, new Map([["x", Column.numeric(index.map((i) => (i % 4 < 2 ? 1 : -1)))]]))
      assert.include(yield* trainedCodes(still, flat), "learned-nothing")
      const prices = yield* Table.fromColumns({
        price: Column.numeric(index.map((i) => 200_000 + 1000 * i)),
        x: Column.numeric(index)
      })
      const houses = yield* Task.fromTable(prices, { target: "price", kind: "regression" })
      const slow = network.pipe(Mse.loss(), Optimizer.adam({ learningRate: 0.01 }), Model.regr({ epochs: 5 }))
      assert.deepStrictEqual(yield* trainedCodes(slow, houses), ["worse-than-mean"])
    }).pipe(on(cpu))
  )
})
