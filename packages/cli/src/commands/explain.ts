/**
 * `rocflow explain`: which features a model relies on, or the models of a run, and how predictions depend on one.
 */
import * as Column from "@rocflow/core/data/Column"
import * as Table from "@rocflow/core/data/Table"
import * as Task from "@rocflow/core/data/Task"
import * as TaskSchema from "@rocflow/core/data/TaskSchema"
import * as Auto from "@rocflow/core/engine/Auto"
import { toJson } from "@rocflow/core/Json"
import * as Learner from "@rocflow/core/learning/Learner"
import * as Saved from "@rocflow/core/learning/Saved"
import * as Shap from "@rocflow/core/learning/Shap"
import type * as Registry from "@rocflow/core/pipeline/Registry"
import * as Tree from "@rocflow/learners/Tree"
import * as Figure from "@rocflow/report/Figure"
import * as Importance from "@rocflow/resampling/Importance"
import * as PartialDependence from "@rocflow/resampling/PartialDependence"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { loadRegistry } from "../experiment/load.ts"
import { textTable } from "../terminal/textTable.ts"
import {
  type Answer,
  checkOut,
  coefficientsOf,
  digits,
  groupsOf,
  type Input,
  measureOf,
  tableOf,
  write
} from "./explaining.ts"
import { explainRun } from "./explainRun.ts"
import { isRun, ModelError, modelFiles } from "./models.ts"
import { needed, optionsOf } from "./newRows.ts"

/** A single model has no subsets: it is shown as what was trained on the rows that there are. */
const alone = { testSubset: "full", trainSubsets: "same" } as const
const words = ({ learner, task }: Saved.Loaded) => ({ task: task.target, learner: learner.id })
const right = (title: string) => ({ title, align: "right" as const })

/** The rows of the file as a task of the model: its target with its classes, its features. */
const taskOf = (file: string, { features, kind, levels, target }: TaskSchema.TaskSchema, table: Table.Table) => {
  if (!table.columns.has(target)) {
    return Effect.fail(
      new ModelError({
        path: file,
        rule: `has no column "${target}", the target of the model`,
        advice: "give labelled rows, or ask by --by shap, which needs no target"
      })
    )
  }
  const names = features.map(({ name }) => name)
  return Effect.mapError(
    Task.fromTable(table, { target, features: names, kind, ...(levels.length > 0 && { levels }) }) as Effect.Effect<
      Task.Task,
      { readonly message: string }
    >,
    ({ message }) => new ModelError({ path: file, rule: message, advice: "correct the column" })
  )
}

/** How predictions depend on a feature. */
const dependence = Effect.fnUntraced(function* (trained: Saved.Loaded, table: Table.Table, feature: string) {
  const curve = yield* PartialDependence.of(trained, table, { feature })
  const { levels, points } = curve
  const isBinary = levels.length === 2
  const predicted = isBinary ? `probability of ${levels[0]}` : levels.length > 0 ? "probability" : trained.task.target
  const all = points.flatMap(({ mean, value }) =>
    mean.map((each, k) => ({ value, mean: each, lower: null, upper: null, ...alone, level: levels[k] }))
  )
  const answer: Answer = {
    json: curve,
    text: `the mean of ${predicted} over ${table.rows} rows, where "${feature}" is the same in all of them\n\n${textTable(
      [right(feature), ...(levels.length === 0 ? ["mean"] : levels).map(right)],
      points.map(({ mean, value }) => [
        typeof value === "number" ? digits(value) : String(value),
        ...mean.map((each) => each.toFixed(4))
      ])
    )}`,
    table: tableOf(all, {
      [feature]: ({ value }) => (typeof value === "boolean" ? String(value) : value),
      ...(levels.length > 0 && { level: ({ level }: (typeof all)[number]) => level }),
      mean: ({ mean }) => mean
    }),
    figures: [
      Figure.dependence(
        isBinary
          ? all.filter(({ level }) => level === levels[0]).map((point) => ({ ...point, level: undefined }))
          : all,
        {
          ...words(trained),
          feature,
          predicted
        }
      )
    ]
  }
  return answer
})

/** What is to be known of losses that mislead, or say nothing. */
const notesOn = (
  { origin, task: schema }: Saved.Loaded,
  table: Table.Table,
  rows: ReadonlyArray<Importance.Row>,
  measure: string
): ReadonlyArray<string> => {
  const data = Result.getOrUndefined(Result.map(TaskSchema.rows(schema, table), TaskSchema.hashOf))
  const trained = data !== undefined && data === origin?.data
  return [
    ...(trained
      ? [
          "the model was trained on these rows, so that losses say what it learned of them, not what would be lost on new rows; give it labelled rows that it has not seen."
        ]
      : []),
    ...(rows.every(({ mean, sd }) => mean === 0 && sd === 0)
      ? [`no feature changes ${measure}: the model predicts the same for all rows, or nearly so.`]
      : [])
  ]
}

