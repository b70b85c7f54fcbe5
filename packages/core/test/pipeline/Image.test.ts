/**
 * Expected numbers are written out from the formulas that the documentation states; those of resizing by `bilinear` are the
 * triangle filter of Pillow (`Image.resize(size, Image.Resampling.BILINEAR)`).
 */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Column from "../../src/data/Column.ts"
import * as Table from "../../src/data/Table.ts"
import * as Tensors from "../../src/data/Tensors.ts"
import * as Augment from "../../src/pipeline/Augment.ts"
import * as Features from "../../src/pipeline/Features.ts"
import * as Image from "../../src/pipeline/Image.ts"
import * as Ingress from "../../src/pipeline/Ingress.ts"
import type { Any } from "../../src/pipeline/Pipeline.ts"
import * as Seed from "../../src/Seed.ts"
import { invert } from "../support/invert.ts"
import { partOf } from "../support/pipelines.ts"

/** Rows of a shape, as features of one column. */
const images = Effect.fnUntraced(function* (
  shape: ReadonlyArray<number>,
  ...rows: ReadonlyArray<ReadonlyArray<number>>
) {
  const names = rows[0]!.map((_, i) => `x${i}`)
  const table = yield* Table.fromEntries(names.map((name, i) => [name, Column.numeric(rows.map((row) => row[i]!))]))
  const made = yield* Tensors.fromColumns(table, { name: "image", columns: names, shape })
  return Features.make(made.columns, rows.length)
})

const fit = (stage: Any, features: Features.Features) =>
  partOf(stage.stages[0]!, "preprocess").preprocessor.fit(features, { seed: Seed.root(1) })

const column = (features: Features.Features): Column.Tensor => {
  const image = features.columns.get("image")!
  if (image.type !== "tensor") throw new Error("expected a tensor")
  return image
}

const shapeOf = (features: Features.Features) => Result.getOrThrow(Tensors.shapes(column(features)))[0]!.shape

/** The rows that a stage makes of others, and their shape. */
const changed = Effect.fnUntraced(function* (stage: Any, features: Features.Features) {
  const after = yield* (yield* fit(stage, features)).apply(features)
  const reader = yield* Tensors.open(column(after))
  const rows: Array<ReadonlyArray<number>> = []
  yield* reader.read(
    Array.from({ length: after.rows }, (_, row) => row),
    (_, values) => rows.push([...values])
  )
  return { shape: shapeOf(after), rows }
})

const refusal = (stage: Any, features: Features.Features) =>
  Effect.map(Effect.flip(changed(stage, features)), ({ message }) => message)

const close = (values: ReadonlyArray<number>, expected: ReadonlyArray<number>) => {
  expect(values).toHaveLength(expected.length)
  values.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 5))
}

const six = images([2, 3], [1, 2, 3, 4, 5, 6])

describe("sizes", () => {
  it.effect("may be one number for height and width", () =>
    Effect.gen(function* () {
      const given = yield* images([2, 3, 1], [1, 2, 3, 4, 5, 6])
      const same = Effect.fnUntraced(function* (one: Any, two: Any) {
        const expected = yield* changed(two, given)
        expect(yield* changed(one, given)).toEqual(expected)
        return expected.shape
      })
      expect(yield* same(Image.resize(4), Image.resize([4, 4]))).toEqual([4, 4, 1])
      expect(yield* same(Image.crop(2), Image.crop([2, 2]))).toEqual([2, 2, 1])
      expect(yield* same(Image.pad(3), Image.pad([3, 3]))).toEqual([3, 3, 1])
      expect(yield* same(Augment.crop(2), Augment.crop([2, 2]))).toEqual([2, 2, 1])
    })
  )
})

