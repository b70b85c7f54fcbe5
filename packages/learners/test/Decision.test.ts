import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import * as Column from "@rocflow/core/data/Column"
import * as Table from "@rocflow/core/data/Table"
import * as Task from "@rocflow/core/data/Task"
import * as Auto from "@rocflow/core/engine/Auto"
import * as Learner from "@rocflow/core/learning/Learner"
import * as Measure from "@rocflow/core/learning/Measure"
import type { Labelled, Prediction } from "@rocflow/core/learning/Prediction"
import * as Saved from "@rocflow/core/learning/Saved"
import * as Seed from "@rocflow/core/Seed"
import * as Aum from "@rocflow/losses/Aum"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as fc from "fast-check"
import { expect } from "vitest"
import { registry } from "../../core/test/support/pipelines.ts"
import * as Tasks from "../../core/test/support/tasks.ts"
import * as Boosting from "../src/Boosting.ts"
import * as Calibrated from "../src/Calibrated.ts"
import * as Decision from "../src/Decision.ts"
import * as Maps from "../src/internal/decisions/maps.ts"
import * as Mlp from "../src/Mlp.ts"

const numbers = Schema.Array(Schema.Finite)
const { cases, version } = Schema.decodeUnknownSync(
  Schema.Struct({
    version: Schema.String,
    cases: Schema.Array(
      Schema.Struct({
        scores: numbers,
        positive: numbers,
        grid: numbers,
        platt: numbers,
        isotonic: numbers,
        temperature: Schema.Finite
      })
    )
  })
)(JSON.parse(readFileSync(new URL("calibration.json", import.meta.url), "utf8")))

const rowsOf = (scores: ReadonlyArray<number>, positive: ReadonlyArray<number>): Maps.Rows => ({
  scores,
  positive: positive.map((each) => each === 1),
  weights: scores.map(() => 1)
})

describe(`maps, against ${version}`, () => {
  it.each(cases.map((given, i) => [i, given] as const))("case %i", (_, given) => {
    const rows = rowsOf(given.scores, given.positive)
    const at = (map: Maps.Map) => given.grid.map((score) => Maps.apply(map, score).probability)
    // Its solver stops early.
    at(Maps.learn("platt", rows)).forEach((p, i) => expect(p).toBeCloseTo(given.platt[i]!, 4))
    at(Maps.learn("isotonic", rows)).forEach((p, i) => expect(p).toBeCloseTo(given.isotonic[i]!, 10))
    const logits = Float64Array.from(given.scores.flatMap((score) => [score, 0]))
    const truth = given.positive.map((each) => 1 - each)
    const found = Maps.temperature(logits, 2, truth, rows.weights)
    expect(Math.log(found)).toBeCloseTo(Math.log(given.temperature), 4)
  })
})

const anyRows = fc
  .array(
    fc.tuple(
      fc.integer({ min: -40, max: 40 }).map((n) => n / 8),
      fc.nat(1)
    ),
    { minLength: 4, maxLength: 60 }
  )
  .filter((rows) => new Set(rows.map(([, y]) => y)).size === 2)
  .map((rows) =>
    rowsOf(
      rows.map(([s]) => s),
      rows.map(([, y]) => y)
    )
  )

describe.each(["platt", "beta", "isotonic"] as const)("%s", (method) => {
  const probabilities = (rows: Maps.Rows) => {
    const map = Maps.learn(method, rows)
    return (score: number) => Maps.apply(map, score).probability
  }

  it("gives probabilities that never fall with the score", () => {
    fc.assert(
      fc.property(anyRows, (rows) => {
        const p = probabilities(rows)
        const values = Array.from({ length: 60 }, (_, i) => p(i / 4 - 7.5))
        for (const [i, value] of values.entries()) {
          expect(value).toBeGreaterThanOrEqual(0)
          expect(value).toBeLessThanOrEqual(1)
          expect(value).toBeGreaterThanOrEqual((values[i - 1] ?? 0) - 1e-12)
        }
      })
    )
  })

  it("is no farther from the classes than their share is", () => {
    fc.assert(
      fc.property(anyRows, (rows) => {
        const p = probabilities(rows)
        const share = Array.from(rows.positive).filter((each) => each).length / rows.scores.length
        const brier = (of: (score: number) => number) =>
          Array.from(rows.scores).reduce((sum, score, i) => sum + (of(score) - (rows.positive[i]! ? 1 : 0)) ** 2, 0)
        // Those that minimise another loss, on targets that are moved, may be a little.
        expect(brier(p)).toBeLessThanOrEqual(brier(() => share) * (method === "isotonic" ? 1 : 1.1) + 1e-9)
      })
    )
  })

  it("counts a row of weight 2 as two rows", () => {
    fc.assert(
      fc.property(anyRows, (rows) => {
        const twice = {
          scores: [...Array.from(rows.scores), rows.scores[0]!],
          positive: [...Array.from(rows.positive), rows.positive[0]!],
          weights: rows.scores.length === 0 ? [] : Array.from({ length: rows.scores.length + 1 }, () => 1)
        }
        const weighted = { ...rows, weights: Array.from({ length: rows.scores.length }, (_, i) => (i === 0 ? 2 : 1)) }
        const [a, b] = [probabilities(twice), probabilities(weighted)]
        for (const score of [-4, -1, 0.3, 2, 5]) expect(a(score)).toBeCloseTo(b(score), 6)
      })
    )
  })
})

