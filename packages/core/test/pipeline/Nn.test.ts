import { assert, beforeAll, describe, it } from "@effect/vitest"
import * as Bce from "@rocflow/losses/Bce"
import * as CrossEntropy from "@rocflow/losses/CrossEntropy"
import * as Mse from "@rocflow/losses/Mse"
import type * as Tf from "@tensorflow/tfjs-core"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { expect } from "vitest"
import * as Engine from "../../src/engine/Engine.ts"
import * as Ingress from "../../src/pipeline/Ingress.ts"
import type { Definition, Kernel } from "../../src/pipeline/Loss.ts"
import * as Nn from "../../src/pipeline/Nn.ts"
import type * as Optimizer from "../../src/pipeline/Optimizer.ts"
import type { Any } from "../../src/pipeline/Pipeline.ts"
import * as Shape from "../../src/pipeline/Shape.ts"
import * as Seed from "../../src/Seed.ts"
import { cpu, on } from "../support/engines.ts"

let tf: typeof Tf
beforeAll(async () => {
  tf = await import("@tensorflow/tfjs-core")
  await import("@tensorflow/tfjs-layers")
  await import("@tensorflow/tfjs-backend-cpu")
  tf.env().set("PROD", true)
  await tf.setBackend("cpu")
})

type Matrix = ReadonlyArray<ReadonlyArray<number>>

/** The forward pass of a layer, with its options decoded. */
const forward = (
  layer: Nn.Layer,
  given: object,
  x: Matrix,
  parameters: ReadonlyArray<Matrix | ReadonlyArray<number>> = [],
  pass: { readonly training?: boolean; readonly seed?: number } = {}
): Array<Array<number>> => {
  const options: unknown = Schema.decodeUnknownSync(layer.options)(given)
  const context = { tf, training: pass.training ?? false, random: Seed.generator(Seed.root(pass.seed ?? 0)) }
  return tf.tidy(() =>
    layer
      .forward(
        options,
        tf.tensor2d(x as Array<Array<number>>),
        parameters.map((parameter) => tf.tensor(parameter as Array<number>)),
        context
      )
      .arraySync()
  )
}

const near = (actual: Matrix, expected: Matrix, tolerance = 1e-6) => {
  assert.deepStrictEqual([actual.length, actual[0]!.length], [expected.length, expected[0]!.length])
  expected.forEach((row, i) => row.forEach((value, j) => assert.closeTo(actual[i]![j]!, value, tolerance)))
}

const x = [
  [-3, -1, -0.5],
  [0, 0.25, 4]
]

/** erf by its Maclaurin series, exact to double precision for |x| < 3. */
const erf = (z: number): number => {
  let [term, sum] = [z, z]
  for (let n = 1; n < 60; n++) {
    term *= -(z * z) / n
    sum += term / (2 * n + 1)
  }
  return (2 / Math.sqrt(Math.PI)) * sum
}

describe("activations", () => {
  it.each<[string, Nn.Layer, (x: number) => number]>([
    ["relu", Nn.reluDefinition, (v) => Math.max(0, v)],
    ["tanh", Nn.tanhDefinition, Math.tanh],
    ["sigmoid", Nn.sigmoidDefinition, (v) => 1 / (1 + Math.exp(-v))],
    ["gelu", Nn.geluDefinition, (v) => (v / 2) * (1 + erf(v / Math.SQRT2))]
  ])("%s is its formula, entry by entry", (_, layer, f) => {
    near(
      forward(layer, {}, x),
      x.map((row) => row.map(f))
    )
    expect(layer.width({}, 7, 1)).toBe(7)
    expect(layer.parameters({}, 7, 7)).toEqual([])
  })

  it("gelu is torch.nn.functional.gelu at 1 and −1", () => {
    // Φ(1) = 0.8413447460685429, so gelu(1) = 0.84134475 and gelu(−1) = −0.15865525.
    near(forward(Nn.geluDefinition, {}, [[1, -1]]), [[0.84134475, -0.15865525]])
  })
})

