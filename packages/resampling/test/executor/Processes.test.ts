import { execFileSync } from "node:child_process"
import { existsSync } from "node:fs"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as Events from "@rocflow/core/learning/Events"
import { linesIn, recordsIn } from "../support/records.ts"
import * as Executor from "../../src/Executor.ts"
import * as Processes from "../../src/executor/Processes.ts"
import * as Job from "../../src/Job.ts"
import * as Run from "../../src/Run.ts"
import { poolDesign, type Trouble } from "../support/poolDesign.ts"
import { temporary } from "../support/runs.ts"

const pool = (trouble: Trouble, options: Partial<Processes.Options> = {}) =>
  Processes.layer({
    entry: new URL("../support/poolWorker.ts", import.meta.url),
    args: [trouble],
    size: 2,
    ...options
  }).pipe(Layer.provideMerge(NodeServices.layer))

const unready = new URL("../support/unreadyWorker.ts", import.meta.url)

/** The worker processes of this process that are alive. */
const workers = (): ReadonlyArray<number> => {
  const lines = execFileSync("ps", ["-o", "pid,args", "--ppid", String(process.pid)], { encoding: "utf8" }).split("\n")
  return lines.filter((line) => line.includes("poolWorker.ts")).map((line) => Number(line.trim().split(" ")[0]))
}

const start = (trouble: Trouble, directory: string) =>
  Effect.flatMap(poolDesign(trouble), (design) => Run.start(design, directory))

const undisturbed = Effect.gen(function* () {
  const { results } = yield* start("none", yield* temporary)
  return results.map(({ id, status, scores }) => ({ id, status, scores }))
}).pipe(Effect.provide(Layer.mergeAll(NodeServices.layer, Executor.inProcess)))

const compared = (results: ReadonlyArray<Job.Result>) =>
  results.map(({ id, status, scores }) => ({ id, status, scores }))

