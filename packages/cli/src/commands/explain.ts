/**
 * `rocflow explain`: which features a model relies on, by labelled rows.
 */
import * as Table from "@rocflow/core/data/Table"
import * as Task from "@rocflow/core/data/Task"
import type { TaskSchema } from "@rocflow/core/data/TaskSchema"
import * as Auto from "@rocflow/core/engine/Auto"
import { toJson } from "@rocflow/core/Json"
import * as Measure from "@rocflow/core/learning/Measure"
import * as Saved from "@rocflow/core/learning/Saved"
import { decode } from "@rocflow/core/pipeline/Decode"
import * as Registry from "@rocflow/core/pipeline/Registry"
import * as Importance from "@rocflow/resampling/Importance"
import * as PartialDependence from "@rocflow/resampling/PartialDependence"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { loadRegistry } from "../experiment/load.ts"
import { textTable } from "../terminal/textTable.ts"
import { type Choice, ModelError, modelFiles } from "./models.ts"
import { fileOptions, type Reading } from "./reading.ts"

interface Input extends Reading, Choice {
  readonly model: string
  readonly data: string
  readonly measure: Option.Option<string>
  readonly repeats: number
  readonly feature: Option.Option<string>
  readonly modules: ReadonlyArray<string>
  readonly json: boolean
}

const digits = (value: number): string =>
  Object.is(Number(value.toPrecision(3)), -0) ? "0" : String(Number(value.toPrecision(3)))

/** The rows of the file as a task of the model: its target with its classes, its features. */
const taskOf = (file: string, { features, kind, levels, target }: TaskSchema, table: Table.Table) => {
  const names = features.map(({ name }) => name)
  const lacking = [target, ...names].find((name) => !table.columns.has(name))
  if (lacking !== undefined) {
    return Effect.fail(
      new ModelError({
        path: file,
        rule: `has no column "${lacking}", ${lacking === target ? "the target" : "a feature"} of the model`,
        advice: "give labelled rows with all features of training"
      })
    )
  }
  return Effect.mapError(
    Task.fromTable(table, { target, features: names, kind, ...(levels.length > 0 && { levels }) }) as Effect.Effect<
      Task.Task,
      { readonly message: string }
    >,
    ({ message }) => new ModelError({ path: file, rule: message, advice: "correct the column" })
  )
}

const curveText = ({ feature, levels, points }: PartialDependence.Curve): string =>
  textTable(
    [
      { title: feature, align: "right" as const },
      ...(levels.length === 0 ? ["mean"] : levels).map((title) => ({ title, align: "right" as const }))
    ],
    points.map(({ mean, value }) => [
      typeof value === "number" ? digits(value) : String(value),
      ...mean.map((each) => each.toFixed(4))
    ])
  )

/** Prints the importance of all features, or how predictions depend on one. */
export const explain = Effect.fn("explain")(function* (input: Input) {
  const { data, feature, json, measure, model, modules, repeats } = input
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
      advice: "name one of them, such as models/<id> in a run"
    })
  }
  const trained = yield* Saved.read(file, registry)
  const table = yield* Table.fromFile(data, fileOptions(input))
  yield* Effect.gen(function* () {
    if (Option.isSome(feature)) {
      const curve = yield* PartialDependence.of(trained, table, { feature: feature.value })
      return yield* Console.log(json ? toJson(curve) : curveText(curve))
    }
    const task = yield* taskOf(data, trained.task, table)
    const id = Option.getOrElse(measure, () => Measure.usual[trained.task.kind].id)
    const found = decode(Measure.reference, id, Registry.lookup(registry))
    if (Result.isFailure(found)) {
      return yield* new ModelError({
        path: `--measure ${id}`,
        rule: found.failure[0]!.message,
        advice: "name a measure"
      })
    }
    const rows = yield* Importance.permutation(trained, task, { measure: found.success, repeats })
    if (json) return yield* Console.log(toJson({ measure: id, rows }))
    yield* Console.log(
      `how much ${found.success.label} is lost where a feature is shuffled among ${task.rows} rows, mean of ${repeats} shuffles with 95 % t interval\n`
    )
    yield* Console.log(
      textTable(
        [
          { title: "feature" },
          { title: "loss", align: "right" },
          { title: "from", align: "right" },
          { title: "to", align: "right" }
        ],
        rows.map(({ lower, mean, name, upper }) => [name, digits(mean), digits(lower), digits(upper)])
      )
    )
  }).pipe(Effect.provide(Auto.layer()))
})
