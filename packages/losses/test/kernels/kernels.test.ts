import * as fc from "fast-check"
import { describe, expect, it, vi } from "vitest"
import * as Linear from "../../src/internal/aumLinear.ts"
import * as Kernel from "../../src/kernels/aumKernel.ts"

type Floats = Float32Array | Float64Array
type Variant = Parameters<Linear.Workspace["evaluate"]>[3]

const kernel = Kernel.make()!

/** The rows of a sample, as in aumBlocks.ts. */
const sampleSize = 512

/** The compiled passes, and how many blocks they encoded (not counting samples) and settled. */
const counting = () => {
  const calls = { encoded: 0, settled: 0 }
  const counted = <P extends Kernel.Passes>(passes: P): P => ({
    ...passes,
    encode: (...parameters: Parameters<Kernel.Passes["encode"]>) => {
      if (parameters[0] !== sampleSize) calls.encoded++
      return passes.encode(...parameters)
    },
    settle: (...parameters: Parameters<Kernel.Passes["settle"]>) => {
      calls.settled++
      return passes.settle(...parameters)
    }
  })
  return {
    kernel: { ...kernel, single: counted(kernel.single), double: counted(kernel.double) },
    calls
  }
}

const plain = Linear.make(() => undefined)

const evaluate = (
  workspace: Linear.Workspace,
  scores: Floats,
  labels: Floats | Uint8Array,
  variant: Variant,
  Gradient: typeof Float32Array | typeof Float64Array = Float64Array
) => {
  const n = scores.length
  const [gradient, left, right] = [new Gradient(n).fill(7), new Gradient(n).fill(7), new Gradient(n).fill(7)]
  const aum = workspace.evaluate(scores, labels, n, variant, gradient, left, right)
  return { aum, gradient, left, right }
}

const firstDifference = (given: Floats, expected: Floats) => {
  const i = given.findIndex((x, i) => x !== expected[i])
  return i === -1 ? undefined : { row: i, given: given[i], expected: expected[i] }
}

const rate: Variant = { denominator: "rate", margin: 0 }
/** The last margin has no half in single precision. */
const variants: ReadonlyArray<Variant> = [
  rate,
  { denominator: "count", margin: 1 },
  { denominator: "rate", margin: 0.3 }
]

/** What is lost by shifting scores, which plain JavaScript does before it sums. */
const rounding = ({ margin }: Variant, scores: Floats): number =>
  margin === 0 ? 0 : 1e-15 * Math.max(margin, ...scores, ...scores.map((s) => -s))

