import * as fc from "fast-check"
import { describe, expect, it, vi } from "vitest"
import * as Linear from "../src/internal/aumLinear.ts"
import * as Kernel from "../src/kernels/aumKernel.ts"

type Floats = Float32Array | Float64Array
type Denominator = "rate" | "count"

const kernel = Kernel.make()!

/** The compiled passes, and how often they swept. */
const counting = () => {
  let sweeps = 0
  const counted = <P extends Kernel.Passes>(passes: P): P => ({
    ...passes,
    sweep: (...parameters: Parameters<Kernel.Passes["sweep"]>) => {
      sweeps++
      passes.sweep(...parameters)
    }
  })
  return {
    kernel: { ...kernel, single: counted(kernel.single), double: counted(kernel.double) },
    sweeps: () => sweeps
  }
}

const plain = Linear.make(() => undefined)

const evaluate = (
  workspace: Linear.Workspace,
  scores: Floats,
  labels: Floats | Uint8Array,
  denominator: Denominator,
  Gradient: typeof Float32Array | typeof Float64Array = Float64Array
) => {
  const n = scores.length
  const [gradient, left, right] = [new Gradient(n).fill(7), new Gradient(n).fill(7), new Gradient(n).fill(7)]
  const aum = workspace.evaluate(scores, labels, n, denominator, gradient, left, right)
  return { aum, gradient, left, right }
}

const firstDifference = (given: Floats, expected: Floats) => {
  const i = given.findIndex((x, i) => x !== expected[i])
  return i === -1 ? undefined : { row: i, given: given[i], expected: expected[i] }
}

/** Compares both denominators, all combinations of precisions and all types of labels; says how often it swept. */
const expectSame = (scores: ReadonlyArray<number> | Floats, labels: ReadonlyArray<number> | Floats): number => {
  const { kernel, sweeps } = counting()
  const compiled = Linear.make(() => kernel)
  for (const denominator of ["rate", "count"] as const) {
    for (const Scores of [Float32Array, Float64Array]) {
      for (const Labels of [Scores, Uint8Array]) {
        for (const Gradient of [Float32Array, Float64Array]) {
          const [s, y] = [Scores.from(scores), Labels.from(labels)]
          const given = evaluate(compiled, s, y, denominator, Gradient)
          const expected = evaluate(plain, s, y, denominator, Gradient)
          expect(firstDifference(given.gradient, expected.gradient)).toBeUndefined()
          expect(firstDifference(given.left, expected.left)).toBeUndefined()
          expect(firstDifference(given.right, expected.right)).toBeUndefined()
          expect(Math.abs(given.aum - expected.aum)).toBeLessThanOrEqual(1e-12 * expected.aum + 1e-300)
        }
      }
    }
  }
  return sweeps()
}

/** A small generator with a state, for inputs too large for shrinking. */
const uniform = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
}

const labelled = (n: number, u: () => number, rate: number) =>
  Array.from({ length: n }, (_, i) => (i < 2 ? i : +(u() < rate)))

