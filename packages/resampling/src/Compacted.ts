/**
 * The results of a run in one table, a row for each job of its design, in the order of the design:
 *
 * ```
 * scores.parquet        for whoever asks about very many jobs
 * results.csv           the same rows, for people and other programs
 * coefficients.parquet  importance.parquet   what models say of their features, where some do: see `FeatureTable`
 * ```
 *
 * | columns | of a row |
 * | --- | --- |
 * | `id`, `task`, `learner`, `resampling`, `iteration`, `testSubset`, `trainSubsets`, … | the job and its place |
 * | `status` | ok, failed; none while it is open |
 * | `score.<measure>` | a number; none where it is undefined, with the reason in `undefined` (JSON by measure) |
 * | `error`, `fallback`, `epochs`, `keptEpoch`, `engine`, `seconds` | how it went |
 *
 * They are made of the segments, which stay, and hold nothing that these do not. `finished.json` says how far in each segment
 * they go. They are not there where a table cannot have such columns, as for measures that differ in case alone. Where
 * `scores.parquet` is gone, was changed, or is of another design, the segments are read instead. A segment that is changed behind
 * the table is not noticed by who reads the table alone (status, scores), whose numbers are those that were written all the same;
 * whoever reads the records (compare, reports) refuses them.
 */
import * as Database from "@rocflow/core/data/Database"
import * as TableWriter from "@rocflow/core/data/TableWriter"
import { hashJson } from "@rocflow/core/Hash"
import * as Measure from "@rocflow/core/learning/Measure"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Path from "effect/Path"
import type { PlatformError } from "effect/PlatformError"
import * as Checked from "./Checked.ts"
import * as FeatureTable from "./FeatureTable.ts"
import * as Finished from "./Finished.ts"
import * as Tables from "./internal/resultTables.ts"
import type * as Job from "./Job.ts"
import * as Manifest from "./Manifest.ts"
import type { RunError } from "./RunError.ts"
import * as Score from "./Score.ts"
import * as Segments from "./Segments.ts"

const parquet = "scores.parquet"
const csv = "results.csv"

const featureFile = (name: FeatureTable.Name): string => `${name}.parquet`

/** Lines are written so many at a time. */
const chunk = 5000

/** The jobs of a design, some at a time. */
const chunks = function* (
  { jobs }: Pick<Manifest.Manifest, "jobs">,
  results: ReadonlyMap<string, Job.Result>
): Iterable<ReadonlyArray<Tables.Planned>> {
  for (let from = 0; from < jobs.length; from += chunk) {
    yield jobs.slice(from, from + chunk).map(({ id, job }) => ({ id, job, result: results.get(id) }))
  }
}

/** Writes all files, and gives their SHA-256. */
const write = Effect.fnUntraced(function* (
  directory: string,
  manifest: Manifest.Manifest,
  results: ReadonlyMap<string, Job.Result>
) {
  const path = yield* Path.Path
  const writer = yield* TableWriter.open
  const place = (name: string) => path.join(directory, name)
  const writeFeatures = Effect.fnUntraced(function* <Row>(
    name: FeatureTable.Name,
    { columns, rows }: Tables.FeatureRows<Row>
  ) {
    if (![...results.values()].some((result) => result[name] !== undefined)) return {}
    const rowsOf = rows(manifest)
    const said = function* () {
      for (const jobs of chunks(manifest, results)) {
        yield jobs.flatMap(({ job, result }) => (result === undefined ? [] : rowsOf({ ...result, job })))
      }
    }
    const files = { csv: place(`${name}.csv`), parquet: place(featureFile(name)), keep: false }
    return { [name]: yield* Tables.write(files, writer, columns, said()) }
  })
  const jobs = chunks(manifest, results)
  const files = { csv: place(csv), parquet: place(parquet), keep: true }
  const check = yield* Tables.write(files, writer, Tables.ofJobs(manifest), jobs)
  yield* remove(directory, FeatureTable.names.map(featureFile))
  const features = {
    ...(yield* writeFeatures("coefficients", Tables.coefficients)),
    ...(yield* writeFeatures("importance", Tables.importance))
  }
  return { check, features }
}, Effect.scoped)

