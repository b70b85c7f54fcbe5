import { findNothing } from "@rocflow/core/pipeline/Decode"
import * as Loss from "@rocflow/core/pipeline/Loss"
import "@tensorflow/tfjs-backend-cpu"
import * as tf from "@tensorflow/tfjs-core"
import "@tensorflow/tfjs-layers" // registers the gradients of tensor operations
import * as Result from "effect/Result"
import * as fc from "fast-check"
import { beforeAll, describe, expect, it } from "vitest"
import { losses as definitions } from "../src/Definitions.ts"
import { explicit } from "./support/evaluate.ts"

/** What every loss of this package must obey, and the further laws that a particular one claims. */
interface Row {
  readonly id: string
  /** Options as a user writes them; every row is tested with these. */
  readonly options: Readonly<Record<string, unknown>>
  /** Options that the schema must refuse. */
  readonly refused: ReadonlyArray<Readonly<Record<string, unknown>>>
  /** The value does not change when a constant is added to all scores. */
  readonly shiftInvariant: boolean
  /** The value does not change when labels are exchanged and scores negated. */
  readonly flipInvariant: boolean
  readonly convex: boolean
  /**
   * The gradient is a subgradient at ties too. That of AUM is not: there it is the mean of the two one-sided
   * derivatives, entry by entry, so laws of the gradient as a whole hold only where scores differ.
   */
  readonly subgradientAtTies: boolean
}

const badReduction = { reduction: "none" }
const badMargins = [{ margin: -1 }, { margin: Number.NaN }, { margin: "1" }]
const badDenominators = [{ denominator: "share" }, { denominator: 1 }]
const none = { shiftInvariant: false, flipInvariant: false, convex: true, subgradientAtTies: true }
const aum = { ...none, shiftInvariant: true, subgradientAtTies: false }

const table: ReadonlyArray<Row> = [
  { ...none, id: "Bce.loss", options: {}, refused: [badReduction, { posWeight: 0 }], flipInvariant: true },
  { ...none, id: "Bce.loss", options: { posWeight: 3.5, reduction: "sum" }, refused: [{ posWeight: Infinity }] },
  { ...none, id: "CrossEntropy.loss", options: {}, refused: [badReduction], shiftInvariant: true },
  { ...none, id: "CrossEntropy.loss", options: { reduction: "sum" }, refused: [], shiftInvariant: true },
  { ...none, id: "Focal.loss", options: {}, refused: [{ alpha: 1.1 }, { alpha: -0.1 }, { gamma: -1 }], convex: false },
  { ...none, id: "Focal.loss", options: { gamma: 0, alpha: 0.5 }, refused: [badReduction], flipInvariant: true },
  { ...none, id: "Focal.loss", options: { gamma: 0.5, reduction: "sum" }, refused: [], convex: false },
  { ...none, id: "SquaredHinge.loss", options: {}, refused: [badReduction, ...badMargins], flipInvariant: true },
  { ...none, id: "SquaredHinge.loss", options: { margin: 0.5, reduction: "sum" }, refused: [], flipInvariant: true },
  { ...none, id: "AllPairs.squaredHinge", options: {}, refused: badMargins, shiftInvariant: true, flipInvariant: true },
  { ...none, id: "AllPairs.squaredHinge", options: { margin: 0 }, refused: [], shiftInvariant: true },
  { ...none, id: "AllPairs.square", options: {}, refused: badMargins, shiftInvariant: true, flipInvariant: true },
  { ...none, id: "AllPairs.square", options: { margin: 2.5 }, refused: [], shiftInvariant: true },
  { ...aum, id: "Aum.loss", options: {}, refused: badDenominators, flipInvariant: true },
  { ...aum, id: "Aum.loss", options: { denominator: "count" }, refused: [], flipInvariant: true },
  { ...aum, id: "Aum.multiclass", options: {}, refused: badDenominators },
  { ...aum, id: "Aum.multiclass", options: { average: "micro", denominator: "count" }, refused: [{ average: "all" }] },
  { ...none, id: "Mse.loss", options: {}, refused: [badReduction] },
  { ...none, id: "Mse.loss", options: { reduction: "sum" }, refused: [] },
  { ...none, id: "L1.loss", options: {}, refused: [badReduction] },
  { ...none, id: "L1.loss", options: { reduction: "sum" }, refused: [] },
  { ...none, id: "Huber.loss", options: {}, refused: [badReduction, { delta: 0 }, { delta: -1 }] },
  { ...none, id: "Huber.loss", options: { delta: 0.3, reduction: "sum" }, refused: [] }
]

interface Instance {
  readonly scores: Float64Array
  readonly targets: Float64Array
  readonly weights: Float64Array
}

const multiclassOutputs = 3

