/**
 * One worker process: it is started, asked to run jobs one at a time, and found out when it is lost.
 */
import { readFileSync } from "node:fs"
import * as Duration from "@rocflow/core/Duration"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { RunError } from "../RunDirectory.ts"
import { type Launched } from "./Launch.ts"
import * as Launch from "./Launch.ts"
import { Reply, type Request } from "./protocol.ts"

/** What a worker process runs, what it is told, and how long it may be silent. */
export interface Program extends Launch.Options {
  readonly told: ReadonlyArray<string>
  /** Processes that were launched before: one is taken of them, as long as there are any. */
  readonly launched?: Array<Launched> | undefined
  readonly silence: number
}

/** A worker process ended, or answers no more. */
export class WorkerLost extends Schema.TaggedError<WorkerLost>()("WorkerLost", {
  reason: Schema.String,
  advice: Schema.String,
  /** Whether another worker may succeed where this one was lost. */
  again: Schema.Boolean
}) {
  override get message(): string {
    return `the worker process of this job was lost: ${this.reason}; ${this.advice}, then run again with --retry-failed`
  }
}

/** A worker process ended before it could be asked anything. */
export class NotStarted extends Schema.TaggedError<NotStarted>()("NotStarted", { reason: Schema.String }) {}

/** Milliseconds until all is read that a process wrote before its end. */
const lastWordsDelay = 100

/** A worker that is gone, for a reason. */
export const lost = (reason: string): WorkerLost =>
  new WorkerLost({ reason, advice: "look for a lack of memory or a crash in native code", again: true })

const outOfHeap = new WorkerLost({
  reason: "its learner needs more memory than a process of Node has",
  advice: "give it more by NODE_OPTIONS=--max-old-space-size=8192 (megabytes), or make the learner smaller",
  again: false
})

/** A worker that cannot read the data or store a result would fail at every job, so the run ends. */
const broken = (directory: string, message: string): RunError =>
  new RunError({
    directory,
    given: "a worker process",
    rule: `cannot work: ${message}`,
    advice: "mend the cause and start again: finished jobs are kept"
  })

/** Whether it can be asked. */
export const isAlive = ({ process }: Launched): boolean =>
  process.exitCode === null && process.signalCode === null && process.connected

const ending = ({ process: { exitCode, signalCode } }: Launched): string =>
  signalCode === null ? `it ended with code ${exitCode}` : `it was ended by ${signalCode}`

const whyLost = (worker: Launched): WorkerLost =>
  /JavaScript heap out of memory/.test(worker.lastWords()) ? outOfHeap : lost(ending(worker))

/** The processor time of a process in ticks, where the system says it (Linux). */
const processorTime = (pid: number | undefined): number | undefined => {
  try {
    // The name of the command, in parentheses, may hold anything.
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ")
    return Number(fields[11]) + Number(fields[12])
  } catch {
    return undefined
  }
}

/**
 * Ends once a worker has neither said anything nor computed for some seconds: it is stopped, or waits for something that
 * never comes. One that computes cannot answer, and one that waits for others answers, so neither is mistaken for it.
 */
const silent = ({ process }: Launched, seconds: number): Effect.Effect<WorkerLost> =>
  Effect.gen(function* () {
    let heard = 0
    const onMessage = () => (heard += 1)
    yield* Effect.acquireRelease(
      Effect.sync(() => process.on("message", onMessage)),
      () => Effect.sync(() => process.off("message", onMessage))
    )
    let since = yield* Duration.now
    let [messages, ticks] = [heard, processorTime(process.pid)]
    while (true) {
      yield* Effect.sleep(`${seconds / 10} seconds`)
      const now = yield* Duration.now
      const spent = processorTime(process.pid)
      if (spent === undefined || heard !== messages || spent !== ticks) {
        ;[messages, ticks, since] = [heard, spent, now]
      } else if (now - since >= seconds) {
        return lost(`it neither answered nor computed for ${Math.round(now - since)} s`)
      }
    }
  }).pipe(Effect.scoped)

/** Tells a worker something and waits for its reply, or its end. Listeners are gone afterwards. */
const reply = (worker: Launched, directory: string, request: Request): Effect.Effect<Reply, WorkerLost | RunError> =>
  Effect.callback((resume) => {
    const { process } = worker
    const settle = (outcome: Effect.Effect<Reply, WorkerLost | RunError>) => {
      stop()
      resume(outcome)
    }
    const onMessage = (message: unknown) => {
      if (!Schema.is(Reply)(message)) return settle(Effect.fail(lost("it said something that no worker says")))
      if (message._tag === "Alive") return
      settle(message._tag === "Broken" ? Effect.fail(broken(directory, message.message)) : Effect.succeed(message))
    }
    const hasEnded = () => process.exitCode !== null || process.signalCode !== null
    const gone = () => settle(Effect.fail(whyLost(worker)))
    const onError = (error: Error) => settle(Effect.fail(lost(error.message)))
    let timer: ReturnType<typeof setTimeout> | undefined
    const onExit = () => {
      timer = setTimeout(gone, lastWordsDelay)
    }
    // Mostly it is ending.
    const onUnsent = (error: Error) => {
      timer ??= setTimeout(() => (hasEnded() ? gone() : onError(error)), lastWordsDelay)
    }
    const stop = () => {
      clearTimeout(timer)
      process.off("message", onMessage).off("exit", onExit).off("error", onError)
    }
    process.on("message", onMessage).on("exit", onExit).on("error", onError)
    const refused = worker.refused()
    if (refused !== undefined) onError(refused)
    else if (hasEnded()) gone()
    // Where the system started no process, it says so in a moment.
    else if (process.pid !== undefined) process.send(request, (error) => error !== null && onUnsent(error))
    return Effect.sync(stop)
  })

/** Tells a worker something, and waits for its reply; one that is silent is lost. */
const converse = (worker: Launched, { silence }: Program, directory: string, request: Request) =>
  Effect.raceFirst(
    reply(worker, directory, request),
    Effect.flatMap(silent(worker, silence), (error) => Effect.fail(error))
  )

/** Asks a worker to run a job, and waits until its result is stored. */
export const ask = (worker: Launched, program: Program, directory: string, id: string) =>
  converse(worker, program, directory, { _tag: "Run", id })

/** What a process wrote last, without the frames of a stack. */
const lastLine = (text: string): string =>
  text
    .split("\n")
    .map((line) => line.trim())
    .findLast((line) => /^\w*(Error|Exception)\b/.test(line)) ?? ""

/** Has a worker begin with a run, and waits until it has read the data; it is killed with the scope. */
export const start = (
  program: Program,
  directory: string
): Effect.Effect<Launched, NotStarted | RunError, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.try({
      try: () => program.launched?.pop() ?? Launch.launch(program),
      catch: (cause) => new NotStarted({ reason: cause instanceof Error ? cause.message : String(cause) })
    }),
    Launch.end
  ).pipe(
    Effect.tap((worker) =>
      Effect.catchTag(
        converse(worker, program, directory, { _tag: "Begin", directory, told: program.told }),
        "WorkerLost",
        ({ reason }) => {
          const said = lastLine(worker.lastWords())
          return Effect.fail(new NotStarted({ reason: said === "" ? reason : `${reason}: ${said}` }))
        }
      )
    )
  )
