/** What models say of their features is, in the tables over all jobs, what each of them says by itself. */
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import * as Column from "@rocflow/core/data/Column"
import * as Table from "@rocflow/core/data/Table"
import * as Task from "@rocflow/core/data/Task"
import * as Auto from "@rocflow/core/engine/Auto"
import * as Learner from "@rocflow/core/learning/Learner"
import * as Measure from "@rocflow/core/learning/Measure"
import * as Saved from "@rocflow/core/learning/Saved"
import * as Preprocess from "@rocflow/core/pipeline/Preprocess"
import * as Seed from "@rocflow/core/Seed"
import * as Boosting from "@rocflow/learners/Boosting"
import * as ElasticNet from "@rocflow/learners/ElasticNet"
import * as Featureless from "@rocflow/learners/Featureless"
import * as Forest from "@rocflow/learners/Forest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import fc from "fast-check"
import { registry } from "../../core/test/support/pipelines.ts"
import * as Checked from "../src/Checked.ts"
import * as Design from "../src/Design.ts"
import * as Executor from "../src/Executor.ts"
import * as FeatureUse from "../src/FeatureUse.ts"
import type { AnyLearner } from "../src/Job.ts"
import * as Query from "../src/Query.ts"
import * as Resampling from "../src/Resampling.ts"
import * as Run from "../src/Run.ts"
import { temporary } from "./support/runs.ts"

const services = Layer.mergeAll(NodeServices.layer, Executor.inProcess, Auto.layer())
const rows = 90

/** Two of three numbers and a text say something of the class, of two or of three. */
const task = (levels: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const random = Seed.generator(Seed.root(3))
    const draw = () => Float64Array.from({ length: rows }, () => random.normal())
    const [a, b, c] = [draw(), draw(), draw()]
    const kind = Array.from({ length: rows }, (_, i) => "xyz"[i % 3]!)
    const classes = Array.from(a, (x, i) => {
      const sum = x + 0.5 * b[i]! + (kind[i] === "x" ? 1 : 0) + 0.5 * random.normal()
      return levels[Math.min(levels.length - 1, Math.max(0, Math.round(sum + 0.5)))]!
    })
    const table: Table.Table = yield* Table.fromEntries([
      ["a", Column.numeric(a)],
      ["b", Column.numeric(b.map((x) => 1000 * x))],
      ["c", Column.numeric(c)],
      ["kind", Column.text(kind)],
      ["site", Column.text(Array.from({ length: rows }, (_, i) => (i % 2 === 0 ? "north" : "south")))],
      ["y", Column.factor(classes, { levels })]
    ])
    const made: Task.Task = yield* Task.fromTable(table, { id: levels.join(), target: "y", subset: "site" })
    return made
  })

const design = Effect.gen(function* () {
  const two = yield* task(["ill", "well"])
  const three = yield* task(["low", "mid", "high"])
  const learners = [
    Learner.named(Learner.preprocessed(Preprocess.oneHot(), ElasticNet.make({ lambda: 0.1 })), "lasso"),
    Learner.named(Boosting.classif({ iterations: 5, minRows: 5 }), "boosting"),
    Learner.named(Forest.classif({ trees: 5, minRows: 10 }), "forest"),
    Featureless.make()
  ] as unknown as ReadonlyArray<AnyLearner>
  return yield* Design.grid({
    tasks: [two, three],
    learners,
    resamplings: [Resampling.sameOther({ folds: 2 })],
    measures: [Measure.error],
    seed: 1
  })
})

type Said = Array<Array<unknown>>

