/**
 * The laws of resamplings: no row, group or copy of a row is on both sides, the same seed gives the same splits, and a
 * description survives JSON.
 */
import * as Column from "@rocflow/core/data/Column"
import * as Table from "@rocflow/core/data/Table"
import * as Task from "@rocflow/core/data/Task"
import type * as Seed from "@rocflow/core/Seed"
import { Law } from "@rocflow/core/testing"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Resampling from "./Resampling.ts"

/** A task with groups, strata, subsets and given folds, which the resampling may use. */
const taskOf = (rows: number, random: Seed.Generator, roles: Partial<Task.Options>): Task.Task => {
  const text = (of: (row: number) => number) => Column.text(Array.from({ length: rows }, (_, row) => String(of(row))))
  const given = {
    x: Column.numeric(Float64Array.from({ length: rows }, (_, row) => row)),
    y: Column.numeric(Float64Array.from({ length: rows }, (_, row) => row)),
    group: text(() => random.below(20)),
    stratum: text(() => random.below(3)),
    subset: text((row) => row % 2),
    fold: text((row) => row % 3),
    time: Column.numeric(Float64Array.from({ length: rows }, () => random.below(25)))
  }
  const table: Table.Table = Effect.runSync(Table.fromEntries(Object.entries(given)))
  return Effect.runSync(Task.fromTable(table, { target: "y", features: ["x"], ...roles }))
}

const splitsOf = (spec: Resampling.Spec, task: Task.Task, seed: number | Seed.Seed) =>
  Result.getOrUndefined(Effect.runSync(Effect.result(Resampling.instantiate(spec, task, seed))))?.splits ?? []

const isAscending = (rows: Int32Array): boolean => rows.every((row, i) => i === 0 || rows[i - 1]! <= row)

/** The roles without which a resampling refuses a task. */
const needs = ({ type }: Resampling.Spec): Partial<Task.Options> => {
  switch (type) {
    case "foldColumn":
      return { fold: "fold" }
    case "sameOther":
      return { subset: "subset" }
    case "forward":
      return { order: "time" }
    default:
      return {}
  }
}

/** Whether it parts groups: folds may be given so that they do, and forward in time a group is a series. */
const partsGroups = ({ type }: Resampling.Spec): boolean => type === "foldColumn" || type === "forward"

/** The laws of a resampling: `insample` and `custom` may test rows that they train on, and are not asked to do otherwise. */
export const of = (spec: Resampling.Spec): ReadonlyArray<Law.Law> => {
  const parted = spec.type !== "insample" && spec.type !== "custom"
  return [
    Law.fact("is JSON and back", () => {
      const json: unknown = JSON.parse(JSON.stringify(spec))
      Law.same(Schema.decodeUnknownSync(Resampling.schema)(json), spec, "what was read")
      Law.holds(Resampling.toText(spec) !== "", () => "it has no words")
    }),
    Law.law(
      "gives the same splits for the same seed, numbered in order",
      (random) => {
        const task = taskOf(40, random, needs(spec))
        const [first, second] = [splitsOf(spec, task, 7), splitsOf(spec, task, 7)]
        Law.same(second, first, "the splits of the same seed")
        Law.holds(first.length > 0, () => "there is no split")
        Law.same(
          first.map(({ iteration }) => iteration),
          Array.from({ length: first.length }, (_, i) => i),
          "the numbers"
        )
        Law.holds(
          first.every(({ test, train }) => isAscending(test) && isAscending(train)),
          () => "rows are not in order"
        )
      },
      10
    ),
    ...(parted
      ? [
          Law.law("never trains on a row or a group that it tests", (random) => {
            const grouped = partsGroups(spec) ? {} : { group: "group", stratum: "stratum" }
            const task = taskOf(40 + random.below(20), random, { ...needs(spec), ...grouped })
            const group = Column.asFactor(task.table.columns.get("group")!).codes
            const unit = (row: number) => (partsGroups(spec) ? row : group[row]!)
            for (const { test, train } of splitsOf(spec, task, random.uint32() >> 1)) {
              const tested = new Set(Array.from(test, unit))
              const both = train.find((row) => tested.has(unit(row)))
              Law.holds(both === undefined, () => `row ${both} is trained on, and it or its group is tested`)
            }
          }),
          Law.law("never trains on a copy of a row that it tests", (random) => {
            const drawn = Array.from({ length: 40 }, () => random.below(30))
            const task = Task.take(taskOf(30, random, needs(spec)), drawn)
            for (const { test, train } of splitsOf(spec, task, random.uint32() >> 1)) {
              const tested = new Set(Array.from(test, (row) => drawn[row]!))
              const both = train.find((row) => tested.has(drawn[row]!))
              Law.holds(both === undefined, () => `row ${both} is trained on, and a copy of it is tested`)
            }
          })
        ]
      : [])
  ]
}
