/**
 * A run as tables that are asked by SQL.
 *
 * | table | a row for each |
 * | --- | --- |
 * | `jobs` | job of the design: `id`, its place (`task`, `learner`, `resampling`, `testSubset`, `trainSubsets`, `testFold`, …), `status` (ok, failed, open), `seconds`, `error`, `fallback`, `epochs`, `keptEpoch`, `engine` |
 * | `scores` | score: `id`, the place, `measure`, `value`, and the `reason` where there is none |
 * | `histories` | epoch of a training: `id`, `epoch`, `loss`, `seconds`, `learningRate`, `rows` (train, valid or none), `measure`, `value` |
 * | `evaluations` | configuration that a tuner tried: `id`, `number`, `configuration` as JSON, `score`, `epochs`, `seconds`, `error` |
 * | `coefficients` | coefficient that is not 0: `id`, the place, `term`, `feature`, `level`, `value`, `perSd`; see `FeatureTable` |
 * | `importance` | column that splits of trees are by: `id`, the place, `term`, `feature`, `gain`, `share`, `splits` |
 * | `notes` | note of a training: `id`, `code`, `column`, `finding`, `advice` |
 * | `predictions` | test row of a job: `id`, the place, `row` (of the task, from 0), `truth`, `response`, `prob.<level>`, `score`, `"group"` |
 * | `splits` | split and row: `task`, `resampling`, `iteration`, …, `part` (train, test), `row` |
 *
 * @example
 * const database = yield* Query.open("results")
 * const { rows } = yield* database.query("select learner, avg(value) from scores where measure = 'auc' group by all")
 */
import * as Column from "@rocflow/core/data/Column"
import * as Database from "@rocflow/core/data/Database"
import * as ParquetBytes from "@rocflow/core/data/ParquetBytes"
import type * as History from "@rocflow/core/learning/History"
import * as Prediction from "@rocflow/core/learning/Prediction"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import * as Compacted from "./Compacted.ts"
import * as FeatureTable from "./FeatureTable.ts"
import type * as Job from "./Job.ts"
import type { Runs } from "./Pooled.ts"
import * as Predicted from "./Predicted.ts"
import * as Tables from "./internal/resultTables.ts"
import * as Run from "./Run.ts"
import * as RunDirectory from "./RunDirectory.ts"

type Entries = ReadonlyArray<readonly [name: string, column: Column.Column]>

type Of<A, B> = Readonly<Record<string, (row: A) => B | undefined>>

/** Columns of rows: texts, whole numbers, and others. */
const table = <A>(
  rows: ReadonlyArray<A>,
  texts: Of<A, string>,
  counts: Of<A, number>,
  numbers: Of<A, number> = {}
): Entries => [
  ...Object.entries(texts).map(([name, of]) => [name, Column.text(rows.map(of))] as const),
  ...Object.entries(counts).map(
    ([name, of]) => [name, { ...Column.numeric(rows.map(of)), type: "integer" as const }] as const
  ),
  ...Object.entries(numbers).map(([name, of]) => [name, Column.numeric(rows.map(of))] as const)
]

type Place = typeof Job.Columns.Type

const places = <K extends keyof Place>(names: ReadonlyArray<K>) =>
  Object.fromEntries(names.map((name) => [name, ({ job }: { readonly job: Place }) => job[name]])) as Readonly<
    Record<K, (row: { readonly job: Place }) => Place[K]>
  >

const placeTexts = places(Tables.textPlaces)
const placeNumbers = places(Tables.numberPlaces)

type Score = Job.Result["scores"][string]

const numberOf = (score: Score): number | undefined => (typeof score === "number" ? score : undefined)
const reasonOf = (score: Score): string | undefined => (typeof score === "number" ? undefined : score.reason)

const jobs = ({ manifest, results }: Runs): Entries => {
  const finished = new Map(results.map((result) => [result.id, result]))
  const rows = manifest.jobs.map(({ id, job }) => ({ id, job, result: finished.get(id) }))
  return table(
    rows,
    {
      id: ({ id }) => id,
      ...placeTexts,
      status: ({ result }) => result?.status ?? "open",
      error: ({ result }) => result?.error?.message,
      fallback: ({ result }) => result?.fallback,
      engine: ({ result }) => result?.training?.engine
    },
    {
      ...placeNumbers,
      epochs: ({ result }) => result?.training?.epochs,
      keptEpoch: ({ result }) => result?.training?.kept
    },
    { seconds: ({ result }) => result?.seconds }
  )
}

const scores = ({ manifest, results }: Runs): Entries =>
  table(
    results.flatMap(({ id, job, scores }) =>
      // Records keep measures that were asked for once.
      manifest.measures.flatMap(({ id: measure }) => {
        const score = scores[measure]
        return score === undefined ? [] : [{ id, job, measure, score }]
      })
    ),
    {
      id: ({ id }) => id,
      ...placeTexts,
      measure: ({ measure }) => measure,
      reason: ({ score }) => reasonOf(score)
    },
    placeNumbers,
    { value: ({ score }) => numberOf(score) }
  )