/** What the kept model of a job says, as the tables have it. */
const saidBy = (trained: Saved.Loaded): { readonly coefficients: Said; readonly importance: Said } => {
  const { coefficients, importance } = trained.fitted
  const gains = importance?.() ?? []
  const total = gains.reduce((sum, { gain }) => sum + gain, 0)
  return {
    coefficients: (coefficients?.() ?? [])
      .filter(({ value }) => value !== 0)
      .map(({ column, feature, level, perSd, value }) => [column, feature, level, value, perSd]),
    importance: gains
      .filter(({ splits }) => splits > 0)
      .map(({ column, feature, gain, splits }) => [column, feature, gain, gain / total, splits])
  }
}

const ofSql = Effect.fnUntraced(function* (directory: string) {
  const database = yield* Query.open(directory, ["coefficients", "importance"])
  const ask = (sql: string) => Effect.map(database.query(sql), (answer) => answer.rows)
  return {
    coefficients: yield* ask(
      "SELECT id, testSubset, trainSubsets, testFold, term, feature, level, value, perSd FROM coefficients ORDER BY id, term, level"
    ),
    importance: yield* ask(
      "SELECT id, testSubset, trainSubsets, testFold, term, feature, gain, share, splits FROM importance ORDER BY id, gain DESC, term"
    )
  }
}, Effect.scoped)

describe("tables of what models say of their features", () => {
  it.live(
    "have for every job what its model says by itself, in code and in SQL, of a run that was compacted and of one that was not",
    () =>
      Effect.gen(function* () {
        const directory = yield* temporary
        const run = yield* Run.start(yield* design, directory, { models: true })
        const found = yield* Run.features(directory)
        for (const { id, job } of run.results) {
          const trained = yield* Saved.read(join(directory, "models", id, "model.safetensors"), registry)
          const { coefficients, importance } = saidBy(trained)
          const own = <A extends { readonly id: string }>(all: ReadonlyArray<A>) => all.filter((row) => row.id === id)
          assert.deepStrictEqual(
            own(found.coefficients).map(({ column, feature, level, perSd, value }) => [
              column,
              feature,
              level,
              value,
              perSd
            ]),
            coefficients
          )
          assert.deepStrictEqual(
            own(found.importance).map(({ column, feature, gain, share, splits }) => [
              column,
              feature,
              gain,
              share,
              splits
            ]),
            importance
          )
          assert.strictEqual(coefficients.length > 0, job.learner === "lasso")
          assert.strictEqual(importance.length > 0, job.learner === "boosting" || job.learner === "forest")
        }
        assert.isTrue(found.coefficients.some(({ column, feature }) => column === "kind=x" && feature === "kind"))
        const sql = yield* ofSql(directory)
        assert.lengthOf(sql.coefficients, found.coefficients.length)
        assert.lengthOf(sql.importance, found.importance.length)
        const byKey = (all: ReadonlyArray<ReadonlyArray<unknown>>) =>
          new Map(all.map((row) => [row.slice(0, 7).join(), row]))
        const expected = found.coefficients.map(({ column, feature, id, job, level, perSd, value }) => [
          id,
          job.testSubset,
          job.trainSubsets,
          job.testFold,
          column,
          feature,
          level ?? null,
          value,
          perSd ?? null
        ])
        assert.deepStrictEqual(byKey(sql.coefficients), byKey(expected))
        // Of the segments alone, as while a run goes on, and of a run that an earlier version compacted.
        const finished = join(directory, "finished.json")
        const text = readFileSync(finished, "utf8")
        rmSync(finished)
        assert.deepStrictEqual(yield* ofSql(directory), sql)
        const { check: _, compacted, ...rest } = JSON.parse(text)
        const { features, ...before } = compacted
        assert.deepStrictEqual(Object.keys(features), ["coefficients", "importance"])
        writeFileSync(finished, Checked.write({ ...rest, compacted: before }))
        assert.deepStrictEqual(yield* ofSql(directory), sql)
        // And where a table was changed.
        writeFileSync(finished, text)
        const file = join(directory, "coefficients.parquet")
        const bytes = readFileSync(file)
        writeFileSync(
          file,
          bytes.map((byte, i) => byte ^ Number(i === 99))
        )
        assert.deepStrictEqual(yield* ofSql(directory), sql)
      }).pipe(Effect.scoped, Effect.provide(services))
  )

  it.live("have no files and no rows where no model says something", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      const planned = yield* Design.grid({
        tasks: [yield* task(["ill", "well"])],
        learners: [Featureless.make() as AnyLearner],
        resamplings: [Resampling.cv({ folds: 2 })],
        measures: [Measure.error],
        seed: 1
      })
      yield* Run.start(planned, directory)
      assert.isFalse(existsSync(join(directory, "coefficients.parquet")))
      assert.isFalse(existsSync(join(directory, "importance.parquet")))
      assert.deepStrictEqual(yield* ofSql(directory), { coefficients: [], importance: [] })
      for (const name of readdirSync(join(directory, "results"))) {
        assert.notMatch(readFileSync(join(directory, "results", name), "utf8"), /coefficients|importance/)
      }
    }).pipe(Effect.scoped, Effect.provide(services))
  )
})

