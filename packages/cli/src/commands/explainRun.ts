/**
 * `rocflow explain` of a run: which features matter in which subset, over the kept models of all splits.
 */
import { join } from "node:path"
import type { Task } from "@rocflow/core/data/Task"
import * as Learner from "@rocflow/core/learning/Learner"
import type * as Registry from "@rocflow/core/pipeline/Registry"
import * as Figure from "@rocflow/report/Figure"
import type { Design } from "@rocflow/resampling/Design"
import * as Explained from "@rocflow/resampling/Explained"
import * as Run from "@rocflow/resampling/Run"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import { explainedTables } from "../terminal/explained.ts"
import { type Answer, checkOut, coefficientsOf, groupsOf, type Input, measureOf, tableOf } from "./explaining.ts"
import { ModelError } from "./models.ts"
import { plan } from "./plan.ts"

/** The experiment that a run was made of: the one that is named, or where it was when the run began. */
const experimentOf = Effect.fnUntraced(function* (directory: string, given: Option.Option<string>) {
  if (Option.isSome(given)) return given.value
  const fs = yield* FileSystem.FileSystem
  const { manifest } = yield* Run.read(directory)
  const known = manifest.provenance["experiment"]
  const file = known === undefined ? undefined : join(directory, known)
  if (file !== undefined && (yield* fs.exists(file))) return file
  return yield* new ModelError({
    path: directory,
    rule:
      file === undefined
        ? "does not say where its experiment is, whose data the models are asked about"
        : `was made of ${file}, which is not there`,
    advice: "name the experiment file by --experiment"
  })
})

/** A question to every model, with the words for its answer. */
interface Question {
  readonly explain: Explained.Explain
  /** What the numbers are, for titles. */
  readonly title: string
  /** The same, short, for axes. */
  readonly label: string
}

const coefficients: Question = {
  explain: (trained) => Effect.fromResult(coefficientsOf(trained)),
  title: "coefficients, in units of the columns that reach the learner",
  label: "coefficient"
}

/** Gains are of as many units as there are training rows, so that splits are compared by shares. */
const splits: Question = {
  explain: (trained) =>
    Effect.map(Effect.fromResult(Learner.importance(trained)), (rows) => {
      const total = rows.reduce((sum, { gain }) => sum + gain, 0)
      return rows.map(({ column, gain }) => ({ name: column, value: total > 0 ? gain / total : 0 }))
    }),
  title: "share of each column in the gain of all splits",
  label: "share in the gain of splits"
}

const shap: Question = {
  explain: Explained.shap,
  title: "how far each feature moves predictions of test rows: mean |SHAP value|, on the scale of each learner",
  label: "mean |SHAP value|"
}

const permutation = Effect.fnUntraced(function* (input: Input, { kind }: Task, registry: Registry.Registry) {
  const measure = yield* measureOf(input, kind, registry)
  const groups = yield* groupsOf(input)
  const question: Question = {
    explain: Explained.permutation({ measure, repeats: input.repeats, groups }),
    title: `how much ${measure.label} is lost where a feature is shuffled among test rows, mean of ${input.repeats} shuffles`,
    label: `loss of ${measure.label}`
  }
  return question
})

const questionOf = (input: Input, task: Task, registry: Registry.Registry): Effect.Effect<Question, ModelError> => {
  if (Option.isSome(input.feature)) {
    const feature = input.feature.value
    const predicted = task.kind === "regression" ? task.roles.target[0] : "probability"
    return Effect.succeed({
      explain: Explained.dependence({ feature, task }),
      title: `what is predicted, on average over test rows, as ${feature} goes through its values${task.kind === "binary" ? ` (probability of ${task.levels[0]})` : ""}`,
      label: task.kind === "binary" ? `probability of ${task.levels[0]}` : (predicted ?? "prediction")
    })
  }
  switch (input.by) {
    case "coefficients":
      return Effect.succeed(coefficients)
    case "splits":
      return Effect.succeed(splits)
    case "shap":
      return Effect.succeed(shap)
    case "permutation":
      return permutation(input, task, registry)
  }
}

const orNull = (value: Explained.Row["lower"]): number | null => (typeof value === "number" ? value : null)

const interval = "95 % intervals of the mean over splits, corrected for shared training rows"

