import type * as Tf from "@tensorflow/tfjs-core"
import * as Mse from "@rocflow/losses/Mse"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import fc from "fast-check"
import { assert, beforeAll, describe, expect, it } from "vitest"
import * as Engine from "../../../src/engine/Engine.ts"
import { start } from "../../../src/engine/tfjs/backend.ts"
import { findNothing } from "../../../src/pipeline/Decode.ts"
import * as Ingress from "../../../src/pipeline/Ingress.ts"
import * as Windows from "../../../src/pipeline/Windows.ts"
import * as Loss from "../../../src/pipeline/Loss.ts"
import * as Nn from "../../../src/pipeline/Nn.ts"
import * as Optimizer from "../../../src/pipeline/Optimizer.ts"
import * as Seed from "../../../src/Seed.ts"
import { cpu, on, wasm } from "../../support/engines.ts"
import { lower, partOf } from "../../support/pipelines.ts"
import { layerOf } from "../../support/layers.ts"
import { at, close, differentiated, normal, under, type Values } from "./support.ts"

interface Convolution {
  readonly x: Values
  readonly kernel: Values
  readonly groups: number
  readonly plane: readonly [Windows.Fit, Windows.Fit]
}

/** Every product of the formula: the places of y, x and the kernel that it belongs to. */
const products = (
  { groups, kernel, plane: [vertical, horizontal], x }: Convolution,
  f: (y: number, x: number, kernel: number) => void
): ReadonlyArray<number> => {
  const [rows = 0] = x.shape
  const [height = 0, width = 0, each = 0, filters = 0] = kernel.shape
  const shape = [rows, vertical.output, horizontal.output, filters]
  for (let n = 0; n < rows; n++)
    for (let i = 0; i < vertical.output; i++)
      for (let j = 0; j < horizontal.output; j++)
        for (let filter = 0; filter < filters; filter++)
          for (let a = 0; a < height; a++)
            for (let b = 0; b < width; b++)
              for (let c = 0; c < each; c++) {
                const [p, q] = [under(vertical, i, a), under(horizontal, j, b)]
                if (p === undefined || q === undefined) continue
                const channel = Math.floor(filter / (filters / groups)) * each + c
                f(at(shape, n, i, j, filter), at(x.shape, n, p, q, channel), at(kernel.shape, a, b, c, filter))
              }
  return shape
}

/** Rows, options and the geometry that they mean. */
const any = fc
  .record({
    rows: fc.integer({ min: 1, max: 3 }),
    height: fc.integer({ min: 1, max: 7 }),
    width: fc.integer({ min: 1, max: 7 }),
    groups: fc.integer({ min: 1, max: 3 }),
    each: fc.integer({ min: 1, max: 2 }),
    filters: fc.integer({ min: 1, max: 2 }),
    size: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
    stride: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
    dilation: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
    padding: fc.oneof(fc.constantFrom<Windows.Padding>("valid", "same"), fc.nat(4)),
    seed: fc.nat(1000)
  })
  .map(({ dilation, each, filters, groups, height, padding, rows, seed, size, stride, width }) => {
    const along = (input: number, axis: 0 | 1) =>
      Windows.fit(input, { size: size[axis], stride: stride[axis], dilation: dilation[axis], padding })
    const random = Seed.generator(Seed.root(seed))
    const convolution: Convolution = {
      x: normal([rows, height, width, each * groups], random),
      kernel: normal([...size, each, filters * groups], random),
      groups,
      plane: [along(height, 0), along(width, 1)]
    }
    return { convolution, options: { filters: filters * groups, size, stride, dilation, padding, groups, bias: false } }
  })
  .filter(({ convolution: { plane } }) => plane.every(({ output }) => output >= 1))

const backends: ReadonlyArray<["cpu" | "wasm"]> = [["cpu"], ["wasm"]]

