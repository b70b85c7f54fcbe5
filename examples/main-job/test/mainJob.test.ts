import * as Core from "@rocflow/core/Definitions"
import * as Task from "@rocflow/core/data/Task"
import * as Fused from "@rocflow/core/engine/fused/Fused"
import * as Learner from "@rocflow/core/learning/Learner"
import * as Measure from "@rocflow/core/learning/Measure"
import * as Registry from "@rocflow/core/pipeline/Registry"
import * as Learners from "@rocflow/learners/Definitions"
import * as Losses from "@rocflow/losses/Definitions"
import * as Compare from "@rocflow/resampling/Compare"
import * as Design from "@rocflow/resampling/Design"
import * as Job from "@rocflow/resampling/Job"
import * as Resampling from "@rocflow/resampling/Resampling"
import * as Score from "@rocflow/resampling/Score"
import { describe, expect, it, layer } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { parse } from "yaml"
import { clinics, csv } from "../generate.ts"

const file = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url))
const readme = readFileSync(file("README.md"), "utf8")
const experiment = parse(readFileSync(file("experiment.yaml"), "utf8"))

const readTask = Effect.suspend(() => {
  const { file: data, ...roles } = experiment.tasks[0]
  return Task.fromFile(file(data), roles as Task.Options)
})

const plan = Effect.gen(function* () {
  const registry = yield* Effect.fromResult(Registry.make([...Core.all, ...Losses.all, ...Learners.all]))
  const learners = yield* Effect.forEach(
    experiment.learners as ReadonlyArray<{ readonly id?: string; readonly type?: string }>,
    ({ id, ...json }) =>
      Effect.map(Effect.fromResult(Learner.fromJson(json, registry)), (learner) =>
        Learner.named(learner, id ?? learner.id)
      )
  )
  return yield* Design.grid({
    tasks: [yield* readTask],
    learners,
    resamplings: yield* Schema.decodeUnknownEffect(Schema.Array(Resampling.schema))(experiment.resamplings),
    measures: [Measure.auc],
    seed: experiment.seed
  })
})

/** The score table of all jobs, computed once for all tests. */
class Scores extends Context.Service<Scores, ReadonlyArray<Score.ScoreRow>>()("test/Scores") {
  static readonly layer = Layer.effect(
    Scores,
    Effect.gen(function* () {
      const { jobs } = yield* plan
      const executed = yield* Effect.forEach(jobs, Job.execute)
      return Score.table(executed.map(({ result }) => result))
    })
  )
}

describe("data.csv", () => {
  it("is what the generator makes", () => {
    expect(readFileSync(file("data.csv"), "utf8")).toBe(csv())
  })

  it.effect("has the patients and relapses of the README, and a few missing referrals", () =>
    Effect.gen(function* () {
      const { table } = yield* readTask
      const column = (name: string) => {
        const found = table.columns.get(name)
        if (found?.type !== "string") throw new Error(`${name} is text`)
        return found
      }
      const clinic = column("clinic").values
      const outcome = column("outcome").values
      for (const { name, patients } of clinics) {
        const rows = outcome.filter((_, i) => clinic[i] === name)
        const relapses = rows.filter((value) => value === "relapse").length
        expect(rows).toHaveLength(patients)
        expect(readme).toContain(`| \`${name}\` | ${patients} | ${relapses} |`)
      }
      const missing = column("referral").missing?.reduce((sum, flag) => sum + flag, 0) ?? 0
      expect(missing).toBeGreaterThan(10)
      expect(missing).toBeLessThan(60)
    })
  )
})

// The README has the numbers of the fused engine; engines agree to rounding only.
layer(Scores.layer.pipe(Layer.provide(Fused.layer())))("experiment.yaml", (it) => {
  it.effect("gives the scores of the README", () =>
    Effect.gen(function* () {
      const rows = yield* Scores
      expect(rows).toHaveLength(270)
      for (const { learner, measures, testSubset, trainSubsets } of Score.aggregate(rows)) {
        const section = readme.slice(readme.indexOf(`\n${testSubset} `))
        const line = section.split("\n").find((line) => line.includes(`  ${learner} `)) ?? ""
        const printed = line.match(/\d\.\d{3} ± \d\.\d{3}/g) ?? []
        const { mean, sd } = measures["auc"]
        expect([testSubset, learner, trainSubsets, printed[["same", "other", "all"].indexOf(trainSubsets)]]).toEqual([
          testSubset,
          learner,
          trainSubsets,
          `${Number(mean).toFixed(3)} ± ${Number(sd).toFixed(3)}`
        ])
      }
    })
  )

  it.effect("gives the differences and p-values of the README: only summit trained on the others differs", () =>
    Effect.gen(function* () {
      for (const { compare, label, learner, meanDiff, p, pHolm, testSubset } of yield* Compare.pvalues(yield* Scores)) {
        if (learner === "Featureless") {
          expect(typeof p).toBe("object")
          continue
        }
        expect(readme, `${testSubset}, ${learner}, ${compare}`).toContain(
          `${Math.abs(Number(meanDiff)).toFixed(3)}  ${label}`
        )
        expect(Number(meanDiff) < -0.08, `${testSubset}, ${learner}, ${compare}`).toBe(testSubset === "summit")
        expect(Number(pHolm) < 0.05, `${testSubset}, ${learner}, ${compare}`).toBe(
          testSubset === "summit" && compare === "other"
        )
      }
    })
  )
})
