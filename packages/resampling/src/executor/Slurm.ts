/**
 * Runs jobs as arrays of tasks on a cluster with SLURM, over a directory that all its nodes see.
 *
 * Jobs are dealt out into chunks that take about as long, one for each task of an array, and one array is submitted at a
 * time. A task runs its chunk by the code that every executor uses and stores results in the directory, so the numbers are
 * those of a run in one process. What waits or runs in the queue belongs to the run, not to this process: if it ends, a
 * second start takes up what there is. A job is done when its result is there, whatever SLURM says.
 *
 * Jobs whose task was lost are submitted again, those that hit a limit with twice the time or memory.
 */
import * as Events from "@rocflow/core/learning/Events"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Path from "effect/Path"
import { type Handlers, type Executor, withFiles } from "../Executor.ts"
import * as Job from "../Job.ts"
import type * as RunDirectory from "../RunDirectory.ts"
import * as Segments from "../Segments.ts"
import * as Chunks from "./Chunks.ts"
import { explain, failed, nextNeeds, stopped } from "./slurm/again.ts"
import { type Fate, look, type Looked } from "./slurm/look.ts"
import type { Options } from "./slurm/Options.ts"
import * as Queue from "./slurm/Queue.ts"
import { submit } from "./slurm/submit.ts"
import * as Submission from "./slurm/Submission.ts"

export type { Options } from "./slurm/Options.ts"

declare module "@rocflow/core/learning/Events" {
  interface Kinds {
    /** An array was submitted: so many jobs in so many tasks. */
    readonly Submitted: { readonly array: string; readonly tasks: number; readonly jobs: number }
    /** So many tasks wait and run; the reason is SLURM's. */
    readonly QueueSeen: { readonly pending: number; readonly running: number; readonly reason: string }
  }
}

const execute = Effect.fnUntraced(function* <R>(
  options: Options,
  jobs: ReadonlyArray<Job.Job<unknown>>,
  handlers: Handlers<R>
) {
  if (jobs.length === 0) return
  const { directory } = handlers
  const most = options.attempts ?? 4
  const open = new Map(jobs.map((job) => [job.id, job]))
  const begun = new Set<string>()
  const attempts = new Map<string, number>()
  /** How often a job was seen without a future and without a result: the directory may be slower than the queue. */
  const doubts = new Map<string, number>()
  const waiting = new Map<string, Submission.Needs>()
  const base: Submission.Needs = {
    ...(options.time === undefined ? {} : { time: options.time }),
    ...(options.memory === undefined ? {} : { memory: options.memory })
  }
  yield* Queue.require(directory)
  let submissions = yield* Submission.all(directory)
  const fresh = Segments.follow(directory)
  const stored = yield* fresh
  const length = Chunks.expectedLength(stored)

  const begin = Effect.fnUntraced(function* (job: Job.Job<unknown>) {
    if (begun.has(job.id)) return
    begun.add(job.id)
    yield* handlers.onBegin(job)
  })
  const end = Effect.fnUntraced(function* (result: Job.Result) {
    open.delete(result.id)
    waiting.delete(result.id)
    yield* handlers.onEnd(result)
  })
  const fail = Effect.fnUntraced(function* (job: Job.Job<unknown>, fate: Fate, message: string) {
    const result = failed(job, fate, message)
    yield* handlers.store(result)
    yield* end(result)
  })

  const take = Effect.fnUntraced(function* (results: ReadonlyArray<Job.Result>) {
    for (const result of results) {
      const job = open.get(result.id)
      if (job === undefined) continue
      yield* begin(job)
      yield* end({ ...result, job: Job.columns(job) })
    }
  })

  /** What an earlier start left: results that came since, and jobs that are not in the queue any more. */
  const takeUp = Effect.fnUntraced(function* () {
    yield* take(stored.filter(({ status }) => status === "ok"))
    const { jobs: found } = yield* look(directory, submissions, new Set(open.keys()))
    for (const { id } of open.values()) {
      const looked = found.get(id)
      if (looked?.fate === "pending" || looked?.fate === "running") continue
      waiting.set(id, (looked && nextNeeds(options, looked)) ?? base)
    }
  })

  /** Goes on with a job that has no result by what became of it. */
  const follow = Effect.fnUntraced(function* (job: Job.Job<unknown>, looked: Looked) {
    const { fate } = looked
    if (looked.begun) yield* begin(job)
    if (fate === "pending" || fate === "running") return doubts.delete(job.id)
    const doubt = (doubts.get(job.id) ?? 0) + 1
    doubts.set(job.id, doubt)
    if (doubt < 2) return
    if (looked.broken !== undefined || fate === "cancelled") return yield* stopped(directory, looked)
    doubts.delete(job.id)
    if (fate === "open") return waiting.set(job.id, nextNeeds(options, looked) ?? base)
    const times = (attempts.get(job.id) ?? 0) + 1
    attempts.set(job.id, times)
    const needs = nextNeeds(options, looked)
    if (needs === undefined || times >= most) return yield* fail(job, fate, explain(fate, looked, times))
    waiting.set(job.id, needs)
  })

  const submitWaiting = Effect.fnUntraced(function* () {
    const groups = Map.groupBy(waiting, ([, needs]) => JSON.stringify(needs))
    const made: Array<Submission.Submission> = []
    for (const group of groups.values()) {
      const [[, needs]] = group as [[string, Submission.Needs]]
      const own = group.map(([id]) => open.get(id)!)
      for (const { id } of own) waiting.delete(id)
      const refused = (error: RunDirectory.RunError) =>
        Effect.forEach(own, (job) => fail(job, "lost", error.message), { discard: true })
      const again = own.every(({ id }) => attempts.has(id))
      const submitted = submit(options, directory, own, needs, length)
      const submission = yield* again ? Effect.catchTag(submitted, "RunError", refused) : submitted
      if (submission !== undefined) made.push(submission)
    }
    submissions = [...submissions, ...made]
  })

  yield* takeUp()
  const [first, longest] = options.looks ?? [1, 10]
  let wait = first
  let shown = ""
  while (open.size > 0) {
    const seen = yield* look(directory, submissions, new Set([...open.keys()].filter((id) => !waiting.has(id))))
    for (const submission of seen.news) yield* Submission.writeEnded(directory, submission.number, submission.ended)
    const news = new Map(seen.news.map((submission) => [submission.number, submission]))
    submissions = submissions.map((submission) => news.get(submission.number) ?? submission)
    // Read after the queue was asked: what a task stored before it ended is there.
    yield* take(yield* fresh)
    for (const [id, looked] of seen.jobs) {
      const job = open.get(id)
      if (job !== undefined) yield* follow(job, looked)
    }
    // As long as others wait, the nodes have work: what has to be repeated is collected for one array.
    if (waiting.size > 0 && seen.queue.pending === 0) yield* submitWaiting()
    const line = JSON.stringify(seen.queue)
    if (line !== shown) yield* Events.emit({ _tag: "QueueSeen", ...seen.queue })
    shown = line
    if (open.size > 0) yield* Effect.sleep(wait * 1000)
    wait = Math.min(longest, wait * 1.3)
  }
})

/** Runs jobs on a cluster with SLURM. @category layers */
export const layer = (options: Options): Layer.Layer<Executor, never, FileSystem.FileSystem | Path.Path> =>
  withFiles("slurm", (jobs, handlers) => execute(options, jobs, handlers))
