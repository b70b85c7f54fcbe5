/**
 * How far a run has come: its jobs counted by task, learner and state.
 */
import * as Column from "@rocflow/core/data/Column"
import * as Database from "@rocflow/core/data/Database"
import * as Effect from "effect/Effect"
import * as Compacted from "./Compacted.ts"
import * as JobStates from "./executor/JobStates.ts"
import type * as Manifest from "./Manifest.ts"
import * as Run from "./Run.ts"
import * as RunDirectory from "./RunDirectory.ts"

/** The jobs of a learner on a task. @category models */
export interface Cell {
  readonly task: string
  readonly learner: string
  readonly jobs: number
  /** Jobs in each state. */
  readonly states: Readonly<Record<JobStates.State, number>>
  /** Seconds of its results together. */
  readonly seconds: number
}

/** @category models */
export interface Status {
  readonly manifest: Manifest.Manifest
  /** By task, then by learner. */
  readonly cells: ReadonlyArray<Cell>
  /** Why jobs failed, each reason once. */
  readonly failures: ReadonlyArray<string>
}

/** Jobs with something in common, counted. */
interface Counted {
  readonly task: string
  readonly learner: string
  readonly state: JobStates.State
  readonly jobs: number
  readonly seconds: number
}

const cells = (manifest: Manifest.Manifest, counted: ReadonlyArray<Counted>): ReadonlyArray<Cell> => {
  const byCell = Map.groupBy(counted, ({ learner, task }) => `${task}\0${learner}`)
  return manifest.tasks.flatMap(({ id: task }) =>
    manifest.learners.map(({ id: learner }) => {
      const own = byCell.get(`${task}\0${learner}`) ?? []
      const sum = (some: ReadonlyArray<Counted>) => some.reduce((total, { jobs }) => total + jobs, 0)
      const states = JobStates.states.map((name) => [name, sum(own.filter(({ state }) => state === name))])
      return {
        task,
        learner,
        jobs: sum(own),
        states: Object.fromEntries(states) as Cell["states"],
        seconds: own.reduce((total, { seconds }) => total + seconds, 0)
      }
    })
  )
}

/** Counts the jobs of a run by its results, one by one. */
const ofResults = Effect.fnUntraced(function* (directory: string) {
  const { manifest, results } = yield* Run.read(directory)
  const standings = yield* JobStates.of(
    directory,
    manifest.jobs.map(({ id }) => id),
    results
  )
  const seconds = new Map(results.map((result) => [result.id, result.seconds]))
  const counted = manifest.jobs.map(({ id, job: { learner, task } }) => ({
    task,
    learner,
    state: standings.get(id)!.state,
    jobs: 1,
    seconds: seconds.get(id) ?? 0
  }))
  const failures = new Set(results.flatMap(({ error }) => (error === undefined ? [] : [error.message])))
  return { manifest, cells: cells(manifest, counted), failures: [...failures] } satisfies Status
})

/** A result that came since counts, unless it is the failure of a job that had succeeded. */
const joined = `
  SELECT compacted.id, task, learner,
    CASE WHEN came THEN since.status ELSE compacted.status END AS status,
    CASE WHEN came THEN since.seconds ELSE compacted.seconds END AS seconds,
    CASE WHEN came THEN since.error ELSE compacted.error END AS error
  FROM compacted LEFT JOIN (SELECT *, true AS came FROM since) since
    ON compacted.id = since.id AND NOT (coalesce(compacted.status, '') = 'ok' AND since.status = 'failed')`

/** Counts the jobs of a run in its table, and what came since. */
const ofCompacted = Effect.fnUntraced(function* (
  directory: string,
  manifest: Manifest.Manifest,
  { file, since }: Compacted.Compacted
) {
  const database = yield* Database.open
  yield* database.view(
    "compacted",
    `SELECT id, task, learner, status, seconds, error FROM read_parquet(${Database.path(file)})`
  )
  yield* database.table("since", [
    ["id", Column.text(since.map(({ id }) => id))],
    ["status", Column.text(since.map(({ status }) => status))],
    ["error", Column.text(since.map(({ error }) => error?.message))],
    ["seconds", Column.numeric(since.map(({ seconds }) => seconds))]
  ])
  yield* database.view("jobs", joined)
  const counts = yield* database.query(
    "SELECT task, learner, status, count(*)::DOUBLE, sum(seconds) FROM jobs WHERE status IS NOT NULL GROUP BY ALL"
  )
  const open = yield* database.query("SELECT id, task, learner FROM jobs WHERE status IS NULL")
  const failures = yield* database.query("SELECT DISTINCT error FROM jobs WHERE error IS NOT NULL ORDER BY error")
  const standings = yield* JobStates.of(
    directory,
    open.rows.map(([id]) => String(id)),
    []
  )
  const counted = [
    ...counts.rows.map(([task, learner, status, jobs, seconds]) => ({
      task: String(task),
      learner: String(learner),
      state: status === "ok" ? ("finished" as const) : ("failed" as const),
      jobs: Number(jobs),
      seconds: Number(seconds)
    })),
    ...open.rows.map(([id, task, learner]) => ({
      task: String(task),
      learner: String(learner),
      state: standings.get(String(id))!.state,
      jobs: 1,
      seconds: 0
    }))
  ]
  return {
    manifest,
    cells: cells(manifest, counted),
    failures: failures.rows.map(([error]) => String(error))
  } satisfies Status
}, Effect.scoped)

/**
 * Counts the jobs of a run, finished or not. Of a run that was compacted, only what came since is read job by job. Errors: those
 * of reading a run.
 */
export const of = Effect.fnUntraced(function* (directory: string) {
  const manifest = yield* RunDirectory.requireManifest(directory)
  const compacted = yield* Compacted.open(directory, manifest)
  return yield* compacted === undefined ? ofResults(directory) : ofCompacted(directory, manifest, compacted)
})