describe.each([
  ["linear", Nn.linearDefinition, { units: 2 }],
  ["head", Nn.headDefinition, {}]
] as const)("%s", (_, layer, options) => {
  const kernel = [
    [1, 2],
    [3, -4],
    [0.5, 0.25]
  ]

  it("is x·kernel + bias", () => {
    const product = x.map((row) => [0, 1].map((k) => row.reduce((sum, v, j) => sum + v * kernel[j]![k]!, 0)))
    near(forward(layer, options, x, [kernel]), product)
    near(
      forward(layer, options, x, [kernel, [10, 20]]),
      product.map(([a, b]) => [a! + 10, b! + 20])
    )
  })

  it("owns a kernel and a bias, unless that is switched off", () => {
    const shapes = (bias: boolean) =>
      layer.parameters({ ...options, bias }, 3, 2).map(({ name, shape }) => [name, shape])
    expect(shapes(true)).toEqual([
      ["kernel", [3, 2]],
      ["bias", [2]]
    ])
    expect(shapes(false)).toEqual([["kernel", [3, 2]]])
    expect(Schema.decodeUnknownSync(layer.options)(options)).toMatchObject({ bias: true })
  })

  it("starts uniform on ±1/√width", () => {
    // torch.nn.Linear: kaiming_uniform_(a=√5) gives the bound √(6/(6·fan_in)) = 1/√fan_in, for the bias too.
    const n = 20_000
    for (const { initialise } of layer.parameters({ ...options, bias: true }, 16, 2)) {
      const values = new Float32Array(n)
      initialise(values, Seed.generator(Seed.root(5)))
      expect(Math.max(...values)).toBeLessThanOrEqual(0.25)
      expect(Math.max(...values)).toBeGreaterThan(0.2495)
      expect(Math.min(...values)).toBeGreaterThanOrEqual(-0.25)
      expect(Math.min(...values)).toBeLessThan(-0.2495)
      // The deviation of U(−b, b) is b/√3; three standard errors of the mean are 3·0.144/√20000 = 0.003.
      const mean = values.reduce((a, b) => a + b, 0) / n
      expect(Math.abs(mean)).toBeLessThan(0.0031)
      const sd = Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / n)
      expect(Math.abs(sd - 0.25 / Math.sqrt(3))).toBeLessThan(0.002)
    }
  })
})

describe("widths", () => {
  it("of linear are its units, of a head the outputs that the task needs", () => {
    expect(Nn.linearDefinition.width({ units: 5 }, 3, 1)).toBe(5)
    expect(Nn.headDefinition.width({}, 3, 4)).toBe(4)
  })
})

describe("dropout", () => {
  const wide = [Array.from({ length: 20_000 }, () => 2)]
  const drop = (rate: number, pass: { readonly training: boolean; readonly seed?: number }) =>
    forward(Nn.dropoutDefinition, { rate }, wide, [], pass)[0]!

  it("does nothing at prediction, or with rate 0", () => {
    expect(drop(0.5, { training: false })).toEqual(wide[0])
    expect(drop(0, { training: true })).toEqual(wide[0])
  })

  it.each([0.1, 0.5, 0.9])("drops the rate and keeps the mean (%d)", (rate) => {
    const out = drop(rate, { training: true, seed: 3 })
    const n = out.length
    const zeros = out.filter((value) => value === 0).length / n
    expect(Math.abs(zeros - rate)).toBeLessThan(4 * Math.sqrt((rate * (1 - rate)) / n))
    out.filter((value) => value !== 0).forEach((value) => expect(value).toBeCloseTo(2 / (1 - rate), 4))
    const mean = out.reduce((a, b) => a + b, 0) / n
    expect(Math.abs(mean - 2)).toBeLessThan(4 * 2 * Math.sqrt(rate / (1 - rate) / n))
  })

  it("is the same for the same random numbers, and another one for others", () => {
    expect(drop(0.5, { training: true, seed: 1 })).toEqual(drop(0.5, { training: true, seed: 1 }))
    expect(drop(0.5, { training: true, seed: 1 })).not.toEqual(drop(0.5, { training: true, seed: 2 }))
  })

  it.each([-0.1, 1, 2])("refuses the rate %d", (rate) => {
    expect(Result.isFailure(Schema.decodeUnknownResult(Nn.dropoutDefinition.options)({ rate }))).toBe(true)
  })
})