it("Platt's slope is finite for classes that do not overlap", () => {
  const map = Maps.learn("platt", rowsOf([-2, -1, 1, 2], [0, 0, 1, 1]))
  // (2 + 1)/(2 + 2) and 1/(2 + 2) are the least and the largest targets.
  expect(Maps.apply(map, 2).probability).toBeGreaterThan(0.7)
  expect(Maps.apply(map, 2).probability).toBeLessThan(0.9)
})

/** Rows whose chance of being positive is σ(x), so that scores 4·x are too sure. */
const chances = Effect.gen(function* () {
  const random = Seed.generator(Seed.root(11))
  const x = Array.from({ length: 600 }, () => 2 * random.normal())
  return yield* taskOf(x.map((value) => [value, random.float() < logistic(value)]))
})

const logistic = (x: number) => 1 / (1 + Math.exp(-x))

/** A learner that learns nothing: of each x a probability, and a score. */
const told = (probability: (x: number) => number, score: (x: number) => number) =>
  Learner.define({
    id: "Told",
    summary: "Says of x what it was told",
    accepts: ["binary"],
    weighted: true,
    options: Schema.Struct({}),
    state: Schema.Struct({}),
    train: () => Result.succeed({}),
    predict: (_, __, { columns, rows, schema, truth }) => {
      const x = Column.asNumbers(columns.get("x")!)!
      return Result.succeed({
        kind: schema.kind,
        levels: schema.levels,
        rows: Int32Array.from({ length: rows }, (___, i) => i),
        truth,
        response: x.map((value) => (probability(value) >= 0.5 ? 0 : 1)),
        prob: Float64Array.from(x).reduce(
          (prob, value, i) =>
            prob.fill(probability(value), 2 * i, 2 * i + 1).fill(1 - probability(value), 2 * i + 1, 2 * i + 2),
          new Float64Array(2 * rows)
        ),
        scores: x.map(score)
      })
    }
  }).make({})

/** Ranks by x, and is much too sure. */
const sure = told(
  (x) => logistic(4 * x),
  (x) => 4 * x
)

/** A task of values of x, and whether each is positive. */
const taskOf = (rows: ReadonlyArray<readonly [x: number, positive: boolean]>) =>
  Effect.gen(function* () {
    const table: Table.Table = yield* Table.fromEntries([
      ["x", Column.numeric(Float64Array.from(rows, ([x]) => x))],
      ["y", Column.asFactor(Column.text(rows.map(([, positive]) => (positive ? "yes" : "no"))))]
    ])
    const task: Task.Task = yield* Task.fromTable(table, { target: "y", positive: "yes" })
    return task
  })

const predicted = <R>(learner: Learner.Learner<"binary" | "multiclass", string, unknown, R>, task: Task.Task) =>
  Effect.flatMap(Learner.train(learner, task), (trained) => Learner.predict(trained, task))

const valueOf = (measure: Measure.Measure, prediction: Prediction) => measure.evaluate(prediction) as number

