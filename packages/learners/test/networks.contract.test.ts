/** The laws that every ready-made network obeys. A network that is not in the table fails the first test. */
import { assert, describe, it } from "@effect/vitest"
import * as Column from "@rocflow/core/data/Column"
import * as Select from "@rocflow/core/data/Select"
import * as Table from "@rocflow/core/data/Table"
import * as Tensors from "@rocflow/core/data/Tensors"
import * as Task from "@rocflow/core/data/Task"
import * as TaskSchema from "@rocflow/core/data/TaskSchema"
import * as Auto from "@rocflow/core/engine/Auto"
import type { Engines } from "@rocflow/core/engine/Engine"
import * as Learner from "@rocflow/core/learning/Learner"
import * as Measure from "@rocflow/core/learning/Measure"
import * as Graph from "@rocflow/core/network/Graph"
import * as Pipeline from "@rocflow/core/pipeline/Pipeline"
import { LearnerLaws } from "@rocflow/core/testing"
import * as Bce from "@rocflow/losses/Bce"
import * as CrossEntropy from "@rocflow/losses/CrossEntropy"
import * as Mse from "@rocflow/losses/Mse"
import * as Effect from "effect/Effect"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Result from "effect/Result"
import { afterAll, expect } from "vitest"
import { registry } from "../../core/test/support/pipelines.ts"
import * as Tasks from "../../core/test/support/tasks.ts"
import * as Conv from "../src/Conv.ts"
import * as Definitions from "../src/Definitions.ts"
import * as Featureless from "../src/Featureless.ts"
import * as FtTransformer from "../src/FtTransformer.ts"
import * as Mlp from "../src/Mlp.ts"
import * as RealMlp from "../src/RealMlp.ts"
import * as TabM from "../src/TabM.ts"
import * as TabResnet from "../src/TabResnet.ts"

const engine = ManagedRuntime.make(Auto.layer())
afterAll(() => engine.dispose())

type AnyLearner = Learner.Learner<Task.Kind, string, never, Engines>

const classes = { loss: { binary: Bce.loss(), multiclass: CrossEntropy.loss() } }
const numbers = { loss: Mse.loss() }
const few = { epochs: 12, batchSize: 16, learningRate: 0.02 }
const waves = { epochs: 60, batchSize: 16 }
const tables: ReadonlyArray<readonly [string, AnyLearner]> = [
  ["Mlp of classes", Mlp.classif({ ...few, ...classes, hidden: [8] })],
  ["Mlp of numbers", Mlp.regr({ ...few, ...numbers, hidden: [8, 4], activation: "mish", dropout: 0.1 })],
  ["linear Mlp", Mlp.classif({ ...few, ...classes, hidden: [], epochs: 40 })],
  ["TabResnet of classes", TabResnet.classif({ ...few, ...classes, blocks: 1, width: 8 })],
  ["TabResnet of numbers", TabResnet.regr({ ...few, ...numbers, width: 8, scale: "robust" })],
  ["FtTransformer of classes", FtTransformer.classif({ ...few, ...classes, blocks: 2, width: 8, heads: 2 })],
  ["FtTransformer of numbers", FtTransformer.regr({ ...few, ...numbers, blocks: 1, width: 8, heads: 2 })],
  ["TabM of classes", TabM.classif({ ...few, ...classes, members: 4, width: 8, blocks: 1 })],
  ["TabM of numbers", TabM.regr({ ...few, ...numbers, members: 3, width: 8, numbers: "piecewiseLinear" })],
  ["RealMlp of classes", RealMlp.classif({ ...waves, ...classes, hidden: [16] })],
  ["RealMlp of numbers", RealMlp.regr({ ...waves, ...numbers, hidden: [16, 8], frequencies: 4 })],
  ["small RealMlp", RealMlp.classif({ ...waves, ...classes, hidden: [16], variant: "small" })],
  ["small RealMlp of numbers", RealMlp.regr({ ...waves, ...numbers, hidden: [16], variant: "small", oneHot: 3 })],
  ["mini TabM", TabM.classif({ ...few, ...classes, members: 4, width: 8, variant: "mini" })]
]

const pictures: ReadonlyArray<readonly [string, AnyLearner]> = [
  ["Conv of classes", Conv.classif({ ...few, ...classes, filters: 4, hidden: 8 })],
  [
    "Conv of numbers",
    Conv.regr({ ...few, ...numbers, column: "image", filters: 4, hidden: 8, stages: 2, size: [9, 8] })
  ],
  ["Mlp of images", Mlp.classif({ ...few, ...classes, column: "image", hidden: [8] })]
]

/** Columns of every type that a table has, with gaps, and with more levels than become indicators. */
const mixed = (kind: Task.Kind, rows = 240): Task.Task => {
  const plain = Tasks[kind](rows)
  const every = <A>(n: number, one: (row: number) => A) =>
    Array.from({ length: rows }, (_, row) => (row % n === 0 ? null : one(row)))
  const columns = {
    ...Object.fromEntries(plain.table.columns),
    gaps: Column.numeric(every(4, (row) => row % 9)),
    flag: Column.boolean(every(7, (row) => row % 2 === 0)),
    site: Column.text(every(5, (row) => "abc"[row % 3]!)),
    ward: Column.text(every(50, (row) => `w${row % 13}`)),
    seen: Column.date(every(60, (row) => row * 86_400_000)),
    same: Column.numeric(new Float64Array(rows).fill(2))
  }
  const features = Object.keys(columns).filter((name) => name !== plain.roles.target)
  const levels = kind === "regression" ? {} : { levels: plain.levels }
  return Tasks.of(columns, { target: plain.roles.target, features, ...levels })
}

