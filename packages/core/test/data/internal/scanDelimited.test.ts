import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { afterAll } from "vitest"
import { mostHigh, mostLow, mostPlaces, nearest } from "../../../src/data/internal/decimal.ts"
import * as Duckdb from "../../../src/data/internal/duckdb.ts"
import { fromNumbers, fromTexts, plain } from "../../../src/data/internal/infer.ts"
import { scanDelimited } from "../../../src/data/internal/scanDelimited.ts"

const directory = mkdtempSync(join(tmpdir(), "rocflow-scan-"))
afterAll(() => rmSync(directory, { recursive: true }))

/** The digits of a decimal as `nearest` takes them. */
const parts = (whole: string, fraction: string) => {
  let [high, low, digits] = [0, 0, 0]
  for (const digit of whole + fraction) {
    if (high < mostHigh) high = high * 10 + Number(digit)
    else [low, digits] = [low * 10 + Number(digit), digits + 1]
  }
  return { high, low, digits, places: fraction.length }
}

const digit = fc.constantFrom(..."0123456789")
const digitsOf = (maxLength: number) => fc.string({ unit: digit, maxLength })

it("reads decimals to the nearest double, or says that it cannot tell", () => {
  let told = 0
  let tried = 0
  const check = (whole: string, fraction: string) => {
    const { digits, high, low, places } = parts(whole, fraction)
    if (whole + fraction === "" || digits > mostLow || places > mostPlaces) return
    const value = nearest(high, low, digits, places)
    tried += 1
    if (Number.isNaN(value)) return
    told += 1
    expect(value).toBe(Number(`${whole}.${fraction}`))
  }
  fc.assert(fc.property(digitsOf(15), digitsOf(22), check), { numRuns: 5000 })
  expect(told).toBe(tried)
  // Halfway between two doubles, and as near to it as digits allow.
  for (let i = 0; i < 500; i++) {
    const half = (2n ** 52n + BigInt(i)).toString()
    for (const fraction of ["5", "49999", "50001"]) check(half, fraction)
  }
})

const number = fc.oneof(
  fc.integer().map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.double({ min: -10, max: 10, noNaN: true }).map(String),
  fc.tuple(digitsOf(6), digitsOf(16)).map(([whole, fraction]) => `-${whole}.${fraction}0`),
  fc.integer({ min: 0, max: 999 }).map((value) => ` ${value / 8} `),
  fc.constantFrom("+1", "1.", ".5", "-0", "0", "1e3", "00.5", '"7"', "123456789.123456789")
)
const odd = fc.constantFrom(
  ..."007|1234567890123456|12E7|99E99|1E999|inf|nan|-|.|1_000|0x10|é|true|-999| |1970-01-02|Na".split("|"),
  '"a,b"',
  '"say ""so"""',
  '"two\nlines"',
  '"two\r\nlines"',
  '"é"'
)
const missing = fc.constantFrom("", "NA", '""', '"NA"', "null", "-999")
const usually = (most: fc.Arbitrary<string>, others: fc.Arbitrary<string>, weight: number) =>
  fc.oneof({ arbitrary: most, weight }, { arbitrary: missing, weight: 2 }, { arbitrary: others, weight: 1 })
const cell = fc.constantFrom(
  usually(number, number, 40),
  usually(number, odd, 400),
  usually(number, odd, 10),
  usually(odd, number, 5),
  missing
)

const table = fc.tuple(fc.integer({ min: 2, max: 4 }), fc.constantFrom(1, 3, 300)).chain(([width, rows]) =>
  fc.array(cell, { minLength: width, maxLength: width }).chain((cells) =>
    fc.record({
      rows: fc.array(fc.tuple(...cells), { minLength: rows, maxLength: rows }),
      lineEnd: fc.constantFrom("\n", "\r\n"),
      closed: fc.boolean(),
      quotedNulls: fc.boolean(),
      nulls: fc.constantFrom(["", "NA"], ["-999"], ["", "NA", "null"])
    })
  )
)

it.effect("gives the columns that are typed from all texts, as DuckDB reads them", () =>
  Effect.gen(function* () {
    const connection = yield* Duckdb.open
    const run = Effect.runPromiseWith(yield* Effect.context())
    let regular = 0
    const check = async ({
      closed,
      lineEnd,
      nulls,
      quotedNulls,
      rows
    }: {
      readonly rows: ReadonlyArray<ReadonlyArray<string>>
      readonly lineEnd: string
      readonly closed: boolean
      readonly quotedNulls: boolean
      readonly nulls: ReadonlyArray<string>
    }) => {
      const names = rows[0]!.map((_, i) => `c${i}`)
      const text = rows.map((row) => row.join(",")).join(lineEnd) + (closed ? lineEnd : "")
      const path = join(directory, "a.csv")
      writeFileSync(path, text)
      const scanned = scanDelimited({
        bytes: Buffer.from(text),
        data: 0,
        layout: { delimiter: ",", comment: undefined },
        asText: names.map(() => false),
        reading: plain,
        usual: true,
        nulls,
        quotedNulls
      })
      regular += scanned === undefined ? 0 : 1
      const sql = `SELECT * FROM read_csv(${Duckdb.literal(path)}, auto_detect = false, header = false, new_line = ${lineEnd === "\n" ? "'\\n'" : "'\\r\\n'"}, delim = ',', quote = '"', escape = '"', nullstr = [${nulls.map(Duckdb.literal).join(", ")}], allow_quoted_nulls = ${quotedNulls}, columns = {${names.map((name) => `'${name}': 'VARCHAR'`).join(", ")}})`
      const kinds = names.map(() => "text" as const)
      const texts = await run(Duckdb.columns(connection, sql, kinds))
      const columns = scanned?.map((column) =>
        column.kind === "number" ? fromNumbers(column.values) : fromTexts(column.kind === "text" ? column.values : [])
      )
      expect(columns).toEqual(texts.map((column) => (column.kind === "text" ? fromTexts(column.values) : undefined)))
    }
    yield* Effect.promise(() => fc.assert(fc.asyncProperty(table, check), { numRuns: 150 }))
    expect(regular).toBeGreaterThan(100)
  })
)

it.each<[string, string, string?]>([
  ["too few fields", "1,2\n3\n"],
  ["too many fields", "1,2\n3,4,5\n"],
  ["a quote inside a field", '1,2\n3,a"b\n'],
  ["text behind a quote", '1,2\n3,"a"b\n'],
  ["a quote that is not closed", '1,2\n3,"a\n'],
  ["a carriage return alone", "1,2\r3,4\n"],
  ["too many fields, of which one is empty, between blanks", "1 2\n3  4\n", " "]
])("leaves to others %s", (_, text, delimiter = ",") => {
  const regular = {
    bytes: Buffer.from(text),
    data: 0,
    layout: { delimiter, comment: undefined },
    asText: [false, false],
    reading: plain,
    usual: true,
    nulls: [""],
    quotedNulls: true
  }
  expect(scanDelimited(regular)).toBe(undefined)
})