/** The figures of a task: one for each learner, of full training sets. */
const figuresOf = (
  task: Task,
  { by, feature }: Input,
  { label }: Question,
  rows: ReadonlyArray<Explained.Row>
): Answer["figures"] =>
  Array.from(
    Map.groupBy(
      rows.filter(({ groups, nTrainGroups }) => groups === nTrainGroups),
      ({ learner, resampling }) => JSON.stringify([learner, resampling])
    ).values(),
    (own) => {
      const shown = own.map((row) => ({ ...row, lower: orNull(row.lower), upper: orNull(row.upper) }))
      const words = { task: task.id, learner: own[0]!.learner, interval }
      if (Option.isSome(feature)) {
        const isNumber = ["numeric", "integer", "date"].includes(task.table.columns.get(feature.value)?.type ?? "")
        return Figure.dependence(
          shown.map((row) => ({
            ...row,
            value: isNumber ? Number(row.name) : row.name,
            level: task.kind === "multiclass" ? row.level : undefined
          })),
          { ...words, feature: feature.value, predicted: label }
        )
      }
      const kind = by === "coefficients" ? "coefficients" : "importance"
      return Figure.importance(
        shown.filter(({ name }) => name !== "(intercept)"),
        { ...words, kind, label }
      )
    }
  )

const valueOf = (value: Explained.Row["lower"]): number | undefined => (typeof value === "number" ? value : undefined)

/** Asks the models of all tasks that are meant, each task by its own measure. */
const ask = Effect.fnUntraced(function* (input: Input, design: Design<unknown>, registry: Registry.Registry) {
  const tasks = design.tasks.filter(({ id }) => Option.isNone(input.task) || input.task.value === id)
  const known = design.learners.map(({ id }) => id)
  const missing =
    tasks.length === 0
      ? (["task", design.tasks.map(({ id }) => id)] as const)
      : Option.isSome(input.learner) && !known.includes(input.learner.value)
        ? (["learner", known] as const)
        : undefined
  if (missing !== undefined) {
    const [what, names] = missing
    return yield* new ModelError({
      path: input.model,
      rule: `the run has no ${what} called "${Option.getOrElse(input[what], () => "")}"`,
      advice: `there are ${names.map((name) => `"${name}"`).join(", ")}`
    })
  }
  return yield* Effect.forEach(tasks, (task) =>
    Effect.gen(function* () {
      const question = yield* questionOf(input, task, registry)
      const found = yield* Explained.ofRun(input.model, design, registry, question.explain, {
        task: task.id,
        learner: Option.getOrUndefined(input.learner)
      })
      return { task, question, ...found }
    })
  )
})

/** Asks every model of a run about its own test rows, and averages over splits. */
export const explainRun = Effect.fnUntraced(function* (input: Input) {
  const file = yield* experimentOf(input.model, input.experiment)
  yield* checkOut(input, [file])
  const { design, loaded } = yield* plan(file)
  const asked = yield* ask(input, design, loaded.registry)
  const rows = asked.flatMap((each) => each.rows)
  const silent = asked.flatMap((each) => each.silent)
  if (rows.length === 0) {
    return yield* new ModelError({
      path: input.model,
      rule: "no model says anything",
      advice: silent[0]?.reason ?? "run the experiment first"
    })
  }
  const answer: Answer = {
    json: { rows, silent },
    text: asked
      .filter((each) => each.rows.length > 0)
      .map(({ question, rows: own, task }) => explainedTables(task, question.title, own, Option.isNone(input.feature)))
      .concat(
        silent.map(
          ({ jobs, learner, reason, task }) =>
            `not explained: ${learner} on ${task}, ${jobs} ${jobs === 1 ? "job" : "jobs"}: ${reason}`
        )
      )
      .join("\n\n"),
    table: tableOf(rows, {
      task: ({ task }) => task,
      learner: ({ learner }) => learner,
      resampling: ({ resampling }) => resampling,
      testSubset: ({ testSubset }) => testSubset,
      trainSubsets: ({ trainSubsets }) => trainSubsets,
      nTrainGroups: ({ nTrainGroups }) => nTrainGroups,
      name: ({ name }) => name,
      level: ({ level }) => level,
      mean: ({ mean }) => mean,
      sd: ({ sd }) => valueOf(sd),
      se: ({ se }) => valueOf(se),
      lower: ({ lower }) => valueOf(lower),
      upper: ({ upper }) => valueOf(upper),
      splits: ({ splits }) => splits
    }),
    figures: asked.flatMap(({ question, rows: own, task }) => figuresOf(task, input, question, own))
  }
  return answer
})
