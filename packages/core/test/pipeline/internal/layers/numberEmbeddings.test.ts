import type * as Tf from "@tensorflow/tfjs-core"
import { beforeAll, describe, expect, it } from "vitest"
import * as Nn from "../../../../src/pipeline/Nn.ts"
import * as Seed from "../../../../src/Seed.ts"
import { type Array as Given, forward, initial, tensors } from "../../../support/layers.ts"

let tf: typeof Tf
beforeAll(async () => {
  tf = await tensors()
})

const random = Seed.generator(Seed.root(2))
const drawn = (...shape: ReadonlyArray<number>): Given => ({
  shape,
  values: Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => Math.fround(random.normal()))
})
/** An entry of an array by its place. */
const at = ({ shape, values }: Given, ...place: ReadonlyArray<number>) =>
  values[place.reduce((index, i, axis) => index * shape[axis]! + i, 0)]!
const near = (actual: Given, shape: ReadonlyArray<number>, of: (...place: ReadonlyArray<number>) => number) => {
  expect(actual.shape).toEqual(shape)
  const [rows, features, size] = shape as [number, number, number]
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < features; j++) {
      for (let k = 0; k < size; k++) expect(at(actual, i, j, k)).toBeCloseTo(of(i, j, k), 4)
    }
  }
}
const sum = (n: number, of: (i: number) => number) => Array.from({ length: n }, (_, i) => of(i)).reduce((a, b) => a + b)

const x = drawn(3, 2)
const [frequencies, phases] = [drawn(2, 3), drawn(2, 3)]

describe("embeddings of numbers are their formulas", () => {
  it("linear: x_j·w_j + b_j, and relu", () => {
    const [kernel, bias] = [drawn(2, 4), drawn(2, 4)]
    const line = (i: number, j: number, k: number) => at(x, i, j) * at(kernel, j, k) + at(bias, j, k)
    const of = (definition: Nn.Layer) => forward(tf, definition, { size: 4 }, x, [kernel, bias])
    near(of(Nn.featureTokensDefinition), [3, 2, 4], (i, j, k) => line(i!, j!, k!))
    near(of(Nn.linearEmbeddingDefinition), [3, 2, 4], (i, j, k) => Math.max(0, line(i!, j!, k!)))
  })

  it.each([false, true])("periodic, one kernel for all features: %s", (shared) => {
    const [kernel, bias] = shared ? [drawn(6, 4), drawn(4)] : [drawn(2, 6, 4), drawn(2, 4)]
    const weight = (j: number, m: number, k: number) => (shared ? at(kernel, m, k) : at(kernel, j, m, k))
    const shift = (j: number, k: number) => (shared ? at(bias, k) : at(bias, j, k))
    const wave = (i: number, j: number, m: number) => {
      const angle = 2 * Math.PI * at(frequencies, j, m % 3) * at(x, i, j)
      return m < 3 ? Math.sin(angle) : Math.cos(angle)
    }
    const options = { size: 4, frequencies: 3, shared }
    const made = forward(tf, Nn.periodicEmbeddingDefinition, options, x, [frequencies, kernel, bias])
    near(made, [3, 2, 4], (i, j, k) => Math.max(0, sum(6, (m) => wave(i!, j!, m) * weight(j!, m, k!)) + shift(j!, k!)))
  })

  it("pbld: the number, and a linear function of its shifted cosines", () => {
    const [kernel, bias] = [drawn(2, 3, 3), drawn(2, 3)]
    const options = { size: 4, frequencies: 3 }
    const made = forward(tf, Nn.pbldEmbeddingDefinition, options, x, [frequencies, phases, kernel, bias])
    near(made, [3, 2, 4], (i, j, k) =>
      k === 0
        ? at(x, i!, j!)
        : at(bias, j!, k! - 1) +
          sum(
            3,
            (m) =>
              Math.cos(2 * Math.PI * at(frequencies, j!, m) * at(x, i!, j!) + at(phases, j!, m)) *
              at(kernel, j!, m, k! - 1)
          )
    )
  })

  it("featureLinear: a kernel for each feature", () => {
    const [input, kernel, bias] = [drawn(3, 2, 5), drawn(2, 5, 4), drawn(2, 4)]
    near(
      forward(tf, Nn.featureLinearDefinition, { size: 4 }, input, [kernel, bias]),
      [3, 2, 4],
      (i, j, k) => at(bias, j!, k!) + sum(5, (m) => at(input, i!, j!, m) * at(kernel, j!, m, k!))
    )
  })
})

describe("the first values", () => {
  const within = (values: ReadonlyArray<number>, bound: number) => {
    const largest = Math.max(...values.map(Math.abs))
    expect(largest).toBeLessThanOrEqual(bound * (1 + 1e-6))
    expect(largest).toBeGreaterThan(0.9 * bound)
  }
  const deviation = (values: ReadonlyArray<number>) =>
    Math.sqrt(sum(values.length, (i) => values[i]! ** 2) / values.length)
  const of = (...args: Parameters<typeof initial>) =>
    Object.fromEntries(initial(...args).map(({ name, values }) => [name, values]))

  // As documented by Gorishniy et al. (package rtdl_num_embeddings 0.0.12) and Holzmüller et al. 2024, appendix A.
  it("are uniform on ±1/√size for a linear embedding", () => {
    const { bias, kernel } = of(Nn.linearEmbeddingDefinition, { size: 100 }, [5], [5, 100])
    within(kernel!, 0.1)
    within(bias!, 0.1)
  })

  it("are normal frequencies within three deviations, and a uniform kernel, for a periodic one", () => {
    const { frequencies, kernel } = of(Nn.periodicEmbeddingDefinition, { scale: 2 }, [50], [50, 24])
    // 2 400 draws; a normal distribution cut at 3 has a deviation of 0.987; the standard error is 0.014.
    expect(Math.abs(deviation(frequencies!) / 2 - 0.987)).toBeLessThan(0.06)
    expect(Math.max(...frequencies!.map(Math.abs))).toBeLessThanOrEqual(6)
    within(kernel!, 1 / Math.sqrt(96))
  })

  it("are uniform phases on ±π for pbld", () => {
    const { frequencies, phases, kernel } = of(Nn.pbldEmbeddingDefinition, {}, [80], [80, 4])
    expect(Math.abs(deviation(frequencies!) / 0.1 - 1)).toBeLessThan(0.08)
    within(phases!, Math.PI)
    within(kernel!, 1 / 4)
  })
})
