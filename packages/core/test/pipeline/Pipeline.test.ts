import * as Aum from "@rocflow/losses/Aum"
import * as Bce from "@rocflow/losses/Bce"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { canonicalJson } from "../../src/Hash.ts"
import * as Ingress from "../../src/pipeline/Ingress.ts"
import * as Nn from "../../src/pipeline/Nn.ts"
import * as Optimizer from "../../src/pipeline/Optimizer.ts"
import * as Pipeline from "../../src/pipeline/Pipeline.ts"
import { PipelineError } from "../../src/pipeline/PipelineError.ts"
import * as Preprocess from "../../src/pipeline/Preprocess.ts"
import type { Stage } from "../../src/pipeline/Stage.ts"
import { any, complete, issuesOf, registry } from "../support/pipelines.ts"

const read = (json: unknown, options?: { readonly complete?: boolean }) => Pipeline.fromJson(json, registry, options)
const valid = (json: unknown) => Result.getOrThrow(read(json))

const bce = [
  { type: "Ingress.numeric" },
  { type: "Nn.linear", units: 2 },
  { type: "Nn.head" },
  { type: "Bce.loss" },
  { type: "Optimizer.adam" },
  { type: "Model.classif", epochs: 3 }
]
const replaced = (place: number, stage: unknown) => bce.map((old, i) => (i === place ? stage : old))
const without = (...places: ReadonlyArray<number>) => bce.filter((_, i) => !places.includes(i))

describe("toJson and fromJson", () => {
  it("are inverse on every valid pipeline", () => {
    fc.assert(
      fc.property(any, (json) => {
        const pipeline = valid(json)
        expect(Pipeline.toJson(pipeline)).toEqual(json)
        const again = valid(JSON.parse(JSON.stringify(Pipeline.toJson(pipeline))))
        expect(Pipeline.toJson(again)).toEqual(json)
        expect(Pipeline.hash(again)).toBe(Pipeline.hash(pipeline))
        expect(Result.isSuccess(Pipeline.check(pipeline))).toBe(true)
      })
    )
  })

  it("accept every valid pipeline as complete exactly when it ends in a model", () => {
    fc.assert(
      fc.property(any, (json) => {
        const ends = json.at(-1)!.type.startsWith("Model.")
        expect(Result.isSuccess(read(json, { complete: true }))).toBe(ends)
      })
    )
  })

  it("write stages made in code, without options that are undefined", () => {
    const pipeline = Preprocess.select(["age"]).pipe(
      Preprocess.standardise(),
      Ingress.numeric(),
      Nn.linear(20, { bias: false }),
      Nn.gelu(),
      Nn.head(),
      Aum.loss({ denominator: "count" }),
      Optimizer.sgd({ learningRate: 0.1 })
    )
    expect(Pipeline.toJson(pipeline)).toEqual([
      { type: "Preprocess.select", columns: ["age"] },
      { type: "Preprocess.standardise" },
      { type: "Ingress.numeric" },
      { type: "Nn.linear", units: 20, bias: false },
      { type: "Nn.gelu" },
      { type: "Nn.head" },
      { type: "Aum.loss", denominator: "count" },
      { type: "Optimizer.sgd", learningRate: 0.1 }
    ])
  })

  it("take a name alone for a stage without options", () => {
    expect(Pipeline.toJson(valid(["Ingress.numeric", "Nn.relu"]))).toEqual([
      { type: "Ingress.numeric" },
      { type: "Nn.relu" }
    ])
  })

  it("leave the pipeline as it was when a stage is added", () => {
    const ingress = Ingress.numeric()
    const [a, b] = [ingress.pipe(Nn.relu()), ingress.pipe(Nn.tanh(), Nn.tanh())]
    expect([ingress, a, b].map(({ stages }) => stages.length)).toEqual([1, 2, 3])
  })
})

