import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as Engine from "../../src/engine/Engine.ts"
import * as Graph from "../../src/network/Graph.ts"
import * as Ingress from "../../src/pipeline/Ingress.ts"
import * as Merge from "../../src/pipeline/Merge.ts"
import * as Nn from "../../src/pipeline/Nn.ts"
import * as Pipeline from "../../src/pipeline/Pipeline.ts"
import * as Preprocess from "../../src/pipeline/Preprocess.ts"
import * as Shape from "../../src/pipeline/Shape.ts"
import type { Stage } from "../../src/pipeline/Stage.ts"
import * as Seed from "../../src/Seed.ts"
import { cpu, on } from "../support/engines.ts"
import { lower, network, partOf, registry } from "../support/pipelines.ts"

const valid = (json: unknown) => Result.getOrThrow(Pipeline.fromJson(json, registry))
const lowered = (...args: Parameters<typeof lower>) => Result.getOrThrow(lower(...args))
const refusal = (...args: Parameters<typeof lower>) => Result.getOrThrow(Result.flip(lower(...args)))

/** A node on a line: its path, what it is, what it reads, and its shape. */
const written = ({ nodes }: Graph.Network) =>
  nodes.map((node) => {
    const shape = `[${node.shape.join(", ")}]`
    switch (node._tag) {
      case "Input":
        return `${node.path}: input ${node.input} ${shape}`
      case "Layer":
        return `${node.path}: ${node.id} of ${nodes[node.from]!.path} ${shape}`
      case "Join":
        return `${node.path}: ${node.join} of ${node.from.map((from) => nodes[from]!.path).join(", ")} ${shape}`
    }
  })
const arrays = (slots: ReadonlyArray<Graph.Slot>) => slots.map(({ path, shape }) => `${path} [${shape.join(", ")}]`)

describe("the network of a chain", () => {
  it("has every shape inferred", () => {
    const pipeline = Ingress.numeric().pipe(Nn.linear(20), Nn.relu(), Nn.linear(5), Nn.dropout(0.5), Nn.head())
    const made = lowered(pipeline, 7, 3)
    expect(written(made)).toEqual([
      "numeric: input 0 [7]",
      "linear: Nn.linear of numeric [20]",
      "relu: Nn.relu of linear [20]",
      "linear#2: Nn.linear of relu [5]",
      "dropout: Nn.dropout of linear#2 [5]",
      "head: Nn.head of dropout [3]"
    ])
    expect(made.inputs).toEqual([made.nodes[0]])
    expect([made.output, made.outputs]).toEqual([5, 3])
    expect(arrays(made.parameters)).toEqual([
      "linear.kernel [7, 20]",
      "linear.bias [20]",
      "linear#2.kernel [20, 5]",
      "linear#2.bias [5]",
      "head.kernel [5, 3]",
      "head.bias [3]"
    ])
    expect(made.buffers).toEqual([])
  })

  it("joins each layer to the next, whatever the widths", () => {
    const width = fc.integer({ min: 1, max: 50 })
    fc.assert(
      fc.property(width, fc.array(width), width, (columns, widths, outputs) => {
        const layers = widths.map((units) => ({ type: "Nn.linear", units }))
        const { nodes, ...made } = lowered(valid(["Ingress.numeric", ...layers, "Nn.head"]), columns, outputs)
        expect(nodes.map(({ shape }) => shape)).toEqual([columns, ...widths, outputs].map((n) => [n]))
        expect(nodes.flatMap((node) => (node._tag === "Layer" ? [node.from] : []))).toEqual(
          nodes.slice(1).map((_, i) => i)
        )
        expect([made.output, made.outputs]).toEqual([nodes.length - 1, outputs])
      })
    )
  })

  it("follows the options of its layers, with their defaults", () => {
    const pipeline = Ingress.numeric().pipe(Nn.linear(2), Nn.head({ bias: false }))
    expect(arrays(lowered(pipeline, 1, 1).parameters)).toEqual([
      "linear.kernel [1, 2]",
      "linear.bias [2]",
      "head.kernel [2, 1]"
    ])
  })

  it("begins after preprocessing, and takes no notice of what trains it", () => {
    const plain = Ingress.numeric().pipe(Nn.relu(), Nn.head())
    const before = Preprocess.standardise().pipe(Ingress.numeric(), Nn.relu(), Nn.head())
    const json = [...Pipeline.toJson(plain), "Bce.loss", "Optimizer.adam", { type: "Model.classif", epochs: 1 }]
    expect(written(lowered(before, 2, 1))).toEqual(written(lowered(plain, 2, 1)))
    expect(written(lowered(valid(json), 2, 1))).toEqual(written(lowered(plain, 2, 1)))
  })
})

