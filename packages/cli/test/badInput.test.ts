/**
 * What people get wrong, and what they are told: the place, what was given, which rule it breaks, what to do.
 */
import { existsSync, readdirSync } from "node:fs"
import { join } from "node:path"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import { afterAll, describe, expect, it } from "vitest"
import { plan } from "../src/commands/plan.ts"
import { changed, data, experiment, folder, remove, rocflow } from "./support/cli.ts"

type Files = Readonly<Record<string, string | Uint8Array>>
type Case = readonly [name: string, text: string | Uint8Array, says: ReadonlyArray<string>, files?: Files]

const folders: Array<string> = []
afterAll(() => folders.forEach(remove))

const made = (text: string | Uint8Array, files: Files): string => {
  const home = folder({ "e.yaml": text, "d.csv": data(), ...files })
  folders.push(home)
  return home
}

/** The lines of the message about an experiment, without the name of the folder. */
const refusal = async (text: string | Uint8Array, files: Files = {}): Promise<ReadonlyArray<string>> => {
  const home = made(text, files)
  const exit = await Effect.runPromiseExit(plan(join(home, "e.yaml")).pipe(Effect.provide(NodeServices.layer)))
  if (exit._tag === "Success") return ["accepted"]
  expect(Cause.hasDies(exit.cause)).toBe(false)
  const error = Cause.squash(exit.cause)
  return (error instanceof Error ? error.message : String(error)).replaceAll(`${home}/`, "").split("\n")
}

const says = (cases: ReadonlyArray<Case>) =>
  it.each(cases.map(([name, text, expected, files = {}]) => [name, text, expected, files] as const))(
    "%s",
    async (...parts) => {
      const [, text, expected, files] = parts
      expect(await refusal(text, files)).toEqual(expected)
    }
  )

/** Lines at the end of the data. */
const withRows = (...rows: ReadonlyArray<string>): Files => ({ "d.csv": `${data()}${rows.join("\n")}\n` })

describe("an experiment file", () => {
  says([
    ["that is empty", "", ["e.yaml: the file is empty; `rocflow schema` tells what an experiment has"]],
    [
      "that holds only a remark",
      "# later\n",
      [
        "e.yaml: the file holds nothing, but an experiment is a mapping with the keys tasks, learners, resamplings and measures"
      ]
    ],
    [
      "that is a list",
      "- tasks\n",
      [
        "e.yaml: the file holds a list, but an experiment is a mapping with the keys tasks, learners, resamplings and measures"
      ]
    ],
    [
      "that is no text",
      Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0),
      ["e.yaml: the file is not text in UTF-8; name an experiment file in YAML or JSON"]
    ],
    [
      "with a bracket that is not closed",
      "seed: 1\ntasks: [\n",
      [
        "e.yaml:3:1: this is not YAML: Flow sequence in block collection must be sufficiently indented and end with a ]; check indents, brackets and quotes"
      ]
    ],
    [
      "indented by a tab",
      "tasks:\n\t- file: d.csv\n",
      ["e.yaml:2:1: this line is indented by a tab; YAML takes blanks only"]
    ],
    [
      "with a key twice",
      `${experiment}seed: 2\n`,
      ["e.yaml:17:1: this key stands twice in one mapping; keep one of them"]
    ],
    [
      "with two documents",
      `${experiment}---\n`,
      ["e.yaml:17:1: a second document begins here, but an experiment is one; remove the line ---"]
    ],
    [
      "with an alias of nothing",
      changed(["seed: 1", "seed: *x"]),
      ["e.yaml:1:7: *x refers to no &x; write the value out"]
    ],
    [
      "with aliases that multiply",
      "a: &a [1,1,1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c]\n",
      ["e.yaml:1:1: the aliases (*name) multiply beyond measure; write the values out"]
    ]
  ])

  it("that is not there, or a directory", async () => {
    const home = made(experiment, { "sub/x": "" })
    const message = (file: string) =>
      Effect.runPromise(
        Effect.flip(plan(join(home, file))).pipe(
          Effect.map((error) => error.message.replaceAll(`${home}/`, "")),
          Effect.provide(NodeServices.layer)
        )
      )
    expect(await message("none.yaml")).toBe(
      "none.yaml: there is no such file; name an experiment file, such as examples/main-job/experiment.yaml"
    )
    expect(await message("sub")).toBe("sub: this is a directory; name an experiment file in it")
  })
})

