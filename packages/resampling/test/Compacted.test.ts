/** A run that was compacted says what its segments say. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as FileProblem from "@rocflow/core/FileProblem"
import * as Learner from "@rocflow/core/learning/Learner"
import * as Measure from "@rocflow/core/learning/Measure"
import * as Effect from "effect/Effect"
import fc from "fast-check"
import * as Compacted from "../src/Compacted.ts"
import * as Design from "../src/Design.ts"
import type * as Job from "../src/Job.ts"
import * as Query from "../src/Query.ts"
import * as Run from "../src/Run.ts"
import * as RunDirectory from "../src/RunDirectory.ts"
import * as Score from "../src/Score.ts"
import * as Segments from "../src/Segments.ts"
import * as Status from "../src/Status.ts"
import { control, design, noisy, refuse, services, temporary } from "./support/runs.ts"

const live = (name: string, test: Effect.Effect<void, unknown, never>) =>
  it.live(name, () => test as Effect.Effect<void>)

/** A run of eight jobs, of which no result is there. */
const empty = Effect.gen(function* () {
  const directory = yield* temporary
  yield* Run.start(yield* design(control()), directory)
  for (const name of readdirSync(join(directory, "results"))) rmSync(join(directory, "results", name))
  for (const name of ["finished.json", "scores.parquet", "results.csv"]) rmSync(join(directory, name))
  return directory
})

const compact = Effect.fnUntraced(function* (directory: string) {
  const manifest = yield* RunDirectory.requireManifest(directory)
  yield* (yield* Compacted.keeper(directory, manifest, 0)).end
}, Effect.scoped)

const words = fc.constantFrom("plain", 'a "word", and\nlines', "ä → 東京", "null", " ")

const value: fc.Arbitrary<Score.Value> = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  words.map((reason) => Measure.undefinedBecause(reason))
)

/** Results of some of the jobs of a run, by their numbers; the same one may come again. */
const results = fc.array(
  fc.record({
    number: fc.nat(7),
    status: fc.constantFrom("ok" as const, "failed" as const),
    // Results of one design have the same measures.
    scores: fc.record({ mse: value, mae: value }),
    error: words,
    seconds: fc.double({ min: 0, max: 100, noNaN: true })
  }),
  { maxLength: 12 }
)

type Drawn = typeof results extends fc.Arbitrary<infer A> ? A : never

const append = Effect.fnUntraced(function* (directory: string, drawn: Drawn) {
  const { jobs } = yield* RunDirectory.requireManifest(directory)
  for (const { error, number, ...rest } of drawn) {
    const failure = rest.status === "ok" ? {} : { error: { tag: "PipelineError", message: error } }
    const result: Job.Result = { ...jobs[number]!, ...rest, ...failure }
    yield* Segments.append(directory, result)
  }
})

/** What is asked of a run: its score table, its status, its tables of SQL. */
const asked = Effect.fnUntraced(function* (directory: string) {
  const { rows } = yield* Run.scores(directory)
  const { cells, failures } = yield* Status.of(directory)
  const database = yield* Query.open(directory)
  const jobs = yield* database.query("SELECT * FROM jobs ORDER BY id")
  const scores = yield* database.query("SELECT * FROM scores ORDER BY id, measure")
  return {
    rows,
    cells: cells.map(({ seconds, ...cell }) => ({ ...cell, seconds: seconds.toPrecision(12) })),
    failures: failures.toSorted(),
    jobs: jobs.rows,
    scores: scores.rows
  }
}, Effect.scoped)

/** The same of its segments alone. */
const ofSegments = Effect.fnUntraced(function* (directory: string) {
  const hidden = readFileSync(join(directory, "finished.json"))
  rmSync(join(directory, "finished.json"))
  const found = yield* asked(directory)
  writeFileSync(join(directory, "finished.json"), hidden)
  return found
})

