/**
 * The results of a run in one table, a row for each job of its design, in the order of the design:
 *
 * ```
 * scores.parquet   for whoever asks about very many jobs
 * results.csv      the same rows, for people and other programs
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
 * `scores.parquet` is gone, was changed, or is of another design, the segments are read instead.
 */
import type * as Column from "@rocflow/core/data/Column"
import * as Csv from "@rocflow/core/data/Csv"
import * as Database from "@rocflow/core/data/Database"
import * as TableWriter from "@rocflow/core/data/TableWriter"
import * as Excerpt from "@rocflow/core/Excerpt"
import { hashJson } from "@rocflow/core/Hash"
import * as Measure from "@rocflow/core/learning/Measure"
import * as WholeFile from "@rocflow/core/WholeFile"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Path from "effect/Path"
import type { PlatformError } from "effect/PlatformError"
import * as Checked from "./Checked.ts"
import * as Finished from "./Finished.ts"
import type * as Job from "./Job.ts"
import * as Manifest from "./Manifest.ts"
import type { RunError } from "./RunError.ts"
import * as Score from "./Score.ts"
import * as Segments from "./Segments.ts"

const parquet = "scores.parquet"
const csv = "results.csv"

/** The column of a measure. */
export const scoreColumn = (measure: string): string => `score.${measure}`

type Of = (job: typeof Job.Columns.Type, result: Job.Result | undefined, id: string) => string | number | undefined

interface Described {
  readonly name: string
  readonly type: Column.PlainType
  readonly of: Of
}

/** What a job is about, as columns of text. */
export const textPlaces = ["task", "learner", "resampling", "testSubset", "trainSubsets"] as const

/** What a job is about, as columns of whole numbers. */
export const numberPlaces = [
  "iteration",
  "testFold",
  "repetition",
  "seed",
  "groups",
  "nTrainGroups",
  "trainRows",
  "testRows"
] as const

/** Texts are cut at so many characters: a line of CSV has an end. */
const most = 100_000

const reasons = (scores: Job.Result["scores"]): string | undefined => {
  const undefined_ = Object.entries(scores).flatMap(([id, score]) =>
    typeof score === "number" ? [] : [[id, Excerpt.of(score.reason, most)] as const]
  )
  return undefined_.length === 0 ? undefined : JSON.stringify(Object.fromEntries(undefined_))
}

const describe = ({ measures }: Pick<Manifest.Manifest, "measures">): ReadonlyArray<Described> => {
  const column = (type: Column.PlainType) => (name: string, of: Of) => ({ name, type, of })
  const [text, count, number] = [column("string"), column("integer"), column("numeric")]
  return [
    text("id", (_, __, id) => id),
    ...textPlaces.map((name) => text(name, (job) => job[name])),
    ...numberPlaces.map((name) => count(name, (job) => job[name])),
    text("status", (_, result) => result?.status),
    ...measures.map(({ id }) =>
      number(scoreColumn(id), (_, result) => {
        const score = result?.scores[id]
        return typeof score === "number" ? score : undefined
      })
    ),
    text("undefined", (_, result) => result && reasons(result.scores)),
    text("error", (_, result) => result?.error && Excerpt.of(result.error.message, most)),
    text("fallback", (_, result) => result?.fallback),
    count("epochs", (_, result) => result?.training?.epochs),
    count("keptEpoch", (_, result) => result?.training?.kept),
    text("engine", (_, result) => result?.training?.engine),
    number("seconds", (_, result) => result?.seconds)
  ]
}

const textOf = (value: string | number | undefined): string =>
  value === undefined ? "" : Object.is(value, -0) ? "-0" : String(value)

/** Lines are written so many at a time. */
const chunk = 5000

/** Writes both files, and gives the SHA-256 of the first. */
const write = Effect.fnUntraced(function* (
  directory: string,
  manifest: Manifest.Manifest,
  results: ReadonlyMap<string, Job.Result>
) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const columns = describe(manifest)
  const text = path.join(directory, csv)
  const unfinished = WholeFile.partial(text)
  const lines = Effect.gen(function* () {
    const file = yield* fs.open(unfinished, { flag: "w" })
    yield* file.writeAll(Buffer.from(Csv.line(columns.map(({ name }) => name))))
    for (let from = 0; from < manifest.jobs.length; from += chunk) {
      const some = manifest.jobs
        .slice(from, from + chunk)
        .map(({ id, job }) => Csv.line(columns.map(({ of }) => textOf(of(job, results.get(id), id)))))
      yield* file.writeAll(Buffer.from(some.join("")))
    }
  })
  const table = path.join(directory, parquet)
  yield* Effect.gen(function* () {
    yield* Effect.scoped(lines)
    yield* Effect.scoped(
      Effect.flatMap(TableWriter.open, ({ parquetOfCsv }) =>
        parquetOfCsv(
          table,
          unfinished,
          columns.map(({ name, type }) => [name, type] as const)
        )
      )
    )
    yield* fs.rename(unfinished, text)
  }).pipe(Effect.onError(() => Effect.ignore(fs.remove(unfinished, { force: true }))))
  return Checked.digest(yield* fs.readFile(table))
})

const remove = Effect.fnUntraced(function* (directory: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  for (const name of [csv, parquet]) yield* Effect.ignore(fs.remove(path.join(directory, name), { force: true }))
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
    const check = yield* Effect.option(write(directory, manifest, records))
    // Those of before would be of other results.
    if (Option.isNone(check)) yield* remove(directory)
    yield* Finished.write(directory, {
      design: manifest.hash,
      jobs: manifest.jobs.filter(({ id }) => records.has(id)).length,
      ...(Option.isSome(check)
        ? { compacted: { check: check.value, names: namesOf(manifest), ends: Object.fromEntries(ends) } }
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
    if (!(yield* fs.exists(segment)) || Number((yield* fs.stat(segment)).size) < size) return undefined
  }
  const since = new Map<string, Job.Result>()
  for (const record of yield* Segments.follow(directory, ends)) Segments.put(since, record)
  return { file, since: [...since.values()] } satisfies Compacted
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
    ...ids.map((id) => Database.name(scoreColumn(id)))
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