describe("a key or value of the experiment", () => {
  says([
    [
      "wrong in the form, with a learner and a measure wrong besides",
      "sed: 1\ntasks: [{ file: d.csv, target: y, positive: yes }]\nlearners: [Featurless]\nresamplings: [{ type: cv }]\nmeasures: [aucc]\n",
      [
        'e.yaml:1:1: sed: is not a known key; did you mean "seed"?',
        'e.yaml:3:12: learners[0].type: "Featurless" is not a known learner; did you mean "Featureless"?',
        'e.yaml:5:12: measures[0]: "aucc" is not a known measure; did you mean "auc"?'
      ]
    ],
    [
      "misspelt",
      changed(["features:", "feature:"]),
      ['e.yaml:3:46: tasks[0].feature: is not a known key; did you mean "features"?']
    ],
    ["that lacks", changed(["target: y, ", ""]), ["e.yaml:3:5: tasks[0].target: is missing; add it"]],
    [
      "called __proto__",
      changed(["target: y", "__proto__: { a: 1 }, target: y"]),
      [expect.stringContaining("tasks[0].__proto__: is not a known key")]
    ],
    ["of the wrong type", changed(["seed: 1", "seed: one"]), ['e.yaml:1:1: seed: Expected number, got "one"']],
    ["that is NaN", changed(["seed: 1", "seed: .nan"]), ["e.yaml:1:1: seed: Expected an integer, got NaN"]],
    ["that is null", changed(["seed: 1", "seed:"]), ["e.yaml:1:1: seed: Expected number, got null"]],
    [
      "that is too large to be a whole number",
      changed(["seed: 1", "seed: 99999999999999999999"]),
      ["e.yaml:1:1: seed: Expected an integer, got 100000000000000000000"]
    ],
    [
      "that should be a list",
      changed(["[auc, error]", "auc"]),
      ['e.yaml:16:1: measures: Expected a list, got "auc"; write [auc]']
    ],
    [
      "that names two columns for one role",
      changed(["stratum: [y]", "subset: [s, site]"]),
      [expect.stringContaining('tasks[0].subset: Expected string, got ["s","site"]')]
    ],
    [
      "wrong in several places: all of them at once",
      changed(["seed: 1", "seed: x"], ["features:", "feature:"], ["folds: 3", "folds: 1"]),
      [
        'e.yaml:1:1: seed: Expected number, got "x"',
        'e.yaml:3:46: tasks[0].feature: is not a known key; did you mean "features"?',
        "e.yaml:15:17: resamplings[0].folds: Expected a value greater than or equal to 2, got 1"
      ]
    ]
  ])
})

describe("a learner", () => {
  says([
    [
      "misspelt",
      changed(["type: Featureless", "type: Featurless"]),
      ['e.yaml:5:5: learners[0].type: "Featurless" is not a known learner; did you mean "Featureless"?']
    ],
    [
      "with options that it does not have",
      changed(["type: Featureless", "{ type: Featureless, depth: 3 }"]),
      ["e.yaml:5:26: learners[0].depth: Featureless: is not a known key: there are no options"]
    ],
    [
      "with the id of another",
      changed(["id: bce", "id: Featureless"]),
      [
        'e.yaml:6:5: learners[1]: two learners are called "Featureless", and tables could not tell them apart; give one another id'
      ]
    ],
    [
      "that is another under a new name",
      changed(["  - id: bce", "  - { type: Featureless, id: baseline }\n  - id: bce"]),
      ['e.yaml:6:5: learners[1]: the learners "Featureless" and "baseline" differ in their names only; leave one out']
    ],
    [
      "without anything",
      changed(["  - type: Featureless", "  - id: nothing"]),
      ['e.yaml:5:5: learners[0]: a learner needs "pipeline" or "type"']
    ],
    [
      "that is a number",
      changed(["  - type: Featureless", "  - 3"]),
      ["e.yaml:5:5: learners[0]: Expected string | object, got 3"]
    ],
    [
      "whose pipeline is text",
      changed(["- type: Featureless", "- pipeline: Nn.head"]),
      ["e.yaml:5:5: learners[0].pipeline: a pipeline is a list of at least one stage"]
    ]
  ])
})

