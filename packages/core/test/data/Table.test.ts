import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import { expect } from "vitest"
import * as Column from "../../src/data/Column.ts"
import * as Table from "../../src/data/Table.ts"

const made = Table.fromColumns({
  y: Column.factor(["M", "R", "M"], { levels: ["M", "R"] }),
  x: Column.numeric([1.5, null, 2.5]),
  n: Column.integer([3, 1, 2])
})

describe("fromColumns", () => {
  it.effect("keeps order, names and rows", () =>
    Effect.gen(function* () {
      const table = yield* made
      assert.deepStrictEqual(table.names, ["y", "x", "n"])
      assert.strictEqual(table.rows, 3)
      assert.deepStrictEqual(Table.column(table, "n").values, Float64Array.of(3, 1, 2))
    })
  )

  it.effect.each<[string, ReadonlyArray<readonly [string, Column.Column]>, RegExp]>([
    ["no column", [], /a table has no column/],
    ["no row", [["a", Column.numeric([])]], /a table has no rows\. Give at least one row/],
    [
      "unequal lengths",
      [
        ["a", Column.numeric([1, 2])],
        ["b", Column.text(["x"])]
      ],
      /^column "b": 1 rows are not as many as the 2 of column "a"\./
    ],
    ["an empty name", [["", Column.numeric([1])]], /a column has an empty name/],
    [
      "a repeated name",
      [
        ["a", Column.numeric([1])],
        ["a", Column.numeric([1])]
      ],
      /column "a": the name comes twice/
    ]
  ])("refuses %s", ([, entries, message]) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(Table.fromEntries(entries))
      assert.strictEqual(error._tag, "SchemaError")
      assert.match(error.message, message)
    })
  )

  it.effect("takes any string as a name, in the given order", () =>
    Effect.gen(function* () {
      const names = ["__proto__", "10", "2", "constructor", " ", 'a"b', "é"]
      const table = yield* Table.fromEntries(names.map((name, i) => [name, Column.indices(Int32Array.of(i))] as const))
      assert.deepStrictEqual(table.names, names)
      names.forEach((name, i) => assert.strictEqual(Column.toText(table.columns.get(name)!, 0), String(i)))
      const record = yield* Table.fromColumns({ ["__proto__"]: Column.numeric([1]), toString: Column.numeric([2]) })
      assert.deepStrictEqual(record.names, ["__proto__", "toString"])
      assert.isUndefined(Table.column(yield* Table.drop(table as Table.Table, ["__proto__"]), "__proto__"))
    })
  )
})

describe("rows and columns", () => {
  it.effect("take and head", () =>
    Effect.gen(function* () {
      const table = yield* made
      const part = Table.take(table, [2, 2])
      assert.strictEqual(part.rows, 2)
      assert.deepStrictEqual(Table.column(part, "n").values, Float64Array.of(2, 2))
      assert.deepStrictEqual(Table.column(part, "y").levels, ["M", "R"])
      assert.strictEqual(Table.head(table, 2).rows, 2)
      assert.strictEqual(Table.head(table).rows, 3)
      expect(() => Table.take(table, [3])).toThrow(/row 3 is not one of the 3 rows/)
    })
  )

  it.effect("take shares the columns, and takes of parts as of the whole", () =>
    Effect.gen(function* () {
      const table = yield* made
      const rows = fc.array(fc.nat(2), { minLength: 1, maxLength: 6 })
      fc.assert(
        fc.property(rows, fc.array(fc.nat(), { minLength: 1, maxLength: 6 }), (first, draws) => {
          const second = draws.map((place) => place % first.length)
          const part = Table.take(Table.take(table, first), second)
          expect(part.source).toBe(table.columns)
          const whole = second.map((place) => first[place]!)
          expect([...part.index!]).toEqual(whole)
          for (const [name, column] of table.columns) {
            expect(part.columns.get(name)).toEqual(Column.take(column, whole))
            // A column is gathered once, when it is first asked for.
            expect(part.columns.get(name)).toBe(part.columns.get(name))
          }
          expect(Table.contentHash(part)).toBe(Table.contentHash(Table.take(table, whole)))
        })
      )
    })
  )

  it.effect("select, drop and withColumn of a view are those of its rows", () =>
    Effect.gen(function* () {
      const part = Table.take(yield* made, [2, 0])
      assert.deepStrictEqual(Table.column(yield* Table.select(part, ["n"]), "n").values, Float64Array.of(2, 3))
      assert.deepStrictEqual(Table.column(yield* Table.drop(part, ["x"]), "n").values, Float64Array.of(2, 3))
      const more = yield* Table.withColumn(part, "z", Column.numeric([8, 9]))
      assert.deepStrictEqual(Table.column(more, "z").values, Float64Array.of(8, 9))
      assert.deepStrictEqual(Table.column(more, "n").values, Float64Array.of(2, 3))
      assert.strictEqual(more.rows, 2)
    })
  )

  it.effect("select, drop and withColumn", () =>
    Effect.gen(function* () {
      const table = yield* made
      assert.deepStrictEqual((yield* Table.select(table, ["n", "y"])).names, ["n", "y"])
      assert.deepStrictEqual((yield* Table.drop(table, ["x"])).names, ["y", "n"])
      const replaced = yield* Table.withColumn(table, "x", Column.text(["a", "b", "c"]))
      assert.deepStrictEqual(replaced.names, ["y", "x", "n"])
      assert.strictEqual(Table.column(replaced, "x").type, "string")
      assert.deepStrictEqual(
        (yield* Table.withColumn(table, "z", Column.indices(Int32Array.of(1, 2, 3)))).names.at(-1),
        "z"
      )
    })
  )

  it.effect("refuse unknown names, no names, wrong lengths", () =>
    Effect.gen(function* () {
      const table: Table.Table = yield* made
      assert.match((yield* Effect.flip(Table.select(table, ["nn"]))).message, /"nn".*not a column.*Did you mean "n"\?/)
      assert.match((yield* Effect.flip(Table.select(table, []))).message, /no column/)
      assert.match((yield* Effect.flip(Table.select(table, ["n", "n"]))).message, /comes twice/)
      assert.match((yield* Effect.flip(Table.drop(table, ["zzzz"]))).message, /Choose one of "y", "x", "n"/)
      assert.match((yield* Effect.flip(Table.drop(table, ["y", "x", "n"]))).message, /are all columns/)
      assert.match((yield* Effect.flip(Table.withColumn(table, "z", Column.numeric([1])))).message, /1 rows are not/)
    })
  )

  it.effect("summary describes each column", () =>
    Effect.gen(function* () {
      const [y, x, n] = Table.summary(yield* made)
      assert.deepStrictEqual(y, {
        name: "y",
        type: "factor",
        missing: 0,
        distinct: 2,
        min: undefined,
        mean: undefined,
        max: undefined
      })
      assert.deepStrictEqual(x, { name: "x", type: "numeric", missing: 1, distinct: 2, min: 1.5, mean: 2, max: 2.5 })
      assert.deepStrictEqual(n, { name: "n", type: "integer", missing: 0, distinct: 3, min: 1, mean: 2, max: 3 })
    })
  )
})

