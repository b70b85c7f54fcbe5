import * as Result from "effect/Result"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as Windows from "../../../src/pipeline/Windows.ts"

const window = (size: number, more: Partial<Windows.Window> = {}): Windows.Window => ({
  size,
  stride: 1,
  dilation: 1,
  padding: "valid",
  ...more
})

describe("windows along an axis", () => {
  it.each<[number, Windows.Window, output: number, before: number, after: number]>([
    // torch.nn.Conv1d(1, 1, …)(torch.zeros(1, 1, 28)).shape, and where "same" puts the odd zero: after.
    [28, window(3), 26, 0, 0],
    [28, window(3, { padding: "same" }), 28, 1, 1],
    [28, window(4, { padding: "same" }), 28, 1, 2],
    [28, window(5, { stride: 2, padding: 2 }), 14, 2, 2],
    [28, window(3, { dilation: 4 }), 20, 0, 0],
    // tf.keras.layers.Conv1D(1, 3, strides = 2, padding = "same") on 28 and 29 entries
    [28, window(3, { stride: 2, padding: "same" }), 14, 0, 1],
    [29, window(3, { stride: 2, padding: "same" }), 15, 1, 1],
    [5, window(2, { stride: 4, padding: "same" }), 2, 0, 1],
    [9, window(1, { stride: 4, padding: "same" }), 3, 0, 0],
    [2, window(3), 0, 0, 0]
  ])("of %i entries: %o", (input, given, output, before, after) => {
    const { padding: _, ...own } = given
    expect(Windows.fit(input, given)).toEqual({ ...own, input, output, before, after })
  })

  it("all stand on the extended axis, and no further one would", () => {
    const any = fc.record({
      size: fc.integer({ min: 1, max: 5 }),
      stride: fc.integer({ min: 1, max: 4 }),
      dilation: fc.integer({ min: 1, max: 3 }),
      padding: fc.oneof(fc.constantFrom<Windows.Padding>("valid", "same"), fc.nat(4))
    })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), any, (input, given) => {
        const { after, before, output } = Windows.fit(input, given)
        const end = (windows: number) => (windows - 1) * given.stride + Windows.extent(given)
        expect(output < 1 || end(output) <= before + input + after).toBe(true)
        const same = given.padding === "same"
        expect(same ? output === Math.ceil(input / given.stride) : end(output + 1) > before + input + after).toBe(true)
      })
    )
  })

  it("are not known where the axis is not", () => {
    expect(Windows.fit(Number.NaN, window(3, { padding: "same" })).output).toBeNaN()
    expect(Windows.fitAll([Number.NaN, 4], [window(3), window(3)])).toMatchObject(
      Result.succeed([{ output: Number.NaN }, { output: 2 }])
    )
  })
})