describe("a stage", () => {
  says([
    [
      "misspelt, without blame for the ones after it",
      changed(["Preprocess.standardise", "Preprocess.standardize"], ["Nn.head", "nn.haed"]),
      [
        'e.yaml:8:9: learners[1].pipeline[0].type: "Preprocess.standardize" is not a known stage; did you mean "Preprocess.standardise"?',
        'e.yaml:10:9: learners[1].pipeline[2].type: "nn.haed" is not a known stage; did you mean "Nn.head"?'
      ]
    ],
    [
      "that is empty",
      changed(["- Nn.head", "-"]),
      [expect.stringContaining('learners[1].pipeline[2]: a stage is written as { type: "Nn.linear", … }, got null')]
    ],
    [
      "that lacks",
      changed(["      - Bce.loss\n", ""]),
      [expect.stringMatching(/^e\.yaml:11:9: learners\[1\]\.pipeline\[3\]: Optimizer\.sgd: Stage not set: loss/)]
    ],
    [
      "after the end",
      changed(["epochs: 2 }\n", "epochs: 2 }\n      - Nn.relu\n"]),
      [expect.stringContaining("Nn.relu cannot come after the model")]
    ],
    [
      "with a negative learning rate",
      changed(["learningRate: 0.1", "learningRate: -0.1"]),
      ["e.yaml:12:32: learners[1].pipeline[4].learningRate: Optimizer.sgd: Expected a value greater than 0, got -0.1"]
    ],
    [
      "with a learning rate that is no number: once",
      changed(["learningRate: 0.1", "learningRate: .nan"]),
      ["e.yaml:12:32: learners[1].pipeline[4].learningRate: Optimizer.sgd: Expected a finite number, got NaN"]
    ],
    [
      "with a misspelt option",
      changed(["learningRate: 0.1", "learning_rate: 0.1"]),
      [
        'e.yaml:12:32: learners[1].pipeline[4].learning_rate: Optimizer.sgd: is not a known key; did you mean "learningRate"?'
      ]
    ],
    [
      "with an option where there are none",
      changed(["- Nn.head", "- { type: Nn.relu, units: 3 }\n      - Nn.head"]),
      ["e.yaml:10:26: learners[1].pipeline[2].units: Nn.relu: is not a known key: there are no options"]
    ],
    [
      "with −1 epochs",
      changed(["epochs: 2", "epochs: -1"]),
      [
        "e.yaml:13:32: learners[1].pipeline[5].epochs: Model.classif: Expected a value greater than or equal to 0, got -1"
      ]
    ],
    [
      "with a holdout of more than all",
      changed(["epochs: 2", "epochs: 2, validation: { holdout: 1.5, measures: [auc] }"]),
      [
        "e.yaml:13:57: learners[1].pipeline[5].validation.holdout: Model.classif: Expected a value between 0 (excluded) and 1 (excluded), got 1.5"
      ]
    ],
    [
      "with a validation measure that does not fit",
      changed(["epochs: 2", "epochs: 2, validation: { holdout: 0.5, measures: [rmse] }"]),
      [
        expect.stringContaining(
          'learners[1]: learner "bce" on task "d": measure "rmse" is for regression targets, the task is binary; choose another one'
        )
      ]
    ],
    [
      "with a validation measure misspelt",
      changed(["epochs: 2", "epochs: 2, validation: { holdout: 0.5, measures: [aucc] }"]),
      [
        'e.yaml:13:82: learners[1].pipeline[5].validation.measures[0]: Model.classif: "aucc" is not a known measure; did you mean "auc"?'
      ]
    ],
    [
      "with a validation by seconds",
      changed(["epochs: 2", "epochs: 2, validation: { holdout: 0.5, measures: [trainSeconds] }"]),
      [
        'e.yaml:13:82: learners[1].pipeline[5].validation.measures[0]: Model.classif: "trainSeconds" is not a known measure; write it among the measures at the top of an experiment: it is of a whole job, and nothing is chosen by it'
      ]
    ],
    [
      "whose loss does not fit the model",
      changed(["Bce.loss", "Mse.loss"]),
      [
        "e.yaml:13:9: learners[1].pipeline[5]: Mse.loss accepts regression targets, Model.classif makes binary and multiclass learners; choose another loss or model"
      ]
    ],
    [
      "whose loss does not fit the target",
      changed(["Bce.loss", "CrossEntropy.loss"]),
      [
        'e.yaml:6:5: learners[1]: learner "bce" is for multiclass targets, but the target "y" of task "d" is binary; choose another loss or learner'
      ]
    ],
    [
      "that needs numbers where there is text",
      changed(["[x, z]", "[x, s]"]),
      [
        'e.yaml:6:5: learners[1]: learner "bce" on task "d": Ingress.numeric: takes numbers, but got "s" (string); put Preprocess.oneHot before it, take categories by Ingress.categorical in another branch of a Merge, or leave the columns out of the task\'s features'
      ]
    ],
    [
      "that needs a column that is not there",
      changed(["- Preprocess.standardise", "- { type: Preprocess.standardise, columns: [xx] }"]),
      [
        'e.yaml:6:5: learners[1]: learner "bce" on task "d": Preprocess.standardise: no feature column "xx" reaches this stage; did you mean "x"?'
      ]
    ]
  ])
})

