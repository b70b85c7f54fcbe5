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
 * | `at` | when it was stored, in milliseconds since 1970 |
 *
 * They are made of the segments, which stay, and hold nothing that these do not. `finished.json` says how far in each segment
 * they go. They are not there where a table cannot have such columns, as for measures that differ in case alone. Where
 * `scores.parquet` is gone, was changed, or is of another design, the segments are read instead. A segment that is changed behind
 * the table is not noticed by who reads the table alone (status, scores), whose numbers are those that were written all the same;
 * whoever reads the records (a start of the run, reports) refuses them.
 */
import * as Database from "@rocflow/core/data/Database"
import * as TableWriter from "@rocflow/core/data/TableWriter"
import { hashJson } from "@rocflow/core/Hash"
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
import * as Ledger from "./Ledger.ts"
import * as Manifest from "./Manifest.ts"
import type { RunError } from "./RunError.ts"
import * as Segments from "./Segments.ts"

const parquet = "scores.parquet"
const csv = "results.csv"

const featureFile = (name: FeatureTable.Name): string => `${name}.parquet`

/** Lines are written so many at a time. */
const chunk = 5000

/** The places of the jobs of a design, some at a time. */
const chunks = function* ({ jobs }: Pick<Manifest.Manifest, "jobs">): Iterable<ReadonlyArray<number>> {
  for (let from = 0; from < jobs.length; from += chunk) {
    yield Array.from({ length: Math.min(chunk, jobs.length - from) }, (_, i) => from + i)
  }
}