interface Epoch {
  readonly id: string
  readonly row: History.Row
  readonly rows: "train" | "valid" | "none"
  readonly measure: string | undefined
  readonly score: Score | undefined
}

const histories = ({ results }: Runs): Entries =>
  table(
    results.flatMap(({ id, training }) =>
      (training?.history ?? []).flatMap((row): ReadonlyArray<Epoch> => {
        const measured = (["train", "valid"] as const).flatMap((rows) =>
          Object.entries(row[rows]).map(([measure, score]) => ({ id, row, rows, measure, score }))
        )
        return measured.length > 0 ? measured : [{ id, row, rows: "none", measure: undefined, score: undefined }]
      })
    ),
    { id: ({ id }) => id, rows: ({ rows }) => rows, measure: ({ measure }) => measure },
    { epoch: ({ row }) => row.epoch },
    {
      loss: ({ row }) => row.loss,
      seconds: ({ row }) => row.seconds,
      learningRate: ({ row }) => row.learningRate,
      value: ({ score }) => (score === undefined ? undefined : numberOf(score))
    }
  )

const evaluations = ({ results }: Runs): Entries =>
  table(
    results.flatMap(({ id, tuning }) =>
      (tuning?.evaluations ?? []).map((evaluation, number) => ({ id, number: number + 1, evaluation }))
    ),
    {
      id: ({ id }) => id,
      configuration: ({ evaluation }) => JSON.stringify(evaluation.values),
      error: ({ evaluation }) => evaluation.error?.message
    },
    { number: ({ number }) => number, epochs: ({ evaluation }) => evaluation.epochs },
    { score: ({ evaluation }) => evaluation.score, seconds: ({ evaluation }) => evaluation.seconds }
  )

/** The rows of all results, in the columns that files of them have. */
const featureTable =
  <Row>({ columns, rows }: Tables.FeatureRows<Row>) =>
  ({ manifest, results }: Runs): Entries => {
    const all = results.flatMap(rows(manifest))
    return columns.map(({ name, of, type }) => {
      const values = all.map(of)
      const number = Column.numeric(values.map((value) => (typeof value === "number" ? value : undefined)))
      return [
        name,
        type === "string"
          ? Column.text(values.map((value) => (typeof value === "string" ? value : undefined)))
          : type === "integer"
            ? { ...number, type }
            : number
      ] as const
    })
  }

const notes = ({ results }: Runs): Entries =>
  table(
    results.flatMap(({ id, notes = [] }) => notes.map((note) => ({ id, note }))),
    {
      id: ({ id }) => id,
      code: ({ note }) => note.code,
      column: ({ note }) => note.column,
      finding: ({ note }) => note.finding,
      advice: ({ note }) => note.advice
    },
    {}
  )

const [texts, numbers] = [Tables.textPlaces, Tables.numberPlaces].map((names) => names.join(", "))

/** `jobs` of a table of results. */
const jobsIn = (source: string): string =>
  `SELECT id, ${texts}, coalesce(status, 'open') AS status, error, fallback, engine, ${numbers}, epochs, keptEpoch, seconds FROM ${source}`

/** `scores` of a table of results: a row for each measure that has a value, or a reason for having none. */
const scoresIn = (source: string, { measures }: Pick<Runs["manifest"], "measures">): string => {
  const each = measures.map(({ id }) => {
    // As a map: a path into JSON would read some names as more than a name.
    const reason = `CAST(CAST("undefined" AS JSON) AS MAP(VARCHAR, VARCHAR))[${Database.text(id)}]`
    const value = Database.name(Tables.scoreColumn(id))
    return `SELECT id, ${texts}, ${Database.text(id)} AS measure, ${reason} AS reason, ${numbers}, ${value} AS value FROM ${source}`
  })
  return `FROM (${each.join(" UNION ALL ")}) WHERE value IS NOT NULL OR reason IS NOT NULL`
}

/** The tables that a run has. @category models */
export const tables = [
  "jobs",
  "scores",
  "histories",
  "evaluations",
  "coefficients",
  "importance",
  "notes",
  "predictions",
  "splits"
] as const

/** @category models */
export type Table = (typeof tables)[number]

/** Lists the tables whose names occur in a query. */
export const namedIn = (sql: string): ReadonlyArray<Table> => tables.filter((name) => sql.toLowerCase().includes(name))

/** Tables that are made of results. */
const ofResults = {
  jobs,
  scores,
  histories,
  evaluations,
  coefficients: featureTable(Tables.coefficients),
  importance: featureTable(Tables.importance),
  notes
}

