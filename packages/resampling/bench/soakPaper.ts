/**
 * Repeats two experiments of the SOAK paper (Hocking et al., arXiv 2410.08643) and compares with its published numbers:
 * 10 folds, strata of subset and class, featureless and an L1 linear model whose penalty cross-validation chooses.
 *
 *     node packages/resampling/bench/soakPaper.ts [folder with data/ and notes/vectors/]
 *
 * The folds of the paper are not ours, so means agree up to the chance of drawing folds. Exit code 1 if a criterion fails.
 */
import * as Task from "@rocflow/core/data/Task"
import * as ElasticNet from "@rocflow/learners/ElasticNet"
import * as Featureless from "@rocflow/learners/Featureless"
import * as Learner from "@rocflow/core/learning/Learner"
import * as Measure from "@rocflow/core/learning/Measure"
import * as Compare from "@rocflow/resampling/Compare"
import * as Design from "@rocflow/resampling/Design"
import * as Job from "@rocflow/resampling/Job"
import * as Resampling from "@rocflow/resampling/Resampling"
import * as Score from "@rocflow/resampling/Score"
import * as Effect from "effect/Effect"
import { existsSync, readFileSync } from "node:fs"
import { join, resolve } from "node:path"

const folder = resolve(process.argv[2] ?? join(import.meta.dirname, "../../../../shared"))
const published = join(folder, "notes/vectors/soak-paper.csv")

/** One cell of the paper's table: errors in percent, and the naive paired test, as in the paper, of the difference to training on the same. */
interface Cell {
  readonly mean: number
  readonly difference: number | undefined
  readonly p: number | undefined
}

const keyOf = (...parts: ReadonlyArray<string>): string => parts.join(" / ")

const readPublished = (): ReadonlyMap<string, Cell> => {
  const [header = "", ...lines] = readFileSync(published, "utf8").trim().split("\n")
  const names = header.split(",")
  return new Map(
    lines.map((line) => {
      const fields = new Map(line.split(",").map((field, i) => [names[i], field]))
      const text = (name: string) => fields.get(name) ?? ""
      const number = (name: string) => (text(name) === "" ? undefined : Number(text(name)))
      return [
        keyOf(text("data"), text("algorithm"), text("test_subset"), text("train_subsets")),
        {
          mean: number("percent_error_mean")!,
          difference: number("mean_diff_vs_same"),
          p: number("p_paired_two_sided")
        }
      ]
    })
  )
}

const loadTasks = Effect.all([
  Task.fromFile(join(folder, "data/CanadaFires_downSampled.csv"), {
    target: "y",
    subset: "subset",
    stratum: ["subset", "y"]
  }),
  Task.fromFile(join(folder, "data/waveform.csv"), {
    target: "y",
    kind: "multiclass",
    subset: "subset",
    stratum: ["subset", "y"]
  })
])

const ours = Effect.gen(function* () {
  const design = yield* Design.grid({
    tasks: yield* loadTasks,
    learners: [
      Learner.named(Featureless.make(), "featureless"),
      Learner.named(ElasticNet.cv({ lambda: "lambda.1se" }), "cv_glmnet")
    ],
    resamplings: [Resampling.sameOther({ folds: 10 })],
    measures: [Measure.error],
    seed: 1
  })
  const results = yield* Effect.forEach(design.jobs, (job) => Effect.map(Job.execute(job), ({ result }) => result))
  const failed = results.find(({ status }) => status === "failed")
  if (failed !== undefined) return yield* Effect.die(new Error(failed.error?.message))
  const rows = Score.table(results)
  const tests = yield* Compare.pvalues(rows, { measure: "error" })
  const test = new Map(tests.map((test) => [keyOf(test.task, test.learner, test.testSubset, test.compare), test]))
  return new Map(
    (yield* Compare.stats(rows, { measure: "error" })).map(({ learner, mean, task, testSubset, trainSubsets }) => {
      const key = keyOf(task, learner, testSubset, trainSubsets)
      const compared = test.get(key)
      const number = (value: unknown) => (typeof value === "number" ? value : undefined)
      const difference = number(compared?.meanDiff)
      return [
        key,
        {
          mean: 100 * (number(mean) ?? Number.NaN),
          difference: difference === undefined ? undefined : 100 * difference,
          p: number(compared?.pPaired)
        }
      ]
    })
  )
})

const criteria: ReadonlyArray<readonly [name: string, holds: (key: string, paper: Cell, own: Cell) => boolean]> = [
  [
    "featureless: mean error within 0.05 points",
    (key, paper, own) => !key.includes("featureless") || Math.abs(paper.mean - own.mean) <= 0.05
  ],
  [
    "cv_glmnet: mean error within 2.5 points",
    (key, paper, own) => !key.includes("cv_glmnet") || Math.abs(paper.mean - own.mean) <= 2.5
  ],
  [
    "same sign of the difference to same, where the paper's exceeds 3 points",
    (_, paper, own) =>
      Math.abs(paper.difference ?? 0) <= 3 || Math.sign(paper.difference!) === Math.sign(own.difference ?? 0)
  ],
  ["naive p < 0.05 where the paper's is below 0.001", (_, paper, own) => (paper.p ?? 1) >= 0.001 || (own.p ?? 1) < 0.05]
]

const cell = (value: number | undefined, width: number, digits: number): string =>
  (value === undefined
    ? ""
    : Math.abs(value) < 1e-4 && value !== 0
      ? value.toExponential(1)
      : value.toFixed(digits)
  ).padStart(width)

const report = (paper: ReadonlyMap<string, Cell>, own: ReadonlyMap<string, Cell>): string => {
  const width = Math.max(...Array.from(paper.keys(), (key) => key.length))
  const head = `${"".padEnd(width)}     paper    ours     diff    ours    naive p      ours`
  const lines = Array.from(paper, ([key, theirs]) => {
    const found = own.get(key)
    const numbers = [theirs.mean, found?.mean, theirs.difference, found?.difference].map((value) => cell(value, 8, 2))
    return `${key.padEnd(width)}  ${numbers.join("")}  ${cell(theirs.p, 9, 4)} ${cell(found?.p, 9, 4)}`
  })
  const verdicts = criteria.map(([name, holds]) => {
    const broken = [...paper].filter(([key, theirs]) => {
      const found = own.get(key)
      return found === undefined || !holds(key, theirs, found)
    })
    return `${broken.length === 0 ? "PASS" : "FAIL"}  ${name}${broken.map(([key]) => `\n      not ${key}`).join("")}`
  })
  return [head, ...lines, "", ...verdicts].join("\n")
}

const program = Effect.map(ours, (own) => {
  const text = report(readPublished(), own)
  console.log(text)
  if (text.includes("FAIL")) process.exitCode = 1
})

if (existsSync(published)) await Effect.runPromise(program)
else console.log(`skipped: the published numbers are not at ${published}`)
