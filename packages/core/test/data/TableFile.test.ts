import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, expect } from "vitest"
import * as Column from "../../src/data/Column.ts"
import * as Duckdb from "../../src/data/internal/duckdb.ts"
import * as Table from "../../src/data/Table.ts"

const directory = mkdtempSync(join(tmpdir(), "rocflow-table-"))
afterAll(() => rmSync(directory, { recursive: true }))

let files = 0
const write = (name: string, content: string | Uint8Array) => {
  const path = join(directory, `${files++}-${name}`)
  writeFileSync(path, content)
  return path
}

const read = (name: string, content: string | Uint8Array, options?: Table.FileOptions) =>
  Table.fromFile(write(name, content), options)

/** Every column as its type and its values as text. */
const shown = (table: Table.Table) =>
  Array.from(table.columns, ([name, column]) => [
    name,
    column.type,
    ...Array.from({ length: table.rows }, (_, row) => Column.toText(column, row))
  ])

type Case = readonly [
  what: string,
  name: string,
  content: string,
  columns: ReadonlyArray<ReadonlyArray<string | null>>,
  options?: Table.FileOptions
]

const good: ReadonlyArray<Case> = [
  [
    "one column of each type",
    "a.csv",
    "x,n,t,s\n1.5,2,true,a\n-2e3,-7,FALSE,b\n",
    [
      ["x", "numeric", "1.5", "-2000"],
      ["n", "integer", "2", "-7"],
      ["t", "boolean", "true", "false"],
      ["s", "string", "a", "b"]
    ]
  ],
  [
    "missing values: empty fields and NA, quoted or not; NaN among numbers",
    "a.csv",
    'x,s\n1,a\n,\nNA,NA\nNaN,""\n"NA","na"\n',
    [
      ["x", "integer", "1", null, null, null, null],
      ["s", "string", "a", null, null, null, "na"]
    ]
  ],
  [
    "quoted delimiters, quotes and newlines",
    "a.csv",
    '"a,1","b"\n"x, y","say ""hi"""\n"two\nlines",plain\n',
    [
      ["a,1", "string", "x, y", "two\nlines"],
      ["b", "string", 'say "hi"', "plain"]
    ]
  ],
  [
    "a quoted newline in the header",
    "a.csv",
    '"a\nb",c\n1,2\n',
    [
      ["a\nb", "integer", "1"],
      ["c", "integer", "2"]
    ]
  ],
  [
    "tabs",
    "a.tsv",
    "a\tb\n1\tx,y\n",
    [
      ["a", "integer", "1"],
      ["b", "string", "x,y"]
    ]
  ],
  [
    "another delimiter",
    "a.csv",
    "a;b\n1;x,5\n",
    [
      ["a", "integer", "1"],
      ["b", "string", "x,5"]
    ],
    { delimiter: ";" }
  ],
  [
    "a byte order mark, CRLF and no newline at the end",
    "a.csv",
    "\uFEFFa,b\r\n1,é\r\n2,ü",
    [
      ["a", "integer", "1", "2"],
      ["b", "string", "é", "ü"]
    ]
  ],
  [
    "blank lines between rows",
    "a.csv",
    "a,b\n1,x\n\n2,y\n\n",
    [
      ["a", "integer", "1", "2"],
      ["b", "string", "x", "y"]
    ]
  ],
  ["one column, where a blank line is a missing value", "a.csv", "a\n1\n\n3\n", [["a", "integer", "1", null, "3"]]],
  [
    "any name, also those that differ by case only",
    "a.csv",
    "A,a,__proto__,select,a'b,c0\n1,2,3,4,5,6\n",
    [
      ["A", "integer", "1"],
      ["a", "integer", "2"],
      ["__proto__", "integer", "3"],
      ["select", "integer", "4"],
      ["a'b", "integer", "5"],
      ["c0", "integer", "6"]
    ]
  ],
  [
    "a column without a value is a column of numbers",
    "a.csv",
    "a,b\n1,\n2,NA\n",
    [
      ["a", "integer", "1", "2"],
      ["b", "numeric", null, null]
    ]
  ],
  ["infinite numbers", "a.csv", "a\nInf\n-inf\n1\n", [["a", "numeric", "Infinity", "-Infinity", "1"]]],
  [
    "underscores do not make a number",
    "a.csv",
    "a,b\n1_000,1\n2_000,2\n",
    [
      ["a", "string", "1_000", "2_000"],
      ["b", "integer", "1", "2"]
    ]
  ],
  [
    "long identifiers stay text, large quantities do not",
    "a.csv",
    "id,q\n9007199254740993,1e20\n2,2.5\n",
    [
      ["id", "string", "9007199254740993", "2"],
      ["q", "numeric", "100000000000000000000", "2.5"]
    ]
  ],
  ["mixed truth values and numbers are text", "a.csv", "a\ntrue\n1\n", [["a", "string", "true", "1"]]],
  [
    "declared types",
    "a.csv",
    "id,x,f,t,w,big\n007,1,10,1,a,9007199254740993\n008,2,9,0,b,1\n",
    [
      ["id", "string", "007", "008"],
      ["x", "numeric", "1", "2"],
      ["f", "factor", "10", "9"],
      ["t", "boolean", "true", "false"],
      ["w", "factor", "a", "b"],
      ["big", "numeric", "9007199254740992", "1"]
    ],
    { columns: { id: "string", x: "numeric", f: "factor", t: "boolean", w: "factor", big: "numeric" } }
  ],
  [
    "a format that the ending does not tell",
    "a.dat",
    "a,b\n1,2\n",
    [
      ["a", "integer", "1"],
      ["b", "integer", "2"]
    ],
    {
      format: "csv"
    }
  ],
  [
    "JSON lines: absent keys and null are missing, texts stay texts",
    "a.jsonl",
    '{"x": 1, "s": "7", "t": true}\n\n{"x": 2.5, "late": "NA", "s": null}\n',
    [
      ["x", "numeric", "1", "2.5"],
      ["s", "string", "7", null],
      ["t", "boolean", "true", null],
      ["late", "string", null, "NA"]
    ]
  ],
  [
    "JSON lines: mixed types and long whole numbers become text",
    "a.ndjson",
    '{"m": 1, "id": 9007199254740993, "q": 1e20, "__proto__": 1}\n{"m": "x", "id": 2, "q": 1, "__proto__": 2}\n',
    [
      ["m", "string", "1", "x"],
      ["id", "string", "9007199254740993", "2"],
      ["q", "numeric", "100000000000000000000", "1"],
      ["__proto__", "integer", "1", "2"]
    ]
  ]
]

