import * as Bce from "@rocflow/losses/Bce"
import * as Aum from "@rocflow/losses/Aum"
import * as Result from "effect/Result"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as Ingress from "../../src/pipeline/Ingress.ts"
import * as Merge from "../../src/pipeline/Merge.ts"
import * as Nn from "../../src/pipeline/Nn.ts"
import * as Optimizer from "../../src/pipeline/Optimizer.ts"
import * as Pipeline from "../../src/pipeline/Pipeline.ts"
import * as Preprocess from "../../src/pipeline/Preprocess.ts"
import { issuesOf, registry } from "../support/pipelines.ts"

const read = (json: unknown) => Pipeline.fromJson(json, registry)
const valid = (json: unknown) => Result.getOrThrow(read(json))

const branches = {
  measured: Preprocess.standardise().pipe(Ingress.numeric(["age", "dose"]), Nn.linear(4)),
  site: Preprocess.oneHot().pipe(
    Ingress.numeric(["site=a", "site=b"]),
    Nn.linear(4),
    Nn.residual((block) => block.pipe(Nn.linear(4, { bias: false }), Nn.tanh()))
  )
}
const json = {
  measured: [
    { type: "Preprocess.standardise" },
    { type: "Ingress.numeric", columns: ["age", "dose"] },
    { type: "Nn.linear", units: 4 }
  ],
  site: [
    { type: "Preprocess.oneHot" },
    { type: "Ingress.numeric", columns: ["site=a", "site=b"] },
    { type: "Nn.linear", units: 4 },
    { type: "Nn.residual", body: [{ type: "Nn.linear", units: 4, bias: false }, { type: "Nn.tanh" }] }
  ]
}

describe.each([
  ["Merge.concat", Merge.concat(branches)],
  ["Merge.tokens", Merge.tokens(branches)],
  ["Merge.sum", Merge.sum(branches)],
  ["Merge.product", Merge.product(branches)]
])("%s", (type, merged) => {
  it("is written with its branches by name, and read back", () => {
    expect(Pipeline.toJson(merged)).toEqual([{ type, branches: json }])
    const again = valid(JSON.parse(JSON.stringify(Pipeline.toJson(merged))))
    expect(Pipeline.toJson(again)).toEqual(Pipeline.toJson(merged))
    expect(Pipeline.hash(again)).toBe(Pipeline.hash(merged))
    expect(Result.isSuccess(Pipeline.check(merged))).toBe(true)
  })

  it("may be written by its name, with its branches below it", () => {
    const below = valid([{ [type]: json }])
    expect(Pipeline.toJson(below)).toEqual(Pipeline.toJson(merged))
    expect(Pipeline.hash(below)).toBe(Pipeline.hash(merged))
  })

  it("comes first, or after preprocessing that all branches share", () => {
    const after = Preprocess.impute({ method: "median" }).pipe(merged, Nn.head())
    expect(Pipeline.toJson(after).map((stage) => stage.type)).toEqual(["Preprocess.impute", type, "Nn.head"])
    expect(Result.isSuccess(Pipeline.check(after))).toBe(true)
    expect(merged.stages.length).toBe(1)
  })
})

