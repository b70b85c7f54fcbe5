import { assert, describe, it } from "@effect/vitest"
import * as Featureless from "@rocflow/learners/Featureless"
import * as Learner from "@rocflow/core/learning/Learner"
import * as Measure from "@rocflow/core/learning/Measure"
import * as Effect from "effect/Effect"
import * as Design from "../src/Design.ts"
import * as Resampling from "../src/Resampling.ts"
import { control, noisy } from "./support/runs.ts"
import { dynamic } from "./support/tasks.ts"

const regression = dynamic(12, {})
const binary = { ...dynamic(12, { target: Array.from("ababababababa".slice(0, 12)) }), id: "two" }

const good = {
  tasks: [regression],
  learners: [Featureless.make(), noisy(control())],
  resamplings: [Resampling.cv({ folds: 3 })],
  measures: [Measure.mse],
  seed: 1
}

const problemsOf = (options: Parameters<typeof Design.grid>[0]) =>
  Effect.map(Effect.flip(Design.grid(options)), ({ problems }) => problems)

describe("Design.grid", () => {
  it.effect("is tasks × splits × learners", () =>
    Effect.gen(function* () {
      const { jobs, plan } = yield* Design.grid({
        ...good,
        resamplings: [Resampling.cv({ folds: 3 }), Resampling.holdout()]
      })
      assert.strictEqual(plan.length, 2)
      assert.strictEqual(jobs.length, (3 + 1) * 2)
      assert.strictEqual(new Set(jobs.map(({ id }) => id)).size, jobs.length)
    })
  )

  it.effect("gives every learner the same splits and seeds", () =>
    Effect.gen(function* () {
      const { jobs } = yield* Design.grid(good)
      const of = (id: string) => jobs.filter(({ learner }) => learner.id === id).map(({ split, seed }) => [split, seed])
      assert.deepStrictEqual(of("Featureless"), of("Noisy"))
    })
  )

  it.effect("has the jobs of fewer repetitions among those of more, with their splits and seeds", () =>
    Effect.gen(function* () {
      for (const of of [
        (repeats: number) => Resampling.repeatedCv({ folds: 3, repeats }),
        (repeats: number) => Resampling.bootstrap({ repeats }),
        (repeats: number) => Resampling.subsampling({ repeats })
      ]) {
        const jobsOf = (repeats: number) =>
          Effect.map(Design.grid({ ...good, resamplings: [of(repeats)] }), ({ jobs }) =>
            jobs.map(({ id, learner, seed, split }) => ({ id, learner: learner.id, seed, split }))
          )
        const few = yield* jobsOf(2)
        assert.deepStrictEqual((yield* jobsOf(3)).slice(0, few.length), few)
        const [problem] = yield* problemsOf({ ...good, resamplings: [of(2), of(3)] })
        assert.match(problem!.message, /^the resamplings .* differ in their repeats only; leave one out$/)
      }
    })
  )

  it.effect("has the same hash for the same question, and another for any other", () =>
    Effect.gen(function* () {
      const { hash } = yield* Design.grid(good)
      assert.strictEqual((yield* Design.grid(good)).hash, hash)
      for (const other of [
        { ...good, seed: 2 },
        { ...good, tasks: [dynamic(13, {})] },
        { ...good, learners: [Featureless.make()] },
        { ...good, resamplings: [Resampling.cv({ folds: 4 })] },
        { ...good, measures: [Measure.mae] }
      ]) {
        assert.notStrictEqual((yield* Design.grid(other)).hash, hash)
      }
    })
  )

  it.effect("passes warnings on with the name of their task", () =>
    Effect.gen(function* () {
      const { warnings } = yield* Design.grid({
        ...good,
        tasks: [dynamic(12, { subset: Array.from({ length: 12 }, () => "here") })],
        resamplings: [Resampling.sameOther({ folds: 3 }) as Resampling.Resampling]
      })
      assert.match(warnings.join(), /^task "made": The subset column has one value/)
    })
  )
})

describe("DesignError", () => {
  it.effect("has all problems at once, each with the part that it is about", () =>
    Effect.gen(function* () {
      const problems = yield* problemsOf({
        ...good,
        tasks: [binary],
        learners: [Featureless.make(), noisy(control()), Featureless.make()],
        resamplings: [Resampling.cv({ folds: 3 }), Resampling.cv({ folds: 40 }), Resampling.foldColumn() as never],
        measures: [Measure.error, Measure.mse]
      })
      assert.deepStrictEqual(
        problems.map(({ part, index }) => `${part} ${index}`),
        ["learners 2", "measures 1", "learners 1", "resamplings 1", "resamplings 2"]
      )
      assert.match(problems.map(({ message }) => message).join("\n"), /two learners are called "Featureless"/)
      assert.match(problems[1]!.message, /measure "mse" is for regression targets, but task "two" is binary/)
      assert.match(problems[2]!.message, /^learner "Noisy" is for regression targets, but the target "y" of task "two"/)
      assert.match(problems[3]!.message, /cv on task "two": folds = 40 is more than the 12 rows/)
      assert.match(problems[4]!.message, /without the role fold/)
    })
  )

  it.effect.each(["tasks", "learners", "resamplings", "measures"] as const)("refuses a design without %s", (part) =>
    Effect.gen(function* () {
      const problems = yield* problemsOf({ ...good, [part]: [] })
      assert.deepStrictEqual(problems, [
        { part, message: `a design without ${part} has nothing to do; add at least one` }
      ])
    })
  )

  it.effect("refuses learners and tasks that differ in their names only, whose jobs would be the same", () =>
    Effect.gen(function* () {
      const problems = yield* problemsOf({
        ...good,
        tasks: [regression, { ...dynamic(12, {}), id: "again" }],
        learners: [Featureless.make(), Learner.named(Featureless.make(), "baseline")]
      })
      assert.deepStrictEqual(
        problems.map(({ message }) => message),
        [
          'the tasks "made" and "again" differ in their names only; leave one out',
          'the learners "Featureless" and "baseline" differ in their names only; leave one out'
        ]
      )
    })
  )

  it.effect("refuses a fallback that does not fit", () =>
    Effect.gen(function* () {
      const problems = yield* problemsOf({
        ...good,
        tasks: [binary],
        learners: [Featureless.make()],
        measures: [Measure.error],
        fallback: noisy(control())
      })
      assert.deepStrictEqual(
        problems.map(({ part, index }) => [part, index]),
        [["fallback", undefined]]
      )
    })
  )

  it.effect("refuses a measure of probabilities for a learner of responses", () =>
    Effect.gen(function* () {
      const learner = { ...Featureless.make(), predictType: "response" as const }
      const problems = yield* problemsOf({ ...good, tasks: [binary], learners: [learner], measures: [Measure.auc] })
      assert.deepStrictEqual(problems, [
        {
          part: "measures",
          index: 0,
          message:
            'measure "auc" needs probabilities, but learner "Featureless" predicts responses; set its predictType to "prob"'
        }
      ])
    })
  )
})
