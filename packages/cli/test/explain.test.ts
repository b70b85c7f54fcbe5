import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Column from "@rocflow/core/data/Column"
import * as Table from "@rocflow/core/data/Table"
import * as Effect from "effect/Effect"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { changed, data, folder, remove, rocflow } from "./support/cli.ts"

const experiment = changed(
  ["  - type: Featureless\n", "  - { id: boosting, type: Boosting.classif, minRows: 2 }\n"],
  ["features: [x, z]", "features: [x, z, s]"],
  ["      - Preprocess.standardise\n", "      - Preprocess.robust\n"]
)

let home: string
beforeAll(async () => {
  home = folder({
    "d.csv": data(),
    "e.yaml": experiment,
    "kept.yaml": `${experiment}models: true\n`,
    "other.yaml": `${experiment.replace(/^seed: \d+$/m, "seed: 77")}models: true\n`,
    "new.csv": data(60)
      .split("\n")
      .map((line) => line.split(",").slice(0, 3).join(","))
      .join("\n")
  })
  expect((await rocflow(["train", "e.yaml", "--save", "models"], home)).code).toBe(0)
  expect((await rocflow(["run", "kept.yaml", "--out", "kept", "--workers", "1"], home)).code).toBe(0)
  cpSync(join(home, "kept"), join(home, "moved", "run"), { recursive: true })
})
afterAll(() => remove(home))

const file = (...path: ReadonlyArray<string>) => join(home, ...path)
const table = (name: string) => Effect.runPromise(Table.fromFile(file(name)))
const lines = (text: string) => text.trimEnd().split("\n")

describe("what the models of a run used", () => {
  it("is two tables over all jobs, files of the run, and a figure of its report", async () => {
    const sql = async (query: string) => {
      const { code, stdout } = await rocflow(["sql", "kept", query, "--json"], home)
      expect(code).toBe(0)
      return JSON.parse(stdout) as unknown
    }
    expect(await sql("select distinct learner, feature from importance order by all")).toEqual(
      ["s", "x", "z"].map((feature) => ({ learner: "boosting", feature }))
    )
    expect(await sql("select count(distinct id)::int as jobs, sum(share)::int as shares from importance")).toEqual([
      { jobs: 3, shares: 3 }
    ])
    // Of the text "s" its levels reach the network.
    expect(await sql("select distinct learner, feature, level from coefficients order by all")).toEqual(
      ["(intercept)", "s", "x", "z"].map((feature) => ({ learner: "bce", feature, level: "ill" }))
    )
    expect(await sql("select count(distinct term)::int as terms from coefficients where feature = 's'")).toEqual([
      { terms: 3 }
    ])
    expect((await table("kept/importance.parquet")).columns.has("gain")).toBe(true)
    const page = readFileSync(file("kept", "report.html"), "utf8")
    expect(page).toMatch(/<figure id="features-d"[^>]*>.{0,200}<h3[^>]*>What the models used<\/h3>/s)
    expect(readdirSync(file("kept", "figures"))).toContain("features-d.svg")
  })
})

