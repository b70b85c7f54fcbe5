/**
 * `rocflow predict`: new rows by models that were kept, in windows.
 */
import type * as Column from "@rocflow/core/data/Column"
import * as Table from "@rocflow/core/data/Table"
import * as Auto from "@rocflow/core/engine/Auto"
import { toJson } from "@rocflow/core/Json"
import * as Learner from "@rocflow/core/learning/Learner"
import * as Prediction from "@rocflow/core/learning/Prediction"
import * as Saved from "@rocflow/core/learning/Saved"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { loadRegistry } from "../experiment/load.ts"
import * as Output from "../terminal/output.ts"
import { csvHeader, csvRows, jsonRows } from "../terminal/rows.ts"
import { type Choice, keepApart, ModelError, modelFiles, sameTask } from "./models.ts"
import { needed, optionsOf } from "./newRows.ts"
import type { Reading } from "./reading.ts"
import { endingOf, intoFile, type Sink } from "./writing.ts"

interface Input extends Reading, Choice {
  readonly model: string
  readonly data: string
  readonly out: Option.Option<string>
  readonly modules: ReadonlyArray<string>
  readonly json: boolean
}

type Entries = ReadonlyArray<readonly [name: string, column: Column.Column]>

const standardOutput: Sink = {
  write: (text) => Effect.promise(() => Output.result(text)),
  end: () => Effect.void
}

/** What is written of a prediction whose first row is one of the file: all but what is true. */
const written = (prediction: Prediction.Prediction, first: number): Entries =>
  Prediction.toColumns({ ...prediction, rows: prediction.rows.map((row) => row + first) }).filter(
    ([name]) => name !== "truth"
  )

/** Predicts all rows of a file. */
export const predict = Effect.fn("predict")(function* (input: Input) {
  const { data, json, model, modules, out } = input
  const { problems, registry } = yield* loadRegistry(modules, ".")
  if (problems[0] !== undefined) {
    return yield* new ModelError({ path: model, rule: "a module cannot be used", advice: problems[0].message })
  }
  const ending = yield* endingOf(out)
  const files = yield* modelFiles(model, input)
  if (Option.isSome(out)) yield* keepApart(out.value, [data, ...files])
  const models = yield* Effect.forEach(files, (file) => Saved.read(file, registry))
  yield* sameTask(model, models)
  const { task } = models[0]!
  const options = yield* optionsOf(model, task, input)
  const lines = ending === "jsonl" || (ending === undefined && json) ? "json" : "csv"
  let rows = 0
  let types: ReadonlyArray<readonly [string, Column.Type]> | undefined
  yield* Effect.gen(function* () {
    const sink = Option.isNone(out) ? standardOutput : yield* intoFile(out.value, ending!)
    yield* Table.windows(data, options).pipe(
      Stream.mapError(needed),
      Stream.runForEach((table) =>
        Effect.gen(function* () {
          const predictions = yield* Effect.forEach(models, (each) => Learner.predict(each, table))
          const of = { schema: task, rows: table.rows, truth: undefined }
          const mean = predictions.length === 1 ? predictions[0]! : Prediction.average(of, predictions)
          const entries = written(mean, rows)
          if (types === undefined && lines === "csv") yield* sink.write(csvHeader(entries))
          types ??= entries.map(([name, { type }]) => [name, type])
          yield* sink.write(lines === "csv" ? csvRows(entries) : jsonRows(entries))
          rows += table.rows
        })
      )
    )
    yield* sink.end(types ?? [])
  }).pipe(Effect.scoped, Effect.provide(Auto.layer()))
  if (Option.isNone(out)) return
  const of = models.length === 1 ? "" : ` by the mean of ${models.length} models`
  yield* json
    ? Console.log(toJson({ rows, models: files, file: out.value }))
    : Console.log(`${rows} rows predicted${of}: ${out.value}`)
})
