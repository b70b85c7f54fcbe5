/**
 * Where each job of a run stands: its results, joined with what processes, clusters and workers say. "Finished" and "failed" are jobs
 * with a result, and no others.
 */
import * as Events from "@rocflow/core/learning/Events"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import * as Result from "effect/Result"
import type * as Job from "../Job.ts"
import * as Live from "../Live.ts"
import type { RunFailure } from "../RunDirectory.ts"
import * as Link from "./queue/Link.ts"
import * as Round from "./pull/Round.ts"
import { look } from "./slurm/look.ts"
import * as Submission from "./slurm/Submission.ts"

/**
 * Where a job stands, in the order in which it is told. "open": nobody has it now.
 * @category models
 */
export const states = [
  "finished",
  "failed",
  "running",
  "pending",
  "timed out",
  "out of memory",
  "lost",
  "cancelled",
  "open"
] as const
/** Where a job stands. @category models */
export type State = (typeof states)[number]

/** Where a job stands, and who has or had it, in words. @category models */
export interface Standing {
  readonly state: State
  readonly where: string
}

const ofSlurm = Effect.fnUntraced(function* (directory: string, ids: ReadonlySet<string>) {
  const submissions = yield* Submission.all(directory)
  const { jobs } = yield* look(directory, submissions, ids)
  return new Map(
    Array.from(jobs, ([id, { fate, submission, task }]): [string, Standing] => [
      id,
      {
        // A result that is not there is none, whatever the task wrote.
        state: fate === "ended" ? "lost" : fate,
        where: submission.array === undefined ? "" : `SLURM ${submission.array}_${task}`
      }
    ])
  )
})

const ofWorkers = Effect.fnUntraced(function* (directory: string, ids: ReadonlySet<string>) {
  const standings = new Map<string, Standing>()
  const round = yield* Round.newest(directory)
  if (round === undefined) return standings
  const { closed, leases } = yield* Round.progress(round)
  const now = yield* Clock.currentTimeMillis
  for (const id of round.jobs.filter((other) => ids.has(other))) {
    const lease = leases.get(id)
    if (lease === undefined) {
      standings.set(id, { state: closed ? "open" : "pending", where: "" })
      continue
    }
    const worker = yield* Round.holder(round, id, lease)
    // The clocks of two machines may differ.
    const silent = (yield* Round.silence(round, worker, now)) > 2 * round.lease
    standings.set(id, { state: silent ? "lost" : "running", where: worker })
  }
  return standings
})

/** What a queue says of jobs; where it cannot be reached, that is told, and nothing is known of them. */
const ofQueue = Effect.fnUntraced(function* (directory: string, ids: ReadonlySet<string>) {
  const standings = new Map<string, Standing>()
  const link = yield* Link.read(directory)
  if (link === undefined || ids.size === 0) return standings
  const opened = yield* Effect.result(Link.open(directory))
  if (Result.isFailure(opened)) {
    yield* Events.emit({ _tag: "QueueTrouble", message: opened.failure.message })
    return standings
  }
  const { queue, run } = opened.success!
  const closed = (yield* queue.state(run)) !== "open"
  for (const { done, id, silent, worker } of yield* queue.standings(run)) {
    if (!ids.has(id)) continue
    if (done) standings.set(id, { state: "running", where: `${worker} is done; \`rocflow run\` takes over the result` })
    else if (worker === null) standings.set(id, { state: closed ? "open" : "pending", where: "" })
    else standings.set(id, { state: silent ? "lost" : "running", where: worker })
  }
  return standings
}, Effect.scoped)

/** What processes show that execute jobs: who is killed at one leaves it. */
const ofProcesses = ({ doing, processes }: Live.Look) => {
  const standings = new Map<string, Standing>()
  for (const { id, process } of doing) {
    const alive = processes.get(process)?.alive === true
    // A job that was lost may have been begun again.
    if (standings.get(id)?.state !== "running") {
      standings.set(id, { state: alive ? "running" : "lost", where: process })
    }
  }
  return standings
}

/** Says where each of the jobs given stands. */
export const of = Effect.fnUntraced(function* (
  directory: string,
  ids: ReadonlyArray<string>,
  results: ReadonlyArray<Pick<Job.Result, "id" | "status">>
): Effect.fn.Return<ReadonlyMap<string, Standing>, RunFailure, FileSystem.FileSystem | Path.Path> {
  const finished = new Map(results.map(({ id, status }) => [id, status]))
  const open = new Set(ids.filter((id) => !finished.has(id)))
  const slurm = yield* ofSlurm(directory, open)
  const workers = yield* ofWorkers(directory, open)
  const queued = yield* ofQueue(directory, open)
  const processes = ofProcesses(yield* Live.look(directory))
  return new Map(
    ids.map((id): [string, Standing] => {
      const status = finished.get(id)
      if (status !== undefined) return [id, { state: status === "ok" ? "finished" : "failed", where: "" }]
      const shown = processes.get(id)
      // A cluster knows more of what was lost than that it was, and its names are those that its own commands take.
      const found = [slurm.get(id), workers.get(id), queued.get(id), shown].filter((standing) => standing !== undefined)
      if (shown?.state === "running") return [id, found.find(({ state }) => state === "running")!]
      return [id, found.find(({ state }) => state !== "open") ?? { state: "open", where: "" }]
    })
  )
})
