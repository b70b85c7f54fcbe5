import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Task from "@rocflow/core/data/Task"
import * as TaskSchema from "@rocflow/core/data/TaskSchema"
import * as Learner from "@rocflow/core/learning/Learner"
import * as Deferred from "effect/Deferred"
import * as Auto from "@rocflow/core/engine/Auto"
import * as Saved from "@rocflow/core/learning/Saved"
import * as Registry from "@rocflow/core/pipeline/Registry"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Result from "effect/Result"
import fc from "fast-check"
import type { AnyLearner } from "../src/Job.ts"
import type * as Job from "../src/Job.ts"
import * as Events from "@rocflow/core/learning/Events"
import * as Run from "../src/Run.ts"
import { editRecords, linesIn, recordsIn } from "./support/records.ts"
import { control, design, noise, refuse, services, temporary } from "./support/runs.ts"

const scoresOf = (results: ReadonlyArray<Job.Result>) => results.map(({ id, scores }) => [id, scores])

const finished = (directory: string) => recordsIn(directory).map(({ id }) => id)

/** Starts a run and interrupts it in the middle of training number `n`. */
const interruptedAt = Effect.fnUntraced(function* (n: number, directory: string) {
  const state = control()
  const reached = yield* Deferred.make<void>()
  state.instead = (i) =>
    i === n ? Deferred.succeed(reached, undefined).pipe(Effect.andThen(Effect.never)) : Effect.void
  const fiber = yield* Effect.forkChild(Run.start(yield* design(state), directory))
  yield* Deferred.await(reached)
  yield* Fiber.interrupt(fiber)
})