describe("hash", () => {
  /** Stages with every default written out. */
  const written = (stages: ReadonlyArray<Stage>): ReadonlyArray<Pipeline.StageJson> =>
    stages.map(({ bound, id }) => {
      const { encoded, part } = Result.getOrThrow(bound)
      switch (part.kind) {
        case "merge": {
          const branches = Array.from(part.branches, ([name, branch]) => [name, written(branch)])
          return { type: id, branches: Object.fromEntries(branches) }
        }
        case "block":
          return { type: id, ...(encoded as object), body: written(part.body) }
        default:
          return { type: id, ...(encoded as object) }
      }
    })
  const explicit = (json: ReadonlyArray<Pipeline.StageJson>) => written(valid(json).stages)

  it("does not tell left-out options from written defaults", () => {
    fc.assert(
      fc.property(complete, (json) => {
        const full = explicit(json)
        expect(full.length).toBe(json.length)
        expect(Pipeline.hash(valid(full))).toBe(Pipeline.hash(valid(json)))
      })
    )
  })

  it("does not depend on the order of keys, those of branches too", () => {
    const turned = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(turned)
      if (typeof value !== "object" || value === null) return value
      return Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([key, inner]) => [key, turned(inner)])
      )
    }
    fc.assert(
      fc.property(complete, (json) => {
        expect(Pipeline.hash(valid(turned(json)))).toBe(Pipeline.hash(valid(json)))
      })
    )
  })

  it("tells any two different descriptions apart", () => {
    fc.assert(
      fc.property(complete, complete, (a, b) => {
        const same = canonicalJson(explicit(a)) === canonicalJson(explicit(b))
        expect(Pipeline.hash(valid(a)) === Pipeline.hash(valid(b))).toBe(same)
      })
    )
  })

  it.each<[string, number, object]>([
    ["units", 1, { type: "Nn.linear", units: 3 }],
    ["bias", 1, { type: "Nn.linear", units: 2, bias: false }],
    ["the layer", 1, { type: "Nn.relu" }],
    ["posWeight", 3, { type: "Bce.loss", posWeight: 2 }],
    ["the loss", 3, { type: "Aum.loss" }],
    ["beta2", 4, { type: "Optimizer.adam", beta2: 0.99 }],
    ["epochs", 5, { type: "Model.classif", epochs: 4 }],
    ["measures", 5, { type: "Model.classif", epochs: 3, measures: ["auc"] }],
    ["predictType", 5, { type: "Model.classif", epochs: 3, predictType: "response" }],
    ["validation", 5, { type: "Model.classif", epochs: 3, validation: { holdout: 0.5, measures: ["auc"] } }]
  ])("changes with %s", (_, place, stage) => {
    expect(Pipeline.hash(valid(replaced(place, stage)))).not.toBe(Pipeline.hash(valid(bce)))
  })

  it("of a pipeline without branches stays what it always was", () => {
    const ranking = Preprocess.impute({ method: "median" }).pipe(
      Preprocess.standardise(),
      Ingress.numeric(["age", "dose"]),
      Nn.linear(20),
      Nn.relu(),
      Nn.dropout(0.5),
      Nn.head(),
      Aum.loss(),
      Optimizer.sgd({ learningRate: 0.1, momentum: 0.9 })
    )
    // Aum.loss is another loss since it has a margin, so that results of both are kept apart.
    expect(Pipeline.hash(ranking)).toBe("ae6f81f3bff1d924c6c3831d307776c000e70d25826bfe8ce24e480dcbf34d4a")
    const searching = Ingress.numeric().pipe(Nn.head(), Aum.loss(), Optimizer.lineSearch())
    expect(Pipeline.hash(searching)).toBe("7dc1b0b602e31b6ab4ed7025c217995d4c7c45b055925d0b970f257fbf7dd883")
  })

  it("is SHA-256 in hexadecimal, of the canonical JSON", () => {
    expect(Pipeline.hash(valid(bce))).toMatch(/^[0-9a-f]{64}$/)
  })
})