describe("contentHash", () => {
  const base = [
    ["a", Column.numeric([1, 2])],
    ["b", Column.text(["x", "y"])]
  ] as const
  const xy = Column.asFactor(Column.text(["x", "y"]))
  const hash = (entries: ReadonlyArray<readonly [string, Column.Column]>) =>
    Effect.map(Table.fromEntries(entries), Table.contentHash)

  it.effect("is the same for the same content, also of a part of another table", () =>
    Effect.gen(function* () {
      const one = yield* hash(base)
      assert.match(one, /^[0-9a-f]{64}$/)
      assert.strictEqual(yield* hash(base.map(([name, column]) => [name, { ...column }] as const)), one)
      const longer = yield* Table.fromEntries([
        ["a", Column.numeric([9, 1, 2])],
        ["b", Column.text(["z", "x", "y"])]
      ])
      assert.strictEqual(Table.contentHash(Table.take(longer, [1, 2])), one)
      const withoutFlags = { ...Column.numeric([1, 2]), missing: new Uint8Array(2) }
      assert.strictEqual(yield* hash([["a", withoutFlags], base[1]]), one)
    })
  )

  const variants: ReadonlyArray<readonly [string, ReadonlyArray<readonly [string, Column.Column]>]> = [
    ["a value", [["a", Column.numeric([1, 3])], base[1]]],
    ["a missing value", [["a", Column.numeric([1, null])], base[1]]],
    ["a name", [["A", base[0][1]], base[1]]],
    ["a type", [["a", Column.indices(Int32Array.of(1, 2))], base[1]]],
    ["the order of columns", [base[1], base[0]]],
    ["where one text ends", [base[0], ["b", Column.text(["xy", ""])]]],
    ["levels instead of text", [base[0], ["b", xy]]],
    ["level order", [base[0], ["b", Result.getOrThrow(Column.factor(["x", "y"], { levels: ["y", "x"] }))]]],
    ["an unused level", [base[0], ["b", Result.getOrThrow(Column.factor(["x", "y"], { levels: ["x", "y", "z"] }))]]],
    ["ordered levels", [base[0], ["b", { ...xy, ordered: true }]]]
  ]

  it.effect.each(variants)("changes with %s", ([name, entries]) =>
    Effect.gen(function* () {
      const own = yield* hash(entries)
      assert.notStrictEqual(own, yield* hash(base))
      for (const [other, others] of variants) {
        if (other !== name) assert.notStrictEqual(own, yield* hash(others), other)
      }
    })
  )

  it("differs for different rows", () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 1 }), fc.array(fc.integer(), { minLength: 1 }), (a, b) => {
        const of = (values: Array<number>) => Effect.runSync(hash([["a", Column.numeric(values)]]))
        expect(of(a) === of(b)).toBe(a.length === b.length && a.every((value, i) => Object.is(value, b[i])))
      })
    )
  })
})
