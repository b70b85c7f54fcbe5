/** What a run keeps: reused where it is equal, and never read as something else. */
import { existsSync, readFileSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Learner from "@rocflow/core/learning/Learner"
import * as Measure from "@rocflow/core/learning/Measure"
import * as Timing from "@rocflow/core/learning/Timing"
import * as Seed from "@rocflow/core/Seed"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import fc from "fast-check"
import * as Checked from "../src/Checked.ts"
import * as Design from "../src/Design.ts"
import type * as Job from "../src/Job.ts"
import * as Manifest from "../src/Manifest.ts"
import * as Pooled from "../src/Pooled.ts"
import * as Resampling from "../src/Resampling.ts"
import * as Run from "../src/Run.ts"
import { editRecords, linesIn } from "./support/records.ts"
import { type Control, control, noisy, services, task, temporary } from "./support/runs.ts"

/** A design of named learners, on four folds unless told otherwise. */
const designOf = (
  state: Control,
  {
    folds = 4,
    learners = ["one", "two"],
    measures = [Measure.mse]
  }: {
    readonly folds?: number
    readonly learners?: ReadonlyArray<string>
    readonly measures?: ReadonlyArray<Job.AnyMeasure>
  } = {}
) =>
  Design.grid({
    tasks: [task],
    learners: learners.map((name, i) => Learner.named(noisy(state, i + 1), name)),
    resamplings: [Resampling.cv({ folds })],
    measures,
    seed: 1
  })

const live = (name: string, test: Effect.Effect<void, unknown, never>) =>
  it.live(name, () => test as Effect.Effect<void>)

describe("an experiment that changed in part", () => {
  live(
    "trains only the learner that is new, in the directory of before",
    Effect.gen(function* () {
      const directory = yield* temporary
      const first = yield* Run.start(yield* designOf(control()), directory)
      const state = control()
      const again = yield* Run.start(yield* designOf(state, { learners: ["one", "two", "three"] }), directory)
      assert.strictEqual(state.trained, 4)
      assert.strictEqual(again.skipped, 8)
      const old = again.results.filter(({ job }) => job.learner !== "three")
      assert.deepStrictEqual(old, first.results)
    }).pipe(Effect.scoped, Effect.provide(services))
  )

  live(
    "computes a new measure of the predictions, without training",
    Effect.gen(function* () {
      const directory = yield* temporary
      yield* Run.start(yield* designOf(control()), directory)
      const state = control()
      const again = yield* Run.start(yield* designOf(state, { measures: [Measure.mse, Measure.mae] }), directory)
      const whole = yield* Run.start(
        yield* designOf(control(), { measures: [Measure.mse, Measure.mae] }),
        yield* temporary
      )
      assert.strictEqual(state.trained, 0)
      const scores = (results: typeof whole.results) => results.map((result) => result.scores)
      assert.deepStrictEqual(scores(again.results), scores(whole.results))
      assert.deepStrictEqual(scores((yield* Run.read(directory)).results), scores(whole.results))
    }).pipe(Effect.scoped, Effect.provide(services))
  )

  live(
    "has no seconds of jobs that were finished before they were asked for",
    Effect.gen(function* () {
      const directory = yield* temporary
      yield* Run.start(yield* designOf(control(), { learners: ["one"] }), directory)
      const state = control()
      const measures = [Measure.mse, Timing.trainSeconds]
      const { results } = yield* Run.start(yield* designOf(state, { measures }), directory)
      assert.strictEqual(state.trained, 4)
      for (const { job, scores } of results) {
        const seconds = scores["trainSeconds"]
        if (job.learner === "two") assert.isNumber(seconds)
        else {
          assert.deepStrictEqual(
            seconds,
            Measure.undefinedBecause(
              "the job was finished before its seconds were asked for; run it in another directory to have them"
            )
          )
        }
      }
    }).pipe(Effect.scoped, Effect.provide(services))
  )

  live(
    "takes over what is equal from another run, with the predictions",
    Effect.gen(function* () {
      const other = yield* temporary
      const first = yield* Run.start(yield* designOf(control()), other, { models: true })
      const directory = yield* temporary
      const state = control()
      const made = yield* designOf(state, { learners: ["one", "two", "three"] })
      const again = yield* Run.start(made, directory, { reuse: [other], models: true })
      assert.strictEqual(state.trained, 4)
      const of = (results: typeof again.results) => results.filter(({ job }) => job.learner !== "three")
      // When a record was written is no part of what it says.
      const said = (results: typeof again.results) => of(results).map(({ at: _, ...rest }) => rest)
      assert.deepStrictEqual(said(again.results), said(first.results))
      assert.strictEqual(again.reused, 8)
      assert.lengthOf(readdirSync(join(directory, "models")), 12)
      const pooled = yield* Pooled.measure(again, [Measure.mse])
      assert.deepStrictEqual(
        pooled.map(({ rows }) => rows),
        [12, 12, 12]
      )
    }).pipe(Effect.scoped, Effect.provide(services))
  )

  live(
    "says which run it cannot take over from",
    Effect.gen(function* () {
      const nothing = yield* temporary
      const error = yield* Effect.flip(Run.start(yield* designOf(control()), yield* temporary, { reuse: [nothing] }))
      assert.include(error.message, `${nothing}: the directory holds no run`)
    }).pipe(Effect.scoped, Effect.provide(services))
  )
})

describe("models", () => {
  live(
    "that are asked for later are made, by executing those jobs again, and no others",
    Effect.gen(function* () {
      const directory = yield* temporary
      yield* Run.start(yield* designOf(control()), directory)
      const state = control()
      const again = yield* Run.start(yield* designOf(state), directory, { models: true })
      assert.deepStrictEqual([state.trained, again.skipped], [8, 0])
      assert.lengthOf(readdirSync(join(directory, "models")), 8)
      rmSync(join(directory, "models", again.results[0]!.id), { recursive: true })
      const third = control()
      yield* Run.start(yield* designOf(third), directory, { models: true })
      assert.strictEqual(third.trained, 1)
    }).pipe(Effect.scoped, Effect.provide(services))
  )
})

describe("another run", () => {
  live(
    "gives no job whose predictions are gone or were changed",
    Effect.gen(function* () {
      const other = yield* temporary
      const { results } = yield* Run.start(yield* designOf(control()), other)
      const [first, ...others] = results.map(({ pack }) => pack!).toSorted((a, b) => a.from - b.from)
      const pack = join(other, "predictions", first!.file)
      const bytes = readFileSync(pack)
      bytes[first!.from + first!.size - 1]! ^= 1
      writeFileSync(pack, bytes.subarray(0, others.at(-1)!.from + 8))
      const state = control()
      const made = yield* Run.start(yield* designOf(state), yield* temporary, { reuse: [other] })
      assert.deepStrictEqual([state.trained, made.reused], [2, 6])
    }).pipe(Effect.scoped, Effect.provide(services))
  )
})

describe("a finished run", () => {
  live(
    "is refused when results were taken away, until they are computed again",
    Effect.gen(function* () {
      const directory = yield* temporary
      const first = yield* Run.start(yield* designOf(control()), directory)
      editRecords(directory, (line, i) => (i < 6 ? line : undefined))
      const error = yield* Effect.flip(Run.read(directory))
      assert.strictEqual(
        error.message,
        `${directory}: the run was finished with 8 jobs, and the results of 2 of them are gone; run the experiment again: what is gone is computed anew`
      )
      const state = control()
      const again = yield* Run.start(yield* designOf(state), directory)
      assert.strictEqual(state.trained, 2)
      assert.deepStrictEqual(
        again.results.map(({ scores }) => scores),
        first.results.map(({ scores }) => scores)
      )
    }).pipe(Effect.scoped, Effect.provide(services))
  )

  live(
    "is refused when a record was swapped with another's",
    Effect.gen(function* () {
      const directory = yield* temporary
      yield* Run.start(yield* designOf(control()), directory)
      const [a, b] = linesIn(directory).map((line) => JSON.parse(line) as { id: string })
      editRecords(directory, (line, i) => (i === 0 ? line.replace(a!.id, b!.id) : line))
      const error = yield* Effect.flip(Run.read(directory))
      assert.include(error.message, "cannot be trusted: it was changed since it was written")
    }).pipe(Effect.scoped, Effect.provide(services))
  )

  live(
    "gives the same numbers or an error, whatever byte of a file is changed and wherever a file is cut",
    Effect.gen(function* () {
      const directory = yield* temporary
      const made = yield* designOf(control())
      yield* Run.start(made, directory)
      const read = Effect.gen(function* () {
        const run = yield* Run.read(directory)
        const pooled = yield* Pooled.measure(run, [Measure.mae])
        return { jobs: run.manifest.jobs, results: run.results, pooled }
      })
      const whole = yield* read
      const files = [
        "design.json",
        "finished.json",
        ...["results", "predictions"].flatMap((folder) =>
          readdirSync(join(directory, folder)).map((name) => join(folder, name))
        )
      ]
      const random = Seed.generator(Seed.root(1))
      let refused = 0
      for (let trial = 0; trial < 500; trial++) {
        const file = join(directory, files[random.below(files.length)]!)
        const bytes = readFileSync(file)
        const at = random.below(statSync(file).size)
        const damaged = random.below(2) === 0 ? bytes.subarray(0, at) : Buffer.from(bytes)
        if (damaged.length === bytes.length) damaged[at]! ^= 1 << random.below(8)
        writeFileSync(file, damaged)
        const found = yield* Effect.result(read)
        if (Result.isSuccess(found)) assert.deepStrictEqual(found.success, whole, file)
        else {
          refused += 1
          assert.strictEqual((found.failure as { readonly _tag: string })._tag, "RunError")
        }
        writeFileSync(file, bytes)
      }
      assert.isAbove(refused, 400)
    }).pipe(Effect.scoped, Effect.provide(services))
  )

  live(
    "has no half files of processes that were killed before it began",
    Effect.gen(function* () {
      const directory = yield* temporary
      yield* Run.start(yield* designOf(control()), directory)
      const [old, fresh] = ["scores.parquet.77-0.part", "predictions/x.parquet.78-1.part"].map((name) =>
        join(directory, name)
      )
      for (const file of [old!, fresh!]) writeFileSync(file, "half")
      utimesSync(old!, 1, 1)
      utimesSync(fresh!, 4e9, 4e9)
      yield* Run.start(yield* designOf(control()), directory)
      assert.deepStrictEqual([existsSync(old!), existsSync(fresh!)], [false, true])
    }).pipe(Effect.scoped, Effect.provide(services))
  )

  live(
    "goes on after the last line of a killed process",
    Effect.gen(function* () {
      const directory = yield* temporary
      const first = yield* Run.start(yield* designOf(control()), directory)
      const [segment] = readdirSync(join(directory, "results"))
      const file = join(directory, "results", segment!)
      const text = readFileSync(file, "utf8")
      rmSync(file)
      writeFileSync(join(directory, "results", "of-another-process.jsonl"), text.slice(0, -20))
      rmSync(join(directory, "finished.json"))
      assert.lengthOf((yield* Run.read(directory)).results, 7)
      const again = yield* Run.start(yield* designOf(control()), directory)
      assert.strictEqual(again.skipped, 7)
      assert.deepStrictEqual(
        again.results.map(({ scores }) => scores),
        first.results.map(({ scores }) => scores)
      )
    }).pipe(Effect.scoped, Effect.provide(services))
  )
})

describe("Checked", () => {
  it("reads what it wrote, and nothing else", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }),
        fc.nat(),
        fc.nat({ max: 65_535 }),
        (json, at, code) => {
          const text = Checked.write(json)
          const read = Checked.read(text)
          assert.deepStrictEqual(Result.getOrThrow(read), JSON.parse(JSON.stringify(json)))
          const place = at % text.length
          const other = text.slice(0, place) + String.fromCharCode(code) + text.slice(place + 1)
          if (other !== text) assert.isTrue(Result.isFailure(Checked.read(other)))
        }
      )
    )
  })
})

describe("the design of many jobs", () => {
  live(
    "names them as the design does, and takes little room",
    Effect.gen(function* () {
      const made = yield* designOf(control(), { folds: 12, learners: ["one", "two", "three", "four"] })
      const manifest = Manifest.of(
        made,
        {
          learnerHash: (id) => Learner.hash(made.learners.find((learner) => learner.id === id)!),
          resamplingText: ({ resampling }) => Resampling.toText(resampling)
        },
        { provenance: {}, models: false }
      )
      assert.deepStrictEqual(
        manifest.jobs.map(({ id, job }) => [id, job.learner, job.iteration]),
        made.jobs.map(({ id, learner, split }) => [id, learner.id, split.iteration])
      )
      assert.deepStrictEqual(Result.getOrThrow(Manifest.fromText(Manifest.toText(manifest))), manifest)
    }).pipe(Effect.scoped, Effect.provide(services))
  )
})
