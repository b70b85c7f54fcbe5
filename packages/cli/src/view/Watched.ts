/**
 * A run that is watched: what its directory says, read as it grows.
 */
import * as FileProblem from "@rocflow/core/FileProblem"
import * as Compacted from "@rocflow/resampling/Compacted"
import * as Ledger from "@rocflow/resampling/Ledger"
import * as Manifest from "@rocflow/resampling/Manifest"
import * as JobStates from "@rocflow/resampling/executor/JobStates"
import * as Live from "@rocflow/resampling/Live"
import type * as Job from "@rocflow/resampling/Job"
import * as Run from "@rocflow/resampling/Run"
import * as RunDirectory from "@rocflow/resampling/RunDirectory"
import * as Segments from "@rocflow/resampling/Segments"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Path from "effect/Path"
import * as Tally from "./Tally.ts"

/** How it stands with a run. Times are in milliseconds since 1970. */
export type Phase =
  /** The directory was deleted. */
  | { readonly _tag: "Gone" }
  /** It holds no run yet. */
  | { readonly _tag: "Waiting" }
  | { readonly _tag: "Running" }
  /** All jobs have a result; so many failed. */
  | { readonly _tag: "Finished"; readonly failed: number }
  /** It was ended before all jobs had a result. */
  | { readonly _tag: "Stopped" }
  /** It ended before all jobs had a result, by an error that was no job's. */
  | { readonly _tag: "Broken"; readonly error: string }
  /** Who worked on it was killed, or cannot be seen any more. */
  | { readonly _tag: "Abandoned"; readonly since: number }

/** Jobs of a learner on a task, by their state. */
export interface Count {
  readonly task: string
  readonly learner: string
  readonly jobs: number
  readonly states: ReadonlyMap<JobStates.State, number>
}

/** A job that is being executed. */
export interface Doing {
  readonly id: string
  readonly job: typeof Job.Columns.Type
  readonly where: string
  readonly training: Live.Training
}

/** How fast jobs finish, and how many seconds are left at that. */
export interface Pace {
  readonly secondsEach: number
  readonly left: number
}

/** What is known of the run in a directory. */
export interface Known {
  readonly manifest: RunDirectory.Manifest
  readonly tally: Tally.Tally
  readonly counts: ReadonlyArray<Count>
  readonly doing: ReadonlyArray<Doing>
  readonly pace: Pace | undefined
  /** When the report was written; undefined if there is none. */
  readonly report: number | undefined
}

/** What a look at a directory gave. */
export interface Snapshot {
  readonly directory: string
  readonly phase: Phase
  /** What keeps from reading on; what is known is of before. */
  readonly problem: string | undefined
  readonly known: Known | undefined
  /** Grows with every result. */
  readonly version: number
}

/** How many of the jobs that are being executed are shown with their training. */
const shown = 8

/** Milliseconds between two questions to a queue, which others ask too. */
const patience = 15_000

/** By how many of the last results the pace goes. */
const paced = 50

/** Jobs a second, by the last results since somebody works on the run. */
export const paceOf = (
  last: ReadonlyArray<Tally.Brief>,
  open: number,
  began: number,
  now: number
): Pace | undefined => {
  const times = last.flatMap(({ at = 0 }) => (at >= began ? [at] : []))
  const from = times.length > paced ? times.at(-paced - 1)! : began
  const count = Math.min(paced, times.length)
  if (count === 0 || open === 0 || now <= from) return undefined
  const secondsEach = (now - from) / count / 1000
  return { secondsEach, left: secondsEach * open }
}

const phaseOf = (known: Omit<Known, "pace">, processes: Live.Look["processes"], error: string | undefined): Phase => {
  const { counts, manifest, tally } = known
  const count = (state: JobStates.State) => counts.reduce((sum, { states }) => sum + (states.get(state) ?? 0), 0)
  if (tally.finished() === manifest.jobs.length) return { _tag: "Finished", failed: count("failed") }
  const hearts = [...processes.values()]
  if (hearts.some(({ alive }) => alive) || count("running") + count("pending") > 0) return { _tag: "Running" }
  if (error !== undefined) return { _tag: "Broken", error }
  return hearts.length === 0
    ? { _tag: "Stopped" }
    : { _tag: "Abandoned", since: Math.max(...hearts.map(({ beat }) => beat)) }
}

const countsOf = (
  { jobs, learners, tasks }: RunDirectory.Manifest,
  tally: Tally.Tally,
  standings: ReadonlyMap<string, JobStates.Standing>
): ReadonlyArray<Count> => {
  const cells = new Map<string, { jobs: number; readonly states: Map<JobStates.State, number> }>()
  for (const { id, job } of jobs) {
    const key = `${job.task}\0${job.learner}`
    const cell = cells.get(key) ?? { jobs: 0, states: new Map<JobStates.State, number>() }
    const result = tally.result(id)
    const state =
      result === undefined ? (standings.get(id)?.state ?? "open") : result.status === "ok" ? "finished" : "failed"
    cell.jobs += 1
    cell.states.set(state, (cell.states.get(state) ?? 0) + 1)
    cells.set(key, cell)
  }
  return tasks.flatMap((task) =>
    learners.flatMap((learner) => {
      const cell = cells.get(`${task.id}\0${learner.id}`)
      return cell === undefined ? [] : [{ task: task.id, learner: learner.id, ...cell }]
    })
  )
}

