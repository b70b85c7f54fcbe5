/**
 * One worker process: it is started, asked to run jobs one at a time, and found out when it is lost.
 */
import { type ChildProcess, fork } from "node:child_process"
import { readFileSync } from "node:fs"
import * as Duration from "@rocflow/core/Duration"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { RunError } from "../RunDirectory.ts"
import { Reply, type Request } from "./protocol.ts"

/** What a worker process runs, and how long it may be silent. */
export interface Program {
  readonly entry: URL
  readonly args: ReadonlyArray<string>
  /** A descriptor of a file that the process has open, too; its number there is the last of its arguments. */
  readonly inherits?: number | undefined
  /** Flags of Node besides those of this process. */
  readonly flags?: ReadonlyArray<string>
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

/** A worker process, and the end of what it wrote to standard error. */
export interface Worker {
  readonly process: ChildProcess
  readonly lastWords: () => string
  /** Why the system started no process. */
  readonly refused: () => Error | undefined
}

/** Milliseconds until all is read that a process wrote before its end. */
const lastWordsDelay = 100

/** So many characters of what a worker writes are remembered. */
const remembered = 4000

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
export const isAlive = ({ process }: Worker): boolean =>
  process.exitCode === null && process.signalCode === null && process.connected

const ending = ({ process: { exitCode, signalCode } }: Worker): string =>
  signalCode === null ? `it ended with code ${exitCode}` : `it was ended by ${signalCode}`

const whyLost = (worker: Worker): WorkerLost =>
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
const silent = ({ process }: Worker, seconds: number): Effect.Effect<WorkerLost> =>
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

/**
 * Waits for one reply of a worker, or its end; sends the request, if there is one, when it listens already. Listeners are
 * gone afterwards.
 */
const reply = (worker: Worker, directory: string, request?: Request): Effect.Effect<Reply, WorkerLost | RunError> =>
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
    const gone = () => settle(Effect.fail(whyLost(worker)))
    let timer: ReturnType<typeof setTimeout> | undefined
    const onExit = () => {
      timer = setTimeout(gone, lastWordsDelay)
    }
    const onError = (error: Error) => settle(Effect.fail(lost(error.message)))
    const stop = () => {
      clearTimeout(timer)
      process.off("message", onMessage).off("exit", onExit).off("error", onError)
    }
    process.on("message", onMessage).on("exit", onExit).on("error", onError)
    const refused = worker.refused()
    if (refused !== undefined) onError(refused)
    else if (process.exitCode !== null || process.signalCode !== null) gone()
    else if (request !== undefined) process.send(request, (error) => error !== null && onError(error))
    return Effect.sync(stop)
  })

/** Asks a worker to run a job, and waits until its result is stored. */
export const ask = (worker: Worker, { silence }: Program, directory: string, id: string) =>
  Effect.raceFirst(
    reply(worker, directory, { _tag: "Run", id }),
    Effect.flatMap(silent(worker, silence), (error) => Effect.fail(error))
  )

/** What a process wrote last, without the frames of a stack. */
const lastLine = (text: string): string =>
  text
    .split("\n")
    .map((line) => line.trim())
    .findLast((line) => /^\w*(Error|Exception)\b/.test(line)) ?? ""

/** Starts a worker and waits until it has read the data; it is killed with the scope. */
export const start = (
  { args, entry, flags = [], inherits }: Program,
  directory: string
): Effect.Effect<Worker, NotStarted | RunError, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync((): Worker => {
      // Standard output belongs to the results of this process: what a learner prints in a worker goes to standard error.
      const stdio = ["ignore", 2, "pipe", "ipc"] as const
      const execArgv = [...process.execArgv, ...flags]
      const child =
        inherits === undefined
          ? fork(entry, [directory, ...args], { stdio: [...stdio], execArgv })
          : fork(entry, [directory, ...args, String(stdio.length)], { stdio: [...stdio, inherits], execArgv })
      let words = ""
      let refused: Error | undefined
      child.on("error", (error) => (refused = error))
      // There is no stream where no process could be started.
      child.stderr?.setEncoding("utf8").on("data", (text: string) => {
        words = (words + text).slice(-remembered)
        process.stderr.write(text)
      })
      return { process: child, lastWords: () => words, refused: () => refused }
    }),
    ({ process }) =>
      Effect.callback<void>((resume) => {
        process.removeAllListeners()
        // An error of a process that is being killed has nobody to hear it.
        process.on("error", () => {})
        // A process that a learner started may hold it open.
        process.stderr?.destroy()
        const { exitCode, pid, signalCode } = process
        if (pid === undefined || exitCode !== null || signalCode !== null) return resume(Effect.void)
        process.once("exit", () => resume(Effect.void))
        process.kill("SIGKILL")
        // One that waits for a disk cannot be killed.
      }).pipe(Effect.timeoutOption("2 seconds"))
  ).pipe(
    Effect.tap((worker) =>
      Effect.catchTag(reply(worker, directory), "WorkerLost", ({ reason }) => {
        const said = lastLine(worker.lastWords())
        return Effect.fail(new NotStarted({ reason: said === "" ? reason : `${reason}: ${said}` }))
      })
    )
  )
