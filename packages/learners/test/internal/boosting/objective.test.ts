import { assert, describe, it } from "@effect/vitest"
import * as Objective from "../../../src/internal/boosting/objective.ts"

describe("the log-loss of several classes", () => {
  const rows = Int32Array.of(0)
  const { loss } = Objective.softmax({ y: Float64Array.of(1), weights: undefined, rows }, 3)

  it("is ln Σ exp(s) − s of the class", () => {
    const expected = Math.log(Math.exp(0.5) + Math.exp(-1) + Math.exp(2)) + 1
    assert.approximately(loss(Float64Array.of(0.5, -1, 2), rows), expected, 1e-14)
  })

  it("is a number where the exponential of the class's score is none", () => {
    assert.strictEqual(loss(Float64Array.of(2000, -100, 0), rows), 2100)
  })
})
