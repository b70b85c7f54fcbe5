import { mkdirSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Jpeg from "jpeg-js"
import * as Column from "../../src/data/Column.ts"
import * as Duckdb from "../../src/data/internal/duckdb.ts"
import * as Select from "../../src/data/Select.ts"
import * as Table from "../../src/data/Table.ts"
import * as Task from "../../src/data/Task.ts"
import * as Tensors from "../../src/data/Tensors.ts"
import * as Arrays from "../support/arrays.ts"

/** Writes files into a folder of their own. */
const files = Effect.fnUntraced(function* (contents: Readonly<Record<string, Uint8Array>>) {
  const folder = yield* Arrays.folder
  for (const [name, bytes] of Object.entries(contents)) {
    mkdirSync(join(folder, name, ".."), { recursive: true })
    writeFileSync(join(folder, name), bytes)
  }
  return (name: string) => join(folder, name)
})

const tensor = (column: Column.Column): Column.Tensor => {
  if (column.type !== "tensor") throw new Error(`expected a tensor, got ${column.type}`)
  return column
}

const shapes = (column: Column.Column) => Result.getOrThrow(Tensors.shapes(tensor(column))).map(({ shape }) => shape)

/** The numbers of rows, or of all of them. */
const read = Effect.fnUntraced(function* (given: Column.Column, rows?: ReadonlyArray<number>) {
  const column = tensor(given)
  const reader = yield* Tensors.open(column)
  const out: Array<ReadonlyArray<number>> = []
  yield* reader.read(rows ?? [...column.place.keys()], (i, values) => {
    out[i] = [...values]
  })
  return out
})

const numbers = (given: Column.Column) => Array.from(Column.asNumbers(given) ?? [])
const message = <A, E extends Error, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.flip(effect), (error) => error.message.replace(/\/\S*\//g, ""))

/** Three rows of 2 × 2 bytes. */
const small = Arrays.idx(8, [3, 2, 2], [0, 51, 102, 255, 1, 2, 3, 4, 5, 6, 7, 8])

describe("fromIdx", () => {
  it.effect("reads bytes, also zipped, in any order, as they are or as a range says", () =>
    Effect.gen(function* () {
      const path = yield* files({ "a.idx": small, "a.idx.gz": gzipSync(small) })
      const plain = yield* Tensors.fromIdx(path("a.idx"))
      expect([shapes(plain), Column.length(plain)]).toEqual([[[2, 2]], 3])
      expect(yield* read(plain, [2, 0])).toEqual([
        [5, 6, 7, 8],
        [0, 51, 102, 255]
      ])
      const unit = yield* Tensors.fromIdx(path("a.idx.gz"), { range: [0, 255], shape: [4, 1] })
      expect(shapes(unit)).toEqual([[4, 1]])
      expect(yield* read(unit, [0])).toEqual([[0, Math.fround(0.2), Math.fround(0.4), 1]])
    })
  )

  it.effect("reads every element, high byte first, and one axis as numbers", () =>
    Effect.gen(function* () {
      const path = yield* files({
        i1: Arrays.idx(9, [2], [255, 1]),
        i2: Arrays.idx(0x0b, [2], [255, 254, 1, 0]),
        i4: Arrays.idx(0x0c, [1], [0, 0, 1, 1]),
        f4: Arrays.idx(0x0d, [1], [0x3f, 0xc0, 0, 0]),
        f8: Arrays.idx(0x0e, [1], [0x3f, 0xf8, 0, 0, 0, 0, 0, 0])
      })
      const of = (name: string) => Effect.map(Tensors.fromIdx(path(name)), (column) => [column.type, numbers(column)])
      expect(yield* of("i1")).toEqual(["integer", [-1, 1]])
      expect(yield* of("i2")).toEqual(["integer", [-2, 256]])
      expect(yield* of("i4")).toEqual(["integer", [257]])
      expect(yield* of("f4")).toEqual(["numeric", [1.5]])
      expect(yield* of("f8")).toEqual(["numeric", [1.5]])
    })
  )

  it.effect("says what is wrong with a file, a shape, a range", () =>
    Effect.gen(function* () {
      const path = yield* files({
        "no.idx": Uint8Array.of(1, 2, 3, 4, 5),
        "cut.idx": small.slice(0, 20),
        "empty.idx": Arrays.idx(8, [0, 2], []),
        "a.idx": small,
        "labels.idx": Arrays.idx(8, [3], [0, 1, 2]),
        "six.idx": Arrays.idx(8, [1, 6], [1, 2, 3, 4, 5, 6]),
        "four.idx": Arrays.idx(8, [1, 4], [1, 2, 3, 4]),
        "no.gz": Uint8Array.of(1, 2, 3)
      })
      const of = (name: string, options?: Tensors.ArrayOptions) => message(Tensors.fromIdx(path(name), options))
      expect(yield* of("no.idx")).toBe(
        "no.idx: the file is not IDX. IDX begins with two zeros, a code from 8 to 14 and the rank; check the file."
      )
      expect(yield* of("cut.idx")).toBe("cut.idx: the file ends after 20 of 28 bytes. It is cut off: copy it again.")
      expect(yield* of("empty.idx")).toContain("has no rows")
      expect(yield* of("absent.idx")).toContain("the file does not exist")
      expect(yield* of("no.gz")).toContain("is not gzip")
      expect(yield* of("a.idx", { shape: [3] })).toBe(
        "shape: [3] does not have the 4 numbers of a row of a.idx. Give whole numbers of that product, channels last: [2, 2, 1]."
      )
      expect(yield* of("labels.idx", { shape: [28, 28, 1] })).toBe(
        "labels.idx: shape: [28, 28, 1] is for rows of many numbers, but this file has one number a row, as labels have. Give the file of the images here and this one for the labels, or leave the shape out."
      )
      expect(yield* of("six.idx", { shape: [2, 2] })).toContain("channels last: [6].")
      expect(yield* of("four.idx", { shape: [6] })).toContain("channels last: [2, 2, 1].")
      expect(yield* of("a.idx", { range: [1, 1] })).toContain("is not two different numbers")
    })
  )
})

describe("arrays as columns", () => {
  it.effect("of different length are refused without a word of missing values", () =>
    Effect.gen(function* () {
      const path = yield* files({ "a.idx": small, "labels.idx": Arrays.idx(8, [2], [0, 1]) })
      const table = Table.fromColumns({
        image: yield* Tensors.fromIdx(path("a.idx")),
        digit: yield* Tensors.fromIdx(path("labels.idx"))
      })
      expect(yield* message(table)).toBe(
        'column "digit": 2 rows are not as many as the 3 of column "image". Give arrays of as many rows: they may be of different sets, such as training and test.'
      )
    })
  )
})

describe("fromNpy", () => {
  it.effect("reads every type of number, of either byte order, and one axis as numbers", () =>
    Effect.gen(function* () {
      const path = yield* files({
        u1: Arrays.npy("|u1", [1, 2], Uint8Array.of(1, 255)),
        b1: Arrays.npy("|b1", [1, 2], Uint8Array.of(1, 0)),
        i1: Arrays.npy("|i1", [1, 2], Int8Array.of(-1, 2)),
        i2: Arrays.npy("<i2", [1, 2], Int16Array.of(-300, 2)),
        u2: Arrays.npy("<u2", [1, 2], Uint16Array.of(60_000, 2)),
        i4: Arrays.npy("<i4", [1, 2], Int32Array.of(-70_000, 2)),
        u4: Arrays.npy("<u4", [1, 2], Uint32Array.of(4_000_000_000, 2)),
        f4: Arrays.npy("<f4", [1, 2], Float32Array.of(0.5, -2)),
        f8: Arrays.npy("<f8", [1, 2], Float64Array.of(0.5, -2)),
        big: Arrays.npy(">i2", [1, 2], Uint8Array.of(0, 1, 1, 0)),
        one: Arrays.npy("<f8", [3], Float64Array.of(0.5, -2, 3))
      })
      const of = (name: string) => Effect.flatMap(Tensors.fromNpy(path(name)), (column) => read(column))
      expect(yield* of("u1")).toEqual([[1, 255]])
      expect(yield* of("b1")).toEqual([[1, 0]])
      expect(yield* of("i1")).toEqual([[-1, 2]])
      expect(yield* of("i2")).toEqual([[-300, 2]])
      expect(yield* of("u2")).toEqual([[60_000, 2]])
      expect(yield* of("i4")).toEqual([[-70_000, 2]])
      expect(yield* of("u4")).toEqual([[4_000_000_000, 2]])
      expect(yield* of("f4")).toEqual([[0.5, -2]])
      expect(yield* of("f8")).toEqual([[0.5, -2]])
      expect(yield* of("big")).toEqual([[1, 256]])
      expect(numbers(yield* Tensors.fromNpy(path("one")))).toEqual([0.5, -2, 3])
    })
  )

  it.effect("refuses what is no array of numbers by rows", () =>
    Effect.gen(function* () {
      const path = yield* files({
        fortran: Arrays.npy("<f4", [1, 2], Float32Array.of(1, 2), true),
        text: Arrays.npy("<U3", [1], Float32Array.of(1)),
        idx: small
      })
      const of = (name: string) => message(Tensors.fromNpy(path(name)))
      expect(yield* of("fortran")).toContain("is in Fortran order. Save it by rows: numpy.save(file, numpy.asc")
      expect(yield* of("text")).toContain("holds no plain numbers")
      expect(yield* of("idx")).toContain("is not .npy. Write the array by numpy.save.")
    })
  )
})

const grey = Arrays.png([1, 3], "grey", 8, [[0, 128, 255]])
const red = Arrays.png([1, 2], "rgb", 8, [[255, 0, 0, 10, 20, 30]])

describe("fromImages", () => {
  it.effect("reads PNG of every kind as numbers from 0 to 255, channels last", () =>
    Effect.gen(function* () {
      const path = yield* files({
        grey,
        red,
        "grey with transparency": Arrays.png([1, 1], "greyAlpha", 8, [[7, 200]]),
        "red with transparency": Arrays.png([1, 1], "rgba", 8, [[1, 2, 3, 4]]),
        "16 bits": Arrays.png([1, 2], "grey", 16, [[255, 255, 1, 1]]),
        "1 bit": Arrays.png([2, 9], "grey", 1, [
          [0b10100000, 0b10000000],
          [0b00000000, 0b00000000]
        ]),
        "2 bits": Arrays.png([1, 4], "grey", 2, [[0b00011011]]),
        "colours beside a palette": Arrays.png(
          [1, 2],
          "rgb",
          8,
          [[255, 0, 0, 10, 20, 30]],
          [["PLTE", [9, 8, 7, 1, 2, 3]]]
        ),
        palette: Arrays.png([1, 2], "palette", 8, [[1, 0]], [["PLTE", [9, 8, 7, 1, 2, 3]]])
      })
      const of = (name: string) =>
        Effect.gen(function* () {
          const column = yield* Tensors.fromImages([path(name)])
          return [...shapes(column), ...(yield* read(column))]
        })
      expect(yield* of("grey")).toEqual([
        [1, 3, 1],
        [0, 128, 255]
      ])
      expect(yield* of("colours beside a palette")).toEqual(yield* of("red"))
      expect(yield* of("red")).toEqual([
        [1, 2, 3],
        [255, 0, 0, 10, 20, 30]
      ])
      expect(yield* of("grey with transparency")).toEqual([
        [1, 1, 2],
        [7, 200]
      ])
      expect(yield* of("red with transparency")).toEqual([
        [1, 1, 4],
        [1, 2, 3, 4]
      ])
      expect(yield* of("16 bits")).toEqual([
        [1, 2, 1],
        [255, 1]
      ])
      expect(yield* of("1 bit")).toEqual([
        [2, 9, 1],
        [255, 0, 255, 0, 0, 0, 0, 0, 255, ...Array.from({ length: 9 }, () => 0)]
      ])
      expect(yield* of("2 bits")).toEqual([
        [1, 4, 1],
        [0, 85, 170, 255]
      ])
      expect(yield* of("palette")).toEqual([
        [1, 2, 3],
        [1, 2, 3, 9, 8, 7]
      ])
    })
  )

  it.effect("reads JPEG, to its loss", () =>
    Effect.gen(function* () {
      const pixel = [200, 100, 50, 255]
      const data = Uint8Array.from({ length: 16 * 8 * 4 }, (_, i) => pixel[i % 4]!)
      const path = yield* files({ "a.jpg": Jpeg.encode({ width: 16, height: 8, data }, 95).data })
      const column = yield* Tensors.fromImages([path("a.jpg")])
      expect(shapes(column)).toEqual([[8, 16, 3]])
      const [values] = yield* read(column)
      values!.forEach((value, i) => expect(Math.abs(value - pixel[i % 3]!)).toBeLessThan(4))
    })
  )

  it.effect("takes paths in any order, again and missing ones, and decodes nothing before a row is read", () =>
    Effect.gen(function* () {
      const path = yield* files({ grey, red })
      const column = yield* Tensors.fromImages([path("red"), null, path("grey"), path("red")], { range: [0, 255] })
      expect(Array.from(column.missing ?? [])).toEqual([0, 1, 0, 0])
      expect(shapes(column)).toEqual([
        [1, 2, 3],
        [1, 3, 1]
      ])
      expect(Column.toText(column, 0)).toBe(path("red"))
      expect([Column.toText(column, 1), Column.countMissing(column)]).toEqual([null, 1])
      expect(yield* read(column, [2])).toEqual([[0, Math.fround(128 / 255), 1]])
      rmSync(path("red"))
      const taken = Column.take(column, [3, 2])
      expect(yield* read(taken, [1])).toHaveLength(1)
      expect(yield* message(read(taken, [0]))).toMatch(/^red cannot be read \(ENOENT.* Check the file, or leave/)
    })
  )

  it.effect("refuses a file that is no image, and says which image is damaged", () =>
    Effect.gen(function* () {
      const path = yield* files({ "a.png": small, "b.png": grey.slice(0, grey.length - 20) })
      expect(yield* message(Tensors.fromImages([path("a.png")]))).toBe(
        "a.png: the file is neither PNG nor JPEG. Convert it to PNG, or leave it out."
      )
      const damaged = yield* Tensors.fromImages([path("b.png")])
      expect(yield* message(read(damaged))).toMatch(/^b.png cannot be read \(/)
    })
  )
})

describe("fromFolder", () => {
  it.effect("makes a table of images and classes, in the order of names", () =>
    Effect.gen(function* () {
      const path = yield* files({
        "b/2.PNG": grey,
        "b/10.png": red,
        "a/x.png": red,
        "a/notes.txt": Uint8Array.of(1),
        "readme.png": grey
      })
      const table = yield* Tensors.fromFolder(path("."))
      expect(table.names).toEqual(["image", "class"])
      const column = table.columns.get("class")!
      expect([0, 1, 2].map((row) => Column.toText(column, row))).toEqual(["a", "b", "b"])
      expect(yield* read(table.columns.get("image")!)).toEqual([
        [255, 0, 0, 10, 20, 30],
        [255, 0, 0, 10, 20, 30],
        [0, 128, 255]
      ])
      expect(yield* message(Tensors.fromFolder(path("a")))).toContain("has no folder with a PNG or JPEG file")
    })
  )
})

describe("fromArrays", () => {
  it.effect("keeps rows in memory, of one shape or several, in their order", () =>
    Effect.gen(function* () {
      const column = yield* Tensors.fromArrays([
        { shape: [2, 2], values: [0, 51, 102, 255], range: [0, 255] },
        null,
        { shape: [1, 1], values: Float32Array.of(0.25) },
        { shape: [2, 2], values: Uint8Array.of(255, 0, 0, 0), range: [0, 255] }
      ])
      expect([Column.countMissing(column), shapes(column)]).toEqual([
        1,
        [
          [2, 2],
          [1, 1]
        ]
      ])
      const rows = yield* read(column, [3, 2, 0])
      expect(rows).toEqual([[1, 0, 0, 0], [0.25], [0, 51 / 255, 102 / 255, 1].map(Math.fround)])
    })
  )

  it.effect("reads the same as a file of the same numbers", () =>
    Effect.gen(function* () {
      const path = yield* files({ "a.idx": small })
      const file = yield* Tensors.fromIdx(path("a.idx"), { range: [0, 255] })
      const values = [...small.subarray(-12)]
      const column = yield* Tensors.fromArrays(
        [0, 4, 8].map((from) => ({ shape: [2, 2], values: values.slice(from, from + 4), range: [0, 255] }))
      )
      expect(yield* read(column)).toEqual(yield* read(file))
    })
  )

  it.effect("refuses rows that are not what they say", () =>
    Effect.gen(function* () {
      const refusal = (values: ReadonlyArray<number>, range?: readonly [number, number]) =>
        message(
          Tensors.fromArrays([
            { shape: [1, 2], values: [1, 2] },
            { shape: [1, 2], values, range }
          ])
        )
      expect(yield* refusal([1, 2, 3])).toBe(
        "shape: [1, 2] does not have the 3 numbers of row 1. Give whole numbers of that product, channels last: [3]."
      )
      expect(yield* refusal([1, 2], [3, 3])).toContain("range: [3, 3] is not two different numbers")
    })
  )
})

describe("fromColumns", () => {
  const table = Table.fromColumns({
    y: Column.text(["a", "b"]),
    x1: Column.numeric([0, 255]),
    x2: Column.numeric([1, 2]),
    z: Column.numeric([0.5, 0.25])
  })

  it.effect("makes one column of many, as bytes where all numbers are", () =>
    Effect.gen(function* () {
      const pixels = Select.matching(/^x/)
      const made = yield* Tensors.fromColumns(yield* table, { name: "image", columns: pixels, shape: [1, 2, 1] })
      expect(made.names).toEqual(["y", "z", "image"])
      const image = tensor(made.columns.get("image")!)
      expect(shapes(image)).toEqual([[1, 2, 1]])
      expect(yield* read(image)).toEqual([
        [0, 1],
        [255, 2]
      ])
      expect(image.stores[0]).toMatchObject({ element: "u1" })
      const real = yield* Tensors.fromColumns(yield* table, { name: "v", columns: ["z", "x1"], range: [0, 0.5] })
      expect(yield* read(real.columns.get("v")!, [1])).toEqual([[0.5, 510]])
    })
  )

  it.effect("counts a row without one of the numbers as missing", () =>
    Effect.gen(function* () {
      const holes = yield* Table.fromColumns({ a: Column.numeric([1, null]), b: Column.numeric([2, 3]) })
      const made = yield* Tensors.fromColumns(holes, { name: "v", columns: ["a", "b"] })
      expect(Array.from(made.columns.get("v")!.missing ?? [])).toEqual([0, 1])
    })
  )

  it.effect("refuses no column, text, and another size", () =>
    Effect.gen(function* () {
      const of = (options: Omit<Tensors.FromColumns, "name">) =>
        Effect.flatMap(table, (made) => message(Tensors.fromColumns(made, { name: "v", ...options })))
      expect(yield* of({ columns: Select.matching(/^p/) })).toContain("takes no column of the table")
      expect(yield* of({ columns: ["x3"] })).toContain('names "x3", which is not in the table. There are y, x1, x2, z.')
      expect(yield* of({ columns: ["y"] })).toContain("the type string cannot be part of a tensor")
      expect(yield* of({ columns: ["x1", "x2"], shape: [3] })).toContain(
        "does not have the 2 numbers of the 2 columns x1, x2."
      )
    })
  )
})

describe("lists in Parquet", () => {
  const write = Effect.fnUntraced(function* (path: string, select: string) {
    const connection = yield* Duckdb.open
    yield* Duckdb.columns(connection, `COPY (${select}) TO ${Duckdb.literal(path)} (FORMAT parquet)`, ["number"])
  })

  it.effect("are read as tensors, beside other columns or alone, with missing rows", () =>
    Effect.gen(function* () {
      const path = join(yield* Arrays.folder, "a.parquet")
      yield* write(
        path,
        "SELECT x, a, b::UTINYINT[][] AS b FROM (VALUES (1, [0.5, 1, 2, 3]::FLOAT[], [[7, 8]]), (2, NULL, [[9, 255]]), (3, [4, 5, 6, 7], [[1, 2]])) t(x, a, b)"
      )
      const options = { lists: { a: { shape: [2, 2] }, b: { range: [0, 255] as const } } }
      const table = yield* Table.fromFile(path, options)
      expect(table.names).toEqual(["x", "a", "b"])
      const [a, b] = [table.columns.get("a")!, table.columns.get("b")!]
      expect([shapes(a), shapes(b), Column.countMissing(a)]).toEqual([[[2, 2]], [[2]], 1])
      expect(yield* read(a, [2, 0])).toEqual([
        [4, 5, 6, 7],
        [0.5, 1, 2, 3]
      ])
      expect(yield* read(b, [1])).toEqual([[Math.fround(9 / 255), 1]])
      expect(tensor(b).stores[0]).toMatchObject({ element: "u1" })
      yield* write(path, "SELECT [1, 2]::FLOAT[] AS v FROM range(5000)")
      const many = yield* Table.fromFile(path, { lists: { v: {} } })
      expect([many.rows, yield* read(many.columns.get("v")!, [4999])]).toEqual([5000, [[1, 2]]])
    })
  )

  it.effect("are refused when they are not numbers of one length, or not there", () =>
    Effect.gen(function* () {
      const path = join(yield* Arrays.folder, "a.parquet")
      yield* write(path, "SELECT * FROM (VALUES ([1, 2], ['u']), ([3], ['v'])) t(a, s)")
      const of = (lists: Table.FileOptions["lists"]) => message(Table.fromFile(path, { lists }))
      expect(yield* of({ a: {} })).toContain("lists of 1 to 2 numbers are no rows of one shape")
      expect(yield* of({ s: {} })).toContain("is no list of numbers")
      expect(yield* of({ b: {} })).toContain("the column of lists is not in the file")
      expect(yield* of(undefined)).toContain("or name it in lists if it holds numbers")
    })
  )
})

describe("a table with tensors", () => {
  it.effect("hashes the contents of files, not their places", () =>
    Effect.gen(function* () {
      const path = yield* files({
        a: grey,
        b: grey,
        c: red,
        "d.idx": small,
        "e.idx": small.map((byte, i) => (i === 20 ? byte + 1 : byte))
      })
      const hash = (column: Column.Column) => Effect.map(Table.fromColumns({ column }), Table.contentHash)
      const of = (...names: ReadonlyArray<string>) =>
        Effect.flatMap(Tensors.fromImages(names.map((name) => path(name))), hash)
      expect(yield* of("a")).toBe(yield* of("b"))
      expect(yield* of("a")).not.toBe(yield* of("c"))
      expect(yield* of("a", "c")).not.toBe(yield* of("c", "a"))
      const idx = (name: string, range?: readonly [number, number]) =>
        Effect.flatMap(Tensors.fromIdx(path(name), { range }), hash)
      expect(yield* idx("d.idx")).not.toBe(yield* idx("e.idx"))
      expect(yield* idx("d.idx")).not.toBe(yield* idx("d.idx", [0, 255]))
    })
  )

  it.effect("is a task with numbers; a tensor has no other role than feature and name", () =>
    Effect.gen(function* () {
      const path = yield* files({ "d.idx": small })
      const table = yield* Table.fromColumns({
        image: yield* Tensors.fromIdx(path("d.idx")),
        x: Column.numeric([1, 2, 3]),
        y: Column.text(["a", "b", "a"])
      })
      const task = yield* Task.fromTable(table, { target: "y" })
      expect(task.roles.feature).toEqual(["image", "x"])
      expect(Select.names({ type: "tensor" }, table.columns)).toEqual(["image"])
      expect(Table.summary(table)[0]).toMatchObject({ type: "tensor", distinct: 3, missing: 0, min: undefined })
      const error = yield* Effect.flip(Task.fromTable(table, { target: "y", group: "image" }))
      expect(error.problems[0]).toMatchObject({ role: "group", column: "image", rule: "is a tensor" })
    })
  )
})

describe("concat", () => {
  it.effect("puts rows of different shape into one column, and joins what else there is", () =>
    Effect.gen(function* () {
      const path = yield* files({ "d.idx": small, red })
      const one = yield* Table.fromColumns({
        image: yield* Tensors.fromIdx(path("d.idx")),
        x: Result.getOrThrow(Column.integer([1, 2, 3])),
        y: Column.asFactor(Column.text(["a", "b", null]))
      })
      const two = yield* Table.fromColumns({
        y: Column.asFactor(Column.text(["c"])),
        image: yield* Tensors.fromImages([path("red")]),
        x: Column.numeric([0.5])
      })
      const both = yield* Table.concat([one, two])
      expect(both.names).toEqual(["image", "x", "y"])
      expect(shapes(both.columns.get("image")!)).toEqual([
        [2, 2],
        [1, 2, 3]
      ])
      expect(yield* read(both.columns.get("image")!, [3, 1])).toEqual([
        [255, 0, 0, 10, 20, 30],
        [1, 2, 3, 4]
      ])
      expect(numbers(both.columns.get("x")!)).toEqual([1, 2, 3, 0.5])
      const y = both.columns.get("y")!
      expect([0, 1, 2, 3].map((row) => Column.toText(y, row))).toEqual(["a", "b", null, "c"])
    })
  )

  it.effect("refuses tables of other columns or types", () =>
    Effect.gen(function* () {
      const of = (columns: Table.GivenColumns) => Table.fromColumns(columns)
      const a = yield* of({ x: Column.numeric([1]), y: Column.numeric([1]) })
      const joined = (other: Table.Table) => message(Table.concat([a, other]))
      expect(yield* joined(yield* of({ x: Column.numeric([1]) }))).toContain('column "y": table 2 lacks this column')
      expect(yield* joined(yield* of({ x: Column.text(["u"]), y: Column.numeric([1]) }))).toContain(
        "is numeric in one and string in another"
      )
    })
  )
})