describe("gradients of a network", () => {
  const rows = 6
  const random = Seed.generator(Seed.root(11))
  const features = Float32Array.from({ length: rows * 3 }, () => random.normal())
  const still: Optimizer.Kernel = { _tag: "Update", slots: 0, update: () => undefined }
  const kernelOf = (definition: Definition, options: object = {}): Kernel =>
    definition.make(Schema.decodeUnknownSync(definition.options)(options))

  const network = (pipeline: Any, outputs: number) => Result.getOrThrow(Shape.network(pipeline, 3, outputs))
  const body = Ingress.numeric().pipe(Nn.linear(4), Nn.tanh(), Nn.linear(3, { bias: false }), Nn.gelu())
  const other = Ingress.numeric().pipe(Nn.linear(5), Nn.sigmoid())

  const bce = kernelOf(Bce.definition, { posWeight: 3 })
  const mse = kernelOf(Mse.definition)
  const cross = kernelOf(CrossEntropy.definition)
  /** Name, network, outputs, the loss that the engine differentiates, the same by formula, targets. */
  const cases: ReadonlyArray<readonly [string, Any, number, Kernel, Kernel, (row: number) => number]> = [
    ["tanh, gelu, BCE", body.pipe(Nn.head()), 1, bce, bce, (row) => row % 2],
    ["sigmoid, MSE", other.pipe(Nn.head()), 1, mse, mse, (row) => row / 2 - 1],
    ["cross-entropy", body.pipe(Nn.head({ bias: false })), 3, cross, cross, (row) => row % 3],
    ["a loss of tensors", other.pipe(Nn.head()), 1, { tensor: mse.tensor! }, mse, (row) => row]
  ]

  it.effect.each(cases)("are the differences of the loss (%s)", ([, pipeline, outputs, loss, formula, target]) =>
    Effect.gen(function* () {
      const engine = yield* Engine.Engine
      const sized = network(pipeline, outputs)
      const trainer = yield* engine.trainer({ network: sized, loss, optimizer: still, seed: Seed.root(2) })
      const targets = Float32Array.from({ length: rows }, (_, row) => target(row))
      const weights = trainer.weights()
      const gradients: Array<Float32Array> = []
      trainer.step({ rows, features, targets, weights: undefined }, (found) => {
        gradients.push(...found.map((gradient) => gradient.slice()))
      })
      const lossAt = Effect.fnUntraced(function* (array: number, entry: number, delta: number) {
        const moved = weights.map((weight, i) => {
          const values = weight.values.slice()
          if (i === array) values[entry]! += delta
          return { ...weight, values }
        })
        const scores = yield* engine.scores(sized, moved, features, rows)
        return formula.evaluate!(Float64Array.from(scores), Float64Array.from(targets), new Float64Array(scores.length))
      })
      assert.strictEqual(gradients.length, weights.length)
      const delta = 2 ** -8
      for (const [array, { values }] of weights.entries()) {
        for (let entry = 0; entry < values.length; entry++) {
          const slope = ((yield* lossAt(array, entry, delta)) - (yield* lossAt(array, entry, -delta))) / (2 * delta)
          assert.closeTo(gradients[array]![entry]!, slope, 2e-3 + 2e-3 * Math.abs(slope))
        }
      }
    }).pipe(on(cpu))
  )
})
