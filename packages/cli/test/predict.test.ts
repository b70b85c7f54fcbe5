import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Table from "@rocflow/core/data/Table"
import * as ParquetBytes from "@rocflow/core/data/ParquetBytes"
import * as Effect from "effect/Effect"
import { SchemaError } from "@rocflow/core/data/SchemaError"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { needed } from "../src/commands/newRows.ts"
import { predictedIn } from "../../resampling/test/support/records.ts"
import { changed, data, folder, remove, rocflow, start } from "./support/cli.ts"

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
    "new.csv": data(60)
      .split("\n")
      .map((line) => line.split(",").slice(0, 3).join(","))
      .join("\n")
  })
  expect((await rocflow(["train", "e.yaml", "--save", "models"], home)).code).toBe(0)
})
afterAll(() => remove(home))

const file = (...path: ReadonlyArray<string>) => join(home, ...path)
const table = (name: string) => Effect.runPromise(Table.fromFile(file(name)))
const lines = (text: string) => text.trimEnd().split("\n")

it("does not advise to call a date a missing value", () => {
  const given = {
    given: '"2025-02-01" (row 3)',
    rule: "is no date",
    advice: "Correct it, or declare the column as string."
  }
  const { advice } = needed(new SchemaError(given))
  expect(advice).toBe(
    "Write it as the dates were written that the model was trained with, or leave it empty if it is unknown."
  )
})

describe("rocflow train", () => {
  it("keeps a model of each learner, and says where", async () => {
    expect(readdirSync(file("models")).toSorted()).toEqual(["d-bce", "d-boosting"])
    const { stdout } = await rocflow(["train", "e.yaml", "--save", "one", "--learner", "bce", "--json"], home)
    expect(JSON.parse(stdout)).toEqual({
      task: "d",
      learner: "bce",
      rows: 48,
      model: join("one", "d-bce", "model.safetensors")
    })
    expect(readFileSync(file("one", "d-bce", "model.safetensors"), "utf8")).toBe(
      readFileSync(file("models", "d-bce", "model.safetensors"), "utf8")
    )
  })

  it("refuses a learner that is not there", async () => {
    const { code, stderr } = await rocflow(["train", "e.yaml", "--save", "one", "--learner", "bcee"], home)
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/learners: there is none called "bcee"; there are "boosting", "bce"/)
    ])
  })
})

describe("rocflow train, where models would be in one place", () => {
  it("refuses learners whose folders would be one, before it trains", async () => {
    writeFileSync(file("two.yaml"), experiment.replace("id: boosting,", 'id: "b 1",').replace("- id: bce", "- id: b-1"))
    const { code, stderr } = await rocflow(["train", "two.yaml", "--save", "two"], home)
    expect(code).toBe(1)
    expect(stderr).toContain('"b 1" on "d" and "b-1" on "d" would both be kept in two/d-b-1; give one another id')
    expect(existsSync(file("two"))).toBe(false)
  })

  it("refuses a directory that is a file, before it trains", async () => {
    const { code, stderr, stdout } = await rocflow(["train", "e.yaml", "--save", "d.csv"], home)
    expect([code, stdout]).toEqual([1, ""])
    expect(stderr).toMatch(/^d\.csv: cannot be made: a file stands in its way; name another one by --save/)
  })
})

