import type * as Tf from "@tensorflow/tfjs-core"
import * as Result from "effect/Result"
import { beforeAll, describe, expect, it } from "vitest"
import * as Nn from "../../../../src/pipeline/Nn.ts"
import * as Seed from "../../../../src/Seed.ts"
import { type Array as Given, forward, initial, layerOf, tensors } from "../../../support/layers.ts"

let tf: typeof Tf
beforeAll(async () => {
  tf = await tensors()
})

type Matrix = ReadonlyArray<ReadonlyArray<number>>

const random = Seed.generator(Seed.root(4))
const drawn = (...shape: ReadonlyArray<number>): Given => ({
  shape,
  values: Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => Math.fround(random.normal()))
})
const matrices = ({ shape, values }: Given): ReadonlyArray<Matrix> => {
  const [n, rows, columns] = (shape.length === 2 ? [1, ...shape] : shape) as [number, number, number]
  return Array.from({ length: n }, (_, i) =>
    Array.from({ length: rows }, (_, j) => values.slice((i * rows + j) * columns, (i * rows + j + 1) * columns))
  )
}
const matrix = (given: Given): Matrix => matrices(given)[0]!

// The reference: loops over numbers in double precision, written from the formulas of the papers.
const dense = (x: Matrix, kernel: Matrix, bias: ReadonlyArray<number>): Matrix =>
  x.map((row) => bias.map((b, k) => row.reduce((sum, value, m) => sum + value * kernel[m]![k]!, b)))
const softmax = (row: ReadonlyArray<number>) => {
  const powers = row.map(Math.exp)
  const total = powers.reduce((a, b) => a + b)
  return powers.map((p) => p / total)
}
const attention = (x: Matrix, [kernel, bias, out, outBias]: ReadonlyArray<Given>, heads: number): Matrix => {
  const size = x[0]!.length
  const d = size / heads
  const all = dense(x, matrix(kernel!), bias!.values)
  const mixed = x.map((_, i) =>
    Array.from({ length: heads }, (_, h) => {
      const part = (which: number, token: number) => all[token]!.slice(which * size + h * d, which * size + (h + 1) * d)
      const alike = x.map((_, j) => part(0, i).reduce((sum, q, m) => sum + q * part(1, j)[m]!, 0) / Math.sqrt(d))
      const weights = softmax(alike)
      return Array.from({ length: d }, (_, m) => weights.reduce((sum, w, j) => sum + w * part(2, j)[m]!, 0))
    }).flat()
  )
  return dense(mixed, matrix(out!), outBias!.values)
}
const norm = (x: Matrix, [scale, shift]: ReadonlyArray<Given>): Matrix =>
  x.map((row) => {
    const mean = row.reduce((a, b) => a + b) / row.length
    const variance = row.reduce((sum, v) => sum + (v - mean) ** 2, 0) / row.length
    return row.map((v, k) => ((v - mean) / Math.sqrt(variance + 1e-5)) * scale!.values[k]! + shift!.values[k]!)
  })
const plus = (a: Matrix, b: Matrix): Matrix => a.map((row, i) => row.map((v, k) => v + b[i]![k]!))
const near = (actual: Given, expected: ReadonlyArray<Matrix>) => {
  const flat = expected.flat(2)
  expect(actual.values.length).toBe(flat.length)
  actual.values.forEach((value, i) => expect(value).toBeCloseTo(flat[i]!, 4))
}

const x = drawn(2, 3, 4)
const ofAttention = [drawn(4, 12), drawn(12), drawn(4, 4), drawn(4)]

describe("self-attention", () => {
  it.each([1, 2, 4])("is its formula with %i heads", (heads) => {
    const made = forward(tf, Nn.selfAttentionDefinition, { heads }, x, ofAttention)
    expect(made.shape).toEqual([2, 3, 4])
    near(
      made,
      matrices(x).map((row) => attention(row, ofAttention, heads))
    )
  })

  it("does not care for the order of tokens", () => {
    const turned = { shape: x.shape, values: matrices(x).flatMap(([a, b, c]) => [...c!, ...a!, ...b!]) }
    const [one, other] = [x, turned].map((given) =>
      matrices(forward(tf, Nn.selfAttentionDefinition, { heads: 2 }, given, ofAttention))
    )
    near(
      { shape: x.shape, values: other!.flat(2) },
      one!.map(([a, b, c]) => [c!, a!, b!])
    )
  })

  it("drops weights in training only, and keeps the mean", () => {
    const options = { heads: 2, dropout: 0.5 }
    const of = (seed: number, training: boolean) =>
      forward(tf, Nn.selfAttentionDefinition, options, x, ofAttention, {
        training,
        random: Seed.generator(Seed.root(seed))
      })
    expect(of(1, false)).toEqual(forward(tf, Nn.selfAttentionDefinition, { heads: 2 }, x, ofAttention))
    expect(of(1, true)).toEqual(of(1, true))
    expect(of(1, true)).not.toEqual(of(2, true))
    const passes = Array.from({ length: 2000 }, (_, seed) => of(seed, true).values)
    of(1, false).values.forEach((value, i) => {
      const drawn = passes.map((pass) => pass[i]!)
      const mean = drawn.reduce((a, b) => a + b) / drawn.length
      const error = Math.sqrt(drawn.reduce((sum, v) => sum + (v - mean) ** 2, 0) / drawn.length / drawn.length)
      expect(Math.abs(mean - value)).toBeLessThan(5 * error)
    })
  })

  it("needs heads that divide the size of tokens", () => {
    expect(layerOf(Nn.selfAttentionDefinition, { heads: 3 }).shape([5, 4], 1)).toEqual(
      Result.fail({
        given: "tokens of size 4",
        expected: "a multiple of the 3 heads",
        advice: "change the size of the tokens or the number of heads"
      })
    )
  })
})

