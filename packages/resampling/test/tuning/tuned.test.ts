/**
 * Learners that tune themselves, on a learner whose error is known: it predicts `center` of its options, and the target is 0,
 * so that the best configuration is that nearest to 0.
 */
import { appendFileSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Learner from "@rocflow/core/learning/Learner"
import * as Measure from "@rocflow/core/learning/Measure"
import * as Place from "@rocflow/core/learning/Place"
import * as Prediction from "@rocflow/core/learning/Prediction"
import * as Saved from "@rocflow/core/learning/Saved"
import type { Evaluation, Tuning } from "@rocflow/core/learning/Tuning"
import * as Registry from "@rocflow/core/pipeline/Registry"
import * as Task from "@rocflow/core/data/Task"
import * as Seed from "@rocflow/core/Seed"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { describe, expect, it } from "vitest"
import * as Resampling from "../../src/Resampling.ts"
import * as Tune from "../../src/Tune.ts"
import { refuse, temporary } from "../support/runs.ts"
import { dynamic } from "../support/tasks.ts"

/** What was asked of the learner: the rows of each training. */
interface Seen {
  readonly rows: Array<ReadonlyArray<number>>
  readonly seeds: Array<Seed.Seed>
  /** Fails, or stops, at these trainings, from 1. */
  instead: (n: number) => Effect.Effect<void, Learner.TrainError>
}
const nothingSeen = (): Seen => ({ rows: [], seeds: [], instead: () => Effect.void })

const off = (seen: Seen) =>
  Learner.define({
    id: "Off",
    summary: "Predicts its center",
    accepts: ["regression"],
    weighted: false,
    options: Schema.Struct({ center: Schema.Finite }),
    state: Schema.Struct({ center: Schema.Finite }),
    train: ({ center }, task, seed) =>
      Effect.gen(function* () {
        seen.rows.push(Array.from(task.table.columns.get("x") === undefined ? [] : task.target))
        seen.seeds.push(seed)
        yield* seen.instead(seen.rows.length)
        return center > 90 ? yield* refuse("is too far off") : { center }
      }),
    predict: (_, { center }, rows) =>
      Effect.succeed({
        ...Prediction.about(rows),
        response: (rows.truth ?? new Float64Array(rows.rows)).map((value) => value + center),
        prob: undefined,
        scores: undefined
      })
  })

const task = dynamic(12, {})

const tuning = (
  seen: Seen,
  make: (
    open: Tune.Open<{ readonly center?: number }, "regression", never, never, never>
  ) => Learner.Learner<"regression", never, never, never>
) => make(Tune.over({ center: Tune.real(-100, 100) }, ({ center }) => off(seen).make({ center })))

const random = (seen: Seen, options: Tune.Options = {}) =>
  tuning(seen, (open) => Tune.random(open, { evaluations: 6, resampling: Resampling.cv({ folds: 3 }), ...options }))

const fit = <E>(learner: Learner.Learner<"regression", never, E, never>, options: Learner.Options = {}, on = task) =>
  Effect.runPromise(Learner.train(learner as Learner.Learner<Task.Kind, string, E, never>, on, options))

const tuningOf = ({ fitted }: { readonly fitted: Learner.Fitted }): Tuning => fitted.tuning!
const timeless = ({ evaluations }: Tuning): ReadonlyArray<Omit<Evaluation, "seconds">> =>
  evaluations.map(({ seconds: _, ...rest }) => rest)

describe("a learner that tunes itself", () => {
  it("tries configurations on inner splits, and trains the best on all rows", async () => {
    const seen = nothingSeen()
    const trained = await fit(random(seen))
    const { evaluations, measure, values } = tuningOf(trained)
    expect(measure).toBe("rmse")
    expect(evaluations).toHaveLength(6)
    const good = evaluations.filter(({ score }) => score !== undefined)
    for (const { score, scores, values } of good) {
      expect(score).toBeCloseTo(Math.abs(Number(values["center"])), 9)
      expect(scores).toHaveLength(3)
    }
    const least = Math.min(...good.map(({ score }) => score!))
    expect(Math.abs(Number(values["center"]))).toBeCloseTo(least, 9)
    // Three trainings on 8 rows for each configuration that did not fail, and the last one on all 12.
    expect(seen.rows.at(-1)).toHaveLength(12)
    for (const rows of seen.rows.slice(0, -1)) expect(rows).toHaveLength(8)
  })

  it("gives every configuration the same splits and seeds", async () => {
    const seen = nothingSeen()
    const learner = tuning(seen, (open) =>
      Tune.points(open, { configurations: [{ center: 1 }, { center: 2 }], resampling: Resampling.cv({ folds: 3 }) })
    )
    await fit(learner)
    expect(seen.rows.slice(0, 3)).toEqual(seen.rows.slice(3, 6))
    expect(seen.seeds.slice(0, 3)).toEqual(seen.seeds.slice(3, 6))
    expect(new Set(seen.seeds.slice(0, 3).map(({ high, low }) => `${high} ${low}`)).size).toBe(3)
  })

  it("is the same for the same seed, and another for another one", async () => {
    const [a, b, c] = [
      await fit(random(nothingSeen())),
      await fit(random(nothingSeen())),
      await fit(random(nothingSeen()), { seed: 2 })
    ]
    expect(timeless(tuningOf(a))).toEqual(timeless(tuningOf(b)))
    expect(timeless(tuningOf(a))).not.toEqual(timeless(tuningOf(c)))
  })

  it("lets a configuration that fails lose, with its reason", async () => {
    const learner = tuning(nothingSeen(), (open) =>
      Tune.points(open, { configurations: [{ center: 95 }, { center: 80 }] })
    )
    const { evaluations, values } = tuningOf(await fit(learner))
    expect(values).toEqual({ center: 80 })
    expect(evaluations[0]!.score).toBeUndefined()
    expect(evaluations[0]!.error?.message).toContain("is too far off")
  })

  it("says why where all fail", async () => {
    const learner = tuning(nothingSeen(), (open) =>
      Tune.points(open, { configurations: [{ center: 95 }, { center: 99 }] })
    )
    await expect(fit(learner)).rejects.toThrow(/none of 2 configurations has a score: .*is too far off/)
  })

  it("keeps groups together in inner splits", async () => {
    const seen = nothingSeen()
    const grouped = dynamic(12, { group: ["a", "a", "b", "b", "c", "c", "d", "d", "e", "e", "f", "f"] })
    await fit(random(seen), {}, grouped)
    for (const rows of seen.rows) {
      // The target counts rows from 0; a group is a pair of neighbours.
      const groups = rows.map((row) => Math.floor(row / 2))
      for (const group of groups) expect(groups.filter((each) => each === group)).toHaveLength(2)
    }
  })

  it("is written, read, saved and loaded", async () => {
    const seen = nothingSeen()
    const learner = random(seen)
    const trained = await fit(learner)
    const registry = Result.getOrThrow(
      Registry.make([...Tune.definitions, off(seen).definition, ...Measure.definitions])
    )
    const read = Result.getOrThrow(Learner.fromJson(learner.json, registry))
    expect(Learner.hash(read)).toBe(Learner.hash(learner))
    const loaded = Result.getOrThrow(Saved.fromJson(JSON.parse(JSON.stringify(Saved.toJson(trained))), registry))
    const [before, after] = await Promise.all(
      [Learner.predict(trained, task), Learner.predict(loaded, task)].map((each) =>
        Effect.runPromise(each as Effect.Effect<Prediction.Prediction, never, never>)
      )
    )
    expect(after).toEqual(before)
  })
})

describe("what ends a tuning", () => {
  const tried = async (options: Tune.Options) =>
    tuningOf(await fit(random(nothingSeen(), { evaluations: 40, ...options }))).evaluations

  it("a score that is good enough", async () => {
    const evaluations = await tried({ until: 30 })
    expect(evaluations.at(-1)!.score).toBeLessThanOrEqual(30)
    for (const { score } of evaluations.slice(0, -1)) expect(score ?? Infinity).toBeGreaterThan(30)
  })

  it("stagnation", async () => {
    const evaluations = await tried({ stagnation: { evaluations: 5 } })
    const scores = evaluations.map(({ score }) => score ?? Infinity)
    expect(evaluations.length).toBeLessThan(40)
    expect(Math.min(...scores.slice(-5))).toBeGreaterThanOrEqual(Math.min(...scores.slice(0, -5)))
  })

  it("seconds", async () => {
    const evaluations = await tried({ seconds: 1e-9, measure: Measure.mae })
    expect(evaluations.length).toBeLessThanOrEqual(40)
    expect(evaluations.length).toBeGreaterThanOrEqual(1)
  })
})

describe("the archive", () => {
  const inFolder = <A>(use: (folder: string) => Promise<A>) =>
    Effect.runPromise(Effect.scoped(Effect.flatMap(temporary, (folder) => Effect.promise(() => use(folder)))))
  const kept = (seen: Seen, folder: string) =>
    Effect.runPromise(
      Learner.train(random(seen) as Learner.Learner<Task.Kind, string, never, never>, task, { resume: true }).pipe(
        Effect.provideService(Place.Place, folder)
      )
    )

  it("goes on after a stop at any training, without trying anything twice", async () => {
    const whole = timeless(tuningOf(await fit(random(nothingSeen()))))
    const complete = nothingSeen()
    await fit(random(complete))
    for (let stop = 1; stop <= complete.rows.length; stop++) {
      await inFolder(async (folder) => {
        const first = nothingSeen()
        first.instead = (n) => (n === stop ? Effect.interrupt : Effect.void)
        await expect(kept(first, folder)).rejects.toBeDefined()
        const second = nothingSeen()
        expect(timeless(tuningOf(await kept(second, folder)))).toEqual(whole)
        // What a stop costs is the configuration that it was in, and the last training.
        expect(first.rows.length + second.rows.length).toBeLessThanOrEqual(complete.rows.length + 3)
      })
    }
  })

  it("tries a line again that was cut, or is of another tuning", async () => {
    await inFolder(async (folder) => {
      const trained = await kept(nothingSeen(), folder)
      const file = join(folder, "tuning.jsonl")
      const text = readFileSync(file, "utf8")
      for (const damaged of [
        text.slice(0, -9),
        text.replaceAll(/"key":"./g, '"key":"x'),
        `${text.slice(0, 200)}\n${text}`,
        ""
      ]) {
        writeFileSync(file, damaged)
        expect(timeless(tuningOf(await kept(nothingSeen(), folder)))).toEqual(timeless(tuningOf(trained)))
        expect(readFileSync(file, "utf8").split("\n")).toHaveLength(text.split("\n").length)
      }
      appendFileSync(file, "{}")
      expect(timeless(tuningOf(await kept(nothingSeen(), folder)))).toEqual(timeless(tuningOf(trained)))
    })
  })
})

describe("bad options", () => {
  const checked = (learner: Learner.Learner<"regression", never, unknown, never>, on = task) =>
    Effect.runPromise(Effect.result(Learner.check(learner as Learner.Learner<Task.Kind, string, unknown, never>, on)))
  const message = async (learner: Learner.Learner<"regression", never, unknown, never>, on = task) => {
    const result = await checked(learner, on)
    return Result.isFailure(result) ? result.failure.message : "none"
  }

  it("have messages that say what to do", async () => {
    const seen = nothingSeen()
    expect(await message(random(seen, { measure: Measure.auc as never }))).toContain(
      "Tune.random: the measure auc is for binary targets"
    )
    expect(await message(tuning(seen, (open) => Tune.grid(open, { resolution: 100_001 })))).toMatch(
      /resolution: Tune.grid: .*100000/
    )
    expect(await message(random(seen, { evaluations: 0 }))).toMatch(/evaluations: Tune.random: .*0/)
    expect(await message(random(seen, { resampling: Resampling.cv({ folds: 50 }) }))).toMatch(/inner splits: .*50/)
    expect(await message(tuning(seen, (open) => Tune.random(open, { epochs: true })))).toContain(
      'learner "Off" is not trained in epochs'
    )
    const misspelt = Tune.fromJson(
      { type: "Off", centre: { tune: "real", name: "center", from: 0, to: 1 } },
      Registry.lookup(Result.getOrThrow(Registry.make([off(seen).definition])))
    )
    expect(await message(Tune.random(misspelt) as never)).toMatch(/learner\.centre: .*did you mean "center"/)
  })
})
