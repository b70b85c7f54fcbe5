import type * as Tf from "@tensorflow/tfjs-core"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import fc from "fast-check"
import { beforeAll, describe, expect, it } from "vitest"
import { start } from "../../../src/engine/tfjs/backend.ts"
import * as Ingress from "../../../src/pipeline/Ingress.ts"
import * as Windows from "../../../src/pipeline/Windows.ts"
import * as Nn from "../../../src/pipeline/Nn.ts"
import * as Seed from "../../../src/Seed.ts"
import { lower } from "../../support/pipelines.ts"
import { layerOf } from "../../support/layers.ts"
import { at, close, differentiated, normal, under, type Values } from "./support.ts"

/** The places in x of the entries of each window, row by row, with the place in y of what the window becomes. */
const windowsOf = (
  shape: ReadonlyArray<number>,
  [vertical, horizontal]: readonly [Windows.Fit, Windows.Fit]
): { readonly outputs: ReadonlyArray<number>; readonly windows: ReadonlyArray<readonly [number, Array<number>]> } => {
  const [rows = 0, , , channels = 0] = shape
  const outputs = [rows, vertical.output, horizontal.output, channels]
  const windows: Array<readonly [number, Array<number>]> = []
  for (let n = 0; n < rows; n++)
    for (let i = 0; i < vertical.output; i++)
      for (let j = 0; j < horizontal.output; j++)
        for (let c = 0; c < channels; c++) {
          const inside: Array<number> = []
          for (let a = 0; a < vertical.size; a++)
            for (let b = 0; b < horizontal.size; b++) {
              const [p, q] = [under(vertical, i, a), under(horizontal, j, b)]
              if (p !== undefined && q !== undefined) inside.push(at(shape, n, p, q, c))
            }
          windows.push([at(outputs, n, i, j, c), inside])
        }
  return { outputs, windows }
}

const small = fc.integer({ min: 1, max: 3 })

const any = fc
  .record({
    rows: small,
    height: fc.integer({ min: 1, max: 7 }),
    width: fc.integer({ min: 1, max: 7 }),
    channels: small,
    size: fc.tuple(small, small),
    stride: fc.tuple(small, small),
    padding: fc.constantFrom<Windows.Padding>("valid", "same", 0, 1, 2),
    seed: fc.nat(1000)
  })
  .filter(({ padding, size }) => typeof padding !== "number" || padding < Math.min(...size))
  .map(({ channels, height, padding, rows, seed, size, stride, width }) => {
    const along = (input: number, axis: 0 | 1) =>
      Windows.fit(input, { size: size[axis], stride: stride[axis], dilation: 1, padding })
    const random = Seed.generator(Seed.root(seed))
    const shape = [rows, height, width, channels]
    // Few different numbers, so that many windows have several largest ones; all below 0, as no padding is.
    const values = normal(shape, random).values.map((value) => Math.round(value) - 4)
    return {
      x: { shape, values },
      plane: [along(height, 0), along(width, 1)] as const,
      options: { size, stride, padding }
    }
  })
  .filter(({ plane }) => plane.every(({ output }) => output >= 1))

const backends: ReadonlyArray<["cpu" | "wasm"]> = [["cpu"], ["wasm"]]