describe("the compiled passes equal plain JavaScript", () => {
  const kinds: Record<string, (u: () => number, y: number) => number> = {
    "overlapping classes": (u, y) => u() + u() + u() + y / 2,
    "one decimal": (u, y) => Math.round(10 * (u() + y / 2)) / 10,
    "three values": (u) => Math.floor(3 * u()),
    "two signed zeros and ones": (u) => [0, -0, 1, -1][Math.floor(4 * u())],
    "with outliers": (u, y) => (u() < 0.001 ? 1e12 * (u() - 0.5) : u() + y / 2),
    Cauchy: (u) => Math.tan(Math.PI * (u() - 0.5)),
    "far from 0": (u, y) => 1e6 + u() + y / 2,
    "almost all equal": (u) => (u() < 0.999 ? 0.25 : u()),
    "over two hundred octaves": (u) => 2 ** (200 * (u() - 0.5)),
    "subnormal in single precision": (u, y) => Math.round((u() + y / 2) * 50) * 2 ** -149,
    "subnormal in double precision": (u) => Math.round(u() * 50) * Number.MIN_VALUE,
    "separated, but for a few": (u, y) => u() + (u() < 0.001 ? 0 : 0.99 * y),
    "wrong way round": (u, y) => u() - y
  }
  // Fewest rows, most bins, capacity of a block, and more blocks than one.
  const sizes = [63, 64, 65, 255, 4095, 4096, 4097, 16_383, 16_384, 16_385, 40_001]
  describe.each(Object.keys(kinds))("%s", (kind) => {
    it.each(sizes)("%i rows", (n) => {
      const u = uniform(n)
      const labels = labelled(n, u, 0.2)
      expectSame(
        labels.map((y) => kinds[kind](u, y)),
        labels
      )
    })
  })

  it.each([
    [63, 0],
    [64, 1],
    [16_384, 1],
    [16_385, 2],
    [40_001, 3]
  ])("of %i rows in %i blocks, each swept once", (n, blocks) => {
    const u = uniform(n)
    const labels = labelled(n, u, 0.2)
    const scores = labels.map((y) => u() + y / 2)
    expect(expectSame(scores, labels)).toBe(16 * blocks)
  })

  it.each([0.5, 0.01, 0.001, 0])("50,000 rows, positives at rate %d, in order and in reverse order", (rate) => {
    const u = uniform(1)
    const labels = Float64Array.from(labelled(50_000, u, rate))
    const scores = labels.map((y) => u() + u() + y / 2)
    const order = Uint32Array.from(scores.keys()).sort((a, b) => scores[a] - scores[b])
    const sorted = (x: Float64Array) => Float64Array.from(order, (i) => x[i])
    expect(expectSame(sorted(scores), sorted(labels))).toBe(16 * 4)
    expectSame(sorted(scores).reverse(), sorted(labels).reverse())
  })

  it("when the sample misleads: the rows it draws lie above or below all others", () => {
    const n = 30_000
    const u = uniform(2)
    const labels = labelled(n, u, 0.3)
    const scores = labels.map((y) => u() + y / 2)
    let random = 1
    // The places of the sample, as aumBlocks.ts draws them.
    const places = Array.from({ length: 1024 }, (_, k) => {
      random = (Math.imul(random, 1_664_525) + 1_013_904_223) | 0
      return Math.floor(((k + (random >>> 8) / 2 ** 24) * n) / 1024)
    })
    for (const shift of [1000, -1000]) {
      const moved = [...scores]
      for (const i of places) moved[i] += shift
      expect(expectSame(moved, labels)).toBe(16 * 2)
    }
  })

  it("for any few rows", () => {
    const value = fc.oneof(
      fc.integer({ min: -3, max: 3 }),
      fc.float({ min: -100, max: 100, noNaN: true }),
      fc.double({ min: -1e30, max: 1e30, noNaN: true })
    )
    const row = fc.tuple(fc.constantFrom(0, 1), value)
    fc.assert(
      fc.property(fc.array(row, { minLength: 60, maxLength: 200 }), (rows) => {
        expectSame(
          rows.map(([, s]) => s),
          rows.map(([y]) => y)
        )
      })
    )
  })

  it("for rows of one class, constant scores, and scores too far apart to subtract", () => {
    const n = 20_000
    const labels = labelled(n, uniform(3), 0.1)
    expect(expectSame(labels, new Float64Array(n))).toBe(0)
    expect(expectSame(labels, new Float64Array(n).fill(1))).toBe(0)
    expect(expectSame(new Float64Array(n).fill(-2.5), labels)).toBe(0)
    const scores = Float64Array.from(labels, (_, i) => (i % 3 === 0 ? -1e308 : 1e308))
    const given = evaluate(Linear.make(), scores, Float64Array.from(labels), "rate")
    expect(given).toEqual(evaluate(plain, scores, Float64Array.from(labels), "rate"))
  })
})

describe("what is not finite", () => {
  it.each([NaN, Infinity, -Infinity])("%d in any place gives NaN, and NaN derivatives", (bad) => {
    for (const Scores of [Float32Array, Float64Array]) {
      for (const n of [64, 1001, 20_001, 40_000]) {
        const u = uniform(n)
        const labels = Scores.from(labelled(n, u, 0.2))
        for (const at of [0, 1, n >> 1, n - 2, n - 1]) {
          const scores = labels.map((y) => u() + y / 2)
          scores[at] = bad
          const { aum, gradient, left, right } = evaluate(Linear.make(), scores, labels, "rate", Scores)
          expect(aum).toBeNaN()
          for (const slopes of [gradient, left, right]) expect(slopes.every(Number.isNaN)).toBe(true)
        }
      }
    }
  })
})

