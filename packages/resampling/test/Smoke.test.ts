import { assert, describe, it } from "@effect/vitest"
import * as Core from "@rocflow/core/Definitions"
import * as Learner from "@rocflow/core/learning/Learner"
import * as Measure from "@rocflow/core/learning/Measure"
import * as Registry from "@rocflow/core/pipeline/Registry"
import * as Units from "@rocflow/core/splitting/Units"
import * as Learners from "@rocflow/learners/Definitions"
import * as Losses from "@rocflow/losses/Definitions"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import fc from "fast-check"
import * as Design from "../src/Design.ts"
import * as Resampling from "../src/Resampling.ts"
import * as Smoke from "../src/Smoke.ts"
import * as Tune from "../src/Tune.ts"
import { control, noisy } from "./support/runs.ts"
import { dynamic } from "./support/tasks.ts"

const registry = Result.getOrThrow(Registry.make([...Core.all, ...Losses.all, ...Learners.all, ...Tune.definitions]))

describe("thin", () => {
  it("keeps some rows of each stratum, class and subset, and no others", () => {
    const cell = fc.tuple(fc.constantFrom("a", "b"), fc.constantFrom("north", "south"), fc.constantFrom("u", "v", "w"))
    fc.assert(
      fc.property(fc.array(cell, { minLength: 4, maxLength: 80 }), fc.integer({ min: 1, max: 5 }), (cells, count) => {
        const column = (k: 0 | 1 | 2) => cells.map((each) => each[k])
        fc.pre(new Set(column(0)).size === 2)
        const task = dynamic(cells.length, { target: column(0), subset: column(1), stratum: column(2) })
        const rows = Int32Array.from(cells.keys()).filter((row) => row % 4 !== 0)
        const found = Smoke.thin(Result.getOrThrow(Units.make(task)), rows, count)
        assert.deepStrictEqual(
          Array.from(found),
          Array.from(rows).filter((row) => found.includes(row))
        )
        const counts = (of: Iterable<number>) => Map.groupBy(of, (row) => cells[row]!.join()).entries()
        const all = new Map(Array.from(counts(rows), ([key, own]) => [key, Math.min(count, own.length)]))
        assert.deepStrictEqual(new Map(Array.from(counts(found), ([key, own]) => [key, own.length])), all)
      })
    )
  })
})

describe("design", () => {
  const subset = Array.from({ length: 120 }, (_, row) => (row % 3 === 0 ? "north" : "south"))
  const full = Design.grid({
    tasks: [dynamic(120, { subset, stratum: subset })],
    learners: [Learner.named(noisy(control()), "one"), Learner.named(noisy(control(), 2), "two")],
    fallback: noisy(control(), 3),
    resamplings: [Resampling.sameOther({ folds: 3, sizes: 0 })],
    measures: [Measure.mse],
    pooled: [Measure.mae, Measure.mse],
    seed: 1
  })

  it.effect("has one job for each learner, test subset and kind of training set, of few rows", () =>
    Effect.gen(function* () {
      const { jobs } = yield* Effect.fromResult(Smoke.design(yield* full, { rows: 4 }))
      const kinds = jobs.map(({ learner, split }) => `${learner.id} ${split.testSubset} ${split.trainSubsets}`)
      assert.deepStrictEqual(
        kinds.toSorted(),
        ["one", "two"].flatMap((id) =>
          ["north", "south"].flatMap((site) => ["all", "other", "same"].map((kind) => `${id} ${site} ${kind}`))
        )
      )
      for (const { fallback, measures, split } of jobs) {
        assert.lengthOf(split.test, 4)
        assert.lengthOf(split.train, split.trainSubsets === "all" ? 8 : 4)
        assert.strictEqual(fallback, undefined)
        assert.deepStrictEqual(
          measures.map(({ id }) => id),
          ["mse", "mae"]
        )
      }
    })
  )

  it.effect("takes rows of the splits that it is of", () =>
    Effect.gen(function* () {
      const planned = yield* full
      const { jobs } = yield* Effect.fromResult(Smoke.design(planned))
      for (const { split } of jobs) {
        const whole = planned.jobs.find((job) => job.split.iteration === split.iteration)!.split
        assert.includeMembers(Array.from(whole.train), Array.from(split.train))
        assert.includeMembers(Array.from(whole.test), Array.from(split.test))
      }
    })
  )
})

describe("brief", () => {
  const json = (learner: unknown) =>
    Result.getOrThrow(
      Smoke.brief(Learner.named(Result.getOrThrow(Learner.fromJson(learner, registry)), "name"), registry)
    )
  const pipeline = (epochs: number) => ({
    pipeline: [
      "Ingress.numeric",
      "Nn.head",
      "Bce.loss",
      { type: "Optimizer.sgd", learningRate: 0.1 },
      { type: "Model.classif", epochs, batchSize: 7 }
    ]
  })

  it("trains networks for two epochs, and leaves the rest", () => {
    assert.deepStrictEqual(json(pipeline(200)).json, json(pipeline(2)).json)
    assert.strictEqual(json(pipeline(200)).id, "name")
    assert.include(JSON.stringify(json(pipeline(200)).json), '"batchSize":7')
    assert.include(JSON.stringify(json(pipeline(1)).json), '"epochs":1')
  })

  it("finds them by their names, and within other learners", () => {
    assert.include(JSON.stringify(json("Mlp.classif").json), '"epochs":2')
    const bagged = json({ type: "Ensemble.bagging", learner: "Mlp.classif", size: 3 })
    assert.include(JSON.stringify(bagged.json), '"epochs":2')
    assert.include(JSON.stringify(bagged.json), '"size":3')
    assert.deepStrictEqual(json({ type: "Tree", cp: 0 }).json, { type: "Tree", cp: 0 })
  })

  it("lets tuners try two configurations, to two epochs at the most", () => {
    const halving = json({ type: "Tune.halving", space: "usual", learner: "Mlp.classif", least: 8, most: 200 })
    assert.include(JSON.stringify(halving.json), '"evaluations":2')
    assert.include(JSON.stringify(halving.json), '"most":2')
    assert.include(JSON.stringify(halving.json), '"least":1')
  })
})
