import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import * as Graph from "../../../src/network/Graph.ts"
import * as Ingress from "../../../src/pipeline/Ingress.ts"
import * as Merge from "../../../src/pipeline/Merge.ts"
import * as Nn from "../../../src/pipeline/Nn.ts"
import * as Pipeline from "../../../src/pipeline/Pipeline.ts"
import * as Traverse from "../../../src/pipeline/Traverse.ts"
import * as Seed from "../../../src/Seed.ts"
import { issuesOf, lower, registry } from "../../support/pipelines.ts"

const repeated = (count: number) =>
  Ingress.numeric().pipe(
    Nn.linear(4),
    Nn.block(count, (block) => block.pipe(Nn.linear(4), Nn.relu())),
    Nn.head()
  )
const nodesOf = (pipeline: Pipeline.Any, columns = 2) =>
  Result.getOrThrow(lower(pipeline, columns, 1)).nodes.map(
    (node, _, nodes) =>
      `${node.path} of ${
        "from" in node
          ? [node.from]
              .flat()
              .map((from) => nodes[from]!.path)
              .join(" and ")
          : "columns"
      } [${node.shape.join(", ")}]`
  )

describe("Nn.block", () => {
  it("is its body so often, one after the other, each with arrays of its own", () => {
    expect(nodesOf(repeated(2))).toEqual([
      "numeric of columns [2]",
      "linear of numeric [4]",
      "block/1/linear of linear [4]",
      "block/1/relu of block/1/linear [4]",
      "block/2/linear of block/1/relu [4]",
      "block/2/relu of block/2/linear [4]",
      "head of block/2/relu [1]"
    ])
    expect(Result.getOrThrow(lower(repeated(2), 2, 1)).parameters.map(({ path }) => path)).toEqual([
      "linear.kernel",
      "linear.bias",
      "block/1/linear.kernel",
      "block/1/linear.bias",
      "block/2/linear.kernel",
      "block/2/linear.bias",
      "head.kernel",
      "head.bias"
    ])
  })

  it("begins with other numbers in each repetition, which do not depend on how many there are", () => {
    const arraysOf = (count: number) =>
      new Map(
        Graph.initialise(Result.getOrThrow(lower(repeated(count), 2, 1)).parameters, Seed.root(1)).map(
          ({ path, values }) => [path, [...values]]
        )
      )
    const [two, three] = [arraysOf(2), arraysOf(3)]
    expect(two.get("block/1/linear.kernel")).not.toEqual(two.get("block/2/linear.kernel"))
    for (const [path, values] of two) expect(three.get(path)).toEqual(values)
  })

  it("may stand in blocks and branches, and hold them", () => {
    const inner = Merge.concat({
      a: Ingress.numeric().pipe(Nn.block(2, (block) => block.pipe(Nn.residual((again) => again.pipe(Nn.tanh()))))),
      b: Ingress.numeric()
    }).pipe(Nn.block(2, (block) => block.pipe(Nn.block(1, (again) => again.pipe(Nn.relu())))))
    expect(nodesOf(inner, 3)).toEqual([
      "a/numeric of columns [3]",
      "a/block/1/residual/tanh of a/numeric [3]",
      "a/block/1/residual of a/block/1/residual/tanh and a/numeric [3]",
      "a/block/2/residual/tanh of a/block/1/residual [3]",
      "a/block/2/residual of a/block/2/residual/tanh and a/block/1/residual [3]",
      "b/numeric of columns [3]",
      "concat of a/block/2/residual and b/numeric [6]",
      "block/1/block/1/relu of concat [6]",
      "block/2/block/1/relu of block/1/block/1/relu [6]"
    ])
  })

  it("counts blocks of one list as every stage is counted", () => {
    const twice = repeated(1).stages.slice(0, 3)
    const paths = Traverse.all([...twice, twice[2]!]).map(({ path }) => path)
    expect(paths.slice(2)).toEqual([
      "block",
      "block/1/linear",
      "block/1/relu",
      "block#2",
      "block#2/1/linear",
      "block#2/1/relu"
    ])
  })

  it("is JSON and back, and one hash however it was made", () => {
    const made = repeated(3)
    const json = Pipeline.toJson(made)
    expect(json[2]).toEqual({
      type: "Nn.block",
      count: 3,
      body: [{ type: "Nn.linear", units: 4 }, { type: "Nn.relu" }]
    })
    const read = Result.getOrThrow(Pipeline.fromJson(json, registry))
    expect(Pipeline.toJson(read)).toEqual(json)
    expect(Pipeline.hash(read)).toBe(Pipeline.hash(made))
    expect(Pipeline.hash(repeated(2))).not.toBe(Pipeline.hash(made))
    expect(nodesOf(read)).toEqual(nodesOf(made))
  })

  it("says each mistake once, however often the body stands", () => {
    const block = (options: object) =>
      Pipeline.fromJson(["Ingress.numeric", { type: "Nn.block", ...options }], registry)
    const fine = [{ type: "Nn.tanh" }]
    expect(issuesOf(block({ count: 3, body: [{ type: "Nn.linear", units: 0 }] })).map(([path]) => path)).toEqual([
      "1.body.0.units"
    ])
    expect(issuesOf(block({ count: 0, body: fine }))).toEqual([["1.count", expect.stringContaining("Nn.block:")]])
    expect(issuesOf(block({ count: 2, body: [] }))[0]![1]).toContain("the body has no stage")
    expect(issuesOf(block({ body: fine }))[0]).toEqual(["1.count", "Nn.block: is missing; add it"])
    expect(issuesOf(Pipeline.check(repeated(0.5)))).toEqual([["2.count", expect.stringContaining("Nn.block:")]])
  })

  it("must keep the shape, unless it stands once", () => {
    const of = (count: number) => Ingress.numeric().pipe(Nn.block(count, (block) => block.pipe(Nn.linear(5 as number))))
    expect(nodesOf(of(1)).at(-1)).toBe("block/1/linear of numeric [5]")
    expect(nodesOf(of(2), 5).at(-1)).toBe("block/2/linear of block/1/linear [5]")
    expect(Result.getOrThrow(Result.flip(lower(of(2), 3, 1))).message).toBe(
      "block: got rows × 5 after 2 repetitions on rows × 3, expected the same shape before and after; let the body keep the shape, and put a layer that changes it before the block"
    )
  })

  it("is drawn once, with how often it stands", () => {
    expect(`\n${Pipeline.toText(repeated(30), { features: 2, outputs: 1 })}`).toBe(`
Ingress.numeric         → rows × 2
Nn.linear (units: 4)    → rows × 4
block:
  Nn.linear (units: 4)  → rows × 4
  Nn.relu               → rows × 4
Nn.block (count: 30)    → rows × 4
Nn.head                 → rows × 1`)
    expect(Pipeline.toMermaid(repeated(30), { features: 2, outputs: 1 })).toBe(`flowchart LR
  task(["task"])
  s0["Ingress.numeric"]
  s1["Nn.linear (units: 4)"]
  s2["Nn.linear (units: 4)"]
  s3["Nn.relu"]
  s4["Nn.block (count: 30)"]
  s5["Nn.head"]
  task -- "2 columns" --> s0
  s0 -- "rows × 2" --> s1
  s1 -- "rows × 4" --> s2
  s2 -- "rows × 4" --> s3
  s3 -- "rows × 4" --> s4
  s4 -- "rows × 4" --> s5`)
  })
})
