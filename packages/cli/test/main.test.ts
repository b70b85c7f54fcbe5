import { chmodSync, cpSync, existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { editRecords, predictedIn, recordsIn } from "../../resampling/test/support/records.ts"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { changed, data, type Ended, experiment, folder, remove, rocflow } from "./support/cli.ts"

const soak = changed(
  ["stratum: [y]", "stratum: [site, y], subset: site"],
  ["type: cv, folds: 3", "type: sameOther, folds: 2"],
  ["epochs: 2", "epochs: 3, validation: { holdout: 0.3, measures: [auc] }"]
)
const diverging = changed(
  ["Bce.loss", "SquaredHinge.loss"],
  ["learningRate: 0.1", "learningRate: 1e30"],
  ["epochs: 2", "epochs: 9"]
)
const commands = [
  "run",
  "test",
  "train",
  "predict",
  "tune",
  "split",
  "status",
  "todo",
  "logs",
  "cancel",
  "worker",
  "scores",
  "compare",
  "report",
  "inspect",
  "roc",
  "explore",
  "view",
  "schema",
  "data",
  "doctor",
  "init",
  "runs",
  "completion"
]

let home: string
let soakRun: Ended
let plainRun: Ended
let failedRun: Ended

beforeAll(async () => {
  home = folder({
    "d.csv": data(),
    "plain.yaml": experiment,
    "soak.yaml": soak,
    "diverging.yaml": diverging,
    "pairs.csv": data()
      .split("\n")
      .map((line, i) => (line === "" ? line : `${line},${i === 0 ? "pair" : Math.floor(i / 2)}`))
      .join("\n"),
    "pairs.yaml": changed(
      ["d.csv", "pairs.csv"],
      ["stratum: [y]", "stratum: [y], group: pair"],
      ["auc, error", "logloss, trainSeconds, { type: error, average: micro }"]
    ),
    "four.csv": "truth,score\n0,2\n0,-3.5\n1,-1\n1,1.5\n",
    "one.csv": "truth,score\nb,2\na,3\na,\n"
  })
  ;[soakRun, plainRun] = await Promise.all([
    rocflow(["run", "soak.yaml", "--out", "soak"], home),
    rocflow(["run", "plain.yaml", "--out", "plain", "--json", "--workers", "1"], home)
  ])
  failedRun = await rocflow(["run", "diverging.yaml", "--out", "failed", "--workers", "1"], home)
}, 60_000)
afterAll(() => remove(home))

const lines = (text: string) => text.split("\n").filter((line) => line !== "")

describe("rocflow run", () => {
  it("prints a table of Same/Other/All for each measure, and where the report is", () => {
    expect(soakRun).toMatchObject({ code: 0, signal: null })
    expect(soakRun.stdout).toMatch(/^AUC .*d, 2-fold Same\/Other\/All cross-validation/m)
    expect(soakRun.stdout).toMatch(/test subset +learner +trained on same +trained on other +trained on all/)
    expect(soakRun.stdout).toMatch(/^north +Featureless +0\.50 ± 0\.00/m)
    expect(soakRun.stdout).toMatch(/^24 jobs, [\d.]+ s\nreport: .*soak\/report\.html\n$/m)
    expect(soakRun.stderr).toMatch(/^24 jobs in .*soak\n/)
  })

  it("leaves the files of a run, and no partial ones", () => {
    const names = readdirSync(join(home, "soak"), { recursive: true }).map(String)
    expect(recordsIn(join(home, "soak"))).toHaveLength(24)
    expect(predictedIn(join(home, "soak"), "binary").size).toBe(24)
    expect(names).toEqual(expect.arrayContaining(["design.json", "experiment.json", "splits.parquet", "report.html"]))
    expect(names.filter((name) => name.endsWith(".part"))).toEqual([])
    const figures = readdirSync(join(home, "soak", "figures"))
    expect(figures.length).toBeGreaterThan(0)
    for (const name of figures) expect(name).toMatch(/\.svg$/)
    expect(statSync(join(home, "soak", "report.html")).size).toBeGreaterThan(10_000)
    expect(readFileSync(join(home, "soak", "report.html"), "utf8")).toMatch(/^<!doctype html>/i)
  })

  it("with --json prints nothing but lines of JSON, one for each event", () => {
    expect(plainRun.code).toBe(0)
    const events = lines(plainRun.stdout).map((line) => JSON.parse(line) as { readonly _tag: string })
    expect(events.map(({ _tag }) => _tag)).toEqual([
      "RunBegun",
      ...Array.from({ length: 6 }, () => ["JobBegun", "JobEnded"]).flat(),
      "Finished"
    ])
    expect(events.at(-1)).toMatchObject({ skipped: 0, scores: { length: 6 } })
  })

  it("finds everything finished when it is run again", async () => {
    const again = await rocflow(["run", "plain.yaml", "--out", "plain", "--json"], home)
    const last = JSON.parse(lines(again.stdout).at(-1)!) as object
    const first = JSON.parse(lines(plainRun.stdout).at(-1)!) as { readonly scores: object }
    expect(last).toMatchObject({ skipped: 6, scores: first.scores })
  })

  it("ends with 2 when jobs failed, says why, and keeps the others", () => {
    expect(failedRun.code).toBe(2)
    expect(failedRun.stderr).toMatch(
      /^3 of 6 jobs failed, the first with: training diverged in epoch \d+, batch \d+: the loss is \w+; lower the learning rate, /m
    )
    expect(failedRun.stderr).toMatch(
      /`rocflow run \S*diverging\.yaml --out \S*failed --retry-failed` runs the failed jobs/
    )
    expect(failedRun.stdout).toMatch(/^Featureless +0\.500/m)
    expect(failedRun.stderr).not.toMatch(/^ +at /m)
    expect(existsSync(join(home, "failed", "report.html"))).toBe(true)
  })

  it("runs failed jobs again only when asked to", async () => {
    const started = async (...flags: ReadonlyArray<string>) => {
      const { code, stdout } = await rocflow(["run", "diverging.yaml", "--out", "failed", "--json", ...flags], home)
      expect(code).toBe(2)
      return lines(stdout).filter((line) => line.includes('"JobBegun"')).length
    }
    expect(await started("--workers", "1")).toBe(0)
    expect(await started("--workers", "1", "--retry-failed")).toBe(3)
  })

  it("refuses a directory with a run that has nothing in common, and leaves it alone", async () => {
    const before = readFileSync(join(home, "plain", "design.json"), "utf8")
    const { code, stdout, stderr } = await rocflow(["run", "soak.yaml", "--out", "plain"], home)
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" })
    expect(stderr).toMatch(
      /plain: the directory holds a run that has no job in common with this one \(.*\); choose another directory, or delete this one\n$/
    )
    expect(readFileSync(join(home, "plain", "design.json"), "utf8")).toBe(before)
  })

  it("makes a directory of its own from the name and the design", async () => {
    const { code, stderr } = await rocflow(["run", "plain.yaml", "--workers", "1"], home)
    expect(code).toBe(0)
    expect(readdirSync(join(home, "rocflow-runs"))).toEqual([expect.stringMatching(/^plain-[0-9a-f]{8}$/)])
    expect(stderr).toMatch(/^6 jobs in rocflow-runs\/plain-[0-9a-f]{8}\n/)
    // It may be named by the experiment, too.
    const shown = await rocflow(["status", "plain.yaml"], home)
    expect([shown.code, shown.stderr]).toEqual([
      0,
      expect.stringMatching(/^note: the last run of plain\.yaml here is rocflow-runs\/plain-[0-9a-f]{8}\n$/)
    ])
    rmSync(join(home, "rocflow-runs"), { recursive: true })
    const none = await rocflow(["status", "plain.yaml"], home)
    expect([none.code, none.stderr]).toEqual([1, expect.stringContaining("rocflow-runs holds no run of it; name the")])
  })
})

describe("rocflow split", () => {
  it("shows the splits and trains nothing", async () => {
    const [text, json] = await Promise.all([
      rocflow(["split", "soak.yaml"], home),
      rocflow(["split", "soak.yaml", "--json"], home)
    ])
    expect(text.stdout).toMatch(/^d, 2-fold Same\/Other\/All cross-validation: 12 splits\n/)
    const rows = JSON.parse(json.stdout) as ReadonlyArray<Record<string, unknown>>
    expect(rows).toHaveLength(12)
    // Two sites of 24 rows in two folds: 12 rows of the same site train, 12 of the other, 24 of both.
    for (const row of rows) {
      expect(row).toMatchObject({ task: "d", testRows: 12, trainRows: row["trainSubsets"] === "all" ? 24 : 12 })
    }
  })
})

describe("rocflow status", () => {
  it("counts jobs by task and learner, and says why some failed", async () => {
    const [text, json] = await Promise.all([
      rocflow(["status", "failed"], home),
      rocflow(["status", "soak", "--json"], home)
    ])
    expect(text).toMatchObject({ code: 0, stderr: "" })
    expect(text.stdout).toMatch(/^d +Featureless +3 +3 +0 +0\.0 s$/m)
    expect(text.stdout).toMatch(/^d +bce +3 +3 +3 +[\d.]+ s\nfailed: training diverged/m)
    const rows = JSON.parse(json.stdout) as ReadonlyArray<{ readonly finished: number; readonly failed: number }>
    expect(rows.map(({ finished, failed }) => [finished, failed])).toEqual([
      [12, 0],
      [12, 0]
    ])
  })

  it("refuses a directory that holds no run", async () => {
    const { code, stderr } = await rocflow(["status", "."], home)
    expect(code).toBe(1)
    expect(stderr).toBe(
      `${home}: the directory holds no run (there is no design.json); name the directory that \`rocflow run\` printed\n`
    )
  })
})

describe("rocflow test", () => {
  it("tries every learner on every kind of training set, and leaves nothing", async () => {
    const before = readdirSync(home)
    const { code, stderr, stdout } = await rocflow(["test", "soak.yaml"], home)
    expect(code).toBe(0)
    // Two learners, two sites, three training sets.
    expect(lines(stdout).filter((line) => /^d .* ok, \d+\.\d\d s$/.test(line))).toHaveLength(12)
    expect(stdout).toMatch(/^12 jobs are in order\n$/m)
    const [, directory] = /^12 jobs in (.*rocflow-test-\w+)$/m.exec(stderr)!
    expect(existsSync(directory!)).toBe(false)
    expect(readdirSync(home)).toEqual(before)
  })

  it("says which learner fails, on what, and keeps its files if asked", async () => {
    const sites = diverging
      .replace("stratum: [y]", "stratum: [site, y], subset: site")
      .replace("cv, folds: 3", "sameOther, folds: 2, subsets: SA")
    writeFileSync(join(home, "sites.yaml"), sites)
    const [text, json] = await Promise.all([
      rocflow(["test", "sites.yaml", "--keep"], home),
      rocflow(["test", "sites.yaml", "--json"], home)
    ])
    expect(text.code).toBe(1)
    expect(text.stdout.replaceAll(/\s+/g, " ")).toMatch(
      /learner "bce" on task "d", trained on all \(tests north\), .*, same \(tests south\): training diverged in epoch \d, /
    )
    const [, directory] = /^4 of 8 jobs failed; their files are in (.*)$/m.exec(text.stderr)!
    expect(existsSync(join(directory!, "design.json"))).toBe(true)
    remove(directory!)
    expect(json.code).toBe(1)
    expect(json.stderr).toMatch(/^4 of 8 jobs failed; `--keep` keeps their files$/m)
    expect(JSON.parse(json.stdout)).toMatchObject(
      Array.from({ length: 8 }, (_, i) =>
        i % 2 === 0 ? { learner: "Featureless", status: "ok" } : { learner: "bce", status: "failed", error: {} }
      )
    )
  })

  it("says which measure has no value", async () => {
    writeFileSync(join(home, "cost.yaml"), changed(["auc, error", "auc, { type: cost, costs: { sick: { well: 2 } } }"]))
    const { code, stderr } = await rocflow(["test", "cost.yaml"], home)
    expect(code).toBe(0)
    expect(stderr).toMatch(/^note: measure "cost\(.*\)" has no value on task "d": costs name the class "sick"/m)
  })
})

describe("rocflow scores", () => {
  it("shows every job", async () => {
    const [text, json] = await Promise.all([
      rocflow(["scores", "soak"], home),
      rocflow(["scores", "soak", "--json"], home)
    ])
    expect(lines(text.stdout)).toHaveLength(2 + 24)
    const rows = JSON.parse(json.stdout) as ReadonlyArray<{ readonly scores: object; readonly status: string }>
    expect(rows).toHaveLength(24)
    expect(rows.every(({ status }) => status === "ok")).toBe(true)
    expect(Object.keys(rows[0]!.scores)).toEqual(["auc", "error"])
  })

  it("says of failed jobs why they have no score", async () => {
    const { code, stdout } = await rocflow(["scores", "failed"], home)
    expect(code).toBe(0)
    expect(stdout).toMatch(/failed +failed$/m)
    expect(stdout).toMatch(/^undefined: the job failed: training diverged/m)
  })

  it("shows intervals by a method, of what has one", async () => {
    const [wilson, deLong] = await Promise.all([
      rocflow(["scores", "plain", "--interval", "wilson", "--json"], home),
      rocflow(["scores", "plain", "--interval", "deLong", "--level", "0.9"], home)
    ])
    const rows = JSON.parse(wilson.stdout) as ReadonlyArray<{
      readonly learner: string
      readonly scores: { readonly error: number }
      readonly intervals: Readonly<Record<string, { readonly lower: number; readonly upper: number }>>
    }>
    // statsmodels.stats.proportion.proportion_confint(6, 16, method="wilson"): Featureless calls the 6 ill of 16 rows well.
    const featureless = rows.find(({ learner, scores }) => learner === "Featureless" && scores.error === 6 / 16)!
    expect(featureless.intervals["error"]).toMatchObject({ value: 6 / 16, level: 0.95, method: "Wilson" })
    expect(featureless.intervals["error"]!.lower).toBeCloseTo(0.18477, 4)
    expect(featureless.intervals["error"]!.upper).toBeCloseTo(0.61362, 4)
    expect(featureless.intervals["auc"]).toMatchObject({ _tag: "Undefined" })
    expect(deLong.code).toBe(0)
    expect(deLong.stdout).toMatch(/^d +bce .* 0\.\d+ \(0\.\d+ to 0\.\d+\)/m)
    expect(deLong.stdout).toMatch(/^In parentheses: 90 % interval \(DeLong, on the logit scale\), of how the value/m)
    expect(deLong.stdout).toMatch(/^no interval: the scores separate the classes, or are all equal/m)
  })

  it("shows averages in which splits count alike, or by their test rows", async () => {
    const [splits, rows] = await Promise.all([
      rocflow(["scores", "soak", "--average", "splits"], home),
      rocflow(["scores", "soak", "--average", "rows", "--json"], home)
    ])
    expect(splits.stdout).toMatch(/^mean ± sd over the splits, every split counting the same\n/)
    // Two sites, two learners, three training sets.
    expect(lines(splits.stdout).filter((line) => /^d .* ± /.test(line))).toHaveLength(12)
    expect(JSON.parse(rows.stdout)).toMatchObject(Array.from({ length: 12 }, () => ({ average: "rows" })))
  })

  it("pools the test rows of all splits, of groups whole, and leaves seconds out", async () => {
    expect((await rocflow(["run", "pairs.yaml", "--out", "pairs", "--workers", "1"], home)).code).toBe(0)
    const [pooled, wilson] = await Promise.all([
      rocflow(["scores", "pairs", "--pooled", "--interval", "bootstrap", "--json"], home),
      rocflow(["scores", "pairs", "--pooled", "--interval", "wilson"], home)
    ])
    const rows = JSON.parse(pooled.stdout) as ReadonlyArray<object>
    expect(rows).toMatchObject(
      ["Featureless", "bce"].flatMap((learner) =>
        ["logloss (pooled)", "error (pooled)"].map((measure) => ({ learner, measure, rows: 48, splits: 3 }))
      )
    )
    expect(rows.at(-1)).toMatchObject({ interval: { method: "stratified bootstrap, BCa, 2000 samples" } })
    expect({ code: wilson.code, stdout: wilson.stdout }).toEqual({ code: 1, stdout: "" })
    expect(wilson.stderr).toBe(
      "no value has this interval: Wilson's interval takes rows for independent, and 48 rows are of 25 groups, or were predicted several times; take that of the bootstrap\n"
    )
  })

  it.each([
    [
      ["--average", "rows", "--pooled"],
      /^--average is of one number a split, and --pooled of the rows of all splits; /
    ],
    [
      ["--average", "rows", "--interval", "wilson"],
      /^--interval is of the rows of a test set, and --average of several /
    ],
    [["--level", "0.9"], /^--level is of an interval; name its method by --interval\n$/],
    [["--interval", "wilson", "--level", "2"], /^--level cannot be "2": there is no interval of level 2; /]
  ])("refuses %j", async (flags, problem) => {
    const { code, stderr, stdout } = await rocflow(["scores", "plain", ...flags], home)
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" })
    expect(stderr).toMatch(problem)
  })
})

describe("rocflow compare", () => {
  it("compares training sets, one measure or all", async () => {
    const [text, json] = await Promise.all([
      rocflow(["compare", "soak", "--measure", "auc"], home),
      rocflow(["compare", "soak", "--json"], home)
    ])
    expect(text.code).toBe(0)
    expect(text.stdout).toMatch(/^AUC \(higher is better\) – d, 2-fold Same\/Other\/All/)
    expect(text.stdout).not.toMatch(/^error rate\b/m)
    expect(text.stdout).toMatch(/^learner +difference +95 % interval +P +P \(Holm\) +pairs +naive P$/m)
    expect(text.stdout).toMatch(/^north, other − same$/m)
    // Two measures, two learners, two sites, other and all.
    expect(JSON.parse(json.stdout)).toHaveLength(2 * 2 * 2 * 2)
  })

  it("compares learners where there are no training sets to compare, or where it is asked to", async () => {
    const [plain, soak] = await Promise.all([
      rocflow(["compare", "plain"], home),
      rocflow(["compare", "soak", "--by", "learner", "--json"], home)
    ])
    expect(plain.code).toBe(0)
    expect(plain.stdout).toMatch(/^AUC .*learners$/m)
    expect(plain.stdout).toMatch(/^bce +(▲ )?[+−]?\d/m)
    // Two measures, three training sets, two sites and overall.
    expect(JSON.parse(soak.stdout)).toHaveLength(2 * 3 * 3)
  })

  it("gives the verdicts and p-values of the report, and of the table that ends the run", async () => {
    const html = readFileSync(join(home, "soak", "report.html"), "utf8")
    const { stdout } = await rocflow(["compare", "soak", "--json"], home)
    const tests = JSON.parse(stdout) as ReadonlyArray<{
      readonly pHolm: unknown
      readonly p: unknown
      readonly label: string
      readonly learner: string
      readonly significant: boolean
    }>
    const tested = tests.filter(({ pHolm }) => typeof pHolm === "number")
    expect(tested.length).toBeGreaterThan(0)
    for (const { label, p, pHolm } of tested) {
      expect(html).toContain(`>${Number(p) < 0.0001 ? "&lt; 0.0001" : Number(p).toFixed(4)}<`)
      expect(html).toContain(`>${Number(pHolm) < 0.0001 ? "&lt; 0.0001" : Number(pHolm).toFixed(4)}<`)
      expect(soakRun.stdout).toContain(label)
    }
    const answers = html.slice(html.indexOf('id="training"'), html.indexOf('id="compared"'))
    expect(answers.match(/▲ better|▼ worse/g) ?? []).toHaveLength(tests.filter(({ significant }) => significant).length)
  })

  it("says of a run that is not finished how much there is, and what waits", async () => {
    const partial = join(home, "partial")
    cpSync(join(home, "soak"), partial, { recursive: true })
    editRecords(partial, (line, i) => (i < 5 ? line : undefined))
    rmSync(join(partial, "finished.json"))
    const [compared, reported] = await Promise.all([
      rocflow(["compare", "partial"], home),
      rocflow(["report", "partial"], home)
    ])
    expect({ compared: compared.code, reported: reported.code }).toEqual({ compared: 0, reported: 0 })
    expect(compared.stdout + compared.stderr).toMatch(/5 of 24 jobs are finished/)
    expect(readFileSync(join(partial, "report.html"), "utf8")).toMatch(
      /5 of 24 jobs are finished; \d+ of \d+ differences cannot be tested yet/
    )
  })
})

describe("rocflow report", () => {
  it("writes the report again", async () => {
    const file = join(home, "soak", "report.html")
    const before = readFileSync(file, "utf8")
    rmSync(file)
    const { code, stdout } = await rocflow(["report", "soak"], home)
    expect(code).toBe(0)
    expect(stdout.trim()).toMatch(/soak\/report\.html$/)
    expect(readFileSync(file, "utf8")).toBe(before)
  })

  it("draws every figure as PNG where that is asked for", async () => {
    const drawn = () => readdirSync(join(home, "soak", "figures")).filter((name) => name.endsWith(".png")).length
    const figures = readdirSync(join(home, "soak", "figures")).length
    expect(drawn()).toBe(0)
    expect((await rocflow(["report", "soak", "--png"], home)).code).toBe(0)
    expect(drawn()).toBe(figures)
  })

  it("needs a run", async () => {
    const { code, stdout, stderr } = await rocflow(["report", "."], home)
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" })
    expect(stderr).toMatch(
      /: the directory holds no run \(there is no design\.json\); name the directory that `rocflow run` printed\n$/
    )
  })
})

describe("rocflow inspect", () => {
  it("shows tasks, roles and the shapes between stages", async () => {
    const { code, stdout } = await rocflow(["inspect", "soak.yaml"], home)
    expect(code).toBe(0)
    expect(stdout).toMatch(/^task d: binary, 48 rows; ill \d+ \(positive\), well \d+\n/)
    expect(stdout).toMatch(/^site +stratum, subset +string +2 +north$/m)
    expect(stdout).toMatch(/Nn\.head +→ rows × 1$/m)
    expect(stdout).toMatch(/^ {2}engine on d: fused-(relaxed|strict)$/m)
    expect(stdout).toMatch(/24 jobs, measures auc, error\n$/)
  })

  it("draws Mermaid", async () => {
    const { stdout } = await rocflow(["inspect", "soak.yaml", "--format", "mermaid"], home)
    expect(stdout).toMatch(/^%% bce\nflowchart LR\n/)
    expect(stdout).toMatch(/-- "rows × 1" -->/)
  })

  it("gives JSON", async () => {
    const { stdout } = await rocflow(["inspect", "soak.yaml", "--json"], home)
    expect(JSON.parse(stdout)).toMatchObject({
      seed: 1,
      jobs: 24,
      measures: ["auc", "error"],
      tasks: [{ id: "d", kind: "binary", rows: 48, levels: ["ill", "well"] }],
      learners: [{ id: "Featureless" }, { id: "bce", pipeline: { length: 6 } }]
    })
  })
})

describe("rocflow roc", () => {
  // Scores 2, −3.5, −1, 1.5 of labels 0, 0, 1, 1, worked out by hand: the constants added are in (−∞, −2), [−2, −1.5), …
  const curve = [
    ["-Infinity", "-2", 0, 1, 0, 0],
    [-2, -1.5, 0.5, 1, 0, 0.5],
    [-1.5, 1, 0.5, 0.5, 0.5, 0.5],
    [1, 3.5, 0.5, 0, 1, 0],
    [3.5, "Infinity", 1, 0, 1, 0]
  ]

  it("prints the four-point table", async () => {
    const { code, stdout } = await rocflow(["roc", "four.csv", "--label", "truth", "--score", "score"], home)
    expect(code).toBe(0)
    expect(stdout).toMatch(/^4 rows, 2 positive \(1\)\nAUC 0\.5\nAUM 1\.5 \(rate\), 3 \(count\)\n/)
    const rows = lines(stdout).slice(-curve.length)
    expect(rows.map((row) => row.trim().split(/ +/))).toEqual(curve.map((row) => row.map(String)))
  })

  it("gives the same as JSON", async () => {
    const { stdout } = await rocflow(["roc", "four.csv", "--label", "truth", "--score", "score", "--json"], home)
    expect(JSON.parse(stdout)).toMatchObject({
      positive: "1",
      rows: 4,
      positives: 2,
      auc: 0.5,
      aumRate: 1.5,
      aumCount: 3,
      curve: {
        minConstant: ["-Infinity", -2, -1.5, 1, 3.5],
        maxConstant: [-2, -1.5, 1, 3.5, "Infinity"],
        fpr: [0, 0.5, 0.5, 0.5, 1],
        fnr: [1, 1, 0.5, 0, 0],
        min: [0, 0.5, 0.5, 0, 0]
      }
    })
  })

  it.concurrent.each([
    ["no such file", ["none.csv", "truth", "score"], /none\.csv: the file does not exist\./],
    [
      "no such label",
      ["four.csv", "trut", "score"],
      /four\.csv: --label "trut" names no column\. Did you mean "truth"\?/
    ],
    [
      "no such score",
      ["four.csv", "truth", "scor"],
      /four\.csv: --score "scor" names no column\. Did you mean "score"\?/
    ],
    [
      "no positive class",
      ["one.csv", "truth", "score"],
      /the labels a, b do not say which class is positive\. Name it by --positive\./
    ],
    ["text for scores", ["one.csv", "score", "truth", "2"], /one\.csv/],
    ["a missing score", ["one.csv", "truth", "score", "a"], /score/]
  ])("refuses %s", async (_, [file, label, score, positive], message) => {
    const flags = positive === undefined ? [] : ["--positive", positive]
    const { code, stdout, stderr } = await rocflow(["roc", file!, "--label", label!, "--score", score!, ...flags], home)
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" })
    expect(lines(stderr)).toHaveLength(1)
    expect(stderr).toMatch(message)
  })
})

describe("rocflow explore", () => {
  const docs = readFileSync(new URL("../../../docs/explorer.html", import.meta.url), "utf8")

  it("prints where the page is, or copies it", async () => {
    const { code, stdout } = await rocflow(["explore"], home)
    expect(code).toBe(0)
    expect(readFileSync(stdout.trim(), "utf8")).toBe(docs)
    expect(await rocflow(["explore", "--out", "page.html"], home)).toMatchObject({ code: 0, stdout: "page.html\n" })
    expect(readFileSync(join(home, "page.html"), "utf8")).toBe(docs)
  })

  it.runIf(process.platform === "linux")(
    "shows it by the program of the desktop, and says when there is none",
    async () => {
      const desktop = folder({ "xdg-open": '#!/bin/sh\necho "$1" > "$(dirname "$0")/shown"\n' })
      chmodSync(join(desktop, "xdg-open"), 0o755)
      const open = (path: string) => rocflow(["explore", "--out", "page.html", "--open"], home, { PATH: path })
      expect((await open(`${desktop}:/bin:/usr/bin`)).code).toBe(0)
      expect(readFileSync(join(desktop, "shown"), "utf8")).toBe(`${join(home, "page.html")}\n`)
      const { code, stderr } = await open(join(desktop, "nowhere"))
      expect(code).toBe(1)
      expect(stderr).toMatch(/page\.html: cannot be shown \(.*; open it in a browser by hand, or leave --open out\n$/)
      remove(desktop)
    }
  )

  it("says why a copy cannot be written", async () => {
    const { code, stderr } = await rocflow(["explore", "--out", "none/page.html"], home)
    expect(code).toBe(1)
    expect(stderr).toMatch(
      /^none\/page\.html: cannot be written: it, or the directory that it is in, is not there; name a file in a directory where you may write\n$/
    )
  })
})

describe("rocflow doctor", () => {
  it("says what works, in words and as JSON", async () => {
    const [text, json] = await Promise.all([rocflow(["doctor"], home), rocflow(["doctor", "--json"], home)])
    expect(text.code).toBe(0)
    expect(text.stdout).toMatch(/^data files +yes +wrote and read 2 rows of Parquet$/m)
    expect(text.stdout).toMatch(/^figures +yes +drew SVG and PNG \(\d+ bytes\)$/m)
    const { checks } = JSON.parse(json.stdout) as {
      readonly checks: ReadonlyArray<{ readonly part: string; readonly detail: string }>
    }
    const used = checks.filter(({ detail }) => /\(used for [\w ]+\)$/.test(detail))
    expect(used.map(({ part }) => part.replace(/-\w+$/, ""))).toEqual(["engine fused", "engine tfjs"])
  })
})

describe("help", () => {
  it.concurrent.each([[[]], ...commands.map((name) => [[name]])])("of rocflow %j has an example", async (name) => {
    const { code, stdout, stderr } = await rocflow([...name, "--help"], home)
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
    expect(stdout).toMatch(new RegExp(`EXAMPLES\\n(.*\\n)*?  rocflow ${name.join(" ")}`))
  })

  it("has the version", async () => {
    const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
      readonly version: string
    }
    expect((await rocflow(["--version"], home)).stdout.trim()).toMatch(new RegExp(`${version.replaceAll(".", "\\.")}$`))
  })

  it.concurrent.each([
    [
      "an unknown command",
      ["runn", "plain.yaml"],
      /^there is no command "runn"; did you mean run or runs\?\n`rocflow --help` lists arguments and flags\.\n$/
    ],
    [
      "an unknown flag",
      ["run", "plain.yaml", "--outt", "x"],
      /^`rocflow run` has no flag --outt; did you mean --out\?$/m
    ],
    [
      "a flag out of its range",
      ["run", "plain.yaml", "--workers", "0"],
      /0 workers cannot run anything; give 1 or more/
    ],
    [
      "a flag of the wrong type",
      ["run", "plain.yaml", "--workers", "many"],
      /^--workers cannot be "many": give a number$/m
    ],
    [
      "a choice that is none",
      ["inspect", "plain.yaml", "--format", "xml"],
      /^--format cannot be "xml": give "text", "mermaid"$/m
    ],
    ["a missing argument", ["run"], /^`rocflow run` needs the argument <experiment>$/m],
    ["a missing flag", ["roc", "four.csv"], /^`rocflow roc` needs the flag --label$/m],
    ["an argument too many", ["run", "plain.yaml", "more"], /^`rocflow run` takes no argument "more"$/m],
    [
      "a file for --out",
      ["run", "plain.yaml", "--out", "d.csv"],
      /d\.csv: the directory cannot be made: a file stands in its way/
    ],
    [
      "--out where nothing can be made",
      ["run", "plain.yaml", "--out", "/proc/none"],
      /\/proc\/none: the directory cannot be made/
    ],
    ["a run within a file", ["report", "d.csv/run"], /^<run> cannot be "d.csv\/run": its path leads through a file$/m],
    ["a wizard without a terminal", ["--wizard"], /^--wizard asks questions, and this is no terminal; /],
    [
      "a mark of two characters",
      ["roc", "d.csv", "--label", "y", "--score", "x", "--delimiter", "::"],
      /^--delimiter cannot be "::"/
    ],
    ["a directory for the experiment", ["run", "."], /Path is not a file/]
  ])("goes with %s", async (_, args, message) => {
    const { code, stderr } = await rocflow(args, home)
    expect(code).toBe(1)
    expect(stderr).toMatch(message)
    expect(stderr).not.toMatch(/^ +at /m)
    expect(existsSync(join(home, "rocflow-runs"))).toBe(false)
  })
})

describe("rocflow compare --by learner", () => {
  it("compares learners by measures that have the same unit for all of them", async () => {
    writeFileSync(join(home, "aum.yaml"), changed(["measures: [auc, error]", "measures: [aum, auc]"]))
    expect(await rocflow(["run", "aum.yaml", "--out", "units", "--workers", "1"], home)).toMatchObject({ code: 0 })
    const { stdout } = await rocflow(["compare", "units", "--by", "learner"], home)
    expect(stdout).not.toMatch(/^AUM \(/m)
    expect(stdout).toMatch(/^AUC \(/m)
    expect(stdout).toContain("AUM is in units of the scores of each learner, and 0 where all are equal")
    const asked = await rocflow(["compare", "units", "--by", "learner", "--measure", "aum"], home)
    expect([asked.code, asked.stderr]).toEqual([
      1,
      "a comparison of learners cannot be made by aum, which is in units of the scores of each learner. Compare them by another measure, such as auc; --by training compares training sets of each learner.\n"
    ])
    const page = readFileSync(join(home, "units/report.html"), "utf8")
    expect(page).toContain("learners are not compared by it")
    expect(page).toMatch(/has the best mean AUC/)
  })
})

describe("rocflow compare", () => {
  it("has nothing against a run of pooled measures alone", async () => {
    const text = changed(["measures: [auc, error]", "measures: [{ type: auc, average: micro }]"])
    writeFileSync(join(home, "pooled.yaml"), text)
    expect(await rocflow(["run", "pooled.yaml", "--out", "pooled", "--workers", "1"], home)).toMatchObject({ code: 0 })
    expect(await rocflow(["compare", "pooled"], home)).toMatchObject({ code: 0, stderr: "" })
  })
})

describe("rocflow run --reuse", () => {
  it("begins nothing where the other run is not there", async () => {
    const { code, stderr } = await rocflow(["run", "soak.yaml", "--out", "begun", "--reuse", home], home)
    expect([code, stderr]).toEqual([1, expect.stringContaining("holds no run") as string])
    expect(existsSync(join(home, "begun"))).toBe(false)
  })
})

describe("rocflow sql", () => {
  it("asks a run", async () => {
    const query = "select learner, count(*) as n from scores where measure = 'auc' group by all order by all"
    const { code, stdout } = await rocflow(["sql", "soak", query, "--json"], home)
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toHaveLength(2)
    const wide = await rocflow(["sql", "soak", "select avg(auc) from scores"], home)
    expect(wide.stderr).toMatch(/ Scores have a row for each measure, .*: avg\(value\) … where measure = 'auc'\.\n$/)
    const none = await rocflow(["sql", "soak", "from importance"], home)
    expect(none.stderr).toMatch(/^note: importance has no rows: no learner of this run says any /)
    const nowhere = await rocflow(["sql", "soak", "select 1", "--out", "nowhere/x.csv"], home)
    expect(nowhere.stderr).toBe(
      "nowhere/x.csv: the file cannot be written: it, or the directory that it is in, is not there. Name a place where you may write.\n"
    )
    const wrong = await rocflow(["sql", "soak", "selct 1"], home)
    expect([wrong.code, wrong.stderr]).toEqual([
      1,
      expect.stringContaining("selct 1 is refused by DuckDB: Parser Error")
    ])
  })
})
