import { beforeAll, describe, expect, it } from "vitest"
import type * as Tf from "@tensorflow/tfjs-core"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Graph from "../../../../src/network/Graph.ts"
import * as Ingress from "../../../../src/pipeline/Ingress.ts"
import * as Merge from "../../../../src/pipeline/Merge.ts"
import * as Nn from "../../../../src/pipeline/Nn.ts"
import type { Any } from "../../../../src/pipeline/Pipeline.ts"
import { forward, initial, layerOf, passOf, tensors } from "../../../support/layers.ts"

let tf: typeof Tf
beforeAll(async () => {
  tf = await tensors()
})

const cardinalities = [2, 1]
/** Two tables, of three and two rows. */
const kernel = { shape: [5, 2], values: [0, 1, 10, 11, 20, 21, 30, 31, 40, 41] }

describe("an embedding", () => {
  it("takes a row of the table of each column", () => {
    const input = { shape: [2, 2], values: [2, 0, 0, 1] }
    expect(forward(tf, Nn.embeddingDefinition, { size: 2 }, input, [kernel], { cardinalities })).toEqual({
      shape: [2, 2, 2],
      values: [20, 21, 30, 31, 0, 1, 40, 41]
    })
  })

  it("has as gradient the sum over the rows that took a vector", () => {
    const { forward } = layerOf(Nn.embeddingDefinition, { size: 2 })
    const slopes = tf.tidy(() => {
      const codes = tf.tensor2d([
        [1, 1],
        [1, 0],
        [2, 1]
      ])
      const weights = tf.tensor([1, 2, 3, 4, 10, 20, 30, 40, 100, 200, 300, 400], [3, 2, 2])
      const loss = (table: Tf.Tensor) =>
        tf.sum(tf.mul(forward(codes, [table], passOf(tf, { cardinalities })), weights)) as Tf.Scalar
      return [
        ...tf
          .grad(loss)(tf.tensor(kernel.values, [5, 2]))
          .dataSync()
      ]
    })
    expect(slopes).toEqual([0, 0, 11, 22, 100, 200, 30, 40, 303, 404])
  })

  it("starts standard normal, and as 0 for what training never saw", () => {
    const [table] = initial(Nn.embeddingDefinition, { size: 50 }, [2], [2, 50], [40, 30])
    expect(table!.shape).toEqual([72, 50])
    const rows = Array.from({ length: 72 }, (_, i) => table!.values.slice(50 * i, 50 * (i + 1)))
    expect([...rows[0]!, ...rows[41]!].every((value) => value === 0)).toBe(true)
    const drawn = rows.filter((_, i) => i !== 0 && i !== 41).flat()
    const mean = drawn.reduce((sum, value) => sum + value, 0) / drawn.length
    const variance = drawn.reduce((sum, value) => sum + (value - mean) ** 2, 0) / drawn.length
    // Standard errors of 3 500 draws: 0.017 and 0.024.
    expect(Math.abs(mean)).toBeLessThan(0.07)
    expect(Math.abs(variance - 1)).toBeLessThan(0.1)
  })
})

describe("codes in a network", () => {
  const codes = new Map([["categorical", cardinalities]])
  const lower = ({ stages }: Any, inputs: ReadonlyArray<string> = ["categorical"]) =>
    Graph.make(stages, new Map(inputs.map((path) => [path, [2]])), 1, codes)
  const refusal = (pipeline: Any, inputs?: ReadonlyArray<string>) =>
    Result.getOrThrow(Result.flip(lower(pipeline, inputs))).message

  it("bring their cardinalities to the layer that reads them", () => {
    const { nodes, parameters } = Result.getOrThrow(lower(Ingress.categorical().pipe(Nn.embedding(3), Nn.relu())))
    expect(nodes.map((node) => (node._tag === "Join" ? undefined : node.cardinalities))).toEqual([
      cardinalities,
      cardinalities,
      undefined
    ])
    expect(parameters.map(({ path, shape }) => [path, shape])).toEqual([["embedding.kernel", [5, 3]]])
  })

  it("may be read by layers of one's own", () => {
    const shares = Nn.define({
      id: "Mine.shares",
      summary: "Each code as a share of its levels, times a factor",
      options: Schema.Struct({}),
      codes: true,
      parameters: (_, __, ___, levels) => [{ name: "factor", shape: [levels.length], initialise: (v) => v.fill(2) }],
      forward: (_, input, [factor], { cardinalities = [], tf }) =>
        tf.mul(tf.div(input, tf.tensor([...cardinalities])), factor!)
    })
    const pipeline = Ingress.categorical().pipe(Nn.stage(shares), Nn.linear(1))
    expect(Result.getOrThrow(lower(pipeline)).parameters[0]).toMatchObject({ path: "shares.factor", shape: [2] })
    const input = { shape: [1, 2], values: [1, 1] }
    expect(forward(tf, shares, {}, input, [{ shape: [2], values: [2, 2] }], { cardinalities }).values).toEqual([1, 2])
  })

  it("are refused by layers of numbers, and joins", () => {
    const sentence = "got codes of categories, expected numbers; put Nn.embedding behind Ingress.categorical"
    expect(refusal(Ingress.categorical().pipe(Nn.linear(3)))).toBe(`linear: ${sentence}`)
    expect(refusal(Ingress.categorical().pipe(Nn.head()))).toBe(`head: ${sentence}`)
    const joined = Graph.make(
      Merge.concat({ a: Ingress.categorical() }).stages,
      new Map([["a/categorical", [2]]]),
      1,
      new Map([["a/categorical", cardinalities]])
    )
    expect(Result.getOrThrow(Result.flip(joined)).message).toBe(
      `concat: ${sentence.replace("categories", 'categories in "a"')}`
    )
  })

  it("are what an embedding asks for", () => {
    expect(refusal(Ingress.numeric().pipe(Nn.embedding(3)), ["numeric"])).toBe(
      "embedding: got numbers, expected codes of categories; put Ingress.categorical right before it"
    )
  })
})
