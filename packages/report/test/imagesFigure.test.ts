import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Column from "@rocflow/core/data/Column"
import * as Examples from "@rocflow/core/data/Examples"
import * as Select from "@rocflow/core/data/Select"
import * as Table from "@rocflow/core/data/Table"
import * as Task from "@rocflow/core/data/Task"
import * as Tensors from "@rocflow/core/data/Tensors"
import * as Featureless from "@rocflow/learners/Featureless"
import * as Measure from "@rocflow/core/learning/Measure"
import * as Design from "@rocflow/resampling/Design"
import * as Executor from "@rocflow/resampling/Executor"
import * as Resampling from "@rocflow/resampling/Resampling"
import * as Run from "@rocflow/resampling/Run"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Figure from "../src/Figure.ts"
import { model } from "../src/fromRun.ts"
import { gridOf, imageGrid } from "../src/imagesFigure.ts"
import { png } from "../src/internal/png.ts"
import * as Report from "../src/Report.ts"
import type { ImageGrid } from "../src/ReportModel.ts"
import { toPng, toSvg } from "../src/render.ts"
import { sampleModel } from "./sampleModel.ts"

const temporary = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "rocflow-images-"))),
  (directory) => Effect.sync(() => rmSync(directory, { recursive: true, force: true }))
)

const source = (site: string, digits: string, size: readonly [number, number], from: number, to: number) =>
  Effect.gen(function* () {
    const pixels = Array.from(
      { length: size[0] * size[1] },
      (_, j) => [`x${j}`, Column.numeric([...digits].map((__, i) => ((i + j) % 2 === 0 ? from : to)))] as const
    )
    const table = yield* Table.fromEntries([
      ["digit", Column.text([...digits])],
      ["site", Column.text([...digits].map(() => site))],
      ...pixels
    ])
    return yield* Tensors.fromColumns(table, { name: "scan", columns: Select.matching(/^x/), shape: [...size, 1] })
  })

/** Two sites with images of different size and range; "tall" has no 2. */
const digits = Effect.gen(function* () {
  const table = yield* Table.concat([
    yield* source("wide", "012012", [2, 4], 0, 255),
    yield* source("tall", "0101", [4, 2], -1, 1)
  ])
  return yield* Task.fromTable(table, { id: "digits", target: "digit", subset: "site", stratum: "site" })
})

const none: ImageGrid["more"] = { levels: 0, subsets: 0 }

describe("png", () => {
  it.effect.each([
    [1, 3, 2],
    [3, 2, 5],
    [1, 300, 300]
  ] as const)("holds the pixels as they are: %i channels, %i × %i", ([channels, height, width]) =>
    Effect.gen(function* () {
      const pixels = Uint8Array.from({ length: height * width * channels }, (_, i) => (i * 7) % 256)
      const file = join(yield* temporary, "a.png")
      writeFileSync(file, png(pixels, height, width, channels))
      const column = yield* Tensors.fromImages([file])
      const reader = yield* Tensors.open(column)
      yield* reader.read([0], (_, values) => expect([...values]).toEqual([...pixels]))
    })
  )
})

