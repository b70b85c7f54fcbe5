import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Column from "../../src/data/Column.ts"
import * as Examples from "../../src/data/Examples.ts"
import * as Select from "../../src/data/Select.ts"
import * as Table from "../../src/data/Table.ts"
import * as Task from "../../src/data/Task.ts"
import * as Tensors from "../../src/data/Tensors.ts"
import * as Arrays from "../support/arrays.ts"

/** A table of one column of images, a row each, all of one source, and of columns of text. */
const source = (
  images: ReadonlyArray<ReadonlyArray<number>>,
  shape: ReadonlyArray<number>,
  texts: Readonly<Record<string, ReadonlyArray<string>>>
) =>
  Effect.gen(function* () {
    const pixels = images[0].map((_, j) => [`x${j}`, Column.numeric(images.map((image) => image[j]))] as const)
    const table = yield* Table.fromEntries([
      ...Object.entries(texts).map(([name, values]) => [name, Column.text(values)] as const),
      ...pixels
    ])
    return yield* Tensors.fromColumns(table, { name: "image", columns: Select.matching(/^x/), shape })
  })

/** Two sources: 2 × 2 bytes up to 4, and 2 × 3 numbers from -1 to 1. */
const twoSources = Effect.gen(function* () {
  const left = yield* source(
    [
      [0, 1, 2, 3],
      [4, 4, 4, 4],
      [1, 1, 1, 1]
    ],
    [2, 2, 1],
    { digit: ["a", "b", "a"], site: ["left", "left", "left"] }
  )
  const right = yield* source([[-1, -0.5, 0, 0.5, 1, 1]], [2, 3, 1], { digit: ["b"], site: ["right"] })
  const table = yield* Table.concat([left, right])
  return yield* Task.fromTable(table, { target: "digit", subset: "site", levels: ["b", "a"] })
})

const short = ({ images }: Examples.Examples) =>
  images.map(({ level, pixels, row, subset }) => [subset, level, row, ...pixels])

describe("ofTask", () => {
  it.effect("takes the first image of each class in each subset, each source in its own range", () =>
    Effect.gen(function* () {
      const [found] = yield* Examples.ofTask(yield* twoSources)
      expect([found.column, found.levels, found.subsets, found.more]).toEqual([
        "image",
        ["b", "a"],
        ["left", "right"],
        { levels: 0, subsets: 0 }
      ])
      // 255 x / 4, and 255 (x + 1) / 2, rounded.
      expect(short(found)).toEqual([
        ["left", "b", 1, 255, 255, 255, 255],
        ["left", "a", 0, 0, 64, 128, 191],
        ["right", "b", 3, 0, 64, 128, 191, 255, 255]
      ])
      expect(found.images.map(({ height, width, channels }) => [height, width, channels])).toEqual([
        [2, 2, 1],
        [2, 2, 1],
        [2, 3, 1]
      ])
    })
  )

  it.effect("takes rows of a view, in its order, and leaves out subsets without rows", () =>
    Effect.gen(function* () {
      const [found] = yield* Examples.ofTask(Task.take(yield* twoSources, [2, 0]))
      expect(found.subsets).toEqual(["left"])
      expect(short(found)).toEqual([["left", "a", 0, 0, 0, 0, 0]])
    })
  )

  it.effect("shows files in colour, shrunk by blocks, without transparency, and no missing rows", () =>
    Effect.gen(function* () {
      const folder = yield* Arrays.folder
      const side = 65
      const lines = Array.from({ length: side }, (_, y) =>
        Array.from({ length: side }, (__, x) => (x < 2 && y < 2 ? [255, 0, 100, 9] : [0, 0, 0, 9])).flat()
      )
      writeFileSync(join(folder, "a.png"), Arrays.png([side, side], "rgba", 8, lines))
      const image = yield* Tensors.fromImages([null, join(folder, "a.png")])
      const table = yield* Table.fromColumns({ image, kind: Column.text(["x", "x"]), other: Column.text(["y", "z"]) })
      const [found] = yield* Examples.ofTask(yield* Task.fromTable(table, { target: "other", features: ["image"] }))
      expect(found.subsets).toEqual([""])
      expect(found.images).toHaveLength(1)
      const [{ channels, height, pixels, width }] = found.images
      expect([height, width, channels, pixels.length]).toEqual([33, 33, 3, 33 * 33 * 3])
      expect([...pixels.subarray(0, 6)]).toEqual([255, 0, 100, 0, 0, 0])
    })
  )

  it.effect("shows nothing of numbers, of arrays that are no images, and of a regression", () =>
    Effect.gen(function* () {
      const two = { digit: ["a", "b"] }
      const series = yield* source(
        [
          [1, 2, 3, 4],
          [1, 2, 3, 4]
        ],
        [4],
        two
      )
      expect(yield* Examples.ofTask(yield* Task.fromTable(series, { target: "digit" }))).toEqual([])
      const bands = Array.from({ length: 20 }, (_, i) => i)
      const spectral = yield* source([bands, bands], [2, 2, 5], two)
      expect(yield* Examples.ofTask(yield* Task.fromTable(spectral, { target: "digit" }))).toEqual([])
      const images = yield* source([[1, 2, 3, 4]], [2, 2], {})
      const regression = yield* Table.withColumn(images, "y", Column.numeric([1]))
      expect(yield* Examples.ofTask(yield* Task.fromTable(regression, { target: "y" }))).toEqual([])
    })
  )

  it.effect("counts the classes and subsets that are too many to show", () =>
    Effect.gen(function* () {
      const rows = Array.from({ length: 26 * 13 }, (_, i) => i)
      const table = yield* source(
        rows.map(() => [1, 2, 3, 4]),
        [2, 2],
        {
          class: rows.map((i) => String.fromCharCode(97 + (i % 26))),
          site: rows.map((i) => `s${10 + Math.floor(i / 26)}`)
        }
      )
      const [found] = yield* Examples.ofTask(yield* Task.fromTable(table, { target: "class", subset: "site" }))
      expect(found.more).toEqual({ levels: 6, subsets: 1 })
      expect([found.levels.length, found.subsets.length, found.images.length]).toEqual([20, 12, 240])
    })
  )
})