describe("reads", () => {
  it.live.each(good)("%s", ([, name, content, columns, options]) =>
    Effect.gen(function* () {
      assert.deepStrictEqual(shown(yield* read(name, content, options)), columns)
    })
  )

  it.live("levels of declared factors in natural order", () =>
    Effect.gen(function* () {
      const table = yield* read("a.csv", "f,g\n10,b\n9,a\n010,B\n", { columns: { f: "factor", g: "factor" } })
      assert.deepStrictEqual((table.columns.get("f") as Column.Factor).levels, ["9", "010", "10"])
      assert.deepStrictEqual((table.columns.get("g") as Column.Factor).levels, ["B", "a", "b"])
    })
  )

  it.live("the file of just this path, whatever wildcards it holds", () =>
    Effect.gen(function* () {
      const folder = join(directory, "it's [a] folder")
      mkdirSync(folder)
      const names = ["a*.csv", "ab.csv", "a?.csv", "x[b].csv", "xb.csv", "y[[]].csv", "y[].csv"]
      names.forEach((name, i) => writeFileSync(join(folder, name), `a,b\n${i},0\n`))
      for (const [i, name] of names.entries()) {
        const table = yield* Table.fromFile(join(folder, name))
        assert.deepStrictEqual(shown(table)[0], ["a", "integer", String(i)], name)
      }
    })
  )

  const long = (odd: string) =>
    `a,b\n${Array.from({ length: 9000 }, (_, i) => `${i === 8000 ? odd : i},${i}`).join("\n")}\n`

  it.live.each([
    ["1.2.3", "string"],
    ["abc", "string"],
    ["0.5", "numeric"],
    ["1_0", "string"],
    ["9007199254740993", "string"],
    ["", "integer"]
  ])("a column of 9000 whole numbers with %j in row 8000 is %s", ([odd, type]) =>
    Effect.gen(function* () {
      const table = yield* read("a.csv", long(odd))
      const column = table.columns.get("a")!
      assert.strictEqual(column.type, type)
      assert.strictEqual(Column.toText(column, 8000), odd === "" ? null : odd)
      assert.strictEqual(Column.toText(column, 8001), "8001")
      assert.strictEqual(table.columns.get("b")?.type, "integer")
      assert.strictEqual(table.rows, 9000)
    })
  )

  it.live("rows keep their order beyond one chunk", () =>
    Effect.gen(function* () {
      const table = yield* read("a.csv", long("8000"))
      const values = (table.columns.get("a") as Column.Integer).values
      assert.isTrue(values.every((value, row) => value === row))
    })
  )
})

