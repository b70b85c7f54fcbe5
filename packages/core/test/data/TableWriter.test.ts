import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Column from "../../src/data/Column.ts"
import * as Table from "../../src/data/Table.ts"
import * as TableWriter from "../../src/data/TableWriter.ts"

const temporary = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "rocflow-"))),
  (directory) => Effect.sync(() => rmSync(directory, { recursive: true, force: true }))
)

describe("parquetOfLists", () => {
  it.effect("writes a row for every number of every list, and leaves nothing else", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      const file = join(directory, "lists.parquet")
      const writer = yield* TableWriter.open
      // More than DuckDB takes at a time, none, and one.
      const lists = [Int32Array.from({ length: 5000 }, (_, i) => 3 * i), Int32Array.of(), Int32Array.of(7)]
      const name = Column.text(["long", "empty", null])
      // Twice, because a writer is used for many files.
      yield* writer.parquetOfLists(file, [["name", name]], "row", lists)
      yield* writer.parquetOfLists(file, [["name", name]], "row", lists)
      const { columns, names, rows } = yield* Table.fromFile(file)
      assert.deepStrictEqual(names, ["name", "row"])
      assert.strictEqual(rows, 5001)
      assert.deepStrictEqual(Column.asNumbers(columns.get("row")!), Float64Array.from([...lists[0]!, 7]))
      assert.strictEqual(Column.toText(columns.get("name")!, 4999), "long")
      assert.strictEqual(Column.toText(columns.get("name")!, 5000), null)
      assert.deepStrictEqual(readdirSync(directory), ["lists.parquet"])
    }).pipe(Effect.scoped)
  )

  it.live("stops in the middle of a file when it is interrupted", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      const lists = Array.from({ length: 500 }, () => Int32Array.from({ length: 10_000 }, (_, i) => i))
      const entries = [["list", Column.indices(Int32Array.from(lists.keys()))]] as const
      const writing = yield* TableWriter.open.pipe(
        Effect.flatMap((writer) => writer.parquetOfLists(join(directory, "lists.parquet"), entries, "row", lists)),
        Effect.scoped,
        Effect.forkChild
      )
      while (readdirSync(directory).length === 0) yield* Effect.sleep("2 millis")
      yield* Fiber.interrupt(writing)
      assert.isTrue(Exit.hasInterrupts(yield* Fiber.await(writing)))
      assert.notInclude(readdirSync(directory), "lists.parquet")
    }).pipe(Effect.scoped)
  )
})