describe("a resampling", () => {
  says([
    [
      "misspelt",
      changed(["type: cv", "type: sameother"]),
      ['e.yaml:15:7: resamplings[0].type: "sameother" is not known; did you mean "sameOther"?']
    ],
    [
      "without type",
      changed(["type: cv, ", ""]),
      [
        "e.yaml:15:5: resamplings[0]: has no key type; known types are cv, repeatedCv, holdout, subsampling, bootstrap, leaveOneOut, insample, custom, forward, foldColumn, sameOther"
      ]
    ],
    [
      "as its name alone",
      changed(["{ type: cv, folds: 3 }", "cv"]),
      ['e.yaml:15:5: resamplings[0]: is written as { type: cv, … }, got "cv"']
    ],
    [
      "with one fold",
      changed(["folds: 3", "folds: 1"]),
      ["e.yaml:15:17: resamplings[0].folds: Expected a value greater than or equal to 2, got 1"]
    ],
    [
      "with more folds than rows",
      changed(["folds: 3", "folds: 1000"]),
      ['e.yaml:15:5: resamplings[0]: cv on task "d": folds = 1000 is more than the 48 rows. Use at most 48 folds.']
    ],
    [
      "of subsets without the role",
      changed(["type: cv", "type: sameOther"]),
      [
        'e.yaml:15:5: resamplings[0]: sameOther on task "d": a task without the role subset has no subsets to compare. Give the role subset to a column, or set ignoreSubset.'
      ]
    ],
    [
      "that comes twice",
      changed(["measures:", "  - { type: cv, folds: 3 }\nmeasures:"]),
      [
        'e.yaml:16:5: resamplings[1]: two resamplings are called "3-fold cross-validation", and tables could not tell them apart; leave one out'
      ]
    ]
  ])
})

describe("a measure", () => {
  says([
    [
      "misspelt",
      changed(["auc,", "acc,"]),
      ['e.yaml:16:12: measures[0]: "acc" is not a known measure; did you mean "accuracy"?']
    ],
    [
      "of seconds, pooled or with options",
      changed(["auc,", "{ type: trainSeconds, average: micro }, { type: predictSeconds, of: rows },"]),
      [
        "e.yaml:16:34: measures[0].average: trainSeconds is of a job and has no rows to be pooled; leave average out",
        "e.yaml:16:76: measures[1].of: is no option of predictSeconds, which has none; leave it out"
      ]
    ],
    [
      "that does not fit the target",
      changed(["auc,", "rmse,"]),
      [
        'e.yaml:16:12: measures[0]: measure "rmse" is for regression targets, but task "d" is binary; choose another measure'
      ]
    ],
    [
      "that comes twice",
      changed(["auc, error", "auc, auc"]),
      ['e.yaml:16:17: measures[1]: two measures are called "auc", and tables could not tell them apart; leave one out']
    ],
    [
      "of probabilities, for a learner of responses",
      changed(["epochs: 2", "epochs: 2, predictType: response"]),
      [
        'e.yaml:16:12: measures[0]: measure "auc" needs probabilities, but learner "bce" predicts responses; set its predictType to "prob"'
      ]
    ]
  ])
})

