import { type ChildProcess, spawn } from "node:child_process"
import { existsSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Executor from "../../src/Executor.ts"
import * as Round from "../../src/executor/pull/Round.ts"
import * as JobStates from "../../src/executor/JobStates.ts"
import * as Workers from "../../src/executor/Workers.ts"
import * as Job from "../../src/Job.ts"
import * as Run from "../../src/Run.ts"
import { poolDesign, type Trouble } from "../support/poolDesign.ts"
import { temporary } from "../support/runs.ts"

const entry = fileURLToPath(new URL("../support/pullWorker.ts", import.meta.url))

/** Starts a worker, which is killed with the scope at the latest. */
const worker = (directory: string, trouble: Trouble, ...size: ReadonlyArray<string>) =>
  Effect.acquireRelease(
    Effect.sync(() =>
      spawn(process.execPath, [entry, directory, trouble, ...size], { stdio: ["ignore", "pipe", "inherit"] })
    ),
    (child) =>
      Effect.sync(() => {
        child.kill("SIGKILL")
      })
  )

const ended = (child: ChildProcess) =>
  Effect.callback<number | null>((resume) => {
    if (child.exitCode !== null || child.signalCode !== null) return resume(Effect.succeed(child.exitCode))
    child.on("close", (code) => resume(Effect.succeed(code)))
  })

const waiting = (options: Partial<Workers.Options> = {}) =>
  Workers.layer({ experiment: "", lease: 1, ...options }).pipe(Layer.provideMerge(NodeServices.layer))

const start = (trouble: Trouble, directory: string, options: Run.StartOptions = {}) =>
  Effect.flatMap(poolDesign(trouble), (design) =>
    Run.start(design, directory, { provenance: { engine: "the engine" }, ...options })
  )

const compared = (results: ReadonlyArray<Job.Result>) =>
  results.map(({ id, status, scores }) => ({ id, status, scores }))

const undisturbed = Effect.gen(function* () {
  return compared((yield* start("none", yield* temporary)).results)
}).pipe(Effect.provide(Layer.mergeAll(NodeServices.layer, Executor.inProcess)))

const files = (directory: string, ending: RegExp) => {
  const folder = join(directory, "workers", "1")
  return existsSync(folder) ? readdirSync(folder).filter((name) => ending.test(name)) : []
}

const until = (holds: () => boolean) =>
  Effect.gen(function* () {
    for (let i = 0; i < 1500 && !holds(); i++) yield* Effect.sleep(20)
    assert.isTrue(holds())
  })

describe("Workers", () => {
  it.live("that come and are killed give the numbers of a run in one process, to the last bit", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      // A worker may come before the run.
      const first = yield* worker(directory, "slow")
      const run = yield* Effect.forkChild(start("slow", directory))
      // In the middle of a job, and not between two.
      const done = () => files(directory, /\.done$/).length
      yield* until(() => done() >= 2 && files(directory, /\.1$/).length > done())
      first.kill("SIGKILL")
      const second = yield* worker(directory, "slow")
      const third = yield* worker(directory, "slow")
      const { results } = yield* Fiber.join(run)
      assert.deepStrictEqual(compared(results), yield* undisturbed)
      // The job of the one that was killed has a second lease, and no other job has.
      assert.strictEqual(files(directory, /\.2$/).length, 1)
      assert.deepStrictEqual([yield* ended(second), yield* ended(third)], [0, 0])
    }).pipe(Effect.scoped, Effect.provide(waiting()))
  )

  it.live("that hang up on a job one after the other leave it failed, and the others finished", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      const run = yield* Effect.forkChild(start("crashes", directory))
      // Each of these dies at every job of the learner in trouble.
      const supply = yield* Effect.forkChild(
        Effect.forever(Effect.flatMap(worker(directory, "crashes"), ended)).pipe(Effect.scoped)
      )
      const { results } = yield* Fiber.join(run)
      yield* Fiber.interrupt(supply)
      const failed = results.filter(({ status }) => status === "failed")
      assert.deepStrictEqual(
        failed.map(({ error, job }) => [job.learner, error?.tag]),
        Array.from({ length: 4 }, () => ["troubled", "WorkerLost"])
      )
      assert.include(failed[0]!.error?.message, "were lost 1 times")
      assert.strictEqual(results.length, 16)
    }).pipe(Effect.scoped, Effect.provide(waiting({ attempts: 1 })))
  )

  it.live("of several processes replace those that are killed, and give up jobs that kill them", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      const run = yield* Effect.forkChild(start("crashes", directory))
      const child = yield* worker(directory, "crashes", "2")
      const { results } = yield* Fiber.join(run)
      assert.strictEqual(yield* ended(child), 0)
      const failed = results.filter(({ status }) => status === "failed")
      assert.deepStrictEqual(
        failed.map(({ error, job }) => [job.learner, error?.tag]),
        Array.from({ length: 4 }, () => ["troubled", "WorkerLost"])
      )
      assert.include(failed[0]!.error?.message, "were lost 2 times")
      const good = (all: ReturnType<typeof compared>) => all.filter(({ id }) => !failed.some((each) => each.id === id))
      assert.deepStrictEqual(good(compared(results)), good(yield* undisturbed))
      // Nobody waited for the time of a lease to be over: this worker's heart beats.
      assert.strictEqual(files(directory, /\.3$/).length, 4)
    }).pipe(Effect.scoped, Effect.provide(waiting({ attempts: 2, lease: 600 })))
  )

  it.live("of several processes whose processes do not start end, and say why", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      const run = yield* Effect.forkChild(start("none", directory))
      const child = yield* worker(directory, "none", "2", "unreadyWorker.ts")
      let said = ""
      child.stdout!.setEncoding("utf8").on("data", (text: string) => (said += text))
      assert.strictEqual(yield* ended(child), 1)
      assert.include(said, "a worker process cannot start, tried 3 times")
      // Another worker takes over what this one had.
      yield* worker(directory, "none", "2")
      const { results } = yield* Fiber.join(run)
      assert.deepStrictEqual(compared(results), yield* undisturbed)
    }).pipe(Effect.scoped, Effect.provide(waiting()))
  )

  it.live("of which one process does not start leave its job to others, and go on", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      const run = yield* Effect.forkChild(start("slow", directory))
      const child = yield* worker(directory, "slow", "2", "onceWorker.ts")
      const { results } = yield* Fiber.join(run)
      assert.deepStrictEqual(compared(results), yield* undisturbed)
      assert.strictEqual(yield* ended(child), 0)
      assert.strictEqual(files(directory, /\.2$/).length, 1)
      rmSync(join(tmpdir(), `rocflow-once-${child.pid}`), { recursive: true })
    }).pipe(Effect.scoped, Effect.provide(waiting()))
  )

  it.live("go on where they were when the run that waits is started again", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      const run = yield* Effect.forkChild(start("slow", directory))
      yield* worker(directory, "slow")
      yield* until(() => files(directory, /\.done$/).length >= 2)
      yield* Fiber.interrupt(run)
      const { results, skipped } = yield* start("slow", directory)
      assert.isAtLeast(skipped, 2)
      assert.deepStrictEqual(compared(results), yield* undisturbed)
      assert.deepStrictEqual(readdirSync(join(directory, "workers")), ["1"])
    }).pipe(Effect.scoped, Effect.provide(waiting()))
  )

  it.live("with another engine are refused", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      const run = yield* Effect.forkChild(start("none", directory, { provenance: { engine: "another" } }))
      const child = yield* worker(directory, "none")
      let said = ""
      child.stdout!.setEncoding("utf8").on("data", (text: string) => (said += text))
      assert.strictEqual(yield* ended(child), 1)
      assert.include(said, "the run was begun on the engine another, and this machine has the engine")
      yield* Fiber.interrupt(run)
    }).pipe(Effect.scoped, Effect.provide(waiting()))
  )
})

