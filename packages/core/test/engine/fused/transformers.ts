/** Random networks of tokens, and of what makes vectors of numbers. */
import * as fc from "fast-check"
import type { Case, Json } from "./networks.ts"

/** Stages between so many numbers and a head. */
const network = (numbers: number, stages: ReadonlyArray<Json>): Pick<Case, "stages" | "inputs"> => ({
  stages: ["Ingress.numeric", ...stages, "Nn.head"],
  inputs: [["numeric", [numbers]]]
})

const rate = fc.constantFrom(0, 0.3)

/** Layers of rows of tokens whose size 2 and 4 divide. */
const mixing: fc.Arbitrary<Json> = fc.oneof(
  fc
    .record({ heads: fc.constantFrom(1, 2, 4), dropout: rate })
    .map((given) => ({ type: "Nn.selfAttention", ...given })),
  fc
    .record({
      heads: fc.constantFrom(1, 2, 4),
      hiddenFactor: fc.constantFrom(0.5, 4 / 3),
      activation: fc.constantFrom("reglu", "geglu", "relu", "gelu"),
      attentionDropout: rate,
      hiddenDropout: rate,
      residualDropout: rate,
      firstNorm: fc.boolean()
    })
    .map((given) => ({ type: "Nn.transformer", ...given }))
)

/** Layers that make a vector of each number. */
const numberEmbeddings: fc.Arbitrary<Json> = fc.oneof(
  fc
    .record({
      size: fc.integer({ min: 1, max: 9 }),
      frequencies: fc.integer({ min: 1, max: 9 }),
      scale: fc.constantFrom(0.01, 0.5),
      shared: fc.boolean(),
      relu: fc.boolean()
    })
    .map((given) => ({ type: "Nn.periodicEmbedding", ...given })),
  fc
    .record({ size: fc.integer({ min: 2, max: 9 }), frequencies: fc.integer({ min: 1, max: 9 }) })
    .map((given) => ({ type: "Nn.pbldEmbedding", ...given }))
)

/** Networks that embed numbers: as they come, or made by a layer that learns. */
export const embedded: fc.Arbitrary<Pick<Case, "stages" | "inputs">> = fc
  .tuple(fc.integer({ min: 1, max: 7 }), fc.boolean(), numberEmbeddings)
  .map(([width, learned, embedding]) => {
    const after = [embedding, "Nn.flatten", { type: "Nn.linear", units: 6 }, "Nn.tanh"]
    return learned ? network(5, [{ type: "Nn.linear", units: width }, ...after]) : network(width, after)
  })

/** Networks of tokens: numbers as they come, or made by a layer that learns, or tokens of numbers behind that of the class. */
export const tokens: fc.Arbitrary<Pick<Case, "stages" | "inputs">> = fc
  .tuple(
    fc.integer({ min: 1, max: 9 }),
    fc.constantFrom(4, 8, 12),
    fc.constantFrom("as they come", "learned", "of numbers"),
    fc.array(
      fc.oneof(
        mixing,
        mixing.map((one) => ({ type: "Nn.residual", body: [one] }))
      ),
      { minLength: 1, maxLength: 2 }
    )
  )
  .map(([count, size, made, parts]) => {
    const reshape = { type: "Nn.reshape", shape: [count, size] }
    switch (made) {
      case "as they come":
        return network(count * size, [reshape, ...parts, "Nn.flatten"])
      case "learned":
        return network(5, [{ type: "Nn.linear", units: count * size }, reshape, ...parts, "Nn.flatten"])
      case "of numbers":
        return network(count, [{ type: "Nn.featureTokens", size }, "Nn.classToken", ...parts, "Nn.takeToken"])
    }
  })