describe("a role", () => {
  says([
    [
      "of a column that is not there",
      changed(["target: y", "target: yy"]),
      ['e.yaml:3:20: tasks[0].target: there is no column "yy". Did you mean "y"?']
    ],
    [
      "target as feature too",
      changed(["[x, z]", "[x, y]"]),
      [
        'e.yaml:3:46: tasks[0].features: column "y" is the target too, which a learner would only copy. Leave it out of the features.'
      ]
    ],
    [
      "positive that is not a level",
      changed(["positive: ill", "positive: Ill"]),
      [
        'e.yaml:3:31: tasks[0].positive: "Ill" is not one of the levels "ill", "well" of the target "y". Choose one of them.'
      ]
    ],
    [
      "subset with a missing value",
      changed(["stratum: [y]", "subset: site"]),
      [
        'e.yaml:3:64: tasks[0].subset: column "site" has 1 missing value, the first in row 48. Give dropMissing: [subset] to leave these rows out, or fill in the values; this role needs all of them.'
      ],
      withRows("1,2,a,,ill")
    ],
    [
      "target with one value",
      experiment,
      [
        'e.yaml:3:20: tasks[0].target: column "y" has only the level "ill". A classification needs at least two; give levels when the others are only absent from these rows.'
      ],
      { "d.csv": data().replaceAll(",well", ",ill") }
    ],
    [
      "positive with three classes",
      experiment,
      [
        'e.yaml:3:20: tasks[0].target: column "y" has 3 levels "ill", "unsure", "well", but positive needs two. Choose kind: "multiclass" without positive, or a target of two levels.'
      ],
      withRows("1,2,a,north,unsure")
    ],
    [
      "target of whole numbers, which may be classes or quantities",
      changed(["target: y, positive: ill", "target: z"], ["[x, z]", "[x]"], [", stratum: [y]", ""]),
      [
        'e.yaml:3:20: tasks[0].target: column "z" holds the whole numbers "0", "1", "2", "3", "4", "5", "6", "7", "8", "9" and 1 more, which may be classes or quantities. Choose kind: "binary" (and say which is positive), "multiclass" or "regression".'
      ]
    ],
    [
      "weight that is negative",
      changed(["features: [x, z], stratum: [y]", "features: [z], weight: x"]),
      ['e.yaml:3:61: tasks[0].weight: column "x" is -1 in row 48. Weights are finite numbers of at least 0.'],
      withRows("-1,2,a,north,ill")
    ],
    [
      "target of three classes, for AUM and AUC",
      changed([", positive: ill", ""], ["Bce.loss", "Aum.loss"]),
      [
        'e.yaml:16:12: measures[0]: measure "auc" is for binary targets, but task "d" is multiclass; choose another measure',
        'e.yaml:6:5: learners[1]: learner "bce" is for binary targets, but the target "y" of task "d" is multiclass (ill, unsure, well); choose another loss or learner'
      ],
      withRows("1,2,a,north,unsure", "1,2,a,north,unsure", "1,2,a,north,unsure")
    ]
  ])
})

