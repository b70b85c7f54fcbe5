/**
 * The commands for what a run has found: how far it is, its scores, comparisons, report.
 */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { directory, json, lazily, toggle } from "./flags.ts"
import { modelFlags } from "./models.ts"

const measure = Flag.String("measure").pipe(
  Flag.withDescription("Measure to compare; default: every measure of the run"),
  Flag.optional
)

/** `rocflow status`. */
export const status = Command.make(
  "status",
  { directory, json },
  lazily(() => import("./commands/status.ts").then(({ status }) => status))
).pipe(
  Command.withDescription("Show how far a run has come: jobs finished and failed, by task and learner"),
  Command.withShortDescription("Show how far a run has come"),
  Command.withExamples([{ command: "rocflow status rocflow-runs/main-job-1a2b3c4d", description: "While it runs" }])
)

/** `rocflow scores`. */
export const scores = Command.make(
  "scores",
  {
    directory,
    average: Flag.Literals("average", ["splits", "rows"]).pipe(
      Flag.withDescription("Mean and sd over splits instead: every split counts the same, or by its test rows"),
      Flag.optional
    ),
    pooled: toggle("pooled", "Measure the test rows of all splits at once instead"),
    interval: Flag.Literals("interval", ["wilson", "deLong", "bootstrap"]).pipe(
      Flag.withDescription(
        "Confidence interval of each value: wilson for shares of rows (error, tpr, ppv), deLong for auc, bootstrap for every measure"
      ),
      Flag.optional
    ),
    level: Flag.Finite("level").pipe(
      Flag.filter(
        (level) => level > 0 && level < 1,
        (level) => `there is no interval of level ${level}; give a number between 0 and 1`
      ),
      Flag.withDescription("Level of the interval; default: 0.95"),
      Flag.optional
    ),
    modules: modelFlags.modules,
    json
  },
  lazily(() => import("./commands/scores.ts").then(({ scores }) => scores))
).pipe(
  Command.withDescription(
    "Show the scores of every job of a run, finished or not; averages over splits, or pooled test rows, with confidence intervals of each value"
  ),
  Command.withShortDescription("Show the scores of every job of a run"),
  Command.withExamples([
    { command: "rocflow scores rocflow-runs/main-job-1a2b3c4d --json", description: "For programs" },
    {
      command: "rocflow scores rocflow-runs/main-job-1a2b3c4d --pooled --interval bootstrap",
      description: "Of the test rows of all splits"
    }
  ])
)

/** `rocflow sql`. */
export const sql = Command.make(
  "sql",
  {
    directory,
    query: Argument.String("query").pipe(Argument.withDescription("A query of DuckDB, in quotes")),
    out: Flag.String("out").pipe(
      Flag.withDescription("File for what the query gives: .csv, .jsonl or .parquet; default: a table here"),
      Flag.optional
    ),
    json
  },
  lazily(() => import("./commands/sql.ts").then(({ sql }) => sql))
).pipe(
  Command.withDescription(
    "Ask a run by SQL. Tables: jobs, scores, histories (an epoch each), evaluations (a configuration each that a tuner tried), coefficients and importance (a column each that a model used), notes, predictions (a test row each), splits; columns are listed by `describe scores`."
  ),
  Command.withShortDescription("Ask a run by SQL"),
  Command.withExamples([
    {
      command: 'rocflow sql rocflow-runs/main-job-1a2b3c4d "select learner, avg(value) from scores group by all"',
      description: "A mean for each learner"
    },
    {
      command: `rocflow sql rocflow-runs/main-job-1a2b3c4d "from coefficients" --out coefficients.csv`,
      description: "The coefficients of all linear models"
    }
  ])
)

/** `rocflow compare`. */
export const compare = Command.make(
  "compare",
  {
    directory,
    measure,
    by: Flag.Literals("by", ["training", "learner"]).pipe(
      Flag.withDescription(
        "What is compared: training sets (other and all with same), or learners on the same splits; default: training sets where the run has several"
      ),
      Flag.optional
    ),
    json
  },
  lazily(() => import("./commands/compare.ts").then(({ compare }) => compare))
).pipe(
  Command.withDescription(
    "Compare training on other and on all subsets with training on the same, or learners with each other: differences with intervals and p-values"
  ),
  Command.withShortDescription("Test differences of training sets or of learners"),
  Command.withExamples([
    { command: "rocflow compare rocflow-runs/main-job-1a2b3c4d --measure auc", description: "One measure" },
    { command: "rocflow compare rocflow-runs/main-job-1a2b3c4d --by learner", description: "Which learner is better" }
  ])
)

/** `rocflow report`. */
export const report = Command.make(
  "report",
  {
    directory,
    png: toggle("png", "Figures as PNG, too; without it they are SVG, and the page saves what is seen as PNG")
  },
  lazily(() => import("./commands/report.ts").then(({ report }) => report))
).pipe(
  Command.withDescription("Write report.html and the figures of a run again, from the results so far"),
  Command.withShortDescription("Write the report of a run again"),
  Command.withExamples([
    { command: "rocflow report rocflow-runs/main-job-1a2b3c4d", description: "Also while it runs" },
    { command: "rocflow report rocflow-runs/main-job-1a2b3c4d --png", description: "With every figure as PNG" }
  ])
)

/** `rocflow view`. */
export const view = Command.make(
  "view",
  {
    directories: Argument.Directory("run").pipe(
      Argument.withDescription(
        "Directory of a run, also an empty one in which a run will begin; two are shown side by side"
      ),
      Argument.between(1, 2)
    ),
    port: Flag.Int("port").pipe(
      Flag.filter(
        (port) => port >= 1 && port <= 65_535,
        (port) => `there is no port ${port}; give one from 1 to 65535`
      ),
      Flag.withDescription("Port of this machine; default: a free one"),
      Flag.optional
    ),
    open: Flag.Boolean("open").pipe(
      Flag.withDescription("Open the page in the browser; over SSH or without a desktop its address is printed only"),
      Flag.withDefault(true)
    )
  },
  lazily(() => import("./commands/view.ts").then(({ view }) => view))
).pipe(
  Command.withDescription(
    "Follow a run on a page in the browser: jobs by state, scores and learning curves as they come, failed jobs with their cause, the log; two runs side by side. Served on this machine alone, to whoever has the address that is printed"
  ),
  Command.withShortDescription("Follow a run on a page in the browser"),
  Command.withExamples([
    { command: "rocflow view rocflow-runs/main-job-1a2b3c4d", description: "While it runs, or afterwards" },
    { command: "rocflow view runs/before runs/after --no-open", description: "Two runs; only prints the address" }
  ])
)