describe("the network of branches and blocks", () => {
  it("has a node for each stage of a branch, and one where they come together", () => {
    const pipeline = Merge.concat({
      site: Preprocess.oneHot().pipe(Ingress.numeric(["site=a", "site=b"])),
      scan: Ingress.numeric().pipe(Nn.linear(4), Nn.relu())
    }).pipe(Nn.linear(3), Nn.head())
    const made = lowered(pipeline, 7, 1)
    // The branches stand in the order of their names.
    expect(written(made)).toEqual([
      "scan/numeric: input 0 [7]",
      "scan/linear: Nn.linear of scan/numeric [4]",
      "scan/relu: Nn.relu of scan/linear [4]",
      "site/numeric: input 1 [2]",
      "concat: concat of scan/relu, site/numeric [6]",
      "linear: Nn.linear of concat [3]",
      "head: Nn.head of linear [1]"
    ])
    expect(made.inputs.map(({ path }) => path)).toEqual(["scan/numeric", "site/numeric"])
    expect(arrays(made.parameters).slice(0, 3)).toEqual([
      "scan/linear.kernel [7, 4]",
      "scan/linear.bias [4]",
      "linear.kernel [6, 3]"
    ])
  })

  it("adds what comes into a block to what its body makes of it", () => {
    const pipeline = Ingress.numeric().pipe(
      Nn.linear(4),
      Nn.residual((block) => block.pipe(Nn.tanh(), Nn.linear(4))),
      Nn.head()
    )
    expect(written(lowered(pipeline, 2, 1))).toEqual([
      "numeric: input 0 [2]",
      "linear: Nn.linear of numeric [4]",
      "residual/tanh: Nn.tanh of linear [4]",
      "residual/linear: Nn.linear of residual/tanh [4]",
      "residual: sum of residual/linear, linear [4]",
      "head: Nn.head of residual [1]"
    ])
  })

  it("may be of any depth", () => {
    const deep = Merge.sum({
      a: Merge.product({ b: Ingress.numeric(), c: Ingress.numeric() }).pipe(
        Nn.residual((block) => block.pipe(Nn.residual((inner) => inner.pipe(Nn.relu()))))
      ),
      d: Ingress.numeric()
    })
    expect(written(lowered(deep.pipe(Nn.head()), 2, 1))).toEqual([
      "a/b/numeric: input 0 [2]",
      "a/c/numeric: input 1 [2]",
      "a/product: product of a/b/numeric, a/c/numeric [2]",
      "a/residual/residual/relu: Nn.relu of a/product [2]",
      "a/residual/residual: sum of a/residual/residual/relu, a/product [2]",
      "a/residual: sum of a/residual/residual, a/product [2]",
      "d/numeric: input 2 [2]",
      "sum: sum of a/residual, d/numeric [2]",
      "head: Nn.head of sum [1]"
    ])
  })

  it("does not depend on the order in which branches are written", () => {
    const [a, b] = [Ingress.numeric(["x"]).pipe(Nn.linear(2)), Ingress.numeric(["y", "z"])]
    const [one, other] = [Merge.concat({ a, b }), Merge.concat({ b, a })].map((merge) => merge.pipe(Nn.head()))
    expect(Pipeline.hash(other!)).toBe(Pipeline.hash(one!))
    expect(written(lowered(other!, 0, 1))).toEqual(written(lowered(one!, 0, 1)))
  })
})