/** Makes the tables that stand in files of a run that was compacted, and gives their names. */
const addFiles = Effect.fnUntraced(function* (
  database: Database.Database,
  directory: string,
  manifest: Runs["manifest"],
  wanted: ReadonlyArray<Table>
) {
  const compacted = yield* Compacted.open(directory, manifest)
  if (compacted?.since.length !== 0) return new Set<Table>()
  const whole = `read_parquet(${Database.path(compacted.file)})`
  yield* database.view("jobs", jobsIn(whole))
  if (manifest.measures.length > 0) yield* database.view("scores", scoresIn(whole, manifest))
  const found = new Set<Table>(["jobs", "scores"])
  for (const name of FeatureTable.names.filter((each) => wanted.includes(each))) {
    const file = yield* Compacted.features(directory, compacted, name)
    if (file === undefined) continue
    if (file === "empty") yield* database.table(name, ofResults[name]({ directory, manifest, results: [] }))
    else yield* database.view(name, `FROM read_parquet(${Database.path(file)})`)
    found.add(name)
  }
  return found
})

/** Rows of predictions that are written together. */
const most = 250_000

interface Part {
  readonly id: string
  readonly job: typeof Job.Columns.Type
  readonly predicted: RunDirectory.Predicted
}

/** Predictions of one task that have the same columns. */
const entriesOf = (parts: readonly [Part, ...ReadonlyArray<Part>]): Entries => {
  const [first, ...others] = parts
  const { groups, prediction } = Predicted.pool([first.predicted, ...others.map(({ predicted }) => predicted)])
  const each = parts.flatMap((part) => Array.from(part.predicted.prediction.rows, () => part))
  const counts = (name: (typeof Tables.numberPlaces)[number]) => Column.numeric(each.map(({ job }) => job[name]))
  return [
    ["id", Column.text(each.map(({ id }) => id))],
    ...Tables.textPlaces.map((name) => [name, Column.text(each.map(({ job }) => job[name]))] as const),
    ...Tables.numberPlaces.map((name) => [name, { ...counts(name), type: "integer" }] as const),
    ...Prediction.toColumns(prediction),
    ...(groups === undefined ? [] : [["group", Column.text(groups)] as const])
  ]
}

/** Which columns a prediction has. */
const shapeOf = (task: string, { groups, prediction: { prob, scores, truth } }: RunDirectory.Predicted): string =>
  JSON.stringify([task, ...[groups, prob, scores, truth].map((part) => part !== undefined)])

/** Adds what the jobs predicted, by files that are gone with the scope. */
const addPredictions = Effect.fnUntraced(function* (
  database: Database.Database,
  { directory, manifest, results }: Runs
) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const folder = yield* fs.makeTempDirectoryScoped({ prefix: "rocflow-predictions-" })
  const files: Array<string> = []
  const open = new Map<string, { parts: Array<Part>; rows: number }>()
  const write = Effect.fnUntraced(function* (shape: string) {
    const [first, ...others] = open.get(shape)!.parts
    open.delete(shape)
    const file = path.join(folder, `${files.length}.parquet`)
    files.push(file)
    yield* fs.writeFile(file, ParquetBytes.of(entriesOf([first!, ...others])))
  })
  const schemas = Predicted.schemas(manifest)
  yield* RunDirectory.eachPrediction(
    directory,
    results,
    ({ job }) => schemas.get(job.task)!,
    ({ id, job }, predicted) =>
      Effect.suspend(() => {
        const shape = shapeOf(job.task, predicted)
        const own = open.get(shape) ?? { parts: [], rows: 0 }
        open.set(shape, own)
        own.parts.push({ id, job, predicted })
        own.rows += predicted.prediction.rows.length
        return own.rows < most ? Effect.void : write(shape)
      })
  )
  yield* Effect.forEach([...open.keys()], write)
  if (files.length === 0) return
  const list = `[${files.map(Database.path).join(", ")}]`
  yield* database.view("predictions", `SELECT * FROM read_parquet(${list}, union_by_name = true)`)
})

/**
 * Opens a run, finished or not, as a database that is gone with the scope. Results are checked when the run is read;
 * predictions and splits are read from their files when they are asked for. `wanted` are the tables that it is to have, all by
 * default: `jobs`, `scores`, `coefficients` and `importance` of a run that was compacted are there at once, and what is not
 * wanted is not read.
 * @category constructors
 */
export const open = Effect.fnUntraced(function* (directory: string, wanted: ReadonlyArray<Table> = tables) {
  const database = yield* Database.open
  const manifest = yield* RunDirectory.requireManifest(directory)
  const inFiles = yield* addFiles(database, directory, manifest, wanted)
  const isThere = (name: Table) => name === "splits" || inFiles.has(name)
  if (wanted.some((name) => !isThere(name))) {
    const run = yield* Run.read(directory)
    for (const [name, of] of Object.entries(ofResults)) {
      if (wanted.includes(name as Table) && !isThere(name as Table)) yield* database.table(name, of(run))
    }
    if (wanted.includes("predictions")) yield* addPredictions(database, run)
  }
  if (!wanted.includes("splits")) return database
  const splits = yield* RunDirectory.splits(directory)
  if (splits?.sound === false) {
    return yield* new RunDirectory.RunError({
      directory,
      given: "the file splits.parquet",
      rule: "was changed since it was written",
      advice: "run the experiment again: it is written anew, and no job is repeated"
    })
  }
  if (splits !== undefined) {
    yield* database.view("splits", `SELECT * FROM read_parquet(${Database.path(splits.file)})`)
  }
  return database
})
