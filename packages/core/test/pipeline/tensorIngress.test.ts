import { rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Column from "../../src/data/Column.ts"
import * as Tensors from "../../src/data/Tensors.ts"
import * as Augment from "../../src/pipeline/Augment.ts"
import * as Features from "../../src/pipeline/Features.ts"
import * as Image from "../../src/pipeline/Image.ts"
import * as Ingress from "../../src/pipeline/Ingress.ts"
import type { Any } from "../../src/pipeline/Pipeline.ts"
import * as Seed from "../../src/Seed.ts"
import * as Arrays from "../support/arrays.ts"
import { count, invert } from "../support/invert.ts"
import { partOf } from "../support/pipelines.ts"

/** Bytes that count on, as rows of a shape. */
const counting = (rows: number, shape: ReadonlyArray<number>): Column.Tensor => {
  const size = shape.reduce((product, n) => product * n, 1)
  return {
    type: "tensor",
    stores: [
      {
        _tag: "Packed",
        name: "bytes",
        digest: "",
        range: undefined,
        steps: [],
        content: { _tag: "Memory", bytes: Uint8Array.from({ length: rows * size }, (_, i) => i) },
        offset: 0,
        element: "u1",
        bigEndian: false,
        shape
      }
    ],
    store: new Uint16Array(rows),
    place: Int32Array.from({ length: rows }, (_, row) => row),
    steps: [],
    missing: null
  }
}

const features = (column: Column.Column) => Features.make([["image", column]], Column.length(column))

const ingress = (stage: Any) => partOf(stage.stages[0]!, "ingress").ingress

/** The features after stages that are fitted to them. */
const after = (given: Features.Features, ...stages: ReadonlyArray<Any>) =>
  Effect.reduce(
    stages,
    () => given,
    (now, stage) =>
      Effect.flatMap(
        partOf(stage.stages[0]!, "preprocess").preprocessor.fit(now, { seed: Seed.root(1) }),
        ({ apply }) => apply(now)
      )
  )

const open = Effect.fnUntraced(function* (given: Features.Features, stage: Any = Ingress.tensor("image")) {
  const fitted = yield* Effect.fromResult(ingress(stage).fit(given))
  const source = yield* fitted.open(given)
  const size = fitted.shape.reduce((product, n) => product * n, 1)
  const fill = (...rows: ReadonlyArray<number>) => {
    const into = new Float32Array(rows.length * size)
    source.fill(rows, into)
    return [...into]
  }
  return { fitted, source, fill }
})

const refusal = (given: Features.Features, stage: Any = Ingress.tensor("image")) => {
  const fitted = ingress(stage).fit(given)
  return Result.isFailure(fitted) ? fitted.failure.message : ""
}

describe("fit", () => {
  it.effect("takes a tensor column; its shape is that of the rows, which can be insisted on", () =>
    Effect.gen(function* () {
      const { fitted, fill, source } = yield* open(features(counting(3, [2, 1])))
      expect([fitted.columns, fitted.shape]).toEqual([["image"], [2, 1]])
      yield* source.window([2, 0])
      expect(fill(2, 0, 2)).toEqual([4, 5, 0, 1, 4, 5])
      expect(refusal(features(counting(3, [2, 1])), Ingress.tensor("image", { shape: [2, 1] }))).toBe("")
      expect(refusal(features(counting(3, [2, 1])), Ingress.tensor("image", { shape: [2, 2] }))).toBe(
        'Ingress.tensor: column "image" has rows × 2 × 1, but the ingress takes rows × 2 × 2; put Image.resize or Image.reshape before it'
      )
    })
  )

  it("refuses other columns, missing rows, and rows of several shapes", () => {
    expect(refusal(features(Column.numeric([1])))).toBe(
      'Ingress.tensor: column "image" is numeric, not a tensor; read it by Ingress.numeric'
    )
    expect(refusal(features(Column.text(["a"])))).toContain("read it by Preprocess.oneHot and Ingress.numeric")
    expect(refusal(features(counting(1, [1])), Ingress.tensor("imag"))).toContain('did you mean "image"?')
    const some = counting(3, [1])
    expect(refusal(features({ ...some, missing: Uint8Array.of(0, 1, 0), place: Int32Array.of(0, -1, 2) }))).toBe(
      'Ingress.tensor: column "image" is missing in 1 of 3 rows; leave these rows out, by dropMissing: [feature] for example'
    )
    const two = {
      ...some,
      stores: [...some.stores, ...counting(1, [2]).stores],
      store: Uint16Array.of(0, 0, 1),
      place: Int32Array.of(0, 1, 0)
    }
    expect(refusal(features(two))).toBe(
      'Ingress.tensor: column "image" has rows of 2 shapes (1 in 2 rows, 2 in 1 rows), but a network takes one; put Image.resize before it, and Image.grayscale where the channels differ'
    )
    const numeric = partOf(Ingress.numeric().stages[0]!, "ingress").ingress.fit(features(some))
    expect(Result.isFailure(numeric) ? numeric.failure.message : "").toContain(
      '"image" is a tensor; read it by Ingress.tensor'
    )
  })

  it.effect("reads its state back, and refuses rows of another shape than in training", () =>
    Effect.gen(function* () {
      const { fitted } = yield* open(features(counting(3, [2])))
      const json: unknown = JSON.parse(JSON.stringify(fitted.state()))
      const back = Result.getOrThrow(ingress(Ingress.tensor("image")).load(json))
      expect([back.columns, back.shape]).toEqual([fitted.columns, fitted.shape])
      const error = yield* Effect.flip(back.open(features(counting(1, [3]))))
      expect(error.message).toContain("has rows × 3, but training saw rows × 2")
      expect(Result.isFailure(ingress(Ingress.tensor("image")).load({}))).toBe(true)
    })
  )
})

describe("decoding", () => {
  it.effect("happens once a row while the rows fit into memory, and not before they are asked for", () =>
    Effect.gen(function* () {
      count.rows = 0
      const { fill, source } = yield* open(yield* after(features(counting(10, [2])), invert()))
      expect([count.rows, source.bytesPerRow]).toEqual([0, undefined])
      yield* source.window([3, 1, 3])
      expect([count.rows, ...fill(3)]).toEqual([2, 1 - 6, 1 - 7])
      yield* source.window([1, 2, 3], 2)
      expect(count.rows).toBe(3)
      for (let epoch = 3; epoch < 6; epoch++) yield* source.window([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], epoch)
      expect(count.rows).toBe(10)
    })
  )

  it.effect("happens once a window where they do not, and says what a row takes", () =>
    Effect.gen(function* () {
      count.rows = 0
      // 300 rows of 250 × 250 numbers in single precision are 75 MB; 64 are kept.
      const { fill, source } = yield* open(yield* after(features(counting(300, [250, 250])), invert()))
      expect(source.bytesPerRow).toBe(250 * 250 * 4)
      yield* source.window([7, 299])
      expect(count.rows).toBe(2)
      expect(fill(299, 7)[0]).toBe(1 - ((299 * 62_500) % 256))
      yield* source.window([7, 8])
      expect(count.rows).toBe(4)
      expect(fill(7)[1]).toBe(1 - ((7 * 62_500 + 1) % 256))
    })
  )
})

describe("images that do not fit into memory", () => {
  it.effect("are decoded ahead, in another thread, whichever rows are asked for then", () =>
    Effect.gen(function* () {
      const folder = yield* Arrays.folder
      const side = 1000
      const paths = Array.from({ length: 18 }, (_, i) => {
        const path = join(folder, `${i}.png`)
        const line = Array.from({ length: side }, () => i + 1)
        writeFileSync(
          path,
          Arrays.png(
            [side, side],
            "grey",
            8,
            Array.from({ length: side }, () => line)
          )
        )
        return path
      })
      const { fill, source } = yield* open(features(yield* Tensors.fromImages(paths)))
      // Those of a window and those of the next one.
      expect(source.bytesPerRow).toBe(2 * 4 * side * side)
      const middle = (row: number) => fill(row)[500_500]
      yield* source.window([3, 0], 1, [5, 4])
      expect([middle(0), middle(3)]).toEqual([1, 4])
      yield* source.window([5, 4], 1, [6])
      expect([middle(5), middle(4)]).toEqual([6, 5])
      yield* source.window([7, 8], 2, [9])
      expect([middle(7), middle(8)]).toEqual([8, 9])
      rmSync(paths[10]!)
      yield* source.window([9], 2, [10])
      expect(middle(9)).toBe(10)
      const error = yield* Effect.flip(source.window([10], 2))
      expect(error.message).toMatch(/10.png cannot be read \(ENOENT/)
    })
  )
})

describe("augmentations", () => {
  const noisy = (column: Column.Tensor) => after(features(column), invert(), Augment.noise({ sd: 1 }))

  it.effect("differ by row and epoch, come again with the epoch, and do nothing outside training", () =>
    Effect.gen(function* () {
      count.rows = 0
      const { fill, source } = yield* open(yield* noisy(counting(4, [1])))
      expect(source.bytesPerRow).toBe(4)
      const epoch = Effect.fnUntraced(function* (n: number | undefined, rows: ReadonlyArray<number>) {
        yield* source.window(rows, n)
        return rows.map((row) => fill(row)[0]! - (1 - row))
      })
      const first = yield* epoch(1, [0, 1, 2, 3])
      const second = yield* epoch(2, [0, 1, 2, 3])
      expect(new Set([...first, ...second]).size).toBe(8)
      expect(yield* epoch(1, [3, 0])).toEqual([first[3], first[0]])
      expect(yield* epoch(undefined, [0, 1, 2, 3])).toEqual([0, 0, 0, 0])
      expect(count.rows).toBe(4)
    })
  )

  it.effect("are the same after the state was saved and read", () =>
    Effect.gen(function* () {
      const given = features(counting(2, [3]))
      const { preprocessor } = partOf(Augment.noise({ sd: 1 }).stages[0]!, "preprocess")
      const fitted = yield* preprocessor.fit(given, { seed: Seed.root(5) })
      const back = Result.getOrThrow(preprocessor.load(JSON.parse(JSON.stringify(fitted.state()))))
      const read = Effect.fnUntraced(function* (stage: typeof fitted) {
        const { fill, source } = yield* open(yield* stage.apply(given))
        yield* source.window([0, 1], 3)
        return fill(0, 1)
      })
      expect(yield* read(back)).toEqual(yield* read(fitted))
    })
  )

  it.effect("need rows of one shape", () =>
    Effect.gen(function* () {
      const some = counting(2, [1, 1])
      const two = {
        ...some,
        stores: [...some.stores, ...counting(1, [2, 2]).stores],
        store: Uint16Array.of(0, 1),
        place: Int32Array.of(0, 0)
      }
      const error = yield* Effect.flip(
        Effect.flatMap(after(features(two), Augment.noise({ sd: 1 }), Image.resize([2, 2])), (given) => open(given))
      )
      expect(error.message).toBe(
        "Ingress.tensor: the rows that reach the first augmentation have 2 shapes, such as rows × 2 × 2; put Image.resize before it"
      )
    })
  )
})