const remove = Effect.fnUntraced(function* (directory: string, names: ReadonlyArray<string>) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  for (const name of names) yield* Effect.ignore(fs.remove(path.join(directory, name), { force: true }))
})

/** What a table calls things; the hash of a design does not depend on it. */
const namesOf = ({ learners, measures, resamplings, tasks }: Manifest.Manifest): string =>
  hashJson([
    ...[tasks, learners, measures].map((named) => named.map(({ id }) => id)),
    resamplings.map(({ text }) => text)
  ])

/** From how many results on a run is compacted on its way, not only at its end. @category services */
export const Least = Context.Reference<number>("@rocflow/resampling/Compacted/Least", { defaultValue: () => 50_000 })

/** Compacts the results of a run while it goes on. @category models */
export interface Keeper {
  /** Takes a result that was stored. When a quarter of the results has come since the last time, they are compacted. */
  readonly add: (result: Job.Result) => Effect.Effect<void>
  /** Compacts all results that are there, and remembers how many they are. */
  readonly end: Effect.Effect<void, RunError | PlatformError>
}

/**
 * Makes a keeper of a run that has these results already. What cannot be compacted (a full disk, names that a table cannot
 * hold) is in the segments all the same.
 */
export const keeper = Effect.fnUntraced(function* (
  directory: string,
  manifest: Manifest.Manifest,
  known: ReadonlyArray<Job.Result>
): Effect.fn.Return<Keeper, never, FileSystem.FileSystem | Path.Path> {
  const context = yield* Effect.context<FileSystem.FileSystem | Path.Path>()
  const least = yield* Least
  const records = new Map(known.map((result) => [result.id, result]))
  const ends: Segments.Ends = new Map()
  const follow = Segments.follow(directory, ends)
  let fresh = 0
  const compact = Effect.gen(function* () {
    fresh = 0
    for (const record of yield* follow) Segments.put(records, record)
    const written = yield* Effect.option(write(directory, manifest, records))
    // Those of before would be of other results.
    if (Option.isNone(written)) yield* remove(directory, [csv, parquet, ...FeatureTable.names.map(featureFile)])
    yield* Finished.write(directory, {
      design: manifest.hash,
      jobs: manifest.jobs.filter(({ id }) => records.has(id)).length,
      ...(Option.isSome(written)
        ? { compacted: { ...written.value, names: namesOf(manifest), ends: Object.fromEntries(ends) } }
        : {})
    })
  }).pipe(Effect.provideContext(context))
  return {
    add: (result) =>
      Effect.suspend(() => {
        records.set(result.id, result)
        fresh += 1
        return fresh >= Math.max(least, records.size / 4) ? Effect.ignore(compact) : Effect.void
      }),
    end: Effect.gen(function* () {
      const there = yield* Effect.orElseSucceed(open(directory, manifest), () => undefined)
      if (there === undefined || there.since.length > 0) yield* compact
    }).pipe(Effect.provideContext(context))
  }
})

/** Results in one table, and those behind it, which came since. @category models */
export interface Compacted {
  /** The path of the table. */
  readonly file: string
  readonly since: ReadonlyArray<Job.Result>
  /** The SHA-256 of the tables of what models say of their features that have rows; undefined in runs of before. */
  readonly features: Finished.Compacted["features"]
}

