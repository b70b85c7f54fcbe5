/**
 * The side of a worker: it takes jobs of a round, one after the other, until all of them are done, and takes over those of
 * workers whose heart does not beat any more.
 */
import { hostname } from "node:os"
import * as PreprocessCache from "@rocflow/core/learning/PreprocessCache"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import type { Design } from "../../Design.ts"
import * as Job from "../../Job.ts"
import * as RunDirectory from "../../RunDirectory.ts"
import * as Segments from "../../Segments.ts"
import { lost } from "../lost.ts"
import { type Listener, open, type Opened } from "../Opened.ts"
import * as Heartbeat from "../../internal/heartbeat.ts"
import * as Slot from "../Slot.ts"
import * as Round from "./Round.ts"

/** Beats in the time of a lease, so that a single one may be late. */
const beats = 6

/** Knows the workers that were silent for the time of a lease, by the clock of this machine alone. */
const makeWatch = (round: Round.Round) => {
  const heard = new Map<string, { readonly beat: string; readonly since: number }>()
  return Effect.fnUntraced(function* (key: string, worker: string) {
    const now = yield* Clock.currentTimeMillis
    const beat = yield* Round.beat(round, worker)
    const before = heard.get(key)
    if (before === undefined || before.beat !== beat) {
      heard.set(key, { beat, since: now })
      return false
    }
    return now - before.since > round.lease * 1000
  })
}

/** How a worker runs a job, whose result is stored then. */
type RunJob<R> = (
  job: Job.Job<R>
) => Effect.Effect<Slot.Said, RunDirectory.RunFailure, R | FileSystem.FileSystem | Path.Path>

/** Where a worker works. */
interface Place<R> {
  readonly round: Round.Round
  /** Its name, by which its heart beats. */
  readonly worker: string
  readonly opened: Opened<R>
  readonly listener: Listener
  readonly runJob: RunJob<R>
  /** Set once nothing is left to do: others that wait need not look again. */
  readonly over: Deferred.Deferred<void>
}

/** Runs jobs of a round as long as there are any; gives why it cannot any more where that is so. */
const pull = Effect.fnUntraced(function* <R>({ listener, opened, over, round, runJob, worker }: Place<R>) {
  const { handlers, jobs } = opened
  const { directory } = handlers
  const isSilent = makeWatch(round)

  const end = Effect.fnUntraced(function* (result: Job.Result) {
    yield* handlers.store(result)
    yield* listener.onEnd(result)
  })

  /** Runs a job under a lease, and under the next ones where its process is lost. */
  const run = Effect.fnUntraced(function* (id: string, first: number) {
    const job = jobs.get(id)
    if (job === undefined) {
      return yield* new RunDirectory.RunError({
        directory,
        given: `the job ${id}`,
        rule: "is not in the design",
        advice: "start `rocflow run` again"
      })
    }
    const columns = Job.columns(job)
    for (let lease = first; ; lease += 1) {
      // Who had the job before may have been lost between the result and its mark.
      const found = lease === 1 ? undefined : (yield* Segments.read(directory)).get(id)
      if (found?.status === "ok") break
      yield* listener.onBegin(id, columns)
      if (lease > round.attempts) {
        yield* end(lost(id, columns, round.attempts))
        break
      }
      const said = yield* runJob(job)
      if (!("_tag" in said)) {
        yield* listener.onEnd(said)
        break
      }
      // Its heart stops then, and others take the job over.
      if (said._tag === "NotStarted") return said.reason
      if (said._tag === "TimedOut" || !said.again) {
        yield* end(Slot.failed(id, columns, said))
        break
      }
      if (!(yield* Round.take(round, id, lease + 1, worker))) return undefined
    }
    yield* Round.finish(round, id)
    return undefined
  })

  /** Takes a job of those whose workers are silent. */
  const takeOver = Effect.fnUntraced(function* (rest: ReadonlyArray<string>, leases: Round.Progress["leases"]) {
    for (const id of rest) {
      const lease = leases.get(id)
      if (lease === undefined) continue
      if (!(yield* isSilent(`${id}.${lease}`, yield* Round.holder(round, id, lease)))) continue
      if (yield* Round.take(round, id, lease + 1, worker)) return { id, lease: lease + 1 }
    }
    return undefined
  })

  /** Jobs that nobody had at the last look, the next one at the end. */
  let free: Array<string> = []
  /** Takes the next job; undefined when there is nothing left to do. */
  const take = Effect.gen(function* () {
    while (!(yield* Round.isClosed(round))) {
      for (let id = free.pop(); id !== undefined; id = free.pop()) {
        if (yield* Round.take(round, id, 1, worker)) return { id, lease: 1 }
      }
      const { done, leases } = yield* Round.progress(round)
      const rest = round.jobs.filter((id) => !done.has(id))
      if (rest.length === 0) break
      free = rest.filter((id) => !leases.has(id)).toReversed()
      if (free.length > 0) continue
      const found = yield* takeOver(rest, leases)
      if (found !== undefined) return found
      yield* Effect.raceFirst(Effect.sleep((round.lease * 1000) / beats), Deferred.await(over))
    }
    yield* Deferred.succeed(over, undefined)
    return undefined
  })

  for (let taken = yield* take; taken !== undefined; taken = yield* take) {
    const reason = yield* run(taken.id, taken.lease)
    if (reason !== undefined) return reason
  }
  return undefined
})

