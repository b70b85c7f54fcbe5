/**
 * The tables that are written of the results of a run: their columns, and how they become files.
 */
import type * as Column from "@rocflow/core/data/Column"
import * as Csv from "@rocflow/core/data/Csv"
import type * as TableWriter from "@rocflow/core/data/TableWriter"
import * as WholeFile from "@rocflow/core/WholeFile"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Checked from "../Checked.ts"
import * as FeatureTable from "../FeatureTable.ts"
import * as Ledger from "../Ledger.ts"
import type * as Manifest from "../Manifest.ts"

/** The column of a measure. */
export const scoreColumn = (measure: string): string => `score.${measure}`

/** A column of a table, by its rows. */
export interface Described<Row> {
  readonly name: string
  readonly type: Column.PlainType
  readonly of: (row: Row) => string | number | undefined
}

/** A job of the design. */
type Placed = Manifest.Manifest["jobs"][number]

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

const typed = <Row>() => {
  const column = (type: Column.PlainType) => (name: string, of: Described<Row>["of"]) => ({ name, type, of })
  return { text: column("string"), count: column("integer"), number: column("numeric") }
}

const placed = <Row>(of: (row: Row) => Placed): ReadonlyArray<Described<Row>> => {
  const { count, text } = typed<Row>()
  return [
    text("id", (row) => of(row).id),
    ...textPlaces.map((name) => text(name, (row) => of(row).job[name])),
    ...numberPlaces.map((name) => count(name, (row) => of(row).job[name]))
  ]
}

/** The columns of the table of jobs and their scores, by the places of the jobs. */
export const ofJobs = (
  { jobs, measures }: Pick<Manifest.Manifest, "jobs" | "measures">,
  ledger: Ledger.Ledger
): ReadonlyArray<Described<number>> => {
  const { count, number, text } = typed<number>()
  const numberIn = (values: Float64Array) => (place: number) => {
    const value = values[place]!
    return Number.isNaN(value) ? undefined : value
  }
  return [
    ...placed<number>((place) => jobs[place]!),
    text("status", (place) => (ledger.status[place] === 0 ? undefined : Ledger.statusAt(ledger, place))),
    ...measures.map(({ id }, i) => number(scoreColumn(id), numberIn(ledger.scores[i]!))),
    text("undefined", (place) => ledger.reasons.get(place)),
    text("error", (place) => ledger.error.get(place)),
    text("fallback", (place) => ledger.fallback.get(place)),
    count("epochs", numberIn(ledger.epochs)),
    count("keptEpoch", numberIn(ledger.keptEpoch)),
    text("engine", (place) => ledger.engine.get(place)),
    number("seconds", numberIn(ledger.seconds)),
    count("at", (place) => (ledger.at[place] === 0 ? undefined : ledger.at[place]))
  ]
}

/** A term is a column that reaches a model, a feature the column of the task that it was made of. */
const terms = <Row extends FeatureTable.Coefficient | FeatureTable.Gain>(): ReadonlyArray<Described<Row>> => {
  const { text } = typed<Row>()
  return [...placed<Row>((row) => row), text("term", ({ column }) => column), text("feature", ({ feature }) => feature)]
}

const ofCoefficients = typed<FeatureTable.Coefficient>()
const ofGains = typed<FeatureTable.Gain>()

/** A table of what models say of their features: its columns, and its rows of a result. */
export interface FeatureRows<Row> {
  readonly columns: ReadonlyArray<Described<Row>>
  readonly rows: FeatureTable.OfResults<Row>
}

/** The coefficients of all jobs. */
export const coefficients: FeatureRows<FeatureTable.Coefficient> = {
  columns: [
    ...terms<FeatureTable.Coefficient>(),
    ofCoefficients.text("level", ({ level }) => level),
    ofCoefficients.number("value", ({ value }) => value),
    ofCoefficients.number("perSd", ({ perSd }) => perSd)
  ],
  rows: FeatureTable.coefficients
}

/** What splits gained in all jobs. */
export const importance: FeatureRows<FeatureTable.Gain> = {
  columns: [
    ...terms<FeatureTable.Gain>(),
    ofGains.number("gain", ({ gain }) => gain),
    ofGains.number("share", ({ share }) => share),
    ofGains.count("splits", ({ splits }) => splits)
  ],
  rows: FeatureTable.importance
}

const textOf = (value: string | number | undefined): string =>
  value === undefined ? "" : Object.is(value, -0) ? "-0" : String(value)

/**
 * Writes rows, some at a time, as CSV and of that as Parquet, and gives the SHA-256 of the second; without `keep` the first goes
 * again.
 */
export const write = Effect.fnUntraced(function* <Row>(
  { csv, keep, parquet }: { readonly csv: string; readonly parquet: string; readonly keep: boolean },
  writer: TableWriter.Writer,
  columns: ReadonlyArray<Described<Row>>,
  chunks: Iterable<ReadonlyArray<Row>>
) {
  const fs = yield* FileSystem.FileSystem
  const unfinished = WholeFile.partial(csv)
  const lines = Effect.gen(function* () {
    const file = yield* fs.open(unfinished, { flag: "w" })
    yield* file.writeAll(Buffer.from(Csv.line(columns.map(({ name }) => name))))
    for (const rows of chunks) {
      const some = rows.map((row) => Csv.line(columns.map(({ of }) => textOf(of(row)))))
      yield* file.writeAll(Buffer.from(some.join("")))
    }
  })
  yield* Effect.gen(function* () {
    yield* Effect.scoped(lines)
    yield* writer.parquetOfCsv(
      parquet,
      unfinished,
      columns.map(({ name, type }) => [name, type] as const)
    )
    yield* keep ? fs.rename(unfinished, csv) : fs.remove(unfinished)
  }).pipe(Effect.onError(() => Effect.ignore(fs.remove(unfinished, { force: true }))))
  return Checked.digest(yield* fs.readFile(parquet))
})
