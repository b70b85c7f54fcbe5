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
import { directory, fileFlags, json, lazily, reading, toggle } from "./flags.ts"

const experiment = Argument.File("experiment").pipe(
  Argument.withDescription("Experiment file (YAML or JSON); `rocflow schema` prints its schema")
)
const measure = Flag.String("measure").pipe(
  Flag.withDescription("Measure to compare; default: every measure of the run"),
  Flag.optional
)

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
  reading(() => import("./commands/run.ts").then(({ run }) => run))
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

const tune = Command.make(
  "tune",
  {
    file: experiment,
    out: Flag.String("out").pipe(
      Flag.withDescription(
        "Directory that keeps what was tried, so that a second start goes on; default: nothing is kept"
      ),
      Flag.optional
    ),
    json
  },
  reading(() => import("./commands/tune.ts").then(({ tune }) => tune))
).pipe(
  Command.withDescription(
    "Tune the learners of an experiment that tune themselves (Tune.random and its like) on all rows of each task, and show what was tried and chosen. The resamplings of the experiment are not used; `rocflow run` has nested resampling."
  ),
  Command.withShortDescription("Tune the learners of an experiment on all rows"),
  Command.withExamples([
    { command: "rocflow tune experiment.yaml", description: "Find good values" },
    {
      command: "rocflow tune experiment.yaml --out tuning --json",
      description: "Kept while it goes on; every configuration as JSON"
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

const chosen = (what: string) =>
  Flag.String(what).pipe(Flag.withDescription(`Only the ${what} of this name; default: all`), Flag.optional)

const train = Command.make(
  "train",
  {
    file: experiment,
    save: Flag.String("save").pipe(Flag.withDescription("Directory for the models, one folder each")),
    learner: chosen("learner"),
    task: chosen("task"),
    json
  },
  reading(() => import("./commands/train.ts").then(({ train }) => train))
).pipe(
  Command.withDescription(
    "Train the learners of an experiment on all rows of its tasks and keep the models, which `rocflow predict` uses. Resamplings and measures of the experiment are not used."
  ),
  Command.withShortDescription("Train on all rows and keep the models"),
  Command.withExamples([
    { command: "rocflow train experiment.yaml --save models --learner boosting", description: "One model" }
  ])
)

/** Which model is meant where a run has several, and where its definitions are. */
const modelFlags = {
  learner: Flag.String("learner").pipe(
    Flag.withDescription("Of a run with several learners: which one"),
    Flag.optional
  ),
  task: Flag.String("task").pipe(Flag.withDescription("Of a run with several tasks: which one"), Flag.optional),
  modules: Flag.String("module").pipe(
    Flag.withDescription(
      "A module with definitions that the model or the run was made with; may be given several times"
    ),
    Flag.between(0, 100)
  )
}

const predict = Command.make(
  "predict",
  {
    model: Argument.String("model").pipe(
      Argument.withDescription(
        "A model of `rocflow train`, or a run whose experiment says models: true, whose models are averaged"
      )
    ),
    data: Argument.File("data").pipe(
      Argument.withDescription("CSV, TSV, Parquet or JSON lines with the features of the model; it needs no target")
    ),
    out: Flag.String("out").pipe(
      Flag.withDescription("File for the predictions: .csv, .jsonl or .parquet; default: CSV on standard output"),
      Flag.optional
    ),
    ...modelFlags,
    ...fileFlags,
    json
  },
  lazily(() => import("./commands/predict.ts").then(({ predict }) => predict))
).pipe(
  Command.withDescription(
    "Predict the rows of a file by a model: row (from 0), response, prob.<level> for each class, and the score where there is one. Rows are read and written in windows, so that the file may be larger than memory."
  ),
  Command.withShortDescription("Predict new rows"),
  Command.withExamples([
    { command: "rocflow predict models/clinics-boosting new.csv", description: "CSV on standard output" },
    {
      command: "rocflow predict rocflow-runs/main-job-1a2b3c4d new.parquet --learner boosting --out predicted.parquet",
      description: "By the mean of a run's models"
    }
  ])
)

const exporting = Command.make(
  "export",
  {
    model: Argument.String("model").pipe(
      Argument.withDescription("A model of `rocflow train`, or a run whose models are averaged")
    ),
    out: Flag.String("out").pipe(Flag.withDescription("The file to write, ending in .onnx")),
    ...modelFlags,
    json
  },
  lazily(() => import("./commands/export.ts").then(({ exportModel }) => exportModel))
).pipe(
  Command.withDescription(
    "Write a model as ONNX, preprocessing included: a column of the table is an input, label, probabilities, score or value are the outputs. What has no form in ONNX is refused by name."
  ),
  Command.withShortDescription("Write a model as ONNX"),
  Command.withExamples([
    { command: "rocflow export models/clinics-boosting --out clinics.onnx", description: "One model" }
  ])
)

const explain = Command.make(
  "explain",
  {
    model: Argument.String("model").pipe(
      Argument.withDescription(
        "A model of `rocflow train`, models/<id> of a run, or a run whose experiment says models: true"
      )
    ),
    data: Argument.File("data").pipe(
      Argument.withDescription(
        "Rows, best ones that the model was not trained on; labelled for permutation. Without them every model of a run is asked about its own test rows"
      ),
      Argument.optional
    ),
    by: Flag.Literals("by", ["permutation", "shap", "coefficients", "splits"]).pipe(
      Flag.withDescription(
        "What the importance of features goes by: what is lost where one is shuffled; how far it moves predictions (SHAP values, of trees and linear models); coefficients of ElasticNet; gains of the splits of trees"
      ),
      Flag.withDefault("permutation")
    ),
    experiment: Flag.File("experiment").pipe(
      Flag.withDescription("Of a run: its experiment file; default: where it was when the run began"),
      Flag.optional
    ),
    out: Flag.String("out").pipe(
      Flag.withDescription("File for the numbers: .csv, .jsonl or .parquet; with --by shap those of every row"),
      Flag.optional
    ),
    figures: Flag.String("figures").pipe(
      Flag.withDescription("Directory for figures, as SVG; default: none are drawn"),
      Flag.optional
    ),
    measure: Flag.String("measure").pipe(
      Flag.withDescription("What is lost; default: auc, of several classes logloss, of numbers rmse"),
      Flag.optional
    ),
    repeats: Flag.Int("repeats").pipe(
      Flag.withDescription("How often each feature is shuffled"),
      Flag.filter(
        (repeats) => repeats >= 2 && repeats <= 10_000,
        (repeats) => `${repeats} shuffles have no interval, or no end; give 2 to 10000`
      ),
      Flag.withDefault(10)
    ),
    group: Flag.String("group").pipe(
      Flag.withDescription("Features that are shuffled together, as name=one,two,three; may be given several times"),
      Flag.between(0, 100)
    ),
    feature: Flag.String("feature").pipe(
      Flag.withDescription(
        "Shows instead what is predicted, on average, as this feature goes through its values (partial dependence)"
      ),
      Flag.optional
    ),
    ...modelFlags,
    ...fileFlags,
    json
  },
  lazily(() => import("./commands/explain.ts").then(({ explain }) => explain))
).pipe(
  Command.withDescription(
    "Show which features a model relies on: how much worse it predicts where each is shuffled (permutation importance), SHAP values, coefficients, splits; or how predictions depend on one feature. Of a run: which features matter in which subset, over the models of all splits."
  ),
  Command.withShortDescription("Show which features matter"),
  Command.withExamples([
    {
      command: "rocflow explain models/clinics-boosting test.csv",
      description: "All features, the most important first"
    },
    {
      command: "rocflow explain models/clinics-boosting test.csv --feature age",
      description: "How predictions depend on age"
    },
    {
      command: "rocflow explain rocflow-runs/main-job-1a2b3c4d --by shap --figures figures",
      description: "Which features matter in which clinic, over all splits, with figures"
    }
  ])
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

const status = Command.make(
  "status",
  { directory, json },
  lazily(() => import("./commands/status.ts").then(({ status }) => status))
).pipe(
  Command.withDescription("Show how far a run has come: jobs finished and failed, by task and learner"),
  Command.withShortDescription("Show how far a run has come"),
  Command.withExamples([{ command: "rocflow status rocflow-runs/main-job-1a2b3c4d", description: "While it runs" }])
)

const scores = Command.make(
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

const sql = Command.make(
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
    "Ask a run by SQL. Tables: jobs, scores, histories (an epoch each), evaluations (a configuration each that a tuner tried), notes, predictions (a test row each), splits; columns are listed by `describe scores`."
  ),
  Command.withShortDescription("Ask a run by SQL"),
  Command.withExamples([
    {
      command: 'rocflow sql rocflow-runs/main-job-1a2b3c4d "select learner, avg(value) from scores group by all"',
      description: "A mean for each learner"
    }
  ])
)

const compare = Command.make(
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

const report = Command.make(
  "report",
  { directory },
  lazily(() => import("./commands/report.ts").then(({ report }) => report))
).pipe(
  Command.withDescription("Write report.html and the figures of a run again, from the results so far"),
  Command.withShortDescription("Write the report of a run again"),
  Command.withExamples([
    { command: "rocflow report rocflow-runs/main-job-1a2b3c4d", description: "Also while it runs" }
  ])
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

const view = Command.make(
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