describe("every network", () => {
  const size = fc.integer({ min: 1, max: 20 })

  it("is computed in order, ends with the outputs, and has arrays of paths of their own", () => {
    fc.assert(
      fc.property(network, size, size, (json, columns, outputs) => {
        const made = lowered(valid(json), columns, outputs)
        made.nodes.forEach((node, i) => {
          const reads = node._tag === "Input" ? [] : node._tag === "Layer" ? [node.from] : node.from
          expect(reads.every((from) => from >= 0 && from < i)).toBe(true)
        })
        expect([made.output, made.outputs]).toEqual([made.nodes.length - 1, outputs])
        expect(made.inputs.map(({ input }) => input)).toEqual(made.inputs.map((_, i) => i))
        const paths = [...made.parameters, ...made.buffers].map(({ path }) => path)
        expect(new Set(paths).size).toBe(paths.length)
        expect(new Set(made.nodes.map(({ path }) => path)).size).toBe(made.nodes.length)
      })
    )
  })

  it("shares its arrays out among its layers, one after the other, each named after its layer", () => {
    fc.assert(
      fc.property(network, size, size, (json, columns, outputs) => {
        const { nodes, parameters } = lowered(valid(json), columns, outputs)
        const layers = nodes.filter((node) => node._tag === "Layer")
        const owners = layers.flatMap((layer) => {
          const own = parameters.slice(layer.firstParameter, layer.firstParameter + layer.parameters)
          return own.map(({ path }) => [path.slice(0, path.lastIndexOf(".")), layer.path])
        })
        expect(owners.map(([owner]) => owner)).toEqual(owners.map(([, path]) => path))
        expect(owners.length).toBe(parameters.length)
      })
    )
  })

  /** What stages make of a row, by recursion over them in plain numbers: an oracle that knows no graph. */
  const compute = (
    stages: ReadonlyArray<Stage>,
    columns: ReadonlyArray<number>,
    weights: ReadonlyMap<string, Graph.NamedArray>,
    prefix = "",
    into: ReadonlyArray<number> = []
  ): ReadonlyArray<number> => {
    const count = new Map<string, number>()
    return stages.reduce((row, stage) => {
      const name = stage.id.split(".")[1]!
      count.set(name, (count.get(name) ?? 0) + 1)
      const path = prefix + name + (count.get(name) === 1 ? "" : `#${count.get(name)}`)
      const { part } = Result.getOrThrow(stage.bound)
      switch (part.kind) {
        case "ingress":
          return columns.slice(0, part.ingress.shape(columns.length)[0])
        case "layer":
        case "head":
          return layer(name, row, weights.get(`${path}.kernel`), weights.get(`${path}.bias`))
        case "block": {
          const inside = (row: ReadonlyArray<number>, under: string) => compute(part.body, columns, weights, under, row)
          if ("count" in part) {
            return Array.from({ length: part.count }).reduce<ReadonlyArray<number>>(
              (row, _, i) => inside(row, `${path}/${i + 1}/`),
              row
            )
          }
          const made = inside(row, `${path}/`)
          return row.map((x, i) => x + made[i]!)
        }
        case "merge": {
          const rows = Array.from(part.branches, ([branch, inner]) =>
            compute(inner, columns, weights, `${prefix}${branch}/`)
          )
          if (name === "concat") return rows.flat()
          return rows.reduce((a, b) => a.map((x, i) => (name === "sum" ? x + b[i]! : x * b[i]!)))
        }
        default:
          return row
      }
    }, into)
  }
  const layer = (
    name: string,
    row: ReadonlyArray<number>,
    kernel: Graph.NamedArray | undefined,
    bias: Graph.NamedArray | undefined
  ) => {
    if (kernel === undefined)
      return row.map((x) => (name === "relu" ? Math.max(0, x) : name === "tanh" ? Math.tanh(x) : x))
    const width = kernel.shape[1]!
    return Array.from({ length: width }, (_, k) =>
      row.reduce((sum, x, j) => sum + x * kernel.values[j * width + k]!, bias?.values[k] ?? 0)
    )
  }
  /** The oracle knows two activations; a dropped layer changes nothing in prediction. */
  const known = (json: unknown): unknown =>
    JSON.parse(JSON.stringify(json).replaceAll("Nn.sigmoid", "Nn.tanh").replaceAll("Nn.gelu", "Nn.relu"))

  it("computes what its stages say, one after the other", () => {
    const columns = [0.5, -1, 2, 0.25, -0.5, 1]
    const scores = Effect.fnUntraced(function* (pipeline: Pipeline.Any) {
      const engine = (yield* Engine.Engines)[0]!
      const made = lowered(pipeline, columns.length, 2)
      const values = Graph.initialise(made.parameters, Seed.root(4))
      const scorer = yield* engine.scorer(made, values, 1)
      scorer.inputs.forEach((input) => input.set(columns.slice(0, input.length)))
      scorer.score(1)
      return { values, scores: Array.from(scorer.scores) }
    })
    fc.assert(
      fc.asyncProperty(network, async (json) => {
        const pipeline = valid(known(json))
        const found = await Effect.runPromise(scores(pipeline).pipe(on(cpu)))
        const wanted = compute(pipeline.stages, columns, new Map(found.values.map((array) => [array.path, array])))
        wanted.forEach((score, k) =>
          expect(Math.abs(found.scores[k]! - score)).toBeLessThan(1e-4 * (1 + Math.abs(score)))
        )
      })
    )
  })
})

