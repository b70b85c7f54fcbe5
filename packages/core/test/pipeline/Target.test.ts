import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Decode from "../../src/pipeline/Decode.ts"
import * as Target from "../../src/pipeline/Target.ts"

const fitted = (target: Target.Target, values: ReadonlyArray<number>): Target.Fitted =>
  Result.getOrThrow(Result.flatMap(target.bound, ({ fit }) => fit(Float64Array.from(values))))

const refused = (target: Target.Target, values: ReadonlyArray<number>): string =>
  Result.match(
    Result.flatMap(target.bound, ({ fit }) => fit(Float64Array.from(values))),
    { onSuccess: () => "", onFailure: (error) => ("message" in error ? error.message : "") }
  )

const positive = [1.2, 3.4, 2.2, 10.5, 7.1, 1.9, 25, 4.4]

describe("transformations of the target", () => {
  it("standardise by the mean and the standard deviation with divisor n", () => {
    // Mean 4, squares of deviations 9 + 1 + 1 + 9 = 20, variance 5.
    const { apply, invert, state } = fitted(Target.standardise(), [1, 3, 5, 7])
    assert.deepStrictEqual(state(), { centre: 4, scale: Math.sqrt(5) })
    assert.approximately(apply(9), Math.sqrt(5), 1e-15)
    assert.approximately(invert(-1), 4 - Math.sqrt(5), 1e-15)
  })

  it("only shift a constant target, also one whose mean is rounded", () => {
    const { apply, state } = fitted(Target.standardise(), [0.1, 0.1, 0.1])
    assert.deepStrictEqual(
      [0.1, 0.1, 0.1].map((y) => Math.abs(apply(y)) < 1e-15),
      [true, true, true]
    )
    assert.deepStrictEqual((state() as { readonly scale: number }).scale, 1)
  })

  it("bring the smallest value to 0 and the largest to 1, and predict beyond both", () => {
    const { apply, invert } = fitted(Target.minMax(), [10, 30, 20])
    assert.deepStrictEqual([10, 30, 20].map(apply), [0, 1, 0.5])
    assert.strictEqual(invert(1.5), 40)
  })

  it("take logarithms, and refuse what has none, with the row and another choice", () => {
    assert.approximately(fitted(Target.log(), [1, 2]).apply(Math.E), 1, 1e-15)
    assert.approximately(fitted(Target.log1p(), [0, 2]).apply(Math.E - 1), 1, 1e-15)
    assert.strictEqual(
      refused(Target.log(), [3, 0, 2]),
      "Target.log: the target of training row 1 is 0, and only numbers above 0 have a logarithm here; take Target.log1p for counts with zeros, or Target.yeoJohnson for numbers of either sign"
    )
    assert.include(refused(Target.log1p(), [0, -1]), "training row 1 is -1, and only numbers above -1")
    assert.include(refused(Target.boxCox(), [-2]), "take Target.yeoJohnson")
  })

  it("refuse what overflows there or back, with the row", () => {
    const refusal = (row: number, value: number) =>
      `the target of training row ${row} is ${value}, which overflows when it is transformed and brought back; correct or rescale it`
    // The square of a deviation overflows, and so do the length of the interval and a power of 5.
    assert.include(refused(Target.standardise(), [-1e200, 0, 2e200]), refusal(2, 2e200))
    assert.include(refused(Target.minMax(), [-1.5e308, 1e308]), refusal(0, -1.5e308))
    assert.include(refused(Target.yeoJohnson({ lambda: 5 }), [0, 1e100]), refusal(1, 1e100))
    assert.include(refused(Target.boxCox({ lambda: -5 }), [1, 1e-100]), refusal(1, 1e-100))
  })

  it("find the power of scipy 1.17.1: boxcox([1.2, 3.4, 2.2, 10.5, 7.1, 1.9, 25, 4.4])", () => {
    const { apply, state } = fitted(Target.boxCox(), positive)
    assert.approximately((state() as { readonly lambda: number }).lambda, -0.2609679275644492, 1e-6)
    assert.approximately(apply(1.2), 0.17805210108189612, 1e-7)
    assert.approximately(apply(3.4), 1.0476020614144317, 1e-6)
  })

  it("find the power of scipy 1.17.1: yeojohnson([-3, -0.5, 0, 1, 2.5, 8, 20])", () => {
    const { apply, state } = fitted(Target.yeoJohnson(), [-3, -0.5, 0, 1, 2.5, 8, 20])
    assert.approximately((state() as { readonly lambda: number }).lambda, 0.4750106203352251, 1e-6)
    assert.approximately(apply(-3), -4.7751135528065545, 1e-5)
    assert.approximately(apply(-0.5), -0.5612014115633462, 1e-6)
  })

  it("take a power that is given, and keep predictions near the training rows", () => {
    const { apply, invert } = fitted(Target.boxCox({ lambda: -1 }), [1, 2, 4])
    // (y^−1 − 1)/−1 = 1 − 1/y, which never reaches 1.
    assert.approximately(apply(2), 0.5, 1e-15)
    assert.approximately(invert(0.8), 5, 1e-12)
    assert.deepStrictEqual([0.99, 1, 2].map(invert), [7, 7, 7])
    assert.strictEqual(fitted(Target.boxCox({ lambda: 1 }), [1, 2, 4]).invert(-10), 0)
    assert.isTrue(Result.isFailure(Target.boxCox({ lambda: 9 }).bound))
  })

  it("read a name alone, or with options, and one's own among those that are known", () => {
    const halved = Target.define({
      id: "Mine.halved",
      summary: "Halves the target",
      options: Schema.Struct({}),
      state: Schema.Struct({}),
      fit: () => Result.succeed({}),
      apply: (_, value) => value / 2,
      invert: (_, predicted) => 2 * predicted
    })
    const read = (given: unknown) =>
      Decode.decode(Schema.Array(Target.reference), given, (id) =>
        id === halved.id ? Result.succeed(halved) : Result.fail(`"${id}" is not a known target`)
      )
    const targets = Result.getOrThrow(read(["Target.log", { type: "Target.boxCox", lambda: 0.5 }, "Mine.halved"]))
    assert.deepStrictEqual(
      targets.map(({ json }) => json),
      [{ type: "Target.log" }, { type: "Target.boxCox", lambda: 0.5 }, { type: "Mine.halved" }]
    )
    assert.deepStrictEqual(
      read(["Target.lgo"]),
      Result.fail([{ path: [0], message: '"Target.lgo" is not a known target' }])
    )
    assert.isTrue(Result.isFailure(read([{ type: "Target.log", base: 2 }])))
  })
})
