import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Query from "../src/Query.ts"
import * as Run from "../src/Run.ts"
import { control, design, refuse, services, temporary } from "./support/runs.ts"

describe("a run asked by SQL", () => {
  it.live("has a row for each job, score, predicted row and row of a split", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      const state = control()
      state.instead = (n) => (n === 2 ? refuse("out of luck") : Effect.void)
      const run = yield* Run.start(yield* design(state), directory)
      const database = yield* Query.open(directory)
      const rows = (sql: string) => Effect.map(database.query(sql), (answer) => answer.rows)
      assert.deepStrictEqual(yield* rows("select status, count(*) from jobs group by all order by all"), [
        ["failed", 1],
        ["ok", 7]
      ])
      assert.deepStrictEqual(yield* rows("select error from jobs where status = 'failed'"), [["out of luck"]])
      const [[mean]] = (yield* rows("select avg(value) from scores where measure = 'mse' and learner = 'two'")) as [
        [number]
      ]
      const own = run.results.flatMap(({ job, scores }) =>
        job.learner === "two" && "mse" in scores ? [scores["mse"] as number] : []
      )
      assert.closeTo(mean, own.reduce((sum, value) => sum + value, 0) / own.length, 1e-12)
      // Learner "two" did not fail: each of the twelve rows is predicted once, and its target is its number.
      assert.deepStrictEqual(
        yield* rows("select learner, count(*), sum(truth) from predictions group by all having count(*) = 12"),
        [[run.results.find(({ status }) => status === "failed")!.job.learner === "one" ? "two" : "one", 12, 66]]
      )
      assert.deepStrictEqual(yield* rows("select part, count(*) from splits group by all order by all"), [
        ["test", 12],
        ["train", 36]
      ])
      const splits = join(directory, "splits.parquet")
      const bytes = readFileSync(splits)
      bytes[60]! ^= 1
      writeFileSync(splits, bytes)
      const changed = yield* Effect.flip(Query.open(directory))
      assert.include(
        changed.message,
        "the file splits.parquet was changed since it was written; run the experiment again"
      )
      yield* Query.open(directory, ["jobs"])
      yield* Run.start(yield* design(control()), directory)
      yield* Query.open(directory)
    }).pipe(Effect.scoped, Effect.provide(services))
  )

  it.live("writes what it gives, and says what DuckDB says of a query", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      yield* Run.start(yield* design(control()), directory)
      const database = yield* Query.open(directory)
      const file = join(directory, "ids.csv")
      yield* database.write("select learner, count(*) as n from jobs group by all order by all", file)
      assert.strictEqual(readFileSync(file, "utf8"), "learner,n\none,4\ntwo,4\n")
      const wrong = yield* Effect.flip(database.query("select nothing from jobs"))
      assert.match(wrong.message, /^select nothing from jobs is refused by DuckDB: Binder Error: .*"nothing"/)
      for (const [query, rule] of [
        ["delete from notes", /changes something, and a database is only asked; use select/],
        ["select 1; select 2", /has 2 statements, and one is asked at a time/],
        [`copy (select 1) to '${join(directory, "design.json")}'`, /changes something/],
        ["select 1) to 'x.csv' --", /is refused by DuckDB/]
      ] as const) {
        assert.match((yield* Effect.flip(database.query(query))).message, rule)
        assert.match((yield* Effect.flip(database.write(query, file))).message, rule)
      }
      yield* database.write("select 1 as a; -- a comment", file)
      assert.strictEqual(readFileSync(file, "utf8"), "a\n1\n")
      const ending = yield* Effect.flip(database.write("select 1", join(directory, "x.txt")))
      assert.include(ending.message, "has no ending that says how to write it")
    }).pipe(Effect.scoped, Effect.provide(services))
  )
})