describe("resize", () => {
  it.effect("shrinks by the triangle filter, widened by the ratio of the sizes", () =>
    Effect.gen(function* () {
      const { rows, shape } = yield* changed(Image.resize([1, 2]), yield* images([1, 4, 1], [8, 2, 4, 1]))
      expect(shape).toEqual([1, 2, 1])
      // The centre of the first pixel is 1; those of the old ones lie 0.5, 0.5 and 1.5 away: weights ¾, ¾ and ¼.
      close(rows[0]!, [(0.75 * 8 + 0.75 * 2 + 0.25 * 4) / 1.75, (0.25 * 2 + 0.75 * 4 + 0.75 * 1) / 1.75])
    })
  )

  it.effect("magnifies by the line between neighbours, with half-pixel centres", () =>
    Effect.gen(function* () {
      const { rows } = yield* changed(Image.resize([1, 4]), yield* images([1, 2, 1], [0, 8]))
      close(rows[0]!, [0, 2, 6, 8])
      const { rows: down } = yield* changed(Image.resize([4, 1]), yield* images([2, 1], [0, 8]))
      close(down[0]!, [0, 2, 6, 8])
    })
  )

  it.effect("averages areas, also where they cut pixels, and takes the nearest pixel", () =>
    Effect.gen(function* () {
      const row = yield* images([1, 3], [3, 6, 9])
      close((yield* changed(Image.resize([1, 2], { method: "area" }), row)).rows[0]!, [
        (3 + 6 / 2) / 1.5,
        (6 / 2 + 9) / 1.5
      ])
      close((yield* changed(Image.resize([1, 2], { method: "nearest" }), row)).rows[0]!, [3, 9])
      close((yield* changed(Image.resize([1, 6], { method: "nearest" }), row)).rows[0]!, [3, 3, 6, 6, 9, 9])
    })
  )

  it.effect("keeps channels apart, constant images, and images of the size", () =>
    Effect.gen(function* () {
      const two = yield* images([2, 2, 2], [1, 10, 1, 10, 1, 10, 1, 10])
      close((yield* changed(Image.resize([3, 1]), two)).rows[0]!, [1, 10, 1, 10, 1, 10])
      close((yield* changed(Image.resize([2, 3]), yield* six)).rows[0]!, [1, 2, 3, 4, 5, 6])
    })
  )

  it.effect("brings rows of several shapes to one", () =>
    Effect.gen(function* () {
      const [a, b] = [yield* images([1, 2], [0, 8]), yield* images([2, 2], [1, 1, 1, 1])]
      const table = yield* Table.concat([yield* Table.fromEntries(a.columns), yield* Table.fromEntries(b.columns)])
      const { rows } = yield* changed(Image.resize([1, 1]), Features.make(table.columns, 2))
      expect(rows).toEqual([[4], [1]])
    })
  )

  it.effect("says which rows it cannot change", () =>
    Effect.gen(function* () {
      expect(yield* refusal(Image.resize([2, 2]), yield* images([4], [1, 2, 3, 4]))).toBe(
        'Image.resize: column "image": takes images [height, width] or [height, width, channels], but rows have the shape [4]; put Image.reshape before it'
      )
      const text = Features.make([["site", Column.text(["a"])]], 1)
      expect(yield* refusal(Image.resize([2, 2], { columns: ["site"] }), text)).toContain(
        'changes tensors, but column "site" is string'
      )
    })
  )
})

describe("geometry", () => {
  it.effect("crops the middle and pads around it", () =>
    Effect.gen(function* () {
      expect(yield* changed(Image.crop([1, 2]), yield* six)).toEqual({ shape: [1, 2], rows: [[1, 2]] })
      expect(yield* changed(Image.crop([2, 1]), yield* six)).toEqual({ shape: [2, 1], rows: [[2, 5]] })
      expect(yield* changed(Image.pad([3, 5], { value: 9 }), yield* six)).toEqual({
        shape: [3, 5],
        rows: [[9, 1, 2, 3, 9, 9, 4, 5, 6, 9, 9, 9, 9, 9, 9]]
      })
      expect(yield* refusal(Image.crop([3, 3]), yield* six)).toContain("cannot crop 2 × 3 to 3 × 3, which is larger")
      expect(yield* refusal(Image.pad([1, 3]), yield* six)).toContain("cannot pad 2 × 3 to 1 × 3, which is smaller")
    })
  )

  it.effect("turns by quarters exactly, against the clock, and transposes", () =>
    Effect.gen(function* () {
      const turned = (degrees: number) => Effect.flatMap(six, (features) => changed(Image.rotate(degrees), features))
      expect(yield* turned(90)).toEqual({ shape: [3, 2], rows: [[3, 6, 2, 5, 1, 4]] })
      expect(yield* turned(180)).toEqual({ shape: [2, 3], rows: [[6, 5, 4, 3, 2, 1]] })
      expect(yield* turned(-90)).toEqual({ shape: [3, 2], rows: [[4, 1, 5, 2, 6, 3]] })
      expect(yield* turned(360)).toEqual({ shape: [2, 3], rows: [[1, 2, 3, 4, 5, 6]] })
      expect(yield* changed(Image.transpose(), yield* six)).toEqual({ shape: [3, 2], rows: [[1, 4, 2, 5, 3, 6]] })
    })
  )

  it.effect("turns by other angles within the frame: near a quarter as a quarter", () =>
    Effect.gen(function* () {
      const square = yield* images([3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9])
      const { rows, shape } = yield* changed(Image.rotate(90.0000001), square)
      expect(shape).toEqual([3, 3])
      close(rows[0]!, [3, 6, 9, 2, 5, 8, 1, 4, 7])
      const eighth = (yield* changed(Image.rotate(45, { value: -1 }), square)).rows[0]!
      expect(eighth[4]).toBe(5)
      // The numbers are 1 + 3y + x, which interpolation meets exactly; (0, 1) comes from y = 1 − √½, x = 1 + √½.
      close([eighth[1]!], [1 + 3 * (1 - Math.SQRT1_2) + 1 + Math.SQRT1_2])
    })
  )
})

