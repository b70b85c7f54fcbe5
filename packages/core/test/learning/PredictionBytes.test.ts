import * as Result from "effect/Result"
import fc from "fast-check"
import { expect, it } from "vitest"
import * as Prediction from "../../src/learning/Prediction.ts"
import * as PredictionBytes from "../../src/learning/PredictionBytes.ts"

const numbers = (length: number) =>
  fc.array(fc.double(), { minLength: length, maxLength: length }).map((values) => Float64Array.from(values))

const codes = (length: number, below: number) =>
  fc.array(fc.nat(below - 1), { minLength: length, maxLength: length }).map((values) => Float64Array.from(values))

const maybe = <A>(arbitrary: fc.Arbitrary<A>) => fc.option(arbitrary, { nil: undefined })

const grouped = fc.tuple(fc.nat(5), fc.constantFrom("binary", "multiclass", "regression")).chain(([length, kind]) => {
  const levels = { binary: ["ja", "nein"], multiclass: ["a", "東京", "c"], regression: [] }[kind]
  const target = kind === "regression" ? numbers(length) : codes(length, levels.length)
  return fc.record<PredictionBytes.Grouped>({
    prediction: fc.record<Prediction.Prediction>({
      kind: fc.constant(kind),
      levels: fc.constant(levels),
      rows: codes(length, 1000).map((rows) => Int32Array.from(rows)),
      truth: maybe(target),
      response: target,
      prob: kind === "regression" ? fc.constant(undefined) : maybe(numbers(length * levels.length)),
      scores: maybe(numbers(length))
    }),
    groups: maybe(fc.array(fc.string(), { minLength: length, maxLength: length }))
  })
})

it("a prediction comes back to the last bit, also NaN, the infinities and −0", () => {
  fc.assert(
    fc.property(grouped, (given) => {
      const bytes = PredictionBytes.write(given)
      expect(Result.getOrThrow(PredictionBytes.read(bytes, given.prediction.kind))).toEqual(given)
      expect(PredictionBytes.write(given)).toEqual(bytes)
    })
  )
})

it("is a file of safetensors, as their documentation has it", () => {
  const bytes = PredictionBytes.write({
    prediction: {
      kind: "binary",
      levels: ["yes", "no"],
      rows: Int32Array.of(7),
      truth: Float64Array.of(1),
      response: Float64Array.of(0),
      prob: Float64Array.of(0.75, 0.25),
      scores: undefined
    },
    groups: ["g"]
  })
  const view = new DataView(bytes.buffer)
  const begin = 8 + Number(view.getBigUint64(0, true))
  expect(JSON.parse(new TextDecoder().decode(bytes.subarray(8, begin)))).toEqual({
    __metadata__: { levels: '["yes","no"]', groups: '["g"]' },
    row: { dtype: "I32", shape: [1], data_offsets: [0, 4] },
    truth: { dtype: "I32", shape: [1], data_offsets: [4, 8] },
    response: { dtype: "I32", shape: [1], data_offsets: [8, 12] },
    prob: { dtype: "F64", shape: [1, 2], data_offsets: [12, 28] },
    group: { dtype: "I32", shape: [1], data_offsets: [28, 32] }
  })
  expect([view.getInt32(begin, true), view.getFloat64(begin + 12, true)]).toEqual([7, 0.75])
})

it.each([
  ["nothing", new Uint8Array()],
  ["something else", new TextEncoder().encode("PAR1 and so on, and on")],
  [
    "tensors that are no prediction",
    PredictionBytes.write({
      prediction: {
        kind: "regression",
        levels: [],
        rows: Int32Array.of(1),
        truth: undefined,
        response: Float64Array.of(1),
        prob: undefined,
        scores: undefined
      },
      groups: undefined
    }).slice(0, -1)
  ]
])("%s is refused", (_, bytes) => {
  expect(Result.isFailure(PredictionBytes.read(bytes, "binary"))).toBe(true)
})
