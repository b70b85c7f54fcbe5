import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Executor from "../src/Executor.ts"
import * as Job from "../src/Job.ts"
import { RunError } from "../src/RunDirectory.ts"
import { control, design } from "./support/runs.ts"

/** Handlers that write down what is called. */
const recording = (log: Array<string>) => ({
  directory: "nowhere",
  runJob: (job: Job.Job<unknown>) =>
    Effect.sync((): Job.Result => {
      log.push(`run ${job.id}`)
      return { id: job.id, job: Job.columns(job), status: "ok", scores: {}, seconds: 0 }
    }),
  store: () => Effect.sync(() => void log.push("store")),
  onBegin: ({ id }: Job.Job<unknown>) => Effect.sync(() => void log.push(`begin ${id}`)),
  onEnd: ({ id }: Job.Result) => Effect.sync(() => void log.push(`end ${id}`))
})

describe("Executor.inProcess", () => {
  it.effect("runs jobs one after another in the order given, and tells of each", () =>
    Effect.gen(function* () {
      const { jobs } = yield* design(control())
      const log: Array<string> = []
      const executor = yield* Executor.Executor
      assert.strictEqual(executor.name, "in-process")
      yield* executor.run(jobs, recording(log))
      assert.deepStrictEqual(
        log,
        jobs.flatMap(({ id }) => [`begin ${id}`, `run ${id}`, `end ${id}`])
      )
    }).pipe(Effect.provide(Executor.inProcess))
  )

  it.effect("has nothing to do without jobs", () =>
    Effect.gen(function* () {
      const log: Array<string> = []
      yield* (yield* Executor.Executor).run([], recording(log))
      assert.deepStrictEqual(log, [])
    }).pipe(Effect.provide(Executor.inProcess))
  )

  it.effect("ends with the failure of a result that cannot be stored", () =>
    Effect.gen(function* () {
      const { jobs } = yield* design(control())
      const log: Array<string> = []
      const full = new RunError({ directory: "x", given: "the disk", rule: "is full", advice: "make room" })
      const error = yield* Effect.flip(
        (yield* Executor.Executor).run(jobs, { ...recording(log), runJob: () => Effect.fail(full) })
      )
      assert.strictEqual(error, full)
      assert.deepStrictEqual(log, [`begin ${jobs[0]!.id}`])
    }).pipe(Effect.provide(Executor.inProcess))
  )
})