describe("a data file", () => {
  const at = "e.yaml:3:7: tasks[0].file: "
  says([
    [
      "that is not there",
      changed(["d.csv", "none.csv"]),
      [`${at}none.csv: the file does not exist. Check the path, which is relative to the experiment file.`]
    ],
    [
      "that is a directory",
      changed(["d.csv", "sub.csv"]),
      [`${at}sub.csv: the file is a directory. Name a file in it.`],
      { "sub.csv/x": "" }
    ],
    [
      "of an unknown kind",
      changed(["d.csv", "d.xlsx"]),
      [
        `${at}d.xlsx: the ending ".xlsx" is of a format that rocflow does not read. Save the sheet as "CSV UTF-8" and name that file.`
      ]
    ],
    [
      "that is empty",
      experiment,
      [`${at}d.csv: the file is empty. Check how it was written: a table needs a header and at least one row.`],
      { "d.csv": "" }
    ],
    [
      "without rows",
      experiment,
      [`${at}d.csv: the file has a header but no rows. A table needs at least one row.`],
      { "d.csv": "x,z,y\n" }
    ],
    [
      "with a name twice",
      experiment,
      [`${at}d.csv, line 1: the name "x" comes twice in the header. Rename one column.`],
      { "d.csv": "x,x,y\n1,2,ill\n" }
    ],
    [
      "with a row that is too short",
      experiment,
      [
        `${at}d.csv, line 50: 2 fields where the header has 5. Complete or correct the line; quote a field that holds the delimiter.`
      ],
      withRows("1,2")
    ],
    [
      "with another delimiter in the header than in the rows",
      experiment,
      [
        `${at}d.csv, line 1: the header "x;z;s;site;y" has no delimiter ",". If ";" is the delimiter, give delimiter: ";", and see that all lines have as many fields.`
      ],
      { "d.csv": data().replace("x,z,s,site,y", "x;z;s;site;y") }
    ],
    [
      "that is no text",
      experiment,
      [
        `${at}d.csv: the file has zero bytes, as UTF-16 without a byte order mark has. Give encoding: "utf-16be" if it is text, or name another file.`
      ],
      { "d.csv": Uint8Array.from({ length: 300 }, (_, i) => (i * 73) % 256) }
    ],
    [
      "with a slip in a column of numbers",
      experiment,
      [
        'e.yaml:6:5: learners[1]: learner "bce" on task "d": Ingress.numeric: takes numbers, but got "x" (string: "1O" in row 48); put Preprocess.oneHot before it, take categories by Ingress.categorical in another branch of a Merge, or leave the columns out of the task\'s features'
      ],
      withRows("1O,2,a,north,ill")
    ],
    [
      "with a missing value that nobody fills in",
      experiment,
      [
        'e.yaml:6:5: learners[1]: learner "bce" on task "d": Ingress.numeric needs complete columns, but values are missing in "x" (1 of 49 rows); put Preprocess.impute before it (method "median" for numbers, "mode" for any column, ahead of Preprocess.oneHot), or leave the columns out by Preprocess.select'
      ],
      withRows(",2,a,north,ill")
    ],
    [
      "with an infinite value",
      experiment,
      [
        'e.yaml:6:5: learners[1]: learner "bce" on task "d": Preprocess.standardise: column "x" is Infinity in row 48, too large for a mean and a deviation; correct or rescale it'
      ],
      withRows("Infinity,2,a,north,ill")
    ],
    [
      "with a value that overflows",
      experiment,
      [
        'e.yaml:6:5: learners[1]: learner "bce" on task "d": Preprocess.standardise: column "x" is 1e+300 in row 48, too large for a mean and a deviation; correct or rescale it'
      ],
      withRows("1e300,2,a,north,ill")
    ],
    [
      "that declares a column that is not there",
      changed(["features:", "columns: { xx: numeric }, features:"]),
      [
        `${at}d.csv, column "xx": the declared column is not in the file, which has "x", "z", "s", "site", "y". Did you mean "x"?`
      ]
    ],
    [
      "that pretends to be Parquet",
      changed(["d.csv", "d.parquet"]),
      [expect.stringMatching(/d\.parquet: the file is not readable Parquet \(.*\)\. Check that it is complete/)],
      { "d.parquet": "no" }
    ],
    [
      "of JSON lines that are no rows",
      changed(["d.csv", "d.jsonl"]),
      [
        `${at}d.jsonl, line 2: a JSON value where each line must be one object. Write one row a line, such as {"x": 1, "y": "a"}.`
      ],
      { "d.jsonl": '{"x":1,"z":2,"y":"ill"}\n[1,2]\n' }
    ]
  ])
})

describe("a module", () => {
  const text = `${experiment}modules: [./m.js]\n`
  const at = "e.yaml:17:11: modules[0]: "
  says([
    ["that is not there", text, [`${at}there is no file m.js; modules are named relative to the experiment file`]],
    [
      "that throws",
      text,
      [`${at}the module does not load: boom; mend it, or leave it out`],
      { "m.js": 'throw new Error("boom\\nand more")' }
    ],
    [
      "that throws no error",
      text,
      [`${at}the module does not load: null; mend it, or leave it out`],
      { "m.js": "throw null" }
    ],
    [
      "that is no JavaScript",
      text,
      [expect.stringMatching(/: the module does not load: .+; mend it, or leave it out$/)],
      { "m.js": "export const = 3" }
    ],
    [
      "without definitions",
      text,
      [`${at}the module has no list of definitions; export one: \`export const definitions = [myLoss.definition]\``],
      { "m.js": "export const loss = 3" }
    ],
    [
      "with something else among its definitions",
      text,
      [
        `${at}definitions[0] of the module has no kind, id and options; make it by Loss.define, Measure.define, Learner.define or their like`
      ],
      { "m.js": "export const definitions = [null]" }
    ],
    [
      "with a measure that another one differs from in case only",
      text.replace("measures: [auc", "measures: [AUC, auc"),
      [
        'e.yaml:16:1: measures: "AUC" and "auc" differ in case only, and tables of scores could not tell them apart; give one another id in its module'
      ],
      {
        "m.js": `
          import * as Measure from ${JSON.stringify(import.meta.resolve("@rocflow/core/learning/Measure"))}
          export const definitions = [
            Measure.define({ id: "AUC", label: "mine", accepts: ["binary"], direction: "maximise", range: [0, 1], needs: [], evaluate: () => 1 })
          ]`
      }
    ]
  ])
})

