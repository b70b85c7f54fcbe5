import { rmSync } from "node:fs"
import { join } from "node:path"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import * as Column from "@rocflow/core/data/Column"
import * as Table from "@rocflow/core/data/Table"
import * as Task from "@rocflow/core/data/Task"
import * as Auto from "@rocflow/core/engine/Auto"
import * as Measure from "@rocflow/core/learning/Measure"
import * as Saved from "@rocflow/core/learning/Saved"
import * as Seed from "@rocflow/core/Seed"
import * as Boosting from "@rocflow/learners/Boosting"
import * as Featureless from "@rocflow/learners/Featureless"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { registry } from "../../core/test/support/pipelines.ts"
import * as Design from "../src/Design.ts"
import * as Executor from "../src/Executor.ts"
import * as Explained from "../src/Explained.ts"
import * as Importance from "../src/Importance.ts"
import type { AnyLearner } from "../src/Job.ts"
import * as Resampling from "../src/Resampling.ts"
import * as Run from "../src/Run.ts"
import * as StudentT from "../src/StudentT.ts"
import { temporary } from "./support/runs.ts"

const n = 240
/** Of north `a` says what is the matter, of south `b`; `c` says nothing, and `kind` neither. */
const task = Effect.gen(function* () {
  const random = Seed.generator(Seed.root(4))
  const draw = () => Float64Array.from({ length: n }, () => random.normal())
  const [a, b, c] = [draw(), draw(), draw()]
  const site = Array.from({ length: n }, (_, i) => (i % 2 === 0 ? "north" : "south"))
  const table: Table.Table = yield* Table.fromEntries([
    ["a", Column.numeric(a)],
    ["b", Column.numeric(b)],
    ["c", Column.numeric(c)],
    ["kind", Column.text(Array.from({ length: n }, (_, i) => "xyz"[i % 3]!))],
    ["site", Column.text(site)],
    ["y", Column.text(site.map((name, i) => ((name === "north" ? a[i]! : b[i]!) > 0 ? "ill" : "well")))]
  ])
  const made: Task.Task = yield* Task.fromTable(table, { id: "sites", target: "y", positive: "ill", subset: "site" })
  return made
})

const design = Effect.gen(function* () {
  return yield* Design.grid({
    tasks: [yield* task],
    learners: [Boosting.classif({ iterations: 15, minRows: 3 }) as AnyLearner, Featureless.make() as AnyLearner],
    resamplings: [Resampling.sameOther({ folds: 3 })],
    measures: [Measure.auc],
    seed: 1
  })
})

const services = Layer.mergeAll(NodeServices.layer, Executor.inProcess, Auto.layer())
const options = { measure: Measure.auc, repeats: 3 }

