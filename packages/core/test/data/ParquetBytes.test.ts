import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import fc from "fast-check"
import * as Column from "../../src/data/Column.ts"
import * as ParquetBytes from "../../src/data/ParquetBytes.ts"
import * as Table from "../../src/data/Table.ts"

/** Columns of every type that a file can hold, with and without missing values. */
const columnsOf = (rows: number): ReadonlyArray<fc.Arbitrary<Column.Column>> => {
  const some = <A>(value: fc.Arbitrary<A>) =>
    fc.oneof(
      fc.array(value, { minLength: rows, maxLength: rows }),
      fc.array(fc.option(value), { minLength: rows, maxLength: rows })
    )
  const whole = (value: fc.Arbitrary<number>) =>
    some(value).map((values): Column.Column => ({ ...Column.numeric(values), type: "integer" }))
  return [
    some(fc.double({ noNaN: true })).map(Column.numeric),
    whole(fc.integer()),
    whole(fc.maxSafeInteger()),
    some(fc.boolean()).map(Column.boolean),
    some(fc.string({ unit: "grapheme" })).map(Column.text),
    some(fc.integer({ min: -8e12, max: 8e12 })).map(Column.date)
  ]
}

const entries = fc
  .integer({ min: 1, max: 40 })
  .chain((rows) => fc.tuple(...columnsOf(rows)))
  .map((columns) => columns.map((column, i) => [`column ${i}`, column] as const))

describe("ParquetBytes", () => {
  it.live("are read as what was written, whatever the columns", () =>
    Effect.gen(function* () {
      const folder = mkdtempSync(join(tmpdir(), "rocflow-"))
      yield* Effect.promise(() =>
        fc.assert(
          fc.asyncProperty(entries, async (written) => {
            const file = join(folder, "table.parquet")
            const bytes = ParquetBytes.of(written)
            assert.deepStrictEqual(ParquetBytes.of(written), bytes)
            writeFileSync(file, bytes)
            const { columns } = await Effect.runPromise(Effect.provide(Table.fromFile(file), NodeServices.layer))
            assert.deepStrictEqual([...columns], written as Array<[string, Column.Column]>)
          }),
          { numRuns: 40 }
        )
      )
      rmSync(folder, { recursive: true })
    })
  )

  it.live("are read as text where the column is a factor", () =>
    Effect.gen(function* () {
      const file = join(mkdtempSync(join(tmpdir(), "rocflow-")), "table.parquet")
      writeFileSync(file, ParquetBytes.of([["level", Column.asFactor(Column.text(["b", null, "a"]))]]))
      const { columns } = yield* Table.fromFile(file)
      assert.deepStrictEqual(columns.get("level"), Column.text(["b", null, "a"]))
      rmSync(join(file, ".."), { recursive: true })
    }).pipe(Effect.provide(NodeServices.layer))
  )
})
