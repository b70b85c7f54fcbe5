/**
 * Leaves jobs to workers that take them from a database (`rocflow worker --queue`) and need no directory in common with the
 * run: what they need is sent to the database, and what jobs write comes back through it.
 */
import { randomBytes } from "node:crypto"
import { hostname } from "node:os"
import * as Events from "@rocflow/core/learning/Events"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Path from "effect/Path"
import * as Checked from "../Checked.ts"
import { type Handlers, type Executor, withFiles } from "../Executor.ts"
import * as Job from "../Job.ts"
import * as RunDirectory from "../RunDirectory.ts"
import * as Segments from "../Segments.ts"
import { awaitResults } from "./awaitResults.ts"
import type { Address } from "./queue/Address.ts"
import { digestOf } from "./queue/digestOf.ts"
import { collect } from "./queue/collect.ts"
import * as Database from "./queue/Database.ts"
import * as Link from "./queue/Link.ts"
import { lost } from "./lost.ts"
import * as Queue from "./queue/Queue.ts"
import { prepare } from "./queue/tables.ts"

/** A data file: its path as workers have it, with `/`, and its place on this machine. @category models */
export interface Source {
  readonly path: string
  readonly file: string
}

/** An experiment as workers get it. @category models */
export interface Parcel {
  /** The experiment file, its data under their paths in the parcel. */
  readonly experiment: string
  readonly data: ReadonlyArray<Source>
  /** The modules of the experiment, which are not sent. */
  readonly modules: ReadonlyArray<string>
  /** Why the data are not sent; empty where they are. */
  readonly withheld: string
}

/** What workers are told, and through which database. @category models */
export interface Options {
  readonly address: Address
  /** The version of rocflow, which workers must have too. */
  readonly version: string
  readonly parcel: Effect.Effect<Parcel, RunDirectory.RunFailure, FileSystem.FileSystem | Path.Path>
  /** Seconds without a heartbeat after which a worker is taken for lost. Default 60. */
  readonly lease?: number
  /** How often a job is tried whose worker is lost. Default 5. */
  readonly attempts?: number
}

/** Puts the jobs into the queue, or goes on with what an earlier start put there; gives the name of the run in it. */
const publish = Effect.fnUntraced(function* (
  options: Options,
  queue: Queue.Queue,
  directory: string,
  jobs: ReadonlyArray<string>
) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const { address, version } = options
  const manifest = yield* RunDirectory.requireManifest(directory)
  const bytes = yield* fs.readFile(path.join(directory, "design.json"))
  const design = Checked.digest(bytes)
  const before = yield* Link.read(directory)
  const own = before?.address === address.shown ? before : undefined
  const run = own?.design === design ? own.run : randomBytes(8).toString("hex")
  if (own !== undefined && own.run !== run) yield* queue.remove(own.run)
  const state = yield* queue.state(run)
  const lease = options.lease ?? 60
  const parcel = yield* options.parcel
  const sent = parcel.withheld === ""
  if (state === "gone" || state === "sending") {
    yield* Link.write(directory, { address: address.shown, run, design })
    yield* queue.begin({
      id: run,
      directory: `${hostname()}:${path.resolve(directory)}`,
      version,
      engine: manifest.provenance["engine"] ?? "",
      lease,
      attempts: options.attempts ?? 5,
      modules: parcel.modules.join(", "),
      sent
    })
    const text = new TextEncoder().encode(parcel.experiment)
    for (const { name, content } of [
      { name: "design.json", content: bytes },
      { name: "experiment.yaml", content: text }
    ]) {
      yield* queue.send(run, { path: name, hash: Checked.digest(content) }, content)
    }
    for (const source of parcel.data) {
      const hash = yield* digestOf(source.file)
      yield* queue.send(run, { path: source.path, hash }, sent ? yield* fs.readFile(source.file) : undefined)
    }
  }
  yield* queue.open(run, lease, jobs)
  const needs = parcel.modules.length > 0 ? `its modules (${parcel.modules.join(", ")}) are not sent` : parcel.withheld
  yield* Events.emit({ _tag: "JobsQueued", address: address.shown, jobs: jobs.length, needs })
  return run
})

/** Removes what a start left in the queue that was stopped when it had all results. */
const forget = Effect.fnUntraced(function* ({ address }: Options, directory: string) {
  const link = yield* Link.read(directory)
  if (link?.address !== address.shown) return
  const queue = Queue.make(yield* Database.open(address, () => Effect.void))
  yield* queue.remove(link.run)
  yield* Link.remove(directory)
})

const execute = Effect.fnUntraced(function* <R>(
  options: Options,
  jobs: ReadonlyArray<Job.Job<unknown>>,
  handlers: Handlers<R>
) {
  const { directory } = handlers
  if (jobs.length === 0) return yield* Effect.ignore(forget(options, directory))
  const fresh = Segments.follow(directory)
  const stored = yield* fresh
  const database = yield* Database.open(options.address, (message) => Events.emit({ _tag: "QueueTrouble", message }))
  yield* prepare(database)
  const queue = Queue.make(database)
  const run = yield* publish(
    options,
    queue,
    directory,
    jobs.map(({ id }) => id)
  )

  yield* awaitResults(
    jobs,
    handlers,
    { stored, fresh },
    Effect.fnUntraced(function* (open) {
      const { begun, done, lost: gone, state } = yield* queue.progress(run)
      for (const id of done) {
        if (open.has(id)) yield* collect(queue, run, id, directory)
        yield* queue.drop(run, id)
      }
      for (const { id, tries } of gone) {
        const job = open.get(id)
        if (job !== undefined) yield* handlers.store(lost(id, Job.columns(job), tries))
        yield* queue.drop(run, id)
      }
      return { begun, closed: state !== "open" }
    })
  )
  yield* queue.remove(run)
  yield* Link.remove(directory)
})

/** Leaves jobs to workers that take them from a database. @category layers */
export const layer = (options: Options): Layer.Layer<Executor, never, FileSystem.FileSystem | Path.Path> =>
  withFiles("workers", (jobs, handlers) => Effect.scoped(execute(options, jobs, handlers)))
