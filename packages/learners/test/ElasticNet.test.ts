import { assert, describe, it } from "@effect/vitest"
import * as Note from "@rocflow/core/data/Note"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { existsSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { expect } from "vitest"
import * as Column from "@rocflow/core/data/Column"
import * as Table from "@rocflow/core/data/Table"
import * as Task from "@rocflow/core/data/Task"
import * as Seed from "@rocflow/core/Seed"
import { cvElasticNet } from "../src/internal/elasticNet/crossValidated.ts"
import * as ElasticNet from "../src/ElasticNet.ts"
import * as Learner from "@rocflow/core/learning/Learner"
import * as Measure from "@rocflow/core/learning/Measure"
import * as Preprocess from "@rocflow/core/pipeline/Preprocess"
import { cpu, on } from "../../core/test/support/engines.ts"
import { issuesOf, registry } from "../../core/test/support/pipelines.ts"
import * as Tasks from "../../core/test/support/tasks.ts"

interface State {
  readonly lambda: number
  readonly pathLength: number
  readonly intercepts: ReadonlyArray<number>
  readonly coefficients: ReadonlyArray<{ readonly column: string; readonly values: ReadonlyArray<number> }>
}
interface CvState extends State {
  readonly lambdaMin: number
  readonly lambda1se: number
  readonly curve: { readonly measure: string } & Record<"lambda" | "cvm" | "cvsd", ReadonlyArray<number>>
}

const learn = <S extends State>(learner: Learner.Learner, task: Task.Task, seed = 1) =>
  Effect.map(Learner.train(learner, task, { seed }), ({ fitted }) => fitted.state() as S)

const close = (actual: ReadonlyArray<number>, expected: ReadonlyArray<number>, tolerance = 1e-6) => {
  assert.strictEqual(actual.length, expected.length)
  actual.forEach((value, i) => assert.approximately(value, expected[i], tolerance))
}

// Two orthogonal columns with mean 0 and standard deviation 1.
const orthogonal = Tasks.of(
  {
    a: Column.numeric([-1, -1, 1, 1]),
    b: Column.integer([-1, 1, -1, 1]),
    y: Column.numeric([-4, -2, 2, 4])
  },
  { target: "y" }
)

describe("coefficients", () => {
  it.effect("are the intercept and every column, with the score that they make", () =>
    Effect.gen(function* () {
      const task = Tasks.regression(40)
      for (const learner of [ElasticNet.make({ lambda: 0.01 }), ElasticNet.cv()]) {
        const trained = yield* Learner.train(learner, task)
        const table = yield* Effect.fromResult(Learner.coefficients(trained))
        assert.deepStrictEqual(
          table.map(({ column, level }) => [column, level]),
          [
            ["(intercept)", undefined],
            ["x", undefined],
            ["z", undefined]
          ]
        )
        const { response } = yield* Learner.predict(trained, task)
        const [b0, bx, bz] = table.map(({ value }) => value)
        const x = Column.asNumbers(task.table.columns.get("x")!)!
        const z = Column.asNumbers(task.table.columns.get("z")!)!
        for (const row of [0, 7]) assert.closeTo(response[row]!, b0! + bx! * x[row]! + bz! * z[row]!, 1e-12)
      }
    })
  )

  it.effect(
    "are told by standard deviation too, weighted as the rows are, and of the features that columns were made of",
    () =>
      Effect.gen(function* () {
        const weights = [1, 2, 1, 0, 3, 1]
        const x = [10, 20, 40, 1e6, 50, 90]
        const task = Tasks.of(
          {
            x: Column.numeric(x),
            site: Column.text(["a", "b", "a", "b", "b", "a"]),
            w: Column.numeric(weights),
            y: Column.numeric([1, 2, 3, 9, 5, 7])
          },
          { target: "y", features: ["x", "site"], weight: "w" }
        )
        const trained = yield* Learner.train(
          Learner.preprocessed(Preprocess.oneHot(), ElasticNet.make({ lambda: 0.001 })),
          task
        )
        const table = yield* Effect.fromResult(Learner.coefficients(trained))
        assert.deepStrictEqual(
          table.map(({ column, feature }) => [column, feature]),
          [
            ["(intercept)", "(intercept)"],
            ["x", "x"],
            ["site=a", "site"],
            ["site=b", "site"]
          ]
        )
        const total = weights.reduce((sum, w) => sum + w, 0)
        const mean = x.reduce((sum, value, i) => sum + weights[i]! * value, 0) / total
        const variance = x.reduce((sum, value, i) => sum + weights[i]! * (value - mean) ** 2, 0) / total
        assert.isUndefined(table[0]!.perSd)
        assert.notStrictEqual(table[1]!.value, 0)
        assert.closeTo(table[1]!.perSd!, table[1]!.value * Math.sqrt(variance), 1e-9)
      })
  )

  it.effect("name the class of each", () =>
    Effect.gen(function* () {
      const two = yield* Learner.train(ElasticNet.make({ lambda: 0.1 }), Tasks.binary(40))
      const levels = (trained: typeof two) =>
        Effect.map(Effect.fromResult(Learner.coefficients(trained)), (table) => table.map(({ level }) => level))
      assert.deepStrictEqual(yield* levels(two), ["yes", "yes", "yes"])
    })
  )

  it.effect("of a path that maxit cut come with a note", () =>
    Effect.gen(function* () {
      const trained = yield* Learner.train(ElasticNet.cv({ maxit: 30 }), Tasks.regression(60))
      assert.match(
        trained.fitted.notes.map(Note.message).join(),
        /the path of penalties ended after \d+ of 100, since its 30 sweeps \(maxit\) were used up/
      )
      assert.deepStrictEqual((yield* Learner.train(ElasticNet.cv(), Tasks.regression(60))).fitted.notes, [])
    })
  )
})

describe("ElasticNet", () => {
  it.effect("soft-thresholds orthogonal columns, and shrinks them with a ridge part", () =>
    Effect.gen(function* () {
      // The least squares coefficients are 3 and 1; b = S(c, λα) / (1 + λ(1 − α) / s), Friedman et al. 2010,
      // equation 5, with the standard deviation s of y, by which glmnet divides y.
      const lasso = yield* learn(ElasticNet.make({ lambda: 0.5 }), orthogonal)
      assert.deepStrictEqual(
        lasso.coefficients.map(({ column }) => column),
        ["a", "b"]
      )
      close(
        lasso.coefficients.map(({ values }) => values[0]),
        [2.5, 0.5]
      )
      close(lasso.intercepts, [0])
      assert.strictEqual(lasso.lambda, 0.5)
      const mixed = yield* learn(ElasticNet.make({ lambda: 0.8, alpha: 0.5 }), orthogonal)
      close(
        mixed.coefficients.map(({ values }) => values[0]),
        [2.6 / (1 + 0.4 / Math.sqrt(10)), 0.6 / (1 + 0.4 / Math.sqrt(10))]
      )
      const none = yield* learn(ElasticNet.make({ lambda: 100 }), orthogonal)
      assert.deepStrictEqual(
        none.coefficients.map(({ values }) => values),
        [[0], [0]]
      )
    })
  )

  it.effect("without penalty gives the logarithm of odds and of their ratio, of the positive class", () =>
    Effect.gen(function* () {
      // Of 4 rows with x = 0 one is positive, of 4 with x = 1 three are: odds 1/3 and 3.
      const columns = {
        x: Column.boolean([false, false, false, false, true, true, true, true]),
        y: Column.text(["yes", "no", "no", "no", "yes", "yes", "yes", "no"])
      }
      const task = Tasks.of(columns, { target: "y", positive: "yes" })
      const state = yield* learn(ElasticNet.make({ lambda: 0, thresh: 1e-14 }), task)
      close(state.intercepts, [Math.log(1 / 3)])
      close(state.coefficients[0].values, [Math.log(9)])
      const trained = yield* Learner.train(ElasticNet.make({ lambda: 0, thresh: 1e-14 }), task)
      const { prob, response, scores } = yield* Learner.predict(trained, Task.take(task, [0, 4]))
      close([...prob!], [0.25, 0.75, 0.75, 0.25])
      close([...scores!], [-Math.log(3), Math.log(3)])
      assert.deepStrictEqual(response, Float64Array.of(1, 0))
    })
  )

  it.effect("with a penalty that leaves nothing predicts the weighted shares of the classes", () =>
    Effect.gen(function* () {
      const columns = {
        x: Column.numeric([1, 2, 3, 4, 5]),
        y: Column.text(["a", "b", "c", "a", "b"]),
        w: Column.numeric([1, 2, 3, 0, 4])
      }
      const task = Tasks.of(columns, { target: "y", features: ["x"], weight: "w" })
      const trained = yield* Learner.train(ElasticNet.make({ lambda: 100 }), task)
      const { prob } = yield* Learner.predict(trained, Task.take(task, [2]))
      close([...prob!], [0.1, 0.6, 0.3])
    })
  )

  it.effect("gives up when sweeps run out, with the penalty that it reached", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(learn(ElasticNet.make({ lambda: 1e-4, maxit: 3 }), Tasks.multiclass(60)))
      assert.match(
        error.message,
        /^ElasticNet: 3 sweeps did not reach lambda 0.0001 \(the last was .*\); choose a larger/
      )
    })
  )

  it.effect.each([
    [
      "a class without rows",
      { levels: ["yes", "no", "maybe"] },
      /no training row of class "maybe" has weight.*; spread/
    ],
    ["one class", { levels: ["yes"] }, /class/]
  ] as const)("refuses %s", ([, { levels }, expected]) =>
    Effect.gen(function* () {
      const values = levels.length === 1 ? ["yes", "yes"] : ["yes", "no"]
      const columns = { x: Column.numeric([1, 2]), y: Column.text(values) }
      const two = levels.length === 1 ? ["yes", "no"] : levels
      const task = Tasks.of(columns, { target: "y", levels: two })
      for (const learner of [ElasticNet.make({ lambda: 1 }), ElasticNet.cv()]) {
        const error = yield* Effect.flip(learn(learner, task))
        assert.match(error.message, expected)
        assert.deepStrictEqual(yield* Effect.flip(Learner.check(learner, task)), error)
      }
    })
  )

  it.effect("refuses a number that never changes, and numbers whose squares overflow", () =>
    Effect.gen(function* () {
      const x = Column.numeric([1, 2, 3])
      const constant = Tasks.of({ x, y: Column.numeric([2, 2, 2]) }, { target: "y" })
      const first = yield* Effect.flip(learn(ElasticNet.make({ lambda: 1 }), constant))
      assert.match(first.message, /^ElasticNet: the response is 2 in every row, so nothing can be learned; /)
      const [huge, small] = [Column.numeric([1, 2, 1e300]), Column.numeric([1, 2, 4])]
      const second = yield* Effect.flip(learn(ElasticNet.cv(), Tasks.of({ x: huge, y: small }, { target: "y" })))
      assert.match(second.message, /^ElasticNet: column "x" is 1e\+300 in row 2, which is too large to be squared; /)
      const third = yield* Effect.flip(learn(ElasticNet.cv(), Tasks.of({ x: small, y: huge }, { target: "y" })))
      assert.match(third.message, /^ElasticNet: the target is 1e\+300 in row 2, which is too large to be squared, so/)
    })
  )

  it.effect("learns nothing of columns without variation, and fits the rest", () =>
    Effect.gen(function* () {
      const columns = { c: Column.numeric([5, 5, 5, 5]), ...Object.fromEntries(orthogonal.table.columns) }
      const state = yield* learn(ElasticNet.make({ lambda: 0.5 }), Tasks.of(columns, { target: "y" }))
      close(
        state.coefficients.map(({ values }) => values[0]),
        [0, 2.5, 0.5]
      )
      const only = Tasks.of({ c: columns.c, y: Column.numeric([1, 2, 3, 6]) }, { target: "y" })
      close((yield* learn(ElasticNet.make({ lambda: 0 }), only)).intercepts, [3])
    })
  )

  it("reads options with every problem", () => {
    expect(issuesOf(Learner.fromJson({ type: "ElasticNet", alpha: 2 }, registry))).toEqual([
      ["lambda", "ElasticNet: is missing; add it"],
      ["alpha", expect.stringMatching(/^ElasticNet: .*1/)]
    ])
    expect(issuesOf(Learner.fromJson({ type: "ElasticNet.cv", lambda: "lambda.max", fold: 3 }, registry))).toEqual([
      ["fold", expect.stringMatching(/did you mean "folds"/)],
      ["lambda", expect.stringMatching(/lambda.1se/)]
    ])
  })
})