/** Writes all files, and gives their SHA-256. */
const write = Effect.fnUntraced(function* (directory: string, manifest: Manifest.Manifest, ledger: Ledger.Ledger) {
  const path = yield* Path.Path
  const writer = yield* TableWriter.open
  const place = (name: string) => path.join(directory, name)
  const writeFeatures = Effect.fnUntraced(function* <Row>(
    name: FeatureTable.Name,
    { columns, rows }: Tables.FeatureRows<Row>
  ) {
    if (![...ledger.features.values()].some((features) => features[name] !== undefined)) return {}
    const rowsOf = rows(manifest)
    const said = function* () {
      for (const some of chunks(manifest)) {
        yield some.flatMap((at) => {
          const features = ledger.features.get(at)
          return features === undefined ? [] : rowsOf({ ...manifest.jobs[at]!, ...features })
        })
      }
    }
    const files = { csv: place(`${name}.csv`), parquet: place(featureFile(name)), keep: false }
    return { [name]: yield* Tables.write(files, writer, columns, said()) }
  })
  const files = { csv: place(csv), parquet: place(parquet), keep: true }
  const check = yield* Tables.write(files, writer, Tables.ofJobs(manifest, ledger), chunks(manifest))
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

/** The version of the columns: 2 has the time of results. */
const version = 2

/** What a table calls things; the hash of a design does not depend on it. */
const namesOf = ({ learners, measures, resamplings, tasks }: Manifest.Manifest): string =>
  hashJson([
    version,
    ...[tasks, learners, measures].map((named) => named.map(({ id }) => id)),
    resamplings.map(({ text }) => text)
  ])

/** From how many results on a run is compacted on its way, not only at its end. @category services */
export const Least = Context.Reference<number>("@rocflow/resampling/Compacted/Least", { defaultValue: () => 50_000 })

/** Compacts the results of a run while it goes on. @category models */
export interface Keeper {
  /** Takes notice of a result that was stored. When a quarter has come since the last time, the results are compacted. */
  readonly add: Effect.Effect<void>
  /** Compacts all results that are there, and remembers how many they are. */
  readonly end: Effect.Effect<void, RunError | PlatformError>
}

/** Enters all records behind `ends` into a ledger. */
const enter = Effect.fnUntraced(function* (
  directory: string,
  manifest: Manifest.Manifest,
  ledger: Ledger.Ledger,
  ends: Segments.Ends
) {
  // Jobs are named only if there is a record.
  let places: ReadonlyMap<string, number> | undefined
  yield* Segments.each(directory, ends, (record) => {
    places ??= new Map(manifest.jobs.map(({ id }, place) => [id, place]))
    const place = places.get(record.id)
    if (place !== undefined) Ledger.put(ledger, place, record, manifest)
  })
})

/**
 * Makes a keeper of a run that has so many results already. What cannot be compacted (a full disk, names that a table cannot
 * hold) is in the segments all the same.
 */
export const keeper = Effect.fnUntraced(function* (
  directory: string,
  manifest: Manifest.Manifest,
  known: number
): Effect.fn.Return<Keeper, never, FileSystem.FileSystem | Path.Path> {
  const context = yield* Effect.context<FileSystem.FileSystem | Path.Path>()
  const least = yield* Least
  let ledger: Ledger.Ledger | undefined
  const ends: Segments.Ends = new Map()
  let [stored, fresh] = [known, 0]
  const compact = Effect.gen(function* () {
    fresh = 0
    ledger ??= Ledger.make(manifest.jobs.length, manifest)
    yield* enter(directory, manifest, ledger, ends)
    const written = yield* Effect.option(write(directory, manifest, ledger))
    // Those of before would be of other results.
    if (Option.isNone(written)) yield* remove(directory, [csv, parquet, ...FeatureTable.names.map(featureFile)])
    yield* Finished.write(directory, {
      design: manifest.hash,
      jobs: Ledger.finished(ledger),
      ...(Option.isSome(written)
        ? { compacted: { ...written.value, names: namesOf(manifest), ends: Object.fromEntries(ends) } }
        : {})
    })
  }).pipe(Effect.provideContext(context))
  return {
    add: Effect.suspend(() => {
      stored += 1
      fresh += 1
      return fresh >= Math.max(least, stored / 4) ? Effect.ignore(compact) : Effect.void
    }),
    end: Effect.gen(function* () {
      const there = yield* Effect.orElseSucceed(open(directory, manifest), () => undefined)
      if (there === undefined || there.since.length > 0) yield* compact
    }).pipe(Effect.provideContext(context))
  }
})

/** The table of a run, and how far it goes in each segment; undefined where it cannot be used. */
const tableOf = Effect.fnUntraced(function* (directory: string, manifest: Manifest.Manifest) {
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
  return { file, ends, features: compacted.features }
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
  const found = yield* tableOf(directory, manifest)
  if (found === undefined) return undefined
  const since = new Map<string, Job.Result>()
  yield* Segments.each(directory, found.ends, (record) => Segments.put(since, record))
  return { file: found.file, features: found.features, since: [...since.values()] } satisfies Compacted
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

/** Reads the table as the ledger of which it was written. */
const load = Effect.fnUntraced(function* (file: string, manifest: Manifest.Manifest) {
  const database = yield* Database.open
  const table = `read_parquet(${Database.path(file)}, file_row_number = true)`
  const codes = Ledger.statuses.map((status, code) => `WHEN ${Database.text(status)} THEN ${code}`)
  const ids = manifest.measures.map(({ id }) => Database.name(Tables.scoreColumn(id)))
  const numbers = [
    `CASE status ${codes.join(" ")} ELSE 0 END`,
    ...ids,
    "epochs",
    "keptEpoch",
    "seconds",
    'coalesce("at", 0)'
  ]
  const columns = yield* database.columns(
    `SELECT ${numbers.map((sql) => `${sql}::DOUBLE`).join(", ")} FROM ${table} ORDER BY file_row_number`,
    numbers.map(() => "number")
  )
  const ledger = Ledger.make(Manifest.jobCount(manifest), manifest)
  ledger.status.set(numbersOf(columns[0]!))
  for (const [i, values] of [...ledger.scores, ledger.epochs, ledger.keptEpoch, ledger.seconds, ledger.at].entries()) {
    values.set(numbersOf(columns[i + 1]!))
  }
  const texts = { undefined: ledger.reasons, error: ledger.error, fallback: ledger.fallback, engine: ledger.engine }
  for (const [name, found] of Object.entries(texts)) {
    const column = Database.name(name)
    const [places, values] = yield* database.columns(
      `SELECT file_row_number::DOUBLE, ${column} FROM ${table} WHERE ${column} IS NOT NULL`,
      ["number", "text"]
    )
    const own = textsOf(values!)
    for (const [i, place] of Array.from(numbersOf(places!)).entries()) found.set(place, own[i]!)
  }
  Ledger.weigh(ledger)
  return ledger
}, Effect.scoped)

/** Reads what the table of a run has, and how far in each segment that is; undefined as for {@link open}. */
export const table = Effect.fnUntraced(function* (directory: string, manifest: Manifest.Manifest) {
  const found = yield* tableOf(directory, manifest)
  return found && { ledger: yield* load(found.file, manifest), ends: found.ends }
})

/**
 * Reads what a run has: of one that was compacted the table and what came since, else the segments. Errors: those of reading a
 * run.
 */
export const ledger = Effect.fnUntraced(function* (directory: string, manifest: Manifest.Manifest) {
  const found = yield* table(directory, manifest)
  const own = found?.ledger ?? Ledger.make(Manifest.jobCount(manifest), manifest)
  const ends: Segments.Ends = found?.ends ?? new Map()
  yield* enter(directory, manifest, own, ends)
  if (found === undefined) yield* Finished.check(directory, manifest, Ledger.finished(own))
  return own
})
