/**
 * The command line: names, flags and help. What a command does is loaded when it is called, so that help is quick.
 */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { completion, init, runs } from "./beginning.ts"
import { cancel, logs, todo, worker } from "./cluster.ts"
import { data } from "./data.ts"
import { executorFlags } from "./executorFlags.ts"
import { withFirstWorker } from "./firstWorker.ts"
import { experiment, fileFlags, json, lazily, reading, toggle } from "./flags.ts"
import { explain, exporting, predict, train, tune } from "./models.ts"
import { compare, report, scores, sql, status, view } from "./results.ts"

const run = Command.make(
  "run",
  {
    file: experiment,
    out: Flag.String("out").pipe(
      Flag.filter(
        (directory) => directory.trim() !== "",
        () => "an empty name is no directory; leave --out away for the default"
      ),
      Flag.withDescription("Directory of the run; default: rocflow-runs/<name>-<hash of the design>"),
      Flag.optional
    ),
    workers: Flag.Int("workers").pipe(
      Flag.withDescription(
        "Processes that run jobs, one thread each; default: one per core. 1 runs them in this process"
      ),
      Flag.filter(
        (workers) => workers >= 1,
        (workers) => `${workers} workers cannot run anything; give 1 or more`
      ),
      Flag.optional
    ),
    timeLimit: Flag.Finite("time-limit").pipe(
      Flag.withDescription("Seconds after which a job is given up. Default: none"),
      Flag.filter(
        (seconds) => seconds > 0,
        (seconds) => `a limit of ${seconds} s ends every job; give a positive number of seconds`
      ),
      Flag.optional
    ),
    retryFailed: toggle("retry-failed", "Run failed jobs of an earlier start again"),
    reuse: Flag.Directory("reuse").pipe(
      Flag.withDescription(
        "Another run, whose finished jobs are taken over where they are those of this one; may be given several times"
      ),
      Flag.between(0, 100)
    ),
    ...executorFlags,
    json
  },
  withFirstWorker(reading(() => import("./commands/run.ts").then(({ run }) => run)))
).pipe(
  Command.withDescription(
    "Run an experiment: train every learner on every split, compare, and write a report. Finished jobs are kept: a run that was stopped goes on where it was."
  ),
  Command.withShortDescription("Run an experiment and write its report"),
  Command.withExamples([
    { command: "rocflow run experiment.yaml", description: "Run it, print the tables, write the report" },
    {
      command: "rocflow run experiment.yaml --executor slurm --time 2:00:00 --memory 4G",
      description: "On a cluster; start it again to go on"
    },
    {
      command: "rocflow run experiment.yaml --out results --json",
      description: "Print events and results as JSON lines"
    }
  ])
)

const test = Command.make(
  "test",
  {
    file: experiment,
    keep: toggle("keep", "Keep the temporary directory of the test if a job fails"),
    json
  },
  lazily(() => import("./commands/test.ts").then(({ test }) => test))
).pipe(
  Command.withDescription(
    "Try an experiment before a long run: every learner on every task and kind of training set once, on ten rows of each stratum and class, networks for two epochs, in a temporary directory. Shows what fails; says nothing about how good a learner is."
  ),
  Command.withShortDescription("Try every learner on few rows, before a long run"),
  Command.withExamples([{ command: "rocflow test experiment.yaml", description: "Ends with 1 if a job fails" }])
)

const split = Command.make(
  "split",
  { file: experiment, json },
  lazily(() => import("./commands/split.ts").then(({ split }) => split))
).pipe(
  Command.withDescription("Show the splits of an experiment without training: test and train subsets, folds, sizes"),
  Command.withShortDescription("Show the splits of an experiment without training"),
  Command.withExamples([{ command: "rocflow split experiment.yaml", description: "Check sizes before a long run" }])
)

