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
import * as Result from "effect/Result"
import { Executor, type Handlers } from "../Executor.ts"
import * as Job from "../Job.ts"
import * as RunDirectory from "../RunDirectory.ts"
import * as Chunks from "./Chunks.ts"
import { type Fate, look, type Looked } from "./slurm/look.ts"
import * as Queue from "./slurm/Queue.ts"
import * as Script from "./slurm/script.ts"
import * as Submission from "./slurm/Submission.ts"

declare module "@rocflow/core/learning/Events" {
  interface Kinds {
    /** An array was submitted: so many jobs in so many tasks. */
    readonly Submitted: { readonly array: string; readonly tasks: number; readonly jobs: number }
    /** So many tasks wait and run; the reason is SLURM's. */
    readonly QueueSeen: { readonly pending: number; readonly running: number; readonly reason: string }
  }
}

/** What tasks are given, and how they are submitted. @category models */
export interface Options {
  /** The experiment file, as every node finds it. */
  readonly experiment: string
  /** The words of the command that runs a chunk, of a submission of a run: it calls `executor/slurm/chunk`. */
  readonly command: (directory: string, submission: number) => ReadonlyArray<string>
  readonly partition?: string
  readonly account?: string
  /** Minutes that a task may take. Default: what the partition gives; then a task that is late is not tried again. */
  readonly time?: number
  /** Megabytes that a task may use. Default: what the partition gives; then a task that needs more is not tried again. */
  readonly memory?: number
  /** Cores of a task, each with a process that runs jobs. Default 1. */
  readonly cpus?: number
  /** How many tasks of an array may run at once. Default: as many as there is room for. */
  readonly maxParallel?: number
  /** How many jobs a task has, on average. Default: as many as give 100 tasks, or `maxParallel` if that is more. */
  readonly chunk?: number
  /** The script of a task, in which `{{command}}` is replaced. Default: nothing but the command. */
  readonly template?: string
  /** Seconds between two looks at the queue: at first, and at most. Default 1 and 10. */
  readonly looks?: readonly [first: number, most: number]
  /** How often a job is submitted in a start before it counts as failed. Default 4. */
  readonly attempts?: number
}

const tags: Partial<Readonly<Record<Fate, string>>> = { "timed out": "TimedOut", "out of memory": "OutOfMemory" }

/** Tells why a job has no result. */
const explain = (fate: Fate, { submission, task }: Looked, times: number): string => {
  const where = `task ${task} of SLURM's array ${submission.array}`
  const tried = times === 1 ? "" : ` (tried ${times} times)`
  const { memory, time } = submission.needs
  if (fate === "timed out") {
    const limit = time === undefined ? "of its partition" : `of ${time} min`
    return `${where} was ended by the time limit ${limit}${tried}; give more --time and run again with --retry-failed`
  }
  if (fate === "out of memory") {
    const limit = memory === undefined ? "than its partition gives" : `than ${memory} MB`
    return `${where} needed more memory ${limit}${tried}; give more --memory and run again with --retry-failed`
  }
  return `${where} was lost${tried}: its node failed or it crashed; \`rocflow logs\` shows what it printed, then run again with --retry-failed`
}

const failed = (job: Job.Job<unknown>, fate: Fate, message: string): Job.Result => ({
  id: job.id,
  job: Job.columns(job),
  status: "failed",
  scores: {},
  error: { tag: tags[fate] ?? "WorkerLost", message },
  seconds: 0
})

/** What a job is given at its next submission; undefined if it needs more of what nobody gave a number of. */
const nextNeeds = (options: Options, { fate, submission }: Looked): Submission.Needs | undefined => {
  const raised = (given: number | undefined, before: number | undefined, factor: number): number | undefined =>
    given === undefined ? before && before * factor : Math.max(given, (before ?? 0) * factor)
  const time = raised(options.time, submission.needs.time, fate === "timed out" ? 2 : 1)
  const memory = raised(options.memory, submission.needs.memory, fate === "out of memory" ? 2 : 1)
  if ((fate === "timed out" && time === undefined) || (fate === "out of memory" && memory === undefined))
    return undefined
  return { ...(time === undefined ? {} : { time }), ...(memory === undefined ? {} : { memory }) }
}

const argumentsOf = (options: Options, needs: Submission.Needs, tasks: number, folder: string, name: string) => [
  `--job-name=${name}`,
  `--array=0-${tasks - 1}${options.maxParallel === undefined ? "" : `%${options.maxParallel}`}`,
  `--output=${folder}/%a.log`,
  "--open-mode=append",
  "--nodes=1",
  "--ntasks=1",
  `--cpus-per-task=${options.cpus ?? 1}`,
  ...(options.partition === undefined ? [] : [`--partition=${options.partition}`]),
  ...(options.account === undefined ? [] : [`--account=${options.account}`]),
  ...(needs.time === undefined ? [] : [`--time=${needs.time}`]),
  ...(needs.memory === undefined ? [] : [`--mem=${needs.memory}M`])
]

