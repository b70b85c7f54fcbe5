/**
 * `rocflow roc`: the ROC curve of a column of scores.
 */
import * as Column from "@rocflow/core/data/Column"
import * as Note from "@rocflow/core/data/Note"
import * as Table from "@rocflow/core/data/Table"
import * as Targets from "@rocflow/core/data/Targets"
import * as Task from "@rocflow/core/data/Task"
import type * as RoleError from "@rocflow/core/data/RoleError"
import { SchemaError } from "@rocflow/core/data/SchemaError"
import * as Aum from "@rocflow/losses/Aum"
import * as BinaryScores from "@rocflow/losses/BinaryScores"
import * as Roc from "@rocflow/losses/Roc"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { toJson } from "@rocflow/core/Json"
import { fileOptions, type Reading } from "./reading.ts"
import { textTable } from "../terminal/textTable.ts"

interface Input extends Reading {
  readonly data: string
  readonly label: string
  readonly score: string
  readonly positive: Option.Option<string>
  readonly json: boolean
}

/** The positive class when none is named: what everybody means by 0/1, −1/1 and false/true. */
const usualPositive = (column: Column.Column | undefined): string | undefined => {
  const levels = column === undefined ? [] : Column.asFactor(column).levels
  const text = [...levels].sort().join(" ")
  if (text === "0 1" || text === "-1 1" || text === "1") return "1"
  return text === "false true" || text === "true" ? "true" : undefined
}

/** What is wrong with the roles of the columns, in terms of the flags that gave them. */
const flagError = (file: string, { role, column, rule, advice }: RoleError.Problem) =>
  new SchemaError({
    file,
    given: `--${role === "target" ? "label" : "score"} "${column}"`,
    rule: rule === "no such column" ? "names no column" : rule,
    advice
  })

/** Draws the ROC curve of a column of scores. */
export const roc = Effect.fn("roc")(function* (input: Input) {
  const { data, label, score, positive, json } = input
  const table = yield* Table.fromFile(data, fileOptions(input))
  const relevant = table.notes.filter(({ column }) => column === undefined || column === label || column === score)
  for (const note of relevant) yield* Console.error(`note: ${Note.message(note)}`)
  const level = Option.getOrElse(positive, () => usualPositive(table.columns.get(label)))
  if (level === undefined && table.columns.has(label)) {
    return yield* new SchemaError({
      file: data,
      column: label,
      given: `the labels ${Column.asFactor(table.columns.get(label)!).levels.slice(0, 6).join(", ")}`,
      rule: "do not say which class is positive",
      advice: "Name it by --positive."
    })
  }
  const task = yield* Task.fromTable(table, { target: label, features: [score], positive: level ?? "1" }).pipe(
    Effect.mapError(({ problems }) => flagError(data, problems[0]))
  )
  const scores = Column.asNumbers(table.columns.get(score)!)
  if (scores === undefined) {
    return yield* new SchemaError({
      file: data,
      column: score,
      given: "the column of scores",
      rule: "holds text",
      advice: "Name a column of numbers by --score."
    })
  }
  const checked = yield* BinaryScores.make({ labels: Targets.toNumbers("binary", task.target), scores })
  const curve = Roc.curve(checked)
  const areas = {
    auc: Roc.auc(checked),
    aumRate: areaOf(Aum.binary(checked, { denominator: "rate" })),
    aumCount: areaOf(Aum.binary(checked, { denominator: "count" })),
    averagePrecision: Roc.averagePrecision(checked)
  }
  if (json) {
    return yield* Console.log(
      toJson({ positive: task.levels[0], rows: task.rows, positives: checked.positives, ...areas, curve }, 2)
    )
  }
  const text = (value: Roc.Measured): string =>
    typeof value === "number" ? String(Number(value.toPrecision(6))) : `undefined: ${value.reason}`
  yield* Console.log(
    `${task.rows} rows, ${checked.positives} positive (${task.levels[0]})\nAUC ${text(areas.auc)}\nAUM ${text(areas.aumRate)} (rate), ${text(areas.aumCount)} (count)\naverage precision ${text(areas.averagePrecision)}`
  )
  if (Roc.isUndefined(curve)) return
  const columns = ["minConstant", "maxConstant", "fpr", "fnr", "tpr", "min"] as const
  const shown = Math.min(curve.fpr.length, 40)
  const rows = Array.from({ length: shown }, (_, i) =>
    columns.map((name) => String(Number(curve[name][i]!.toFixed(6))))
  )
  yield* Console.log(
    `\n${textTable(
      columns.map((title) => ({ title, align: "right" })),
      rows
    )}`
  )
  if (shown < curve.fpr.length) yield* Console.log(`… ${curve.fpr.length - shown} more points: --json prints all`)
})

const areaOf = (result: Aum.Result | Roc.Undefined): Roc.Measured => (Roc.isUndefined(result) ? result : result.aum)
