import * as Learners from "@rocflow/learners/Definitions"
import * as Task from "@rocflow/core/data/Task"
import * as Engine from "@rocflow/core/engine/Engine"
import * as Learner from "@rocflow/core/learning/Learner"
import * as Measure from "@rocflow/core/learning/Measure"
import * as Registry from "@rocflow/core/pipeline/Registry"
import * as Design from "@rocflow/resampling/Design"
import * as Job from "@rocflow/resampling/Job"
import * as Resampling from "@rocflow/resampling/Resampling"
import * as Score from "@rocflow/resampling/Score"
import { describe, expect, it, layer } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import fc from "fast-check"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { parse } from "yaml"
import { foreignCode, foreignOutput } from "../../support/readme.ts"
import { figures } from "../figures.ts"
import { errors, plan, program, render, tests } from "../main.ts"
import * as Simulate from "../simulate.ts"

const folder = new URL("../", import.meta.url)
const read = (name: string) => readFileSync(new URL(name, folder), "utf8")
const readme = read("README.md")
const ids = ["iid_easy", "different"] as const

const mean = (values: ReadonlyArray<number>) => values.reduce((sum, value) => sum + value, 0) / values.length
const sd = (values: ReadonlyArray<number>) =>
  Math.sqrt(values.reduce((sum, value) => sum + (value - mean(values)) ** 2, 0) / (values.length - 1))

describe("simulate.ts", () => {
  it.each(ids)("made %s.csv", (id) => {
    expect(read(`${id}.csv`)).toBe(Simulate.csv(id, Simulate.fileSeed))
  })

  it.effect.each(ids)("makes the task that reading %s.csv gives", (id) =>
    Effect.gen(function* () {
      const { hash } = yield* Simulate.task(id, Simulate.fileSeed)
      const file = fileURLToPath(new URL(`${id}.csv`, folder))
      expect((yield* Task.fromFile(file, { target: "y", subset: "source", stratum: "source" })).hash).toBe(hash)
    })
  )

  it("draws as many rows as the README says, on the sine, with its noise", () => {
    fc.assert(
      fc.property(fc.constantFrom(...ids), fc.integer(), (id, seed) => {
        const rows = Simulate.rows(id, seed)
        const line = readme.split("\n").find((line) => line.startsWith(`| \`${id}\``)) ?? ""
        for (const [k, source] of (["large", "small"] as const).entries()) {
          const own = rows.filter((row) => row.source === source)
          const [, count, noise] = /(\d+) rows, noise ([\d.]+)/.exec(line.split("|")[k + 2]) ?? []
          expect(own).toHaveLength(Number(count))
          // The relative standard error of a standard deviation of n normal values is about 1/√(2n).
          const residuals = own.map(({ x, y }) => y - Math.sin(x))
          expect(Math.abs(sd(residuals) / Number(noise) - 1)).toBeLessThan(5 / Math.sqrt(2 * own.length))
          expect(Math.max(...own.map(({ x }) => Math.abs(x)))).toBeLessThanOrEqual(9.4248)
          // x is uniform on ±3π: mean 0 and standard deviation 3π/√3.
          const spread = (3 * Math.PI) / Math.sqrt(3)
          expect(Math.abs(mean(own.map(({ x }) => x)))).toBeLessThan((5 * spread) / Math.sqrt(own.length))
        }
      }),
      { numRuns: 50, seed: 1 }
    )
  })
})

const draws = 30

/** What the program found, computed once for all tests. */
class Found extends Context.Service<Found, Effect.Success<ReturnType<typeof program>>>()("test/Found") {}

const differencesOf = (
  found: Found["Service"],
  place: Parameters<typeof tests>[1],
  other: "other" | "all"
): ReadonlyArray<number> => tests(found, place, other).map(({ meanDiff }) => Number(meanDiff))