describe("a bad description", () => {
  it.each<[string, unknown, ReadonlyArray<readonly [string, string | RegExp]>]>([
    ["no list", { type: "Nn.linear" }, [["", "a pipeline is a list of at least one stage"]]],
    ["an empty list", [], [["", "a pipeline is a list of at least one stage"]]],
    ["a number for a stage", [3], [["0", 'a stage is written as { type: "Nn.linear", … }, got 3']]],
    ["null for a stage", [null], [["0", /got null/]]],
    ["no type", [{ units: 2 }], [["0", /got \{"units":2\}/]]],
    [
      "a slip in a name",
      ["Ingress.numerc"],
      [["0.type", '"Ingress.numerc" is not a known stage; did you mean "Ingress.numeric"?']]
    ],
    ["a name like none", ["Wavelets"], [["0.type", /known are Preprocess\.select, /]]],
    ["a measure for a stage", ["auc"], [["0.type", /"auc" is not a known/]]],
    [
      "an option of the wrong type",
      replaced(1, { type: "Nn.linear", units: "2" }),
      [["1.units", /^Nn\.linear: .*"2"/]]
    ],
    ["an option out of range", replaced(1, { type: "Nn.dropout", rate: 1 }), [["1.rate", /^Nn\.dropout: /]]],
    ["an option that lacks", replaced(1, { type: "Nn.linear" }), [["1.units", /^Nn\.linear: /]]],
    ["an option too many", replaced(1, { type: "Nn.linear", units: 2, width: 3 }), [["1.width", /^Nn\.linear: /]]],
    [
      "the loss missing",
      without(3),
      [["3", "Optimizer.adam: Stage not set: loss; put a loss (Bce.loss) before Optimizer.adam"]]
    ],
    [
      "head and loss missing",
      without(2, 3),
      [["2", "Optimizer.adam: Stage not set: head, loss; put Nn.head, a loss (Bce.loss) before Optimizer.adam"]]
    ],
    ["a layer after the head", [...bce.slice(0, 3), "Nn.relu"], [["3", "Nn.relu cannot come after the head"]]],
    ["two losses", [...bce.slice(0, 4), "Aum.loss"], [["4", "Aum.loss cannot come after the loss"]]],
    [
      "preprocessing after layers",
      ["Ingress.numeric", "Nn.relu", "Preprocess.standardise"],
      [["2", "Preprocess.standardise cannot come after the network layers"]]
    ],
    [
      "two models",
      [...bce, { type: "Model.classif", epochs: 1 }],
      [["6", /cannot come after the model: the pipeline is complete/]]
    ],
    [
      "a loss for another model",
      replaced(5, { type: "Model.regr", epochs: 3 }),
      [["5", "Bce.loss accepts binary targets, Model.regr makes regression learners; choose another loss or model"]]
    ],
    [
      "an unknown measure",
      replaced(5, { type: "Model.classif", epochs: 3, measures: ["error", "aucc"] }),
      [["5.measures.1", /"aucc" is not a known measure; did you mean "auc"\?/]]
    ],
    [
      "an unknown validation measure",
      replaced(5, { type: "Model.classif", epochs: 3, validation: { holdout: 0.5, measures: ["AUC", "loglos"] } }),
      [
        ["5.validation.measures.0", /did you mean "auc"/],
        ["5.validation.measures.1", /did you mean "logloss"/]
      ]
    ],
    [
      "an unknown callback",
      replaced(5, { type: "Model.classif", epochs: 3, callbacks: [{ type: "Mine.wach" }] }),
      [["5.callbacks.0.type", /"Mine\.wach" is not a known callback; did you mean "Mine\.watch"\?/]]
    ],
    [
      "a bad option of a callback",
      replaced(5, { type: "Model.classif", epochs: 3, callbacks: [{ type: "Mine.watch", every: 0 }] }),
      [["5.callbacks.0.every", /^Model\.classif: Mine\.watch: /]]
    ],
    [
      "patience without a split",
      replaced(5, { type: "Model.classif", epochs: 3, patience: 3 }),
      [["5.patience", /^Model\.classif: /]]
    ]
  ])("%s", (_, json, expected) => {
    const issues = issuesOf(read(json))
    expect(issues.map(([path]) => path)).toEqual(expected.map(([path]) => path))
    const says = (message: string, wanted: string | RegExp) =>
      typeof wanted === "string" ? message === wanted : wanted.test(message)
    expect(issues.filter(([, message], i) => !says(message, expected[i]![1]))).toEqual([])
  })

  it("gives every issue at once", () => {
    const issues = issuesOf(
      read([
        "Ingress.numerik",
        { type: "Nn.linear", units: 0, bais: true },
        { type: "Nn.dropout", rate: 2 },
        "Optimizer.sgd"
      ])
    )
    expect(issues.map(([path]) => path).sort()).toEqual([
      "0.type",
      "1.bais",
      "1.units",
      "2.rate",
      "3",
      "3.learningRate"
    ])
  })

  it("does not blame later stages for one whose name is misspelt", () => {
    expect(issuesOf(read(replaced(2, "Nn.haed"))).map(([path]) => path)).toEqual(["2.type"])
  })

  it("is refused as incomplete with the names of what is missing", () => {
    expect(issuesOf(read(bce.slice(0, 3), { complete: true }))).toEqual([
      ["", "Stage not set: loss, optimizer; put a loss (Bce.loss), an optimizer (Optimizer.adam) before Model"]
    ])
    expect(issuesOf(read(bce.slice(0, 5), { complete: true }))).toEqual([
      ["", "Stage not set: model; end the pipeline with Model.classif or Model.regr"]
    ])
  })

  it("has a message with a line an issue and the path in front", () => {
    const result = read(replaced(1, { type: "Nn.linear", units: 0, width: 3 }))
    expect(Result.isFailure(result) && result.failure.message.split("\n")).toEqual([
      expect.stringMatching(/^at \[1\]\.(units|width): Nn\.linear: /),
      expect.stringMatching(/^at \[1\]\.(units|width): Nn\.linear: /)
    ])
  })

  it("made in code is found by check", () => {
    const pipeline = Ingress.numeric().pipe(Nn.linear(-1), Nn.dropout(1.5), Nn.head(), Bce.loss({ posWeight: 0 }))
    expect(issuesOf(Pipeline.check(pipeline)).map(([path]) => path)).toEqual(["1.units", "2.rate", "4.posWeight"])
  })

  it("survives encoding and decoding, as any tagged error", () => {
    const result = read(["Nn.relu"])
    if (Result.isSuccess(result)) throw new Error("expected a failure")
    const encoded: unknown = JSON.parse(JSON.stringify(Schema.encodeSync(PipelineError)(result.failure)))
    expect(Schema.decodeUnknownSync(PipelineError)(encoded).message).toBe(result.failure.message)
  })
})