describe("values", () => {
  it.effect("reshapes, rescales, makes grey", () =>
    Effect.gen(function* () {
      expect((yield* changed(Image.reshape([3, 2, 1]), yield* six)).shape).toEqual([3, 2, 1])
      expect(yield* refusal(Image.reshape([4]), yield* six)).toContain("cannot make [4] of [2, 3], which has 6 numbers")
      close((yield* changed(Image.rescale({ from: [1, 3], to: [-1, 1] }), yield* six)).rows[0]!, [-1, 0, 1, 2, 3, 4])
      const colours = yield* images([1, 2, 3], [255, 0, 0, 10, 20, 30])
      const { rows, shape } = yield* changed(Image.grayscale(), colours)
      expect(shape).toEqual([1, 2, 1])
      // ITU-R BT.601: 0.299 R + 0.587 G + 0.114 B
      close(rows[0]!, [76.245, 2.99 + 11.74 + 3.42])
    })
  )

  it.effect("normalises by the means and deviations of the training rows' channels, or by given ones", () =>
    Effect.gen(function* () {
      const train = yield* images([1, 2, 2], [1, 10, 3, 10], [5, 10, 7, 10])
      const stage = yield* fit(Image.normalise(), train)
      // 1, 3, 5, 7: mean 4, variance (9 + 1 + 1 + 9) / 4
      expect(stage.state()).toEqual({
        columns: [{ column: "image", learned: { mean: [4, 10], sd: [Math.sqrt(5), 1] } }]
      })
      const other = yield* images([1, 1, 2], [4, 11])
      const after = yield* stage.apply(other)
      const reader = yield* Tensors.open(column(after))
      yield* reader.read([0], (_, values) => expect([...values]).toEqual([0, 1]))
      const given = Image.normalise({ mean: [1, 2], sd: [2, 4] })
      close((yield* changed(given, other)).rows[0]!, [1.5, 2.25])
      expect(yield* refusal(Image.normalise({ mean: [1, 2, 3], sd: [1, 1, 1] }), other)).toContain(
        "has 3 means for 2 channels"
      )
    })
  )

  it("wants mean and sd together", () => {
    const { bound } = Image.normalise({ mean: [1] }).stages[0]!
    expect(Result.isFailure(bound) ? bound.failure[0]?.message : "").toContain("mean and sd come together")
  })
})