const outputsOf = (definition: Loss.Definition): number =>
  definition.accepts.includes("multiclass") ? multiclassOutputs : 1

const targetOf = (definition: Loss.Definition): fc.Arbitrary<number> => {
  if (definition.accepts.includes("multiclass")) return fc.nat(multiclassOutputs - 1)
  if (definition.accepts.includes("binary")) return fc.nat(1)
  return fc.integer({ min: -40, max: 40 }).map((tenths) => tenths / 10)
}

const real = fc.double({ min: -4, max: 4, noNaN: true }).map((x) => x + 0)

/** Reals, and numbers rounded to 0 or 1 decimals, which tie with each other and with targets and margins. */
const scoresOf = (length: number): fc.Arbitrary<Array<number>> =>
  fc.oneof(
    fc.array(real, { minLength: length, maxLength: length }),
    fc
      .array(fc.integer({ min: -40, max: 40 }), { minLength: length, maxLength: length })
      .map((a) => a.map((x) => x / 10)),
    fc.array(fc.integer({ min: -2, max: 2 }), { minLength: length, maxLength: length })
  )

/** Scores on a grid finer than float32 noise, all different. */
const distinctScoresOf = (length: number): fc.Arbitrary<Array<number>> =>
  fc
    .uniqueArray(fc.integer({ min: -4000, max: 4000 }), { minLength: length, maxLength: length })
    .map((a) => a.map((x) => x / 1000 + 0.00037))

const instanceOf = (definition: Loss.Definition, scores = scoresOf): fc.Arbitrary<Instance> =>
  fc.integer({ min: 1, max: 9 }).chain((rows) =>
    fc.record({
      scores: scores(rows * outputsOf(definition)).map((a) => Float64Array.from(a)),
      targets: fc.array(targetOf(definition), { minLength: rows, maxLength: rows }).map((a) => Float64Array.from(a)),
      weights: fc
        .array(fc.integer({ min: 0, max: 3 }), { minLength: rows, maxLength: rows })
        .filter((a) => a.some((w) => w > 0))
        .map((a) => Float64Array.from(a))
    })
  )

const byId = new Map(definitions.map((definition) => [definition.id, definition]))

const evaluateOf = (definition: Loss.Definition, options: object) => {
  const { evaluate } = explicit(definition, options)
  return (scores: Loss.Floats, targets: Loss.Floats, weights?: Loss.Floats) => {
    const gradient = scores.slice().fill(Number.NaN)
    return { value: evaluate(scores, targets, gradient, weights), gradient }
  }
}

/** Value and gradient of the tensor version, computed in single precision by automatic differentiation. */
const differentiateOf = (definition: Loss.Definition, options: object) => {
  const { tensor } = explicit(definition, options)
  if (tensor === undefined) throw new Error(`${definition.id} has no tensor version`)
  const vector = (a: Loss.Floats) => tf.tensor1d(Float32Array.from(a))
  return (scores: Loss.Floats, targets: Loss.Floats, weights?: Loss.Floats) =>
    tf.tidy(() => {
      const given = tf.tensor2d(Float32Array.from(scores), [targets.length, outputsOf(definition)])
      const { grad, value } = tf.valueAndGrad((s) =>
        tensor(s as tf.Tensor2D, vector(targets), weights === undefined ? undefined : vector(weights))
      )(given)
      return { value: value.dataSync()[0], gradient: grad.dataSync() }
    })
}