describe("hash", () => {
  const base = Pipeline.hash(Merge.concat(branches))

  it.each<[string, Pipeline.Any]>([
    ["how branches come together", Merge.sum(branches)],
    ["the name of a branch", Merge.concat({ measured: branches.measured, place: branches.site })],
    ["one branch fewer", Merge.concat({ site: branches.site })],
    ["a layer of a branch", Merge.concat({ ...branches, measured: branches.measured.pipe(Nn.relu()) })],
    [
      "an option inside a block",
      Merge.concat({
        ...branches,
        site: Preprocess.oneHot().pipe(
          Ingress.numeric(["site=a", "site=b"]),
          Nn.linear(4),
          Nn.residual((block) => block.pipe(Nn.linear(4), Nn.tanh()))
        )
      })
    ],
    ["branches in the place of each other", Merge.concat({ measured: branches.site, site: branches.measured })]
  ])("changes with %s", (_, other) => {
    expect(Pipeline.hash(other)).not.toBe(base)
  })

  it("does not tell left-out options from written defaults, at any depth", () => {
    const given = JSON.stringify(json)
    const full: unknown = JSON.parse(
      given
        .replaceAll('"units":4}', '"units":4,"bias":true}')
        .replaceAll('{"type":"Preprocess.oneHot"}', '{"type":"Preprocess.oneHot","drop":"none","unknown":"zero"}')
    )
    expect(JSON.stringify(full)).not.toBe(given)
    expect(Pipeline.hash(valid([{ type: "Merge.concat", branches: full }]))).toBe(base)
  })

  it("is that of the same branches in any order", () => {
    const turned = { site: branches.site, measured: branches.measured }
    expect(Pipeline.hash(Merge.concat(turned))).toBe(base)
  })
})

describe("the names of branches", () => {
  it("are letters and digits of any language, _ and -", () => {
    const name = fc.constantFrom("a", "Scan", "scan_2", "x-y", "größe", "数", "7")
    fc.assert(
      fc.property(fc.uniqueArray(name, { minLength: 1 }), (names) => {
        const given = Object.fromEntries(names.map((each) => [each, Ingress.numeric(["x"])]))
        expect(Result.isSuccess(Pipeline.check(Merge.sum(given)))).toBe(true)
      })
    )
  })

  it.each(["", "a/b", "a b", "a#2", "a.b", "*"])("are not %j, in code or read", (name) => {
    const given = Merge.sum({ good: Ingress.numeric(), [name]: Ingress.numeric() })
    const message = `Merge.sum: ${JSON.stringify(name)} is no name of a branch; use letters, digits, _ and -`
    expect(issuesOf(Pipeline.check(given))).toEqual([["0.branches", message]])
    expect(issuesOf(read(Pipeline.toJson(given)))).toEqual([["0.branches", message]])
  })

  it("are at least one", () => {
    const issue = ["0.branches", "Merge.concat: there is no branch; give at least one"]
    expect(issuesOf(Pipeline.check(Merge.concat({})))).toEqual([issue])
    expect(issuesOf(read([{ type: "Merge.concat", branches: {} }]))).toEqual([issue])
  })

  it("give no two stages one path", () => {
    const block = Merge.concat({ residual: Ingress.numeric(["x"]).pipe(Nn.linear(1)) }).pipe(
      Nn.residual((inner) => inner.pipe(Nn.tanh(), Nn.linear(1)))
    )
    expect(issuesOf(Pipeline.check(block))).toEqual([
      ["1.body.1", 'Nn.linear: another stage has the path "residual/linear" too; rename the branch "residual"']
    ])
    const fine = Merge.concat({ residual: Ingress.numeric(["x"]) }).pipe(
      Nn.residual((inner) => inner.pipe(Nn.linear(1)))
    )
    expect(Result.isSuccess(Pipeline.check(fine))).toBe(true)
  })
})

