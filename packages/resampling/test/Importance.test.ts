import * as Column from "@rocflow/core/data/Column"
import * as Table from "@rocflow/core/data/Table"
import * as Task from "@rocflow/core/data/Task"
import * as Learner from "@rocflow/core/learning/Learner"
import * as Measure from "@rocflow/core/learning/Measure"
import * as Prediction from "@rocflow/core/learning/Prediction"
import * as Seed from "@rocflow/core/Seed"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { describe, expect, it } from "vitest"
import * as Importance from "../src/Importance.ts"
import * as PartialDependence from "../src/PartialDependence.ts"

/** A learner whose model is known: 3·a + b, and 2 more where `kind` is "x"; c does nothing. */
const known = Learner.define({
  id: "Known",
  summary: "3·a + b + 2·[kind is x]",
  accepts: ["regression"],
  weighted: false,
  options: Schema.Struct({}),
  state: Schema.Struct({}),
  train: () => Result.succeed({}),
  predict: (_, __, rows) => {
    const number = (name: string) => Column.asNumbers(rows.columns.get(name)!)!
    const kind = rows.columns.get("kind")!
    return Result.succeed({
      ...Prediction.about(rows),
      response: Float64Array.from(
        { length: rows.rows },
        (___, i) => 3 * number("a")[i]! + number("b")[i]! + (Column.toText(kind, i) === "x" ? 2 : 0)
      ),
      prob: undefined,
      scores: undefined
    })
  }
}).make({})

const n = 400
const made = Effect.gen(function* () {
  const random = Seed.generator(Seed.root(2))
  const draw = () => Float64Array.from({ length: n }, () => random.normal())
  const [a, b, c] = [draw(), draw(), draw()]
  const kind = Array.from({ length: n }, (_, i) => (i % 2 === 0 ? "x" : "y"))
  const y = a.map((value, i) => 3 * value + b[i]! + (kind[i] === "x" ? 2 : 0))
  const table: Table.Table = yield* Table.fromEntries([
    ["a", Column.numeric(a)],
    ["b", Column.numeric(b)],
    ["c", Column.numeric(c)],
    ["kind", Column.asFactor(Column.text(kind))],
    ["y", Column.numeric(y)]
  ])
  const task: Task.Task = yield* Task.fromTable(table, { target: "y" })
  return { task, trained: yield* Learner.train(known as Learner.Learner, task) }
})
const run = <A, E>(effect: Effect.Effect<A, E>) => Effect.runPromise(effect)

