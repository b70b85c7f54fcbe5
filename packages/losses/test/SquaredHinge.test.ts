import { describe, expect, it } from "vitest"
import * as SquaredHinge from "../src/SquaredHinge.ts"
import { evaluating } from "./support/evaluate.ts"

const evaluate = evaluating(SquaredHinge.definition)

describe("SquaredHinge", () => {
  it("is max(0, margin - y s)^2 with y = +1 or -1", () => {
    // (1 - 0.5)^2 and (1 + 0)^2; derivatives -2 * 0.5 / 2 and 2 * 1 / 2
    expect(evaluate([0.5, 0], [1, 0])).toEqual({ value: 0.625, gradient: [-0.5, 1] })
  })

  it("costs nothing from the margin on, with derivative 0 at the margin", () => {
    const { gradient, value } = evaluate([1, 2, -1, -7], [1, 1, 0, 0])
    expect(value).toBe(0)
    expect(gradient.map(Math.abs)).toEqual([0, 0, 0, 0])
  })

  it("asks for the margin that it is given", () => {
    expect(evaluate([1], [1], { margin: 3 })).toEqual({ value: 4, gradient: [-4] })
    expect(evaluate([-0.5], [1], { margin: 0 })).toEqual({ value: 0.25, gradient: [-1] })
  })
})
