/**
 * What processes do for a run at this moment, for those who watch it.
 *
 * ```
 * live/<process>        the heartbeat of a process that computes for the run, or waits for others: a number that grows;
 *                       of one that started it, the hash of the design, too
 * live/<process>.<id>   the job that it executes; a line each for what happens in its training
 * live/error            why the last start ended before its jobs were done, if by an error
 * ```
 *
 * A process takes its files away in the end. One that was killed leaves them, and its heart stands still. Nothing here is
 * needed by the run: what cannot be written is left out, and the folder may be deleted at any time.
 */
import { appendFileSync, rmSync, writeFileSync } from "node:fs"
import * as FileProblem from "@rocflow/core/FileProblem"
import * as Events from "@rocflow/core/learning/Events"
import type * as History from "@rocflow/core/learning/History"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import * as Result from "effect/Result"
import * as Heartbeat from "./internal/heartbeat.ts"
import * as ProcessName from "./internal/processName.ts"

/** The folder of what happens now. */
export const folder = "live"

/** The file in it of the error that ended a start. */
const errorFile = "error"

/** Milliseconds between two beats. */
const interval = 5000

/** Milliseconds without a beat after which a process is taken for lost: clocks of two machines differ. */
const silence = 60_000

/** Milliseconds between two writes of events: an epoch may take one. */
const pause = 500

/** Tries what the run does not need: others see by the heart that it does not beat. */
const attempt = (change: () => void): void => {
  try {
    change()
  } catch {
    // A full disk, a folder that was deleted.
  }
}