describe("Augment", () => {
  const stages = [
    Augment.flip({ axis: "horizontal" }),
    Augment.affine({ degrees: 30, translate: 0.2, scale: [0.5, 2] }),
    Augment.brightness({ by: 0.5 }),
    Augment.noise({ sd: 1 })
  ]
  it.effect.each(stages.map((stage) => [stage.stages[0]!.id, stage] as const))(
    "%s changes nothing outside training",
    ([, stage]) =>
      Effect.gen(function* () {
        expect((yield* changed(stage, yield* six)).rows).toEqual([[1, 2, 3, 4, 5, 6]])
      })
  )

  /** What a stage makes of a row with the numbers of many seeds. */
  const drawn = Effect.fnUntraced(function* (stage: Any, features: Features.Features, draws: number) {
    const [step] = column(yield* (yield* fit(stage, features)).apply(features)).steps
    const reader = yield* Tensors.open(column(features))
    const out: Array<ReadonlyArray<number>> = []
    yield* reader.read([0], (_, values) => {
      const shape = shapeOf(features)
      const size = Result.getOrThrow(step!.shape(shape)).reduce((product, n) => product * n, 1)
      const run = step!.kernel(shape)
      for (let i = 0; i < draws; i++) {
        const into = new Float32Array(size)
        run(values, into, Seed.generator(Seed.derive(Seed.root(1), i)))
        out.push([...into])
      }
    })
    return out
  })

  it.effect("flips as often as it says", () =>
    Effect.gen(function* () {
      const rows = yield* drawn(Augment.flip({ axis: "horizontal", probability: 0.25 }), yield* six, 2000)
      const flipped = rows.filter((row) => row.join() === "3,2,1,6,5,4").length
      expect(rows.every((row) => ["3,2,1,6,5,4", "1,2,3,4,5,6"].includes(row.join()))).toBe(true)
      // Standard deviation of the share: √(0.25 · 0.75 / 2000) ≈ 0.01
      expect(Math.abs(flipped / 2000 - 0.25)).toBeLessThan(0.04)
      const [down] = yield* drawn(Augment.flip({ axis: "vertical", probability: 1 }), yield* six, 1)
      expect(down).toEqual([4, 5, 6, 1, 2, 3])
    })
  )

  it.effect("crops every place as often, and the middle outside training", () =>
    Effect.gen(function* () {
      const rows = yield* drawn(Augment.crop([1, 1]), yield* six, 3000)
      for (const value of [1, 2, 3, 4, 5, 6]) {
        const share = rows.filter(([only]) => only === value).length / 3000
        expect(Math.abs(share - 1 / 6)).toBeLessThan(0.03)
      }
      expect((yield* changed(Augment.crop([1, 1]), yield* six)).rows).toEqual([[2]])
    })
  )

  it.effect("draws brightness evenly and noise normally", () =>
    Effect.gen(function* () {
      const one = yield* images([1, 1], [2])
      const bright = (yield* drawn(Augment.brightness({ by: 0.5 }), one, 2000)).map(([only]) => only!)
      expect(Math.min(...bright)).toBeGreaterThanOrEqual(1)
      expect(Math.max(...bright)).toBeLessThanOrEqual(3)
      const mean = (values: ReadonlyArray<number>) => values.reduce((sum, value) => sum + value, 0) / values.length
      expect(mean(bright)).toBeCloseTo(2, 1)
      const noisy = (yield* drawn(Augment.noise({ sd: 3 }), one, 5000)).map(([only]) => only! - 2)
      expect(Math.abs(mean(noisy))).toBeLessThan(0.2)
      expect(Math.sqrt(mean(noisy.map((value) => value ** 2)))).toBeCloseTo(3, 0)
    })
  )

  it.effect("shifts and magnifies within its limits", () =>
    Effect.gen(function* () {
      const constant = yield* images([3, 3], [1, 1, 1, 1, 1, 1, 1, 1, 1])
      const larger = yield* drawn(Augment.affine({ scale: [2, 2] }), constant, 1)
      close(larger[0]!, [1, 1, 1, 1, 1, 1, 1, 1, 1])
      const shifted = yield* drawn(Augment.affine({ translate: 1 / 3, value: 0 }), constant, 500)
      expect(new Set(shifted.map((row) => row.join())).size).toBeGreaterThan(490)
      // At most a pixel either way, so that the middle is always covered.
      expect(shifted.every((row) => Math.abs(row[4]! - 1) < 1e-6)).toBe(true)
    })
  )
})

describe("change", () => {
  it.effect("changes a table by stages that learn nothing, before others are joined to it", () =>
    Effect.gen(function* () {
      const [a, b] = [yield* images([1, 4], [1, 2, 3, 4]), yield* images([1, 2], [5, 6])]
      const [whole, other] = [yield* Table.fromEntries(a.columns), yield* Table.fromEntries(b.columns)]
      const cropped = yield* Image.change(whole, Image.crop([1, 2]).pipe(Image.rescale({ from: [0, 10] })))
      const joined = yield* Table.concat([cropped, other])
      const { rows, shape } = yield* changed(
        Image.rescale({ from: [0, 1], to: [0, 2] }),
        Features.make(joined.columns, 2)
      )
      expect(shape).toEqual([1, 2])
      close(rows[0]!, [0.4, 0.6])
      close(rows[1]!, [10, 12])
      expect(Table.contentHash(cropped)).not.toBe(Table.contentHash(whole))
      expect(Table.contentHash(joined)).not.toBe(Table.contentHash(yield* Table.concat([whole, other])))
    })
  )

  it.effect("refuses stages that learn, draw, or are none", () =>
    Effect.gen(function* () {
      const table = yield* Table.fromEntries((yield* six).columns)
      const of = (pipeline: Any) => Effect.map(Effect.flip(Image.change(table, pipeline)), ({ message }) => message)
      expect(yield* of(Image.normalise())).toBe("Image.normalise: there are no rows to learn from; give mean and sd")
      expect(yield* of(Augment.noise({ sd: 1 }))).toContain("augmentations belong into a pipeline")
      expect(yield* of(Ingress.tensor("image"))).toContain("is no preprocessing stage")
      expect(yield* of(Image.crop([9, 9]))).toContain("cannot crop 2 × 3 to 9 × 9")
    })
  )
})

describe("define", () => {
  it.effect("makes a change of one's own", () =>
    Effect.gen(function* () {
      expect((yield* changed(invert(), yield* six)).rows).toEqual([[0, -1, -2, -3, -4, -5]])
    })
  )
})
