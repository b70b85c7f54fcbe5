/**
 * The commands for single models: tuned, trained, used, explained, exported.
 */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { experiment, fileFlags, json, lazily, reading } from "./flags.ts"

/** `rocflow tune`. */
export const tune = Command.make(
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

const chosen = (what: string) =>
  Flag.String(what).pipe(Flag.withDescription(`Only the ${what} of this name; default: all`), Flag.optional)

/** `rocflow train`. */
export const train = Command.make(
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
export const modelFlags = {
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

/** `rocflow predict`. */
export const predict = Command.make(
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

/** `rocflow export`. */
export const exporting = Command.make(
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

/** `rocflow explain`. */
export const explain = Command.make(
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
        "What the importance of features goes by: what is lost where one is shuffled; how far it moves predictions (SHAP values, of trees and linear models); coefficients of linear models; gains of the splits of trees"
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