/** How much is lost where a feature is shuffled. */
const permutation = Effect.fnUntraced(function* (
  trained: Saved.Loaded,
  table: Table.Table,
  file: string,
  input: Input,
  registry: Registry.Registry
) {
  const task = yield* taskOf(file, trained.task, table)
  const measure = yield* measureOf(input, trained.task.kind, registry)
  const { repeats } = input
  const groups = yield* groupsOf(input)
  const rows = yield* Importance.permutation(trained, task, { measure, repeats, groups })
  const title = `how much ${measure.label} is lost where a feature is shuffled among ${task.rows} rows, mean of ${repeats} shuffles with 95 % t interval`
  const answer: Answer = {
    json: { measure: measure.id, rows },
    notes: notesOn(trained, table, rows, measure.label),
    text: `${title}\n\n${textTable(
      [{ title: "feature" }, right("loss"), right("from"), right("to")],
      rows.map(({ lower, mean, name, upper }) => [name, digits(mean), digits(lower), digits(upper)])
    )}`,
    table: tableOf(rows, {
      feature: ({ name }) => name,
      loss: ({ mean }) => mean,
      sd: ({ sd }) => sd,
      lower: ({ lower }) => lower,
      upper: ({ upper }) => upper
    }),
    figures: [
      Figure.importance(
        rows.map((row) => ({ ...row, ...alone })),
        {
          ...words(trained),
          kind: "importance",
          label: `loss of ${measure.label}`,
          interval: `95 % t intervals over ${repeats} shuffles`
        }
      )
    ]
  }
  return answer
})

/** How far each feature moves predictions. */
const shap = Effect.fnUntraced(function* (trained: Saved.Loaded, table: Table.Table) {
  const found = yield* Shap.of(trained, table)
  const { base, features, outputs, rows, scale, values } = found
  const width = outputs.length
  const of = (row: number, j: number, k: number) => values[(row * features.length + j) * width + k]!
  const means = Shap.importance(found).map(({ feature, mean }) => {
    const j = features.indexOf(feature)
    const own = outputs.map((_, k) => {
      let sum = 0
      for (let row = 0; row < rows; row++) sum += Math.abs(of(row, j, k))
      return sum / rows
    })
    return { feature, mean, own }
  })
  const numbers = features.flatMap((name) => {
    const column = table.columns.get(name)
    const own = column === undefined ? undefined : Column.asNumbers(column)
    return own === undefined ? [] : [[name, own] as const]
  })
  const about = outputs.map((output, k) => `${output} ${digits(base[k]!)}`).join(", ")
  const lines = Array.from({ length: rows * width }, (_, i) => ({ row: Math.floor(i / width), k: i % width }))
  const answer: Answer = {
    json: { scale, outputs, base, rows, features: means.map(({ feature, own }) => ({ feature, mean: own })) },
    text: `how far each feature moves the prediction of ${outputs.join(", ")} (${scale}): mean |SHAP value| over ${rows} rows\nwithout any feature: ${about}\n\n${textTable(
      [{ title: "feature" }, ...(width === 1 ? ["mean |SHAP|"] : outputs).map(right)],
      means.map(({ feature, own }) => [feature, ...own.map(digits)])
    )}`,
    table: [
      ...tableOf(lines, { row: ({ row }) => row, output: ({ k }) => outputs[k]!, base: ({ k }) => base[k]! }),
      ...features.map((name, j) => [name, Column.numeric(lines.map(({ k, row }) => of(row, j, k)))] as const)
    ],
    figures: [
      Figure.shap(found, new Map(numbers), words(trained)),
      Figure.importance(
        means.map(({ feature, mean }) => ({ name: feature, mean, lower: null, upper: null, ...alone })),
        { ...words(trained), kind: "importance", label: `mean |SHAP value| (${scale})` }
      )
    ]
  }
  return answer
})