/** Submits jobs with equal needs as one array. */
const submit = Effect.fnUntraced(function* (
  options: Options,
  directory: string,
  jobs: ReadonlyArray<Job.Job<unknown>>,
  needs: Submission.Needs,
  length: (job: Job.Job<unknown>) => number
) {
  const path = yield* Path.Path
  const most = (yield* Queue.maxArraySize) ?? 1001
  const wanted =
    options.chunk === undefined ? Math.max(100, options.maxParallel ?? 0) : Math.ceil(jobs.length / options.chunk)
  const chunks = Chunks.balance(jobs, length, Math.min(wanted, most)).map((chunk) => chunk.map(({ id }) => id))
  const number = yield* Submission.make(directory)
  const script = Script.fill(
    options.template ?? Script.defaultTemplate,
    options.command(path.resolve(directory), number)
  )
  if (Result.isFailure(script)) {
    return yield* new RunDirectory.RunError({
      directory,
      given: "the template",
      rule: script.failure,
      advice: `begin with this one:\n${Script.defaultTemplate}`
    })
  }
  const content = { experiment: options.experiment, chunks, needs, processes: options.cpus ?? 1 }
  yield* Submission.write(directory, number, content, script.success)
  const folder = path.resolve(yield* Submission.folder(directory, number))
  const name = `rocflow-${path.basename(path.resolve(directory))}-${number}`
  const array = yield* Queue.submit(directory, [
    ...argumentsOf(options, needs, chunks.length, folder, name),
    path.join(folder, "script.sh")
  ]).pipe(
    Effect.tap((found) => Submission.writeArray(directory, number, found)),
    // An array that nobody remembers would be computed twice.
    Effect.uninterruptible
  )
  yield* Events.emit({ _tag: "Submitted", array, tasks: chunks.length, jobs: jobs.length })
  const submission: Submission.Submission = { ...content, number, array, ended: new Map() }
  return submission
})

const stopped = (directory: string, looked: Looked) => {
  const array = looked.submission.array ?? ""
  if (looked.fate === "cancelled") {
    return new RunDirectory.RunError({
      directory,
      given: `SLURM's array ${array}`,
      rule: "was cancelled",
      advice: "start again to go on: finished jobs are kept"
    })
  }
  return new RunDirectory.RunError({
    directory,
    given: `a task of SLURM's array ${array}`,
    rule: `cannot work: ${looked.broken}`,
    advice: `look into slurm/${looked.submission.number}/${looked.task}.log there, mend the cause (the template has a place for what nodes need) and start again: finished jobs are kept`
  })
}

const execute = Effect.fnUntraced(function* <R>(
  options: Options,
  jobs: ReadonlyArray<Job.Job<unknown>>,
  handlers: Handlers<R>
) {
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
  const manifest = yield* RunDirectory.requireManifest(directory)
  const length = Chunks.expectedLength(yield* RunDirectory.readResults(directory, manifest))

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

  /** What an earlier start left: results that came since, and jobs that are not in the queue any more. */
  const takeUp = Effect.fnUntraced(function* () {
    const { jobs: found } = yield* look(directory, submissions, new Set(open.keys()))
    for (const job of jobs) {
      const looked = found.get(job.id)
      if (looked?.fate === "pending" || looked?.fate === "running") continue
      const result = looked?.fate === "ended" ? yield* RunDirectory.readResult(directory, job.id) : undefined
      if (result?.status === "ok") yield* end(result)
      else waiting.set(job.id, (looked && nextNeeds(options, looked)) ?? base)
    }
  })

  /** Goes on with a job by what became of it. */
  const follow = Effect.fnUntraced(function* (job: Job.Job<unknown>, looked: Looked) {
    const { fate } = looked
    if (looked.begun && !begun.has(job.id)) {
      begun.add(job.id)
      yield* handlers.onBegin(job)
    }
    if (fate === "ended") {
      const result = yield* RunDirectory.readResult(directory, job.id)
      if (result !== undefined) return yield* end(result)
    }
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
    for (const group of groups.values()) {
      const [[, needs]] = group as [[string, Submission.Needs]]
      const own = group.map(([id]) => open.get(id)!)
      for (const { id } of own) waiting.delete(id)
      const refused = (error: RunDirectory.RunError) =>
        Effect.forEach(own, (job) => fail(job, "lost", error.message), { discard: true })
      const again = own.every(({ id }) => attempts.has(id))
      const submitted = submit(options, directory, own, needs, length)
      const submission = yield* again ? Effect.catchTag(submitted, "RunError", refused) : submitted
      if (submission !== undefined) submissions = [...submissions, submission]
    }
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
    for (const [id, looked] of seen.jobs) yield* follow(open.get(id)!, looked)
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
  Layer.effect(
    Executor,
    Effect.map(Effect.context<FileSystem.FileSystem | Path.Path>(), (files) =>
      Executor.of({
        name: "slurm",
        run: (jobs, handlers) => Effect.provide(execute(options, jobs, handlers), files)
      })
    )
  )
