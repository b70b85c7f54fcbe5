import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { gzipSync, zstdCompressSync } from "node:zlib"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as fc from "fast-check"
import { afterAll, beforeAll, expect } from "vitest"
import { blocks, endOfRecords } from "../../src/data/internal/blocks.ts"
import * as Table from "../../src/data/Table.ts"
import * as TableWriter from "../../src/data/TableWriter.ts"

let folder = ""
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "rocflow-windows-"))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const put = (name: string, content: string | Uint8Array): string => {
  const file = join(folder, name)
  writeFileSync(file, content)
  return file
}

/** So many rows of so long texts are more bytes than a window of text has. */
const rows = 60_000
const long = "-".repeat(160)
const csv = (of = rows, text = long) =>
  `x,name,flag\n${Array.from({ length: of }, (_, i) => `${i}.5,"row ${i}, ""${i % 7}""${text}",${i % 2 === 0}\n`).join("")}`
const columns = { x: "numeric", name: "string", flag: "boolean" } as const

/** Windows put together again, and how many there were. */
const together = (file: string, options: Table.FileOptions = { columns }) =>
  Effect.gen(function* () {
    const tables = Array.from(yield* Stream.runCollect(Table.windows(file, options)))
    return { count: tables.length, table: yield* Table.concat(tables) }
  })

describe("Table.windows", () => {
  it.effect.each([
    ["plain.csv", (text: string) => text],
    ["packed.csv.gz", (text: string) => gzipSync(text)],
    ["packed.csv.zst", (text: string) => zstdCompressSync(text)],
    [
      "lines.tsv",
      (text: string) => text.replaceAll('",', '"\t').replace("x,name,flag", "x\tname\tflag").replaceAll('.5,"', '.5\t"')
    ],
    ["stray.csv", (text: string) => text.replace(/"row 0, .*"(?=,)/, 'a 5" pipe')],
    ["marked.csv", (text: string) => `\ufeff${text}`],
    ["latin.csv", (text: string) => Buffer.from(text.replaceAll("row", "r\u00f6w"), "latin1"), { encoding: "latin1" }],
    [
      "semicolons.csv",
      (text: string) => `# a "comment\n${text.replaceAll(/^([^",]*),(".*"|[^,]*),/gm, "$1;$2;")}`,
      { comment: "#" }
    ]
  ] as const)("of %s are the whole table", ([name, form, options = {}]) =>
    Effect.gen(function* () {
      const file = put(name, form(csv()))
      const { count, table } = yield* together(file, { columns, ...options })
      assert.isAbove(count, 1)
      assert.strictEqual(table.rows, rows)
      const whole = yield* Table.fromFile(file, { columns, ...options })
      assert.strictEqual(Table.contentHash(table), Table.contentHash(whole))
    })
  )

  it.effect("of JSON lines are the whole table", () =>
    Effect.gen(function* () {
      const text = Array.from(
        { length: rows },
        (_, i) => `${JSON.stringify({ x: i + 0.5, name: `row "${i}" ${long}`, flag: i % 2 === 0 })}\n`
      )
      const file = put("lines.jsonl", text.join(""))
      const { count, table } = yield* together(file)
      assert.isAbove(count, 1)
      assert.strictEqual(Table.contentHash(table), Table.contentHash(yield* Table.fromFile(file, { columns })))
    })
  )

  it.effect("of Parquet are the whole table", () =>
    Effect.gen(function* () {
      const file = join(folder, "rows.parquet")
      const writer = yield* TableWriter.open
      yield* writer.parquetOfCsv(file, put("rows.csv", csv(140_000, "")), [
        ["x", "numeric"],
        ["name", "string"],
        ["flag", "boolean"]
      ])
      const { count, table } = yield* together(file)
      assert.strictEqual(count, 2)
      assert.strictEqual(Table.contentHash(table), Table.contentHash(yield* Table.fromFile(file, { columns })))
    }).pipe(Effect.scoped)
  )

  it.effect("say the line of a value that does not fit, counted in the file", () =>
    Effect.gen(function* () {
      const lines = csv().split("\n")
      lines[55_000] = '12x,"name",true'
      const failure = yield* Effect.flip(together(put("wrong.csv", lines.join("\n"))))
      assert.match(failure.message, /line 55001, column "x": "12x" is not a number/)
    })
  )

  it.effect("is one of a small file, and of UTF-16, told by its mark or the options", () =>
    Effect.gen(function* () {
      const small = yield* together(put("small.csv", "x,name,flag\n1.5,a,true\n"))
      assert.deepStrictEqual([small.count, small.table.rows], [1, 1])
      // Of U+0A41 a byte is that of a line end.
      const text = csv().replaceAll("row", "\u0a41")
      const whole = yield* Table.fromFile(put("plain-gurmukhi.csv", text), { columns })
      for (const [name, mark, encoding] of [
        ["marked-utf16.csv", "\ufeff", undefined],
        ["utf16.csv", "", "utf-16le"]
      ] as const) {
        const { count, table } = yield* together(put(name, Buffer.from(mark + text, "utf16le")), { columns, encoding })
        assert.strictEqual(count, 1)
        assert.strictEqual(Table.contentHash(table), Table.contentHash(whole))
      }
    })
  )

  it.effect("refuse a file that is not there", () =>
    Effect.map(Effect.flip(together(join(folder, "nowhere.csv"))), ({ message }) =>
      assert.include(message, "does not exist")
    )
  )
})

describe("blocks", () => {
  it("are the file, cut where records end", async () => {
    const field = fc.string().map((text) => `"${text.replaceAll('"', '""')}"`)
    const record = fc.tuple(field, fc.integer().map(String)).map((fields) => `${fields.join(",")}\n`)
    await fc.assert(
      fc.asyncProperty(fc.array(record, { maxLength: 30 }), fc.integer({ min: 1, max: 60 }), async (records, size) => {
        const file = put("any.csv", records.join(""))
        const found: Array<{ readonly text: string; readonly line: number }> = []
        for await (const { bytes, line } of blocks(file, size, () =>
          endOfRecords({ delimiter: ",", comment: undefined })
        ))
          found.push({ text: Buffer.from(bytes).toString(), line })
        expect(found.map(({ text }) => text).join("")).toBe(records.join(""))
        const ends = new Set(records.map((_, i) => records.slice(0, i + 1).join("").length))
        let [length, lines] = [0, 0]
        for (const { line, text } of found) {
          expect(line).toBe(lines)
          length += text.length
          lines += text.split("\n").length - 1
          expect(ends).toContain(length)
        }
      }),
      { numRuns: 50 }
    )
  })
})