/**
 * The round of a run that is to be worked for; undefined if all is done or closed. A run that has none yet is waited for: its
 * workers may come first, and `onWait` may say so.
 */
export const awaitRound = Effect.fnUntraced(function* (
  directory: string,
  onWait: Effect.Effect<void> = Effect.void
): Effect.fn.Return<Round.Round | undefined, RunDirectory.RunFailure, FileSystem.FileSystem | Path.Path> {
  let round = yield* Round.newest(directory)
  if (round === undefined) yield* onWait
  while (round === undefined) {
    yield* Effect.sleep(1000)
    round = yield* Round.newest(directory)
  }
  const { closed, done } = yield* Round.progress(round)
  return closed || round.jobs.every((id) => done.has(id)) ? undefined : round
})

/** Processes that run jobs. @category models */
export interface Crew {
  readonly program: Slot.Options
  /** How many, at least 1. */
  readonly size: number
}

/** Seconds without an answer after which a process may be taken for lost: it answers every ten. */
const leastSilence = 30

/**
 * Works for a round until its jobs are done or it is closed: by processes, each of which is a worker of its own to others, or
 * without any in this one, job by job.
 */
export const serve = Effect.fnUntraced(function* <R, E, R2>(
  directory: string,
  round: Round.Round,
  plan: Effect.Effect<Design<R>, E, R2>,
  engine: string,
  listener: Listener,
  crew?: Crew
) {
  yield* Effect.gen(function* () {
    const opened = yield* open(directory, yield* plan, engine)
    const name = `${hostname()}-${process.pid}-${yield* Clock.currentTimeMillis}`
    const over = yield* Deferred.make<void>()
    const work = Effect.fnUntraced(function* (worker: string, runJob: RunJob<R>) {
      yield* Heartbeat.start({ file: yield* Round.beatFile(round, worker), interval: (round.lease * 1000) / beats })
      return yield* pull({ round, worker, opened, listener, runJob, over })
    }, Effect.scoped)
    if (crew === undefined) return yield* work(name, opened.handlers.runJob)
    const program = { silence: Math.max(round.lease, leastSilence), ...crew.program }
    const slots = yield* Slot.open(program, directory, crew.size)
    const reasons = yield* Effect.forEach(slots, ({ runJob }, i) => work(`${name}-${i}`, ({ id }) => runJob(id)), {
      concurrency: "unbounded"
    })
    const [reason] = reasons
    if (reason !== undefined && !reasons.includes(undefined)) {
      return yield* Slot.cannotStart(directory, reason, Slot.startElsewhere)
    }
  }).pipe(PreprocessCache.provideDefault, Effect.scoped)
})