describe("the passes", () => {
  it("count a NaN within the histogram, whatever its other bits", () => {
    const { countBins, labels, scores } = kernel.double
    labels.fill(0, 0, 64)
    scores.fill(1, 0, 64)
    new BigUint64Array(scores.buffer, scores.byteOffset, 64)[5] = 0x7ff8_0000_0fff_ffffn
    kernel.histogram.fill(0)
    countBins(64, 0, 1, 8)
    expect([kernel.histogram[0], kernel.histogram[2]]).toEqual([1, 63])
    expect(kernel.result[1]).toBeNaN()
  })

  const passes: ReadonlyArray<[string, Kernel.Passes]> = [
    ["single", kernel.single],
    ["double", kernel.double]
  ]

  it.each(passes)(
    "histograms count all rows, odd numbers of them too: %s precision",
    (_, { countBins, labels, scores }) => {
      for (const n of [1, 2, 3, 16_383, 16_384]) {
        const u = uniform(n)
        const expected = new Int32Array(2 * 9)
        let positives = 0
        for (let i = 0; i < n; i++) {
          scores[i] = 12 * u() - 2
          labels[i] = +(u() < 0.5)
          positives += labels[i]
          // No score is halfway between two bins, where rounding to even would differ from Math.round.
          expected[2 * Math.min(8, Math.max(0, Math.round(scores[i]))) + labels[i]]++
        }
        kernel.histogram.fill(0)
        countBins(n, 0, 1, 8)
        expect(kernel.histogram.subarray(0, 18)).toEqual(expected)
        expect(kernel.result.subarray(0, 2)).toEqual(Float64Array.of(positives, 0))
      }
    }
  )

  it.each(passes)("sweeps settle the rows outside the bin: %s precision", (_, { gradient, labels, scores, sweep }) => {
    scores.set([9, 9, 5, 5, 1, 1, 5.25])
    labels.set([0, 1, 0, 1, 0, 1, 0])
    sweep(7, 0, 1, 8, 5, 4.5, 5.5, 0.25, -0.5)
    expect([...gradient.subarray(0, 7)]).toEqual([0.25, 0, 0, 0, 0, -0.5, 0])
    // 3 candidates, 9 − 5.5 and 4.5 − 1.
    expect([...kernel.result]).toEqual([3, 3.5, 3.5])
    expect([...kernel.candidates.subarray(0, 3)]).toEqual([5, 5, 5.25])
    expect([...kernel.codes.subarray(0, 3)]).toEqual([2 * 2, 2 * 3 + 1, 2 * 6])
    // The first and the last bin hold all beyond, and a row that pads is no candidate.
    sweep(7, 0, 1, 8, 0, -0.5, 0.5, 0.25, -0.5)
    expect(kernel.result[0]).toBe(0)
    scores[6] = -1e9
    sweep(7, 0, 1, 8, 0, -0.5, 0.5, 0.25, -0.5)
    expect(kernel.result[0]).toBe(1)
    expect(kernel.codes[0]).toBe(2 * 6)
    sweep(7, 0, 1, 8, 8, 7.5, 8.5, 0.25, -0.5)
    expect([...kernel.codes.subarray(0, kernel.result[0])]).toEqual([0, 3])
  })
})

describe("memory", () => {
  it.each([1000, 16_384, 50_000])("does not grow with the number of calls: %i rows", (n) => {
    const u = uniform(n)
    const labels = Float32Array.from(labelled(n, u, 0.1))
    const scores = labels.map((y) => u() + y)
    const gradient = new Float32Array(n)
    const workspace = Linear.make()
    const run = (calls: number) => {
      for (let k = 0; k < calls; k++) workspace.evaluate(scores, labels, n, "rate", gradient)
    }
    run(200)
    const before = process.memoryUsage()
    run(1000)
    const after = process.memoryUsage()
    expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(1e5)
    expect(after.heapUsed - before.heapUsed).toBeLessThan(8e6)
  })

  it("is shared by all workspaces and stays small", () => {
    expect(Kernel.shared()).toBe(Kernel.shared())
    expect(kernel.candidates.buffer.byteLength).toBe(10 * 65_536)
  })
})

describe("without SIMD", () => {
  it("there are no passes, and the results are the same", () => {
    vi.stubGlobal("WebAssembly", { validate: () => false })
    expect(Kernel.make()).toBeUndefined()
    vi.stubGlobal("WebAssembly", undefined)
    expect(Kernel.make()).toBeUndefined()
    vi.unstubAllGlobals()
    const labels = Float64Array.from(labelled(100, uniform(4), 0.5))
    const scores = labels.map((y, i) => Math.sin(i) + y)
    const given = evaluate(
      Linear.make(() => undefined),
      scores,
      labels,
      "rate"
    )
    expect(given).toEqual(evaluate(plain, scores, labels, "rate"))
    expect(given.gradient).toEqual(evaluate(Linear.make(), scores, labels, "rate").gradient)
  })
})
