/**
 * The side of a worker process: it plans the same design once, then runs the jobs that it is told.
 */
import * as FileProblem from "@rocflow/core/FileProblem"
import * as PreprocessCache from "@rocflow/core/learning/PreprocessCache"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Queue from "effect/Queue"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import type { Design } from "../Design.ts"
import * as Live from "../Live.ts"
import * as Run from "../Run.ts"
import * as RunDirectory from "../RunDirectory.ts"
import { type Reply, Request } from "./protocol.ts"

const send = (reply: Reply): Effect.Effect<void> =>
  Effect.sync(() => {
    process.send?.(reply)
  })

/** Milliseconds between two signs of life. */
const heartbeat = 10_000

/**
 * Serves whoever started this process, until it is let go.
 *
 * `plan` makes the design, which must be the one of the run; data are read then, once. It begins at once, and may wait for what
 * the process is told with the run. The process ignores the interrupts of a terminal, because its parent decides when to stop,
 * and ends when the parent is gone.
 */
export const serve = <R, E extends { readonly message: string }, R2>(
  plan: (told: Effect.Effect<ReadonlyArray<string>>) => Effect.Effect<Design<R>, E, R2>
) =>
  Effect.gen(function* () {
    process.on("SIGINT", () => {})
    process.on("disconnect", () => process.exit(0))
    // The parent may have gone while modules were loaded.
    if (!process.connected) process.exit(0)
    yield* Effect.forkScoped(Effect.repeat(send({ _tag: "Alive" }), Schedule.spaced(heartbeat)))
    const requests = yield* Queue.unbounded<Request>()
    process.on("message", (request: unknown) => {
      if (Schema.is(Request)(request)) Queue.offerUnsafe(requests, request)
    })
    const told = yield* Deferred.make<ReadonlyArray<string>>()
    const planning = yield* Effect.forkScoped(plan(Deferred.await(told)))
    const next = Queue.take(requests)
    const begin = yield* next
    if (begin._tag !== "Begin") return yield* send({ _tag: "Broken", message: "was asked before it was told the run" })
    const { directory } = begin
    yield* Deferred.succeed(told, begin.told)
    const design = yield* Fiber.join(planning)
    const manifest = yield* RunDirectory.requireManifest(directory)
    if (manifest.hash !== design.hash) {
      return yield* send({ _tag: "Broken", message: "the experiment or its data changed while the run went on" })
    }
    const jobs = new Map(design.jobs.map((job) => [job.id, job]))
    const runJob = Run.runJob<R>(directory, yield* Live.open(directory), manifest)
    yield* send({ _tag: "Ready" })
    while (true) {
      const request = yield* next
      const job = request._tag === "Run" ? jobs.get(request.id) : undefined
      if (job === undefined)
        return yield* send({
          _tag: "Broken",
          message: `was asked for what is not in the design: ${JSON.stringify(request)}`
        })
      yield* send({ _tag: "Done", result: yield* runJob(job) })
    }
  }).pipe(
    Effect.catch((error) => send({ _tag: "Broken", message: FileProblem.messageOf(error) })),
    PreprocessCache.provideDefault,
    Effect.scoped
  )
