/**
 * The side of a worker that has nothing in common with a run but a database: it takes jobs, lets processes of this machine
 * compute them in a temporary directory, and sends back what they wrote.
 *
 * This process computes nothing itself, so that its heart beats whatever the jobs do.
 */
import { randomBytes } from "node:crypto"
import { hostname } from "node:os"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import type * as Job from "../../Job.ts"
import * as Packs from "../../Packs.ts"
import type { Listener } from "../Opened.ts"
import { RunError } from "../../RunDirectory.ts"
import * as Slot from "../Slot.ts"
import * as Database from "./Database.ts"
import type { Address } from "./Address.ts"
import { blockOf, outputsOf, removeOutputs } from "./outputs.ts"
import * as Queue from "./Queue.ts"
import { prepare } from "./tables.ts"
import { type Own, unpack } from "./unpack.ts"

/** A worker: where it takes jobs from, and what it is. @category models */
export interface Options<E, R> {
  readonly address: Address
  /** The program of the processes that compute for an experiment file. */
  readonly program: (experiment: string) => Effect.Effect<Slot.Options, E, R | Scope.Scope>
  /** How many processes, at least 1. */
  readonly size: number
  readonly version: string
  readonly engine: string
  /** The experiment on this machine, where it is not to be taken from the queue. */
  readonly own: Own<E, R> | undefined
  readonly listener: Listener
  readonly say: Database.Say
}

/** Beats in the time of a lease, so that a single one may be late. */
const beats = 6

/** Seconds between two looks for something to do, at most. */
const pause = 2

/** Why this worker cannot work for a run; undefined if it can. */
const refusal = <E, R>({ address, engine, own, version }: Options<E, R>, run: Queue.Run): RunError | undefined => {
  const refuse = (given: string, rule: string, advice: string) =>
    new RunError({ directory: `${address.shown}, ${run.directory}`, given, rule, advice })
  if (run.version !== version) {
    return refuse(
      `the run was begun by rocflow ${run.version}, and this is ${version}, which`,
      "may give other numbers",
      "install the same version on all machines"
    )
  }
  if (run.engine !== engine) {
    return refuse(
      `the run was begun on the engine ${run.engine}, and this machine has ${engine}, which`,
      "agrees with it to rounding only",
      "compute on machines with the same engines; `rocflow doctor` says why one is lacking"
    )
  }
  if (own === undefined && run.modules !== "") {
    return refuse(
      `the experiment uses modules (${run.modules}), which`,
      "are not sent: code is run that is on the machine of the worker only",
      "put the experiment with its modules and data on this machine, and name it by --experiment"
    )
  }
  if (own === undefined && !run.sent) {
    return refuse(
      "the data of the experiment",
      "were not sent",
      "put the experiment with its data on this machine, and name it by --experiment"
    )
  }
  return undefined
}

/** Works for a run until none of its jobs is left. */
const serveRun = Effect.fnUntraced(function* <E, R>(options: Options<E, R>, queue: Queue.Queue, run: Queue.Run) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const { listener, own, program, size } = options
  const { directory, jobs, experiment } = yield* unpack(queue, run, own)
  const worker = `${hostname()}-${process.pid}-${randomBytes(3).toString("hex")}`
  const held = new Set<string>()
  yield* Effect.suspend(() => (held.size === 0 ? Effect.void : queue.beat(run.id, worker, [...held]))).pipe(
    Effect.repeat(Schedule.spaced((run.lease * 1000) / beats)),
    // What is wrong here is wrong for the results, too, and is said there.
    Effect.ignore,
    Effect.forkScoped
  )

  // A worker that is stopped in order gives back what it has; one that is killed is missed after a while.
  yield* Effect.addFinalizer(() => queue.giveBack(run.id, worker))
  /** Sends what a job gave: its files first, so that a result never lacks them. */
  const deliver = Effect.fnUntraced(function* (result: Job.Result) {
    const packed = [result].filter(Packs.isPacked)
    yield* Packs.each(directory, packed, ({ id }, bytes) => queue.store(run.id, id, worker, blockOf(id), bytes))
    for (const file of yield* outputsOf(directory, result.id)) {
      yield* queue.store(run.id, result.id, worker, file, yield* fs.readFile(path.join(directory, file)))
    }
    yield* queue.deliver(run.id, result.id, worker, JSON.stringify(result))
    yield* removeOutputs(directory, result.id)
    // A process does one job at a time, and begins its pack anew.
    for (const { pack } of packed) yield* fs.remove(path.join(directory, Packs.folder, pack.file))
    yield* listener.onEnd(result)
  })

  /** Processes that have started, or may yet. */
  let places = size
  /** Computes a job that was taken; false where this place has no process any more. */
  const compute = Effect.fnUntraced(function* (slot: Slot.Slot, { id, tries }: Queue.Taken) {
    const job = jobs.get(id)
    if (job === undefined) return yield* unknownJob(run, id)
    yield* listener.onBegin(id, job)
    const said = yield* slot.runJob(id)
    if (!("_tag" in said)) yield* deliver(said)
    else if (said._tag === "NotStarted") {
      places -= 1
      if (places === 0) return yield* Slot.cannotStart(run.directory, said.reason, Slot.startElsewhere)
      yield* queue.release(run.id, id, worker, false)
      return false
    } else if (said._tag === "WorkerLost" && said.again && tries < run.attempts)
      yield* queue.release(run.id, id, worker, true)
    else yield* deliver(Slot.failed(id, job, said))
    return true
  })

  const serve = Effect.fnUntraced(function* (slot: Slot.Slot) {
    for (;;) {
      const taken = yield* queue.take(run.id, worker)
      if (taken === undefined) {
        if (!(yield* queue.hasLeft(run.id))) return
        yield* Effect.sleep(Math.min(run.lease / beats, pause) * 1000)
        continue
      }
      held.add(taken.id)
      const goesOn = yield* Effect.ensuring(
        compute(slot, taken),
        Effect.sync(() => held.delete(taken.id))
      )
      if (!goesOn) return
    }
  })

  const slots = yield* Slot.open(yield* program(experiment), directory, size)
  yield* Effect.forEach(slots, serve, { concurrency: "unbounded", discard: true })
}, Effect.scoped)

const unknownJob = ({ directory }: Queue.Run, id: string) =>
  new RunError({ directory, given: `the job ${id}`, rule: "is not in the design", advice: "start `rocflow run` again" })

/**
 * Works for the runs of a database, the oldest first, until no job is left in it; where there is none yet, it waits for one.
 * Runs that this machine cannot work for are left to others, and named; where there are no others, it fails.
 */
export const serve = Effect.fnUntraced(function* <E, R>(options: Options<E, R>) {
  const { address, say } = options
  const database = yield* Database.open(address, say)
  yield* prepare(database)
  const queue = Queue.make(database)
  const refused = new Map<string, RunError>()
  let served = false
  let waits = false
  for (;;) {
    const runs = yield* queue.runs
    for (const run of runs) {
      const error = refusal(options, run)
      if (error === undefined || refused.has(run.id)) continue
      refused.set(run.id, error)
      if (runs.length > 1) yield* say(error.message)
    }
    const next = runs.find(({ id }) => !refused.has(id))
    if (next !== undefined) {
      yield* serveRun(options, queue, next)
      served = true
    } else if (served) return
    else if (runs[0] !== undefined) return yield* refused.get(runs[0].id)!
    else {
      if (!waits)
        yield* say(
          `${address.shown}: no jobs wait; \`rocflow run FILE --executor workers\` with this queue brings some`
        )
      waits = true
      yield* Effect.sleep(pause * 1000)
    }
  }
}, Effect.scoped)
