import { assert, describe, it } from "@effect/vitest"
import * as Aum from "@rocflow/losses/Aum"
import * as Bce from "@rocflow/losses/Bce"
import * as CrossEntropy from "@rocflow/losses/CrossEntropy"
import * as Mse from "@rocflow/losses/Mse"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import fc from "fast-check"
import { expect } from "vitest"
import * as Column from "../../src/data/Column.ts"
import * as Task from "../../src/data/Task.ts"
import * as Engine from "../../src/engine/Engine.ts"
import * as Featureless from "@rocflow/learners/Featureless"
import * as Callback from "../../src/learning/Callback.ts"
import * as Learner from "../../src/learning/Learner.ts"
import * as Measure from "../../src/learning/Measure.ts"
import * as Model from "../../src/learning/Model.ts"
import * as Prediction from "../../src/learning/Prediction.ts"
import * as Validation from "../../src/learning/Validation.ts"
import * as Ingress from "../../src/pipeline/Ingress.ts"
import * as Loss from "../../src/pipeline/Loss.ts"
import * as Nn from "../../src/pipeline/Nn.ts"
import * as Optimizer from "../../src/pipeline/Optimizer.ts"
import * as Preprocess from "../../src/pipeline/Preprocess.ts"
import { cpu, on } from "../support/engines.ts"
import { complete, issuesOf, registry } from "../support/pipelines.ts"
import * as Tasks from "../support/tasks.ts"

const linear = Preprocess.standardise().pipe(Ingress.numeric(), Nn.head())
const bce = linear.pipe(Bce.loss(), Optimizer.adam({ learningRate: 0.1 }))
const classifier = bce.pipe(Model.classif({ epochs: 10 }))
const aum = linear.pipe(
  Aum.loss(),
  Optimizer.sgd({ learningRate: 0.1 }),
  Model.classif({ epochs: 5, batchSize: "all" })
)
const task = Tasks.binary(60)

const messageOf = <A, E extends { readonly message: string }>(effect: Effect.Effect<A, E, Engine.Engines>) =>
  Effect.map(Effect.flip(effect), ({ message }) => message)

/** Trains on a task and predicts it. */
const fit = Effect.fnUntraced(function* (
  learner: Learner.Learner<Task.Kind, string, never, Engine.Engines>,
  train: Task.Task = task,
  seed?: number
) {
  const trained = yield* Learner.train(learner, train, seed === undefined ? {} : { seed })
  return { trained, prediction: yield* Learner.predict(trained, train) }
})

describe("train and predict", () => {
  it.effect("beat the baseline on each kind of target", () =>
    Effect.gen(function* () {
      const hidden = Preprocess.standardise().pipe(Ingress.numeric(), Nn.linear(8), Nn.tanh(), Nn.head())
      const adam = Optimizer.adam({ learningRate: 0.05 })
      const cases = [
        [hidden.pipe(Bce.loss(), adam, Model.classif({ epochs: 20 })), Tasks.binary(120), Measure.logloss],
        [hidden.pipe(CrossEntropy.loss(), adam, Model.classif({ epochs: 20 })), Tasks.multiclass(120), Measure.logloss],
        [hidden.pipe(Mse.loss(), adam, Model.regr({ epochs: 20 })), Tasks.regression(120), Measure.mse]
      ] as const
      for (const [learner, data, measure] of cases) {
        const { prediction } = yield* fit(learner, data)
        const baseline = yield* Learner.predict(yield* Learner.train(Featureless.make(), data), data)
        assert.isBelow(measure.evaluate(prediction) as number, 0.9 * (measure.evaluate(baseline) as number))
        assert.deepStrictEqual(prediction.truth, data.target)
        assert.deepStrictEqual(
          prediction.rows,
          Int32Array.from({ length: data.rows }, (_, row) => row)
        )
        assert.deepStrictEqual(prediction.levels, data.levels)
      }
    }).pipe(on(cpu))
  )

  it.effect("give the same numbers for the same seed, of which 1 is the default", () =>
    Effect.gen(function* () {
      const { prediction: first } = yield* fit(classifier)
      assert.deepStrictEqual((yield* fit(classifier, task, 1)).prediction, first)
      assert.notDeepEqual((yield* fit(classifier, task, 2)).prediction.prob, first.prob)
    }).pipe(on(cpu))
  )

  it.effect("predict probabilities, or responses alone", () =>
    Effect.gen(function* () {
      const plain = bce.pipe(Model.classif({ epochs: 2, predictType: "response" }))
      const { prediction } = yield* fit(plain)
      assert.strictEqual(prediction.prob, undefined)
      assert.strictEqual(plain.predictType, "response")
      const { prediction: full } = yield* fit(bce.pipe(Model.classif({ epochs: 2 })))
      assert.deepStrictEqual(full.response, prediction.response)
      assert.strictEqual(full.prob!.length, 120)
    }).pipe(on(cpu))
  )

  it.effect("keep the first weights with 0 epochs", () =>
    Effect.gen(function* () {
      const { trained } = yield* fit(bce.pipe(Model.classif({ epochs: 0 })))
      assert.deepInclude(trained.fitted.outcome, { epochs: 0, history: [], reason: "epochs" })
    }).pipe(on(cpu))
  )

  it.effect("predict other rows as if each were alone", () =>
    Effect.gen(function* () {
      const trained = yield* Learner.train(classifier, Task.take(task, [0, 1, 2, 3, 4, 5]))
      const all = yield* Learner.predict(trained, task)
      const some = yield* Learner.predict(trained, Task.take(task, [50, 7]))
      assert.deepStrictEqual(some.scores, Float64Array.of(all.scores![50]!, all.scores![7]!))
    }).pipe(on(cpu))
  )
})