describe("a compacted run", () => {
  live(
    "says what its segments say, also of results that came since",
    Effect.promise(() =>
      fc.assert(
        fc.asyncProperty(results, results, (before, since) =>
          Effect.gen(function* () {
            const directory = yield* empty
            yield* append(directory, before)
            yield* compact(directory)
            assert.deepStrictEqual(yield* asked(directory), yield* ofSegments(directory))
            yield* append(directory, since)
            assert.deepStrictEqual(yield* asked(directory), yield* ofSegments(directory))
          }).pipe(Effect.scoped, Effect.provide(services), Effect.runPromise)
        ),
        { numRuns: 10, endOnFailure: true }
      )
    )
  )

  live(
    "keeps its numbers where a segment is changed behind the table, or its lines get other ends",
    Effect.gen(function* () {
      const directory = yield* temporary
      yield* Run.start(yield* design(control()), directory)
      const whole = yield* asked(directory)
      const [name] = readdirSync(join(directory, Segments.folder))
      const file = join(directory, Segments.folder, name!)
      const text = readFileSync(file, "utf8")
      writeFileSync(file, text.replaceAll("\n", "\r\n"))
      assert.deepStrictEqual(yield* asked(directory), whole)
      // A digit of a score: whoever reads the record refuses it, and the table has the number that was written.
      writeFileSync(
        file,
        text.replace(/"mse":(\d)/, (_, digit: string) => `"mse":${(Number(digit) + 1) % 10}`)
      )
      assert.deepStrictEqual((yield* Run.scores(directory)).rows, whole.rows)
      assert.include(FileProblem.messageOf(yield* Effect.flip(Run.read(directory))), "cannot be trusted")
    }).pipe(Effect.scoped, Effect.provide(services))
  )

  live(
    "is read from its segments where the table is gone, was changed, or its segments were cut",
    Effect.gen(function* () {
      const directory = yield* temporary
      yield* Run.start(yield* design(control()), directory)
      const manifest = yield* RunDirectory.requireManifest(directory)
      const isThere = Effect.map(Compacted.open(directory, manifest), (found) => found !== undefined)
      const table = join(directory, "scores.parquet")
      const bytes = readFileSync(table)
      const whole = yield* asked(directory)
      assert.isTrue(yield* isThere)
      for (const damage of [
        () => rmSync(table),
        () =>
          writeFileSync(
            table,
            bytes.map((byte, i) => byte ^ Number(i === 99))
          )
      ]) {
        damage()
        assert.isFalse(yield* isThere)
        assert.deepStrictEqual((yield* asked(directory)).rows, whole.rows)
        writeFileSync(table, bytes)
      }
      const [segment] = readdirSync(join(directory, "results"))
      const file = join(directory, "results", segment!)
      const cut = readFileSync(file, "utf8").split("\n").slice(1).join("\n")
      rmSync(file)
      writeFileSync(join(directory, "results", "of-another-process.jsonl"), cut)
      assert.isFalse(yield* isThere)
      assert.include((yield* Effect.flip(Run.scores(directory))).message, "the results of 1 of them are gone")
      yield* Run.start(yield* design(control()), directory)
      assert.isTrue(yield* isThere)
    }).pipe(Effect.scoped, Effect.provide(services))
  )

  live(
    "calls learners by their new names, also where two have changed names",
    Effect.gen(function* () {
      const directory = yield* temporary
      const first = yield* design(control())
      yield* Run.start(first, directory)
      const [one, two] = [noisy(control()), noisy(control(), 2)]
      const swapped = yield* Design.grid({
        ...first,
        learners: [Learner.named(one, "two"), Learner.named(two, "one")],
        resamplings: first.plan.map(({ resampling }) => resampling)
      })
      const state = yield* Run.start(swapped, directory)
      assert.strictEqual(state.skipped, 8)
      assert.deepStrictEqual(yield* asked(directory), yield* ofSegments(directory))
    }).pipe(Effect.scoped, Effect.provide(services))
  )

  live(
    "is compacted on its way, where its results are many",
    Effect.gen(function* () {
      const directory = yield* temporary
      const state = control()
      state.instead = (n) => (n === 6 ? Effect.interrupt : Effect.void)
      yield* Effect.exit(Run.start(yield* design(state), directory)).pipe(Effect.provideService(Compacted.Least, 2))
      const manifest = yield* RunDirectory.requireManifest(directory)
      const { since } = (yield* Compacted.open(directory, manifest))!
      assert.strictEqual(since.length, 1)
      const rows = readFileSync(join(directory, "results.csv"), "utf8").trimEnd().split("\n").slice(1)
      assert.deepStrictEqual(
        rows.map((row) => row.split(",")[0]),
        manifest.jobs.map(({ id }) => id)
      )
      assert.lengthOf(
        rows.filter((row) => row.includes(",ok,")),
        4
      )
      assert.deepStrictEqual(yield* asked(directory), yield* ofSegments(directory))
    }).pipe(Effect.scoped, Effect.provide(services))
  )

  live(
    "is as good without its tables, where they cannot be written, and keeps none of before",
    Effect.gen(function* () {
      const directory = yield* temporary
      yield* Run.start(yield* design(control()), directory)
      rmSync(join(directory, "scores.parquet"))
      mkdirSync(join(directory, "scores.parquet", "in the way"), { recursive: true })
      const state = control()
      state.instead = (n) => (n === 1 ? refuse("out of luck") : Effect.void)
      const [one, two, three] = [1, 2, 3].map((scale) => noisy(state, scale))
      const first = yield* design(control())
      const more = yield* Design.grid({
        ...first,
        learners: [Learner.named(one!, "one"), Learner.named(two!, "two"), Learner.named(three!, "three")],
        resamplings: first.plan.map(({ resampling }) => resampling)
      })
      const run = yield* Run.start(more, directory)
      assert.lengthOf(run.results, 12)
      assert.isUndefined(yield* Compacted.open(directory, run.manifest))
      assert.isFalse(existsSync(join(directory, "results.csv")))
      assert.deepStrictEqual((yield* asked(directory)).failures, ["out of luck"])
    }).pipe(Effect.scoped, Effect.provide(services))
  )
})
