/** The scale of tensors goes with a model, and numbers that are none do not reach a network. */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Column from "../../src/data/Column.ts"
import * as Table from "../../src/data/Table.ts"
import * as Task from "../../src/data/Task.ts"
import * as TaskSchema from "../../src/data/TaskSchema.ts"
import * as Tensors from "../../src/data/Tensors.ts"
import * as Image from "../../src/pipeline/Image.ts"
import * as Arrays from "../support/arrays.ts"

type Range = readonly [number, number]

/** Two images as PNG files, and the same numbers as bytes and as floats. */
const sources = Effect.gen(function* () {
  const folder = yield* Arrays.folder
  const at = (name: string) => join(folder, name)
  writeFileSync(at("a.png"), Arrays.png([1, 2], "grey", 8, [[0, 255]]))
  writeFileSync(at("b.png"), Arrays.png([1, 2], "grey", 8, [[51, 102]]))
  writeFileSync(at("bytes.npy"), Arrays.npy("|u1", [2, 1, 2, 1], Uint8Array.of(0, 255, 51, 102)))
  writeFileSync(at("floats.npy"), Arrays.npy("<f4", [2, 1, 2, 1], Float32Array.of(0, 1, 0.2, 0.4)))
  return {
    png: (range?: Range) => Tensors.fromImages([at("a.png"), at("b.png")], { range }),
    bytes: (range?: Range) => Tensors.fromNpy(at("bytes.npy"), { range }),
    floats: (range?: Range) => Tensors.fromNpy(at("floats.npy"), { range })
  }
})

const tableOf = (image: Column.Column) =>
  Table.fromEntries([
    ["image", image],
    ["y", Column.text(["no", "yes"])]
  ])
const taskOf = (image: Column.Column) =>
  Effect.flatMap(tableOf(image), (table) => Task.fromTable(table, { target: "y", positive: "yes" }))
const schemaOf = (image: Column.Column) => Effect.map(taskOf(image), TaskSchema.of)

/** The numbers of new rows as a model with this schema reads them, or why it does not. */
const readAs = Effect.fnUntraced(function* (schema: TaskSchema.TaskSchema, image: Column.Column) {
  const rows = TaskSchema.rows(schema, yield* tableOf(image))
  if (Result.isFailure(rows)) return rows.failure.join("\n").replace(/\/\S*\//g, "")
  const column = rows.success.columns.get("image")!
  if (column.type !== "tensor") throw new Error(column.type)
  const out: Array<number> = []
  yield* (yield* Tensors.open(column)).read([0, 1], (_, values) => void out.push(...values))
  return out.map((value) => Math.round(value * 100) / 100)
})

const unit = [0, 1, 0.2, 0.4]
const raw = [0, 255, 51, 102]

describe("the scale of a tensor column", () => {
  it.effect("is part of the schema where all rows have one", () =>
    Effect.gen(function* () {
      const { bytes, png } = yield* sources
      const scaleOf = (image: Column.Column) => Effect.map(schemaOf(image), ({ features }) => features[0]?.scale)
      expect(yield* scaleOf(yield* png([0, 255]))).toEqual({ range: [0, 255], pixels: true })
      expect(yield* scaleOf(yield* bytes())).toEqual({ range: null, pixels: false })
      const mixed = yield* Table.concat([yield* tableOf(yield* png([0, 255])), yield* tableOf(yield* bytes())])
      expect(yield* scaleOf(Column.take(mixed.columns.get("image")!, [0, 3]))).toBeUndefined()
      expect(yield* scaleOf(Column.take(mixed.columns.get("image")!, [0, 1]))).toEqual({
        range: [0, 255],
        pixels: true
      })
    })
  )

  it.effect("of image files is that of training, whether it is given or not", () =>
    Effect.gen(function* () {
      const { png } = yield* sources
      const scaled = yield* schemaOf(yield* png([0, 255]))
      expect(yield* readAs(scaled, yield* png())).toEqual(unit)
      expect(yield* readAs(scaled, yield* png([0, 255]))).toEqual(unit)
      const plain = yield* schemaOf(yield* png())
      expect(yield* readAs(plain, yield* png([0, 255]))).toEqual(raw)
    })
  )

  it.effect("of arrays must be given as in training, or on purpose", () =>
    Effect.gen(function* () {
      const { bytes, floats, png } = yield* sources
      const scaled = yield* schemaOf(yield* bytes([0, 255]))
      expect(yield* readAs(scaled, yield* bytes())).toBe(
        'feature "image" is read from bytes.npy as it is, and training read it with range: [0, 255]; give the range, or range: [0, 1] if its numbers are on that scale already'
      )
      expect(yield* readAs(scaled, yield* floats([0, 1]))).toEqual(unit)
      expect(yield* readAs(scaled, yield* png([0, 255]))).toEqual(unit)
      const plain = yield* schemaOf(yield* floats())
      expect(yield* readAs(plain, yield* floats([0, 1]))).toEqual(unit)
      expect(yield* readAs(plain, yield* bytes([0, 255]))).toMatch(
        /^feature "image" is read with range: \[0, 255\] from bytes.npy, and training read its numbers as they are; leave/
      )
      expect(yield* readAs(yield* schemaOf(yield* floats([0, 1])), yield* floats())).toEqual(unit)
    })
  )

  it.effect("is a matter of the steps where rows were rescaled before", () =>
    Effect.gen(function* () {
      const { bytes, png } = yield* sources
      const schema = yield* schemaOf(yield* bytes([0, 255]))
      const table = yield* Image.change(yield* tableOf(yield* png()), Image.rescale({ from: [0, 255] }))
      expect(yield* readAs(schema, table.columns.get("image")!)).toEqual(unit)
    })
  )
})

describe("numbers that are not finite", () => {
  it.effect("are refused with their column, file and row when they are read", () =>
    Effect.gen(function* () {
      const folder = yield* Arrays.folder
      const npy = join(folder, "v.npy")
      writeFileSync(npy, Arrays.npy("<f8", [2, 2, 1], Float64Array.of(1, 2, 3, 1e300)))
      const message = (column: Column.Column) =>
        Effect.gen(function* () {
          if (column.type !== "tensor") throw new Error(column.type)
          const reader = yield* Tensors.open(column, "scan")
          yield* reader.read([0], () => {})
          const error = yield* Effect.flip(reader.read([0, 1], () => {}))
          return [error._tag, error.message.replace(/\/\S*\//g, "")]
        })
      const rule = "which is no finite number in single precision. Check the file, or leave the row out."
      expect(yield* message(yield* Tensors.fromNpy(npy))).toEqual([
        "SchemaError",
        `column "scan": v.npy[1] holds Infinity at [1, 0], ${rule}`
      ])
      const pixels = yield* Table.fromEntries([
        ["a", Column.numeric([1, 2])],
        ["b", Column.numeric([0.5, Infinity])]
      ])
      const made = yield* Tensors.fromColumns(pixels, { name: "scan", columns: ["a", "b"] })
      expect(yield* message(made.columns.get("scan")!)).toEqual([
        "SchemaError",
        `column "scan": scan[1] holds Infinity at [1], ${rule}`
      ])
    })
  )
})
