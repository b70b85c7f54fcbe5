import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Column from "../src/data/Column.ts"
import * as Table from "../src/data/Table.ts"
import * as TableWriter from "../src/data/TableWriter.ts"

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
})
