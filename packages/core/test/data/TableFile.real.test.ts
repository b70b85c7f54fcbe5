/**
 * Files as people have them. What is right, and public reports of other tools that got it wrong, stand beside the cases.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { gzipSync, zstdCompressSync } from "node:zlib"
import { afterAll } from "vitest"
import * as Column from "../../src/data/Column.ts"
import * as Note from "../../src/data/Note.ts"
import * as Table from "../../src/data/Table.ts"

const directory = mkdtempSync(join(tmpdir(), "rocflow-real-"))
afterAll(() => rmSync(directory, { recursive: true }))

let files = 0
const read = (name: string, content: string | Uint8Array, options?: Table.FileOptions) => {
  const path = join(directory, `${files++}-${name}`)
  writeFileSync(path, content)
  return Table.fromFile(path, options)
}

const shown = (table: Table.Table) =>
  Array.from(table.columns, ([name, column]) => [
    name,
    column.type,
    ...Array.from({ length: table.rows }, (_, row) => Column.toText(column, row))
  ])

const messages = (table: Table.Table) => table.notes.map((note) => Note.message(note).replace(/^\d+-/, ""))

const utf16 = (text: string, big = false) => {
  const bytes = Buffer.from(`\ufeff${text}`, "utf16le")
  return big ? bytes.swap16() : bytes
}

type Columns = ReadonlyArray<ReadonlyArray<string | null>>
type Case = readonly [string, string, string | Uint8Array, Columns, ReadonlyArray<string | RegExp>, Table.FileOptions?]

const many = (values: ReadonlyArray<string>, header = "x") => `${header}\n${values.join("\n")}\n`

const cases: ReadonlyArray<Case> = [
  // SauersML/gam#2495, javascriptdata/danfojs#620, NVIDIA/cudf#1883
  [
    "N/A, null, NaN and blanks among numbers",
    "a.csv",
    'x,t,s\n1,true,null\nN/A,n/a,N/A\nNULL,False, \nnan, ,"b"\n',
    [
      ["x", "integer", "1", null, null, null],
      ["t", "boolean", "true", null, "false", null],
      ["s", "string", "null", "N/A", " ", "b"]
    ],
    []
  ],
  [
    "a word for a missing value that is given",
    "a.csv",
    "x,s\n1,a\n-999,?\n?,-999\n",
    [
      ["x", "integer", "1", null, null],
      ["s", "string", "a", null, null]
    ],
    [],
    { na: ["?", "-999"] }
  ],
  [
    "blanks among numbers, whatever the words",
    "a.csv",
    "x,s\n-999,-999\n,\n ,a\n3,b\n",
    [
      ["x", "integer", null, null, null, "3"],
      ["s", "string", null, "", "a", "b"]
    ],
    [],
    { na: ["-999"] }
  ],
  ["given words replace the usual ones", "a.csv", "s\nNA\n?\n", [["s", "string", "NA", null]], [], { na: ["?"] }],
  [
    "a quoted NA in text, where it is kept",
    "a.csv",
    's,x\n"NA",1\nNA,NA\n"",2\n',
    [
      ["s", "string", "NA", null, ""],
      ["x", "integer", "1", null, "2"]
    ],
    [],
    { quotedNa: false }
  ],
  [
    "one slip in a column of numbers",
    "a.csv",
    many(["1", "2", "3O", "4"]),
    [["x", "string", "1", "2", "3O", "4"]],
    [
      /^a\.csv, column "x": is text, since "3O" \(line 4\) is no number, where 3 of 4 values are numbers\. Give na: \["", NA, "3O"\]/
    ]
  ],
  // duckdb/duckdb#6690, dathere/qsv#1050
  [
    "decimal commas behind semicolons",
    "a.csv",
    "x;n;s\n1,5;1;a\n-0,25;2;b,c\n",
    [
      ["x", "numeric", "1.5", "-0.25"],
      ["n", "integer", "1", "2"],
      ["s", "string", "a", "b,c"]
    ],
    [
      /fields are split at ";"/,
      /^a\.csv: the comma in "1,5" \(line 2\) and the like is read as decimal mark, in column "x"/
    ]
  ],
  [
    "decimal commas that are said",
    "a.csv",
    "x;y\n1,5;1.5\n2;2.5\n",
    [
      ["x", "numeric", "1.5", "2"],
      ["y", "string", "1.5", "2.5"]
    ],
    [/column "y": is text, since "1.5"/],
    { delimiter: ";", decimal: "," }
  ],
  [
    "decimal commas that are refused",
    "a.csv",
    "x;y\n1,5;1\n2;2\n",
    [
      ["x", "string", "1,5", "2"],
      ["y", "integer", "1", "2"]
    ],
    [/column "x": is text, since "1,5".*Give decimal: ","/],
    { delimiter: ";", decimal: "." }
  ],
  [
    "thousands",
    "a.csv",
    'x,y\n"1,234,567.5",1\n12,2\n',
    [
      ["x", "numeric", "1234567.5", "12"],
      ["y", "integer", "1", "2"]
    ],
    [],
    { thousands: "," }
  ],
  [
    "commas that may be either mark",
    "a.csv",
    'x,y\n"1,234",1\n"2,345",2\n',
    [
      ["x", "string", "1,234", "2,345"],
      ["y", "integer", "1", "2"]
    ],
    [/column "x": is text.*Give thousands: ","/]
  ],
  [
    "both marks of a European export",
    "a.csv",
    "x;y\n1.234,5;1\n-2.000;2\n",
    [
      ["x", "numeric", "1234.5", "-2000"],
      ["y", "integer", "1", "2"]
    ],
    [],
    { delimiter: ";", decimal: ",", thousands: "." }
  ],
  // duckdb/duckdb#5782 and #5794, javascriptdata/danfojs#642
  [
    "codes with leading zeros",
    "a.csv",
    many(["0870", "870"], "zip"),
    [["zip", "string", "0870", "870"]],
    [
      /column "zip": is text, since "0870" \(line 2\) is written as identifiers are\. Give columns: \{ "zip": numeric \}/
    ]
  ],
  [
    "codes with leading zeros, declared as numbers",
    "a.csv",
    many(["0870", "870"], "zip"),
    [["zip", "numeric", "870", "870"]],
    [],
    { columns: { zip: "numeric" } }
  ],
  [
    "a leading zero beyond the sample",
    "a.csv",
    many([...Array.from({ length: 300 }, () => "5"), " 07"], "zip").replace(/(5\n)+/, "5\n"),
    [["zip", "string", "5", " 07"]],
    [/identifiers/]
  ],
  [
    "zeros that numbers have",
    "a.csv",
    many(["0", "0.5", "-0.25", "00.5", "0e3"]),
    [["x", "numeric", "0", "0.5", "-0.25", "0.5", "0"]],
    []
  ],
  [
    "exponents that are letters",
    "a.csv",
    many(["587E59", "123456"], "plate"),
    [["plate", "string", "587E59", "123456"]],
    [/since "587E59" \(line 2\) is written as identifiers are/]
  ],
  ["exponents that overflow", "a.csv", many(["1E999", "2"]), [["x", "string", "1E999", "2"]], [/identifiers/]],
  [
    "exponents of numbers",
    "a.csv",
    many(["1e10", "2.5E+30", "12.5e3"]),
    [["x", "numeric", "10000000000", "2.5e+30", "12500"]],
    []
  ],
  [
    "sixteen digits",
    "a.csv",
    many(["1234567890123456", "2"], "card"),
    [["card", "string", "1234567890123456", "2"]],
    [/identifiers/]
  ],
  ["fifteen digits", "a.csv", many(["123456789012345", "2"]), [["x", "integer", "123456789012345", "2"]], []],
  // pandas' index column, R's row names
  [
    "a first column without a name",
    "a.csv",
    ",x\n0,5\n1,6\n",
    [
      ["index", "integer", "0", "1"],
      ["x", "integer", "5", "6"]
    ],
    [
      'a.csv, column "index": has no name in the header and only labels the rows, so it is no feature. Name it among the features if it is one.'
    ]
  ],
  [
    "row names that the header does not count",
    "a.tsv",
    "x\ty\nr1\t5\tu\nr2\t6\tv\n",
    [
      ["index", "string", "r1", "r2"],
      ["x", "integer", "5", "6"],
      ["y", "string", "u", "v"]
    ],
    [/column "index": has no name/]
  ],
  [
    "a column without a name between others",
    "a.csv",
    "x,,z\n1,5,a\n2,5,b\n",
    [
      ["x", "integer", "1", "2"],
      ["column 2", "integer", "5", "5"],
      ["z", "string", "a", "b"]
    ],
    ['a.csv, column "column 2": has no name in the header. Give it one, or leave it out by ignore.']
  ],
  [
    "a delimiter at the end of every line",
    "a.csv",
    "x,y,\n1,a,\n2,b,\n",
    [
      ["x", "integer", "1", "2"],
      ["y", "string", "a", "b"]
    ],
    [/a column without name and without any value is left out/]
  ],
  [
    "a delimiter at the end of every row",
    "a.csv",
    "x,y\n1,a,\n2,b,\n",
    [
      ["x", "integer", "1", "2"],
      ["y", "string", "a", "b"]
    ],
    [/is left out/]
  ],
  // pola-rs/polars#20147, NVIDIA/cudf#2398
  [
    "a lone quote in an unquoted name",
    "a.csv",
    'length 5",y\n1,a\n2,b\n',
    [
      ['length 5"', "integer", "1", "2"],
      ["y", "string", "a", "b"]
    ],
    []
  ],
  [
    "a delimiter in a quoted name, and quotes in it",
    "a.csv",
    '"a, ""b""",y\n1,2\n',
    [
      ['a, "b"', "integer", "1"],
      ["y", "integer", "2"]
    ],
    []
  ],
  [
    "a delimiter that is sniffed",
    "a.txt",
    "x|y\n1|a\n2|b\n",
    [
      ["x", "integer", "1", "2"],
      ["y", "string", "a", "b"]
    ],
    ['a.txt: fields are split at "|", which fits the first lines. Give delimiter: "|" to say so.']
  ],
  [
    "tabs in a text file",
    "a.txt",
    "x\ty\n1\ta,b\n",
    [
      ["x", "integer", "1"],
      ["y", "string", "a,b"]
    ],
    [/fields are split at "\\t"/]
  ],
  // lifelike/countersheetsextension#64, quintel/etmodel#3080
  [
    "UTF-16, little end first",
    "a.txt",
    utf16("x\ty\n1\té\n"),
    [
      ["x", "integer", "1"],
      ["y", "string", "é"]
    ],
    [/fields are split/]
  ],
  [
    "UTF-16, big end first",
    "a.tsv",
    utf16("x\ty\n1\té\n", true),
    [
      ["x", "integer", "1"],
      ["y", "string", "é"]
    ],
    []
  ],
  [
    "Latin 1",
    "a.csv",
    Buffer.from("x,y\n1,é€\n".replace("€", "\x80"), "latin1"),
    [
      ["x", "integer", "1"],
      ["y", "string", "é€"]
    ],
    [],
    { encoding: "latin1" }
  ],
  // duckdb/duckdb#1326, SciRuby/daru#127, antonycourtney/tad#224
  [
    "gzip",
    "a.csv.gz",
    gzipSync("x,y\n1,a\n"),
    [
      ["x", "integer", "1"],
      ["y", "string", "a"]
    ],
    []
  ],
  ["Zstandard", "a.jsonl.zst", zstdCompressSync('{"x": 1}\n'), [["x", "integer", "1"]], []],
  [
    "lines to skip, comments, blank lines",
    "a.csv",
    'made by us\n\n# one\nx,y\n#,2\n\n1,"a\n#b"\n',
    [
      ["x", "integer", "1"],
      ["y", "string", "a\n#b"]
    ],
    [],
    { skip: 1, comment: "#" }
  ],
  [
    "no header",
    "a.csv",
    "1,a\n2,b\n",
    [
      ["V1", "integer", "1", "2"],
      ["V2", "string", "a", "b"]
    ],
    [],
    { header: false }
  ],
  [
    "no header, but names",
    "a.csv",
    "1,a\n2,b\n",
    [
      ["x", "integer", "1", "2"],
      ["y", "string", "a", "b"]
    ],
    [],
    { header: false, names: ["x", "y"] }
  ],
  [
    "names in place of those of the header",
    "a.csv",
    "a,b\n1,2\n",
    [
      ["x", "integer", "1"],
      ["y", "integer", "2"]
    ],
    [],
    { names: ["x", "y"] }
  ],
  [
    "line ends of several kinds",
    "a.csv",
    "a,b\n1,x\r\n2,y\n",
    [
      ["a", "integer", "1", "2"],
      ["b", "string", "x", "y"]
    ],
    []
  ],
  [
    "a line end in quotes other than those of the records",
    "a.csv",
    'a,b\r\n1,"x\ny"\r\n2,z\r\n',
    [
      ["a", "integer", "1", "2"],
      ["b", "string", "x\ny", "z"]
    ],
    []
  ],
  [
    "a line end in quotes before any other",
    "a.csv",
    '"x\ny",1\r\nz,2\r\n',
    [
      ["V1", "string", "x\ny", "z"],
      ["V2", "integer", "1", "2"]
    ],
    [],
    { header: false }
  ],
  [
    "days and times by ISO 8601",
    "a.csv",
    "d,t,z,s\n2024-02-29,2024-03-31 02:30:00,2024-03-31T02:30+02:00,2024-02-30\n,NA,n/a,x\n",
    [
      ["d", "date", "2024-02-29", null],
      ["t", "date", "2024-03-31T02:30:00", null],
      ["z", "date", "2024-03-31T00:30:00", null],
      ["s", "string", "2024-02-30", "x"]
    ],
    []
  ],
  [
    "days in another format",
    "a.csv",
    "d,s\n31.12.1999,a\n1.2.2000,b\n",
    [
      ["d", "date", "1999-12-31", "2000-02-01"],
      ["s", "string", "a", "b"]
    ],
    [],
    { dateFormat: "%d.%m.%Y" }
  ],
  [
    "dates in JSON lines",
    "a.jsonl",
    '{"d": "2024-01-31", "s": "5"}\n{"d": null, "s": "6"}\n',
    [
      ["d", "date", "2024-01-31", null],
      ["s", "string", "5", "6"]
    ],
    []
  ],
  [
    "a date that is declared text",
    "a.csv",
    "d\n2024-01-31\n",
    [["d", "string", "2024-01-31"]],
    [],
    { columns: { d: "string" } }
  ]
]

describe("the type of a column", () => {
  const rare = [
    "N/A",
    " null",
    "NaN ",
    "0870",
    " 07",
    "-05",
    "+3",
    "1e5",
    "12E3",
    "587E59",
    "1E999",
    "inf",
    "123456789012345",
    "1234567890123456",
    "x",
    "1_0",
    "0x1F",
    "1.",
    ".5",
    "1e",
    "5 ",
    "1 2",
    "TRUE",
    "0e3",
    "1d",
    "1e16"
  ]

  it.live.each(rare)("is the same whether %j comes first or behind many rows", (value) =>
    Effect.gen(function* () {
      const numbers = Array.from({ length: 400 }, (_, i) => String(i % 37))
      const [first, last] = yield* Effect.all([
        read("a.csv", many([value, ...numbers])),
        read("a.csv", many([...numbers, value]))
      ])
      const [a, b] = [first, last].map((table) => table.columns.get("x")!)
      assert.strictEqual(a!.type, b!.type)
      assert.strictEqual(Column.toText(a!, 0), Column.toText(b!, 400))
    })
  )
})

describe("dates that nobody told of", () => {
  it.live.each<[string, ReadonlyArray<string>, RegExp | undefined]>([
    [
      "one format",
      ["31.12.1999", "1.2.2000"],
      /column "d": is text, and "31\.12\.1999" \(line 2\).*Give dateFormat: "%d\.%m\.%Y" to read/
    ],
    ["two that fit", ["1/2/2000", "3/4/2001 "], /Give dateFormat: "%d\/%m\/%Y" or dateFormat: "%m\/%d\/%Y" to read/],
    ["with a time", ["12/31/1999 10:30"], /Give dateFormat: "%m\/%d\/%Y %H:%M" to read/],
    ["not all of them", ["31.12.1999", "soon"], undefined],
    ["versions", ["1.2.3", "10.2.30"], undefined]
  ])("%s", ([, values, note]) =>
    Effect.gen(function* () {
      const said = messages(
        yield* read(
          "a.csv",
          many(
            values.map((value) => `"${value}"`),
            "d"
          )
        )
      )
      assert.strictEqual(said.length, note === undefined ? 0 : 1, said.join())
      if (note !== undefined) assert.match(said[0]!, note)
    })
  )
})

describe("reads, and says what it read otherwise", () => {
  it.live.each(cases)("%s", ([, name, content, columns, notes, options]) =>
    Effect.gen(function* () {
      const table = yield* read(name, content, options)
      assert.deepStrictEqual(shown(table), columns)
      const said = messages(table)
      assert.strictEqual(said.length, notes.length, said.join("\n"))
      for (const [i, note] of notes.entries()) {
        if (typeof note === "string") assert.strictEqual(said[i], note)
        else assert.match(said[i]!, note)
      }
    })
  )

  it.live("gives the same values for one file in every form of it", () =>
    Effect.gen(function* () {
      const text = `x,when,s\n${Array.from({ length: 400 }, (_, i) => `${i / 7},2024-01-${String((i % 28) + 1).padStart(2, "0")},"é ${i}"`).join("\n")}\n`
      const expected = shown(yield* read("a.csv", text))
      const forms: ReadonlyArray<readonly [string, string | Uint8Array, Table.FileOptions?]> = [
        ["a.csv.gz", gzipSync(text)],
        ["a.csv", `\ufeff${text}`],
        ["a.csv", text.replaceAll("\n", "\r\n")],
        ["a.csv", utf16(text)],
        ["a.csv", Buffer.from(text, "latin1"), { encoding: "latin1" }],
        ["a.csv", `#\n${text}`, { comment: "#" }],
        ["a.csv", text.replaceAll(",", ";")],
        ["a.csv", text.slice(text.indexOf("\n") + 1), { header: false, names: ["x", "when", "s"] }]
      ]
      for (const [name, content, options] of forms) {
        assert.deepStrictEqual(shown(yield* read(name, content, options)), expected)
      }
    })
  )

  it.live("says the line where it is, behind skipped lines, comments and blank lines", () =>
    Effect.gen(function* () {
      const table = yield* read("a.csv", 'top\nx,y\n# no\n"1\n",2\n\n3,4\nx,5\n', { skip: 1, comment: "#" })
      assert.match(messages(table).join(), /column "x": is text, since "x" \(line 8\)/)
      const error = yield* Effect.flip(read("a.csv", "top\nx,y\n# no\n1,2\n3\n", { skip: 1, comment: "#" }))
      assert.match(error.message, /line 5: 1 field where the header has 2/)
    })
  )
})

describe("refuses, with what to do", () => {
  it.live.each<[string, string, string | Uint8Array, RegExp, Table.FileOptions?]>([
    ["a spreadsheet", "a.ods", "x", /"\.ods" is of a format that rocflow does not read\. Save the sheet as CSV/],
    [
      "a spreadsheet called CSV",
      "a.csv",
      Buffer.from("PK\x03\x04....", "latin1"),
      /is a ZIP archive or a spreadsheet, not text/
    ],
    ["Arrow", "a.feather", "x", /Write it as Parquet/],
    [
      "gzip that is broken",
      "a.csv.gz",
      gzipSync("x,y\n1,2\n").subarray(0, 14),
      /begins as gzip but cannot be decompressed/
    ],
    ["UTF-16 without its mark", "a.csv", Buffer.from("x,y\n1,2\n", "utf16le"), /Give encoding: "utf-16le"/],
    [
      "Latin 1 that is not said",
      "a.csv",
      Buffer.from("x,y\n1,é\n", "latin1"),
      /line 2: a byte is not UTF-8\. Give encoding: "latin1"/
    ],
    [
      "marks that contradict each other",
      "a.csv",
      "x\n1\n",
      /decimal and thousands are both ","/,
      { decimal: ",", thousands: "," }
    ],
    ["a delimiter of two characters", "a.csv", "x\n1\n", /delimiter: "::" is not one character/, { delimiter: "::" }],
    ["a date format without a year", "a.csv", "x\n1\n", /dateFormat: "%d\.%m" has no year/, { dateFormat: "%d.%m" }],
    ["a date format with an unknown part", "a.csv", "x\n1\n", /has %Q, which is none of %Y/, { dateFormat: "%Q" }],
    [
      "a value that is no date",
      "a.csv",
      "d\n2024-01-31\n31/12/99\n",
      /line 3, column "d": "31\/12\/99" is no date/,
      { columns: { d: "date" } }
    ],
    [
      "too few names",
      "a.csv",
      "1,2\n",
      /line 1: the names "x" are 1, where the file has 2 columns/,
      { header: false, names: ["x"] }
    ],
    ["nothing behind the skipped lines", "a.csv", "x\n1\n", /has nothing behind the 5 skipped lines/, { skip: 5 }],
    [
      "a quote in the header that is not closed",
      "a.csv",
      '";a,b\n1,2\n3,4\n',
      /line 1: a quoted field is not closed before the end of the file/
    ],
    ["nothing but comments", "a.csv", "# a\n# b\n", /holds nothing but blank lines and comments/, { comment: "#" }]
  ])("%s", ([, name, content, message, options]) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(read(name, content, options))
      assert.match(error.message, message)
      assert.isFalse(error.message.includes("\n"))
    })
  )
})