describe("the grid of images", () => {
  it.live("has an image for each class in each subset, its pixels as pixels, and says what is not shown", () =>
    Effect.gen(function* () {
      const [examples] = yield* Examples.ofTask(yield* digits)
      const figure = imageGrid({ ...gridOf("digits", examples), more: { levels: 2, subsets: 1 } }, "")
      expect(figure.caption).toContain("An empty place is a class")
      expect(figure.caption).toContain("2 more classes and 1 more subset are not shown")
      const svg = yield* toSvg({ ...figure, name: "images" })
      expect(svg.match(/<image [^>]*image-rendering: pixelated/g)).toHaveLength(5)
      expect(svg.match(/preserveAspectRatio="xMidYMid"/g)).toHaveLength(5)
      for (const text of ["wide", "tall", "0", "1", "2"]) expect(svg).toContain(`>${text}</text>`)
      const blank = yield* toPng("images", svg.replace(/<image [^>]*>/g, ""))
      expect(blank).not.toEqual(yield* toPng("images", svg))
    })
  )

  it.live("takes any name of classes and subsets, and few or many of them", () =>
    Effect.gen(function* () {
      const [{ images }] = yield* Examples.ofTask(yield* digits)
      const { png } = gridOf("t", { column: "a", levels: [], subsets: [], images, more: none }).images[0]
      const names = ["a\"b'c", "d\\e.f[0]", "<f>&amp;", "", "constructor", "2024", "null", "ü 中文", "x".repeat(300)]
      for (const [levels, subsets] of [
        [names, names],
        [["a", "b"], [""]],
        [Array.from({ length: 20 }, (_, i) => `class ${i}`), ["one", "two"]]
      ]) {
        const grid: ImageGrid = {
          task: "t",
          column: "<b>",
          levels,
          subsets,
          images: levels.flatMap((level) => subsets.map((subset) => ({ level, subset, png }))),
          more: none
        }
        const figure = { ...imageGrid(grid, ""), name: "images" }
        const svg = yield* toSvg(figure)
        expect(svg.match(/<image /g)).toHaveLength(levels.length * subsets.length)
        expect((yield* toPng("images", svg)).length).toBeGreaterThan(1000)
      }
    })
  )
})

describe("plotTensors", () => {
  it.live("draws the images of a task, and nothing where there are none", () =>
    Effect.gen(function* () {
      const task = yield* digits
      const [svg, ...others] = yield* Figure.plotTensors(task)
      expect(others).toEqual([])
      expect(svg.match(/<image /g)).toHaveLength(5)
      const plain = yield* Table.fromColumns({ x: Column.numeric([1, 2]), y: Column.text(["a", "b"]) })
      expect(yield* Figure.plotTensors(yield* Task.fromTable(plain, { target: "y" }))).toEqual([])
    })
  )
})

describe("the report of a run", () => {
  it.live("shows the images with the data, from the directory alone", () =>
    Effect.gen(function* () {
      const task = yield* digits
      const design = yield* Design.grid({
        tasks: [task],
        learners: [Featureless.make()],
        resamplings: [Resampling.holdout({ ratio: 0.5 })],
        measures: [Measure.error],
        seed: 1
      })
      const { directory } = yield* Run.start(design, yield* temporary)
      const read = yield* model(yield* Run.read(directory))
      expect(read.images).toEqual([gridOf("digits", (yield* Examples.ofTask(task))[0])])
      const { html, figures } = yield* Report.make(read)
      const data = html.slice(html.indexOf('<section id="data">'), html.indexOf('<section id="learners">'))
      expect(data.match(/<img /g)).toHaveLength(5)
      expect(html.match(/<img /g)).toHaveLength(5)
      expect(data).toContain('alt="2 in wide"')
      for (const [, source] of html.matchAll(/src="([^"]*)"/g)) expect(source).toMatch(/^data:image\/png;base64,/)
      expect(html).toContain("img-src data:")
      expect(figures.map(({ path }) => path)).toContain("figures/images-digits.svg")
    }).pipe(Effect.scoped, Effect.provide(Layer.mergeAll(NodeServices.layer, Executor.inProcess)))
  )

  it("has a grid for each task, in its place", () => {
    const grid = { column: "scan", levels: ["a", "b"], subsets: [""], images: [], more: none }
    const model = { ...sampleModel({ folds: 2, epochs: 2 }), images: [{ task: "trees", ...grid }] }
    const figure = Figure.all(model).find(({ kind }) => kind === "images")!
    expect([figure.name, figure.task, figure.title]).toEqual(["images-trees", "trees", "Images: scan"])
    expect(figure.caption).not.toContain("rows")
  })
})