describe("what looks strange but is right", () => {
  says([
    [
      "line ends of Windows",
      experiment.replaceAll("\n", "\r\n"),
      ["accepted"],
      { "d.csv": data().replaceAll("\n", "\r\n") }
    ],
    ["a byte order mark", `\ufeff${experiment}`, ["accepted"], { "d.csv": `\ufeff${data()}` }],
    [
      "JSON",
      JSON.stringify({
        tasks: [{ file: "d.csv", target: "y" }],
        learners: ["Featureless"],
        resamplings: [{ type: "cv", folds: 2 }],
        measures: ["auc"]
      }),
      ["accepted"]
    ],
    [
      "names of columns that JavaScript knows",
      changed(["[x, z]", "[__proto__, constructor]"]),
      ["accepted"],
      { "d.csv": data().replace("x,z", "__proto__,constructor") }
    ],
    [
      "names of columns with blanks, quotes, umlauts and 5000 characters",
      changed(["[x, z]", `["größe \\"in\\" m", ${"q".repeat(5000)}]`]),
      ["accepted"],
      { "d.csv": data().replace("x,z", `"größe ""in"" m",${"q".repeat(5000)}`) }
    ],
    [
      "one subset only",
      changed(["stratum: [y]", "subset: site"], ["type: cv", "type: sameOther"]),
      ["accepted"],
      { "d.csv": data().replaceAll("south", "north") }
    ]
  ])
})

describe("the command", () => {
  it("ends with 1 and the message alone, and makes no directory", async () => {
    const home = made(changed(["target: y", "target: yy"]), {})
    const commands = [
      ["run", "e.yaml", "--out", "out"],
      ["run", "e.yaml", "--json"],
      ["split", "e.yaml"],
      ["inspect", "e.yaml"]
    ]
    const ended = await Promise.all(commands.map((args) => rocflow(args, home)))
    for (const { code, stdout, stderr } of ended) {
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" })
      expect(stderr).toMatch(/^\S+e\.yaml:3:20: tasks\[0\]\.target: there is no column "yy"\. Did you mean "y"\?\n$/)
    }
    expect(readdirSync(home).sort()).toEqual(["d.csv", "e.yaml"])
  })

  it("shows a stack trace with --log-level debug only", async () => {
    const home = made(changed(["target: y", "target: yy"]), {})
    const { code, stderr } = await rocflow(["inspect", "e.yaml", "--log-level", "debug"], home)
    expect(code).toBe(1)
    expect(stderr).toMatch(/there is no column "yy"[^]*\n +at /)
  })

  it("makes a directory inside the folder of runs, whatever the experiment is called", async () => {
    const home = made(`${changed(["  - id: bce", "  - id: net"])}name: "../../it's <odd>"\n`, {})
    const { code, stderr } = await rocflow(["run", "e.yaml", "--workers", "1"], home)
    expect({ code, stderr }).toMatchObject({ code: 0 })
    expect(readdirSync(join(home, "rocflow-runs"))).toEqual([
      expect.stringMatching(/^\.\.-\.\.-it-s-odd--[0-9a-f]{8}$/)
    ])
  })

  it("works in a folder with blanks, quotes and umlauts", async () => {
    const home = join(
      made(experiment, { "it's a “größe”/e.yaml": experiment, "it's a “größe”/d.csv": data() }),
      "it's a “größe”"
    )
    const { code, stderr } = await rocflow(["run", "e.yaml", "--out", "my run"], home)
    expect({ code, stderr }).toMatchObject({ code: 0 })
    expect(existsSync(join(home, "my run", "report.html"))).toBe(true)
  })

  it("refuses a place where no directory can be", async () => {
    const home = made(experiment, {})
    const { code, stdout, stderr } = await rocflow(["run", "e.yaml", "--out", "d.csv/run"], home)
    expect(code).toBe(1)
    expect(`${stdout}${stderr}`).not.toMatch(/^ +at /m)
    expect(stderr).toMatch(/d\.csv\/run/)
  })
})