describe.each(backends)("pooling on the backend %s", (backend) => {
  let tf: typeof Tf
  beforeAll(async () => {
    tf = (await Effect.runPromise(start([backend]))).tf
  })

  it("takes the largest, and gives the gradient to the first of them", () => {
    fc.assert(
      fc.property(any, ({ options, plane, x }) => {
        const { outputs, windows } = windowsOf(x.shape, plane)
        const dy = normal(outputs, Seed.generator(Seed.root(1)))
        const [y, dx] = [new Float64Array(dy.values.length), new Float64Array(x.values.length)]
        for (const [to, inside] of windows) {
          y[to] = Math.max(...inside.map((place) => x.values[place]!))
          dx[inside.find((place) => x.values[place] === y[to])!]! += dy.values[to]!
        }
        const found = differentiated(tf, layerOf(Nn.maxPool2dDefinition, options), [x], dy)
        expect(found.y.shape).toEqual(outputs)
        close(found.y, y, "value")
        close(found.gradients[0]!, dx, "gradient")
      }),
      { numRuns: 200 }
    )
  })

  it("takes the mean of what is in the image, and shares the gradient", () => {
    fc.assert(
      fc.property(any, ({ options, plane, x }) => {
        const { outputs, windows } = windowsOf(x.shape, plane)
        const dy = normal(outputs, Seed.generator(Seed.root(1)))
        const [y, dx] = [new Float64Array(dy.values.length), new Float64Array(x.values.length)]
        for (const [to, inside] of windows) {
          for (const place of inside) {
            y[to]! += x.values[place]! / inside.length
            dx[place]! += dy.values[to]! / inside.length
          }
        }
        const found = differentiated(tf, layerOf(Nn.averagePool2dDefinition, options), [x], dy)
        expect(found.y.shape).toEqual(outputs)
        close(found.y, y, "value")
        close(found.gradients[0]!, dx, "gradient")
      }),
      { numRuns: 200 }
    )
  })

  const sequence: Values = { shape: [1, 6, 1], values: Float32Array.of(3, 1, 4, 4, 2, 6) }
  const ones = (n: number): Values => ({ shape: [1, n, 1], values: new Float32Array(n).fill(1) })

  it("of sequences is torch.nn.functional.max_pool1d and avg_pool1d", () => {
    const max = (options: object, n: number) =>
      differentiated(tf, layerOf(Nn.maxPool1dDefinition, options), [sequence], ones(n))
    expect([...max({ size: 2 }, 3).y.values]).toEqual([3, 4, 6])
    expect([...max({ size: 3, stride: 1 }, 4).y.values]).toEqual([4, 4, 4, 6])
    expect([...max({ size: 3, stride: 1 }, 4).gradients[0]!.values]).toEqual([0, 0, 3, 0, 0, 1])
    const average = differentiated(
      tf,
      layerOf(Nn.averagePool1dDefinition, { size: 2, padding: 1 }),
      [sequence],
      ones(4)
    )
    // torch.nn.functional.avg_pool1d(…, 2, padding = 1, count_include_pad = False)
    expect([...average.y.values]).toEqual([3, 2.5, 3, 6])
    expect([...average.gradients[0]!.values]).toEqual([1, 0.5, 0.5, 0.5, 0.5, 1])
  })

  it("of everything leaves the channels", () => {
    const image: Values = { shape: [1, 2, 2, 2], values: Float32Array.of(1, -1, 5, -2, 5, -1, 1, -8) }
    const dy: Values = { shape: [1, 2], values: Float32Array.of(1, 10) }
    const mean = differentiated(tf, layerOf(Nn.globalAveragePoolDefinition, {}), [image], dy)
    expect([...mean.y.values]).toEqual([3, -3])
    expect([...mean.gradients[0]!.values]).toEqual([0.25, 2.5, 0.25, 2.5, 0.25, 2.5, 0.25, 2.5])
    const max = differentiated(tf, layerOf(Nn.globalMaxPoolDefinition, {}), [image], dy)
    expect([...max.y.values]).toEqual([5, -1])
    expect([...max.gradients[0]!.values]).toEqual([0, 10, 1, 0, 0, 0, 0, 0])
  })

  it("leaves no tensor behind", () => {
    const [x, dy] = [
      normal([2, 5, 4, 2], Seed.generator(Seed.root(1))),
      normal([2, 2, 2, 2], Seed.generator(Seed.root(2)))
    ]
    const before = tf.memory().numTensors
    for (const definition of [Nn.maxPool2dDefinition, Nn.averagePool2dDefinition]) {
      differentiated(tf, layerOf(definition, { size: 2 }), [x], dy)
    }
    expect(tf.memory().numTensors).toBe(before)
  })
})

describe("pooling", () => {
  const image = Ingress.numeric().pipe(Nn.reshape([28, 28, 3]))
  const shapeAfter = (...args: Parameters<typeof lower>) => Result.getOrThrow(lower(...args)).nodes.at(-1)!.shape
  const refusal = (...args: Parameters<typeof lower>) => Result.getOrThrow(Result.flip(lower(...args))).message

  it("knows its shapes: windows do not overlap unless they are told to", () => {
    const features = 28 * 28 * 3
    expect(shapeAfter(image.pipe(Nn.maxPool2d(2)), features, 1)).toEqual([14, 14, 3])
    expect(shapeAfter(image.pipe(Nn.averagePool2d([3, 4])), features, 1)).toEqual([9, 7, 3])
    expect(shapeAfter(image.pipe(Nn.maxPool2d({ size: 3, stride: 2, padding: 1 })), features, 1)).toEqual([14, 14, 3])
    expect(shapeAfter(image.pipe(Nn.globalMaxPool()), features, 1)).toEqual([3])
    const sequence = image.pipe(Nn.reshape([784, 3]))
    expect(shapeAfter(sequence.pipe(Nn.maxPool1d(5)), features, 1)).toEqual([156, 3])
    expect(shapeAfter(sequence.pipe(Nn.averagePool1d({ size: 5, padding: "same" })), features, 1)).toEqual([157, 3])
  })

  it("says what it does not take", () => {
    expect(refusal(image.pipe(Nn.maxPool2d({ size: 2, padding: 2 })), 28 * 28 * 3, 1)).toBe(
      "maxPool2d: got a padding of 2 for windows of 2, expected less padding than the size, so that an entry is in every window; pad less, or make the windows larger"
    )
    const numbers = Ingress.numeric().pipe(Nn.reshape([6] as ReadonlyArray<number>))
    expect(refusal(numbers.pipe(Nn.maxPool2d(2)), 6, 1)).toContain(
      "put Nn.reshape([height, width, channels]) before it"
    )
    expect(refusal(numbers.pipe(Nn.globalAveragePool()), 6, 1)).toBe(
      "globalAveragePool: got rows × 6 (rank 1), expected rows of at least rank 2, with the channels last; leave this layer out: the rows are numbers already"
    )
  })
})
