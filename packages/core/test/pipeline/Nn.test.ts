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
import { findNothing } from "../../src/pipeline/Decode.ts"
import * as Graph from "../../src/network/Graph.ts"
import * as Ingress from "../../src/pipeline/Ingress.ts"
import * as Loss from "../../src/pipeline/Loss.ts"
import * as Merge from "../../src/pipeline/Merge.ts"
import * as Nn from "../../src/pipeline/Nn.ts"
import * as Optimizer from "../../src/pipeline/Optimizer.ts"
import type { Any } from "../../src/pipeline/Pipeline.ts"
import type { Definition } from "../../src/pipeline/Stage.ts"
import type * as Transform from "../../src/pipeline/Transform.ts"
import * as Schedule from "../../src/pipeline/Schedule.ts"
import * as Seed from "../../src/Seed.ts"
import { cpu, on } from "../support/engines.ts"
import { lower, partOf } from "../support/pipelines.ts"

let tf: typeof Tf
beforeAll(async () => {
  tf = await import("@tensorflow/tfjs-core")
  await import("@tensorflow/tfjs-layers")
  await import("@tensorflow/tfjs-backend-cpu")
  tf.env().set("PROD", true)
  await tf.setBackend("cpu")
})

type Matrix = ReadonlyArray<ReadonlyArray<number>>

type Layers = Definition<"layer" | "head">

const bind = (definition: Layers, given: object) => definition.bind(given, findNothing)
const layerOf = (definition: Layers, given: object) => partOf(bind(definition, given), "layer", "head").layer

/** The forward pass of a layer. */
const forward = (
  definition: Layers,
  given: object,
  x: Matrix,
  parameters: ReadonlyArray<Matrix | ReadonlyArray<number>> = [],
  pass: { readonly training?: boolean; readonly seed?: number } = {}
): Array<Array<number>> => {
  const random = Seed.generator(Seed.root(pass.seed ?? 0))
  return tf.tidy(() =>
    layerOf(definition, given)
      .forward(
        tf.tensor2d(x as Array<Array<number>>),
        parameters.map((parameter) => tf.tensor(parameter as Array<number>)),
        {
          tf,
          training: pass.training ?? false,
          random,
          read: Schedule.reading(0),
          buffers: [],
          update: () => undefined
        }
      )
      .arraySync()
  ) as Array<Array<number>>
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
    ["gelu", Nn.geluDefinition, (v) => (v / 2) * (1 + erf(v / Math.SQRT2))],
    ["silu", Nn.siluDefinition, (v) => v / (1 + Math.exp(-v))],
    ["elu", Nn.eluDefinition, (v) => (v > 0 ? v : Math.expm1(v))],
    ["selu", Nn.seluDefinition, (v) => 1.0507009873554805 * (v > 0 ? v : 1.6732632423543772 * Math.expm1(v))],
    ["leakyRelu", Nn.leakyReluDefinition, (v) => (v > 0 ? v : v / 100)],
    ["softplus", Nn.softplusDefinition, (v) => Math.log1p(Math.exp(v))],
    ["mish", Nn.mishDefinition, (v) => v * Math.tanh(Math.log1p(Math.exp(v)))],
    ["identity", Nn.identityDefinition, (v) => v]
  ])("%s is its formula, entry by entry, and keeps any shape", (_, definition, f) => {
    near(
      forward(definition, {}, x),
      x.map((row) => row.map(f))
    )
    const layer = layerOf(definition, {})
    expect(layer.shape([2, 3, 4], 1)).toEqual(Result.succeed([2, 3, 4]))
    expect(layer.parameters([7], [7])).toEqual([])
    expect(layer.buffers([7], [7])).toEqual([])
  })

  it("gelu is torch.nn.functional.gelu at 1 and −1", () => {
    // Φ(1) = 0.8413447460685429, so gelu(1) = 0.84134475 and gelu(−1) = −0.15865525.
    near(forward(Nn.geluDefinition, {}, [[1, -1]]), [[0.84134475, -0.15865525]])
  })

  it("gelu with a hyperbolic tangent is its formula, and nearly the exact one", () => {
    const tanh = forward(Nn.geluDefinition, { approximate: "tanh" }, x)
    const inner = (v: number) => Math.sqrt(2 / Math.PI) * (v + 0.044715 * v ** 3)
    near(
      tanh,
      x.map((row) => row.map((v) => (v / 2) * (1 + Math.tanh(inner(v)))))
    )
    near(tanh, forward(Nn.geluDefinition, {}, x), 2e-3)
    expect(tanh).not.toEqual(forward(Nn.geluDefinition, {}, x))
  })

  it("elu and leakyRelu take their options", () => {
    near(forward(Nn.eluDefinition, { alpha: 2 }, [[-1, 3]]), [[2 * Math.expm1(-1), 3]])
    near(forward(Nn.leakyReluDefinition, { slope: 0.5 }, [[-1, 3]]), [[-0.5, 3]])
  })

  it("prelu has one slope, or one for each position of the last axis", () => {
    near(forward(Nn.preluDefinition, {}, x, [[0.5]]), [
      [-1.5, -0.5, -0.25],
      [0, 0.25, 4]
    ])
    near(forward(Nn.preluDefinition, { shared: false }, x, [[1, 2, -4]]), [
      [-3, -2, 2],
      [0, 0.25, 4]
    ])
    const slopes = (options: object) => layerOf(Nn.preluDefinition, options).parameters([5, 3], [5, 3])
    expect(slopes({}).map(({ shape }) => shape)).toEqual([[1]])
    expect(slopes({ shared: false }).map(({ shape }) => shape)).toEqual([[3]])
    const values = new Float32Array(3)
    slopes({ start: 0.5 })[0]!.initialise(values, Seed.generator(Seed.root(1)))
    expect([...values]).toEqual([0.5, 0.5, 0.5])
  })

  it.each<[string, Nn.Layer]>([
    ["relu", Nn.reluDefinition],
    ["elu", Nn.eluDefinition],
    ["selu", Nn.seluDefinition],
    ["softplus", Nn.softplusDefinition],
    ["mish", Nn.mishDefinition],
    ["silu", Nn.siluDefinition],
    ["gelu", Nn.geluDefinition],
    ["leakyRelu", Nn.leakyReluDefinition]
  ])("%s and its slope are finite far from 0", (_, definition) => {
    const far = [-1e4, -200, 0, 200, 1e4]
    const slopes = tf.tidy(() => [
      ...tf
        .grad((rows) =>
          layerOf(definition, {}).forward(rows, [], {
            tf,
            training: true,
            random: Seed.generator(Seed.root(0)),
            read: Schedule.reading(0),
            buffers: [],
            update: () => undefined
          })
        )(tf.tensor2d([far]))
        .dataSync()
    ])
    const values = forward(definition, {}, [far])[0]!
    expect([...values, ...slopes].every(Number.isFinite)).toBe(true)
    expect(slopes[4]! / values[4]!).toBeCloseTo(1e-4, 9)
  })
})

