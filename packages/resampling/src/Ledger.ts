/**
 * What the results of a run say in its tables, column by column in the order of the design: a million of them take no million
 * objects.
 */
import * as Excerpt from "@rocflow/core/Excerpt"
import * as Measure from "@rocflow/core/learning/Measure"
import type * as FeatureUse from "./FeatureUse.ts"
import type * as Job from "./Job.ts"
import type * as Manifest from "./Manifest.ts"
import type * as Score from "./Score.ts"
import * as Segments from "./Segments.ts"

/** The statuses, as numbers in their order. */
export const statuses = ["open", "ok", "failed"] as const

/** Texts that few jobs have, by the place of the job. */
type Texts = Map<number, string>

/** Results by the places of their jobs. A number that is not there is NaN. @category models */
export interface Ledger {
  /** Places in `statuses`. */
  readonly status: Uint8Array
  /** A column for each measure of the design. */
  readonly scores: ReadonlyArray<Float64Array>
  /** Why scores are undefined, by measure, as JSON. */
  readonly reasons: Texts
  readonly error: Texts
  readonly fallback: Texts
  readonly engine: Texts
  /** What models say of their features, of jobs whose models say something. */
  readonly features: Map<number, FeatureUse.Kept>
  readonly epochs: Float64Array
  readonly keptEpoch: Float64Array
  readonly seconds: Float64Array
  /** What decides whether another record counts in the place of one: see `Segments.replaces`. */
  readonly at: Float64Array
  readonly measures: Int32Array
}

/** Texts are cut at so many characters: a line of CSV has an end. */
const most = 100_000

const reasonsOf = (scores: Job.Result["scores"]): string | undefined => {
  const found = Object.entries(scores).flatMap(([id, score]) =>
    typeof score === "number" ? [] : [[id, Excerpt.of(score.reason, most)] as const]
  )
  return found.length === 0 ? undefined : JSON.stringify(Object.fromEntries(found))
}

type Of = Pick<Manifest.Manifest, "measures">

/** A ledger of a design without results. @category constructors */
export const make = (jobs: number, { measures }: Of): Ledger => {
  const none = () => new Float64Array(jobs).fill(Number.NaN)
  return {
    status: new Uint8Array(jobs),
    scores: measures.map(none),
    reasons: new Map(),
    error: new Map(),
    fallback: new Map(),
    engine: new Map(),
    features: new Map(),
    epochs: none(),
    keptEpoch: none(),
    seconds: none(),
    at: new Float64Array(jobs),
    measures: new Int32Array(jobs)
  }
}

const write = (texts: Texts, place: number, text: string | undefined): void => {
  if (text === undefined) texts.delete(place)
  else texts.set(place, text)
}

/** Whether the job at a place gave a result, failed, or is open. */
export const statusAt = ({ status }: Ledger, place: number): Score.Status => statuses[status[place] as 0 | 1 | 2]

/** Enters the record of the job at a place, if it counts. */
export const put = (self: Ledger, place: number, record: Job.Result, { measures }: Of): void => {
  const [known, next] = [statusAt(self, place), Segments.worth(record)]
  if (
    known !== "open" &&
    !Segments.replaces(next, { status: known, measures: self.measures[place]!, at: self.at[place]! })
  ) {
    return
  }
  const { error, fallback, scores, seconds, status, training } = record
  self.status[place] = statuses.indexOf(status)
  for (const [j, { id }] of measures.entries()) {
    const score = scores[id]
    self.scores[j]![place] = typeof score === "number" ? score : Number.NaN
  }
  write(self.reasons, place, reasonsOf(scores))
  write(self.error, place, error && Excerpt.of(error.message, most))
  write(self.fallback, place, fallback)
  write(self.engine, place, training?.engine)
  const { coefficients, importance } = record
  if (coefficients === undefined && importance === undefined) self.features.delete(place)
  else self.features.set(place, { ...(coefficients && { coefficients }), ...(importance && { importance }) })
  self.epochs[place] = training?.epochs ?? Number.NaN
  self.keptEpoch[place] = training?.kept ?? Number.NaN
  self.seconds[place] = seconds
  self.at[place] = next.at
  self.measures[place] = next.measures
}

/** Says of results that were not put in how many measures they have. */
export const weigh = ({ measures, reasons, scores }: Ledger): void => {
  for (let place = 0; place < measures.length; place++) {
    measures[place] = scores.reduce((sum, values) => sum + Number(!Number.isNaN(values[place]!)), 0)
  }
  for (const [place, why] of reasons) measures[place]! += Object.keys(JSON.parse(why) as object).length
}

/** How many jobs have a result. */
export const finished = ({ status }: Ledger): number => status.reduce((sum, code) => sum + Number(code > 0), 0)

/** A number that is there. */
const number = (value: number | undefined): number | undefined => (Number.isNaN(value) ? undefined : value)

/** What a record says besides what grows with its training. @category models */
export type Entry = Pick<
  Job.Result,
  "id" | "job" | "status" | "scores" | "fallback" | "seconds" | "at" | "training"
> & {
  readonly error?: { readonly message: string }
}

/** Gives what the ledger of a design says of each job that has a result, as records of them do. */
export const entries = function* (self: Ledger, { jobs, measures }: Manifest.Manifest): Iterable<Entry> {
  const ids = measures.map(({ id }) => id)
  for (const [place, { id, job }] of jobs.entries()) {
    const [status, error, fallback] = [statusAt(self, place), self.error.get(place), self.fallback.get(place)]
    if (status === "open") continue
    yield {
      id,
      job,
      status,
      scores: scoresAt(self, place, ids),
      seconds: self.seconds[place]!,
      at: self.at[place]!,
      ...(error === undefined ? {} : { error: { message: error } }),
      ...(fallback === undefined ? {} : { fallback })
    }
  }
}

/** Gives what a score table says of the job at a place. */
export const resultAt = (self: Ledger, place: number, job: Score.Row, ids: ReadonlyArray<string>): Score.JobResult => {
  const error = self.error.get(place)
  const scores = scoresAt(self, place, ids)
  return { job, status: statusAt(self, place), scores, ...(error === undefined ? {} : { error }) }
}

/** The scores of the job at a place by the ids of measures; those that it lacks are not there. */
export const scoresAt = (
  { reasons, scores }: Ledger,
  place: number,
  ids: ReadonlyArray<string>
): Readonly<Record<string, Score.Value>> => {
  const why = reasons.get(place)
  const undefined_ = why === undefined ? {} : (JSON.parse(why) as Readonly<Record<string, string>>)
  const found: Record<string, Score.Value> = {}
  for (const [j, id] of ids.entries()) {
    const value = number(scores[j]![place])
    if (value !== undefined) found[id] = value
    else if (undefined_[id] !== undefined) found[id] = Measure.undefinedBecause(undefined_[id])
  }
  return found
}
