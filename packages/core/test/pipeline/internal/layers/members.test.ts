import type * as Tf from "@tensorflow/tfjs-core"
import * as Result from "effect/Result"
import { beforeAll, describe, expect, it } from "vitest"
import * as Nn from "../../../../src/pipeline/Nn.ts"
import { forward, initial, layerOf, tensors } from "../../../support/layers.ts"

let tf: typeof Tf
beforeAll(async () => {
  tf = await tensors()
})

const twice = { shape: [2, 2, 2], values: [1, 2, 1, 2, 3, 4, 3, 4] }
const kernel = { shape: [2, 3], values: [1, 0, 2, 0, 1, 3] }

describe("members", () => {
  it("get the row each, times their factors", () => {
    const input = { shape: [2, 2], values: [1, 2, 3, 4] }
    expect(forward(tf, Nn.membersDefinition, { count: 2 }, input)).toEqual(twice)
    const scale = { shape: [2, 2], values: [1, 1, -1, 10] }
    expect(forward(tf, Nn.membersDefinition, { count: 2, adapter: "signs" }, input, [scale])).toEqual({
      shape: [2, 2, 2],
      values: [1, 2, -1, 20, 3, 4, -3, 40]
    })
  })

  it("share a kernel between factors of their own", () => {
    const parameters = [
      kernel,
      { shape: [2, 3], values: [0, 0, 0, 5, 6, 7] },
      { shape: [2, 2], values: [1, 1, 2, -1] },
      { shape: [2, 3], values: [1, 1, 1, 1, 10, 0] }
    ]
    // ((x · r)·kernel)·s + b by hand: (1, 2) gives (1, 2, 8), and (2, −2) gives (2, −2, −2).
    expect(forward(tf, Nn.memberLinearDefinition, { units: 3 }, twice, parameters).values).toEqual(
      [
        [1, 2, 8],
        [2 + 5, -20 + 6, 7],
        [3, 4, 18],
        [6 + 5, -40 + 6, 7]
      ].flat()
    )
  })

  it("share a whole layer without adapters", () => {
    const bias = { shape: [3], values: [0, 1, 0] }
    const made = forward(tf, Nn.memberLinearDefinition, { units: 3, adapter: "none" }, twice, [kernel, bias])
    expect(made.values).toEqual([1, 3, 8, 1, 3, 8, 3, 5, 18, 3, 5, 18])
  })

  it("have heads of their own", () => {
    const parameters = [
      { shape: [2, 2, 1], values: [1, 1, 10, -1] },
      { shape: [2, 1], values: [0, 0.5] }
    ]
    const layer = layerOf(Nn.memberHeadDefinition, {})
    expect(layer.shape([2, 2], 3)).toEqual(Result.succeed([2, 3]))
    expect(layer.parameters([2, 2], [2, 1]).map(({ shape }) => shape)).toEqual(parameters.map(({ shape }) => shape))
    expect(forward(tf, Nn.memberHeadDefinition, {}, twice, parameters)).toEqual({
      shape: [2, 2, 1],
      values: [3, 8.5, 7, 26.5]
    })
  })
})

describe("the first values of members", () => {
  // Gorishniy et al. 2024, section 3.3, and the package tabm 0.0.2 for the biases.
  const of = (adapter: string) =>
    Object.fromEntries(
      initial(Nn.memberLinearDefinition, { units: 5, adapter }, [30, 16], [30, 5]).map(({ name, values }) => [
        name,
        values
      ])
    )

  it("are signs, normal or ones before the kernel, and ones after it", () => {
    const signs = of("signs")["inputScale"]!
    expect([...new Set(signs)].sort()).toEqual([-1, 1])
    // 480 draws: the standard error of the mean is 0.046.
    expect(Math.abs(signs.reduce((a, b) => a + b) / signs.length)).toBeLessThan(0.2)
    const normal = of("normal")["inputScale"]!
    expect(Math.abs(normal.reduce((sum, v) => sum + v * v, 0) / normal.length - 1)).toBeLessThan(0.3)
    expect(new Set(of("ones")["inputScale"])).toEqual(new Set([1]))
    expect(new Set(of("signs")["outputScale"])).toEqual(new Set([1]))
    expect(Object.keys(of("none"))).toEqual(["kernel", "bias"])
    expect(of("none")["bias"]).toHaveLength(5)
  })

  it("are the same biases for all members, within ±1/√width", () => {
    const bias = of("ones")["bias"]!
    expect(bias).toHaveLength(150)
    expect(bias.every((value, i) => value === bias[i % 5] && Math.abs(value) <= 0.25)).toBe(true)
    expect(new Set(bias).size).toBe(5)
  })

  it("are signs or normal in the row of each member", () => {
    const scale = (adapter: string) => initial(Nn.membersDefinition, { count: 8, adapter }, [20], [8, 20])
    expect(scale("none")).toEqual([])
    expect(scale("signs")[0]!.shape).toEqual([8, 20])
    expect([...new Set(scale("signs")[0]!.values)].sort()).toEqual([-1, 1])
    expect(new Set(scale("normal")[0]!.values).size).toBe(160)
  })
})