/** Compares variants, all combinations of precisions and all types of labels; says how many blocks were encoded and settled. */
const expectSame = (scores: ReadonlyArray<number> | Floats, labels: ReadonlyArray<number> | Floats) => {
  const { calls, kernel } = counting()
  const compiled = Linear.make(() => kernel)
  for (const variant of variants) {
    for (const Scores of [Float32Array, Float64Array]) {
      for (const Labels of [Scores, Uint8Array]) {
        for (const Gradient of [Float32Array, Float64Array]) {
          const [s, y] = [Scores.from(scores), Labels.from(labels)]
          const given = evaluate(compiled, s, y, variant, Gradient)
          const expected = evaluate(plain, s, y, variant, Gradient)
          expect(firstDifference(given.gradient, expected.gradient)).toBeUndefined()
          expect(firstDifference(given.left, expected.left)).toBeUndefined()
          expect(firstDifference(given.right, expected.right)).toBeUndefined()
          expect(Math.abs(given.aum - expected.aum)).toBeLessThanOrEqual(
            1e-12 * expected.aum + rounding(variant, s) + 1e-300
          )
        }
      }
    }
  }
  return calls
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
  ])("of %i rows in %i blocks, each encoded and settled once", (n, blocks) => {
    const u = uniform(n)
    const labels = labelled(n, u, 0.2)
    const scores = labels.map((y) => u() + y / 2)
    expect(expectSame(scores, labels)).toEqual({ encoded: 24 * blocks, settled: 24 * blocks })
  })

  it.each([0.5, 0.01, 0.001, 0])("50,000 rows, positives at rate %d, in order and in reverse order", (rate) => {
    const u = uniform(1)
    const labels = Float64Array.from(labelled(50_000, u, rate))
    const scores = labels.map((y) => u() + u() + y / 2)
    const order = Uint32Array.from(scores.keys()).sort((a, b) => scores[a] - scores[b])
    const sorted = (x: Float64Array) => Float64Array.from(order, (i) => x[i])
    expect(expectSame(sorted(scores), sorted(labels)).settled).toBe(24 * 4)
    expectSame(sorted(scores).reverse(), sorted(labels).reverse())
  })

  it("when the sample misleads: the rows it draws lie above or below all others", () => {
    const n = 30_000
    const u = uniform(2)
    const labels = labelled(n, u, 0.3)
    const scores = labels.map((y) => u() + y / 2)
    let random = 1
    // The places of the sample, as aumBlocks.ts draws them.
    const places = Array.from({ length: sampleSize }, (_, k) => {
      random = (Math.imul(random, 1_664_525) + 1_013_904_223) | 0
      return Math.floor(((k + (random >>> 8) / 2 ** 24) * n) / sampleSize)
    })
    for (const shift of [1000, -1000]) {
      const moved = [...scores]
      for (const i of places) moved[i] += shift
      expect(expectSame(moved, labels).settled).toBe(24 * 2)
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
    expect(expectSame(labels, new Float64Array(n)).settled).toBe(0)
    expect(expectSame(labels, new Float64Array(n).fill(1)).settled).toBe(0)
    // Of constant scores a margin makes two groups.
    expect(expectSame(new Float64Array(n).fill(-2.5), labels).settled).toBe(16 * 2)
    const scores = Float64Array.from(labels, (_, i) => (i % 3 === 0 ? -1e308 : 1e308))
    const given = evaluate(Linear.make(), scores, Float64Array.from(labels), rate)
    expect(given).toEqual(evaluate(plain, scores, Float64Array.from(labels), rate))
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
          const { aum, gradient, left, right } = evaluate(Linear.make(), scores, labels, rate, Scores)
          expect(aum).toBeNaN()
          for (const slopes of [gradient, left, right]) expect(slopes.every(Number.isNaN)).toBe(true)
        }
      }
    }
  })
})

