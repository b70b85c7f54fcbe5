/** Learners trained here and run by ONNX Runtime, and the definitions that were tried so. */
import { assert, it } from "@effect/vitest"
import * as Column from "@rocflow/core/data/Column"
import * as Table from "@rocflow/core/data/Table"
import * as Task from "@rocflow/core/data/Task"
import * as Auto from "@rocflow/core/engine/Auto"
import type { Engines } from "@rocflow/core/engine/Engine"
import * as Learner from "@rocflow/core/learning/Learner"
import * as Seed from "@rocflow/core/Seed"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { registry } from "../../../core/test/support/pipelines.ts"
import * as Onnx from "../../src/Onnx.ts"
import { type Output, run } from "./runtime.ts"

const rows = 240

/** A table with columns of every type, with missing values and, behind the training rows, levels that are new. */
export const tableOf = (rows: number, seed: number, isNew = false): Table.Table => {
  const random = Seed.generator(Seed.root(seed))
  const list = <A>(of: (row: number) => A): ReadonlyArray<A> => Array.from({ length: rows }, (_, row) => of(row))
  const sometimes = <A>(of: () => A): A | null => (random.float() < 0.1 ? null : of())
  const x = list(() => random.normal())
  const colours = isNew ? ["red", "green", "blue", "violet"] : ["red", "green", "blue"]
  const u = list(() => random.float())
  return Effect.runSync(
    Table.fromColumns({
      x: Column.numeric(x),
      z: Column.numeric(list(() => 100 * random.float() + 1)),
      holes: Column.numeric(list(() => sometimes(() => random.normal()))),
      count: Result.getOrThrow(Column.integer(list(() => random.below(7)))),
      flag: Column.boolean(list(() => random.float() < 0.4)),
      colour: Column.text(list(() => sometimes(() => colours[random.below(colours.length)]!))),
      size: Result.getOrThrow(
        Column.factor(
          list(() => (["S", "M", "L"] as const)[random.below(3)]!),
          { levels: ["S", "M", "L"], ordered: true }
        )
      ),
      day: Column.date(list(() => Math.floor((random.float() * 2 - 0.6) * 1e12))),
      class: Column.text(list((row) => (x[row]! + u[row]! > 0.4 ? "yes" : "no"))),
      kind: Column.text(list((row) => ["a", "b", "c"][Math.min(2, Math.floor(Math.abs(x[row]! + u[row]!) * 1.3))]!)),
      y: Column.numeric(list((row) => 3 * x[row]! + u[row]! + 10))
    })
  )
}

export const plain = ["x", "z", "count"]
export const all = ["x", "z", "holes", "count", "flag", "colour", "size", "day"]

const targets = {
  binary: { target: "class", positive: "yes" },
  multiclass: { target: "kind" },
  regression: { target: "y" }
} as const

export type Kind = keyof typeof targets

export const taskOf = (kind: Kind, features: ReadonlyArray<string>): Task.Task =>
  Effect.runSync(Task.fromTable(tableOf(rows, 1), { ...targets[kind], features }))

export type Trained = Learner.Trained<Task.Kind, string, Engines>

/** Trains whatever learner on a task that suits it; tests know what the types do not. */
export const trainedOn = (learner: unknown, task: Task.Task): Effect.Effect<Trained, Learner.TrainError, Engines> =>
  Learner.train(learner as never, task as never, { seed: 1 }) as unknown as Effect.Effect<
    Trained,
    Learner.TrainError,
    Engines
  >

export const learnerOf = (json: object) => Result.getOrThrow(Learner.fromJson(json as never, registry))

export const relative = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  assert.strictEqual(a.length, b.length)
  let most = 0
  for (let i = 0; i < a.length; i++) {
    assert.isFalse(Number.isNaN(a[i]!) !== Number.isNaN(b[i]!), `one of ${a[i]} and ${b[i]} is missing`)
    most = Math.max(most, Math.abs(a[i]! - b[i]!) / Math.max(1, Math.abs(b[i]!)))
  }
  return most
}

/** Trains, writes, runs, and gives the largest difference of all numbers. */
const difference = Effect.fnUntraced(function* (json: object, kind: Kind, features: ReadonlyArray<string>) {
  const task = taskOf(kind, features)
  const trained = yield* trainedOn(learnerOf(json), task)
  const model = yield* Effect.fromResult(Onnx.fromTrained(trained))
  // Most learners take new levels; an order has no place for them.
  const table = tableOf(80, 2, features.includes("colour"))
  const expected = yield* Learner.predict(trained, table)
  const output: Output = yield* Effect.promise(() => run(model, trained.task, table))
  if (kind === "regression") return relative(output.value!, expected.response)
  const labels = Array.from(expected.response, (code) => expected.levels[code]!)
  labels.forEach((label, row) => {
    if (output.label![row] === label) return
    // Rounding decides where two classes are as likely as each other, and there alone.
    const k = expected.levels.length
    const shares = Array.from(expected.prob?.subarray(row * k, (row + 1) * k) ?? []).sort((a, b) => b - a)
    assert.isBelow(shares[0]! - shares[1]!, 1e-6, `row ${row} is called ${output.label![row]}, not ${label}`)
  })
  assert.strictEqual(output.probabilities === undefined, expected.prob === undefined)
  assert.strictEqual(output.score === undefined, expected.scores === undefined)
  return Math.max(
    expected.prob === undefined ? 0 : relative(output.probabilities!, expected.prob),
    expected.scores === undefined ? 0 : relative(output.score!, expected.scores)
  )
})

/** The definitions that were written, or refused. */
export const seen = new Set<string>()

export const typesIn = (json: unknown): ReadonlyArray<string> => {
  if (typeof json === "string") return [json]
  if (Array.isArray(json)) return json.flatMap(typesIn)
  if (typeof json === "object" && json !== null) return [...Object.keys(json), ...Object.values(json).flatMap(typesIn)]
  return []
}

export const agrees = (name: string, json: object, kind: Kind = "binary", features: ReadonlyArray<string> = plain) => {
  for (const type of typesIn(json)) seen.add(type)
  it.effect(name, () =>
    Effect.gen(function* () {
      const most = yield* difference(json, kind, features)
      assert.isAtMost(most, 1e-5)
    }).pipe(Effect.provide(Auto.layer()))
  )
}

export const linear = (kind: Kind) => ({ type: "ElasticNet", lambda: kind === "regression" ? 0.1 : 0.01 })

export const pipeline = (
  before: ReadonlyArray<object | string>,
  ingress: ReadonlyArray<object | string> = ["Ingress.numeric"],
  layers: ReadonlyArray<object | string> = [],
  kind: Kind = "binary",
  model: object = {}
) => ({
  pipeline: [
    ...before,
    ...ingress,
    ...layers,
    "Nn.head",
    { binary: "Bce.loss", multiclass: "CrossEntropy.loss", regression: "Mse.loss" }[kind],
    { type: "Optimizer.adam", learningRate: 0.05 },
    { type: kind === "regression" ? "Model.regr" : "Model.classif", epochs: 2, batchSize: 32, ...model }
  ]
})

export const refused = (
  json: object,
  sentence: string,
  kind: Kind = "binary",
  features: ReadonlyArray<string> = plain
) => {
  for (const type of typesIn(json)) seen.add(type)
  it.effect(sentence, () =>
    Effect.gen(function* () {
      const trained = yield* trainedOn(learnerOf(json), taskOf(kind, features))
      const result = Onnx.fromTrained(trained)
      assert.strictEqual(Result.isFailure(result) ? result.failure.message : "was written", sentence)
    }).pipe(Effect.provide(Auto.layer()))
  )
}
