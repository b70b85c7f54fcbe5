import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import * as Shape from "../../src/pipeline/Shape.ts"

describe("a shape", () => {
  it.each<[Shape.Shape, number, string]>([
    [[20], 20, "rows × 20"],
    [[64, 64, 3], 12_288, "rows × 64 × 64 × 3"],
    [[], 1, "rows"]
  ])("%j has so many numbers a row, and is written as people do", (shape, size, text) => {
    expect(Shape.size(shape)).toBe(size)
    expect(Shape.toText(shape)).toBe(text)
  })

  it("is written with the names of sizes that are not known yet", () => {
    expect(Shape.toText(["features"])).toBe("rows × features")
  })

  it.each<[Shape.Shape, Shape.Shape, boolean]>([
    [[2, 3], [2, 3], true],
    [[2, 3], [3, 2], false],
    [[2], [2, 1], false],
    [[], [], true]
  ])("equals another of the same sizes in the same order (%j, %j)", (a, b, equal) => {
    expect([Shape.equals(a, b), Shape.equals(b, a)]).toEqual([equal, equal])
  })
})

describe("ofRank", () => {
  it("gives a shape of the rank", () => {
    expect(Shape.ofRank([20], 1)).toEqual(Result.succeed([20]))
    expect(Shape.ofRank([64, 64, 3], 3)).toEqual(Result.succeed([64, 64, 3]))
  })

  it.each<[Shape.Shape, number, string, string]>([
    [[64, 3], 1, "rows × 64 × 3 (rank 2)", "rows of rank 1"],
    [[20], 3, "rows × 20 (rank 1)", "rows of rank 3"]
  ])("refuses %j for rank %d", (shape, rank, given, expected) => {
    expect(Shape.ofRank(shape, rank)).toMatchObject(Result.fail({ given, expected }))
  })
})

describe("ShapeError", () => {
  it("is a sentence with the path of the stage, both shapes and what to do", () => {
    const error = new Shape.ShapeError({ stage: "scan/linear#2", given: "a", expected: "b", advice: "do c" })
    expect(error.message).toBe("scan/linear#2: got a, expected b; do c")
  })
})
