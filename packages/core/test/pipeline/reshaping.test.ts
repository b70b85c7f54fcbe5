import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { assert, describe, it } from "@effect/vitest"
import { expect } from "vitest"
import * as Engine from "../../src/engine/Engine.ts"
import * as Ingress from "../../src/pipeline/Ingress.ts"
import * as Nn from "../../src/pipeline/Nn.ts"
import { cpu, on } from "../support/engines.ts"
import { lower } from "../support/pipelines.ts"

const shapesOf = (...args: Parameters<typeof lower>) =>
  Result.getOrThrow(lower(...args)).nodes.map(({ shape }) => shape)
const refusal = (...args: Parameters<typeof lower>) => Result.getOrThrow(Result.flip(lower(...args))).message

describe("Nn.reshape and Nn.flatten", () => {
  it("keep the product of the sizes", () => {
    expect(shapesOf(Ingress.numeric().pipe(Nn.reshape([2, 3, 2]), Nn.flatten()), 12, 1)).toEqual([
      [12],
      [2, 3, 2],
      [12]
    ])
  })

  it("refuse another product, and say both", () => {
    expect(refusal(Ingress.numeric().pipe(Nn.reshape([28, 28, 1])), 700, 1)).toBe(
      "reshape: got rows × 700 (700 numbers a row), expected rows of 28·28·1 = 784 numbers, for the shape [28, 28, 1]; give a shape whose sizes have that product, or bring other columns to the network"
    )
    expect(refusal(Ingress.numeric().pipe(Nn.reshape([2, 3]), Nn.reshape([7])), 6, 1)).toContain(
      "got rows × 2 × 3 (2·3 = 6 numbers a row), expected rows of 7 numbers"
    )
  })

  it("are what a layer of numbers asks for after an image", () => {
    expect(refusal(Ingress.numeric().pipe(Nn.reshape([2, 3] as ReadonlyArray<number>), Nn.head()), 6, 1)).toBe(
      "head: got rows × 2 × 3 (rank 2), expected rows of rank 1; put Nn.flatten before it, or take Nn.memberHead behind Nn.members, or Nn.takeToken behind Nn.classToken"
    )
  })

  it.effect("leave the numbers in their order", () =>
    Effect.gen(function* () {
      const engine = (yield* Engine.Engines)[0]!
      const network = Result.getOrThrow(
        lower(Ingress.numeric().pipe(Nn.reshape([3, 2, 1]), Nn.reshape([2, 3]), Nn.flatten()), 6, 1)
      )
      const scorer = yield* engine.scorer(network, [], 2)
      const rows = Array.from({ length: 12 }, (_, i) => i)
      scorer.inputs[0]!.set(rows)
      scorer.score(2)
      assert.deepStrictEqual(Array.from(scorer.scores), rows)
    }).pipe(on(cpu))
  )
})