const inspect = Command.make(
  "inspect",
  {
    file: experiment,
    format: Flag.Literals("format", ["text", "mermaid"]).pipe(
      Flag.withDescription("How to draw pipelines"),
      Flag.withDefault("text")
    ),
    json
  },
  lazily(() => import("./commands/inspect.ts").then(({ inspect }) => inspect))
).pipe(
  Command.withDescription("Check an experiment and show its tasks, roles and pipelines with the shapes between stages"),
  Command.withShortDescription("Check an experiment and show its tasks and pipelines"),
  Command.withExamples([
    { command: "rocflow inspect experiment.yaml --format mermaid", description: "Pipelines as Mermaid diagrams" }
  ])
)

const roc = Command.make(
  "roc",
  {
    data: Argument.File("data").pipe(Argument.withDescription("CSV, TSV, Parquet or JSON lines file")),
    label: Flag.String("label").pipe(Flag.withDescription("Column of the labels: two classes")),
    score: Flag.String("score").pipe(Flag.withDescription("Column of the scores: higher means more positive")),
    positive: Flag.String("positive").pipe(
      Flag.withDescription("The positive class; default: 1 or true, where the labels are 0/1 or truth values"),
      Flag.optional
    ),
    ...fileFlags,
    json
  },
  lazily(() => import("./commands/roc.ts").then(({ roc }) => roc))
).pipe(
  Command.withDescription("ROC curve, AUC and AUM of a column of scores"),
  Command.withExamples([
    { command: "rocflow roc scores.csv --label truth --score score", description: "Every point, and the areas" }
  ])
)

const explore = Command.make(
  "explore",
  {
    out: Flag.String("out").pipe(
      Flag.withDescription("File for a copy of the page, to keep or to send; default: the page that rocflow brings"),
      Flag.optional
    ),
    open: toggle("open", "Show it in the browser")
  },
  lazily(() => import("./commands/explore.ts").then(({ explore }) => explore))
).pipe(
  Command.withDescription(
    "The AUM explorer, a page that needs no network: drag the scores of a few examples, see the ROC curve, AUM, its gradient and line search beside cross-entropy. Prints where it is"
  ),
  Command.withShortDescription("A page to see what AUM does to scores"),
  Command.withExamples([
    { command: "rocflow explore --open", description: "Show it" },
    { command: "rocflow explore --out aum.html", description: "Keep it, or send it to somebody" }
  ])
)

const schema = Command.make(
  "schema",
  {},
  lazily(() => import("./commands/schema.ts").then(({ schema }) => schema))
).pipe(
  Command.withDescription("Print the JSON Schema of experiment files, for editors"),
  Command.withExamples([
    {
      command: "rocflow schema > experiment.schema.json",
      description: "Then put `# yaml-language-server: $schema=experiment.schema.json` on top of an experiment"
    }
  ])
)

const doctor = Command.make(
  "doctor",
  {
    json,
    install: Flag.Literals("install", ["tfjs-node"]).pipe(
      Flag.withDescription(
        "Build TensorFlow.js's native backend in the cache folder, by npm, pip and g++ (270 MB to download, 1.2 GB in the end)"
      ),
      Flag.optional
    )
  },
  lazily(() => import("./commands/doctor.ts").then(({ doctor }) => doctor))
).pipe(
  Command.withDescription("Check this machine: runtime, engines and why one is not used, data files, figures"),
  Command.withShortDescription("Check this machine: engines, data files, figures"),
  Command.withExamples([
    { command: "rocflow doctor", description: "Before the first run" },
    {
      command: "rocflow doctor --install tfjs-node",
      description: "Faster training of networks of every kind, on Linux"
    }
  ])
)

/** The `rocflow` command with all its subcommands. */
export const rocflow = Command.make("rocflow").pipe(
  Command.withDescription(
    "Train classifiers on unbalanced data and on data from several subsets: AUM and other losses, Same/Other/All cross-validation, reports."
  ),
  Command.withExamples([{ command: "rocflow run experiment.yaml", description: "The main job" }]),
  Command.withSubcommands([
    init,
    run,
    test,
    train,
    predict,
    explain,
    exporting,
    tune,
    split,
    runs,
    status,
    todo,
    logs,
    cancel,
    worker,
    scores,
    sql,
    compare,
    report,
    view,
    inspect,
    roc,
    explore,
    schema,
    data,
    completion((): Command.Command.Any => rocflow),
    doctor
  ])
)
