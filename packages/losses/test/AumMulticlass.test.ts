import * as tf from "@tensorflow/tfjs-core"
import "@tensorflow/tfjs-layers"
import "@tensorflow/tfjs-backend-cpu"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { beforeAll, describe, expect, it } from "vitest"
import * as AumMulticlass from "../src/AumMulticlass.ts"
import * as BinaryScores from "../src/BinaryScores.ts"
import * as Roc from "../src/Roc.ts"

const denominators = ["rate", "count"] as const
const averages = ["macro", "micro"] as const

const evaluate = (
  scores: ReadonlyArray<number>,
  targets: ReadonlyArray<number>,
  options: Required<Omit<AumMulticlass.Options, "margin">>,
  weights?: ReadonlyArray<number>
) => {
  const gradient = new Float64Array(scores.length)
  const mass = weights === undefined ? undefined : Float64Array.from(weights)
  const { evaluate } = AumMulticlass.definition.make({ margin: 0, ...options })
  const value = evaluate(Float64Array.from(scores), Float64Array.from(targets), gradient, mass)
  return { value, gradient: [...gradient] }
}

const auc = (labels: ReadonlyArray<boolean>, scores: ReadonlyArray<number>) =>
  Roc.auc(Effect.runSync(BinaryScores.make({ labels, scores })))

/** n rows of k classes: distinct integer scores, so that AUM is differentiable and linear within 1/4. */
const problem = fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 3, max: 5 })).chain(([n, classes]) =>
  fc.record({
    classes: fc.constant(classes),
    targets: fc.array(fc.nat(classes - 1), { minLength: n, maxLength: n }),
    weights: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: n, maxLength: n }),
    scores: fc.shuffledSubarray(
      Array.from({ length: n * classes }, (_, i) => i),
      { minLength: n * classes, maxLength: n * classes }
    )
  })
)

// torchMAUM README.
const scores = [0.4, 0.3, 0.3, 0.2, 0.1, 0.7, 0.5, 0.2, 0.3, 0.3, 0.4, 0.3]
const targets = [0, 2, 1, 1]

describe("AumMulticlass", () => {
  it("has the published values", () => {
    expect(evaluate(scores, targets, { denominator: "rate", average: "macro" }).value).toBeCloseTo(0.0277778, 6)
    expect(evaluate(scores, targets, { denominator: "rate", average: "micro" }).value).toBeCloseTo(0.05, 12)
    const classes = [0, 1, 2]
    const columns = classes.map((k) =>
      auc(
        targets.map((y) => y === k),
        targets.map((_, i) => scores[3 * i + k])
      )
    )
    expect(columns.reduce<number>((total, value) => total + Number(value), 0) / 3).toBeCloseTo(0.805556, 6)
    const micro = auc(
      targets.flatMap((y) => classes.map((k) => y === k)),
      scores
    )
    expect(micro).toBeCloseTo(0.734375, 12)
  })

  it("has the differences of its value as gradient", () => {
    fc.assert(
      fc.property(
        problem,
        fc.constantFrom(...denominators),
        fc.constantFrom(...averages),
        fc.boolean(),
        ({ scores, targets, weights }, denominator, average, weighted) => {
          const options = { denominator, average }
          const mass = weighted ? weights : undefined
          const { gradient, value } = evaluate(scores, targets, options, mass)
          scores.forEach((_, at) => {
            const moved = scores.map((s, i) => (i === at ? s + 0.25 : s))
            expect((evaluate(moved, targets, options, mass).value - value) / 0.25).toBeCloseTo(gradient[at], 9)
          })
        }
      ),
      { numRuns: 60 }
    )
  })

  it("adds nothing for a class that is absent, and keeps the number of classes as divisor", () => {
    const two = { denominator: "rate", average: "macro" } as const
    // Class 2 has no rows; classes 0 and 1 are 2 apart the wrong way: AUM 2 each.
    const { gradient, value } = evaluate([0, 2, 9, 2, 0, 8], [0, 1], two)
    expect(value).toBeCloseTo(4 / 3, 12)
    expect(gradient.map((g) => g * 3)).toEqual([-1, 1, 0, 1, -1, 0])
  })

  describe("tensor version", () => {
    beforeAll(async () => {
      await tf.setBackend("cpu")
    })

    it("has the same value and gradient", () => {
      fc.assert(
        fc.property(
          problem,
          fc.constantFrom(...denominators),
          fc.constantFrom(...averages),
          fc.boolean(),
          ({ classes, scores, targets, weights }, denominator, average, weighted) => {
            const options = { denominator, average }
            const expected = evaluate(scores, targets, options, weighted ? weights : undefined)
            const { tensor } = AumMulticlass.definition.make({ margin: 0, ...options })
            const [value, gradient] = tf.tidy(() => {
              const truth = tf.tensor1d(targets)
              const mass = weighted ? tf.tensor1d(weights) : undefined
              const result = tf.valueAndGrad((x) => tensor!(x as tf.Tensor2D, truth, mass, tf))(
                tf.tensor2d(scores, [targets.length, classes])
              )
              return [result.value.dataSync()[0], result.grad.dataSync()] as const
            })
            expect(Math.abs(value - expected.value)).toBeLessThanOrEqual(1e-5 * (1 + expected.value))
            gradient.forEach((g, i) => expect(g).toBeCloseTo(expected.gradient[i], 5))
          }
        ),
        { numRuns: 60 }
      )
    })
  })
})
