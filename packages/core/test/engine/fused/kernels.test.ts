/**
 * Kernels against plain TypeScript in double precision, in both builds.
 */
import * as Bce from "@rocflow/losses/Bce"
import * as CrossEntropy from "@rocflow/losses/CrossEntropy"
import * as Mse from "@rocflow/losses/Mse"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { instantiate, type Kernels, runs } from "../../../src/engine/fused/internal/kernels.ts"
import { Kind } from "../../../src/engine/fused/internal/lowering/activations.ts"
import * as Seed from "../../../src/Seed.ts"

/** Kernels with a memory that is handed out from its beginning. */
const machine = (arithmetic: "relaxed" | "strict") => {
  const kernels = instantiate(arithmetic)
  kernels.memory.grow(40)
  let next = Math.ceil(kernels.heap.value / 64) * 64
  const reserve = (numbers: number): number => {
    const at = next
    next += Math.ceil((4 * numbers + 64) / 64) * 64
    return at
  }
  const put = (values: ArrayLike<number>): number => {
    const at = reserve(values.length)
    new Float32Array(kernels.memory.buffer, at, values.length).set(values)
    return at
  }
  const table = (values: ReadonlyArray<number>): number => {
    const at = reserve(values.length)
    new Uint32Array(kernels.memory.buffer, at, values.length).set(values)
    return at
  }
  const read = (at: number, numbers: number): Float32Array => new Float32Array(kernels.memory.buffer, at, numbers)
  return { kernels, put, read, reserve, table }
}

const numbers = (n: number, name: string): Float32Array => {
  const random = Seed.generator(Seed.derive(Seed.root(3), name))
  return Float32Array.from({ length: n }, () => random.normal())
}

const expectClose = (actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number) => {
  for (let i = 0; i < expected.length; i++) {
    expect(Math.abs(actual[i]! - expected[i]!)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(expected[i]!)))
  }
}

const times = (n: number): ReadonlyArray<number> => Array.from({ length: n }, (_, i) => i)

const sizes = fc.tuple(
  fc.integer({ min: 1, max: 19 }),
  fc.integer({ min: 1, max: 19 }),
  fc.integer({ min: 1, max: 600 })
)

const erf = (x: number): number => {
  // The series of Abramowitz and Stegun 7.1.5.
  let term = x
  let sum = x
  for (let n = 1; n < 200; n++) {
    term *= -(x * x) / n
    sum += term / (2 * n + 1)
  }
  return (2 / Math.sqrt(Math.PI)) * sum
}
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))
const softplus = (x: number): number => Math.log1p(Math.exp(x))

const functions: Readonly<Record<keyof typeof Kind, (x: number) => number>> = {
  relu: (x) => Math.max(0, x),
  leakyRelu: (x) => (x > 0 ? x : 0.3 * x),
  elu: (x) => 1.5 * (x > 0 ? x : 0.3 * Math.expm1(x)),
  sigmoid,
  tanh: Math.tanh,
  silu: (x) => x * sigmoid(x),
  softplus,
  mish: (x) => x * Math.tanh(softplus(x)),
  gelu: (x) => (x / 2) * (1 + erf(x / Math.SQRT2)),
  geluTanh: (x) => (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)))
}

const builds = (["strict", "relaxed"] as const).filter(runs)

