/**
 * What a tuning tried, as text: the best configurations first.
 */
import * as Duration from "@rocflow/core/Duration"
import * as Tuning from "@rocflow/core/learning/Tuning"
import type { Json } from "effect/Schema"
import { textTable } from "./textTable.ts"

/** How many configurations are shown. */
const shown = 20

/** A value for people: numbers with four digits. */
const valueText = (value: Json | undefined): string => {
  if (value === undefined) return ""
  if (typeof value !== "number") return typeof value === "string" ? value : JSON.stringify(value)
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)))
}

/** Values by their names: `rate 0.01, units 8`. */
export const valuesText = (values: Tuning.Configuration): string =>
  Object.entries(values)
    .map(([name, value]) => `${name} ${valueText(value)}`)
    .join(", ")

/** Writes what was chosen, and a table of what was tried. */
export const tuningText = (tuning: Tuning.Tuning): string => {
  const { direction, epochs, evaluations, measure, values } = tuning
  const names = [...new Set(evaluations.flatMap(({ values }) => Object.keys(values)))]
  const best = Tuning.ranked(evaluations, direction)
  const some = <K extends keyof Tuning.Evaluation>(key: K) => evaluations.some((each) => each[key] !== undefined)
  const columns = [
    ...names.map((title) => ({ title, align: "right" as const, key: true })),
    ...(some("budget") ? [{ title: "budget", align: "right" as const }] : []),
    ...(some("epochs") ? [{ title: "epochs", align: "right" as const }] : []),
    { title: measure, align: "right" as const },
    { title: "time", align: "right" as const }
  ]
  const rows = best
    .slice(0, shown)
    .map((each) => [
      ...names.map((name) => valueText(each.values[name])),
      ...(some("budget") ? [String(each.budget ?? "")] : []),
      ...(some("epochs") ? [String(each.epochs ?? "")] : []),
      each.score === undefined ? (each.error === undefined ? "undefined" : "failed") : each.score.toPrecision(4),
      Duration.toText(each.seconds)
    ])
  const failed = evaluations.filter(({ error }) => error !== undefined)
  const chosen = [
    ...(Object.keys(values).length === 0 ? [] : [valuesText(values)]),
    ...(epochs === undefined ? [] : [`${epochs} epochs`])
  ].join(", ")
  return [
    `chosen: ${chosen === "" ? "nothing, as no value is open" : chosen}; ${measure} ${best[0]!.score!.toPrecision(4)} on inner splits, the best of ${evaluations.length}`,
    textTable(columns, rows),
    ...(best.length > shown ? [`and ${best.length - shown} more; --json has all`] : []),
    ...(failed.length > 0 ? [`${failed.length} failed, the first with: ${failed[0]!.error!.message}`] : [])
  ].join("\n\n")
}