/** Images of 8 × 8, in which the class is the place of a bright bar. */
const images = (kind: Task.Kind, rows = 60): Task.Task => {
  const truth = (row: number) => row % 3
  const pixel = (row: number, i: number) => (i % 8 === 1 + 2 * truth(row) ? 200 : 0) + (((row * 64 + i) * 7919) % 55)
  const pixels = Array.from({ length: 64 }, (_, i) => [
    `p${i}`,
    Column.numeric(Array.from({ length: rows }, (_, row) => pixel(row, i)))
  ])
  const columns = Object.fromEntries(pixels) as Table.GivenColumns
  const y =
    kind === "regression"
      ? Column.numeric(Array.from({ length: rows }, (_, row) => truth(row)))
      : Column.text(
          Array.from(
            { length: rows },
            (_, row) => (kind === "binary" ? ["no", "no", "yes"] : ["a", "b", "c"])[truth(row)]!
          )
        )
  const wide: Table.Table = Effect.runSync(Table.fromColumns(columns))
  const table = Effect.runSync(
    Tensors.fromColumns(wide, { name: "image", columns: Select.matching(/^p/), shape: [8, 8, 1], range: [0, 255] })
  )
  const all = Effect.runSync(Table.fromEntries([...table.columns, ["y", y]]))
  return Effect.runSync(Task.fromTable(all, { target: "y", ...(kind === "binary" && { positive: "yes" }) }))
}

it("the table has every network", () => {
  const listed = [...tables, ...pictures].map(([, { id }]) => id)
  expect([...new Set(listed)].sort()).toEqual(Definitions.networks.map(({ id }) => id).sort())
})

describe.each([
  ["Mlp", Mlp],
  ["RealMlp", RealMlp],
  ["TabM", TabM],
  ["TabResnet", TabResnet],
  ["FtTransformer", FtTransformer],
  ["Conv", Conv]
] as const)("the space of %s", (id, { space }) => {
  it.each(space.map((dimension) => [dimension.option, dimension] as const))(
    "has values of the option %s",
    (option, dimension) => {
      for (const value of "values" in dimension ? dimension.values : [dimension.from, dimension.to]) {
        const read = Learner.fromJson({ type: `${id}.classif`, [option]: value }, registry)
        assert.isTrue(Result.isSuccess(read), `${option}: ${JSON.stringify(value)}`)
      }
    }
  )
})

describe.each(tables)("%s", (_, learner) => {
  it.each(LearnerLaws.of(learner, engine.runPromise).map((law) => [law.name, law] as const))("%s", (__, { check }) =>
    check()
  )
})

const all = [
  ...tables.map(([name, learner]) => [name, learner, mixed] as const),
  ...pictures.map(([name, learner]) => [name, learner, images] as const)
]

describe.each(all)("%s", (_, learner, taskOf) => {
  it.each(learner.accepts)("learns something of a %s target", (kind) =>
    engine.runPromise(
      Effect.gen(function* () {
        const task = taskOf(kind)
        const error = <R>(one: Learner.Learner<Task.Kind, string, never, R>) =>
          Effect.gen(function* () {
            const trained = yield* Learner.train(one, task, { seed: 1 })
            const measure = kind === "regression" ? Measure.mse : Measure.logloss
            return Number(measure.evaluate(yield* Learner.predict(trained, task)))
          })
        assert.isBelow(yield* error(learner), 0.98 * (yield* error(Featureless.make())))
      })
    )
  )

  it.each(learner.accepts)("is the pipeline that it plans for a %s target, and loads again", (kind) =>
    engine.runPromise(
      Effect.gen(function* () {
        const task = taskOf(kind)
        const pipeline = Pipeline.toJson(Result.getOrThrow(learner.plan!(task)))
        const long = Result.getOrThrow(Learner.fromJson({ pipeline }, registry))
        const [a, b] = [yield* Learner.train(learner, task), yield* Learner.train(long, task)]
        const predicted = yield* Learner.predict(a, task)
        assert.deepStrictEqual(yield* Learner.predict(b, task), predicted)
        const state = JSON.parse(JSON.stringify(a.fitted.state())) as { readonly pipeline: unknown }
        assert.deepStrictEqual(state.pipeline, pipeline)
        const fitted = Result.getOrThrow(learner.load(a.task, state))
        assert.deepStrictEqual(yield* fitted.predict(Result.getOrThrow(TaskSchema.rows(a.task, task))), predicted)
      })
    )
  )

  it.each(learner.accepts)("is checked without a note of its own on a %s target", (kind) =>
    engine.runPromise(
      Effect.map(Learner.check(learner, taskOf(kind)), ({ computes, notes }) => {
        assert.deepStrictEqual(notes, [])
        assert.isAbove(Graph.size(computes!.program.network), 0)
      })
    )
  )

  it("is described by JSON that reads back as the same learner", () => {
    const back = Result.getOrThrow(Learner.fromJson(JSON.parse(JSON.stringify(learner.json)), registry))
    assert.deepStrictEqual(back.json, learner.json)
    assert.deepStrictEqual(back.accepts, learner.accepts)
    assert.strictEqual(Learner.hash(back), Learner.hash(learner))
  })
})
