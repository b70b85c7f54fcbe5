import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as BinaryScores from "../src/BinaryScores.ts"

describe("BinaryScores", () => {
  it.effect("counts the classes and keeps float arrays", () =>
    Effect.gen(function* () {
      const scores = Float32Array.of(0.5, -1, 2)
      const s = yield* BinaryScores.make({ labels: [true, 0, 1], scores })
      assert.strictEqual(s.scores, scores)
      assert.deepStrictEqual(s.labels, Uint8Array.of(1, 0, 1))
      assert.deepStrictEqual([s.positives, s.negatives, s.positiveWeight, s.negativeWeight], [2, 1, 2, 1])
      assert.isFalse("weights" in s)
    })
  )

  it.effect("converts other numbers to double precision and sums the weights of each class", () =>
    Effect.gen(function* () {
      const s = yield* BinaryScores.make({ labels: Int8Array.of(0, 1, 1), scores: [1, 2, 3], weights: [0.5, 2, 0] })
      assert.deepStrictEqual(s.scores, Float64Array.of(1, 2, 3))
      assert.deepStrictEqual(s.weights, Float64Array.of(0.5, 2, 0))
      assert.deepStrictEqual([s.positives, s.negatives, s.positiveWeight, s.negativeWeight], [2, 1, 2, 0.5])
    })
  )

  it.effect("accepts one class", () =>
    Effect.gen(function* () {
      const s = yield* BinaryScores.make({ labels: [1], scores: [0] })
      assert.deepStrictEqual([s.positives, s.negatives], [1, 0])
    })
  )

  const invalid: ReadonlyArray<[BinaryScores.Input, string, string, number, string]> = [
    [{ labels: [], scores: [] }, "Empty", "scores", 0, "no rows"],
    [{ labels: [1], scores: [] }, "LengthMismatch", "labels", 0, "1 entries for 0 scores"],
    [{ labels: [1, 0], scores: [1, 2, 3] }, "LengthMismatch", "labels", 2, "2 entries for 3 scores"],
    [{ labels: [1, 0], scores: [1, 2], weights: [1] }, "LengthMismatch", "weights", 1, "1 entries for 2 scores"],
    [{ labels: [1, 0, 2, 3], scores: [1, 2, 3, 4] }, "LabelNotBinary", "labels", 2, "2"],
    [{ labels: [1, -1], scores: [1, 2] }, "LabelNotBinary", "labels", 1, "-1"],
    [{ labels: [NaN, 1], scores: [1, 2] }, "LabelNotBinary", "labels", 0, "NaN"],
    [{ labels: [1, 0], scores: [1, NaN] }, "ScoreNotFinite", "scores", 1, "NaN"],
    [{ labels: [1, 0], scores: [-Infinity, NaN] }, "ScoreNotFinite", "scores", 0, "-Infinity"],
    [{ labels: [1, 0], scores: [1, 2], weights: [1, Infinity] }, "WeightNotFinite", "weights", 1, "Infinity"],
    [{ labels: [1, 0], scores: [1, 2], weights: [-0.5, 1] }, "WeightNegative", "weights", 0, "-0.5"]
  ]
  for (const [input, reason, field, index, given] of invalid) {
    it.effect(`refuses ${reason} (${field}: ${given})`, () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(BinaryScores.make(input))
        const fields = [error._tag, error.reason, error.field, error.index, error.given]
        assert.deepStrictEqual(fields, ["InvalidScores", reason, field, index, given])
        assert.include(error.message, given)
      })
    )
  }

  it.effect("says what was given, which rule it breaks and what to do", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(BinaryScores.make({ labels: [0, 7], scores: [1, 2] }))
      assert.strictEqual(
        error.message,
        "labels[1]: 7, but a label is 1 (positive), 0 (negative), true or false; recode the labels."
      )
    })
  )
})