describe("Run.start", () => {
  it.live("gives the same numbers for the same design, wherever it runs", () =>
    Effect.gen(function* () {
      const first = yield* Run.start(yield* design(control()), yield* temporary)
      const second = yield* Run.start(yield* design(control()), yield* temporary)
      assert.strictEqual(first.results.length, 8)
      assert.deepStrictEqual(scoresOf(second.results), scoresOf(first.results))
      const other = yield* Run.start(yield* design(control(), 2), yield* temporary)
      assert.notDeepEqual(
        other.results.map(({ scores }) => scores),
        first.results.map(({ scores }) => scores)
      )
    }).pipe(Effect.scoped, Effect.provide(services))
  )

  it.live("gives results in the order of the design, though long jobs run first", () =>
    Effect.gen(function* () {
      const planned = yield* design(control())
      const { results } = yield* Run.start(planned, yield* temporary)
      assert.deepStrictEqual(
        results.map(({ id }) => id),
        planned.jobs.map(({ id }) => id)
      )
    }).pipe(Effect.scoped, Effect.provide(services))
  )

  it.live("calls finished jobs by their new names", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      const state = control()
      const before = yield* Run.start(yield* design(state), directory, { provenance: { started: "then" } })
      const planned = yield* design(state)
      const renamed = (learner: AnyLearner) => Learner.named(learner, `new ${learner.id}`)
      const after = yield* Run.start(
        {
          ...planned,
          learners: planned.learners.map(renamed),
          jobs: planned.jobs.map((job) => ({ ...job, learner: renamed(job.learner) }))
        },
        directory
      )
      assert.strictEqual(after.skipped, 8)
      assert.deepStrictEqual(scoresOf(after.results), scoresOf(before.results))
      const read = yield* Run.read(directory)
      for (const { manifest, results } of [after, read]) {
        assert.deepStrictEqual(
          manifest.learners.map(({ id }) => id),
          ["new one", "new two"]
        )
        assert.deepStrictEqual(new Set(results.map(({ job }) => job.learner)), new Set(["new one", "new two"]))
        assert.strictEqual(manifest.provenance["started"], "then")
      }
    }).pipe(Effect.scoped, Effect.provide(services))
  )

  it.live("repeats nothing that is finished", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      const state = control()
      const first = yield* Run.start(yield* design(state), directory)
      assert.strictEqual(state.trained, 8)
      assert.strictEqual(first.skipped, 0)
      const again = yield* Run.start(yield* design(state), directory)
      assert.strictEqual(state.trained, 8)
      assert.strictEqual(again.skipped, 8)
      assert.deepStrictEqual(again.results, first.results)
    }).pipe(Effect.scoped, Effect.provide(services))
  )

  it.live("goes on after an interruption at any job, with the same numbers and without repeating a job", () =>
    Effect.gen(function* () {
      const undisturbed = yield* Run.start(yield* design(control()), yield* temporary)
      for (const n of [1, 2, 5, 8]) {
        const directory = yield* temporary
        yield* interruptedAt(n, directory)
        const before = finished(directory)
        assert.strictEqual(before.length, n - 1)
        assert.strictEqual((yield* Run.read(directory)).results.length, n - 1)
        const state = control()
        const resumed = yield* Run.resume(yield* design(state), directory)
        assert.strictEqual(state.trained, 8 - (n - 1))
        assert.strictEqual(resumed.skipped, n - 1)
        assert.deepStrictEqual(scoresOf(resumed.results), scoresOf(undisturbed.results))
        // A job that is finished is not executed again.
        assert.lengthOf(linesIn(directory), 8)
        assert.includeMembers(finished(directory), before)
      }
    }).pipe(Effect.scoped, Effect.provide(services))
  )

  it.live("runs exactly the jobs whose results are missing, whichever they are", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      const first = yield* Run.start(yield* design(control()), directory)
      const lost = fc.sample(fc.subarray([0, 1, 2, 3, 4, 5, 6, 7]), { numRuns: 15, seed: 1 })
      for (const indices of lost) {
        const gone = new Set(indices.map((i) => first.results[i]!.id))
        editRecords(directory, (line) => (gone.has(JSON.parse(line).id) ? undefined : line))
        const state = control()
        const again = yield* Run.start(yield* design(state), directory)
        assert.strictEqual(state.trained, indices.length)
        assert.deepStrictEqual(scoresOf(again.results), scoresOf(first.results))
      }
    }).pipe(Effect.scoped, Effect.provide(services))
  )

  it.live("refuses a directory with a run of another design, and leaves that run as it was", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      const first = yield* Run.start(yield* design(control()), directory)
      const state = control()
      const error = yield* Effect.flip(Run.start(yield* design(state, 2), directory))
      assert.strictEqual(
        error.message,
        `${directory}: the directory holds a run that has no job in common with this one (other data, roles, learners, splits or seed); choose another directory, or delete this one`
      )
      assert.strictEqual(state.trained, 0)
      assert.deepStrictEqual((yield* Run.read(directory)).results, first.results)
    }).pipe(Effect.scoped, Effect.provide(services))
  )

  it.live("takes a directory for one of two designs that start at once, and for both starts of one", () =>
    Effect.gen(function* () {
      for (let round = 0; round < 10; round++) {
        const directory = yield* temporary
        const starts = [1, 2, 1].map((seed) =>
          Effect.flatMap(design(control(), seed), (planned) => Run.start(planned, directory))
        )
        const [one, two, three] = yield* Effect.all(starts, { concurrency: "unbounded", mode: "result" })
        // The first and the last are the same design: both go through, or the other one does.
        assert.strictEqual(Result.isSuccess(one!), Result.isSuccess(three!))
        assert.notStrictEqual(Result.isSuccess(one!), Result.isSuccess(two!))
        const { manifest } = yield* Run.read(directory)
        const winner = Result.getOrThrow(Result.isSuccess(one!) ? one : two!)
        assert.strictEqual(manifest.hash, winner.manifest.hash)
        const loser = Result.isSuccess(one!) ? two! : one!
        assert.match(
          String(Result.isFailure(loser) && loser.failure.message),
          /(was taken by another design|holds a run that has no job in common with this one) \(/
        )
        const { results } = yield* Run.read(directory)
        assert.deepStrictEqual(
          results.map(({ id }) => id),
          manifest.jobs.map(({ id }) => id)
        )
      }
    }).pipe(Effect.scoped, Effect.provide(services))
  )

  it.live("goes on with a change at which a start was killed, and with no other before that is said to be over", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      const { manifest } = yield* Run.start(yield* design(control()), directory)
      writeFileSync(join(directory, "design.next"), "0".repeat(manifest.hash.length))
      const error = yield* Effect.flip(Run.start(yield* design(control()), directory))
      assert.include(error.message, "where there is none, delete the file design.next")
      writeFileSync(join(directory, "design.next"), manifest.hash)
      yield* Run.start(yield* design(control()), directory)
      assert.isFalse(existsSync(join(directory, "design.next")))
    }).pipe(Effect.scoped, Effect.provide(services))
  )

  it.live("goes on where a start was killed before it had said its design", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      writeFileSync(join(directory, "design.hash"), "")
      const { manifest, results } = yield* Run.start(yield* design(control()), directory)
      assert.strictEqual(results.length, 8)
      assert.strictEqual(readFileSync(join(directory, "design.hash"), "utf8"), manifest.hash)
    }).pipe(Effect.scoped, Effect.provide(services))
  )

  it.live("keeps the finished jobs of a run whose design was lost, as the message about a broken one says", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      const first = yield* Run.start(yield* design(control()), directory)
      for (const name of ["figures", "models", "training"]) mkdirSync(join(directory, name))
      for (const name of ["report.html", "pooled.json"]) writeFileSync(join(directory, name), "")
      writeFileSync(join(directory, "design.json"), "{")
      const error = yield* Effect.flip(Run.start(yield* design(control()), directory))
      assert.include(error.message, "delete it, and run the experiment again: finished jobs are kept")
      rmSync(join(directory, "design.json"))
      const again = yield* Run.start(yield* design(control()), directory)
      assert.strictEqual(again.skipped, 8)
      assert.deepStrictEqual(again.results, first.results)
    }).pipe(Effect.scoped, Effect.provide(services))
  )

  it.live("refuses a place where no directory can be", () =>
    Effect.gen(function* () {
      const file = join(yield* temporary, "file")
      writeFileSync(file, "")
      const state = control()
      const error = yield* Effect.flip(Run.start(yield* design(state), join(file, "run")))
      assert.strictEqual(error._tag, "RunError")
      assert.match(
        error.message,
        /run: the directory cannot be made: a file stands in its way; choose another one, where you may write$/
      )
      assert.strictEqual(state.trained, 0)
    }).pipe(Effect.scoped, Effect.provide(services))
  )

  it.live("refuses to go on over a result that nobody can read", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      const { results } = yield* Run.start(yield* design(control()), directory)
      editRecords(directory, (line, i) => (i === 3 ? line.replace('"scores":{', '"scores":{"other":1,') : line))
      const error = yield* Effect.flip(Run.start(yield* design(control()), directory))
      assert.match(
        error.message,
        /: the record in line 4 of results\/\S+\.jsonl cannot be trusted: it was changed since it was written; delete that line and run/
      )
      editRecords(directory, (line, i) => (i === 3 ? undefined : line))
      const mended = yield* Run.start(yield* design(control()), directory)
      assert.deepStrictEqual(scoresOf(mended.results), scoresOf(results))
    }).pipe(Effect.scoped, Effect.provide(services))
  )

  it.live("keeps failures as results, and runs only them again when asked to", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      const state = control()
      state.instead = (n) => (n === 2 || n === 7 ? refuse("out of luck") : Effect.void)
      const first = yield* Run.start(yield* design(state), directory)
      const failed = first.results.filter(({ status }) => status === "failed")
      assert.deepStrictEqual(
        failed.map(({ error }) => error),
        [
          { tag: "PipelineError", message: "out of luck" },
          { tag: "PipelineError", message: "out of luck" }
        ]
      )
      const kept = control()
      const again = yield* Run.start(yield* design(kept), directory)
      assert.strictEqual(kept.trained, 0)
      assert.deepStrictEqual(again.results, first.results)
      const retried = control()
      const last = yield* Run.start(yield* design(retried), directory, { retryFailed: true })
      assert.strictEqual(retried.trained, 2)
      assert.strictEqual(last.skipped, 6)
      const undisturbed = yield* Run.start(yield* design(control()), yield* temporary)
      assert.deepStrictEqual(scoresOf(last.results), scoresOf(undisturbed.results))
      assert.deepStrictEqual(scoresOf((yield* Run.read(directory)).results), scoresOf(undisturbed.results))
    }).pipe(Effect.scoped, Effect.provide(services))
  )

  it.live("tells of its beginning, of every job and of how many are finished", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      yield* interruptedAt(3, directory)
      const events: Array<Events.Event> = []
      yield* Run.start(yield* design(control()), directory).pipe(
        Effect.provideService(Events.Sink, (event) => Effect.sync(() => void events.push(event)))
      )
      assert.deepStrictEqual(events[0], { _tag: "RunBegun", directory, jobs: 8, finished: 2 })
      assert.deepStrictEqual(
        events.flatMap((event) => (event._tag === "JobEnded" ? [event.finished] : [])),
        [3, 4, 5, 6, 7, 8]
      )
      assert.strictEqual(events.filter(({ _tag }) => _tag === "JobBegun").length, 6)
    }).pipe(Effect.scoped, Effect.provide(services))
  )

  it.live("remembers what was asked for and by what it was made", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      yield* Run.start(yield* design(control()), directory, {
        experiment: { asked: "for" },
        provenance: { engine: "none" }
      })
      const { manifest } = yield* Run.read(directory)
      assert.deepStrictEqual(manifest.provenance, { engine: "none" })
      assert.deepStrictEqual(readdirSync(directory).sort(), [
        "design.hash",
        "design.json",
        "experiment.json",
        "finished.json",
        "live",
        "predictions",
        "results",
        "results.csv",
        "scores.parquet",
        "splits.parquet",
        "splits.sha256"
      ])
    }).pipe(Effect.scoped, Effect.provide(services))
  )
})

