/** What an editor shows of an experiment: hover, completion and problems of the real language server for YAML. */
import { copyFileSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { changed, data, experiment, folder, remove, rocflow } from "./support/cli.ts"
import * as LanguageServer from "./support/languageServer.ts"

const name = "experiment.schema.json"
const head = `# yaml-language-server: $schema=${name}\n`
/** The experiment with a part replaced by one in which a bar is the cursor. */
const at = (from: string, to: string): string => head + changed([from, to])

let directory = ""
let server: Awaited<ReturnType<typeof LanguageServer.start>>

beforeAll(async () => {
  directory = folder({ "d.csv": data() })
  copyFileSync(fileURLToPath(new URL(`../${name}`, import.meta.url)), `${directory}/${name}`)
  server = await LanguageServer.start(directory)
})

afterAll(() => {
  server.stop()
  remove(directory)
})

describe("an editor", () => {
  it.each([
    ["a key of the experiment", at("seed: 1", "se|ed: 1"), "Decides everything random"],
    ["a key of a task", at("target: y", "tar|get: y"), "The column to predict"],
    [
      "the name of a stage",
      at("Preprocess.standardise", "Preprocess.st|andardise"),
      "to mean 0 and standard deviation 1"
    ],
    ["the name of a learner", at("type: Featureless", "type: Feature|less"), "Predicts the most frequent class"],
    ["an option of an optimizer", at("learningRate", "learning|Rate"), "a number, or a schedule"],
    ["an option of a model", at("epochs: 2", "ep|ochs: 2"), "How many times all training rows are seen"],
    [
      "an option within an option",
      at("epochs: 2", "epochs: 2, validation: { holdout: 0.3, measures: [auc], pati|ence: 5 }"),
      "Evaluations without a gain that end training"
    ],
    ["the name of a resampling", at("type: cv", "type: c|v"), "every row is tested once"],
    ["an option of a resampling", at("folds: 3", "fo|lds: 3"), "The number of folds"],
    ["the name of a measure", at("[auc", "[a|uc"), "Area under the ROC curve"]
  ])("shows what it is at %s", async (_, marked, says) => {
    expect(await server.hover(marked)).toContain(says)
  })

  it.each([
    ["a key of the experiment", at("seed: 1", "seed: 1\nmo|"), "modules"],
    ["a key of a task", at("stratum: [y] }", "stratum: [y], we| }"), "weight"],
    ["a stage", at("- Nn.head", "- Nn.|"), "Nn.residual"],
    ["an option of an optimizer", at("learningRate: 0.1 }", "learningRate: 0.1, mom| }"), "momentum"],
    ["an option of a model", at("epochs: 2 }", "epochs: 2, val| }"), "validation"],
    ["a resampling", at("type: cv", "type: |"), "sameOther"],
    ["a measure", at("[auc, error]", "[a|]"), "averagePrecision"],
    ["a learner", at("- type: Featureless", "- type: |"), "Boosting.classif"],
    ["an option of a learner", at("- type: Featureless", "- type: Boosting.classif\n    |"), "learningRate"],
    ["a schedule", at("sgd, learningRate: 0.1", "sgd, learningRate: { type: Schedule.| }"), "Schedule.cosine"]
  ])("proposes %s", async (_, marked, label) => {
    const found = await server.complete(marked)
    expect(found.map((each) => each.label)).toContain(label)
    expect(found.find((each) => each.label === label)?.documentation).toBeTruthy()
  })

  it("finds nothing wrong with a good experiment", async () => {
    expect(await server.check(head + experiment)).toEqual([])
  })

  it("finds the schema of what `rocflow init` writes, and nothing wrong with it", async () => {
    expect((await rocflow(["init", "d.csv", "--target", "y", "--out", "first.yaml"], directory)).code).toBe(0)
    const text = readFileSync(join(directory, "first.yaml"), "utf8")
    expect(await server.check(text)).toEqual([])
    expect(await server.hover(text.replace("seed:", "se|ed:"))).toContain("Decides everything random")
  })

  it.each([
    ["a value of the wrong type", at("seed: 1", "seed: one"), 1, ['Expected "integer"']],
    ["a value out of range", at("learningRate: 0.1", "learningRate: -0.1"), 12, ["below the exclusive minimum of 0"]],
    [
      "a key that is not known",
      at("learningRate: 0.1", "learning_rate: 0.1"),
      12,
      ['Missing property "learningRate"', "learning_rate is not allowed"]
    ],
    ["a stage that is not known", at("Nn.head", "Nn.haed"), 10, ['"Nn.head"']],
    ["a resampling that is not known", at("type: cv", "type: cvv"), 15, ['"repeatedCv"']],
    ["a learner that is not known", at("type: Featureless", "type: Featurless"), 5, ['"Featureless"']]
  ])("says what is wrong with %s, and where", async (_, text, line, words) => {
    const found = await server.check(text)
    expect(found.map(({ range }) => range.start.line)).toEqual(words.map(() => line))
    words.forEach((word, i) => expect(found[i]!.message).toContain(word))
  })
})