describe("a bad description", () => {
  const merge = (a: unknown, ...more: ReadonlyArray<unknown>) => [{ type: "Merge.concat", branches: { a } }, ...more]
  const block = (body: unknown, ...more: ReadonlyArray<unknown>) => [
    "Ingress.numeric",
    { type: "Nn.residual", body },
    ...more
  ]
  const linear = { type: "Nn.linear", units: 2 }
  const aum = ["Nn.head", "Aum.loss", "Optimizer.lineSearch"]

  it.each<[string, unknown, ReadonlyArray<readonly [string, string | RegExp]>]>([
    ["no branches", [{ type: "Merge.concat" }], [["0.branches", "Merge.concat: is missing; add it"]]],
    [
      "a branch that is no list",
      merge("Ingress.numeric"),
      [["0.branches.a", "Merge.concat: is no list of stages; write one in brackets: [Ingress.numeric]"]]
    ],
    [
      "an empty branch",
      merge([]),
      [["0.branches.a", /^Merge\.concat: branch "a" has no stage, .*; end it with an ingress or a layer$/]]
    ],
    ["a branch without an ingress", merge(["Preprocess.oneHot"]), [["0.branches.a", /ends after the preprocessing, /]]],
    ["a head in a branch", merge(["Ingress.numeric", "Nn.head"]), [["0.branches.a", /ends after the head, /]]],
    [
      "a layer before the ingress of a branch",
      merge([linear, "Ingress.numeric"]),
      [
        ["0.branches.a.0", "Nn.linear: Stage not set: ingress; put Ingress.numeric before Nn.linear"],
        ["0.branches.a.1", "Ingress.numeric cannot come after the network layers"]
      ]
    ],
    [
      "a slip in a name above branches",
      [{ "Merge.concta": {} }],
      [["0", '"Merge.concta" is not a known stage; did you mean "Merge.concat"?']]
    ],
    [
      "another stage by its name",
      [{ "Nn.linear": { units: 2 } }],
      [["0", 'a stage is written as { type: "Nn.linear", … }, got {"Nn.linear":{"units":2}}']]
    ],
    [
      "a slip in a name in a branch",
      merge(["Ingress.numeric", "Nn.rely"]),
      [["0.branches.a.1.type", 'Merge.concat: "Nn.rely" is not a known stage; did you mean "Nn.relu"?']]
    ],
    [
      "a bad option in a branch",
      merge(["Ingress.numeric", { type: "Nn.linear", unit: 2 }]),
      [["0.branches.a.1.unit", 'Nn.linear: is not a known key; did you mean "units"?']]
    ],
    [
      "a bad option three lists deep",
      merge([{ type: "Merge.sum", branches: { b: block([{ type: "Nn.dropout", rate: 1 }]) } }]),
      [["0.branches.a.0.branches.b.1.body.0.rate", /^Nn\.dropout: /]]
    ],
    [
      "a second ingress after a merge",
      merge(["Ingress.numeric"], "Ingress.numeric"),
      [["1", "Ingress.numeric cannot come after the network layers"]]
    ],
    [
      "a merge after layers",
      ["Ingress.numeric", "Nn.relu", ...merge(["Ingress.numeric"])],
      [["2", "Merge.concat cannot come after the network layers"]]
    ],
    ["no body", [...block(undefined)], [["1.body", "Nn.residual: is missing; add it"]]],
    ["an empty body", block([]), [["1.body", /^Nn\.residual: the body has no stage, .*; end it with a layer$/]]],
    [
      "an ingress in a body",
      block([linear, "Ingress.numeric"]),
      [["1.body.1", "Ingress.numeric cannot come after the network layers"]]
    ],
    ["a head in a body", block(["Nn.head"]), [["1.body", /ends after the head, /]]],
    [
      "a block first",
      [{ type: "Nn.residual", body: [linear] }],
      [["0", "Nn.residual: Stage not set: ingress; put Ingress.numeric before Nn.residual"]]
    ],
    [
      "a line search with a hidden layer in a branch",
      merge(["Ingress.numeric", linear], ...aum),
      [["0.branches.a.1", /^Optimizer\.lineSearch is for linear models, so Nn\.linear cannot stand in the network; /]]
    ],
    [
      "a line search with a block",
      block([linear], ...aum),
      [["1", /^Optimizer\.lineSearch is for linear models, so Nn\.residual cannot stand in the network; /]]
    ]
  ])("%s", (_, given, expected) => {
    const issues = issuesOf(read(given))
    expect(issues.map(([path]) => path)).toEqual(expected.map(([path]) => path))
    const says = (message: string, wanted: string | RegExp) =>
      typeof wanted === "string" ? message === wanted : wanted.test(message)
    expect(issues.filter(([, message], i) => !says(message, expected[i]![1]))).toEqual([])
  })

  it("leaves linear branches to the line search", () => {
    expect(Result.isSuccess(read(merge(["Preprocess.standardise", "Ingress.numeric"], ...aum)))).toBe(true)
  })

  it("made in code is found by check, with the same issues", () => {
    const made = Merge.concat({ a: Ingress.numeric().pipe(Nn.dropout(2)), b: Ingress.numeric() }).pipe(
      Nn.residual((inner) => inner.pipe(Nn.linear(0))),
      Nn.head(),
      Aum.loss(),
      Optimizer.lineSearch()
    )
    const issues = issuesOf(Pipeline.check(made))
    expect(issues.map(([path]) => path)).toEqual(["0.branches.a.1.rate", "1.body.0.units", "0.branches.a.1"])
    expect(issuesOf(read(Pipeline.toJson(made)))).toEqual(issues)
  })
})