describe("Calibrated", () => {
  it.effect.each(["platt", "beta", "isotonic", "temperature"] as const)(
    "%s makes probabilities true, and keeps the ranking",
    (method) =>
      Effect.gen(function* () {
        const task = yield* chances
        const before = yield* predicted(sure, task)
        const after = yield* predicted(Calibrated.classif(sure, { method }), task)
        const [error, loss] = [Measure.calibrationError(), Measure.logloss]
        assert.isAbove(valueOf(error, before), 0.1)
        assert.isBelow(valueOf(error, after), 0.05)
        assert.isBelow(valueOf(loss, after), 0.7 * valueOf(loss, before))
        // Rows may tie, never change places.
        const [old, now] = [before.scores!, after.prob!.filter((_, i) => i % 2 === 0)]
        const order = Array.from(old.keys()).sort((a, b) => old[a]! - old[b]!)
        for (const [i, row] of order.entries()) assert.isAtLeast(now[row]!, i === 0 ? 0 : now[order[i - 1]!]! - 1e-12)
        if (method !== "isotonic")
          assert.approximately(valueOf(Measure.auc, after), valueOf(Measure.auc, before), 1e-12)
      })
  )

  it.effect("keeps a sum of 1 of several classes, and lowers log-loss of what is too sure", () =>
    Effect.gen(function* () {
      const task = Tasks.multiclass(150)
      const learner = Boosting.classif({ iterations: 60, minRows: 1, learningRate: 0.5 })
      const half = Task.take(
        task,
        Array.from({ length: 75 }, (_, i) => 2 * i)
      )
      const rest = Task.take(
        task,
        Array.from({ length: 75 }, (_, i) => 2 * i + 1)
      )
      const plain = yield* Learner.train(learner, half)
      for (const method of ["platt", "temperature", "isotonic", "beta"] as const) {
        const trained = yield* Learner.train(Calibrated.classif(learner, { method, folds: 3 }), half)
        const { levels, prob, response } = yield* Learner.predict(trained, rest)
        response.forEach((code, row) => {
          const own = prob!.subarray(row * levels.length, (row + 1) * levels.length)
          assert.approximately(
            own.reduce((sum, p) => sum + p, 0),
            1,
            1e-9
          )
          assert.strictEqual(own[code], Math.max(...own))
        })
        const loss = (prediction: Prediction) => valueOf(Measure.logloss, prediction)
        if (method === "temperature") {
          assert.isAtMost(loss(yield* Learner.predict(trained, rest)), loss(yield* Learner.predict(plain, rest)) + 1e-9)
        }
      }
    })
  )

  it.effect("refuses a class without training rows", () =>
    Effect.gen(function* () {
      const task = yield* chances
      const one = Task.take(
        task,
        Array.from(task.target.keys()).filter((row) => task.target[row] === 0)
      )
      const failure = yield* Effect.flip(Learner.train(Calibrated.classif(sure), one))
      assert.include(failure.message, 'Calibrated.classif: needs training rows of every class, and "no" has none')
      const checked = yield* Effect.flip(Learner.check(Calibrated.classif(sure), one))
      assert.strictEqual(checked.message, failure.message)
    })
  )

  it.effect("refuses a learner without probabilities, and scores that are not finite", () =>
    Effect.gen(function* () {
      const task = yield* chances
      const message = (learner: Learner.Learner<"binary">) =>
        Effect.map(Effect.flip(Learner.train(Calibrated.classif(learner), task)), (error) => error.message)
      assert.match(
        yield* message({ ...sure, predictType: "response" }),
        /needs probabilities; set the learner's predictType/
      )
      const far = told(
        (x) => 1 / (1 + Math.exp(-x)),
        (x) => (x > 2 ? Infinity : x)
      )
      assert.match(yield* message(far), /needs finite scores, and the learner gave Infinity to a row that was held out/)
    })
  )
})

describe("Decision.threshold", () => {
  it.effect("calls rows positive from a probability on", () =>
    Effect.gen(function* () {
      const task = yield* chances
      const { prob, response } = yield* predicted(Decision.threshold(sure, { threshold: 0.9 }), task)
      response.forEach((code, row) => assert.strictEqual(code, prob![2 * row]! >= 0.9 ? 0 : 1))
    })
  )

  it.effect("says what is wrong with its options and its learner", () =>
    Effect.gen(function* () {
      const task = yield* chances
      const message = (learner: Learner.Learner<"binary">) =>
        Effect.map(Effect.flip(Learner.check(learner, task)), (error) => error.message)
      assert.match(
        yield* message(Decision.threshold(sure, { threshold: 1.5 })),
        /threshold: Decision.threshold: .*between 0 and 1/
      )
      assert.match(
        yield* message(Decision.costs(sure, { costs: { ill: { no: 1 } } })),
        /costs name the class "ill", and the task has yes, no/
      )
      assert.match(
        yield* message(Decision.byMeasure(sure, { measure: Measure.auc })),
        /the measure auc does not depend on the threshold/
      )
      assert.match(
        yield* message(Decision.byMeasure(sure, { measure: Measure.mse })),
        /the measure mse is for regression targets/
      )
    })
  )
})

describe("Decision.costs", () => {
  it.effect("chooses what costs least, as trying every class does", () =>
    Effect.gen(function* () {
      const task = Tasks.multiclass(60)
      const [a, b, c] = task.levels
      const costs = { [a!]: { [b!]: 3, [c!]: 0.5 }, [c!]: { [a!]: 2, [c!]: 0.1 } }
      const { levels, prob, response } = yield* predicted(
        Decision.costs(Boosting.classif({ iterations: 5, minRows: 1 }), { costs }),
        task
      )
      const cost = (truth: number, called: number) =>
        costs[levels[truth]!]?.[levels[called]!] ?? (truth === called ? 0 : 1)
      response.forEach((code, row) => {
        const expected = levels.map((_, called) =>
          levels.reduce((sum, __, truth) => sum + prob![row * 3 + truth]! * cost(truth, called), 0)
        )
        assert.approximately(expected[code]!, Math.min(...expected), 1e-12)
      })
    })
  )

  it.effect("is a threshold of c₀/(c₀ + c₁) of two classes", () =>
    Effect.gen(function* () {
      const task = yield* chances
      const costs = { yes: { no: 4 }, no: { yes: 1 } }
      const [byCosts, at] = [
        yield* predicted(Decision.costs(sure, { costs }), task),
        yield* predicted(Decision.threshold(sure, { threshold: 0.2 }), task)
      ]
      assert.deepStrictEqual(byCosts.response, at.response)
    })
  )
})