describe("shapes that do not fit", () => {
  it("are those of a network without features", () => {
    expect(refusal(Ingress.numeric().pipe(Nn.head()), 0, 1).message).toBe(
      "numeric: got 0 feature columns, expected at least one; give the task a feature, or drop fewer columns in preprocessing"
    )
    const branch = Merge.concat({ a: Ingress.numeric(["x"]), b: Ingress.numeric() }).pipe(Nn.head())
    expect(refusal(branch, 0, 1)).toMatchObject({ stage: "b/numeric", given: "0 feature columns" })
  })

  it.each<[string, Pipeline.Any, string]>([
    [
      "unequal branches of a sum",
      Merge.sum({ a: Ingress.numeric(["x", "y"]), b: Ingress.numeric(["z"]).pipe(Nn.linear(3)) }).pipe(Nn.head()),
      'sum: got rows × 2 in "a" and rows × 3 in "b", expected equal shapes; end the branches with layers of the same shape'
    ],
    [
      "unequal branches of a product in a branch",
      Merge.concat({ a: Merge.product({ b: Ingress.numeric(["x", "y"]), c: Ingress.numeric(["z"]) }) }).pipe(Nn.head()),
      'a/product: got rows × 2 in "b" and rows × 1 in "c", expected equal shapes; end the branches with layers of the same shape'
    ],
    [
      "a block that changes the width",
      valid([
        { type: "Ingress.numeric", columns: ["x"] },
        { type: "Nn.residual", body: [{ type: "Nn.linear", units: 2 }] },
        "Nn.head"
      ]),
      "residual: got rows × 2 and rows × 1, expected equal shapes; let the body keep the shape"
    ]
  ])("are those of %s", (_, pipeline, message) => {
    expect(refusal(pipeline, 7, 1).message).toBe(message)
  })

  const shaped = (shape: Shape.Shape | Result.Result<Shape.Shape, Shape.Problem>) =>
    Nn.define({
      id: "Mine.odd",
      summary: "Has a shape of its own",
      options: Schema.Struct({}),
      shape: () => shape,
      forward: (_, input) => input
    })

  it("are those of branches that differ in more than the last size", () => {
    const plane = (...shape: Shape.Shape) => Ingress.numeric(["x"]).pipe(Nn.reshaping(shaped(shape), {}, shape))
    const joined = (...shapes: readonly [Shape.Shape, Shape.Shape]) =>
      Merge.concat({ a: plane(...shapes[0]), b: plane(...shapes[1]) })
    expect(refusal(joined([4, 3], [5, 3]), 1, 1).message).toBe(
      'concat: got rows × 4 × 3 in "a" and rows × 5 × 3 in "b", expected shapes that differ in the last size only; take Merge.tokens, which puts tokens of one size into one row'
    )
    expect(refusal(joined([4, 3], [5, 2]), 1, 1)).toMatchObject({
      advice: "end the branches with layers of the same shape"
    })
    expect(refusal(joined([3], [1, 3]), 1, 1)).toMatchObject({
      stage: "concat",
      given: 'rows × 3 in "a" and rows × 1 × 3 in "b"',
      advice: 'end "b" with Nn.flatten'
    })
    expect(lowered(joined([4, 3], [4, 2]), 1, 1).nodes.at(-1)!.shape).toEqual([4, 5])
  })

  it("are those of tokens that differ in more than their number", () => {
    const plane = (...shape: Shape.Shape) => Ingress.numeric(["x"]).pipe(Nn.reshaping(shaped(shape), {}, shape))
    const joined = (...shapes: readonly [Shape.Shape, Shape.Shape]) =>
      Merge.tokens({ a: plane(...shapes[0]), b: plane(...shapes[1]) })
    expect(lowered(joined([4, 3], [2, 3]), 1, 1).nodes.at(-1)!.shape).toEqual([6, 3])
    expect(refusal(joined([4, 3], [4, 2]), 1, 1).message).toBe(
      'tokens: got rows × 4 × 3 in "a" and rows × 4 × 2 in "b", expected shapes that differ in the first size only; end the branches with layers of the same shape'
    )
    expect(refusal(joined([3], [3]), 1, 1)).toMatchObject({
      expected: "rows of tokens, [tokens, size]",
      advice: 'end "a" and "b" with Nn.featureTokens or Nn.embedding, or take Merge.concat'
    })
  })

  it.each([0, -1, 1.5, Number.NaN])("are those of a layer that says its size is %d", (size) => {
    const pipeline = Ingress.numeric().pipe(Nn.relu(), Nn.stage(shaped([size])), Nn.head())
    expect(refusal(pipeline, 2, 1).message).toBe(
      `odd: got the shape [${size}], expected whole numbers of at least 1; correct the shape function of this layer`
    )
  })

  it("are those that a layer refuses, with the path of the layer", () => {
    const picky = shaped(Result.fail({ given: "this", expected: "that", advice: "change it" }))
    const pipeline = Ingress.numeric().pipe(
      Nn.residual((block) => block.pipe(Nn.stage(picky))),
      Nn.head()
    )
    expect(refusal(pipeline, 2, 1).message).toBe("residual/odd: got this, expected that; change it")
  })
})

