/**
 * The results of a run as they come: counted, and aggregated where they changed.
 */
import { byTrainSubsets } from "@rocflow/report/ReportModel"
import type * as Job from "@rocflow/resampling/Job"
import type * as Ledger from "@rocflow/resampling/Ledger"
import type * as RunDirectory from "@rocflow/resampling/RunDirectory"
import * as Score from "@rocflow/resampling/Score"
import * as Segments from "@rocflow/resampling/Segments"

/** A result without what grows with its training. */
export type Brief = Omit<Ledger.Entry, "training">

/** How one training went, of a job that is finished or not. */
export interface Curve {
  readonly id: string
  readonly job: Brief["job"]
  readonly history: (Job.Result["training"] & {})["history"]
  /** The epoch whose weights the model has, where training was validated. */
  readonly kept?: number
}

/** A cell of the score table: its splits that are finished, of so many. */
export interface Cell {
  readonly aggregate: Score.AggregateRow
  readonly planned: number
  readonly members: ReadonlyArray<Brief>
}

/** A cell that is being filled; it is aggregated when it is asked for. */
interface Open {
  readonly place: Brief["job"]
  planned: number
  /** By their places in the design. */
  readonly members: Map<number, Brief>
  cell: Cell | undefined
}

/** Jobs of a learner on a task that failed with one message. */
export interface Failure {
  readonly first: Brief
  readonly count: number
}

/** Results so far. */
export interface Tally {
  /** The cells of the design, whether they have scores or not. */
  readonly plan: ReadonlyArray<Score.Cell>
  /** Takes records in; of several of a job the better one counts. */
  readonly add: (records: Iterable<Ledger.Entry>) => void
  readonly result: (id: string) => Brief | undefined
  readonly finished: () => number
  /** Those that have scores, in the order of the design. */
  readonly cells: () => ReadonlyArray<Cell>
  readonly failures: () => ReadonlyArray<Failure>
  /** The last ones, in the order in which they were stored. */
  readonly last: () => ReadonlyArray<Brief>
  /** How the last trainings went, the newest first. */
  readonly curves: () => ReadonlyArray<Curve>
}

/** How many results the log has. */
const logged = 200

/** How many trainings are kept. */
const curvesKept = 4

const byTime = (a: Brief, b: Brief): number => (a.at ?? 0) - (b.at ?? 0)

/** Begins to count the results of a run. */
export const make = ({ jobs, measures }: Pick<RunDirectory.Manifest, "jobs" | "measures">): Tally => {
  const ids = measures.map(({ id }) => id)
  const places = new Map(jobs.map(({ id }, place) => [id, place]))
  /** Results by their places in the design. */
  const results = jobs.map((): Brief | undefined => undefined)
  let finished = 0
  const found = new Map<string, Open>()
  const cellAt = jobs.map(({ job }) => {
    const key = Score.cellKey(job)
    const cell = found.get(key) ?? { place: job, planned: 0, members: new Map(), cell: undefined }
    found.set(key, cell)
    cell.planned += 1
    return cell
  })
  const cells = [...found.values()].toSorted((a, b) => byTrainSubsets(a.place, b.place))
  let last: ReadonlyArray<Brief> = []
  let curves: ReadonlyArray<Curve & { readonly at: number }> = []

  const take = (record: Ledger.Entry): Brief | undefined => {
    const place = places.get(record.id)
    if (place === undefined) return undefined
    // Tasks and learners may have got other names since it was written.
    const { job } = jobs[place]!
    const { at, error, fallback, id, scores, seconds, status, training } = record
    const brief: Brief = {
      id,
      job,
      status,
      scores,
      seconds,
      ...(at === undefined ? {} : { at }),
      ...(error === undefined ? {} : { error }),
      ...(fallback === undefined ? {} : { fallback })
    }
    const known = results[place]
    if (known !== undefined && Segments.better(known, brief) === known) return undefined
    results[place] = brief
    if (known === undefined) finished += 1
    const cell = cellAt[place]!
    cell.members.set(place, brief)
    cell.cell = undefined
    if (training !== undefined && training.history.length > 0) {
      const kept = training.best === undefined ? {} : { kept: training.kept }
      const curve = { id, job, history: training.history, ...kept, at: at ?? 0 }
      curves = [curve, ...curves.filter((other) => other.id !== id)]
        .toSorted((a, b) => b.at - a.at)
        .slice(0, curvesKept)
    }
    return brief
  }

  const aggregated = ({ members, planned }: Open): Cell => {
    // Their order decides the last digit of a sum.
    const own = Array.from(Int32Array.from(members.keys()).sort(), (place) => members.get(place)!)
    return { planned, members: own, aggregate: Score.aggregate(Score.table(own, ids))[0]! }
  }

  return {
    plan: cells.map(({ place }) => place),
    add: (records) => {
      const taken = new Map<string, Brief>()
      for (const record of records) {
        const brief = take(record)
        if (brief !== undefined) taken.set(record.id, brief)
      }
      last = [...last.filter(({ id }) => !taken.has(id)), ...taken.values()].toSorted(byTime).slice(-logged)
    },
    result: (id) => results[places.get(id) ?? -1],
    finished: () => finished,
    cells: () => cells.flatMap((cell) => (cell.members.size === 0 ? [] : [(cell.cell ??= aggregated(cell))])),
    failures: () => {
      const found = new Map<string, Failure>()
      for (const result of results) {
        if (result?.status !== "failed") continue
        const key = JSON.stringify([result.job.task, result.job.learner, result.error?.message])
        const known = found.get(key)
        found.set(key, { first: known?.first ?? result, count: 1 + (known?.count ?? 0) })
      }
      return [...found.values()]
    },
    last: () => last,
    curves: () => curves
  }
}