describe("Run.resume", () => {
  it.live("needs a run to go on with", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      const error = yield* Effect.flip(Run.resume(yield* design(control()), directory))
      assert.include(error.message, "holds no run")
      assert.deepStrictEqual(readdirSync(directory), [])
    }).pipe(Effect.scoped, Effect.provide(services))
  )
})

describe("models", () => {
  it.live("are kept on request, one for each job, and predict as before when they are loaded", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      const planned = yield* design(control())
      yield* Run.start(planned, directory, { models: true })
      const [job] = planned.jobs
      const file = join(directory, "models", job!.id, "model.safetensors")
      const { task, learner, seed, split } = job!
      const registry = Result.getOrThrow(Registry.make([noise(control()).definition]))
      const saved = yield* Saved.read(file, registry)
      const schema = TaskSchema.of(task)
      assert.deepStrictEqual(saved.task, schema)
      assert.deepStrictEqual([saved.learner.id, saved.learner.json], [learner.id, learner.json])
      assert.deepStrictEqual(saved.origin, { rows: split.train.length, seed })
      const fitted = yield* learner.fit(Task.take(task, split.train), seed)
      const test = Result.getOrThrow(TaskSchema.rows(schema, Task.take(task, split.test)))
      const predicted = yield* saved.fitted.predict(test).pipe(Effect.provide(Auto.layer()))
      assert.deepStrictEqual(predicted.response, (yield* fitted.predict(test)).response)
      assert.lengthOf(readdirSync(join(directory, "models")), planned.jobs.length)
    }).pipe(Effect.provide(services))
  )

  it.live("are not kept otherwise", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      yield* Run.start(yield* design(control()), directory)
      assert.isFalse(existsSync(join(directory, "models")))
    }).pipe(Effect.provide(services))
  )
})

describe("engines", () => {
  it.live("are not mixed in one run", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      const planned = yield* design(control())
      yield* Run.start(planned, directory, { provenance: { engine: "a" } })
      const error = yield* Effect.flip(Run.start(planned, directory, { provenance: { engine: "b" } }))
      assert.include(error.message, "was begun on the engine a, and this is b")
      const { skipped } = yield* Run.start(planned, directory, { provenance: { engine: "a" } })
      assert.strictEqual(skipped, planned.jobs.length)
    }).pipe(Effect.provide(services))
  )
})