const expectClose = (actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void => {
  expect(actual.length).toBe(expected.length)
  for (let i = 0; i < expected.length; i++) {
    const allowed = tolerance * Math.max(1, Math.abs(expected[i]))
    if (!(Math.abs(actual[i] - expected[i]) <= allowed)) {
      expect.fail(`entry ${i}: ${actual[i]} is not ${expected[i]} within ${allowed}`)
    }
  }
}

it("every definition is in the table, under a name of its own", () => {
  expect(new Set(table.map((row) => row.id))).toEqual(new Set(definitions.map((definition) => definition.id)))
  expect(byId.size).toBe(definitions.length)
})

beforeAll(() => tf.setBackend("cpu"))

describe.each(table.map((row) => [`${row.id} ${JSON.stringify(row.options)}`, row] as const))("%s", (_, row) => {
  const definition = byId.get(row.id)
  if (definition === undefined) throw new Error(`the table names ${row.id}, which is not registered`)
  const outputs = outputsOf(definition)
  const evaluate = evaluateOf(definition, row.options)
  const instance = instanceOf(definition)
  const differentiable = row.subgradientAtTies ? instance : instanceOf(definition, distinctScoresOf)

  /** The options with every default filled in, as JSON. */
  const encoded = (options: object): object =>
    Result.getOrThrow(Result.map(definition.bind(options, findNothing).bound, ({ encoded }) => encoded as object))

  it("has options that survive JSON and a default for each of them", () => {
    const full = encoded(row.options)
    expect(encoded(JSON.parse(JSON.stringify(full)) as object)).toEqual(full)
    expect(full).toMatchObject(row.options)
    expect(Object.keys(encoded({})).toSorted()).toEqual(Object.keys(full).toSorted())
  })

  it.each(row.refused)("refuses %o", (options) => {
    expect(Result.isFailure(Loss.bind(definition, options))).toBe(true)
  })

  it("has a gradient equal to finite differences, or between the one-sided ones at a kink", () => {
    let smooth = 0
    let kinks = 0
    const step = 1e-6
    fc.assert(
      fc.property(instance, ({ scores, targets, weights }) => {
        const here = evaluate(scores, targets, weights)
        for (let i = 0; i < scores.length; i++) {
          const moved = (by: number) => evaluate(scores.with(i, scores[i] + by), targets, weights).value
          const right = (moved(step) - here.value) / step
          const left = (here.value - moved(-step)) / step
          const noKink = Math.abs(right - left) < 1e-3
          const centre = (left + right) / 2
          if (noKink) smooth++
          else kinks++
          expect(here.gradient[i]).toBeGreaterThan((noKink ? centre : Math.min(left, right)) - 1e-5)
          expect(here.gradient[i]).toBeLessThan((noKink ? centre : Math.max(left, right)) + 1e-5)
        }
      })
    )
    expect(smooth).toBeGreaterThan(kinks)
  })

  it("agrees with automatic differentiation", () => {
    const differentiate = differentiateOf(definition, row.options)
    fc.assert(
      fc.property(instanceOf(definition, distinctScoresOf), fc.boolean(), ({ scores, targets, weights }, weighted) => {
        const explicit = evaluate(scores, targets, weighted ? weights : undefined)
        const automatic = differentiate(scores, targets, weighted ? weights : undefined)
        expectClose([automatic.value], [explicit.value], 1e-4)
        expectClose(automatic.gradient, explicit.gradient, 1e-4)
      }),
      { numRuns: 40 }
    )
  })

  it("is the same for permuted rows", () => {
    fc.assert(
      fc.property(
        instance.chain((given) =>
          fc.record({
            given: fc.constant(given),
            order: fc.shuffledSubarray([...given.targets.keys()], { minLength: given.targets.length })
          })
        ),
        ({ given, order }) => {
          const pick = (a: Float64Array, width: number) =>
            Float64Array.from(order.flatMap((i) => [...a.subarray(i * width, (i + 1) * width)]))
          const before = evaluate(given.scores, given.targets, given.weights)
          const after = evaluate(pick(given.scores, outputs), pick(given.targets, 1), pick(given.weights, 1))
          expectClose([after.value], [before.value], 1e-12)
          expectClose(after.gradient, pick(before.gradient as Float64Array, outputs), 1e-12)
        }
      )
    )
  })

  it.runIf(definition.weighted)("treats an integer weight as a repeated row", () => {
    fc.assert(
      fc.property(instance, ({ scores, targets, weights }) => {
        const copies = [...weights].flatMap((w, i) => Array.from({ length: w }, () => i))
        const weighted = evaluate(scores, targets, weights)
        const repeated = evaluate(
          Float64Array.from(copies.flatMap((i) => [...scores.subarray(i * outputs, (i + 1) * outputs)])),
          Float64Array.from(copies, (i) => targets[i])
        )
        expectClose([weighted.value], [repeated.value], 1e-12)
        if (!row.subgradientAtTies) return // copies are ties
        const summed = new Float64Array(scores.length)
        copies.forEach((i, copy) => {
          for (let k = 0; k < outputs; k++) summed[i * outputs + k] += repeated.gradient[copy * outputs + k]
        })
        expectClose(weighted.gradient, summed, 1e-12)
      })
    )
  })

  it.runIf(definition.weighted)("is 0 without weight, in both versions", () => {
    const scores = Float64Array.from({ length: 2 * outputs }, (_, i) => i)
    const targets = Float64Array.of(0, 1)
    for (const version of [evaluate, differentiateOf(definition, row.options)]) {
      const { gradient, value } = version(scores, targets, new Float64Array(2))
      expectClose(
        [value, ...gradient],
        Array.from({ length: 1 + scores.length }, () => 0),
        0
      )
    }
  })

  it("is deterministic, keeps its inputs, and remembers nothing of other batches", () => {
    fc.assert(
      fc.property(instance, instance, (given, other) => {
        const scores = given.scores.slice()
        const targets = given.targets.slice()
        const weights = given.weights.slice()
        const first = evaluate(scores, targets, weights)
        evaluate(other.scores, other.targets, other.weights)
        expect(evaluate(scores, targets, weights)).toEqual(first)
        expect(evaluateOf(definition, row.options)(scores, targets, weights)).toEqual(first)
        expect({ scores, targets, weights }).toEqual(given)
      })
    )
  })

  it("gives the same in single precision, up to rounding", () => {
    fc.assert(
      fc.property(instance, (given) => {
        const scores = Float32Array.from(given.scores)
        const targets = Float32Array.from(given.targets)
        const single = evaluate(scores, targets, Float32Array.from(given.weights))
        const double = evaluate(Float64Array.from(scores), Float64Array.from(targets), given.weights)
        expectClose([single.value], [double.value], 1e-6)
        expectClose(single.gradient, double.gradient, 1e-6)
      })
    )
  })

  it("writes every entry of the gradient and none beyond", () => {
    fc.assert(
      fc.property(instance, ({ scores, targets }) => {
        const { evaluate: kernel } = explicit(definition, row.options)
        const memory = new Float64Array(scores.length + 2).fill(7)
        const expected = evaluate(scores, targets)
        expect([...expected.gradient].every(Number.isFinite)).toBe(true)
        kernel(scores, targets, memory)
        expectClose(memory, [...expected.gradient, 7, 7], 0)
      })
    )
  })

  it("stays finite for extreme scores", () => {
    const extreme = (length: number) =>
      fc.array(fc.constantFrom(-1e4, -1e3, 0, 1e3, 1e4), { minLength: length, maxLength: length })
    const differentiate = differentiateOf(definition, row.options)
    fc.assert(
      fc.property(instanceOf(definition, extreme), ({ scores, targets }) => {
        for (const version of [evaluate, differentiate]) {
          const { gradient, value } = version(scores, targets)
          expect([value, ...gradient].every(Number.isFinite)).toBe(true)
        }
        const single = evaluate(Float32Array.from(scores), targets)
        expect([single.value, ...single.gradient].every(Number.isFinite)).toBe(true)
      }),
      { numRuns: 40 }
    )
  })

  it("is never negative", () => {
    fc.assert(
      fc.property(instance, ({ scores, targets, weights }) => {
        expect(evaluate(scores, targets, weights).value).toBeGreaterThanOrEqual(0)
      })
    )
  })

  it.runIf("reduction" in encoded(row.options))("has a mean that is the sum by the total weight", () => {
    fc.assert(
      fc.property(instance, ({ scores, targets, weights }) => {
        const mean = evaluateOf(definition, { ...row.options, reduction: "mean" })(scores, targets, weights)
        const sum = evaluateOf(definition, { ...row.options, reduction: "sum" })(scores, targets, weights)
        const total = weights.reduce((a, b) => a + b)
        expectClose([mean.value * total], [sum.value], 1e-12)
        expectClose(
          mean.gradient.map((g) => g * total),
          sum.gradient,
          1e-12
        )
      })
    )
  })

  it.runIf(row.shiftInvariant)("ignores a constant added to all scores, so its gradient sums to 0", () => {
    fc.assert(
      fc.property(differentiable, fc.integer({ min: -100, max: 100 }), ({ scores, targets, weights }, constant) => {
        const before = evaluate(scores, targets, weights)
        const after = evaluate(
          scores.map((s) => s + constant),
          targets,
          weights
        )
        expectClose([after.value], [before.value], 1e-10)
        expectClose([[...before.gradient].reduce((a, b) => a + b)], [0], 1e-10)
      })
    )
  })

  it.runIf(row.flipInvariant)("is the same for exchanged classes and negated scores", () => {
    fc.assert(
      fc.property(instance, ({ scores, targets, weights }) => {
        const before = evaluate(scores, targets, weights)
        const after = evaluate(
          scores.map((s) => -s),
          targets.map((y) => 1 - y),
          weights
        )
        expectClose([after.value], [before.value], 1e-12)
        expectClose(
          after.gradient.map((g) => -g),
          before.gradient,
          1e-12
        )
      })
    )
  })

  it.runIf(row.convex)("lies above its tangents (convexity)", () => {
    fc.assert(
      fc.property(
        differentiable.chain((given) => fc.tuple(fc.constant(given), scoresOf(given.scores.length))),
        ([{ scores, targets, weights }, elsewhere]) => {
          const here = evaluate(scores, targets, weights)
          const there = evaluate(Float64Array.from(elsewhere), targets, weights)
          let tangent = here.value
          for (let i = 0; i < scores.length; i++) tangent += here.gradient[i] * (elsewhere[i] - scores[i])
          expect(there.value).toBeGreaterThanOrEqual(tangent - 1e-9 * Math.max(1, here.value))
        }
      )
    )
  })
})