describe("norms", () => {
  const moments = (values: ReadonlyArray<number>) => {
    const mean = values.reduce((a, b) => a + b, 0) / values.length
    const squares = values.reduce((sum, v) => sum + (v - mean) ** 2, 0)
    return { mean, variance: squares / values.length, unbiased: squares / (values.length - 1) }
  }
  const columns = (rows: Matrix) => rows[0]!.map((_, j) => rows.map((row) => row[j]!))
  const rows = [...x, [1, 2, -2]]

  it("layerNorm normalises each row, then scales and shifts each position", () => {
    const normal = rows.map((row) => {
      const { mean, variance } = moments(row)
      return row.map((v) => (v - mean) / Math.sqrt(variance + 1e-5))
    })
    near(forward(Nn.layerNormDefinition, { affine: false }, rows), normal)
    const [scale, shift] = [
      [1, 2, -3],
      [0, 1, 5]
    ]
    near(
      forward(Nn.layerNormDefinition, {}, rows, [scale, shift]),
      normal.map((row) => row.map((v, j) => v * scale[j]! + shift[j]!))
    )
  })

  const batchNorm = layerOf(Nn.batchNormDefinition, { affine: false, momentum: 0.25 })
  /** A pass of batchNorm with running means 1, 2, 3 and variances 4, 1, 9, and what it makes of these. */
  const pass = (input: Tf.Tensor, training: boolean) => {
    const running: Array<ReadonlyArray<number> | undefined> = [undefined, undefined]
    const out = batchNorm.forward(input, [], {
      tf,
      training,
      read: Schedule.reading(0),
      random: Seed.generator(Seed.root(0)),
      buffers: [tf.tensor1d([1, 2, 3]), tf.tensor1d([4, 1, 9])],
      update: (buffer, value) => (running[buffer] = [...value.dataSync()])
    })
    return { out, running }
  }
  const tensor = (matrix: Matrix) => tf.tensor2d(matrix as Array<Array<number>>)

  it("batchNorm takes mean and variance of the batch in training, and moves the running ones towards them", () => {
    const own = columns(rows).map(moments)
    tf.tidy(() => {
      const { out, running } = pass(tensor(rows), true)
      near(
        out.arraySync() as Matrix,
        rows.map((row) => row.map((v, j) => (v - own[j]!.mean) / Math.sqrt(own[j]!.variance + 1e-5)))
      )
      near(running as Matrix, [
        [1, 2, 3].map((old, j) => 0.75 * old + 0.25 * own[j]!.mean),
        [4, 1, 9].map((old, j) => 0.75 * old + 0.25 * own[j]!.unbiased)
      ])
    })
  })

  it.each<[string, Matrix, boolean]>([
    ["at prediction", rows, false],
    ["for a batch of one row", rows.slice(0, 1), true]
  ])("batchNorm takes the running ones %s, and leaves them", (_, given, training) => {
    tf.tidy(() => {
      const { out, running } = pass(tensor(given), training)
      near(
        out.arraySync() as Matrix,
        given.map((row) => row.map((v, j) => (v - [1, 2, 3][j]!) / Math.sqrt([4, 1, 9][j]! + 1e-5)))
      )
      expect(running).toEqual([undefined, undefined])
    })
  })

  it("batchNorm has the gradient of its training pass, through the mean and variance of the batch", () => {
    const factors = [
      [1, -2, 0.5],
      [3, 1, -1],
      [-1, 2, 2]
    ]
    const lossOf = (input: Tf.Tensor) => tf.sum(tf.mul(pass(input, true).out, tensor(factors))) as Tf.Scalar
    const at = (moved: Matrix) => tf.tidy(() => lossOf(tensor(moved)).dataSync()[0]!)
    const gradient = tf.tidy(() => tf.grad(lossOf)(tensor(rows)).arraySync()) as Matrix
    const delta = 2 ** -6
    const moved = (i: number, j: number, by: number) =>
      rows.map((row, k) => (k === i ? row.with(j, row[j]! + by) : row))
    near(
      gradient,
      rows.map((row, i) => row.map((_, j) => (at(moved(i, j, delta)) - at(moved(i, j, -delta))) / (2 * delta))),
      2e-3
    )
  })
})

