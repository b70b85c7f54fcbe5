/**
 * What the jobs of a run predicted for their test rows, as its directory keeps it.
 */
import * as Column from "@rocflow/core/data/Column"
import * as Database from "@rocflow/core/data/Database"
import * as Table from "@rocflow/core/data/Table"
import * as Prediction from "@rocflow/core/learning/Prediction"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import type * as Job from "./Job.ts"
import * as RunDirectory from "./RunDirectory.ts"
import type { Predicted } from "./RunDirectory.ts"

export type { Predicted } from "./RunDirectory.ts"

/** What is needed of a run, finished or not. @category models */
export interface Run {
  readonly directory: string
  readonly manifest: Pick<RunDirectory.Manifest, "tasks">
}

/** Reads what a job predicted; undefined if it predicted nothing. Errors: those of reading the file. */
export const read = Effect.fnUntraced(function* ({ directory, manifest }: Run, result: Job.Result) {
  const task = manifest.tasks.find((each) => each.id === result.job.task)
  if (task === undefined) return undefined
  const { kind, levels } = task
  return yield* RunDirectory.readPrediction(directory, result, { kind, levels: levels.map(({ name }) => name) })
})

const isThere = (column: Column.Column): boolean => Column.toText(column, 0) !== null

/**
 * Reads what many jobs predicted, by the ids of the jobs: one question to DuckDB for each task in the place of one for each
 * file, which for 900 jobs is a second in the place of half a minute. Files are checked as {@link read} does.
 */
export const readAll = Effect.fnUntraced(function* (
  { directory, manifest }: Run,
  results: ReadonlyArray<Job.Result>
): Effect.fn.Return<
  ReadonlyMap<string, Prediction.Prediction>,
  RunDirectory.RunFailure,
  FileSystem.FileSystem | Path.Path
> {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const found = new Map<string, Prediction.Prediction>()
  const own = Map.groupBy(
    results.filter(({ predictions }) => predictions !== undefined),
    ({ job }) => job.task
  )
  for (const { id, kind, levels } of manifest.tasks) {
    const files = yield* Effect.forEach(
      own.get(id) ?? [],
      (result) => RunDirectory.checkedPrediction(directory, result),
      { concurrency: 16 }
    )
    if (files.length === 0) continue
    const table = yield* Effect.scoped(
      Effect.gen(function* () {
        const database = yield* Database.open
        const file = path.join(yield* fs.makeTempDirectoryScoped({ directory, prefix: "predictions-" }), "all.parquet")
        const list = `[${files.map(Database.path).join(", ")}]`
        yield* database.write(
          `SELECT parse_filename(filename, true) AS job, * EXCLUDE (filename) FROM read_parquet(${list}, filename = true, union_by_name = true)`,
          file
        )
        return yield* Table.fromFile(file)
      })
    )
    const job = table.columns.get("job")!
    const schema = { kind, levels: levels.map(({ name }) => name) }
    const rows = Map.groupBy(
      Array.from({ length: table.rows }, (_, row) => row),
      (row) => Column.toText(job, row)!
    )
    for (const [name, places] of rows) {
      // Of learners that say more than others the columns are empty elsewhere.
      const columns = new Map([...Table.take(table, places).columns].filter(([, column]) => isThere(column)))
      const prediction = Prediction.fromColumns(columns, schema)
      if (prediction !== undefined) found.set(name, prediction)
    }
  }
  return found
})

/** Puts predictions of one task one after the other. What one of them lacks, all lack. */
export const pool = (parts: readonly [Predicted, ...ReadonlyArray<Predicted>]): Predicted => {
  const [
    {
      prediction: { kind, levels }
    }
  ] = parts
  const reals = (of: (prediction: Prediction.Prediction) => Float64Array | undefined): Float64Array | undefined => {
    const own = parts.map(({ prediction }) => of(prediction)).filter((part) => part !== undefined)
    if (own.length < parts.length) return undefined
    const joined = new Float64Array(own.reduce((sum, part) => sum + part.length, 0))
    let at = 0
    for (const part of own) {
      joined.set(part, at)
      at += part.length
    }
    return joined
  }
  const groups = parts.flatMap((part) => (part.groups === undefined ? [] : [part.groups]))
  return {
    prediction: {
      kind,
      levels,
      rows: Int32Array.from(parts.flatMap(({ prediction }) => Array.from(prediction.rows))),
      truth: reals(({ truth }) => truth),
      response: reals(({ response }) => response) ?? new Float64Array(),
      prob: reals(({ prob }) => prob),
      scores: reals(({ scores }) => scores)
    },
    groups: groups.length < parts.length ? undefined : groups.flat()
  }
}
