import { assert, describe, expect, it } from "@effect/vitest"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as fc from "fast-check"
import * as Figure from "../src/Figure.ts"
import { document } from "../src/html.ts"
import * as Report from "../src/Report.ts"
import type { ComparisonRow, ReportModel } from "../src/ReportModel.ts"
import { sampleModel } from "./sampleModel.ts"

const small = { folds: 3, epochs: 10 }

const voids = new Set(["meta", "br", "hr"])

/** Elements that are opened and not closed, or closed out of order; none in a well-formed document. */
const unbalanced = (html: string): ReadonlyArray<string> => {
  const open: Array<string> = []
  const wrong: Array<string> = []
  for (const [, slash, name, rest] of html.matchAll(/<(\/?)([a-z][a-z0-9]*)((?:"[^"]*"|[^">])*)>/gi)) {
    if (slash === "/") {
      if (open.pop() !== name) wrong.push(name)
    } else if (!voids.has(name) && !rest.endsWith("/")) open.push(name)
  }
  return [...wrong, ...open]
}

const textual = (model: ReportModel) => document(model, [])

describe("the document", () => {
  it.live("is complete in itself: no script, no address, no other file", () =>
    Effect.gen(function* () {
      const { html } = yield* Report.make(sampleModel(small))
      expect(html).not.toMatch(/<script|<link|<img|<iframe|@import|url\(|\bsrc=/i)
      for (const [, target] of html.matchAll(/href="([^"]*)"/g)) expect(target).toMatch(/^#/)
      for (const [, address] of html.matchAll(/"(https?:[^"]*)"/g)) expect(address).toMatch(/^http:\/\/www\.w3\.org\//)
      expect(unbalanced(html)).toEqual([])
    })
  )

  it.live("links only to ids that it has, each once", () =>
    Effect.gen(function* () {
      const { html } = yield* Report.make(sampleModel(small))
      const ids = [...html.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id)
      expect(new Set(ids).size).toBe(ids.length)
      for (const [, target] of html.matchAll(/href="#([^"]*)"/g)) expect(ids).toContain(target)
    })
  )

  it("says how the numbers were made", () => {
    const { provenance, tasks, resampling } = sampleModel(small)
    const html = textual(sampleModel(small))
    for (const text of [
      String(provenance.seed),
      ...Object.entries(provenance.versions).flat(),
      provenance.engine,
      provenance.command,
      tasks[0].dataHash,
      resampling
    ])
      expect(html).toContain(text)
  })

  it("answers in words by the direction of the measure", () => {
    const rows = (verdict: ComparisonRow["verdict"]) => {
      const model = sampleModel(small)
      const row = model.comparisons.rows.find((row) => row.measure === "auc" && row.p !== null)!
      return textual({
        ...model,
        comparisons: { rows: [{ ...row, meanDiff: 0.02, verdict }], remarks: ["Tested so."] }
      })
    }
    expect(rows("better")).toContain("▲ better")
    expect(rows("worse")).toContain("▼ worse")
    expect(rows("no difference shown")).toContain(">no difference shown<")
    expect(rows("not testable")).toContain(">not testable<")
    expect(rows("better")).toContain("Tested so.")
  })

  it("says which way a measure is better, and nothing where neither is", () => {
    const model = sampleModel(small)
    const text = (direction: "maximise" | "minimise" | undefined) =>
      textual({ ...model, measures: model.measures.map((measure) => ({ ...measure, direction })) })
    expect(text("maximise")).toContain("; higher is better")
    expect(text("minimise")).toContain("; lower is better")
    expect(text("maximise")).not.toContain("lower is better")
    expect(text(undefined)).not.toContain("is better")
  })

  it("shows each P by its name, the interval, the pairs, and how much of the run it is of", () => {
    const model = sampleModel(small)
    const row = model.comparisons.rows.find((row) => row.measure === "auc" && row.p !== null)!
    const rows = [
      { ...row, meanDiff: 0.02, lower: -0.01, upper: 0.05, p: 0.01, pHolm: 0.5, pNaive: 0.002, pairs: 8, open: 2 }
    ]
    const html = textual({ ...model, comparisons: { rows, remarks: [] }, jobs: { total: 270, finished: 10 } })
    for (const text of ["P (Holm)", "0.5000", "naive P", "0.0020", "−0.0100 to +0.0500", "8 of 10"]) {
      expect(html).toContain(text)
    }
    expect(html).toContain("10 of 270 jobs are finished")
  })

  it("shows failed jobs first and with their reason", () => {
    const html = textual(sampleModel(small))
    expect(html).toContain('1 job failed (mlp.aum.rate): <a href="#failures">')
    expect(html).toContain("the loss was NaN in epoch 12")
    expect(textual({ ...sampleModel(small), failures: [] })).not.toContain("failures")
  })

  it("puts the reason in place of a figure that could not be drawn", () => {
    const model = sampleModel(small)
    const html = document(model, [{ figure: Figure.all(model)[0], svg: undefined, problem: "no <font>" }])
    expect(html).toContain("no &lt;font&gt;")
  })

  it("stays well-formed and harmless with any text in the model", () => {
    const nasty = fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc.constantFrom("<script>alert(1)</script>", "\"'><img src=x>", "</style>", "</table>", "-->", "&lt;", "$&", "$'")
    )
    fc.assert(
      fc.property(nasty, nasty, nasty, (a, b, c) => {
        const model = sampleModel({
          subsets: [`1${a}`, `2${b}`],
          learners: ["base", `l${c}`],
          task: a,
          folds: 2,
          epochs: 2
        })
        const html = textual({
          ...model,
          title: a,
          resampling: b,
          tasks: model.tasks.map((task) => ({ ...task, file: c, roles: { [a]: [b, c] } })),
          failures: [{ job: a, learner: b, split: c, message: a, count: 1 }],
          notes: [a, b],
          provenance: { ...model.provenance, command: c, engine: a, versions: { [b]: c } }
        })
        expect(unbalanced(html)).toEqual([])
        expect(html).not.toMatch(/<script|<img/i)
      }),
      { numRuns: 60 }
    )
  })
})

describe("Report.make", () => {
  it.live("gives the same bytes again, and each figure as SVG and PNG", () =>
    Effect.gen(function* () {
      const first = yield* Report.make(sampleModel(small))
      const again = yield* Report.make(sampleModel(small))
      assert.strictEqual(again.html, first.html)
      assert.deepStrictEqual(again.figures, first.figures)
      assert.deepStrictEqual(first.problems, [])
      const names = Figure.all(sampleModel(small)).map(({ name }) => name)
      assert.deepStrictEqual(
        first.figures.map(({ path }) => path),
        names.flatMap((name) => [`figures/${name}.svg`, `figures/${name}.png`])
      )
    })
  )
})

describe("Report.write", () => {
  it.live("writes the document and the figures, and leaves nothing half written", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const directory = yield* fs.makeTempDirectoryScoped()
      const model = sampleModel({ ...small, subsets: [] })
      const { file, problems } = yield* Report.write(model, `${directory}/run`)
      assert.deepStrictEqual(problems, [])
      assert.strictEqual(yield* fs.readFileString(file), (yield* Report.make(model)).html)
      const files = yield* fs.readDirectory(`${directory}/run`, { recursive: true })
      assert.deepStrictEqual(
        files.filter((name) => name.endsWith(".svg")).length,
        files.filter((name) => name.endsWith(".png")).length
      )
      assert.isFalse(files.some((name) => name.endsWith(".part")))
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer))
  )
})