describe("drawings", () => {
  const pipeline = Preprocess.impute({ method: "median" }).pipe(
    Ingress.numeric(["age", "dose", "x"]),
    Nn.linear(20),
    Nn.relu(),
    Nn.head(),
    Bce.loss(),
    Optimizer.sgd({ learningRate: 0.1 })
  )

  it("as text, with the shape after each stage", () => {
    expect(Pipeline.toText(pipeline)).toMatchInlineSnapshot(`
      "Preprocess.impute (method: median)     → columns
      Ingress.numeric (columns: age dose x)  → rows × 3
      Nn.linear (units: 20)                  → rows × 20
      Nn.relu                                → rows × 20
      Nn.head                                → rows × outputs
      Bce.loss                               → value and gradient
      Optimizer.sgd (learningRate: 0.1)      → updates"
    `)
  })

  it("as text, for a task of which the widths are known", () => {
    const open = Ingress.numeric().pipe(Nn.tanh(), Nn.head())
    expect(Pipeline.toText(open)).toMatchInlineSnapshot(`
      "Ingress.numeric  → rows × features
      Nn.tanh          → rows × features
      Nn.head          → rows × outputs"
    `)
    expect(Pipeline.toText(open, { features: 60, outputs: 3 })).toMatchInlineSnapshot(`
      "Ingress.numeric  → rows × 60
      Nn.tanh          → rows × 60
      Nn.head          → rows × 3"
    `)
  })

  it("as Mermaid, with the shape on each edge", () => {
    expect(Pipeline.toMermaid(pipeline, { outputs: 1 })).toMatchInlineSnapshot(`
      "flowchart LR
        task(["task"])
        s0["Preprocess.impute (method: median)"]
        s1["Ingress.numeric (columns: age dose x)"]
        s2["Nn.linear (units: 20)"]
        s3["Nn.relu"]
        s4["Nn.head"]
        s5["Bce.loss"]
        s6["Optimizer.sgd (learningRate: 0.1)"]
        task -- "columns" --> s0
        s0 -- "columns" --> s1
        s1 -- "rows × 3" --> s2
        s2 -- "rows × 20" --> s3
        s3 -- "rows × 20" --> s4
        s4 -- "rows × 1" --> s5
        s5 -- "value and gradient" --> s6"
    `)
  })

  it("escape what a column is called", () => {
    const odd = Preprocess.select(['a"<b>&']).pipe(Ingress.numeric())
    expect(Pipeline.toMermaid(odd)).toContain("columns: a&quot;&lt;b>&amp;")
  })
})
