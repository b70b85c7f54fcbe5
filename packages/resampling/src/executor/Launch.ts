/**
 * A process that is to become a worker. It may be started before it is known what is to be done, and loads its modules
 * meanwhile; the rest it is told by messages (`protocol`).
 *
 * This file loads little, so that a program can launch a process before it loads the rest.
 */
import { type ChildProcess, fork } from "node:child_process"
import * as Effect from "effect/Effect"

/** What a worker process runs. */
export interface Options {
  /** The module that it runs; it calls `serve` of `executor/worker`. */
  readonly entry: URL
  /** What is known from the beginning: its arguments. */
  readonly args?: ReadonlyArray<string>
  /** Flags of Node besides those of this process. */
  readonly flags?: ReadonlyArray<string>
  /** The descriptor of a file that it has open, too, as number `inherited`. */
  readonly inherits?: number | undefined
}

/** A process, and the end of what it wrote to standard error. @category models */
export interface Launched {
  readonly process: ChildProcess
  readonly lastWords: () => string
  /** Why the system started no process. */
  readonly refused: () => Error | undefined
}

/** So many characters of what a process writes are remembered. */
const remembered = 4000

// Standard output belongs to the results of this process: what a learner prints in a worker goes to standard error.
const streams = ["ignore", 2, "pipe", "ipc"] as const

/** The number that the inherited file has in a worker process. */
export const inherited = streams.length

/** Launches a process; whoever does has to `end` it. */
export const launch = ({ args = [], entry, flags = [], inherits }: Options): Launched => {
  const stdio = inherits === undefined ? [...streams] : [...streams, inherits]
  const child = fork(entry, args, { stdio, execArgv: [...process.execArgv, ...flags] })
  let words = ""
  let refused: Error | undefined
  child.on("error", (error) => (refused = error))
  // There is no stream where no process could be started.
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    words = (words + text).slice(-remembered)
    process.stderr.write(text)
  })
  return { process: child, lastWords: () => words, refused: () => refused }
}

/** Kills a process, unless it has ended, and waits for its end. */
export const end = ({ process }: Launched): Effect.Effect<void> =>
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
  }).pipe(Effect.timeoutOption("2 seconds"), Effect.asVoid)
