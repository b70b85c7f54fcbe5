/** Odd tables, under ONNX Runtime. */
import { assert, describe, it } from "@effect/vitest"
import * as Column from "@rocflow/core/data/Column"
import * as Table from "@rocflow/core/data/Table"
import * as Task from "@rocflow/core/data/Task"
import * as Auto from "@rocflow/core/engine/Auto"
import * as Learner from "@rocflow/core/learning/Learner"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Onnx from "../src/Onnx.ts"
import { type Output, run } from "./support/runtime.ts"
import { learnerOf, linear, relative, trainedOn } from "./support/agreement.ts"

describe("odd tables", () => {
  /** Trains on columns, and gives the largest difference of what is predicted of the same rows. */
  const onColumns = Effect.fnUntraced(function* (columns: Table.GivenColumns, json: object, roles: Task.Options) {
    const table = yield* Table.fromColumns(columns)
    const task = yield* Task.fromTable(table, roles)
    const trained = yield* trainedOn(learnerOf(json), task)
    const model = yield* Effect.fromResult(Onnx.fromTrained(trained))
    const expected = yield* Learner.predict(trained, table)
    const output: Output = yield* Effect.promise(() => run(model, trained.task, table))
    return expected.prob === undefined
      ? relative(output.value!, expected.response)
      : relative(output.probabilities!, expected.prob)
  })
  const rows = 40
  const list = <A>(of: (row: number) => A): ReadonlyArray<A> => Array.from({ length: rows }, (_, row) => of(row))
  const answer = Column.text(list((row) => (row % 3 === 0 ? "yes" : "no")))
  const about = { target: "class", positive: "yes" }

  it.effect("have features called like nodes of the graph", () =>
    Effect.gen(function* () {
      const names = ["Add_5", "MatMul_3", "constant_1", "IsNaN_1", "x y", "é"]
      const columns = Object.fromEntries(
        names.map((name, j) => [name, Column.numeric(list((row) => (row * (j + 2)) % 7))])
      )
      for (const json of [
        linear("binary"),
        { type: "Boosting.classif", minRows: 2 },
        { ...linear("binary"), preprocess: ["Preprocess.standardise"] }
      ]) {
        assert.isAtMost(yield* onColumns({ ...columns, class: answer }, json, about), 1e-5)
      }
    }).pipe(Effect.provide(Auto.layer()))
  )

  it.effect("have a factor that no tree asks", () =>
    Effect.gen(function* () {
      const f = Column.text(list(() => "a"))
      for (const type of ["Tree", "Boosting.classif", "Forest.classif"]) {
        assert.isAtMost(yield* onColumns({ f, class: answer }, { type }, about), 1e-5)
      }
    }).pipe(Effect.provide(Auto.layer()))
  )

  it.effect("have values beyond single precision", () =>
    Effect.gen(function* () {
      const x = Column.numeric(list((row) => row))
      for (const size of [1e39, 1e-30, 1]) {
        const y = Column.numeric(list((row) => size * (1 + (row % 5))))
        for (const type of ["Tree", "Forest.regr", "Boosting.regr"]) {
          const most = yield* onColumns({ x, y }, { type }, { target: "y" })
          assert.isAtMost(most / size, 1e-5, `${type} of ${size}`)
        }
      }
    }).pipe(Effect.provide(Auto.layer()))
  )

  it.effect("have numbers to which 1 is added in vain", () =>
    Effect.gen(function* () {
      for (const size of [1e-17, 1e-12, 1e-5]) {
        const x = Column.numeric(list((row) => size * ((row * 7) % 11)))
        for (const stage of ["log1p", "yeoJohnson"]) {
          const json = { ...linear("binary"), preprocess: [`Preprocess.${stage}`, "Preprocess.standardise"] }
          assert.isAtMost(yield* onColumns({ x, class: answer }, json, about), 1e-5)
        }
      }
    }).pipe(Effect.provide(Auto.layer()))
  )

  it.effect("have a level without a name, which is refused", () =>
    Effect.gen(function* () {
      const levels = ["", "b", "c"] as const
      const f = Result.getOrThrow(
        Column.factor(
          list((row) => levels[row % 3]),
          { levels }
        )
      )
      const { message } = yield* Effect.flip(
        onColumns({ f, class: answer }, { type: "Forest.classif", trees: 3 }, about)
      )
      assert.strictEqual(
        message,
        'Forest.classif: knows a level "", which a text column of a graph has for missing; give the level a name'
      )
    }).pipe(Effect.provide(Auto.layer()))
  )
})