describe("drawings", () => {
  const pipeline = Preprocess.impute({ method: "median" }).pipe(
    Merge.concat(branches),
    Nn.relu(),
    Nn.head(),
    Bce.loss()
  )
  const deep = Merge.sum({
    outer: Merge.product({ inner: Ingress.numeric(["x"]), other: Ingress.numeric(["y"]) }).pipe(
      Nn.residual((block) => block.pipe(Nn.residual((again) => again.pipe(Nn.tanh()))))
    )
  })

  it("as text, with what is inside a stage before it, under its path", () => {
    expect(Pipeline.toText(pipeline)).toMatchInlineSnapshot(`
      "Preprocess.impute (method: median)          → columns
      measured:
        Preprocess.standardise                    → columns
        Ingress.numeric (columns: age dose)       → rows × 2
        Nn.linear (units: 4)                      → rows × 4
      site:
        Preprocess.oneHot                         → columns
        Ingress.numeric (columns: site=a site=b)  → rows × 2
        Nn.linear (units: 4)                      → rows × 4
        residual:
          Nn.linear (units: 4, bias: false)       → rows × 4
          Nn.tanh                                 → rows × 4
        Nn.residual                               → rows × 4
      Merge.concat                                → rows × 8
      Nn.relu                                     → rows × 8
      Nn.head                                     → rows × outputs
      Bce.loss                                    → value and gradient"
    `)
    expect(Pipeline.toText(deep)).toMatchInlineSnapshot(`
      "outer:
        inner:
          Ingress.numeric (columns: x)  → rows × 1
        other:
          Ingress.numeric (columns: y)  → rows × 1
        Merge.product                   → rows × 1
        residual:
          residual:
            Nn.tanh                     → rows × 1
          Nn.residual                   → rows × 1
        Nn.residual                     → rows × 1
      Merge.sum                         → rows × 1"
    `)
  })

  it("as Mermaid, with an edge from each branch, and one past each block", () => {
    expect(Pipeline.toMermaid(pipeline, { outputs: 1 })).toMatchInlineSnapshot(`
      "flowchart LR
        task(["task"])
        s0["Preprocess.impute (method: median)"]
        s1["Preprocess.standardise"]
        s2["Ingress.numeric (columns: age dose)"]
        s3["Nn.linear (units: 4)"]
        s4["Preprocess.oneHot"]
        s5["Ingress.numeric (columns: site=a site=b)"]
        s6["Nn.linear (units: 4)"]
        s7["Nn.linear (units: 4, bias: false)"]
        s8["Nn.tanh"]
        s9["Nn.residual"]
        s10["Merge.concat"]
        s11["Nn.relu"]
        s12["Nn.head"]
        s13["Bce.loss"]
        task -- "columns" --> s0
        s0 -- "columns" --> s1
        s1 -- "columns" --> s2
        s2 -- "rows × 2" --> s3
        s0 -- "columns" --> s4
        s4 -- "columns" --> s5
        s5 -- "rows × 2" --> s6
        s6 -- "rows × 4" --> s7
        s7 -- "rows × 4" --> s8
        s8 -- "rows × 4" --> s9
        s6 -- "rows × 4" --> s9
        s3 -- "rows × 4" --> s10
        s9 -- "rows × 4" --> s10
        s10 -- "rows × 8" --> s11
        s11 -- "rows × 8" --> s12
        s12 -- "rows × 1" --> s13"
    `)
  })
})