describe("rocflow predict", () => {
  it("predicts rows without a target, each time the same, in every form", async () => {
    const shown = await rocflow(["predict", "models/d-bce", "new.csv"], home)
    expect(shown.code).toBe(0)
    const [header, ...rows] = lines(shown.stdout)
    expect(header).toBe("row,response,prob.ill,prob.well,score")
    expect(rows).toHaveLength(60)
    expect(rows[59]).toMatch(/^59,(ill|well),0\.\d+,0\.\d+,-?\d/)

    const out = await rocflow(["predict", "models/d-bce", "new.csv", "--out", "p.csv"], home)
    expect(out.stdout).toBe("60 rows predicted: p.csv\n")
    expect(readFileSync(file("p.csv"), "utf8")).toBe(shown.stdout)

    const json = await rocflow(["predict", "models/d-bce", "new.csv", "--json"], home)
    const objects = lines(json.stdout).map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>)
    expect(objects.map((row) => Object.values(row).join(","))).toEqual(rows)
  })

  it("reads Parquet and writes it", async () => {
    const shown = await rocflow(["predict", "models/d-bce", "new.csv", "--out", "p.csv"], home)
    expect(shown.code).toBe(0)
    const written = await rocflow(["predict", "models/d-bce", "new.csv", "--out", "p.parquet"], home)
    expect(written.code).toBe(0)
    const [csv, parquet] = [await table("p.csv"), await table("p.parquet")]
    expect(Table.contentHash(parquet)).toBe(Table.contentHash(csv))
    writeFileSync(file("new.parquet"), ParquetBytes.of([...(await table("new.csv")).columns]))
    const again = await rocflow(["predict", "models/d-bce", "new.parquet"], home)
    expect(again.stdout).toBe(readFileSync(file("p.csv"), "utf8"))
    // What was written has no features.
    const wrong = await rocflow(["predict", "models/d-bce", "p.parquet"], home)
    expect(wrong.stderr).toMatch(
      /the features "x", "z", "s" of the model are not in the file, which has "row", "response"/
    )
  })

  it("predicts as the training process does, and averages the models of a run", async () => {
    const run = await rocflow(["run", "kept.yaml", "--out", "run", "--workers", "1"], home)
    expect(run.code).toBe(0)
    const mean = await rocflow(["predict", "run", "new.csv", "--learner", "bce", "--json"], home)
    expect(mean.code).toBe(0)
    const models = readdirSync(file("run", "models")).filter((id) =>
      readFileSync(file("run", "models", id, "model.safetensors"), "latin1").includes('\\"pipeline\\"')
    )
    expect(models).toHaveLength(3)
    for (const id of models) {
      const { prob, rows } = predictedIn(file("run"), "binary").get(id)!.prediction
      const now = await rocflow(["predict", `run/models/${id}`, "d.csv", "--json"], home)
      const shares = lines(now.stdout).map((line) => (JSON.parse(line) as { readonly "prob.ill": number })["prob.ill"])
      expect(Array.from(rows, (row) => shares[row])).toEqual(Array.from(rows, (_, i) => prob![2 * i]))
    }
    const each = await Promise.all(
      models.map((id) => rocflow(["predict", `run/models/${id}`, "new.csv", "--json"], home))
    )
    const shares = (text: string) =>
      lines(text).map((line) => (JSON.parse(line) as { readonly "prob.ill": number })["prob.ill"])
    const all = each.map(({ stdout }) => shares(stdout))
    shares(mean.stdout).forEach((share, row) => {
      expect(share).toBeCloseTo(all.reduce((sum, own) => sum + own[row]!, 0) / 3, 12)
    })
  })

  it.each([
    ["models", "holds several models: d-bce, d-boosting; name one, such as models/d-bce"],
    ["nowhere", "nowhere: is not there; name what rocflow train --save wrote"],
    [
      "e.yaml",
      "e.yaml: saved model: it is none (it is cut off, or is something else); name a file that Saved.write wrote"
    ]
  ])("refuses %s as a model", async (model, message) => {
    const { code, stderr, stdout } = await rocflow(["predict", model, "new.csv"], home)
    expect([code, stdout]).toEqual([1, ""])
    expect(stderr).toContain(message)
  })

  it("refuses a model that was changed, by its file", async () => {
    const text = readFileSync(file("models", "d-bce", "model.safetensors"), "latin1")
    const changed = text.replace('\\"ill\\",\\"well\\"', '\\"well\\",\\"ill\\"')
    expect(changed).not.toBe(text)
    writeFileSync(file("changed.json"), changed, "latin1")
    const { code, stderr } = await rocflow(["predict", "changed.json", "new.csv"], home)
    expect(code).toBe(1)
    expect(stderr).toContain("changed.json: saved model: it was changed since it was written")
  })

  it.each([
    ["lacks.csv", "x,s\n1,a\n", /column "z": the feature of the model is not in the file, which has "x", "s"/],
    ["words.csv", "x,z,s\n1,2,a\nthree,2,a\n", /words\.csv, line 3, column "x": "three" is not a number/],
    ["commas.csv", "x;z;s\n1,5;2;a\n", /commas\.csv, line 2, column "x": "1,5" is not a number\. Give decimal: ","/],
    ["none.csv", "x,z,s\n", /none\.csv.*no rows/]
  ])("refuses %s and writes nothing", async (name, text, message) => {
    writeFileSync(file(name), text)
    const { code, stderr } = await rocflow(["predict", "models/d-bce", name, "--out", "none.out.csv"], home)
    expect(code).toBe(1)
    expect(stderr).toMatch(message)
    expect(existsSync(file("none.out.csv"))).toBe(false)
    expect(readdirSync(home).filter((each) => each.endsWith(".part"))).toEqual([])
  })

  it("reads missing values as training did, and names the flag where it does not know them", async () => {
    const marked = data().replace(/^(.*\n)(\d+),/, "$1?,")
    writeFileSync(file("marked.csv"), marked)
    writeFileSync(
      file("marked.yaml"),
      experiment
        .replace("d.csv,", 'marked.csv, na: ["?"],')
        .replace("- Preprocess.robust", "- { type: Preprocess.impute, method: median }")
    )
    expect((await rocflow(["train", "marked.yaml", "--save", "marked", "--learner", "boosting"], home)).code).toBe(0)
    const [model, other] = ["marked/marked-boosting", "models/d-boosting"]
    const asTrained = await rocflow(["predict", model, "marked.csv"], home)
    writeFileSync(file("empty.csv"), marked.replace("?", ""))
    const empty = await rocflow(["predict", other, "empty.csv"], home)
    expect([asTrained.code, empty.code]).toEqual([0, 0])
    expect(asTrained.stdout).toBe((await rocflow(["predict", model, "marked.csv", "--na", "?"], home)).stdout)
    const unknown = await rocflow(["predict", other, "marked.csv"], home)
    expect(unknown.stderr).toMatch(
      /marked\.csv, line 2, column "x": "\?" is not a number\. Correct the value, or leave it empty if it is unknown; if it means that everywhere, give --na '\?'\./
    )
    expect((await rocflow(["predict", other, "marked.csv", "--na", "?"], home)).stdout).toBe(empty.stdout)
  })

  it("lists all features that a file lacks, and suggests columns that are no other feature", async () => {
    writeFileSync(file("lacking.csv"), "S,x\na,1\n")
    const { stderr } = await rocflow(["predict", "models/d-boosting", "lacking.csv"], home)
    expect(stderr).toContain(
      'lacking.csv: the features "z", "s" of the model are not in the file, which has "S", "x". Did you mean "S" by "s"?'
    )
    writeFileSync(file("one.csv"), "x,s\n1,a\n")
    const one = await rocflow(["predict", "models/d-boosting", "one.csv"], home)
    // "x" and "s" are features themselves.
    expect(one.stderr).toContain('column "z": the feature of the model is not in the file, which has "x", "s". Add')
  })

  it.each(["new.csv", "./new.csv", "link.csv"])("does not replace what it reads, called %s", async (out) => {
    if (out === "link.csv") symlinkSync(file("new.csv"), file("link.csv"))
    const before = readFileSync(file("new.csv"), "utf8")
    const { code, stderr } = await rocflow(["predict", "models/d-bce", "new.csv", "--out", out], home)
    expect(code).toBe(1)
    expect(stderr).toMatch(/would replace .*new\.csv, which is read; name another file/)
    expect(readFileSync(file("new.csv"), "utf8")).toBe(before)
  })

  it("ends quietly when whoever reads its output has enough", async () => {
    writeFileSync(file("many.csv"), data(20_000))
    const { child, ended } = start(["predict", "models/d-bce", "many.csv"], home)
    child.stdout!.once("data", () => child.stdout!.destroy())
    const { code, stderr } = await ended
    expect([code, stderr]).toEqual([141, ""])
  })

  it("says how a file may end", async () => {
    const { code, stderr } = await rocflow(["predict", "models/d-bce", "new.csv", "--out", "p.xlsx"], home)
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining("p.xlsx: has no ending that says how to write it; end it in .csv, .jsonl, .parquet")
    ])
  })
})

describe("rocflow export", () => {
  it("writes a model as ONNX, and says what it needs", async () => {
    const { code, stdout } = await rocflow(["export", "models/d-boosting", "--out", "d.onnx"], home)
    expect([code, stdout]).toEqual([0, "d.onnx\n"])
    // The producer stands at the beginning of the file.
    expect(readFileSync(join(home, "d.onnx")).subarray(0, 16).toString("latin1")).toContain("rocflow")
  })

  it.each([
    [["models/d-boosting", "--out", "d.bin"], /d\.bin: has another ending; end it in \.onnx/],
    [["models/d-boosting", "--out", "nowhere/d.onnx"], /nowhere\/d\.onnx: cannot be written/],
    [["nothing", "--out", "d.onnx"], /nothing: is not there/]
  ])("refuses %j", async (args, message) => {
    const { code, stderr } = await rocflow(["export", ...args], home)
    expect([code, stderr]).toEqual([1, expect.stringMatching(message)])
  })
})