describe("refuses", () => {
  type Refused = readonly [what: string, name: string, content: string | Uint8Array, RegExp, Table.FileOptions?]
  const cases: ReadonlyArray<Refused> = [
    ["an empty file", "a.csv", "", /a\.csv: the file is empty\./],
    ["a header alone", "a.csv", "a,b\n", /the file has a header but no rows/],
    ["too few fields", "a.csv", "a,b,c\n1,2,3\n4,5\n", /a\.csv, line 3: 2 fields where the header has 3\./],
    ["too many fields", "a.csv", "a,b\n1,2\n3,4,5\n", /line 3: 3 fields where the header has 2/],
    [
      "a ragged line after quoted newlines and blank lines",
      "a.csv",
      'a,b\n1,"x\n\ny"\n\n2,z\n3\n',
      /line 7: 1 field where the header has 2/
    ],
    ["a repeated name", "a.csv", "x,y,x\n1,2,3\n", /line 1: the name "x" comes twice in the header/],
    [
      "another delimiter in the header than in the rows",
      "a.csv",
      "a;b\n1,2\n",
      /line 1: the header "a;b" has no delimiter ",".*give delimiter: ";"/
    ],
    ["a quote left open", "a.csv", 'a,b\n1,"x\n2,y\n', /line 2: a quoted field is not closed/],
    ["text after a closing quote", "a.csv", 'a,b\n1,"x"y\n', /line 2: a quoted field is not closed/],
    [
      "bytes that are not UTF-8",
      "a.csv",
      Uint8Array.of(0x61, 0x2c, 0x62, 10, 0x31, 0x2c, 0x32, 10, 0x33, 0x2c, 0xe9, 10),
      /line 3: a byte is not UTF-8/
    ],
    [
      "text in a column declared numeric",
      "a.csv",
      "a,b\n1,x\nabc,y\n",
      /a\.csv, line 3, column "a": "abc" is not a number/,
      { columns: { a: "numeric" } }
    ],
    [
      "text far down in a column declared numeric, after a quoted newline",
      "a.csv",
      `a,b\n${'1,"x\ny"\n'.repeat(3000)}1.2.3,z\n`,
      /line 6002, column "a": "1\.2\.3" is not a number/,
      { columns: { a: "numeric" } }
    ],
    [
      "a fraction in a column declared integer",
      "a.csv",
      "a\n1\n\n1.5\n",
      /line 4, column "a": "1\.5" is not an integer/,
      { columns: { a: "integer" } }
    ],
    [
      "2 in a column declared boolean",
      "a.csv",
      "a\n1\n2\n",
      /line 3, column "a": "2" is neither true nor false/,
      {
        columns: { a: "boolean" }
      }
    ],
    [
      "a declared column that is absent",
      "a.csv",
      "class,b\n1,2\n",
      /column "Class": the declared column is not in the file, which has "class", "b"\. Did you mean "class"\?/,
      { columns: { Class: "factor" } }
    ],
    [
      "an unknown ending",
      "a.xlsx",
      "x",
      /the ending "\.xlsx" is of a format that rocflow does not read\. Save the sheet as "CSV UTF-8"/
    ],
    ["Parquet that is none", "a.parquet", "a,b\n1,2\n", /a\.parquet: the file is not readable Parquet/],
    ["JSON lines that are none", "a.jsonl", '{"a": 1}\n{"a": }\n', /line 2: not JSON: .* each line must be one object/],
    ["a JSON line that is no object", "a.jsonl", "[1]\n", /line 1: a JSON value where each line must be one object/],
    ["nested JSON", "a.jsonl", '{"a": 1}\n{"a": [1]}\n', /line 2, column "a": a list has no place in a table/],
    ["JSON lines without rows", "a.jsonl", "\n\n", /has no rows with a value/],
    [
      "JSON text in a column declared numeric",
      "a.jsonl",
      '\n{"a": "x"}\n',
      /line 2, column "a": "x" is not a number/,
      {
        columns: { a: "numeric" }
      }
    ]
  ]

  it.live.each(cases)("%s", ([, name, content, message, options]) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(read(name, content, options))
      assert.strictEqual(error._tag, "SchemaError")
      assert.match(error.message, message)
      assert.isFalse(error.message.includes("\n"))
    })
  )

  it.live("a file that is not there, and a directory", () =>
    Effect.gen(function* () {
      const absent = yield* Effect.flip(Table.fromFile(join(directory, "none.csv")))
      assert.match(absent.message, /none\.csv: the file does not exist\. Check the path/)
      mkdirSync(join(directory, "folder.csv"))
      const folder = yield* Effect.flip(Table.fromFile(join(directory, "folder.csv")))
      assert.match(folder.message, /folder\.csv: the file is a directory\. Name a file in it\./)
    })
  )
})