describe("the intercept of a loss that only ranks", () => {
  it.effect("is chosen after training with the fewest errors on the training rows", () =>
    Effect.gen(function* () {
      const { trained, prediction } = yield* fit(aum)
      const { intercept } = trained.fitted.state() as { readonly intercept: number }
      assert.notStrictEqual(intercept, 0)
      const errorsAt = (threshold: number) =>
        prediction.scores!.reduce((sum, score, i) => sum + ((score >= threshold ? 0 : 1) === task.target[i] ? 0 : 1), 0)
      const thresholds = [-Infinity, ...prediction.scores!, Infinity]
      assert.strictEqual(errorsAt(0), Math.min(...thresholds.map(errorsAt)))
    }).pipe(on(cpu))
  )

  it.effect("is 0 where the loss decides it", () =>
    Effect.gen(function* () {
      const { trained } = yield* fit(classifier)
      assert.deepInclude(trained.fitted.state() as object, { intercept: 0 })
    }).pipe(on(cpu))
  )
})

describe("line search", () => {
  const head = Preprocess.standardise().pipe(Ingress.numeric(), Nn.head(), Aum.loss())
  const lossesOf = Effect.fnUntraced(function* (learner: Learner.Learner<Task.Kind, string, never, Engine.Engines>) {
    const { trained } = yield* fit(learner)
    return trained.fitted.outcome!.history.map(({ loss }) => loss)
  })
  const whole = (epochs: number) => Model.classif({ epochs, batchSize: "all" })

  it.effect("lowers the loss of all rows in every step, until it stays", () =>
    Effect.gen(function* () {
      const losses = yield* lossesOf(head.pipe(Optimizer.lineSearch(), whole(12)))
      losses.slice(1).forEach((loss, i) => assert.isAtMost(loss, losses[i]! + 1e-6))
      assert.isBelow(losses.at(-1)!, 0.9 * losses[0]!)
    }).pipe(on(cpu))
  )

  it.effect("goes as far as the best learning rate, or further", () =>
    Effect.gen(function* () {
      const [, searched] = yield* lossesOf(head.pipe(Optimizer.lineSearch(), whole(2)))
      for (let learningRate = 2 ** -8; learningRate < 2 ** 12; learningRate *= 2) {
        const [, stepped] = yield* lossesOf(head.pipe(Optimizer.sgd({ learningRate }), whole(2)))
        assert.isAtMost(searched!, stepped! + 1e-6)
      }
    }).pipe(on(cpu))
  )

  it.effect("refuses row weights", () =>
    Effect.gen(function* () {
      const weighted = Tasks.binary(6, { weight: "w" }, { w: Column.numeric([1, 2, 1, 2, 1, 2]) })
      const message = yield* messageOf(Learner.train(head.pipe(Optimizer.lineSearch(), whole(1)), weighted))
      assert.match(message, /does not use row weights, but task "task" has the weight column "w"/)
    }).pipe(on(cpu))
  )
})