/** What is followed: a design as it was read, and the results that came since. */
interface Followed {
  readonly design: string
  readonly manifest: RunDirectory.Manifest
  readonly tally: Tally.Tally
  readonly fresh: ReturnType<typeof Segments.follow>
}

/**
 * Refuses a directory that is none, and one that holds other things than a run.
 */
export const check = Effect.fnUntraced(function* (directory: string) {
  const fs = yield* FileSystem.FileSystem
  const refuse = (rule: string) =>
    new RunDirectory.RunError({
      directory,
      given: "the directory",
      rule,
      advice: "name the directory that `rocflow run` printed, or an empty one that will be its --out"
    })
  const info = yield* Effect.option(fs.stat(directory))
  if (Option.isNone(info)) return yield* refuse("does not exist")
  if (info.value.type !== "Directory") return yield* refuse("is a file")
  if ((yield* RunDirectory.readManifest(directory)) !== undefined) return
  yield* Effect.mapError(Run.checkEmpty(directory), () => refuse("holds other things and no run"))
})

/** Watches a directory: each look reads what came since the one before. */
export const make = (directory: string) => {
  let followed: Followed | undefined
  let version = 0
  let standings: ReadonlyMap<string, JobStates.Standing> = new Map()
  let asked = 0
  let before: Snapshot = { directory, phase: { _tag: "Waiting" }, problem: undefined, known: undefined, version }

  /** When a file was written; undefined if it is not there. */
  const written = Effect.fnUntraced(function* (name: string) {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const info = yield* Effect.option(fs.stat(path.join(directory, name)))
    if (Option.isNone(info)) return undefined
    const { ino, mtime, size } = info.value
    const at = Option.match(mtime, { onNone: () => 0, onSome: (time) => time.getTime() })
    return { at, key: [Option.getOrUndefined(ino), at, size].join() }
  })

  const read = Effect.fnUntraced(function* () {
    const design = yield* written("design.json")
    if (design === undefined) {
      followed = undefined
      return undefined
    }
    if (followed?.design === design.key) return followed
    const manifest = yield* RunDirectory.requireManifest(directory)
    const tally = Tally.make(manifest)
    // Of very many results the table is read at once; the curves of their trainings are in the segments alone.
    const many = Manifest.jobCount(manifest) >= (yield* Compacted.Least)
    const table = many ? yield* Compacted.table(directory, manifest) : undefined
    if (table !== undefined) tally.add(Ledger.entries(table.ledger, manifest))
    followed = { design: design.key, manifest, tally, fresh: Segments.follow(directory, table?.ends) }
    version += 1
    return followed
  })

  const doingOf = Effect.fnUntraced(function* (manifest: RunDirectory.Manifest, tally: Tally.Tally, look: Live.Look) {
    const alive = look.doing.filter(
      ({ id, process }) => look.processes.get(process)?.alive === true && tally.result(id) === undefined
    )
    const first = new Map(alive.slice(0, shown).map((each) => [each.id, each]))
    const jobs = manifest.jobs.filter(({ id }) => first.has(id))
    const found = yield* Effect.forEach(jobs, ({ id, job }) => {
      const each = first.get(id)!
      return Effect.map(Live.training(directory, each), (training) =>
        training === undefined ? [] : [{ id, job, where: each.process, training }]
      )
    })
    return found.flat()
  })

  const look = Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    if (!(yield* fs.exists(directory))) {
      followed = undefined
      return { ...before, phase: { _tag: "Gone" }, problem: undefined } satisfies Snapshot
    }
    const open = yield* read()
    if (open === undefined) {
      return { directory, phase: { _tag: "Waiting" }, problem: undefined, known: undefined, version } satisfies Snapshot
    }
    const { fresh, manifest, tally } = open
    const records = yield* fresh
    if (records.length > 0) {
      tally.add(records)
      version += 1
    }
    const left = manifest.jobs.flatMap(({ id }) => (tally.result(id) === undefined ? [id] : []))
    const living = yield* Live.look(directory)
    const now = yield* Clock.currentTimeMillis
    const queues = yield* Effect.forEach(["slurm", "workers/queue.json"], (name) =>
      fs.exists(path.join(directory, name))
    )
    if (now - asked >= patience || !queues.includes(true)) {
      standings = yield* JobStates.of(directory, left, [])
      asked = now
    }
    const known = {
      manifest,
      tally,
      counts: countsOf(manifest, tally, standings),
      doing: yield* doingOf(manifest, tally, living),
      report: (yield* written("report.html"))?.at
    }
    const phase = phaseOf(known, living.processes, yield* Live.errorOf(directory))
    const alive = [...living.processes.values()].filter((each) => each.alive)
    const began = Math.min(...alive.map((each) => each.began))
    const pace = alive.length === 0 ? undefined : paceOf(tally.last(), left.length, began, now)
    return { directory, phase, problem: undefined, known: { ...known, pace }, version } satisfies Snapshot
  })

  return {
    /** Looks at the directory. What cannot be read is told, and what was known stays. */
    look: look.pipe(
      Effect.catch((error) => Effect.succeed({ ...before, problem: FileProblem.messageOf(error) } satisfies Snapshot)),
      Effect.tap((snapshot) =>
        Effect.sync(() => {
          before = snapshot
        })
      )
    )
  }
}