describe.each(builds)("kernels, %s", (arithmetic) => {
  it("multiply matrices", () =>
    fc.assert(
      fc.property(sizes, fc.constantFrom(0, 1, 2), ([m, n, k], how) => {
        const { kernels, put, read, reserve, table } = machine(arithmetic)
        const [a, b, c, bias] = [numbers(m * k, "a"), numbers(k * n, "b"), numbers(m * n, "c"), numbers(n, "d")]
        const rows = table(times(m).map((i) => 4 * i * k))
        const inner = table(times(k).map((p) => 4 * p))
        const at = put(c)
        kernels.product(m, n, k, put(a), rows, inner, put(b), 4 * n, at, 4 * n, how, put(bias))
        const sum = (i: number, j: number) => times(k).reduce((s, p) => s + a[i * k + p]! * b[p * n + j]!, 0)
        const begin = (i: number, j: number) => (how === 0 ? 0 : how === 1 ? c[i * n + j]! : bias[j]!)
        const expected = times(m).flatMap((i) => times(n).map((j) => begin(i, j) + sum(i, j)))
        expectClose(read(at, m * n), expected, 1e-4)

        const transposed = reserve(m * n)
        const bT = Float32Array.from(times(n * k), (_, x) => b[(x % k) * n + Math.floor(x / k)]!)
        kernels.productTransposed(m, n, k, put(a), 4 * k, put(bT), 4 * k, transposed, 4 * n)
        expectClose(
          read(transposed, m * n),
          times(m).flatMap((i) => times(n).map((j) => sum(i, j))),
          1e-4
        )
      }),
      { numRuns: 40 }
    ))

  it("multiply a matrix and one or two vectors, from either side", () =>
    fc.assert(
      fc.property(fc.constantFrom(1, 2), sizes, (units, [m, k]) => {
        const { kernels, put, read, reserve } = machine(arithmetic)
        const [x, w, d] = [numbers(m * k, "x"), numbers(units * k, "w"), numbers(units * m, "d")]
        const [y, s] = [reserve(units * m), reserve(units * k)]
        const at = put(x)
        const bias = [0.5, -2]
        kernels.dots(units, m, k, at, 4 * k, put(w), 4 * k, y, 4 * units, put(bias))
        expectClose(
          read(y, units * m),
          times(m).flatMap((i) =>
            times(units).map((u) => times(k).reduce((sum, p) => sum + x[i * k + p]! * w[u * k + p]!, bias[u]!))
          ),
          1e-5
        )
        kernels.weightedRows(units, m, k, put(d), 4 * m, at, 4 * k, s, 4 * units)
        expectClose(
          read(s, units * k),
          times(k).flatMap((p) =>
            times(units).map((u) => times(m).reduce((sum, i) => sum + x[i * k + p]! * d[u * m + i]!, 0))
          ),
          1e-5
        )
      }),
      { numRuns: 60 }
    ))

  it.each(Object.entries(functions))("compute %s and its derivative", (name, f) => {
    const { kernels, put, read, reserve } = machine(arithmetic)
    const x = Float32Array.from({ length: 401 }, (_, i) => (i - 200) / 40 + 0.001)
    const [at, y, dx] = [put(x), reserve(x.length), reserve(x.length)]
    const kind = Kind[name as keyof typeof Kind]
    kernels.activate(kind, x.length, at, y, 0.3, 1.5)
    expectClose(read(y, x.length), x.map(f), 1e-6)
    kernels.activateBack(kind, x.length, at, put(new Float32Array(x.length).fill(1)), dx, 0.3, 1.5)
    const h = 1e-4
    expectClose(
      read(dx, x.length),
      Array.from(x, (v) => (f(v + h) - f(v - h)) / (2 * h)),
      1e-5
    )
  })

  it("keep what is not a number, and far values, in activations", () => {
    const { kernels, put, read, reserve } = machine(arithmetic)
    const x = [Number.NaN, 1e30, -1e30, 0]
    for (const kind of Object.values(Kind)) {
      const y = reserve(4)
      kernels.activate(kind, 4, put(x), y, 0.3, 1.5)
      const [first, ...others] = read(y, 4)
      expect(first).toBeNaN()
      expect(others.some(Number.isNaN)).toBe(false)
    }
  })

  it("compute the softmax of rows, and its gradient", () =>
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 19 }), fc.constantFrom(0.3, 1, 40), (width, scale) => {
        const { kernels, put, read, reserve } = machine(arithmetic)
        const [rows, n] = [3, 3 * width]
        const [x, dy] = [numbers(n, "x"), numbers(n, "dy")]
        const [y, dx] = [reserve(n), put(dy)]
        const row = (values: ArrayLike<number>, i: number) => Array.from(values).slice(i * width, (i + 1) * width)
        kernels.softmax(rows, width, scale, put(x), y)
        const expected = times(rows).flatMap((i) => {
          const own = row(x, i).map((v) => scale * v)
          const parts = own.map((v) => Math.exp(v - Math.max(...own)))
          return parts.map((v) => v / parts.reduce((sum, e) => sum + e, 0))
        })
        // The product with the scale is rounded before the exponential.
        expectClose(read(y, n), expected, 2e-7 * Math.max(1, scale))
        kernels.softmaxBack(rows, width, scale, y, dx, dx)
        const along = times(rows).map((i) => row(expected, i).reduce((sum, v, j) => sum + v * row(dy, i)[j]!, 0))
        expectClose(
          read(dx, n),
          expected.map((v, j) => scale * v * (dy[j]! - along[Math.floor(j / width)]!)),
          1e-6 * Math.max(1, scale * scale)
        )
      }),
      { numRuns: 40 }
    ))

  it("keep what is not a number in its row of a softmax", () => {
    const { kernels, put, read, reserve } = machine(arithmetic)
    const y = reserve(6)
    kernels.softmax(2, 3, 1, put([1, Number.NaN, 2, 3, 3, 3]), y)
    expect(read(y, 3).every(Number.isNaN)).toBe(true)
    expectClose(read(y + 12, 3), [1 / 3, 1 / 3, 1 / 3], 1e-7)
  })

  it("compute sines and cosines of angles, and their gradients", () => {
    const { kernels, put, read, reserve } = machine(arithmetic)
    const x = Float32Array.from({ length: 400 }, (_, i) => (i - 200) / 64)
    const given = [0, 1, 0.125, 32, -3, 0.5, 8, -0.25, 2, 5]
    const shifts = [0, 0.5, -1, 3, -3, 0, 0.25, 2, -2, 1]
    const [rows, count] = [x.length / 2, given.length / 2]
    const n = x.length * count
    const [sines, cosines, at] = [reserve(n), reserve(n), put(x)]
    // These products are exact, so that the angles are those of the kernel.
    const angles = times(n).map((i) => 2 * Math.PI * x[Math.floor(i / count)]! * given[i % (2 * count)]!)
    kernels.waves(rows, 2, count, at, put(given), 0, sines, cosines, 4 * count)
    expectClose(read(sines, n), angles.map(Math.sin), 2e-7)
    expectClose(read(cosines, n), angles.map(Math.cos), 2e-7)

    const shifted = angles.map((angle, i) => angle + shifts[i % (2 * count)]!)
    kernels.waves(rows, 2, count, at, put(given), put(shifts), sines, cosines, 4 * count)
    expectClose(read(sines, n), shifted.map(Math.sin), 5e-5)
    expectClose(read(cosines, n), shifted.map(Math.cos), 5e-5)

    const [dSin, dCos] = [numbers(n, "sin"), numbers(n, "cos")]
    const [dFrequencies, dPhases, dx] = [reserve(2 * count), reserve(2 * count), reserve(x.length)]
    const arrays = [at, put(given), sines, cosines, 4 * count, put(dSin), put(dCos)] as const
    kernels.wavesBack(rows, 2, count, ...arrays, dFrequencies, dPhases, dx)
    const d = shifted.map((angle, i) => dSin[i]! * Math.cos(angle) - dCos[i]! * Math.sin(angle))
    const slot = (i: number) => i % (2 * count)
    const sums = (f: (i: number) => number) =>
      times(2 * count).map((own) => times(n).reduce((sum, i) => (slot(i) === own ? sum + f(i) : sum), 0))
    const number = (i: number) => x[Math.floor(i / count)]!
    expectClose(
      read(dPhases, 2 * count),
      sums((i) => d[i]!),
      1e-3
    )
    expectClose(
      read(dFrequencies, 2 * count),
      sums((i) => 2 * Math.PI * number(i) * d[i]!),
      1e-3
    )
    const along = times(x.length).map((r) =>
      times(count).reduce((sum, j) => sum + 2 * Math.PI * given[slot(r * count + j)]! * d[r * count + j]!, 0)
    )
    expectClose(read(dx, x.length), along, 1e-3)
  })

  it("keep what is not a number in sines and cosines", () => {
    const { kernels, put, read, reserve } = machine(arithmetic)
    const [sines, cosines] = [reserve(1), reserve(1)]
    for (const x of [Number.NaN, Number.POSITIVE_INFINITY]) {
      kernels.waves(1, 1, 1, put([x]), put([1]), 0, sines, cosines, 4)
      expect(read(sines, 1)[0]).toBeNaN()
      expect(read(cosines, 1)[0]).toBeNaN()
    }
  })

  it.each([0.5, 0.1, 1 / 3, 1e-9])("draw the mask of the generator for the rate %s", (rate) => {
    const { kernels, read, reserve } = machine(arithmetic)
    const seed = Seed.derive(Seed.root(4), "mask", 1, "dropout")
    const random = Seed.generator(seed)
    const [n, first] = [1003, 1000]
    const whole = Math.ceil(rate * 2 ** 53)
    const kept = 1 / (1 - rate)
    const expected = Float32Array.from({ length: first + n }, () => (random.float() < rate ? 0 : kept))
    const at = reserve(n)
    kernels.drawMask(n, seed.high, seed.low, first, Math.floor(whole / 2 ** 26), whole % 2 ** 26, kept, at)
    expect([...read(at, n)]).toEqual([...expected.subarray(first)])
  })

  const losses = [
    ["binaryCrossEntropy", 0, Bce.definition.make({ posWeight: 3, reduction: "mean" }), 1],
    ["binaryCrossEntropy", 0.1, Bce.definition.make({ posWeight: 3, labelSmoothing: 0.1, reduction: "mean" }), 1],
    ["squaredError", 0, Mse.definition.make({ reduction: "mean" }), 1],
    ["crossEntropy", 0, CrossEntropy.definition.make({ reduction: "mean" }), 5],
    ["crossEntropy", 0.1, CrossEntropy.definition.make({ labelSmoothing: 0.1, reduction: "mean" }), 5]
  ] as const

  it.each(losses)("compute %s with smoothing %d as the loss does", (name, smoothing, loss, outputs) =>
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.constantFrom(0.01, 1, 40), fc.boolean(), (n, size, weighted) => {
        const { kernels, put, read, reserve } = machine(arithmetic)
        const random = Seed.generator(Seed.derive(Seed.root(1), n, size))
        const scores = Float32Array.from({ length: n * outputs }, () => size * random.normal())
        const targets = Float32Array.from({ length: n }, () =>
          name === "squaredError" ? random.normal() : random.below(Math.max(2, outputs))
        )
        const weights = Float32Array.from({ length: n }, () => random.float())
        const total = weighted ? weights.reduce((sum, w) => sum + w, 0) : n
        const expected = new Float32Array(scores.length)
        const value = loss.evaluate(scores, targets, expected, weighted ? weights : undefined)
        const gradient = reserve(scores.length)
        const at = [put(scores), put(targets), weighted ? put(weights) : 0, gradient] as const
        expectClose([evaluate(kernels, name, n, outputs, at, smoothing, 1 / total)], [value], 1e-5)
        expectClose(read(gradient, scores.length), expected, 1e-6)
      }),
      { numRuns: 60 }
    )
  )
})

const evaluate = (
  kernels: Kernels,
  name: "binaryCrossEntropy" | "squaredError" | "crossEntropy",
  n: number,
  outputs: number,
  [scores, targets, weights, gradient]: readonly [number, number, number, number],
  smoothing: number,
  scale: number
): number => {
  switch (name) {
    case "binaryCrossEntropy":
      return kernels.binaryCrossEntropy(n, scores, targets, weights, gradient, 3, smoothing, scale)
    case "squaredError":
      return kernels.squaredError(n, scores, targets, weights, gradient, scale)
    case "crossEntropy":
      return kernels.crossEntropy(n, outputs, scores, targets, weights, gradient, smoothing, scale)
  }
}
