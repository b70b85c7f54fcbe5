import { describe, expect, it } from "vitest"
import * as Mse from "../src/Mse.ts"
import { evaluating } from "./support/evaluate.ts"

const evaluate = evaluating(Mse.definition)

describe("Mse", () => {
  it("is the mean of squares without a factor 1/2, as PyTorch's MSELoss", () => {
    // ((1 - 1)^2 + (5 - 2)^2) / 2 = 4.5, gradient 2 d / n
    expect(evaluate([1, 5], [1, 2])).toEqual({ value: 4.5, gradient: [0, 3] })
  })

  it("weighs rows and divides by the total weight", () => {
    // (3 * 1^2 + 1 * 2^2) / 4
    expect(evaluate([1, 2], [0, 0], {}, [3, 1])).toEqual({ value: 1.75, gradient: [1.5, 1] })
  })

  it("is least at the weighted mean of the targets", () => {
    // mean of 1, 2, 9 with weights 1, 2, 1 is 3.5
    const { gradient } = evaluate([3.5, 3.5, 3.5], [1, 2, 9], {}, [1, 2, 1])
    expect(gradient.reduce((a, b) => a + b)).toBe(0)
  })
})