describe("permutation importance", () => {
  it("is the error that shuffling makes, which is known here", async () => {
    const { task, trained } = await run(made)
    const rows = await run(Importance.permutation(trained, task, { measure: Measure.mse, repeats: 40 }))
    expect(rows.map(({ name }) => name).toSorted()).toEqual(["a", "b", "c", "kind"])
    expect([rows[0]!.name, rows[3]!.name]).toEqual(["a", "c"])
    // E(3a − 3a′)² = 2·9·var a, and so on; 2·[x] has variance 1.
    const expected = { a: 18, b: 2, kind: 2, c: 0 }
    for (const { mean, name, repeats, sd } of rows) {
      const exact = expected[name as keyof typeof expected]
      expect(Math.abs(mean - exact)).toBeLessThan(0.15 * exact + 1e-9)
      expect(repeats).toBe(40)
      expect(sd).toBeLessThan(0.2 * exact + 1e-9)
    }
  })

  it("has an interval of t, and the sign of what is better", async () => {
    const { task, trained } = await run(made)
    const [first] = await run(Importance.permutation(trained, task, { measure: Measure.rsq, repeats: 5 }))
    expect(first!.mean).toBeGreaterThan(0)
    // t of 4 degrees of freedom at 0.975.
    expect(first!.upper - first!.mean).toBeCloseTo((2.7764451 * first!.sd) / Math.sqrt(5), 6)
    expect(first!.mean - first!.lower).toBeCloseTo(first!.upper - first!.mean, 12)
  })

  it("shuffles groups together", async () => {
    const { task, trained } = await run(made)
    const rows = await run(
      Importance.permutation(trained, task, { measure: Measure.mse, repeats: 40, groups: { both: ["a", "b"] } })
    )
    expect(rows.map(({ name }) => name)).toEqual(["both", "kind", "c"])
    // Shuffled by one order: 2·var(3a + b), which is more than that of a alone.
    expect(Math.abs(rows[0]!.mean - 20)).toBeLessThan(3)
  })

  it("is the same for the same seed, whatever else is asked", async () => {
    const { task, trained } = await run(made)
    const of = (seed: number, groups = {}) =>
      run(Importance.permutation(trained, task, { measure: Measure.mse, seed, groups }))
    const named = (rows: ReadonlyArray<Importance.Row>) => rows.find(({ name }) => name === "a")
    expect(named(await of(3))).toEqual(named(await of(3, { pair: ["b", "c"] })))
    expect(named(await of(3))).not.toEqual(named(await of(4)))
  })

  it.each([
    [{ measure: Measure.auc }, /measure "auc" is for binary targets/],
    [
      { measure: Measure.mse, groups: { g: ["a", "q"] } },
      /a group names "q", which is no feature of the model: a, b, c, kind/
    ],
    [{ measure: Measure.mse, groups: { g: [] } }, /group "g" has no features/],
    [{ measure: Measure.mse, groups: { g: ["a"], h: ["b", "a"] } }, /"a" is named twice, in the groups g and h/],
    [{ measure: Measure.mse, groups: { a: ["b", "c"] } }, /group "a" is called as a feature that is in none/],
    [{ measure: Measure.mse, repeats: 0 }, /repeats is 0; give a whole number, at least 1/],
    [{ measure: Measure.mse, level: 95 }, /level is 95; give a number between 0 and 1/]
  ])("refuses %j", async (options, message) => {
    const { task, trained } = await run(made)
    await expect(run(Importance.permutation(trained, task, options))).rejects.toThrow(message)
  })
})

describe("partial dependence", () => {
  it("is the mean prediction with one feature set, which is known here", async () => {
    const { task, trained } = await run(made)
    const { points } = await run(PartialDependence.of(trained, task, { feature: "a", points: 5, individual: true }))
    const b = Column.asNumbers(task.table.columns.get("b")!)!
    const rest = b.reduce((sum, value) => sum + value, 0) / n + 1
    expect(points).toHaveLength(5)
    for (const { mean, rows, value } of points) {
      expect(mean[0]).toBeCloseTo(3 * Number(value) + rest, 9)
      expect(rows![0]).toBeCloseTo(3 * Number(value) + b[0]! + 2, 9)
    }
  })

  it("goes through the values of another column where one is given", async () => {
    const { task, trained } = await run(made)
    const range = Column.numeric([5, null, 1, 3])
    const { points } = await run(PartialDependence.of(trained, task, { feature: "a", points: 3, range }))
    expect(points.map(({ value }) => value)).toEqual([1, 3, 5])
    expect(points[2]!.mean[0]! - points[0]!.mean[0]!).toBeCloseTo(12, 9)
  })

  it("goes through the levels that occur", async () => {
    const { task, trained } = await run(made)
    const { points } = await run(PartialDependence.of(trained, task, { feature: "kind" }))
    expect(points.map(({ value }) => value)).toEqual(["x", "y"])
    expect(points[0]!.mean[0]! - points[1]!.mean[0]!).toBeCloseTo(2, 9)
  })

  it.each([
    [{ feature: "q" }, /"q" is no feature of the model/],
    [{ feature: "a", points: 0 }, /points is 0; give a whole number, at least 1/],
    [
      { feature: "a", range: Column.text(["1"]) },
      /the range of "a" is string, and the feature is numeric; give one of its type/
    ]
  ])("refuses %j", async (options, message) => {
    const { task, trained } = await run(made)
    await expect(run(PartialDependence.of(trained, task, options))).rejects.toThrow(message)
  })
})