/** Opens the table of a run; undefined where the segments are to be read instead. Errors: those of reading a run. */
export const open = Effect.fnUntraced(function* (directory: string, manifest: Manifest.Manifest) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const { compacted } = (yield* Finished.read(directory, manifest)) ?? {}
  const file = path.join(directory, parquet)
  if (compacted === undefined || compacted.names !== namesOf(manifest)) return undefined
  if (!(yield* fs.exists(file))) return undefined
  if (Checked.digest(yield* fs.readFile(file)) !== compacted.check) return undefined
  const ends: Segments.Ends = new Map(Object.entries(compacted.ends))
  for (const [name, { size }] of ends) {
    const segment = path.join(directory, Segments.folder, name)
    if (!(yield* fs.exists(segment)) || !(yield* Segments.endsLine(segment, size))) return undefined
  }
  const since = new Map<string, Job.Result>()
  for (const record of yield* Segments.follow(directory, ends)) Segments.put(since, record)
  return { file, features: compacted.features, since: [...since.values()] } satisfies Compacted
})

/**
 * The table of what models say of their features: the path of its file, `"empty"` where it has no rows, undefined where results
 * are to be read instead.
 */
export const features = Effect.fnUntraced(function* (
  directory: string,
  { features }: Compacted,
  name: FeatureTable.Name
): Effect.fn.Return<string | undefined, PlatformError, FileSystem.FileSystem | Path.Path> {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  if (features === undefined) return undefined
  if (features[name] === undefined) return "empty"
  const file = path.join(directory, featureFile(name))
  return (yield* fs.exists(file)) && Checked.digest(yield* fs.readFile(file)) === features[name] ? file : undefined
})

const numbersOf = (column: Database.Values): ArrayLike<number> => (column.kind === "number" ? column.values : [])

const textsOf = (column: Database.Values): ReadonlyArray<string | null> => (column.kind === "text" ? column.values : [])

const toReasons = (json: string | null): Readonly<Record<string, string>> =>
  json === null ? {} : (JSON.parse(json) as Record<string, string>)

/** The statuses in the table as numbers. */
const statuses = ["open", "ok", "failed"] as const

/** Reads the score table of a compacted run, as `Score.planned` makes it of all results. */
export const rows = Effect.fnUntraced(function* ({ file }: Compacted, manifest: Manifest.Manifest) {
  const database = yield* Database.open
  const ids = manifest.measures.map(({ id }) => id)
  const table = `read_parquet(${Database.path(file)}, file_row_number = true)`
  const numbers = [
    "CASE status WHEN 'ok' THEN 1 WHEN 'failed' THEN 2 ELSE 0 END::DOUBLE",
    ...ids.map((id) => Database.name(Tables.scoreColumn(id)))
  ]
  const [status, ...scores] = (yield* database.columns(
    `SELECT ${numbers.join(", ")} FROM ${table} ORDER BY file_row_number`,
    numbers.map(() => "number")
  )).map(numbersOf)
  const why = yield* database.columns(
    `SELECT file_row_number::DOUBLE, error, "undefined" FROM ${table} WHERE error IS NOT NULL OR "undefined" IS NOT NULL`,
    ["number", "text", "text"]
  )
  const [errors, reasons] = [textsOf(why[1]!), textsOf(why[2]!)]
  const special = new Map(Array.from(numbersOf(why[0]!), (at, i) => [at, i]))
  const results = function* (): Iterable<Score.JobResult> {
    let at = 0
    for (const job of Manifest.places(manifest)) {
      const found = special.get(at)
      const error = found === undefined ? null : errors[found]!
      const undefinedScores = found === undefined ? {} : toReasons(reasons[found]!)
      const values: Record<string, Score.Value> = {}
      for (const [j, id] of ids.entries()) {
        const value = scores[j]![at]!
        if (!Number.isNaN(value)) values[id] = value
        else if (undefinedScores[id] !== undefined) values[id] = Measure.undefinedBecause(undefinedScores[id])
      }
      const ended = statuses[status![at] as 0 | 1 | 2]
      yield { job, status: ended, scores: values, ...(error === null ? {} : { error }) }
      at += 1
    }
  }
  return Array.from(results(), Score.row(ids))
}, Effect.scoped)