describe.each(backends)("Nn.conv2d on the backend %s", (backend) => {
  let tf: typeof Tf
  beforeAll(async () => {
    tf = (await Effect.runPromise(start([backend]))).tf
  })

  it("is its formula, and so are its gradients, whatever the options", () => {
    fc.assert(
      fc.property(any, ({ convolution, options }) => {
        const { kernel, x } = convolution
        const random = Seed.generator(Seed.root(1))
        const outputs = products(convolution, () => undefined)
        const dy = normal(outputs, random)
        const expected = [dy, x, kernel].map(({ values }) => new Float64Array(values.length))
        products(convolution, (to, from, weight) => {
          expected[0]![to]! += x.values[from]! * kernel.values[weight]!
          expected[1]![from]! += dy.values[to]! * kernel.values[weight]!
          expected[2]![weight]! += dy.values[to]! * x.values[from]!
        })
        const { gradients, y } = differentiated(tf, layerOf(Nn.conv2dDefinition, options), [x, kernel], dy)
        expect(y.shape).toEqual(outputs)
        close(y, expected[0]!, "value")
        close(gradients[0]!, expected[1]!, "gradient of the rows")
        close(gradients[1]!, expected[2]!, "gradient of the kernel")
      }),
      { numRuns: backend === "wasm" ? 300 : 100 }
    )
  })

  it("leaves no tensor behind", () => {
    const random = Seed.generator(Seed.root(1))
    const inputs = [normal([2, 5, 4, 2], random), normal([3, 3, 2, 3], random)]
    const layer = layerOf(Nn.conv2dDefinition, { filters: 3, size: 3, bias: false })
    const before = tf.memory().numTensors
    differentiated(tf, layer, inputs, normal([2, 3, 2, 3], random))
    expect(tf.memory().numTensors - before).toBe(0)
  })
})

describe("Nn.conv1d", () => {
  it("is torch.nn.functional.conv1d of the same numbers", async () => {
    const { tf } = await Effect.runPromise(start(["cpu"]))
    const x = { shape: [1, 5, 1], values: Float32Array.of(1, 2, 3, 4, 5) }
    const kernel = { shape: [2, 1, 1], values: Float32Array.of(1, 10) }
    const dy = (n: number) => ({ shape: [1, n, 1], values: new Float32Array(n).fill(1) })
    const run = (options: object, n: number) =>
      differentiated(
        tf,
        layerOf(Nn.conv1dDefinition, { filters: 1, size: 2, bias: false, ...options }),
        [x, kernel],
        dy(n)
      )
    // 1·x[i] + 10·x[i + 1]; torch.conv1d(torch.tensor([[[1., 2, 3, 4, 5]]]), torch.tensor([[[1., 10]]]), …)
    expect([...run({}, 4).y.values]).toEqual([21, 32, 43, 54])
    expect([...run({ stride: 3 }, 2).y.values]).toEqual([21, 54])
    expect([...run({ dilation: 3 }, 2).y.values]).toEqual([41, 52])
    expect([...run({ padding: 1 }, 6).y.values]).toEqual([10, 21, 32, 43, 54, 5])
    expect([...run({ padding: "same" }, 5).y.values]).toEqual([21, 32, 43, 54, 5])
    // Each entry counts once as the first and once as the second of a window, except at the ends.
    expect(run({}, 4).gradients.map(({ values }) => [...values])).toEqual([
      [1, 11, 11, 11, 10],
      [10, 14]
    ])
  })
})