describe("a block of a transformer", () => {
  const none = { attentionDropout: 0, hiddenDropout: 0, residualDropout: 0 }
  const [first, second] = [
    [drawn(4), drawn(4)],
    [drawn(4), drawn(4)]
  ]
  const gelu = (v: number) => {
    let [term, sum] = [v / Math.SQRT2, v / Math.SQRT2]
    for (let n = 1; n < 80; n++) {
      term *= -(v * v) / 2 / n
      sum += term / (2 * n + 1)
    }
    return (v / 2) * (1 + (2 / Math.sqrt(Math.PI)) * sum)
  }
  const relu = (v: number) => Math.max(0, v)

  it.each<[string, boolean, (hidden: ReadonlyArray<number>) => ReadonlyArray<number>]>([
    ["relu", true, (row) => row.map(relu)],
    ["gelu", true, (row) => row.map(gelu)],
    ["reglu", true, (row) => row.slice(0, 5).map((a, k) => a * relu(row[5 + k]!))],
    ["reglu", false, (row) => row.slice(0, 5).map((a, k) => a * relu(row[5 + k]!))],
    ["geglu", true, (row) => row.slice(0, 5).map((a, k) => a * gelu(row[5 + k]!))]
  ])("is its formula: %s, first norm %s", (activation, firstNorm, activate) => {
    // ⌊4 · 4/3⌋ = 5 hidden entries.
    const wide = activation.endsWith("glu") ? 10 : 5
    const [expand, expandBias, contract, contractBias] = [drawn(4, wide), drawn(wide), drawn(5, 4), drawn(4)]
    const parameters = [
      ...(firstNorm ? first : []),
      ...ofAttention,
      ...second,
      expand,
      expandBias,
      contract,
      contractBias
    ]
    const options = { heads: 2, activation, firstNorm, ...none }
    const made = forward(tf, Nn.transformerDefinition, options, x, parameters)
    near(
      made,
      matrices(x).map((row) => {
        const between = plus(row, attention(firstNorm ? norm(row, first) : row, ofAttention, 2))
        const hidden = dense(norm(between, second), matrix(expand), expandBias.values).map(activate)
        return plus(between, dense(hidden, matrix(contract), contractBias.values))
      })
    )
    const declared = layerOf(Nn.transformerDefinition, options).parameters([3, 4], [3, 4])
    expect(declared.map(({ shape }) => shape)).toEqual(parameters.map(({ shape }) => shape))
  })

  it("names its arrays, and leaves those of the first norm out with it", () => {
    const names = (options: object) =>
      initial(Nn.transformerDefinition, options, [3, 8], [3, 8]).map(({ name }) => name)
    const rest = ["attention", "output", "hiddenNorm", "expand", "contract"].flatMap((name) =>
      name === "hiddenNorm" ? [`${name}.scale`, `${name}.shift`] : [`${name}.kernel`, `${name}.bias`]
    )
    expect(names({ firstNorm: false })).toEqual(rest)
    expect(names({})).toEqual(["attentionNorm.scale", "attentionNorm.shift", ...rest])
  })

  it("has the defaults of Gorishniy et al. 2021", () => {
    const { encoded } = Result.getOrThrow(Nn.transformerDefinition.bind({}, () => Result.fail("")).bound)
    expect(encoded).toEqual({
      heads: 8,
      hiddenFactor: 4 / 3,
      activation: "reglu",
      attentionDropout: 0.2,
      hiddenDropout: 0.1,
      residualDropout: 0,
      firstNorm: true
    })
  })

  it("drops at each of its places in training only", () => {
    const parameters = initial(Nn.transformerDefinition, { heads: 2 }, [3, 4], [3, 4])
    const of = (options: object, training: boolean) =>
      forward(tf, Nn.transformerDefinition, { heads: 2, ...none, ...options }, x, parameters, { training })
    const plain = of({}, false)
    expect(of({}, true)).toEqual(plain)
    for (const place of ["attentionDropout", "hiddenDropout", "residualDropout"]) {
      expect(of({ [place]: 0.5 }, false)).toEqual(plain)
      expect(of({ [place]: 0.5 }, true)).not.toEqual(plain)
    }
  })
})

describe("tokens", () => {
  it("of features are x_j·w_j + b_j", () => {
    const [kernel, bias] = [
      { shape: [2, 2], values: [1, 2, 3, 4] },
      { shape: [2, 2], values: [10, 20, 30, 40] }
    ]
    const input = { shape: [2, 2], values: [1, -1, 2, 0] }
    expect(forward(tf, Nn.featureTokensDefinition, { size: 2 }, input, [kernel, bias])).toEqual({
      shape: [2, 2, 2],
      values: [11, 22, 27, 36, 12, 24, 30, 40]
    })
  })

  it("get a class token before them, which can be taken", () => {
    const input = { shape: [2, 1, 2], values: [1, 2, 3, 4] }
    const made = forward(tf, Nn.classTokenDefinition, {}, input, [{ shape: [2], values: [8, 9] }])
    expect(made).toEqual({ shape: [2, 2, 2], values: [8, 9, 1, 2, 8, 9, 3, 4] })
    expect(forward(tf, Nn.takeTokenDefinition, {}, made)).toEqual({ shape: [2, 2], values: [8, 9, 8, 9] })
  })
})
