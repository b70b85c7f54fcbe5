/**
 * The side of a worker: it takes jobs of a round, one after the other, until all of them are done, and takes over those of
 * workers whose heart does not beat any more.
 */
import { hostname } from "node:os"
import * as PreprocessCache from "@rocflow/core/learning/PreprocessCache"
import * as Clock from "effect/Clock"
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

/** Runs jobs of a round as long as there are any. */
const pull = Effect.fnUntraced(function* <R>(
  round: Round.Round,
  worker: string,
  opened: Opened<R>,
  listener: Listener
) {
  const { handlers, jobs } = opened
  const isSilent = makeWatch(round)

  const run = Effect.fnUntraced(function* (id: string, lease: number) {
    const job = jobs.get(id)
    if (job === undefined) {
      return yield* new RunDirectory.RunError({
        directory: handlers.directory,
        given: `the job ${id}`,
        rule: "is not in the design",
        advice: "start `rocflow run` again"
      })
    }
    // Who had the job before may have been lost between the result and its mark.
    const found = lease === 1 ? undefined : (yield* Segments.read(handlers.directory)).get(id)
    if (found?.status !== "ok") {
      yield* listener.onBegin(job.id, Job.columns(job))
      const result =
        lease > round.attempts ? lost(job.id, Job.columns(job), round.attempts) : yield* handlers.runJob(job)
      if (lease > round.attempts) yield* handlers.store(result)
      yield* listener.onEnd(result)
    }
    yield* Round.finish(round, id)
  })

  for (;;) {
    const { closed, done, leases } = yield* Round.progress(round)
    const rest = round.jobs.filter((id) => !done.has(id))
    if (closed || rest.length === 0) return
    let worked = false
    for (const id of rest.filter((other) => !leases.has(other))) {
      if (!(yield* Round.take(round, id, 1, worker))) continue
      yield* run(id, 1)
      worked = true
      if ((yield* Round.progress(round)).closed) return
    }
    for (const id of worked ? [] : rest) {
      const lease = leases.get(id)
      if (lease === undefined) continue
      if (!(yield* isSilent(`${id}.${lease}`, yield* Round.holder(round, id, lease)))) continue
      if (!(yield* Round.take(round, id, lease + 1, worker))) continue
      yield* run(id, lease + 1)
      worked = true
      break
    }
    if (!worked) yield* Effect.sleep((round.lease * 1000) / beats)
  }
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

/**
 * Works for a round until its jobs are done or it is closed. Several workers of one process would share its heart: start a
 * process for each.
 */
export const serve = Effect.fnUntraced(function* <R, E, R2>(
  directory: string,
  round: Round.Round,
  plan: Effect.Effect<Design<R>, E, R2>,
  engine: string,
  listener: Listener
) {
  yield* Effect.gen(function* () {
    const opened = yield* open(directory, yield* plan, engine)
    const worker = `${hostname()}-${process.pid}-${yield* Clock.currentTimeMillis}`
    yield* Heartbeat.start({ file: yield* Round.beatFile(round, worker), interval: (round.lease * 1000) / beats })
    yield* pull(round, worker, opened, listener)
  }).pipe(PreprocessCache.provideDefault, Effect.scoped)
})