describe("the passes", () => {
  const passes: ReadonlyArray<[string, Kernel.Passes]> = [
    ["single", kernel.single],
    ["double", kernel.double]
  ]

  it.each(passes)("find the range of up to 256 rows: %s precision", (_, { labels, range, scores }) => {
    for (const n of [1, 2, 3, 255, 256]) {
      scores.fill(5, 0, n)
      scores[n - 1] = -3
      scores[n >> 1] = 7
      // Beyond the rows.
      scores[n] = 1000
      range(n, 0)
      expect([...kernel.extremes]).toEqual(n === 1 ? [7, 7] : n === 2 ? [5, 7] : [-3, 7])
      // Negatives go up and positives down.
      labels.fill(0, 0, n + 1)
      labels[n >> 1] = 1
      range(n, 4)
      expect([...kernel.extremes]).toEqual(n === 1 ? [3, 3] : n === 2 ? [3, 9] : [1, 9])
    }
  })

  it.each(passes)("encode and count all rows, odd numbers of them too: %s precision", (_, passes) => {
    const { encode, labels, scores } = passes
    for (const n of [1, 2, 3, 15, 16, 17, 16_383, 16_384]) {
      const u = uniform(n)
      const expected = new Int32Array(256)
      const codes = new Uint8Array(n)
      let positives = 0
      for (let i = 0; i < n; i++) {
        scores[i] = 12 * u() - 2
        labels[i] = +(u() < 0.5)
        // No score is halfway between two bins, where rounding to even would differ from Math.round.
        codes[i] = 2 * Math.min(8, Math.max(0, Math.round(scores[i]))) + labels[i]
        expected[codes[i]]++
        positives += labels[i]
      }
      kernel.clear()
      expect(encode(n, 0, 0, 1, 8)).toBe(positives)
      expect(kernel.codes.subarray(0, n)).toEqual(codes)
      expect(kernel.histogram).toEqual(expected)
      // A further block is added.
      expect(encode(n, 0, 0, 1, 8)).toBe(2 * positives)
      expect(kernel.histogram).toEqual(expected.map((rows) => 2 * rows))
      // Shifted by as much, the rows have the codes they had.
      for (let i = 0; i < n; i++) scores[i]! += labels[i] === 0 ? -0.75 : 0.75
      kernel.clear()
      expect(encode(n, 0.75, 0, 1, 8)).toBe(positives)
      expect(kernel.codes.subarray(0, n)).toEqual(codes)
    }
  })

  it.each(passes)("put what is far away into the outer bins: %s precision", (_, { encode, labels, scores }) => {
    const far = [-Infinity, -3e38, -1e10, -1, 126, 127, 1e5, 1e7, 1e10, 3e38, Infinity]
    scores.set(far)
    labels.fill(0, 0, far.length)
    encode(far.length, 0, 0, 1, 127)
    expect([...kernel.codes.subarray(0, far.length)]).toEqual([0, 0, 0, 0, 252, 254, 254, 254, 254, 254, 254])
  })

  it("take any NaN for a score in some bin, and settle it as NaN", () => {
    const { encode, labels, scores, settle } = kernel.double
    for (const bits of [0x7ff8_0000_0fff_ffffn, 0xfff8_0000_0000_0000n, 0x7ff0_0000_0000_0001n]) {
      labels.fill(0, 0, 64)
      scores.fill(1, 0, 64)
      new BigUint64Array(scores.buffer, scores.byteOffset, 64)[5] = bits
      kernel.clear()
      encode(64, 0, 0, 1, 8)
      expect(kernel.histogram.reduce((sum, rows) => sum + rows, 0)).toBe(64)
      expect(kernel.histogram[2]).toBeGreaterThanOrEqual(63)
      kernel.setSlopes(4, 8, 1, -1)
      expect(settle(64, 4, 0)).toBeNaN()
    }
  })

  it("collect the rows in a bin, in order", () => {
    const u = uniform(5)
    for (const n of [1, 15, 16, 17, 1000, 16_384]) {
      kernel.codes.forEach((_, i, codes) => (codes[i] = Math.floor(6 * u())))
      const expected = [...kernel.codes.subarray(0, n).keys()].filter((i) => kernel.codes[i] >> 1 === 1)
      expect(kernel.collect(n, 1)).toBe(expected.length)
      expect([...kernel.rows.subarray(0, expected.length)]).toEqual(expected)
    }
    kernel.codes.fill(255)
    expect([kernel.collect(17, 127), kernel.collect(17, 0)]).toEqual([17, 0])
  })

  it.each(passes)(
    "settle the rows outside of a bin: %s precision",
    (_, { encode, gradient, labels, scores, settle }) => {
      scores.set([9, 9, 5, 5, 1, 1, 5.25])
      labels.set([0, 1, 0, 1, 0, 1, 0])
      encode(7, 0, 0, 1, 8)
      kernel.setSlopes(5, 8, 0.25, -0.5)
      // (9 − 4.75) / 4 + (4.75 − 1) / 2
      expect(settle(7, 5, 4.75)).toBe(2.9375)
      expect([...gradient.subarray(0, 7)]).toEqual([0.25, 0, 0, 0, 0, -0.5, 0])
      scores[4] = Infinity
      expect(settle(7, 5, 4.75)).toBeNaN()
    }
  )
})

describe("memory", () => {
  it.each([1000, 16_384, 50_000])("does not grow with the number of calls: %i rows", (n) => {
    const u = uniform(n)
    const labels = Float32Array.from(labelled(n, u, 0.1))
    const scores = labels.map((y) => u() + y)
    const gradient = new Float32Array(n)
    const workspace = Linear.make()
    const run = (calls: number) => {
      for (let k = 0; k < calls; k++) workspace.evaluate(scores, labels, n, rate, gradient)
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
    expect(kernel.codes.buffer.byteLength).toBe(8 * 65_536)
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
      rate
    )
    expect(given).toEqual(evaluate(plain, scores, labels, rate))
    expect(given.gradient).toEqual(evaluate(Linear.make(), scores, labels, rate).gradient)
  })
})