describe("gated units", () => {
  it.each<[string, Nn.Layer, (x: number) => number]>([
    ["glu", Nn.gluDefinition, (v) => 1 / (1 + Math.exp(-v))],
    ["reglu", Nn.regluDefinition, (v) => Math.max(0, v)],
    ["geglu", Nn.gegluDefinition, (v) => (v / 2) * (1 + erf(v / Math.SQRT2))]
  ])("%s multiplies the first half of the last axis by a function of the second", (_, definition, gate) => {
    const [a, b] = [
      [2, -3],
      [0.5, -1]
    ]
    near(forward(definition, {}, [[...a, ...b]]), [a.map((v, i) => v * gate(b[i]!))])
    const layer = layerOf(definition, {})
    expect(layer.shape([5, 6], 1)).toEqual(Result.succeed([5, 3]))
    expect(layer.shape([5, 3], 1)).toMatchObject(
      Result.fail({ given: "rows × 5 × 3", expected: "a last axis of even size, to be cut in halves" })
    )
  })
})

describe.each([
  ["linear", Nn.linearDefinition, { units: 2 }],
  ["head", Nn.headDefinition, {}]
] as const)("%s", (_, definition, options) => {
  const kernel = [
    [1, 2],
    [3, -4],
    [0.5, 0.25]
  ]

  it("is x·kernel + bias", () => {
    const product = x.map((row) => [0, 1].map((k) => row.reduce((sum, v, j) => sum + v * kernel[j]![k]!, 0)))
    near(forward(definition, options, x, [kernel]), product)
    near(
      forward(definition, options, x, [kernel, [10, 20]]),
      product.map(([a, b]) => [a! + 10, b! + 20])
    )
  })

  it("owns a kernel and a bias, unless that is switched off", () => {
    const shapes = (bias: boolean) =>
      layerOf(definition, { ...options, bias })
        .parameters([3], [2])
        .map(({ name, shape }) => [name, shape])
    expect(shapes(true)).toEqual([
      ["kernel", [3, 2]],
      ["bias", [2]]
    ])
    expect(shapes(false)).toEqual([["kernel", [3, 2]]])
    expect(Result.getOrThrow(bind(definition, options).bound).encoded).toEqual({ ...options, bias: true })
  })

  it("starts uniform on ±1/√width", () => {
    // torch.nn.Linear: kaiming_uniform_(a=√5) gives the bound √(6/(6·fan_in)) = 1/√fan_in, for the bias too.
    const n = 20_000
    for (const { initialise } of layerOf(definition, options).parameters([16], [2])) {
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

describe("shapes", () => {
  it("of linear are its units, of a head the outputs that the task needs", () => {
    expect(layerOf(Nn.linearDefinition, { units: 5 }).shape([3], 1)).toEqual(Result.succeed([5]))
    expect(layerOf(Nn.headDefinition, {}).shape([3], 4)).toEqual(Result.succeed([4]))
  })

  it.each<[string, Layers, object]>([
    ["linear", Nn.linearDefinition, { units: 5 }],
    ["head", Nn.headDefinition, {}]
  ])("of another rank than 1 are refused by %s", (_, definition, options) => {
    expect(layerOf(definition, options).shape([8, 3], 1)).toMatchObject(
      Result.fail({ given: "rows × 8 × 3 (rank 2)", expected: "rows of rank 1" })
    )
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
    expect(Result.isFailure(bind(Nn.dropoutDefinition, { rate }).bound)).toBe(true)
  })
})

describe("a layer that gives rows of another shape than it says", () => {
  it.effect("is named, with both shapes", () =>
    Effect.gen(function* () {
      const odd = Nn.define({
        id: "Mine.odd",
        summary: "Says five and gives two",
        options: Schema.Struct({}),
        shape: () => [5],
        forward: (_, input) => input
      })
      const engine = (yield* Engine.Engines)[0]!
      const network = Result.getOrThrow(lower(Ingress.numeric().pipe(Nn.stage(odd), Nn.head()), 2, 1))
      const scorer = yield* engine.scorer(network, Graph.initialise(network.parameters, Seed.root(1)), 3)
      expect(() => scorer.score(3)).toThrow(
        "odd: got rows × 2, expected rows × 5, as its shape rule says; correct the rule or the forward pass of this layer"
      )
    }).pipe(on(cpu))
  )
})

describe("buffers", () => {
  /** Centres rows: by the mean of the batch in training, which it remembers, and by what it remembers in prediction. */
  const centre = Nn.define({
    id: "Mine.centre",
    summary: "Takes the mean off",
    options: Schema.Struct({}),
    buffers: (_, shape) => [{ name: "mean", shape, initialise: (values) => values.fill(10) }],
    forward: (_, input, __, { tf, training, buffers, update }) => {
      const mean = training ? tf.mean(input, 0) : buffers[0]!
      update(0, mean)
      return tf.sub(input, mean)
    }
  })
  const given = Ingress.numeric().pipe(Nn.stage(centre), Nn.head({ bias: false }))
  const rows = [1, 2, 6, 5, 3, 7]

  it.effect("are updated by training passes only, and are saved and loaded with the parameters", () =>
    Effect.gen(function* () {
      const engine = (yield* Engine.Engines)[0]!
      const network = Result.getOrThrow(lower(given, 2, 1))
      const { transform: optimizer } = partOf(
        Optimizer.sgdDefinition.bind({ learningRate: 1 }, findNothing),
        "optimizer"
      )
      const loss = Result.getOrThrow(Loss.bind(Mse.definition))
      const trainer = yield* engine.trainer({ network, loss, optimizer, seed: Seed.root(1) }, 3)
      const bufferOf = () => trainer.state().arrays.map(({ path, values }) => [path, Array.from(values)])[1]
      trainer.inputs[0]!.set(rows)
      trainer.score(3)
      expect(bufferOf()).toEqual(["centre.mean", [10, 10]])
      trainer.step(3, false)
      // The columns are 1, 6, 3 and 2, 5, 7.
      expect(bufferOf()).toEqual(["centre.mean", [Math.fround(10 / 3), Math.fround(14 / 3)]])
      const scorer = yield* engine.scorer(network, trainer.state().arrays, 3)
      scorer.inputs[0]!.set(rows)
      scorer.score(3)
      const [a, b] = trainer.state().arrays[0]!.values
      scorer.scores.forEach((score, i) =>
        assert.closeTo(score, a! * (rows[2 * i]! - 10 / 3) + b! * (rows[2 * i + 1]! - 14 / 3), 1e-5)
      )
    }).pipe(on(cpu))
  )
})

describe("gradients of a network", () => {
  const rows = 6
  const random = Seed.generator(Seed.root(11))
  const features = Float32Array.from({ length: rows * 3 }, () => random.normal())
  const lossOf = (definition: Loss.Definition, options: object = {}): Loss.Explicit => {
    const loss = Result.getOrThrow(Loss.bind(definition, options))
    if (loss._tag !== "Explicit") throw new Error(`${definition.id} has no formula of its gradient`)
    return loss
  }

  const body = Ingress.numeric().pipe(Nn.linear(4), Nn.tanh(), Nn.linear(3, { bias: false }), Nn.gelu())
  const other = Ingress.numeric().pipe(Nn.linear(5), Nn.sigmoid())
  const residual = Ingress.numeric().pipe(
    Nn.linear(2),
    Nn.residual((block) =>
      block.pipe(
        Nn.linear(2),
        Nn.tanh(),
        Nn.residual((inner) => inner.pipe(Nn.linear(2)))
      )
    )
  )
  const ofTwo = { a: Ingress.numeric().pipe(Nn.linear(2), Nn.tanh()), b: Ingress.numeric().pipe(Nn.linear(2)) }

  const bce = lossOf(Bce.definition, { posWeight: 3 })
  const mse = lossOf(Mse.definition)
  const cross = lossOf(CrossEntropy.definition)
  /** Name, network, outputs, the loss that the engine differentiates, the same by formula, targets. */
  const cases: ReadonlyArray<readonly [string, Any, number, Loss.Bound, Loss.Explicit, (row: number) => number]> = [
    ["tanh, gelu, BCE", body.pipe(Nn.head()), 1, bce, bce, (row) => row % 2],
    ["sigmoid, MSE", other.pipe(Nn.head()), 1, mse, mse, (row) => row / 2 - 1],
    ["cross-entropy", body.pipe(Nn.head({ bias: false })), 3, cross, cross, (row) => row % 3],
    ["a loss of tensors", other.pipe(Nn.head()), 1, Loss.tensor(mse.tensor!), mse, (row) => row],
    ["blocks in blocks", residual.pipe(Nn.head()), 1, mse, mse, (row) => row / 2 - 1],
    ["branches side by side", Merge.concat(ofTwo).pipe(Nn.tanh(), Nn.head()), 1, bce, bce, (row) => row % 2],
    ["a sum of branches", Merge.sum(ofTwo).pipe(Nn.tanh(), Nn.head()), 1, bce, bce, (row) => row % 2],
    ["a product of branches", Merge.product(ofTwo).pipe(Nn.head()), 1, mse, mse, (row) => row / 2 - 1]
  ]

  it.effect.each(cases)("are the differences of the loss (%s)", ([, pipeline, outputs, loss, formula, target]) =>
    Effect.gen(function* () {
      const engine = (yield* Engine.Engines)[0]!
      const network = Result.getOrThrow(lower(pipeline, 3, outputs))
      const gradients: Array<Float32Array> = []
      /** Looks at the gradients, and leaves the parameters where they are. */
      const optimizer: Transform.Bound = {
        searches: false,
        begin: (paths) => ({
          slots: paths.map(() => []),
          apply: ({ arrays }) => {
            gradients.push(...arrays.map(({ update }) => update.slice()))
            for (const { update } of arrays) update.fill(0)
          }
        })
      }
      const trainer = yield* engine.trainer({ network, loss, optimizer, seed: Seed.root(2) }, rows)
      const { arrays } = trainer.state()
      for (const input of trainer.inputs) input.set(features)
      const targets = Float64Array.from({ length: rows }, (_, row) => target(row))
      trainer.targets.set(targets)
      trainer.step(rows, false)
      const lossAt = Effect.fnUntraced(function* (array: number, entry: number, delta: number) {
        const moved = arrays.map((one, i) => {
          const values = one.values.slice()
          if (i === array) values[entry]! += delta
          return { ...one, values }
        })
        const scorer = yield* engine.scorer(network, moved, rows)
        for (const input of scorer.inputs) input.set(features)
        scorer.score(rows)
        return formula.evaluate(Float64Array.from(scorer.scores), targets, new Float64Array(rows * outputs))
      })
      assert.strictEqual(gradients.length, arrays.length)
      const delta = 2 ** -8
      for (const [array, { values }] of arrays.entries()) {
        for (let entry = 0; entry < values.length; entry++) {
          const slope = ((yield* lossAt(array, entry, delta)) - (yield* lossAt(array, entry, -delta))) / (2 * delta)
          assert.closeTo(gradients[array]![entry]!, slope, 2e-3 + 2e-3 * Math.abs(slope))
        }
      }
    }).pipe(on(cpu))
  )
})
