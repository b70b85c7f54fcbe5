import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { assert, describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { afterAll } from "vitest"
import * as Column from "../../../src/data/Column.ts"
import * as Memory from "../../../src/data/Memory.ts"
import * as ParquetBytes from "../../../src/data/ParquetBytes.ts"
import * as Table from "../../../src/data/Table.ts"

const directory = mkdtempSync(join(tmpdir(), "rocflow-memory-"))
afterAll(() => rmSync(directory, { recursive: true }))

const write = (name: string, content: string | Uint8Array) => {
  const path = join(directory, name)
  writeFileSync(path, content)
  return path
}

const within = (bytes: number) => Effect.provideService(Memory.Available, () => bytes)

const lines = (rows: number, row: (i: number) => string) =>
  ["a,b,c", ...Array.from({ length: rows }, (_, i) => row(i))].join("\n")

const numbers = lines(50_000, (i) => `${i % 7},${(i % 97) + 0.5},${i}`)

describe("a table that does not fit memory", () => {
  // 50 000 rows of 3 numbers, and the text.
  const needed = 50_000 * 3 * 8 + numbers.length

  it.effect.each<readonly [string, string | Uint8Array, number]>([
    ["numbers.csv", numbers, needed],
    ["numbers.csv.gz", gzipSync(numbers), 4 * gzipSync(numbers).length],
    ["texts.csv", lines(20_000, (i) => `name ${i},another ${i},the third ${i}`), 20_000 * 3 * 45],
    ["equal.csv", lines(50_000, () => `north,south,1`), 50_000 * 3 * 8],
    ["wide.csv", [0, 1, 2].map(() => Array.from({ length: 20_000 }, (_, i) => `x${i}`).join(",")).join("\n"), 2e5]
  ])("is refused with the figure: %s", ([name, content, least]) =>
    Effect.gen(function* () {
      const path = write(name, content)
      const error = yield* Effect.flip(within(least / 2)(Table.fromFile(path)))
      expect(error.message).toMatch(
        /rows and (3|20000) columns, needs about [\d.]+ [MG]B of memory to be read, of which/
      )
      expect(error.message).toContain("Give the process more memory")
    })
  )

  it.effect("estimates what numbers take", () =>
    Effect.gen(function* () {
      const path = write("near.csv", numbers)
      yield* within(1.2 * needed)(Table.fromFile(path))
      const error = yield* Effect.flip(within(0.8 * needed)(Table.fromFile(path)))
      const [, rows] = /about (\d+) rows/.exec(error.message)!
      expect(Number(rows) / 50_000).toBeCloseTo(1, 0)
    })
  )

  it.effect("is refused by its texts, for which Node has a limit of its own", () =>
    Effect.gen(function* () {
      const heap = (bytes: number) => Effect.provideService(Memory.Heap, () => bytes)
      const texts = write(
        "heap.csv",
        lines(20_000, (i) => `name ${i},another ${i},${i}`)
      )
      const error = yield* Effect.flip(heap(1e6)(Table.fromFile(texts)))
      expect(error.message).toMatch(
        /needs about \d MB of memory for its texts, for which this process of Node has 1 MB.*NODE_OPTIONS=--max-old-space-size=2000 /s
      )
      yield* heap(1e7)(Table.fromFile(texts))
      // Numbers are held elsewhere.
      yield* heap(1e6)(Table.fromFile(write("none.csv", numbers)))
    })
  )

  it.effect("is refused before it is read", () =>
    Effect.gen(function* () {
      const path = write("sparse.csv", `${numbers}\n`)
      truncateSync(path, 5e12)
      const error = yield* Effect.flip(Table.fromFile(path))
      expect(error.message).toMatch(/needs about \d{4,}\.\d GB of memory/)
    })
  )

  it.effect("is refused as Parquet, too", () =>
    Effect.gen(function* () {
      const column = Column.numeric(new Float64Array(1e5))
      const path = write("a.parquet", ParquetBytes.of([["a", column]]))
      const error = yield* Effect.flip(within(1e6)(Table.fromFile(path)))
      expect(error.message).toContain("about 100000 rows and 1 columns, needs about 2 MB of memory")
      assert.strictEqual((yield* within(2e6)(Table.fromFile(path))).rows, 1e5)
      const texts = Column.text(Array.from({ length: 1e4 }, (_, i) => `name ${i}`))
      const named = write("texts.parquet", ParquetBytes.of([["name", texts]]))
      const heap = (bytes: number) => Effect.provideService(Memory.Heap, () => bytes)
      // Of each row a place, a string, and 8.9 characters.
      const needed = 3 * 1e4 * (8 + 24 + 8.889)
      const refused = yield* Effect.flip(heap(0.99 * needed)(Table.fromFile(named)))
      expect(refused.message).toContain("1 columns, needs about 1 MB of memory for its texts")
      assert.strictEqual((yield* heap(1.01 * needed)(Table.fromFile(named))).rows, 1e4)
    })
  )
})
