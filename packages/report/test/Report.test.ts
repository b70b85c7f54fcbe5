import { createHash } from "node:crypto"
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

const voids = new Set(["meta", "br", "hr", "input"])

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

const withoutScript = (html: string) => html.replace(/<script type="module">[^]*?<\/script>/, "")

const textual = (model: ReportModel) => withoutScript(document(model, []))

/** What a person reads of a document. */
const wordsOf = (html: string): string => html.replace(/<[^>]*>/g, "").replace(/&amp;/g, "&")

describe("the document", () => {
  it.live("is complete in itself: no address, no other file, no script but the one that its policy knows", () =>
    Effect.gen(function* () {
      const { html: whole } = yield* Report.make(sampleModel(small))
      const scripts = [...whole.matchAll(/<script type="module">([^]*?)<\/script>/g)].map(([, code]) => code)
      expect(scripts).toHaveLength(1)
      const hash = createHash("sha256").update(scripts[0]).digest("base64")
      expect(whole).toContain(`script-src 'sha256-${hash}'"`)
      const html = withoutScript(whole)
      expect(html).not.toMatch(/<script|<link|<img|<iframe|@import|url\(|\bsrc=|\bon[a-z]+=/i)
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

  it("answers first, in words, test subset by test subset", () => {
    const model = sampleModel({ ...small, learners: ["featureless", "net"], subsets: ["north", "river"] })
    const row = model.comparisons.rows.find(({ learner, measure }) => learner === "net" && measure === "auc")!
    const of = (testSubset: string, compare: "other" | "all", more: Partial<ComparisonRow>): ComparisonRow => ({
      ...row,
      testSubset,
      compare,
      ...more
    })
    const rows = [
      of("north", "other", { meanDiff: -0.23, lower: -0.3, upper: -0.16, pHolm: 0.0004, verdict: "worse" }),
      of("north", "all", { meanDiff: 0.01, lower: -0.02, upper: 0.04, pHolm: 0.6, verdict: "no difference shown" }),
      of("river", "other", { meanDiff: 0.05, lower: 0.02, upper: 0.08, pHolm: 0.004, verdict: "better" }),
      of("river", "all", {
        meanDiff: null,
        lower: null,
        upper: null,
        p: null,
        pHolm: null,
        verdict: "not testable",
        notTestable: "1 defined pair"
      })
    ]
    const html = textual({ ...model, comparisons: { rows, remarks: [] } })
    const words = wordsOf(html)
    expect(words).toContain(
      "For river, models that were trained on the other subsets alone are better than those trained on the same one (AUC +0.050, 95 % interval +0.020 to +0.080), and adding the other subsets to the own data cannot be tested: 1 defined pair. " +
        "For north, models that were trained on the other subsets alone are worse than those trained on the same one (AUC −0.230, 95 % interval −0.300 to −0.160), and no difference is shown by adding the other subsets to the own data (AUC +0.010, 95 % interval −0.020 to +0.040)."
    )
    expect(words).toMatch(
      /net has the best mean AUC of 2 learners: 0\.8\d+ over the test subsets, trained on the same subset/
    )
    expect(html.indexOf('class="answer"')).toBeLessThan(html.indexOf("<table"))
    // Strength by the number of signs.
    expect(html).toMatch(/▼▼▼<\/span> <span class="hidden">worse: <\/span>−0\.230</)
    expect(html).toMatch(/▲▲<\/span> <span class="hidden">better: <\/span>\+0\.050</)
  })

  it("says which learner is the best, whom it beats, and of whom no difference is shown", () => {
    const model = sampleModel({ ...small, subsets: [], learners: ["featureless", "a", "b"] })
    const base = {
      ...sampleModel(small).comparisons.rows[0],
      trainSubsets: "same" as const,
      testSubset: "full",
      measure: "auc",
      overall: false
    }
    const rows = [
      {
        ...base,
        learner: "b",
        baseline: "featureless",
        meanDiff: 0.4,
        lower: 0.3,
        upper: 0.5,
        pHolm: 0.0001,
        verdict: "better" as const
      },
      {
        ...base,
        learner: "a",
        baseline: "b",
        meanDiff: -0.01,
        lower: -0.03,
        upper: 0.01,
        pHolm: 0.4,
        verdict: "no difference shown" as const
      }
    ]
    const words = wordsOf(textual({ ...model, learnerComparisons: { rows, remarks: [] } }))
    expect(words).toMatch(
      /On trees \(5\u202f956 rows\), b has the best mean AUC of 3 learners: 0\.\d+ over 3 test sets/
    )
    expect(words).toMatch(/it is better than featureless \(AUC \+0\.40+, 95 % interval \+0\.30+ to \+0\.50+\)/)
    expect(words).toMatch(/no difference is shown from a \(AUC \+0\.010*, 95 % interval −0\.010* to \+0\.030*\)/)
  })

  it("says once what holds of several tasks, and when folds are too few", () => {
    const model = sampleModel(small)
    const [task] = model.tasks
    const weak = (rows: ReadonlyArray<ComparisonRow>) =>
      rows.map((row) => ({ ...row, pairs: 3, leastEffectSize: 14.2 }))
    const two = {
      ...model,
      tasks: [task, { ...task, id: "more trees" }],
      scores: model.scores.flatMap((row) => [row, { ...row, task: "more trees" }]),
      comparisons: {
        rows: model.comparisons.rows.flatMap((row) => [row, { ...row, task: "more trees" }]),
        remarks: []
      }
    }
    const times = (html: string, words: string) => html.split(words).length - 1
    expect(times(textual(two), "“Better” and “worse” mean")).toBe(1)
    expect(times(textual(two), "These folds can show large differences only")).toBe(0)
    const html = textual({ ...model, comparisons: { rows: weak(model.comparisons.rows), remarks: [] } })
    expect(html).toContain("with 3 pairs and 12 tests, even the clearest one must be more than 14 times")
  })

  it("leaves a learner that ignores the features out of the verdicts at a glance, not out of the tables", () => {
    const model = sampleModel(small)
    const learners = model.learners.map((each) => ({ ...each, isBaseline: each.id === "featureless" }))
    const html = textual({ ...model, learners })
    const [glance, tables] = [html.slice(0, html.indexOf('id="figures"')), html.slice(html.indexOf('id="training"'))]
    expect(glance.match(/<table class="matrix"><caption>[^<]*/g)).toHaveLength(4)
    expect(glance).not.toContain("<caption>featureless")
    expect(tables).toContain("<td>featureless</td>")
  })

  it("leads its tables with what was found, not with what could not be tested", () => {
    const html = textual(sampleModel(small))
    const table = html.slice(html.indexOf('<section id="training"'))
    expect(table.indexOf("▼ worse")).toBeLessThan(table.indexOf(">not testable<"))
  })

  it("counts who is called what at a threshold", () => {
    const html = textual(sampleModel(small))
    const row = /<tr data-learner="elastic-net" data-subset="north" data-train="other"[^>]*>(.*?)<\/tr>/.exec(html)![1]
    const cells = [...row.matchAll(/data-cell="(\w+)">([^<]*)/g)].map(([, name, text]) => `${name} ${text}`)
    // Of 100 positive rows 50 are found at 0.5, and of 300 negative ones 75 are called positive.
    expect(cells).toEqual([
      "tp 50",
      "fn 50",
      "fp 75",
      "tn 225",
      "tpr 0.500",
      "fpr 0.250",
      "precision 0.400",
      "error 0.313"
    ])
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
    for (const text of ["P (Holm)", "0.5000", "naive P", "0.0020", "−0.010 to +0.050", "8 of 10"]) {
      expect(html).toContain(text)
    }
    expect(html).toContain("partial: 10 of 270 jobs are finished")
  })

  it("shows failed jobs first and with their reason", () => {
    const html = textual(sampleModel(small))
    expect(html).toContain('1 job failed (mlp.aum.rate): <a href="#failures">')
    expect(html).toContain("the loss was NaN in epoch 12")
    expect(textual({ ...sampleModel(small), failures: [] })).not.toContain("failures")
  })

  it("puts the reason in place of a figure that could not be drawn", () => {
    const model = sampleModel(small)
    const html = document(model, [
      {
        figure: {
          kind: "tuning",
          task: "trees",
          name: "t",
          title: "",
          caption: "",
          spec: { mark: "bar" } as never,
          fullNames: new Map()
        },
        problem: "no <font>"
      }
    ])
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
  it.live("gives the same bytes again, and each figure as SVG, and as PNG where it is asked for", () =>
    Effect.gen(function* () {
      const first = yield* Report.make(sampleModel(small), { png: true })
      const again = yield* Report.make(sampleModel(small), { png: true })
      assert.strictEqual(again.html, first.html)
      assert.deepStrictEqual(again.figures, first.figures)
      assert.deepStrictEqual(first.problems, [])
      const names = Figure.all(sampleModel(small)).map(({ name }) => name)
      assert.deepStrictEqual(
        first.figures.map(({ path }) => path),
        names.flatMap((name) => [`figures/${name}.svg`, `figures/${name}.png`])
      )
      const { figures, html } = yield* Report.make(sampleModel(small))
      assert.strictEqual(html, first.html)
      assert.deepStrictEqual(
        figures,
        first.figures.filter(({ path }) => path.endsWith(".svg"))
      )
    })
  )
})

describe("Report.write", () => {
  it.live("writes the document, then the figures, says so, and leaves nothing half written", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const directory = yield* fs.makeTempDirectoryScoped()
      const model = sampleModel({ ...small, subsets: [] })
      const steps: Array<Report.Step> = []
      const { file, problems } = yield* Report.write(model, `${directory}/run`, {
        onStep: (step) => Effect.sync(() => steps.push(step)),
        png: true
      })
      assert.deepStrictEqual(problems, [])
      assert.strictEqual(yield* fs.readFileString(file), (yield* Report.make(model)).html)
      assert.deepStrictEqual(
        steps.map(({ done }) => done),
        steps.map((_, i) => i)
      )
      assert.strictEqual(steps[0]!.what, "report.html")
      const files = yield* fs.readDirectory(`${directory}/run`, { recursive: true })
      assert.deepStrictEqual(
        files.filter((name) => name.endsWith(".svg")).length,
        files.filter((name) => name.endsWith(".png")).length
      )
      assert.isFalse(files.some((name) => name.endsWith(".part")))
      // What was drawn of other results goes, what somebody else put there stays.
      yield* fs.writeFileString(`${directory}/run/figures/mine.png`, "mine")
      yield* Report.write(model, `${directory}/run`)
      const left = yield* fs.readDirectory(`${directory}/run/figures`)
      assert.deepStrictEqual(
        left.filter((name) => name.endsWith(".png")),
        ["mine.png"]
      )
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer))
  )
})