describe("Decision.byMeasure", () => {
  it.effect("is at least as good as any threshold on the rows that were held out", () =>
    Effect.gen(function* () {
      const task = yield* chances
      // The learner learns nothing, so that what is held out is predicted as all rows are.
      for (const measure of [
        Measure.error,
        Measure.balancedAccuracy,
        Measure.fbeta({ beta: 2 }),
        Measure.cost({ costs: { yes: { no: 6 } } })
      ]) {
        const chosen = (yield* predicted(Decision.byMeasure(sure, { measure }), task)) as Labelled
        const sign = measure.direction === "maximise" ? 1 : -1
        const own = sign * valueOf(measure, chosen)
        for (let i = 0; i < task.rows; i++) {
          const at = chosen.prob![2 * i]!
          const response = chosen.response.map((_, row) => (chosen.prob![2 * row]! >= at ? 0 : 1))
          assert.isAtLeast(own, sign * valueOf(measure, { ...chosen, response }) - 1e-12)
        }
      }
    })
  )

  it.effect("around a calibrated learner is one learner, written, saved and loaded", () =>
    Effect.gen(function* () {
      const task = yield* chances
      const learner = Decision.byMeasure(
        Calibrated.classif(Mlp.classif({ hidden: [], epochs: 200, validation: "none", loss: Aum.loss() }), {
          folds: 3
        }),
        { measure: Measure.fbeta({ beta: 2 }), folds: 3 }
      )
      const json: unknown = JSON.parse(JSON.stringify(learner.json))
      assert.deepStrictEqual((json as { readonly measure: unknown }).measure, { type: "fbeta", beta: 2 })
      const back = Result.getOrThrow(Learner.fromJson(json, registry))
      assert.strictEqual(Learner.hash(back), Learner.hash(learner))
      const trained = yield* Learner.train(learner, task)
      const loaded = Result.getOrThrow(Saved.fromJson(JSON.parse(JSON.stringify(Saved.toJson(trained))), registry))
      const [before, after] = [
        yield* Learner.predict(trained, task),
        yield* Effect.orDie(Learner.predict(loaded, task) as Effect.Effect<Prediction>)
      ]
      assert.deepStrictEqual(after, before)
      const alone = yield* predicted(
        Mlp.classif({ hidden: [], epochs: 200, validation: "none", loss: Aum.loss() }),
        task
      )
      const f2 = Measure.fbeta({ beta: 2 })
      assert.isBelow(valueOf(Measure.logloss, before), valueOf(Measure.logloss, alone))
      assert.isAbove(valueOf(f2, before), valueOf(f2, alone))
    }).pipe(Effect.provide(Auto.layer()))
  )

  it.effect.each([
    // All thresholds between 0.1 and 0.9 are best.
    [
      Measure.error,
      [
        [0.9, true],
        [0.1, false]
      ],
      0.5
    ],
    // (0.1, 0.2] and (0.3, 0.9] make one error each: the wider one is taken.
    [
      Measure.error,
      [
        [0.9, true],
        [0.3, false],
        [0.2, true],
        [0.1, false]
      ],
      0.6
    ],
    // Of probabilities up to 1 it is best to call nobody positive.
    [
      Measure.cost({ costs: { no: { yes: 9 } } }),
      [
        [1, false],
        [1, true],
        [0.5, false]
      ],
      1 + Number.EPSILON
    ],
    // All positive is best: every threshold up to the least probability is.
    [
      Measure.cost({ costs: { yes: { no: 9 } } }),
      [
        [0.4, true],
        [0.6, false],
        [0.8, false]
      ],
      0.2
    ]
  ] as const)("takes the middle of the widest range that is best: %#", ([measure, rows, threshold]) =>
    Effect.gen(function* () {
      const task = yield* taskOf(Array.from({ length: 30 }, (_, i) => rows[i % rows.length]!))
      const learner = Decision.byMeasure(
        told(
          (x) => x,
          (x) => x
        ),
        { measure }
      )
      const trained = yield* Learner.train(learner, task)
      const { kept } = trained.fitted.state() as { readonly kept: { readonly threshold: number } }
      assert.approximately(kept.threshold, threshold, 1e-17)
    })
  )
})
