import "@tensorflow/tfjs-backend-cpu"
import * as tf from "@tensorflow/tfjs-core"
import "@tensorflow/tfjs-layers" // registers the gradients of tensor operations
import { describe, expect, it } from "vitest"
import * as L1 from "../src/L1.ts"
import { evaluating } from "./support/evaluate.ts"

const evaluate = evaluating(L1.definition)

describe("L1", () => {
  it("is the mean of absolute residuals, as PyTorch's L1Loss", () => {
    expect(evaluate([-1, 5], [1, 2])).toEqual({ value: 2.5, gradient: [-0.5, 0.5] })
  })

  it("has the subgradient 0 where the residual is 0", () => {
    expect(evaluate([2, 5], [2, 2])).toEqual({ value: 1.5, gradient: [0, 0.5] })
  })

  it("has the same subgradient there in the tensor version", async () => {
    await tf.setBackend("cpu")
    const { tensor } = L1.definition.make({ reduction: "sum" })
    const gradient = tf.grad((s) => tensor!(s as tf.Tensor2D, tf.tensor1d([2, 2, 2]), undefined, tf))(
      tf.tensor2d([2, 5, -1], [3, 1])
    )
    expect([...gradient.dataSync()].map((g) => g + 0)).toEqual([0, 1, -1])
  })

  it("is least at the median: the gradients of both sides cancel", () => {
    const { gradient } = evaluate([2, 2, 2], [1, 2, 900])
    expect(gradient.reduce((a, b) => a + b)).toBe(0)
  })
})