describe("a task that does not fit", () => {
  it.effect("of another target kind is refused by name", () =>
    Effect.gen(function* () {
      const three: Task.Task = Tasks.multiclass(9)
      assert.strictEqual(
        yield* messageOf(Learner.train(Learner.named(classifier, "mlp"), three)),
        'learner "mlp" is for binary targets, but the target "class" of task "task" is multiclass (low, mid, high); choose another loss or learner'
      )
    }).pipe(on(cpu))
  )

  const weight = { w: Column.numeric(Array.from({ length: 60 }, (_, i) => (i % 3 === 0 ? 5 : 1))) }
  const weighted = Tasks.binary(60, { weight: "w" }, weight)

  it.effect("has weights that the loss does not use", () =>
    Effect.gen(function* () {
      const unweighted = Loss.define({
        id: "Mine.bce",
        summary: "BCE that ignores weights",
        accepts: ["binary"],
        weighted: false,
        options: Schema.Struct({}),
        make: () => Bce.definition.make({ posWeight: 1, reduction: "mean" })
      })
      const learner = linear.pipe(Loss.stage(unweighted), Optimizer.adam(), Model.classif({ epochs: 1 }))
      assert.strictEqual(
        yield* messageOf(Learner.train(Learner.named(learner, "plain"), weighted)),
        'learner "plain" does not use row weights, but task "task" has the weight column "w"; choose a loss that uses weights, or take the role away'
      )
    }).pipe(on(cpu))
  )

  it.effect("is not one with weights that the loss uses: they raise the positives' scores", () =>
    Effect.gen(function* () {
      const { prediction: heavy } = yield* fit(classifier, weighted)
      const { prediction: even } = yield* fit(classifier)
      const mean = (scores: Float64Array) => scores.reduce((a, b) => a + b, 0) / scores.length
      assert.isAbove(mean(heavy.scores!), mean(even.scores!) + 0.5)
      const ones = Tasks.binary(60, { weight: "w" }, { w: Column.numeric(Array.from({ length: 60 }, () => 1)) })
      assert.deepStrictEqual((yield* fit(classifier, ones)).prediction, even)
    }).pipe(on(cpu))
  )

  it.effect("at prediction has other levels, or the same in another order", () =>
    Effect.gen(function* () {
      const { trained } = yield* fit(Learner.named(classifier, "mlp"))
      const turned = Tasks.binary(6, { positive: "no" })
      assert.strictEqual(
        yield* messageOf(Learner.predict(trained, turned)),
        'learner "mlp": the levels in training were yes, no, and task "task" has no, yes; their order says which class is positive, so make it the same by `levels`'
      )
      assert.strictEqual(
        yield* messageOf(Learner.predict(trained, Tasks.regression(6))),
        'learner "mlp": the training target was binary, and that of task "task" is regression'
      )
    }).pipe(on(cpu))
  )

  it.effect("at prediction lacks features, or has them of another type: all of it at once", () =>
    Effect.gen(function* () {
      const { trained } = yield* fit(Learner.named(classifier, "mlp"))
      const other = Tasks.of(
        { class: Column.text(["yes", "no"]), z: Column.text(["1", "two"]) },
        { target: "class", positive: "yes" }
      )
      assert.strictEqual(
        yield* messageOf(Learner.predict(trained, other)),
        [
          'learner "mlp": the feature "x" of training is not there. Add what is lacking.',
          'learner "mlp": feature "z" was numeric in training and is string here, and "two" in row 1 cannot be read as numeric; declare the type of the column, or correct the value'
        ].join("\n")
      )
    }).pipe(on(cpu))
  )

  it.effect("at prediction may have more features, in another order", () =>
    Effect.gen(function* () {
      const { trained, prediction } = yield* fit(classifier)
      const wide = Tasks.binary(
        60,
        { features: ["extra", "z", "x"] },
        { extra: Column.text(Array.from("y".repeat(60))) }
      )
      const again = yield* Learner.predict(trained, wide)
      assert.deepStrictEqual(again.scores, prediction.scores)
    }).pipe(on(cpu))
  )
})

/** A callback with an option. */
const watch = Callback.define({
  id: "Mine.watch",
  summary: "Watches",
  options: Schema.Struct({ every: Schema.Int.check(Schema.isGreaterThan(0)) }),
  make: () => ({})
})