describe("a round", () => {
  const content = { experiment: "", jobs: ["a", "b", "c"], lease: 60, attempts: 5 }

  it.live("gives a lease to one worker only, and each generation once", () =>
    Effect.gen(function* () {
      const round = yield* Round.begin(yield* temporary, content)
      const tries = yield* Effect.forEach(
        Array.from({ length: 20 }, (_, i) => i),
        (i) => Round.take(round, "a", 1, `worker ${i}`),
        { concurrency: "unbounded" }
      )
      assert.strictEqual(tries.filter(Boolean).length, 1)
      assert.isTrue(yield* Round.take(round, "a", 2, "another"))
      assert.isFalse(yield* Round.take(round, "a", 2, "a third"))
      assert.strictEqual(yield* Round.holder(round, "a", 2), "another")
      yield* Round.finish(round, "b")
      const { closed, done, leases } = yield* Round.progress(round)
      assert.deepStrictEqual([closed, [...done], [...leases]], [false, ["b"], [["a", 2]]])
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer))
  )

  it.live("tells where jobs stand; done is only what has a result", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      const round = yield* Round.begin(directory, content)
      yield* Round.take(round, "a", 1, "silent")
      yield* Round.finish(round, "b")
      const standings = yield* JobStates.of(directory, ["a", "b", "c", "d"], [{ id: "d", status: "failed" }])
      assert.deepStrictEqual(
        Array.from(standings, ([id, { state }]) => [id, state]),
        [
          ["a", "lost"],
          ["b", "pending"],
          ["c", "pending"],
          ["d", "failed"]
        ]
      )
      yield* Round.close(round)
      assert.strictEqual((yield* JobStates.of(directory, ["c"], [])).get("c")?.state, "open")
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer))
  )
})
