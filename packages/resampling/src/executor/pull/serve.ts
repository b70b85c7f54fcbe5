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

/** How a place of this worker runs a job, whose result is stored then. */
type Place<R> = (
  job: Job.Job<R>
) => Effect.Effect<Slot.Said, RunDirectory.RunFailure, R | FileSystem.FileSystem | Path.Path>

/** Runs jobs of a round as long as there are any, at several places at once. */
const pull = Effect.fnUntraced(function* <R>(
  round: Round.Round,
  worker: string,
  { handlers, jobs }: Opened<R>,
  listener: Listener,
  places: ReadonlyArray<Place<R>>
) {
  const { directory } = handlers
  const isSilent = makeWatch(round)
  const over = yield* Deferred.make<void>()
  /** Places that have a process, or may get one. */
  let working = places.length
  /** Leases of this worker whose place has no process any more. */
  const left: Array<{ readonly id: string; readonly lease: number }> = []

  const isStored = Effect.fnUntraced(function* (id: string) {
    return (yield* Segments.read(directory)).get(id)?.status === "ok"
  })
  const end = Effect.fnUntraced(function* (result: Job.Result) {
    yield* handlers.store(result)
    yield* listener.onEnd(result)
  })

  /** Sees to a job under a lease that was taken for it; false where the place has no process any more. */
  const see: (
    place: Place<R>,
    id: string,
    lease: number
  ) => Effect.Effect<boolean, RunDirectory.RunFailure, R | FileSystem.FileSystem | Path.Path> = Effect.fnUntraced(
    function* (place, id, lease) {
      const job = jobs.get(id)
      if (job === undefined) {
        return yield* new RunDirectory.RunError({
          directory,
          given: `the job ${id}`,
          rule: "is not in the design",
          advice: "start `rocflow run` again"
        })
      }
      // Who had the job before may have been lost between the result and its mark.
      if (lease === 1 || !(yield* isStored(id))) {
        yield* listener.onBegin(id, Job.columns(job))
        if (lease > round.attempts) yield* end(lost(id, Job.columns(job), round.attempts))
        else {
          const said = yield* place(job)
          if (!("_tag" in said)) yield* listener.onEnd(said)
          else if (said._tag === "NotStarted") {
            left.push({ id, lease })
            working -= 1
            return working === 0 ? yield* Slot.cannotStart(directory, said.reason) : false
          } else if (said._tag === "WorkerLost" && said.again) {
            // The heart of this worker beats, so that nobody else would try it again.
            return (yield* Round.take(round, id, lease + 1, worker)) ? yield* see(place, id, lease + 1) : true
          } else yield* end(Slot.failed(id, Job.columns(job), said))
        }
      }
      yield* Round.finish(round, id)
      return true
    }
  )

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
    for (;;) {
      const back = left.shift()
      if (back !== undefined) return back
      if (yield* Round.isClosed(round)) break
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

  const serve = Effect.fnUntraced(function* (place: Place<R>) {
    for (let taken = yield* take; taken !== undefined; taken = yield* take) {
      if (!(yield* see(place, taken.id, taken.lease))) return
    }
  })
  yield* Effect.forEach(places, serve, { concurrency: "unbounded", discard: true })
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

/** Processes that run the jobs of a worker. @category models */
export interface Crew {
  readonly program: Slot.Options
  /** How many, at least 1. */
  readonly size: number
}

/**
 * Works for a round until its jobs are done or it is closed: by processes, or without any in this one, job by job. Several
 * workers of one process would share its heart.
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
    const worker = `${hostname()}-${process.pid}-${yield* Clock.currentTimeMillis}`
    yield* Heartbeat.start({ file: yield* Round.beatFile(round, worker), interval: (round.lease * 1000) / beats })
    const slots = crew === undefined ? [] : yield* Slot.open(crew.program, directory, crew.size)
    const places: ReadonlyArray<Place<R>> =
      crew === undefined
        ? [opened.handlers.runJob]
        : slots.map(
            ({ runJob }) =>
              ({ id }: Job.Job<R>) =>
                runJob(id)
          )
    yield* pull(round, worker, opened, listener, places)
  }).pipe(PreprocessCache.provideDefault, Effect.scoped)
})