const coefficients = (trained: Saved.Loaded) =>
  Result.map(coefficientsOf(trained), (rows): Answer => {
    const [first] = rows
    const byLevel = first?.level !== undefined
    return {
      json: { rows },
      text: textTable(
        [{ title: "column" }, ...(byLevel ? [{ title: "class" }] : []), right("coefficient")],
        rows.map(({ level, name, value }) => [name, ...(byLevel ? [level ?? ""] : []), digits(value)])
      ),
      table: tableOf(rows, {
        column: ({ name }) => name,
        ...(byLevel && { class: ({ level }: (typeof rows)[number]) => level }),
        coefficient: ({ value }) => value
      }),
      figures: [
        Figure.importance(
          rows
            .filter(({ name }) => name !== "(intercept)")
            .map(({ level, name, value }) => ({ name, level, mean: value, lower: null, upper: null, ...alone })),
          {
            ...words(trained),
            kind: "coefficients",
            label: "coefficient"
          }
        )
      ]
    }
  })

const splits = (trained: Saved.Loaded) =>
  Result.map(Learner.importance(trained), (rows): Answer => {
    const nodes = Result.getOrUndefined(Tree.nodes(trained))
    const gains = textTable(
      [{ title: "column" }, right("gain"), right("splits")],
      rows.map(({ column, gain, splits }) => [column, digits(gain), String(splits)])
    )
    const branches =
      nodes === undefined
        ? ""
        : `\n\n${textTable(
            [
              { title: "node" },
              right("rows"),
              ...(trained.task.levels.length > 0 ? trained.task.levels : ["mean"]).map(right)
            ],
            nodes.map(({ isLeaf, node, rows, rule, value }) => [
              `${"  ".repeat(Math.floor(Math.log2(node)))}${rule}${isLeaf ? " *" : ""}`,
              String(rows),
              ...value.map(digits)
            ])
          )}\n* a leaf`
    return {
      json: { rows, ...(nodes && { nodes }) },
      text: gains + branches,
      table: tableOf(rows, {
        column: ({ column }) => column,
        gain: ({ gain }) => gain,
        splits: ({ splits }) => splits
      }),
      figures: [
        Figure.importance(
          rows.map(({ column, gain }) => ({ name: column, mean: gain, lower: null, upper: null, ...alone })),
          { ...words(trained), kind: "importance", label: "gain of all splits" }
        )
      ]
    }
  })

/** What is asked of one model. */
const explainModel = Effect.fnUntraced(function* (input: Input) {
  const { by, data, feature, model, modules } = input
  const { problems, registry } = yield* loadRegistry(modules, ".")
  if (problems[0] !== undefined) {
    return yield* new ModelError({ path: model, rule: "a module cannot be used", advice: problems[0].message })
  }
  const files = yield* modelFiles(model, input)
  const [file] = files
  if (files.length !== 1 || file === undefined) {
    return yield* new ModelError({
      path: model,
      rule: `has ${files.length} models`,
      advice: "name one of them, such as models/<id> in a run; or give no data, to explain all by their own test rows"
    })
  }
  yield* checkOut(input, [file, ...Option.toArray(data)])
  const trained = yield* Saved.read(file, registry)
  if (by === "coefficients") return yield* Effect.fromResult(coefficients(trained))
  if (by === "splits") return yield* Effect.fromResult(splits(trained))
  if (Option.isNone(data)) {
    return yield* new ModelError({
      path: model,
      rule: "is asked about rows, and there are none",
      advice: "name a file of rows behind it; coefficients and splits need none"
    })
  }
  const options = yield* optionsOf(model, trained.task, input)
  const table = yield* Effect.mapError(Table.fromFile(data.value, options), needed)
  if (Option.isSome(feature)) return yield* dependence(trained, table, feature.value)
  if (by === "shap") return yield* shap(trained, table)
  return yield* permutation(trained, table, data.value, input, registry)
})

/** Prints which features matter, or how predictions depend on one, and writes the table and the figures of it. */
export const explain = Effect.fn("explain")(function* (input: Input) {
  const { by, data, feature, json, model } = input
  if (Option.isSome(feature) && by !== "permutation") {
    return yield* new ModelError({
      path: `--feature ${feature.value}`,
      rule: `shows how predictions depend on a feature, and --by ${by} which features matter`,
      advice: "leave one of them out"
    })
  }
  const ofRun = Option.isNone(data) && (yield* isRun(model))
  const answer = yield* Effect.gen(function* () {
    if (ofRun) return yield* explainRun(input)
    return yield* explainModel(input)
  }).pipe(Effect.provide(Auto.layer()))
  yield* Console.log(json ? toJson(answer.json) : answer.text)
  for (const note of answer.notes ?? []) yield* Console.error(`note: ${note}`)
  for (const file of yield* write(input, answer)) yield* Console.error(`written: ${file}`)
})