describe("check finds what training would fail on", () => {
  const columns = {
    class: Column.text(["a", "b", "a", "b"]),
    n: Column.numeric([1, 2, 3, 4]),
    gap: Column.numeric([1, null, 3, 4]),
    site: Column.text(["x", "y", "x", "y"])
  }
  const of = (...features: ReadonlyArray<string>): Task.Task => Tasks.of(columns, { target: "class", features })
  const head = Ingress.numeric().pipe(Nn.head(), Bce.loss(), Optimizer.adam())
  const once = { epochs: 1 }
  const cases: ReadonlyArray<
    readonly [string, Learner.Learner<Task.Kind, string, never, Engine.Engines>, Task.Task, RegExp]
  > = [
    ["text at the ingress", head.pipe(Model.classif(once)), of("n", "site"), /^Ingress\.numeric: .*"site" \(string\)/],
    ["missing values", head.pipe(Model.classif(once)), of("gap"), /^Ingress\.numeric needs complete .*"gap" \(1 of 4/],
    [
      "an unknown column",
      Preprocess.select(["nn"]).pipe(Ingress.numeric(), Nn.head(), Bce.loss(), Optimizer.adam(), Model.classif(once)),
      of("n"),
      /^Preprocess\.select: no feature column "nn" .*did you mean "n"\?/
    ],
    [
      "no column left",
      Preprocess.dropConstants().pipe(Ingress.numeric(), Nn.head(), Bce.loss(), Optimizer.adam(), Model.classif(once)),
      Tasks.of({ ...columns, one: Column.numeric([1, 1, 1, 1]) }, { target: "class", features: ["one"] }),
      /^numeric: got 0 feature columns/
    ],
    [
      "a bad option",
      Ingress.numeric().pipe(Nn.linear(0), Nn.head(), Bce.loss(), Optimizer.adam(), Model.classif(once)),
      of("n"),
      /^at \[1\]\.units: Nn\.linear: /
    ],
    ["negative epochs", head.pipe(Model.classif({ epochs: -1 })), of("n"), /^at \[4\]\.epochs: Model\.classif: /],
    [
      "a bad option of a callback",
      head.pipe(Model.classif({ epochs: 1, callbacks: [Callback.make(watch, { every: 0 })] })),
      of("n"),
      /^at \[4\]\.callbacks\[0\]\.every: .*Mine\.watch: /
    ],
    [
      "a measure of another target",
      // @ts-expect-error a measure of regression targets does not compile here
      head.pipe(Model.classif({ epochs: 1, measures: [Measure.mse] })),
      of("n"),
      /measure "mse" is for regression targets, the task is binary/
    ],
    [
      "a measure that needs probabilities",
      head.pipe(Model.classif({ epochs: 1, predictType: "response", measures: [Measure.logloss] })),
      of("n"),
      /measure "logloss" needs probabilities; set predictType to "prob"/
    ],
    [
      "a measure that cannot stop training",
      head.pipe(
        Model.classif({
          epochs: 1,
          validation: Validation.holdout(0.5, {
            measures: [Measure.define({ ...Measure.error, id: "odd", direction: undefined })],
            patience: 1
          })
        })
      ),
      of("n"),
      /measure "odd" has no direction, so it cannot stop training; put another one first/
    ],
    [
      "one of several measures that cannot stop training",
      head.pipe(
        Model.classif({
          epochs: 1,
          validation: Validation.holdout(0.5, {
            measures: [Measure.error, Measure.define({ ...Measure.error, id: "odd", direction: undefined })],
            patience: 1,
            stopWhen: "all"
          })
        })
      ),
      of("n"),
      /measure "odd" has no direction, so it cannot stop training; leave it out, or give stopWhen: first/
    ],
    [
      "validation rows that are not there",
      head.pipe(Model.classif({ epochs: 1, validation: Validation.rows([0, 9], { measures: [Measure.error] }) })),
      of("n"),
      /^Validation: row 9 is not among the 4 rows that are trained on; rows count from 0/
    ],
    [
      "no row left to train on",
      head.pipe(Model.classif({ epochs: 1, validation: Validation.rows([0, 1, 2, 3], { measures: [Measure.error] }) })),
      of("n"),
      /^Validation: 4 rows of 4 rows leaves 4 rows to validate on and 0 to train on; both need at least one/
    ],
    [
      "no row held out",
      head.pipe(Model.classif({ epochs: 1, validation: Validation.holdout(0.01, { measures: [Measure.error] }) })),
      of("n"),
      /^Validation: a share of 0.01 of 4 rows leaves 0 rows to validate on/
    ]
  ]

  it.effect.each(cases)("%s", ([, learner, data, expected]) =>
    Effect.gen(function* () {
      const trained = yield* messageOf(Learner.train(learner, data))
      assert.match(trained, expected)
      assert.strictEqual(yield* messageOf(Learner.check(learner, data)), trained)
    }).pipe(on(cpu))
  )

  it.effect("and nothing where training succeeds", () =>
    Effect.gen(function* () {
      yield* Learner.check(classifier, task)
      yield* Learner.train(classifier, task)
      yield* Learner.check(Featureless.make(), task)
    }).pipe(on(cpu))
  )
})

describe("validation", () => {
  it.effect("takes its rows away from training and preprocessing", () =>
    Effect.gen(function* () {
      const far = Tasks.of(
        { class: Column.text(["a", "b", "a", "b", "a"]), x: Column.numeric([1, 3, 1, 3, 1e6]) },
        { target: "class" }
      )
      const learner = bce.pipe(
        Model.classif({ epochs: 2, validation: Validation.rows([4, 4], { measures: [Measure.error] }) })
      )
      const trained = yield* Learner.train(learner, far)
      const { preprocess } = trained.fitted.state() as { readonly preprocess: ReadonlyArray<unknown> }
      assert.deepStrictEqual(preprocess, [["standardise", [{ column: "x", mean: 2, sd: 1 }]]])
      assert.deepStrictEqual(Object.keys(trained.fitted.outcome!.history[0]!.valid), ["error"])
      const alone = yield* Learner.train(bce.pipe(Model.classif({ epochs: 2 })), Task.take(far, [0, 1, 2, 3]))
      assert.deepStrictEqual(trained.fitted.outcome!.arrays, alone.fitted.outcome!.arrays)
    }).pipe(on(cpu))
  )

  it.effect("with restoreBest keeps what a training of the best number of epochs gives", () =>
    Effect.gen(function* () {
      const settings = { measures: [Measure.logloss], patience: 3 } as const
      const quick = linear.pipe(Bce.loss(), Optimizer.sgd({ learningRate: 30 }))
      const held = (epochs: number, restoreBest: boolean) =>
        quick.pipe(Model.classif({ epochs, validation: Validation.holdout(0.5, { ...settings, restoreBest }) }))
      const { trained, prediction } = yield* fit(held(30, true))
      const { kept, epochs } = trained.fitted.outcome!
      assert.isBelow(kept, epochs)
      assert.deepStrictEqual((yield* fit(held(kept, false))).prediction, prediction)
    }).pipe(on(cpu))
  )
})

describe("callbacks", () => {
  const order: Array<string> = []
  const noting = (id: string, weight: number) =>
    Callback.define({
      id,
      summary: "Writes down its name",
      weight,
      options: Schema.Struct({}),
      make: () => {
        let calls = 0
        return { epochBegin: () => Effect.sync(() => void order.push(`${id}${(calls += 1)}`)) }
      }
    })

  it.effect("run by weight, then as listed, with a fresh state each training", () =>
    Effect.gen(function* () {
      const callbacks = [noting("late", 1000), noting("a", 0), noting("b", 0), noting("early", -1)].map((definition) =>
        Callback.make(definition)
      )
      const learner = bce.pipe(Model.classif({ epochs: 2, callbacks }))
      yield* Learner.train(learner, task)
      yield* Learner.train(learner, task)
      const once = ["early1", "a1", "b1", "late1", "early2", "a2", "b2", "late2"]
      assert.deepStrictEqual(order, [...once, ...once])
    }).pipe(on(cpu))
  )
})

describe("saving and loading", () => {
  const saved = (trained: Learner.Trained): unknown => JSON.parse(JSON.stringify(trained.fitted.state()))
  const sites = Tasks.binary(60, { features: ["x", "z", "site"] }, { site: Column.text(Array.from("abc".repeat(20))) })
  const full = Preprocess.impute({ method: "mode" })
    .pipe(Preprocess.oneHot({ drop: "first" }), Preprocess.standardise(), Ingress.numeric(), Nn.linear(3), Nn.relu())
    .pipe(Nn.head(), Bce.loss(), Optimizer.adam(), Model.classif({ epochs: 2 }))

  it.effect("through JSON predict the same numbers bit for bit", () =>
    Effect.gen(function* () {
      for (const learner of [full, aum]) {
        const data = learner === full ? sites : task
        const { trained, prediction } = yield* fit(learner, data)
        const state = saved(trained as Learner.Trained)
        const read = Result.getOrThrow(Learner.fromJson(JSON.parse(JSON.stringify(learner.json)), registry))
        const loaded = Result.getOrThrow(read.load(trained.task, state))
        assert.deepStrictEqual(yield* loaded.predict(Tasks.rows(data)), prediction)
        assert.strictEqual(loaded.outcome, undefined)
        assert.deepStrictEqual(JSON.parse(JSON.stringify(loaded.state())), state)
      }
    }).pipe(on(cpu))
  )

  it.effect("of a preprocessing stage go through the schema of its state", () =>
    Effect.gen(function* () {
      const centre = Preprocess.define({
        id: "Mine.centre",
        summary: "Shifts columns, by a map",
        options: Schema.Struct({}),
        state: Schema.toCodecJson(Schema.ReadonlyMap(Schema.String, Schema.Finite)),
        fit: (_, { columns }) =>
          Result.succeed(new Map(Array.from(columns, ([name, column]) => [name, Column.asNumbers(column)![0]!]))),
        apply: (state, { columns, rows }) =>
          Result.succeed({
            rows,
            columns: new Map(
              Array.from(columns, ([name, column]) => [
                name,
                Column.numeric(Column.asNumbers(column)!.map((x) => x - state.get(name)!))
              ])
            )
          })
      })
      const learner = Preprocess.stage(centre).pipe(
        Ingress.numeric(),
        Nn.head(),
        Bce.loss(),
        Optimizer.adam(),
        Model.classif({ epochs: 1 })
      )
      const { trained, prediction } = yield* fit(learner)
      const loaded = Result.getOrThrow(learner.load(trained.task, saved(trained as Learner.Trained)))
      assert.deepStrictEqual(yield* loaded.predict(Tasks.rows(task)), prediction)
    }).pipe(on(cpu))
  )

  it.effect("refuse what is no state of this learner", () =>
    Effect.gen(function* () {
      const { trained } = yield* fit(full, sites)
      const state = saved(trained as Learner.Trained) as {
        readonly preprocess: ReadonlyArray<unknown>
        readonly arrays: ReadonlyArray<{ readonly path: string; readonly values: ReadonlyArray<number> }>
      }
      const [first, ...rest] = state.arrays
      const wrong: ReadonlyArray<unknown> = [
        undefined,
        null,
        {},
        { ...state, format: 1 },
        { ...state, arrays: "none" },
        { ...state, ingress: [] },
        { ...state, preprocess: state.preprocess.slice(1) },
        { ...state, preprocess: state.preprocess.toReversed() },
        { ...state, arrays: rest },
        { ...state, arrays: [{ ...first, values: first!.values.slice(1) }, ...rest] },
        { ...state, arrays: [{ ...first, path: "other.kernel" }, ...rest] }
      ]
      for (const given of wrong) {
        const error = Result.getOrThrow(Result.flip(full.load(trained.task, given)))
        assert.strictEqual(error._tag, "PipelineError")
        assert.match(error.message, /model state|Preprocess\./)
      }
    }).pipe(on(cpu))
  )
})

describe("JSON", () => {
  it("is read back as a learner with the same JSON, hash, targets and predict type", () => {
    fc.assert(
      fc.property(complete, (pipeline) => {
        const learner = Result.getOrThrow(Learner.fromJson({ pipeline }, registry))
        const again = Result.getOrThrow(Learner.fromJson(JSON.parse(JSON.stringify(learner.json)), registry))
        expect(again.json).toEqual({ pipeline })
        expect(Learner.hash(again)).toBe(Learner.hash(learner))
        expect([again.accepts, again.predictType, again.id]).toEqual([learner.accepts, learner.predictType, learner.id])
      })
    )
  })

  it("of a learner made in code is that of the pipeline", () => {
    expect(Result.getOrThrow(Learner.fromJson(classifier.json, registry)).json).toEqual(classifier.json)
    expect(classifier.json).toEqual({
      pipeline: [
        { type: "Preprocess.standardise" },
        { type: "Ingress.numeric" },
        { type: "Nn.head" },
        { type: "Bce.loss" },
        { type: "Optimizer.adam", learningRate: 0.1 },
        { type: "Model.classif", epochs: 10 }
      ]
    })
  })

  it.each<[string, unknown, string, RegExp]>([
    ["a number", 3, "", /^a learner is \{ pipeline: \[\.\.\.\] \} or .*got 3$/],
    ["null", null, "", /got null$/],
    ["neither pipeline nor type", {}, "", /needs "pipeline" or "type"/],
    ["a slip in a name", "Featurless", "type", /did you mean "Featureless"/],
    ["a stage for a learner", { type: "Nn.relu" }, "type", /not a known learner/],
    ["a key beside the pipeline", { pipeline: [], epochs: 3 }, "epochs", /"epochs" is not a key of a learner/],
    ["a pipeline that is no list", { pipeline: {} }, "pipeline", /a list of at least one stage/],
    [
      "a pipeline without a model",
      { pipeline: ["Ingress.numeric", "Nn.head"] },
      "pipeline",
      /Stage not set: loss, opt/
    ],
    ["a wrong option", { pipeline: [{ type: "Nn.linear", units: "x" }] }, "pipeline.0.units", /^Nn\.linear: /]
  ])("that is %s is refused", (_, json, path, message) => {
    const issues = issuesOf(Learner.fromJson(json, registry))
    const found = issues.find(([at]) => at === path)
    expect(found?.[1]).toMatch(message)
  })
})

describe("names", () => {
  it("are short and say the network and the loss", () => {
    const deep = Ingress.numeric().pipe(Nn.linear(20), Nn.relu(), Nn.head(), Aum.loss(), Optimizer.adam())
    expect(deep.pipe(Model.classif({ epochs: 1 })).id).toBe("linear 20, relu – Aum")
    expect(classifier.id).toBe("linear – Bce")
  })

  it("can be given, and do not change the hash", () => {
    const named = Learner.named(classifier, "mine")
    expect(named.id).toBe("mine")
    expect(Learner.hash(named)).toBe(Learner.hash(classifier))
    expect(Learner.hash(bce.pipe(Model.classif({ epochs: 11 })))).not.toBe(Learner.hash(classifier))
  })

  it("are followed by a hash that does not tell left-out options from written defaults", () => {
    expect(Learner.hash(bce.pipe(Model.classif({ epochs: 10, batchSize: 32, predictType: "prob" })))).toBe(
      Learner.hash(classifier)
    )
  })
})

describe("define", () => {
  const nearest = Learner.define({
    id: "Mine.threshold",
    summary: "Calls rows above a quantile of a column positive",
    accepts: ["binary"],
    weighted: false,
    options: Schema.Struct({ column: Schema.String }),
    state: Schema.Struct({ threshold: Schema.Finite }),
    train: ({ column }, data) =>
      Result.succeed({
        threshold: Column.asNumbers(data.table.columns.get(column)!)!.toSorted()[data.rows >> 1]!
      }),
    predict: ({ column }, { threshold }, rows) =>
      Effect.sync(() =>
        Prediction.fromOutputs(
          rows,
          Column.asNumbers(rows.columns.get(column)!)!.map((x) => x - threshold),
          "prob"
        )
      )
  })

  it.effect("makes a learner with the same life as a pipeline", () =>
    Effect.gen(function* () {
      const learner = nearest.make({ column: "x" })
      const trained = yield* Learner.train(learner, task as Task.Task<"binary">)
      const prediction = yield* Learner.predict(trained, task)
      assert.isAbove(Measure.auc.evaluate(prediction) as number, 0.6)
      const state: unknown = JSON.parse(JSON.stringify(trained.fitted.state()))
      const loaded = Result.getOrThrow(learner.load(trained.task, state))
      assert.deepStrictEqual(yield* loaded.predict(Tasks.rows(task)), prediction)
      assert.deepStrictEqual(learner.json, { type: "Mine.threshold", column: "x" })
    })
  )

  it.effect("checks options when it is checked and when it is trained", () =>
    Effect.gen(function* () {
      const learner = nearest.make({ columns: "x" } as never)
      const checked = yield* Effect.flip(Learner.check(learner, task))
      const trained = yield* Effect.flip(Learner.train(learner, task))
      assert.strictEqual(checked.message, trained.message)
      assert.match(checked.message, /columns: Mine\.threshold: is not a known key; did you mean "column"/)
    })
  )
})