layer(Layer.effect(Found, program(draws)))("main.ts", (it) => {
  it.effect("prints what the README says", () =>
    Effect.gen(function* () {
      const printed = render(yield* Found)
      expect(foreignOutput(folder, printed)).toEqual([])
      expect((readme.match(/\bP = \d\.\d+/g) ?? []).filter((claim) => !printed.includes(claim))).toEqual([])
    })
  )

  it.effect("misses a difference of size in some draws, as many as the README says", () =>
    Effect.gen(function* () {
      const found = tests(yield* Found, { task: "iid_easy", testSubset: "small", panel: "full" }, "other")
      const seen = found.filter(({ significant }) => significant).length
      expect(readme).toContain(`${seen} of the ${draws} draws have P (Holm) < 0.05`)
      expect(seen).toBeLessThan(draws)
    })
  )

  it.effect("finds no difference between equally large training sets of the same kind", () =>
    Effect.gen(function* () {
      const found = yield* Found
      const counts = { naive: 0, corrected: 0, adjusted: 0 }
      for (const testSubset of ["large", "small"] as const) {
        for (const other of ["other", "all"] as const) {
          const place = { task: "iid_easy", testSubset, panel: "smallest" } as const
          const differences = differencesOf(found, place, other)
          expect(differences).toHaveLength(draws)
          // The rows are exchangeable, so the expected difference is 0: three standard errors of the mean.
          expect(Math.abs(mean(differences))).toBeLessThan((3 * sd(differences)) / Math.sqrt(draws))
          for (const { p, pPaired, significant } of tests(found, place, other)) {
            counts.naive += Number(Number(pPaired) < 0.05)
            counts.corrected += Number(Number(p) < 0.05)
            counts.adjusted += Number(significant)
          }
        }
      }
      expect(readme).toContain(`${counts.naive} of these ${4 * draws} tests have a naive P < 0.05`)
      expect(readme).toContain(
        `where ${4 * draws * 0.05} are to be expected. By the corrected test ${counts.corrected} have`
      )
      expect(counts.adjusted).toBe(0)
    })
  )

  it.effect("finds a difference of kind at equal size too, in either direction", () =>
    Effect.gen(function* () {
      const found = yield* Found
      const signs = { large: 1, small: -1 }
      for (const testSubset of ["large", "small"] as const) {
        for (const other of ["other", "all"] as const) {
          const differences = differencesOf(found, { task: "different", testSubset, panel: "smallest" }, other)
          const error = sd(differences) / Math.sqrt(draws)
          expect(signs[testSubset] * mean(differences)).toBeGreaterThan(5 * error)
        }
      }
    })
  )

  // T. D. Hocking et al. 2026, figure of the simulations: mean RMSE over 10 folds (and 100 re-draws of the downsampling)
  // of a single draw of each table, by mlr3resampling and rpart.
  it.effect.each([
    ["iid_easy", "large", "same", 36, 0.564],
    ["iid_easy", "large", "other", 36, 0.573],
    ["iid_easy", "large", "all", 36, 0.562],
    ["iid_easy", "large", "same", 72, 0.432],
    ["iid_easy", "large", "all", 108, 0.337],
    ["iid_easy", "small", "same", 36, 0.717],
    ["iid_easy", "small", "other", 36, 0.652],
    ["iid_easy", "small", "all", 36, 0.669],
    ["iid_easy", "small", "other", 72, 0.49],
    ["iid_easy", "small", "all", 108, 0.38],
    ["different", "large", "same", 180, 0.256],
    ["different", "large", "other", 180, 0.617],
    ["different", "large", "all", 180, 0.422],
    ["different", "large", "same", 360, 0.24],
    ["different", "large", "all", 540, 0.327],
    ["different", "small", "same", 180, 1.712],
    ["different", "small", "other", 180, 1.523],
    ["different", "small", "all", 180, 1.573],
    ["different", "small", "other", 360, 1.526],
    ["different", "small", "all", 540, 1.592]
  ] as const)("agrees with the paper: %s, tested on %s, trained on %s %i", ([task, testSubset, train, size, paper]) =>
    Effect.gen(function* () {
      const found = yield* Found
      const equal = size === 36 || size === 180
      const { means, size: nominal } = errors(found, { task, testSubset, panel: equal ? "smallest" : "full" }, train)
      expect(nominal).toBe(size)
      // One more draw, next to the mean of ours: three standard deviations.
      expect(Math.abs(paper - mean(means))).toBeLessThan(3 * sd(means) * Math.sqrt(1 + 1 / draws))
    })
  )
})

it("is told by code that is in the programs", () => {
  const notInMain = foreignCode(folder, "main.ts")
  expect(foreignCode(folder, "simulate.ts").filter((block) => notInMain.includes(block))).toEqual([])
})

describe("experiment.yaml", () => {
  const text = read("experiment.yaml")
  const experiment = parse(text)

  it("is the one in the README", () => {
    const block = /```yaml\n(.*?)```/s.exec(readme)?.[1] ?? "none"
    expect(text.endsWith(`\n${block}`)).toBe(true)
  })

  const rows = Effect.gen(function* () {
    const registry = yield* Effect.fromResult(Registry.make(Learners.all))
    const design = yield* Design.grid({
      tasks: yield* Effect.forEach(
        experiment.tasks as ReadonlyArray<Task.FromFileOptions & { readonly file: string }>,
        ({ file, ...roles }) => Task.fromFile(fileURLToPath(new URL(file, folder)), roles as Task.Options)
      ),
      learners: yield* Effect.forEach(experiment.learners as ReadonlyArray<unknown>, (learner) =>
        Effect.fromResult(Learner.fromJson(learner, registry))
      ),
      resamplings: yield* Schema.decodeUnknownEffect(Schema.Array(Resampling.schema))(experiment.resamplings),
      measures: [Measure.rmse],
      seed: experiment.seed
    })
    expect(readme).toContain(`that makes ${design.jobs.length} jobs`)
    expect(readme).toContain(`are ${design.plan[0].instance.splits.length} splits each`)
    return Score.table((yield* Effect.forEach(design.jobs, Job.execute)).map(({ result }) => result))
  })

  it.effect("gives the numbers of the figures, and those of main.ts", () =>
    Effect.gen(function* () {
      const scores = yield* rows
      const labelled = new Set<string>()
      for (const [k, figure] of figures.entries()) {
        const drawn = read(`figures/${figure}`).match(/\d\.\d{2} ± \d\.\d{2}/g) ?? []
        const expected = Score.aggregate(scores)
          .filter(({ task }) => task === ids[k])
          .map(({ measures: { rmse } }) => `${Number(rmse.mean).toFixed(2)} ± ${Number(rmse.sd).toFixed(2)}`)
        expect(drawn.toSorted()).toEqual(expected.toSorted())
        for (const label of drawn) labelled.add(label)
      }
      expect((readme.match(/\d\.\d+ ± \d\.\d+/g) ?? []).filter((claim) => !labelled.has(claim))).toEqual([])

      const { jobs } = yield* plan(Simulate.fileSeed)
      const own = Score.table((yield* Effect.forEach(jobs, Job.execute)).map(({ result }) => result))
      expect(scores.filter(({ learner }) => learner === "Tree").map((row) => row.scores)).toEqual(
        own.map((row) => row.scores)
      )
    }).pipe(Effect.provide(Engine.layer([])))
  )
})