describe("convolutions", () => {
  const refusal = (...args: Parameters<typeof lower>) => Result.getOrThrow(Result.flip(lower(...args))).message
  const shapesOf = (...args: Parameters<typeof lower>) =>
    Result.getOrThrow(lower(...args)).nodes.map(({ shape }) => shape)

  it("know their shapes and arrays", () => {
    const made = Result.getOrThrow(
      lower(
        Ingress.numeric().pipe(
          Nn.reshape([28, 28, 4]),
          Nn.conv2d({ filters: 6, size: [3, 5], groups: 2 }),
          Nn.reshape([26, 144]),
          Nn.conv1d({ filters: 2, size: 3, stride: 2, padding: "same", bias: false })
        ),
        3136,
        1
      )
    )
    expect(made.nodes.map(({ shape }) => shape)).toEqual([[3136], [28, 28, 4], [26, 24, 6], [26, 144], [13, 2]])
    expect(made.parameters.map(({ path, shape }) => [path, shape])).toEqual([
      ["conv2d.kernel", [3, 5, 2, 6]],
      ["conv2d.bias", [6]],
      ["conv1d.kernel", [3, 144, 2]]
    ])
  })

  it("start uniform on ±1/√(height·width·channels / groups)", () => {
    const pipeline = Ingress.numeric().pipe(Nn.reshape([10, 10, 8]), Nn.conv2d({ filters: 64, size: 4, groups: 2 }))
    const slots = Result.getOrThrow(lower(pipeline, 800, 1)).parameters
    for (const { initialise, shape } of slots) {
      const values = new Float32Array(shape.reduce((n, size) => n * size, 1))
      initialise(values, Seed.generator(Seed.root(1)))
      const bound = 1 / Math.sqrt(4 * 4 * 4)
      expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(bound)
      expect(Math.max(...values)).toBeGreaterThan(0.9 * bound)
      expect(Math.min(...values)).toBeLessThan(-0.9 * bound)
    }
  })

  it("say what rows they take, and what to put before them", () => {
    const unknown = Nn.reshape([12] as ReadonlyArray<number>)
    expect(refusal(Ingress.numeric().pipe(unknown, Nn.conv2d({ filters: 1, size: 2 })), 12, 1)).toBe(
      "conv2d: got rows × 12 (rank 1), expected rows of shape [height, width, channels]; put Nn.reshape([height, width, channels]) before it, or read images by Ingress.tensor"
    )
    expect(refusal(Ingress.numeric().pipe(unknown, Nn.conv1d({ filters: 1, size: 2 })), 12, 1)).toContain(
      "put Nn.reshape([length, channels]) before it"
    )
    const grey = Nn.reshape([4, 3] as ReadonlyArray<number>)
    expect(refusal(Ingress.numeric().pipe(grey, Nn.conv2d({ filters: 1, size: 2 })), 12, 1)).toBe(
      "conv2d: got rows × 4 × 3 (rank 2), expected rows of shape [height, width, channels]; put Nn.reshape([4, 3, 1]) before it, or read the images with a channel: shape: [4, 3, 1] of the array"
    )
    const image = Ingress.numeric().pipe(Nn.reshape([4, 3, 2]))
    expect(refusal(image.pipe(Nn.conv2d({ filters: 1, size: [2, 3], dilation: 2 })), 24, 1)).toBe(
      'conv2d: got rows × 4 × 3 × 2, a width of 3 with 0 of padding, expected at least 5 there, for one window; make the window smaller, or pad: padding: "same"'
    )
    expect(refusal(image.pipe(Nn.conv2d({ filters: 3, size: 2, groups: 2 })), 24, 1)).toBe(
      "conv2d: got 2 channels and 3 filters in 2 groups, expected groups that divide both; change groups or filters; one group a channel is groups equal to the channels"
    )
    expect(shapesOf(image.pipe(Nn.conv2d({ filters: 1, size: 3, padding: 1 })), 24, 1).at(-1)).toEqual([4, 3, 1])
  })

  const network = Ingress.numeric().pipe(
    Nn.reshape([6, 6, 1]),
    Nn.conv2d({ filters: 4, size: 3 }),
    Nn.relu(),
    Nn.conv2d({ filters: 4, size: 2, stride: 2, groups: 4 }),
    Nn.flatten(),
    Nn.head()
  )

  /** The losses of some steps towards the largest difference of neighbours, from the same start. */
  const losses = Effect.gen(function* () {
    const engine = (yield* Engine.Engines)[0]!
    const loss = Result.getOrThrow(Loss.bind(Mse.definition))
    const optimizer = partOf(Optimizer.adamDefinition.bind({ learningRate: 0.03 }, findNothing), "optimizer").transform
    const program = { network: Result.getOrThrow(lower(network, 36, 1)), loss, optimizer, seed: Seed.root(1) }
    const trainer = yield* engine.trainer(program, 32)
    const random = Seed.generator(Seed.root(2))
    const images = Float32Array.from({ length: 32 * 36 }, () => random.normal())
    trainer.inputs[0]!.set(images)
    trainer.targets.set(
      Float64Array.from(
        { length: 32 },
        (_, n) => Math.max(...Array.from({ length: 35 }, (_, i) => images[n * 36 + i + 1]! - images[n * 36 + i]!)) - 3
      )
    )
    return Array.from({ length: 60 }, () => trainer.step(32, false))
  })

  it("train on both backends, to the same losses", async () => {
    const onCpu = await Effect.runPromise(losses.pipe(on(cpu)))
    const onWasm = await Effect.runPromise(losses.pipe(on(wasm)))
    expect(onWasm[59]).toBeLessThan(onWasm[0]! / 5)
    onCpu.forEach((loss, i) => assert.closeTo(onWasm[i]!, loss, 1e-3 * onCpu[0]!))
  })
})