describe("Processes", () => {
  it.live("gives the numbers of a run in one process, to the last bit", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      const { results } = yield* start("none", directory).pipe(Effect.provide(pool("none")))
      assert.strictEqual(results.length, 16)
      assert.deepStrictEqual(compared(results), yield* undisturbed)
      assert.deepStrictEqual(workers(), [])
    })
  )

  it.live("finishes with the same numbers when workers are killed again and again", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      let killed = 0
      let seen = 0
      // A worker dies for every third result, so that some job is always at work and the run gets on all the same.
      const kill = Effect.sync(() => {
        const finished = linesIn(directory).length
        const [worker] = workers()
        if (worker === undefined || finished < seen + 3) return
        seen = finished
        process.kill(worker, "SIGKILL")
        killed += 1
      })
      const killer = yield* Effect.forkScoped(Effect.repeat(Effect.delay(kill, 30), Schedule.forever))
      const { results } = yield* start("slow", directory).pipe(Effect.provide(pool("slow", { attempts: 10 })))
      yield* Fiber.interrupt(killer)
      assert.isAbove(killed, 0)
      assert.deepStrictEqual(compared(results), yield* undisturbed)
    })
  )

  it.live("replaces a worker that died between two jobs", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      const design = yield* poolDesign("none")
      // A run, so that the directory has a manifest; its results are not looked at.
      yield* Run.start(design, directory).pipe(Effect.provide(Layer.mergeAll(NodeServices.layer, Executor.inProcess)))
      const ended: Array<string> = []
      // Once the process is gone, Node tells its parent; the next job must be sent after that.
      const killIdle = Effect.sync(() => workers().forEach((worker) => process.kill(worker, "SIGKILL"))).pipe(
        Effect.andThen(
          Effect.sync(() => workers().length).pipe(
            Effect.repeat({ until: (alive) => alive === 0, schedule: Schedule.spaced(20) })
          )
        ),
        Effect.andThen(Effect.sleep(100))
      )
      const executor = yield* Executor.Executor.pipe(Effect.provide(pool("none", { size: 1 })))
      yield* executor.run(design.jobs.slice(0, 3), {
        directory,
        runJob: () => Effect.die("the pool runs jobs in its workers"),
        store: () => Effect.void,
        onBegin: () => Effect.void,
        onEnd: ({ id, status }) =>
          Effect.andThen(
            Effect.sync(() => ended.push(`${status} ${id}`)),
            killIdle
          )
      })
      // A job that was sent before its parent heard of the end is tried again, after the others.
      assert.deepStrictEqual(
        ended.toSorted(),
        design.jobs
          .slice(0, 3)
          .map(({ id }) => `ok ${id}`)
          .toSorted()
      )
    })
  )

  it.live("reports jobs whose workers always crash, and finishes the others", () =>
    Effect.gen(function* () {
      const { results } = yield* start("crashes", yield* temporary).pipe(
        Effect.provide(pool("crashes", { attempts: 1 }))
      )
      const failed = results.filter(({ status }) => status === "failed")
      assert.deepStrictEqual(new Set(failed.map(({ job }) => job.learner)), new Set(["troubled"]))
      assert.strictEqual(failed.length, 4)
      assert.deepStrictEqual(new Set(failed.map(({ error }) => error?.tag)), new Set(["WorkerLost"]))
      assert.include(failed[0]!.error!.message, "it was ended by SIGKILL")
    })
  )

  it.live("starts no worker again and again that ends before it is ready: the run ends, and says why", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      const error = yield* Effect.flip(start("none", directory).pipe(Effect.provide(pool("none", { entry: unready }))))
      assert.strictEqual(
        error.message,
        `${directory}: a worker process cannot start, tried 3 times: it ended with code 1: TypeError: the library that it needs is broken; mend the cause, or run in one process by --workers 1, and start again: finished jobs are kept`
      )
      assert.deepStrictEqual(recordsIn(directory), [])
      const { results } = yield* start("none", directory).pipe(Effect.provide(pool("none")))
      assert.deepStrictEqual(compared(results), yield* undisturbed)
    })
  )

  it.live("says why the system starts no process", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      const closed = yield* Effect.flip(start("none", directory).pipe(Effect.provide(pool("none", { inherits: 9999 }))))
      assert.match(closed.message, /a worker process cannot start, tried 3 times: spawn .*EBADF/)
      const node = process.execPath
      process.execPath = "/nowhere/node"
      const absent = yield* Effect.flip(start("none", directory).pipe(Effect.provide(pool("none")))).pipe(
        Effect.ensuring(Effect.sync(() => (process.execPath = node)))
      )
      assert.match(absent.message, /a worker process cannot start, tried 3 times: spawn \/nowhere\/node ENOENT/)
    })
  )

  it.live("says when a learner exhausts the memory of its worker, does not try it again, and finishes the others", () =>
    Effect.gen(function* () {
      const { NODE_OPTIONS: before } = process.env
      process.env["NODE_OPTIONS"] = "--max-old-space-size=64"
      const restore = Effect.sync(() => {
        if (before === undefined) delete process.env["NODE_OPTIONS"]
        else process.env["NODE_OPTIONS"] = before
      })
      const begun: Array<string> = []
      const listen = (event: Events.Event) =>
        Effect.sync(() => event._tag === "JobBegun" && begun.push(event.job.learner))
      const { results } = yield* start("fills", yield* temporary).pipe(
        Effect.provide(pool("fills")),
        Effect.provideService(Events.Sink, listen),
        Effect.ensuring(restore)
      )
      const failed = results.filter(({ status }) => status === "failed")
      assert.deepStrictEqual(
        failed.map(({ job }) => job.learner),
        ["troubled", "troubled", "troubled", "troubled"]
      )
      assert.include(failed[0]!.error!.message, "its learner needs more memory than a process of Node has")
      assert.strictEqual(begun.filter((learner) => learner === "troubled").length, 4)
    })
  )

  it.live.runIf(existsSync("/proc/self/stat"))("replaces a worker that neither answers nor computes", () =>
    Effect.gen(function* () {
      const { results } = yield* start("hangs", yield* temporary).pipe(
        Effect.provide(pool("hangs", { silence: 2, attempts: 1 }))
      )
      const failed = results.filter(({ status }) => status === "failed")
      assert.deepStrictEqual(new Set(failed.map(({ job }) => job.learner)), new Set(["troubled"]))
      assert.match(failed[0]!.error!.message, /it neither answered nor computed for \d+ s/)
    })
  )

  it.live("ends jobs that hang at the time limit, and finishes the others", () =>
    Effect.gen(function* () {
      const { results } = yield* start("hangs", yield* temporary).pipe(Effect.provide(pool("hangs", { timeLimit: 2 })))
      const failed = results.filter(({ status }) => status === "failed")
      assert.strictEqual(failed.length, 4)
      assert.deepStrictEqual(new Set(failed.map(({ job }) => job.learner)), new Set(["troubled"]))
      assert.include(failed[0]!.error!.message, "longer than the limit of 2 s")
    })
  )

  it.live("leaves no process behind when it is interrupted, and keeps what is done", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      const running = yield* Effect.forkChild(start("slow", directory).pipe(Effect.provide(pool("slow"))))
      yield* Effect.sync(() => linesIn(directory).length > 0).pipe(
        Effect.catchDefect(() => Effect.succeed(false)),
        Effect.repeat({ until: (begun) => begun, schedule: Schedule.spaced(50) })
      )
      yield* Fiber.interrupt(running)
      const kept = recordsIn(directory).length
      assert.isAbove(kept, 0)
      yield* Effect.sync(() => workers().length).pipe(
        Effect.repeat({ until: (alive) => alive === 0, schedule: Schedule.spaced(50), times: 100 })
      )
      assert.deepStrictEqual(workers(), [])
      const again = yield* start("slow", directory).pipe(Effect.provide(pool("slow")))
      assert.isAtLeast(again.skipped, kept)
      assert.deepStrictEqual(compared(again.results), yield* undisturbed)
    })
  )

  it.live("says so when the workers plan another design than the run", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      const design = yield* poolDesign("none")
      const other = { ...design, hash: "another", jobs: design.jobs.slice(0, 2) }
      const error = yield* Effect.flip(Run.start(other, directory).pipe(Effect.provide(pool("none"))))
      assert.include(error.message, "the experiment or its data changed while the run went on")
    })
  )
})