describe("Explained.ofRun", () => {
  it.live("averages over splits what each model says of its own test rows", () =>
    Effect.gen(function* () {
      const [planned, directory] = [yield* design, yield* temporary]
      yield* Run.start(planned, directory, { models: true })
      const { rows, silent } = yield* Explained.ofRun(directory, planned, registry, Explained.permutation(options), {
        learner: "Boosting.classif"
      })
      assert.deepStrictEqual(silent, [])
      // Two test subsets by three training sets, of four features each.
      assert.lengthOf(rows, 24)
      const of = (testSubset: string, trainSubsets: string, name: string) =>
        rows.find((row) => row.testSubset === testSubset && row.trainSubsets === trainSubsets && row.name === name)!
      // A model of one site relies on the one feature that says something there.
      for (const [site, useful, useless] of [
        ["north", "a", "b"],
        ["south", "b", "a"]
      ] as const) {
        assert.isAbove(of(site, "same", useful).mean, 0.3)
        assert.isBelow(Math.abs(of(site, "same", useless).mean), 0.05)
        assert.isAbove(Number(of(site, "same", useful).lower), 0)
      }
      // By hand, with the corrected error of Nadeau and Bengio.
      const jobs = planned.jobs.filter(
        ({ learner, split }) =>
          learner.id === "Boosting.classif" && split.testSubset === "north" && split.trainSubsets === "all"
      )
      assert.lengthOf(jobs, 3)
      const losses = yield* Effect.forEach(jobs, (job) =>
        Effect.gen(function* () {
          const trained = yield* Saved.read(join(directory, "models", job.id, "model.safetensors"), registry)
          const found = yield* Importance.permutation(trained, Task.take(job.task, job.split.test), options)
          return found.find(({ name }) => name === "a")!.mean
        })
      )
      const mean = losses.reduce((sum, loss) => sum + loss, 0) / 3
      const sd = Math.sqrt(losses.reduce((sum, loss) => sum + (loss - mean) ** 2, 0) / 2)
      const share = jobs.reduce((sum, { split: { test, train } }) => sum + test.length / train.length, 0) / 3
      const se = sd * Math.sqrt(1 / 3 + share)
      const row = of("north", "all", "a")
      assert.approximately(row.mean, mean, 1e-12)
      assert.approximately(Number(row.sd), sd, 1e-12)
      assert.approximately(Number(row.se), se, 1e-12)
      assert.approximately(Number(row.upper), mean + StudentT.quantile(0.975, 2) * se, 1e-12)
      assert.strictEqual(row.splits, 3)
    }).pipe(Effect.scoped, Effect.provide(services))
  )

  it.live("lists who says nothing, and why", () =>
    Effect.gen(function* () {
      const [planned, directory] = [yield* design, yield* temporary]
      yield* Run.start(planned, directory, { models: true })
      const lost = planned.jobs.find(({ learner }) => learner.id === "Boosting.classif")!
      rmSync(join(directory, "models", lost.id), { recursive: true })
      const { rows, silent } = yield* Explained.ofRun(directory, planned, registry, Explained.shap)
      assert.deepStrictEqual([...new Set(rows.map(({ learner }) => learner))], ["Boosting.classif"])
      assert.deepStrictEqual(
        silent.map(({ jobs, learner }) => [learner, jobs]),
        [
          ["Boosting.classif", 1],
          ["Featureless", 18]
        ]
      )
      assert.strictEqual(silent[0]!.reason, "its model is not there")
      assert.include(silent[1]!.reason, "has no SHAP values")
      const cell = rows.filter(({ testSubset, trainSubsets }) => testSubset === "north" && trainSubsets === "same")
      assert.strictEqual(cell.toSorted((u, v) => v.mean - u.mean)[0]!.name, "a")
      const without = rows.filter(
        (row) => row.testSubset === lost.split.testSubset && row.trainSubsets === lost.split.trainSubsets
      )
      assert.deepStrictEqual(
        without.map(({ splits }) => splits),
        [2, 2, 2, 2]
      )
    }).pipe(Effect.scoped, Effect.provide(services))
  )

  it.live("goes through the same values of a feature in all splits, in their order", () =>
    Effect.gen(function* () {
      const [planned, directory] = [yield* design, yield* temporary]
      yield* Run.start(planned, directory, { models: true })
      const ask = (feature: string) =>
        Effect.map(
          Explained.ofRun(
            directory,
            planned,
            registry,
            Explained.dependence({ feature, points: 5, task: planned.tasks[0]! }),
            { learner: "Boosting.classif" }
          ),
          ({ rows }) => rows.filter((row) => row.testSubset === "north" && row.trainSubsets === "same")
        )
      const curve = yield* ask("a")
      const values = curve.map(({ name }) => Number(name))
      assert.lengthOf(values, 5)
      assert.deepStrictEqual(
        values,
        values.toSorted((u, v) => u - v)
      )
      assert.isTrue(curve.every(({ level, splits }) => level === "ill" && splits === 3))
      assert.isAbove(curve[4]!.mean, curve[0]!.mean + 0.5)
      assert.deepStrictEqual(
        (yield* ask("kind")).map(({ name }) => name),
        ["x", "y", "z"]
      )
    }).pipe(Effect.scoped, Effect.provide(services))
  )

  it.live("refuses a run without models, another design, and a level out of range", () =>
    Effect.gen(function* () {
      const [planned, directory] = [yield* design, yield* temporary]
      yield* Run.start(planned, directory)
      const ask = (of: typeof planned, level = 0.95) =>
        Effect.map(
          Effect.flip(Explained.ofRun(directory, of, registry, Explained.shap, { level })),
          ({ message }) => message
        )
      assert.include(yield* ask(planned), "kept no models; write `models: true`")
      assert.include(yield* ask(planned, 95), "level is 95; give a number between 0 and 1")
      const kept = yield* temporary
      yield* Run.start(planned, kept, { models: true })
      const other = yield* Effect.flip(Explained.ofRun(kept, { ...planned, hash: "another" }, registry, Explained.shap))
      assert.include(other.message, "is of another design")
    }).pipe(Effect.scoped, Effect.provide(services))
  )
})
