import { describe, expect, it } from "vitest"
import * as Ingress from "../../src/pipeline/Ingress.ts"
import * as Merge from "../../src/pipeline/Merge.ts"
import * as Nn from "../../src/pipeline/Nn.ts"
import * as Pipeline from "../../src/pipeline/Pipeline.ts"
import * as Preprocess from "../../src/pipeline/Preprocess.ts"

const image = Preprocess.select(["p1", "p2", "p3"]).pipe(
  Ingress.numeric(),
  Nn.reshape([6, 6, 1]),
  Nn.conv2d({ filters: 4, size: 3, padding: "same" }),
  Nn.block(3, (block) => block.pipe(Nn.conv2d({ filters: 4, size: [3, 1], padding: "same" }), Nn.relu())),
  Nn.maxPool2d(2),
  Nn.flatten()
)
const pipeline = Merge.concat({
  image,
  site: Preprocess.oneHot().pipe(
    Ingress.numeric(),
    Nn.residual((block) => block.pipe(Nn.batchNorm()))
  )
}).pipe(Nn.linear(8), Nn.glu(), Nn.head())

/** A task with 40 columns, of which 36 are pixels and the others become 9. */
const known = {
  features: 40,
  outputs: 3,
  columns: new Map([
    ["image/select", 36],
    ["site/oneHot", 9]
  ])
}

describe("a network with branches, images and blocks", () => {
  it("says the shape after every stage", () => {
    expect(Pipeline.toText(pipeline, known)).toMatchInlineSnapshot(`
      "image:
        Preprocess.select (columns: p1 p2 p3)               → 36 columns
        Ingress.numeric                                     → rows × 36
        Nn.reshape (shape: 6 6 1)                           → rows × 6 × 6 × 1
        Nn.conv2d (filters: 4, size: 3, padding: same)      → rows × 6 × 6 × 4
        block:
          Nn.conv2d (filters: 4, size: 3 1, padding: same)  → rows × 6 × 6 × 4
          Nn.relu                                           → rows × 6 × 6 × 4
        Nn.block (count: 3)                                 → rows × 6 × 6 × 4
        Nn.maxPool2d (size: 2)                              → rows × 3 × 3 × 4
        Nn.flatten                                          → rows × 36
      site:
        Preprocess.oneHot                                   → 9 columns
        Ingress.numeric                                     → rows × 9
        residual:
          Nn.batchNorm                                      → rows × 9
        Nn.residual                                         → rows × 9
      Merge.concat                                          → rows × 45
      Nn.linear (units: 8)                                  → rows × 8
      Nn.glu                                                → rows × 4
      Nn.head                                               → rows × 3"
    `)
  })

  it("says the shape on every edge", () => {
    const edges = Pipeline.toMermaid(pipeline, known)
      .split("\n")
      .filter((line) => line.includes("--"))
    expect(edges.join("\n")).toMatchInlineSnapshot(`
      "  task -- "40 columns" --> s0
        s0 -- "36 columns" --> s1
        s1 -- "rows × 36" --> s2
        s2 -- "rows × 6 × 6 × 1" --> s3
        s3 -- "rows × 6 × 6 × 4" --> s4
        s4 -- "rows × 6 × 6 × 4" --> s5
        s5 -- "rows × 6 × 6 × 4" --> s6
        s6 -- "rows × 6 × 6 × 4" --> s7
        s7 -- "rows × 3 × 3 × 4" --> s8
        task -- "40 columns" --> s9
        s9 -- "9 columns" --> s10
        s10 -- "rows × 9" --> s11
        s11 -- "rows × 9" --> s12
        s10 -- "rows × 9" --> s12
        s8 -- "rows × 36" --> s13
        s12 -- "rows × 9" --> s13
        s13 -- "rows × 45" --> s14
        s14 -- "rows × 8" --> s15
        s15 -- "rows × 4" --> s16"
    `)
  })

  it("has names for sizes that are not known, and a question mark for what follows from them", () => {
    const open = Merge.concat({ a: Ingress.numeric(), b: Preprocess.oneHot().pipe(Ingress.numeric(), Nn.glu()) })
    expect(Pipeline.toText(open.pipe(Nn.head()))).toMatchInlineSnapshot(`
      "a:
        Ingress.numeric    → rows × features
      b:
        Preprocess.oneHot  → columns
        Ingress.numeric    → rows × features
        Nn.glu             → rows × ?
      Merge.concat         → rows × ?
      Nn.head              → rows × outputs"
    `)
  })

  it("says which layer does not take the rows that come to it", () => {
    const wrong = Ingress.numeric().pipe(
      Nn.reshape([5, 5, 1]),
      Nn.conv2d({ filters: 2, size: 3 }),
      Nn.flatten(),
      Nn.head()
    )
    expect(Pipeline.toText(wrong, { features: 36, outputs: 1 })).toMatchInlineSnapshot(`
      "Ingress.numeric                  → rows × 36
      Nn.reshape (shape: 5 5 1)        → does not fit: got rows × 36 (36 numbers a row), expected rows of 5·5·1 = 25 numbers, for the shape [5, 5, 1]
      Nn.conv2d (filters: 2, size: 3)  → ?
      Nn.flatten                       → ?
      Nn.head                          → ?"
    `)
  })
})
