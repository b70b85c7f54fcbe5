/**
 * What became of jobs that were submitted: what SLURM says of their tasks, joined with what the tasks wrote themselves.
 */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import type { RunFailure } from "../../RunDirectory.ts"
import * as Queue from "./Queue.ts"
import * as Submission from "./Submission.ts"

/**
 * What became of a job.
 *
 * - `ended`: its result was stored
 * - `open`: its task is over and did not come to it
 * - `lost`: its task is over, by a crash or with its node, and there is no result
 *
 * @category models
 */
export type Fate = "ended" | "pending" | "running" | "open" | "timed out" | "out of memory" | "lost" | "cancelled"

/** A job, where it was submitted last, and what became of it. @category models */
export interface Looked {
  readonly submission: Submission.Submission
  readonly task: number
  readonly fate: Fate
  readonly begun: boolean
  /** The script ended with an error before any job began: what it said last. */
  readonly broken: string | undefined
}

/** What a look at the queue gave. @category models */
export interface Look {
  /** By the ids of jobs; those that were never submitted are not there. */
  readonly jobs: ReadonlyMap<string, Looked>
  /** How many of the tasks wait and run, and why the first one waits. */
  readonly queue: { readonly pending: number; readonly running: number; readonly reason: string }
  /** Submissions of which more tasks are over than they remember. */
  readonly news: ReadonlyArray<Submission.Submission>
}

const over = (state: Queue.TaskState | undefined): state is Queue.TaskState =>
  state !== undefined && state !== "pending" && state !== "running"

/** The last line of what a task printed. */
const lastWords = Effect.fnUntraced(function* (directory: string, number: number, task: number) {
  const fs = yield* FileSystem.FileSystem
  const file = yield* Submission.file(directory, number, `${task}.log`)
  const text = yield* Effect.orElseSucceed(fs.readFileString(file), () => "")
  return text.trim().split("\n").at(-1) || "it printed nothing"
})

/** A task that is over stopped in the middle of a job; if it began none, it never came to any. */
const fateOf = (id: string, state: Queue.TaskState, journal: Submission.Journal, open: ReadonlyArray<string>): Fate => {
  if (journal.ended.has(id)) return "ended"
  const begun = journal.begun.has(id)
  if (state === "pending") return "pending"
  if (state === "running") return begun ? "running" : "pending"
  if (state === "cancelled") return state
  const stopped = begun || !open.some((other) => journal.begun.has(other))
  if (!stopped) return "open"
  return state === "completed" || state === "failed" ? "lost" : state
}

/** Looks what became of jobs. */
export const look = Effect.fnUntraced(function* (
  directory: string,
  submissions: ReadonlyArray<Submission.Submission>,
  ids: ReadonlySet<string>
): Effect.fn.Return<Look, RunFailure, FileSystem.FileSystem | Path.Path> {
  const tasks = new Map<string, { submission: Submission.Submission; task: number; jobs: Array<string> }>()
  const places = new Map<string, string>()
  for (const submission of submissions) {
    submission.chunks.forEach((chunk, task) => {
      const key = `${submission.array ?? `refused${submission.number}`}_${task}`
      tasks.set(key, { submission, task, jobs: [] })
      for (const id of chunk) if (ids.has(id)) places.set(id, key)
    })
  }
  for (const [id, key] of places) tasks.get(key)!.jobs.push(id)
  const wanted = [...tasks].filter(([, { jobs }]) => jobs.length > 0)
  const watched = wanted.filter(
    ([, { submission, task }]) => submission.array !== undefined && !submission.ended.has(task)
  )
  // Asked before the journals are read: a task that is over has written all of its own.
  const answer = yield* Queue.ask(watched.map(([key]) => key))

  const jobs = new Map<string, Looked>()
  const news = new Map<number, Map<number, Queue.TaskState>>()
  const queue = { pending: 0, running: 0, reason: "" }
  for (const [key, { jobs: own, submission, task }] of wanted) {
    const journal = yield* Submission.journal(directory, submission.number, task)
    const seen = answer?.get(key)
    const guess = journal.begun.size > 0 ? "running" : "pending"
    const state = submission.ended.get(task) ?? seen?.state ?? (answer === undefined ? guess : "lost")
    if (over(seen?.state)) {
      const ended = news.get(submission.number) ?? new Map(submission.ended)
      news.set(submission.number, ended.set(task, seen.state))
    }
    if (state === "pending") {
      queue.reason ||= seen?.reason ?? ""
      queue.pending += 1
    }
    if (state === "running") queue.running += 1
    const open = submission.chunks[task]!.filter((id) => !journal.ended.has(id))
    const silent = state === "failed" && journal.begun.size === 0
    const broken = journal.broken ?? (silent ? yield* lastWords(directory, submission.number, task) : undefined)
    for (const id of own) {
      const fate = submission.array === undefined ? "open" : fateOf(id, state, journal, open)
      jobs.set(id, { submission, task, fate, begun: journal.begun.has(id), broken })
    }
  }
  return {
    jobs,
    queue,
    news: submissions.flatMap((submission) => {
      const ended = news.get(submission.number)
      return ended === undefined ? [] : [{ ...submission, ended }]
    })
  }
})