describe("what a job keeps", () => {
  const finite = fc.double({ noNaN: true, min: -1e9, max: 1e9 }).filter((x) => Math.abs(x) > 1e-9)

  it("is every coefficient that is not 0, of many the largest, as the model has them", () => {
    const column = fc.record({
      value: fc.oneof(fc.constant(0), finite),
      sd: fc.double({ min: 0.1, max: 9, noNaN: true })
    })
    fc.assert(
      fc.property(
        finite,
        fc.array(column, { maxLength: 40 }),
        fc.boolean(),
        fc.boolean(),
        (constant, columns, isMulticlass, knows) => {
          const level = isMulticlass ? "mid" : "yes"
          const slopes = columns.map(({ sd, value }, j) => ({
            column: `x${j}`,
            feature: j % 2 === 0 ? `x${j}` : "x",
            level,
            value,
            perSd: knows ? value * sd : undefined
          }))
          const model = [
            { column: Learner.intercept, feature: Learner.intercept, level, value: constant, perSd: undefined },
            ...slopes
          ]
          const kept = FeatureUse.of({ coefficients: () => model }, isMulticlass)
          const stored = JSON.parse(JSON.stringify(kept))
          assert.deepStrictEqual(
            FeatureUse.coefficients(stored, "yes"),
            model.filter(({ value }) => value !== 0)
          )
          assert.strictEqual(kept.coefficients?.of, slopes.length)
        }
      )
    )
  })

  it("is what the largest 1000 gained, with the share in all", () => {
    const model = Array.from({ length: 2000 }, (_, j) => ({
      column: `x${j}`,
      feature: `x${j}`,
      gain: j < 1500 ? 1500 - j : 0,
      splits: j < 1500 ? 2 : 0
    }))
    const kept = FeatureUse.of({ importance: () => model }, false)
    const gains = FeatureUse.gains(kept)
    assert.lengthOf(gains, FeatureUse.most)
    assert.deepStrictEqual(
      gains.map(({ gain }) => gain),
      Array.from({ length: 1000 }, (_, j) => 1500 - j)
    )
    assert.closeTo(gains[0]!.share, 1500 / ((1500 * 1501) / 2), 1e-12)
    assert.strictEqual(kept.importance?.of, 2000)
  })

  it("is the largest by standard deviation of coefficients in many units", () => {
    const model = Array.from({ length: 1001 }, (_, j) => ({
      column: `x${j}`,
      feature: `x${j}`,
      level: undefined,
      // The largest by its own unit is the smallest by its deviation.
      value: j === 7 ? 1e6 : 1,
      perSd: j === 7 ? 0.01 : 1
    }))
    const kept = FeatureUse.coefficients(FeatureUse.of({ coefficients: () => model }, false), undefined)
    assert.lengthOf(kept, 1000)
    assert.isFalse(kept.some(({ column }) => column === "x7"))
  })
})