describe("ElasticNet.cv", () => {
  const task = Tasks.binary(80)

  it.effect("keeps the curve that it chose from, and chooses by the rule that is asked for", () =>
    Effect.gen(function* () {
      const oneSe = yield* learn<CvState>(ElasticNet.cv({ folds: 5 }), task)
      const min = yield* learn<CvState>(ElasticNet.cv({ folds: 5, lambda: "lambda.min" }), task)
      const { cvm, cvsd, lambda, measure } = oneSe.curve
      assert.strictEqual(measure, "deviance")
      assert.deepStrictEqual([cvm.length, cvsd.length, lambda.length], Array(3).fill(oneSe.pathLength))
      const least = cvm.indexOf(Math.min(...cvm))
      assert.strictEqual(oneSe.lambdaMin, lambda[least])
      assert.strictEqual(oneSe.lambda1se, lambda[cvm.findIndex((error) => error <= cvm[least] + cvsd[least])])
      assert.strictEqual(oneSe.lambda, oneSe.lambda1se)
      assert.strictEqual(min.lambda, min.lambdaMin)
      assert.isAbove(oneSe.lambda1se, oneSe.lambdaMin)
      assert.deepStrictEqual(
        { ...min, lambda: 0, intercepts: [], coefficients: [] },
        { ...oneSe, lambda: 0, intercepts: [], coefficients: [] }
      )
    })
  )

  it.effect("says so where lambda.1se leaves a constant, and lambda.min would not", () =>
    Effect.gen(function* () {
      // A weak effect of one column in few rows.
      const random = Seed.generator(Seed.root(4))
      const x = Float64Array.from({ length: 40 }, () => random.normal())
      const y = x.map((value) => 0.4 * value + random.normal())
      const table: Table.Table = yield* Table.fromEntries([
        ["x", Column.numeric(x)],
        ["y", Column.numeric(y)]
      ])
      const weak: Task.Task = yield* Task.fromTable(table, { target: "y" })
      const notes = (lambda: "lambda.1se" | "lambda.min") =>
        Effect.map(Learner.train(ElasticNet.cv({ lambda }), weak), ({ fitted }) => fitted.notes.map(({ code }) => code))
      assert.deepStrictEqual([yield* notes("lambda.1se"), yield* notes("lambda.min")], [["constant-model"], []])
    })
  )

  it.effect("fits at its penalty what ElasticNet.make fits there", () =>
    Effect.gen(function* () {
      const exact = { thresh: 1e-13 }
      const cv = yield* learn<CvState>(ElasticNet.cv({ folds: 5, lambda: "lambda.min", ...exact }), task)
      const given = yield* learn(ElasticNet.make({ lambda: cv.lambda, ...exact }), task)
      close(given.intercepts, cv.intercepts)
      given.coefficients.forEach(({ values }, j) => close(values, cv.coefficients[j].values))
    })
  )

  it.effect("draws other folds from another seed", () =>
    Effect.gen(function* () {
      const first = yield* learn<CvState>(ElasticNet.cv(), task, 1)
      assert.deepStrictEqual(yield* learn<CvState>(ElasticNet.cv(), task, 1), first)
      const second = yield* learn<CvState>(ElasticNet.cv(), task, 2)
      assert.notDeepEqual(second.curve.cvm, first.curve.cvm)
      assert.deepStrictEqual(second.curve.lambda, first.curve.lambda)
    })
  )

  it.effect("measures what is asked for, within its range", () =>
    Effect.gen(function* () {
      const misclassified = (yield* learn<CvState>(ElasticNet.cv({ measure: "class" }), task)).curve
      assert.approximately(misclassified.cvm[0], 27 / 80, 1e-9)
      const brier = (yield* learn<CvState>(ElasticNet.cv({ measure: "mse" }), task)).curve
      assert.isTrue(brier.cvm.every((error) => error > 0 && error < 2))
      const regression = Tasks.regression(30)
      const error = yield* Effect.flip(learn(ElasticNet.cv({ measure: "class" }), regression))
      assert.match(error.message, /measure "class" is for classes.*use "deviance" or "mse"/)
      assert.deepStrictEqual(yield* Effect.flip(Learner.check(ElasticNet.cv({ measure: "class" }), regression)), error)
    })
  )

  it.effect("refuses a class whose rows are all in one fold, by its level", () =>
    Effect.gen(function* () {
      const columns = {
        x: Column.numeric([1, 2, 3, 4, 5, 6, 7]),
        y: Column.text(["rare", ...Array<string>(6).fill("often")])
      }
      const rare = Tasks.of(columns, { target: "y", positive: "rare" })
      const error = yield* Effect.flip(learn(ElasticNet.cv({ folds: 3 }), rare))
      assert.match(error.message, /^ElasticNet: all training rows of class "rare" fell into one of the folds/)
    })
  )

  it.effect("takes the folds of the fold role, whatever the seed", () =>
    Effect.gen(function* () {
      const fold = Column.indices(Int32Array.from({ length: 60 }, (_, i) => 3 * (i % 4)))
      const task = Tasks.binary(60, { fold: "fold" }, { fold })
      const given = ElasticNet.cv({ folds: "role" })
      const { curve, lambda1se } = yield* learn<CvState>(given, task, 1)
      assert.deepStrictEqual((yield* learn<CvState>(given, task, 2)).curve, curve)
      const columns = ["x", "z"].map((name) => task.table.columns.get(name)!)
      const x = Float64Array.from(columns.flatMap((column) => (column.type === "numeric" ? [...column.values] : [])))
      const problem = { family: "binomial", n: 60, p: 2, x, y: task.target.map((code) => 1 - code) } as const
      const foldId = Int32Array.from({ length: 60 }, (_, i) => i % 4)
      const expected = cvElasticNet(problem, foldId)
      close([...curve.cvm], [...expected.cvm], 1e-12)
      assert.strictEqual(lambda1se, expected.lambda1se)
      const error = yield* Effect.flip(learn(given, Tasks.binary(60)))
      assert.match(error.message, /^ElasticNet: folds: "role" takes the folds of the fold role, and no column has it/)
      const one = Task.take(task, [0, 4, 8, 12, 16, 20, 24, 28, 32, 36])
      assert.match(
        (yield* Effect.flip(learn(given, one))).message,
        /and the training rows are all of fold "0". Give the role fold to a column with two folds or more/
      )
    })
  )

  it.effect("spreads classes, or the strata that are given, over the folds", () =>
    Effect.gen(function* () {
      const x = Column.numeric(Array.from({ length: 40 }, (_, i) => (i * 7) % 11))
      const y = Column.text(Array.from({ length: 40 }, (_, i) => (i % 20 === 0 ? "rare" : "often")))
      for (let seed = 0; seed < 20; seed++) {
        const byClass = Tasks.of({ x, y }, { target: "y", positive: "rare" })
        assert.isTrue(
          (yield* learn<CvState>(ElasticNet.cv({ folds: 5 }), byClass, seed)).curve.cvm.every(Number.isFinite)
        )
        const byStratum = Tasks.of({ x, y, s: y }, { target: "y", positive: "rare", features: ["x"], stratum: "s" })
        assert.isTrue((yield* learn<CvState>(ElasticNet.cv({ folds: 5 }), byStratum, seed)).lambda > 0)
      }
    })
  )

  it.effect.each([
    ["a group", { group: "g" }, [0, 1, 2, 3, 4, 5, 6, 7]],
    ["copies", {}, [0, 4, 0, 4, 0, 4, 0, 4]]
  ] as const)("keeps %s together, in as many folds as there are", ([, roles, rows]) =>
    Effect.gen(function* () {
      const columns = {
        x: Column.numeric([1, 2, 3, 4, 5, 6, 7, 8]),
        y: Column.text([..."aaaabbbb"]),
        g: Column.text([..."ppppqqqq"])
      }
      const task = Task.take(Tasks.of(columns, { target: "y", features: ["x"], ...roles }), rows)
      const error = yield* Effect.flip(learn(ElasticNet.cv(), task))
      assert.match(error.message, /^ElasticNet: all training rows of class "[ab]" fell into one of the folds/)
    })
  )

  it.effect("refuses a number that is the same wherever a fold is left out", () =>
    Effect.gen(function* () {
      const columns = { x: Column.numeric([1, 2, 3, 4]), y: Column.numeric([0, 0, 0, 1]) }
      const error = yield* Effect.flip(learn(ElasticNet.cv({ folds: 4 }), Tasks.of(columns, { target: "y" })))
      assert.match(error.message, /^ElasticNet: without fold \d, the response is 0 in every row; give it more/)
    })
  )

  it.effect("leaves each row out once when there are fewer rows than folds", () =>
    Effect.gen(function* () {
      const state = yield* learn<CvState>(ElasticNet.cv({ folds: 30 }), Tasks.regression(12))
      assert.isTrue(state.curve.cvm.every(Number.isFinite))
    })
  )
})

const sonarFile = fileURLToPath(new URL("../../../../shared/data/sonar.csv", import.meta.url))

// Public data that are not part of this repository.
describe.skipIf(!existsSync(sonarFile))("Sonar", () => {
  it.effect("is ranked well by a cross-validated lasso, on rows that it did not see", () =>
    Effect.gen(function* () {
      const sonar = yield* Task.fromFile(sonarFile, { target: "Class", positive: "M" })
      const isTest = (row: number) => row % 3 === 0
      const rows = Array.from({ length: sonar.rows }, (_, row) => row)
      const train = Task.take(
        sonar,
        rows.filter((row) => !isTest(row))
      )
      const trained = yield* Learner.train(Result.getOrThrow(Learner.fromJson("ElasticNet.cv", registry)), train)
      const auc = Measure.auc.evaluate(yield* Learner.predict(trained, Task.take(sonar, rows.filter(isTest))))
      assert.isAbove(auc as number, 0.75)
    }).pipe(on(cpu))
  )
})
