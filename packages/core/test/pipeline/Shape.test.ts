import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as Ingress from "../../src/pipeline/Ingress.ts"
import * as Nn from "../../src/pipeline/Nn.ts"
import * as Shape from "../../src/pipeline/Shape.ts"

const widths = ({ layers }: Shape.Network) => layers.map(({ layer, input, width }) => [layer.id, input, width])

describe("network", () => {
  it("infers every width", () => {
    const pipeline = Ingress.numeric().pipe(Nn.linear(20), Nn.relu(), Nn.linear(5), Nn.dropout(0.5), Nn.head())
    const network = Result.getOrThrow(Shape.network(pipeline, 7, 3))
    expect(widths(network)).toEqual([
      ["Nn.linear", 7, 20],
      ["Nn.relu", 20, 20],
      ["Nn.linear", 20, 5],
      ["Nn.dropout", 5, 5],
      ["Nn.head", 5, 3]
    ])
    expect([network.input, network.outputs]).toEqual([7, 3])
  })

  it("joins each layer to the next, whatever the widths", () => {
    const width = fc.integer({ min: 1, max: 50 })
    fc.assert(
      fc.property(width, fc.array(width), width, (input, units, outputs) => {
        const body = units.map((unit) => Nn.linear(unit)(Ingress.numeric()).stages[1]!)
        const pipeline = Nn.head()(Ingress.numeric())
        const stages = [pipeline.stages[0]!, ...body, pipeline.stages[1]!]
        const { layers, outputs: last } = Result.getOrThrow(Shape.network({ ...pipeline, stages }, input, outputs))
        expect(layers.map(({ input: before }) => before)).toEqual([input, ...layers.slice(0, -1).map((l) => l.width)])
        expect(last).toBe(outputs)
      })
    )
  })

  it("fills in the options' defaults", () => {
    const pipeline = Ingress.numeric().pipe(Nn.linear(2), Nn.head({ bias: false }))
    const { layers } = Result.getOrThrow(Shape.network(pipeline, 1, 1))
    expect(layers.map(({ options }) => options)).toEqual([{ units: 2, bias: true }, { bias: false }])
  })

  it("refuses a network without features", () => {
    const error = Result.getOrThrow(Result.flip(Shape.network(Ingress.numeric().pipe(Nn.head()), 0, 1)))
    expect(error.message).toBe(
      "Ingress: got 0 feature columns, expected at least one; give the task a feature, or drop fewer columns in preprocessing"
    )
  })

  it.each([0, -1, 1.5, Number.NaN])("refuses a layer that says its width is %d", (width) => {
    const odd = Nn.define({
      id: "Mine.odd",
      summary: "Has an odd width",
      options: Schema.Struct({}),
      width: () => width,
      forward: (_, input) => input
    })
    const pipeline = Ingress.numeric().pipe(Nn.stage(odd), Nn.head())
    const error = Result.getOrThrow(Result.flip(Shape.network(pipeline, 2, 1)))
    expect(error.message).toBe(
      `Mine.odd: got a width of ${width}, expected a whole number of at least 1; correct the width function of this layer`
    )
  })
})