describe("first values", () => {
  const body = Ingress.numeric().pipe(Nn.linear(3), Nn.relu(), Nn.linear(2))
  const first = (pipeline: Pipeline.Any, seed = 1) =>
    new Map(
      Graph.initialise(lowered(pipeline, 4, 1).parameters, Seed.root(seed)).map(({ path, values }) => [path, values])
    )

  it("are the same for the same seed, and others for another", () => {
    expect(first(body)).toEqual(first(body))
    expect(first(body, 2)).not.toEqual(first(body))
  })

  it("are drawn by path, so that a layer of another name changes none", () => {
    const more = Ingress.numeric().pipe(
      Nn.tanh(),
      Nn.linear(3),
      Nn.dropout(0.5),
      Nn.residual((block) => block.pipe(Nn.linear(3))),
      Nn.linear(2)
    )
    const [before, after] = [first(body), first(more)]
    for (const [path, values] of before) expect(after.get(path)).toEqual(values)
    expect([...after.keys()].filter((path) => !before.has(path))).toEqual([
      "residual/linear.kernel",
      "residual/linear.bias"
    ])
  })

  it("differ between layers of the same shape in different branches", () => {
    const same = Ingress.numeric().pipe(Nn.linear(3))
    const values = first(Merge.sum({ a: same, b: same }))
    expect(values.get("a/linear.kernel")).not.toEqual(values.get("b/linear.kernel"))
  })

  it("are what the layer says, drawn from the seed of their path", () => {
    const made = lowered(body, 4, 1)
    const kernel = partOf(body.stages[1]!, "layer", "head").layer.parameters([4], [3])[0]!
    const values = new Float32Array(12)
    kernel.initialise(values, Seed.generator(Seed.derive(Seed.root(1), "init", "linear.kernel")))
    expect(Graph.initialise(made.parameters, Seed.root(1))[0]).toEqual({ path: "linear.kernel", shape: [4, 3], values })
  })
})

describe("arrays of another network", () => {
  const made = lowered(Ingress.numeric().pipe(Nn.linear(2, { bias: false }), Nn.head()), 3, 1)
  const own = Graph.initialise(made.parameters, Seed.root(1))

  it("are told from its own", () => {
    expect(Graph.mismatch(made, own)).toBeUndefined()
  })

  it.each<[string, ReadonlyArray<Graph.NamedArray>, string]>([
    [
      "one too few",
      own.slice(1),
      "has the arrays head.kernel [2, 1], head.bias [1], but the network has linear.kernel [3, 2], head.kernel [2, 1], head.bias [1]; load it with the learner and the task that it was saved from"
    ],
    [
      "another shape of the same size",
      [{ ...own[0]!, shape: [2, 3] }, ...own.slice(1)],
      "has the arrays linear.kernel [2, 3], head.kernel [2, 1], head.bias [1], but the network has linear.kernel [3, 2], head.kernel [2, 1], head.bias [1]; load it with the learner and the task that it was saved from"
    ],
    [
      "too few values",
      [{ ...own[0]!, values: own[0]!.values.slice(1) }, ...own.slice(1)],
      "the array linear.kernel [3, 2] has 5 values; the file is damaged, save the model again"
    ]
  ])("have %s", (_, arrays, message) => {
    expect(Graph.mismatch(made, arrays)).toBe(message)
  })
})