describe("Parquet", () => {
  const path = join(directory, "types.parquet")
  const nested = join(directory, "nested.parquet")
  const copy = (select: string, to: string) =>
    Effect.scoped(
      Effect.flatMap(Duckdb.open, (connection) =>
        Duckdb.columns(connection, `COPY (${select}) TO ${Duckdb.literal(to)} (FORMAT parquet)`, ["number"])
      )
    )
  beforeAll(() =>
    Effect.runPromise(
      Effect.all([
        copy(
          `SELECT * FROM (VALUES
            (1::TINYINT, 1.5::FLOAT, true, 9007199254740993::BIGINT, 7::BIGINT, 1.25::DECIMAL(5,2), 'a', DATE '2020-01-31', TIMESTAMPTZ '2020-01-01 10:00:00+02', 2.0::DOUBLE),
            (NULL, NULL, NULL, 1, NULL, NULL, NULL, NULL, NULL, 'NaN'::DOUBLE))
            AS t("n", "x", "t", "id", "q", "d", "s", "day", "at", "whole")`,
          path
        ),
        copy("SELECT 1 AS a, {'b': 1, 'c': [1, 2]} AS st, [1] AS l", nested),
        copy("SELECT 1 AS a WHERE false", join(directory, "none.parquet"))
      ])
    )
  )

  it.live("keeps the types of the file; long integers become text, times are in UTC", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(shown(yield* Table.fromFile(path)), [
        ["n", "integer", "1", null],
        ["x", "numeric", "1.5", null],
        ["t", "boolean", "true", null],
        ["id", "string", "9007199254740993", "1"],
        ["q", "integer", "7", null],
        ["d", "numeric", "1.25", null],
        ["s", "string", "a", null],
        ["day", "date", "2020-01-31", null],
        ["at", "date", "2020-01-01T08:00:00", null],
        ["whole", "numeric", "2", null]
      ])
    })
  )

  it.live("converts declared columns, and tells the row that does not fit", () =>
    Effect.gen(function* () {
      const table = yield* Table.fromFile(path, { columns: { s: "factor", n: "numeric", id: "numeric" } })
      assert.strictEqual(table.columns.get("s")?.type, "factor")
      assert.strictEqual(table.columns.get("n")?.type, "numeric")
      assert.strictEqual(table.columns.get("id")?.type, "numeric")
      const error = yield* Effect.flip(Table.fromFile(path, { columns: { x: "integer" } }))
      assert.match(error.message, /column "x": "1\.5" \(row 0\) is not an integer/)
    })
  )

  it.live("refuses nested types and no rows", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(Table.fromFile(nested))
      assert.match(error.message, /column "st": the type STRUCT\(.*\) has no place in a table/)
      assert.match((yield* Effect.flip(Table.fromFile(join(directory, "none.parquet")))).message, /has no rows/)
    })
  )
})

describe("laws", () => {
  const cell = fc.oneof(
    fc.constant(null),
    fc
      .string({ unit: "grapheme", maxLength: 6 })
      .filter((text) => text !== "" && text !== "NA" && !/[\r\0]/.test(text)),
    fc.constantFrom('"', ",", "a\nb", "é", "01", "1e3", "true", "-")
  )
  const field = (value: string | null) => (value === null ? "" : `"${value.replaceAll('"', '""')}"`)

  it.live("a quoted table of texts is read back as it was written", () =>
    Effect.promise(() =>
      fc.assert(
        fc.asyncProperty(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 20 }), async (rows) => {
          const content = `a,b\n${rows.map((row) => row.map(field).join(",")).join("\n")}\n`
          const options: Table.FileOptions = { columns: { a: "string", b: "string" } }
          const table = await Effect.runPromise(read("law.csv", content, options))
          expect(shown(table)).toEqual([
            ["a", "string", ...rows.map(([a]) => a)],
            ["b", "string", ...rows.map(([, b]) => b)]
          ])
        }),
        { numRuns: 40 }
      )
    )
  )

  it.live("numbers are read back to the last bit", () =>
    Effect.promise(() =>
      fc.assert(
        fc.asyncProperty(
          fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 50 }),
          async (values) => {
            const table = await Effect.runPromise(
              read("law.csv", `x,y\n${values.map((value) => `${value},0.5`).join("\n")}\n`, {
                columns: { x: "numeric" }
              })
            )
            expect([...(table.columns.get("x") as Column.Numeric).values]).toEqual(values.map((value) => value + 0))
          }
        ),
        { numRuns: 40 }
      )
    )
  )
})