/** Shows what this process does, while it executes jobs. @category models */
export interface Live {
  /** Executes a job, and shows the events of its training meanwhile. */
  readonly during: <A, E, R>(id: string, job: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
}

/** Shows that this process works for a run, until the scope ends; one that started it says by which design. */
export const open = Effect.fnUntraced(function* (directory: string, design?: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const name = ProcessName.fresh()
  const heart = path.join(directory, folder, name)
  yield* Effect.ignore(fs.makeDirectory(path.dirname(heart), { recursive: true }))
  const files = new Set([heart])
  const clear = () => files.forEach((file) => attempt(() => rmSync(file, { force: true })))
  // Also where the process ends by itself, without closing scopes.
  yield* Effect.acquireRelease(
    Effect.sync(() => process.on("exit", clear)),
    () =>
      Effect.sync(() => {
        process.off("exit", clear)
        clear()
      })
  )
  const words = design === undefined ? {} : { words: design }
  // The first beat is there before anything else is done.
  attempt(() => writeFileSync(heart, Heartbeat.text(1, design)))
  yield* Heartbeat.start({ file: heart, interval, ...words })
  const live: Live = {
    during: (id, job) =>
      Effect.gen(function* () {
        const file = `${heart}.${id}`
        const outer = yield* Events.Sink
        files.add(file)
        let lines = ""
        let written = 0
        const tell = Effect.fnUntraced(function* (line: Line) {
          lines += `${JSON.stringify(line)}\n`
          const now = yield* Clock.currentTimeMillis
          if (now - written < pause) return
          written = now
          // A call of the file system that is waited for costs more than a short job.
          attempt(() => appendFileSync(file, lines))
          lines = ""
        })
        yield* tell({ _tag: "Begun", begun: yield* Clock.currentTimeMillis })
        written = 0
        return yield* job.pipe(
          Effect.provideService(Events.Sink, (event) => Effect.andThen(tell(event), outer(event))),
          Effect.ensuring(
            Effect.sync(() => {
              files.delete(file)
              attempt(() => rmSync(file, { force: true }))
            })
          )
        )
      })
  }
  return live
})

/** A job that a process executes, or executed when it was lost. @category models */
export interface Doing {
  readonly id: string
  readonly process: string
}

/** A process that works for a run, or worked when it was lost; times in milliseconds since 1970. @category models */
export interface Process {
  readonly alive: boolean
  readonly began: number
  /** When its heart beat last. */
  readonly beat: number
  /** The hash of the design that it started; undefined of a worker. */
  readonly design?: string
}

/** Who works for a run, and at what. @category models */
export interface Look {
  readonly processes: ReadonlyMap<string, Process>
  /** Of processes that are there and of those that were lost. */
  readonly doing: ReadonlyArray<Doing>
}

/** Looks who works for a run: one listing, and each heartbeat. */
export const look = Effect.fnUntraced(function* (directory: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const names = yield* Effect.orElseSucceed(
    fs.readDirectory(path.join(directory, folder)),
    (): ReadonlyArray<string> => []
  )
  const now = yield* Clock.currentTimeMillis
  const processes = new Map<string, Process>()
  const doing: Array<Doing> = []
  for (const name of names) {
    if (name === errorFile) continue
    const [, process, id] = /^(.+)\.([0-9a-f]{24})$/.exec(name) ?? []
    if (process !== undefined && id !== undefined) {
      doing.push({ id, process })
      continue
    }
    const file = path.join(directory, folder, name)
    const found = yield* Effect.option(Effect.all([fs.stat(file), fs.readFileString(file)]))
    if (found._tag === "None") continue
    const [{ mtime }, text] = found.value
    const [count, design] = text.split(" ")
    const beat = mtime._tag === "Some" ? mtime.value.getTime() : 0
    const began = beat - Math.max(0, Number(count) - 1) * interval
    const alive = now - beat < silence && !ProcessName.isOver(name)
    processes.set(name, { alive, began, beat, ...(design !== undefined && { design }) })
  }
  return { processes, doing } satisfies Look
})

/** How far the training of a job is that is being executed. @category models */
export interface Training {
  /** When the job began, in milliseconds since 1970. */
  readonly begun: number
  /** The most epochs there will be; undefined where nothing is trained in epochs, or before it begins. */
  readonly epochs?: number
  readonly history: History.History
}

type Line = { readonly _tag: "Begun"; readonly begun: number } | Events.Event

/** Reads how far a job is that is being executed; undefined if it is over meanwhile. A last line without an end is left out. */
export const training = Effect.fnUntraced(function* (directory: string, { id, process }: Doing) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const text = yield* Effect.option(fs.readFileString(path.join(directory, folder, `${process}.${id}`)))
  if (text._tag === "None") return undefined
  let begun = 0
  let epochs: number | undefined
  let history: Array<History.Row> = []
  for (const json of text.value.split("\n").slice(0, -1)) {
    const parsed = Result.try((): Line => JSON.parse(json))
    // What a disk lost in the middle of a line is no reason to show nothing.
    if (Result.isFailure(parsed)) continue
    const line = parsed.success
    if (line._tag === "Begun") begun = line.begun
    else if (line._tag === "TrainingBegun") {
      epochs = line.epochs
      history = []
    } else if (line._tag === "EpochEnded" && line.evaluated) history.push(line.row)
  }
  return { begun, ...(epochs !== undefined && { epochs }), history } satisfies Training
})

/** Takes away what lost processes left. */
export const sweep = Effect.fnUntraced(function* (directory: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const { doing, processes } = yield* look(directory)
  const left = [
    ...[...processes].flatMap(([name, { alive }]) => (alive ? [] : [name])),
    ...doing.flatMap(({ id, process }) => (processes.get(process)?.alive === true ? [] : [`${process}.${id}`]))
  ]
  yield* Effect.forEach(left, (name) => Effect.ignore(fs.remove(path.join(directory, folder, name), { force: true })), {
    discard: true
  })
})

/** Works on a run, and leaves in its directory why that ended, if by an error. What an earlier start left is taken away. */
export const explained = <A, E, R>(directory: string, work: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const file = path.join(directory, folder, errorFile)
    yield* Effect.ignore(fs.remove(file, { force: true }))
    return yield* Effect.tapCause(work, (cause) =>
      Cause.hasInterruptsOnly(cause)
        ? Effect.void
        : Effect.ignore(fs.writeFileString(file, FileProblem.messageOf(Cause.squash(cause))))
    )
  })

/** Reads why the last start ended, if by an error. */
export const errorOf = Effect.fnUntraced(function* (directory: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const text = yield* Effect.option(fs.readFileString(path.join(directory, folder, errorFile)))
  return text._tag === "Some" && text.value !== "" ? text.value : undefined
})