describe("rocflow explain", () => {
  it("shows the features by how much is lost without them", async () => {
    const { code, stdout } = await rocflow(["explain", "models/d-boosting", "d.csv"], home)
    expect(code).toBe(0)
    expect(stdout).toContain("how much AUC is lost where a feature is shuffled among 48 rows, mean of 10 shuffles")
    const names = lines(stdout)
      .slice(4)
      .map((line) => line.trim().split(/ +/)[0])
    // Only x tells the outcome.
    expect(names[0]).toBe("x")
    expect(names.toSorted()).toEqual(["s", "x", "z"])
  })

  it("says that a model was trained on the rows, and where nothing changes", async () => {
    const of = async (model: string, rows: string) => (await rocflow(["explain", model, rows], home)).stderr
    expect(await of("models/d-boosting", "d.csv")).toMatch(/^note: the model was trained on these rows, /)
    writeFileSync(file("less.csv"), lines(data()).slice(0, -1).join("\n"))
    expect(await of("models/d-boosting", "less.csv")).toBe("")
    writeFileSync(file("constant.yaml"), experiment.replace("type: Boosting.classif, minRows: 2", "type: Featureless"))
    expect((await rocflow(["train", "constant.yaml", "--save", "constant", "--learner", "boosting"], home)).code).toBe(
      0
    )
    expect(await of("constant/d-boosting", "less.csv")).toBe(
      "note: no feature changes AUC: the model predicts the same for all rows, or nearly so.\n"
    )
  })

  it("says in which line of the file a value is that is none", async () => {
    writeFileSync(file("typo.csv"), data().replace("\n3,", "\nthree,"))
    const { stderr } = await rocflow(["explain", "models/d-boosting", "typo.csv"], home)
    expect(stderr).toMatch(/typo\.csv, line 2, column "x": "three" is not a number\. Correct the value/)
  })

  it("shows what is predicted as a feature goes through its values, without a target", async () => {
    const { code, stdout } = await rocflow(
      ["explain", "models/d-boosting", "new.csv", "--feature", "x", "--json"],
      home
    )
    expect(code).toBe(0)
    const { levels, points } = JSON.parse(stdout) as {
      readonly levels: ReadonlyArray<string>
      readonly points: ReadonlyArray<{ readonly value: number; readonly mean: ReadonlyArray<number> }>
    }
    expect(levels).toEqual(["ill", "well"])
    expect(points[0]!.value).toBe(1)
    expect(points.at(-1)!.mean[0]).toBeGreaterThan(points[0]!.mean[0]!)
  })

  it("takes predictions apart by SHAP values, whose rows add up to the log-odds", async () => {
    const args = ["explain", "models/d-boosting", "d.csv", "--by", "shap", "--out", "shap.csv", "--figures", "figures"]
    const { code, stderr, stdout } = await rocflow(args, home)
    expect(code).toBe(0)
    expect(stdout).toContain(
      "how far each feature moves the prediction of ill (log-odds): mean |SHAP value| over 48 rows"
    )
    expect(lines(stdout)[5]).toMatch(/^x +\d/)
    expect(stderr).toContain(`written: ${join("figures", "shap-y-boosting.svg")}`)
    expect(readFileSync(file("figures", "shap-y-boosting.svg"), "utf8")).toContain("SHAP values of ill (log-odds)")
    const { columns, rows } = await table("shap.csv")
    expect([...columns.keys()].toSorted()).toEqual(["base", "output", "row", "s", "x", "z"])
    expect(rows).toBe(48)
    expect((await rocflow(["predict", "models/d-boosting", "d.csv", "--out", "scores.csv"], home)).code).toBe(0)
    const scores = Column.asNumbers((await table("scores.csv")).columns.get("score")!)!
    const parts = ["base", "x", "z", "s"].map((name) => Column.asNumbers(columns.get(name)!)!)
    scores.forEach((score, row) => expect(parts.reduce((sum, own) => sum + own[row]!, 0)).toBeCloseTo(score, 9))
  })

  it("shows the coefficients and the splits of a model, without rows", async () => {
    const gains = await rocflow(["explain", "models/d-boosting", "--by", "splits", "--json"], home)
    const { rows } = JSON.parse(gains.stdout) as { readonly rows: ReadonlyArray<{ readonly column: string }> }
    expect(rows[0]!.column).toBe("x")
    const { code, stderr } = await rocflow(["explain", "models/d-boosting", "--by", "coefficients"], home)
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining(
        '"boosting" has no coefficients, which are of ElasticNet and of networks that are Ingress.numeric and Nn.head'
      )
    ])
  })

  it("says which features matter in which split of a run, from the models that it kept", async () => {
    const { code, stdout } = await rocflow(
      ["explain", "kept", "--by", "shap", "--json", "--out", "kept.parquet", "--figures", "kept-figures"],
      home
    )
    expect(code).toBe(0)
    const { rows, silent } = JSON.parse(stdout) as {
      readonly rows: ReadonlyArray<{ readonly name: string; readonly learner: string; readonly splits: number }>
      readonly silent: ReadonlyArray<{ readonly learner: string; readonly reason: string }>
    }
    expect(rows.map(({ learner, name }) => [learner, name]).toSorted()).toEqual([
      ["boosting", "s"],
      ["boosting", "x"],
      ["boosting", "z"]
    ])
    expect(silent).toEqual([
      expect.objectContaining({
        learner: "bce",
        reason: expect.stringContaining("see what it relies on by permutation")
      })
    ])
    expect((await table("kept.parquet")).rows).toBe(3)
    expect(readdirSync(file("kept-figures"))).toEqual(["importance-d-boosting.svg"])
    const permuted = await rocflow(["explain", "kept", "--learner", "bce", "--repeats", "2"], home)
    expect(permuted.stdout).toContain("bce on d")
    expect(permuted.stdout).toMatch(/\nx +−?0\.\d+ ± 0\.\d+\n/)
    const curve = await rocflow(["explain", "kept", "--learner", "boosting", "--feature", "s"], home)
    expect(curve.stdout).toContain(
      "what is predicted, on average over test rows, as s goes through its values (probability of ill)"
    )
  })

  it("shuffles groups of features together", async () => {
    const { stdout } = await rocflow(["explain", "models/d-boosting", "d.csv", "--group", "rest=z,s", "--json"], home)
    const { rows } = JSON.parse(stdout) as { readonly rows: ReadonlyArray<{ readonly name: string }> }
    expect(rows.map(({ name }) => name).toSorted()).toEqual(["rest", "x"])
  })

  it.each([
    [
      ["models/d-boosting", "d.csv", "--group", "rest"],
      /--group rest: does not say which features are shuffled together/
    ],
    [["kept", "--learner", "bost"], /has no learner called "bost"; there are "boosting", "bce"/],
    [["kept", "--by", "shap", "--feature", "x"], /--feature x: shows how predictions depend .* leave one of them out/],
    [["kept", "--by", "coefficients", "--learner", "boosting"], /no model says anything/],
    [["kept", "--experiment", "other.yaml"], /is of another design .* give the experiment and the data as they were/],
    [["moved/run"], /was made of .*kept\.yaml, which is not there; name the experiment file by --experiment/],
    [["models/d-boosting"], /is asked about rows, and there are none; name a file of rows behind it/],
    [["models/d-boosting", "d.csv", "--out", "d.csv"], /would replace .*d\.csv, which is read/],
    [["models/d-boosting", "d.csv", "--out", "d.xlsx"], /has no ending that says how to write it/],
    [["models/d-bce", "d.csv", "--by", "shap"], /"bce" has no SHAP values/],
    [["models/d-bce", "--by", "splits"], /"bce" has no splits, which are of Tree, Forest and Boosting/]
  ])("refuses %j of a run or a model", async (args, message) => {
    const { code, stderr } = await rocflow(["explain", ...args], home)
    expect([code, stderr]).toEqual([1, expect.stringMatching(message)])
  })

  it.each([
    [["models/d-boosting", "new.csv"], /new\.csv: has no column "y", the target of the model; give labelled rows/],
    [["models/d-boosting", "d.csv", "--measure", "accuracyy"], /did you mean "accuracy"/],
    [["models/d-boosting", "d.csv", "--feature", "xx"], /"xx" is no feature of the model: x, z, s/]
  ])("refuses %j", async (args, message) => {
    const { code, stderr } = await rocflow(["explain", ...args], home)
    expect([code, stderr]).toEqual([1, expect.stringMatching(message)])
  })
})
