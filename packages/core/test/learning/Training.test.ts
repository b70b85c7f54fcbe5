import { assert, describe, it } from "@effect/vitest"
import * as Bce from "@rocflow/losses/Bce"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { TestClock } from "effect/testing"
import * as Engine from "../../src/engine/Engine.ts"
import type * as Callback from "../../src/learning/Callback.ts"
import * as Measure from "../../src/learning/Measure.ts"
import * as Prediction from "../../src/learning/Prediction.ts"
import * as Training from "../../src/learning/Training.ts"
import { TrainingDiverged } from "../../src/learning/TrainingDiverged.ts"
import * as Ingress from "../../src/pipeline/Ingress.ts"
import * as Nn from "../../src/pipeline/Nn.ts"
import * as Optimizer from "../../src/pipeline/Optimizer.ts"
import * as Shape from "../../src/pipeline/Shape.ts"
import * as Seed from "../../src/Seed.ts"
import { cpu, on } from "../support/engines.ts"

/**
 * An engine whose one weight counts the steps and whose losses are scripted: training without arithmetic. It remembers
 * the batches that it saw.
 */
const scripted = (lossOf: (step: number) => number = () => 1) => {
  const batches: Array<ReadonlyArray<number>> = []
  let steps = 0
  const scoresOf = (features: Float32Array) => features.slice()
  const layer = Layer.succeed(
    Engine.Engine,
    Engine.Engine.of({
      name: "scripted",
      trainer: () =>
        Effect.succeed({
          step: (batch, onGradients) => {
            steps += 1
            batches.push(Array.from(batch.features))
            const loss = lossOf(steps)
            if (Number.isFinite(loss)) onGradients?.([Float32Array.of(1)])
            return { loss, scores: scoresOf(batch.features) }
          },
          scores: scoresOf,
          weights: () => [{ name: "0.steps", shape: [1], values: Float32Array.of(steps) }]
        }),
      scores: (_, __, features) => Effect.succeed(scoresOf(features))
    })
  )
  return { layer, batches }
}

const data = (rows: number): Training.Data => ({
  rows,
  features: Float32Array.from({ length: rows }, (_, i) => i),
  targets: Float32Array.from({ length: rows }, (_, i) => i % 2),
  weights: undefined
})

/** A measure that gives the listed values one after another, the last one for ever. */
const listed = (
  values: ReadonlyArray<Measure.Measured>,
  direction: "minimise" | "maximise" | "none" = "maximise"
): Measure.Measure => {
  let used = 0
  return Measure.define({
    id: "listed",
    label: "listed",
    summary: "Gives listed values",
    direction: direction === "none" ? undefined : direction,
    range: [-Infinity, Infinity],
    accepts: ["binary"],
    needs: "response",
    evaluate: () => values[Math.min(used++, values.length - 1)]!
  })
}

interface Changes {
  readonly epochs?: number
  readonly batchSize?: number | "all"
  readonly evalFreq?: number
  readonly rows?: number
  readonly validRows?: number
  readonly validMeasures?: readonly [Measure.Measure, ...ReadonlyArray<Measure.Measure>]
  readonly trainMeasures?: ReadonlyArray<Measure.Measure>
  readonly patience?: number
  readonly minDelta?: number
  readonly restoreBest?: boolean
}

const planOf = <E = never, R = never>(
  changes: Changes,
  callbacks: ReadonlyArray<Callback.Hooks<E, R>> = []
): Training.Plan<E, R> => ({
  network: { input: 1, outputs: 1, layers: [] },
  loss: {},
  optimizer: { _tag: "Update", slots: 0, update: () => undefined },
  seed: Seed.root(1),
  epochs: changes.epochs ?? 1,
  batchSize: changes.batchSize ?? "all",
  evalFreq: changes.evalFreq ?? 1,
  train: data(changes.rows ?? 4),
  trainMeasures: changes.trainMeasures ?? [],
  validation:
    changes.validMeasures === undefined
      ? undefined
      : {
          data: data(changes.validRows ?? 3),
          measures: changes.validMeasures,
          patience: changes.patience ?? 0,
          minDelta: changes.minDelta ?? 0,
          restoreBest: changes.restoreBest ?? false
        },
  callbacks,
  predict: (outputs, targets) =>
    Prediction.fromOutputs(
      { kind: "binary", levels: ["a", "b"] },
      outputs,
      Float64Array.from(targets),
      new Int32Array(targets.length),
      "prob"
    )
})

const train = <E, R>(plan: Training.Plan<E, R>, engine = scripted()) =>
  Training.run(plan).pipe(Effect.scoped, Effect.provide(engine.layer))

const epochsOf = ({ history }: Training.Outcome) => history.map(({ epoch }) => epoch)

describe("conformance with mlr3torch", () => {
  it.effect("evaluates every so many epochs, and in the last one", () =>
    Effect.gen(function* () {
      const outcome = yield* train(planOf({ epochs: 10, evalFreq: 4 }))
      assert.deepStrictEqual(epochsOf(outcome), [4, 8, 10])
      assert.strictEqual(outcome.epochs, 10)
      assert.strictEqual(outcome.reason, "epochs")
    })
  )

  const rising = Array.from({ length: 200 }, (_, i) => i / 200)
  const flatAfter = (gains: number) => Array.from({ length: 50 }, (_, i) => Math.min(i, gains - 1))
  it.effect.each<[string, Changes & { readonly scores: ReadonlyArray<number> }, object]>([
    [
      "no gain possible: the first evaluation is the best",
      { epochs: 10, evalFreq: 3, patience: 2, minDelta: 2, scores: rising },
      { best: 3, epochs: 9, reason: "early stopping" }
    ],
    [
      "patience counts evaluations",
      { epochs: 100, evalFreq: 4, patience: 10, minDelta: Infinity, scores: rising },
      { best: 4, epochs: 44, reason: "early stopping" }
    ],
    [
      "the last epoch is evaluated too",
      { epochs: 4, evalFreq: 3, patience: 2, minDelta: Infinity, scores: rising },
      { best: 3, epochs: 4, reason: "epochs", history: [3, 4] }
    ],
    ["one epoch", { epochs: 1, patience: 10, scores: rising }, { best: 1, epochs: 1, reason: "epochs" }],
    [
      "gains up to epoch 6, evaluated each",
      { epochs: 100, patience: 2, scores: flatAfter(6) },
      { best: 6, epochs: 8, reason: "early stopping" }
    ],
    [
      "gains up to epoch 6, evaluated every third",
      { epochs: 100, evalFreq: 3, patience: 2, scores: flatAfter(2) },
      { best: 6, epochs: 12, reason: "early stopping" }
    ],
    [
      "a refit takes the best epoch, 1, when nothing is a gain",
      { epochs: 20, patience: 20, minDelta: 2, scores: rising },
      { best: 1, epochs: 20, reason: "epochs" }
    ],
    ["no patience, no stop", { epochs: 20, patience: 0, scores: [1, 0] }, { best: 1, epochs: 20, reason: "epochs" }]
  ])("%s", ([, { scores, ...changes }, expected]) =>
    Effect.gen(function* () {
      const outcome = yield* train(planOf({ ...changes, validMeasures: [listed(scores)] }))
      const { best, epochs, reason } = outcome
      const { history, ...others } = expected as { readonly history?: ReadonlyArray<number> }
      assert.deepStrictEqual({ best: best?.epoch, epochs, reason }, others as object)
      if (history !== undefined) assert.deepStrictEqual(epochsOf(outcome), history)
    })
  )

  it.effect("of a minimised measure, the best is the first row of the history with the least score", () =>
    Effect.gen(function* () {
      const scores = [5, 3, 4, 2, 6, 2, 2, 3, 1, 7, 1, 1, 1, 1]
      const outcome = yield* train(planOf({ epochs: 14, patience: 5, validMeasures: [listed(scores, "minimise")] }))
      const least = Math.min(...outcome.history.map(({ valid }) => valid["listed"] as number))
      const first = outcome.history.find(({ valid }) => valid["listed"] === least)!
      assert.deepStrictEqual(outcome.best, { epoch: first.epoch, score: least })
      assert.deepStrictEqual(outcome.best, { epoch: 9, score: 1 })
      assert.deepStrictEqual([outcome.epochs, outcome.reason], [14, "early stopping"])
    })
  )

  it.effect("the first measure decides; a NaN or undefined score is stagnation", () =>
    Effect.gen(function* () {
      const none = Measure.undefinedBecause("no rows")
      const outcome = yield* train(
        planOf({ epochs: 9, patience: 2, validMeasures: [listed([none, 1, Number.NaN, none]), Measure.error] })
      )
      assert.deepStrictEqual([outcome.epochs, outcome.best], [4, { epoch: 2, score: 1 }])
      assert.deepStrictEqual(outcome.history[0]!.valid, { listed: none, error: 2 / 3 })
    })
  )

  it.effect("a measure without a direction never stops and has no best", () =>
    Effect.gen(function* () {
      const outcome = yield* train(planOf({ epochs: 5, patience: 1, validMeasures: [listed([1], "none")] }))
      assert.deepStrictEqual([outcome.epochs, outcome.best, outcome.reason], [5, undefined, "epochs"])
    })
  )

  it.effect("keeps the last weights, or the best ones", () =>
    Effect.gen(function* () {
      const changes = { epochs: 5, rows: 4, batchSize: 2 }
      const scores = [1, 2, 3, 0, 0]
      const last = yield* train(planOf({ ...changes, validMeasures: [listed(scores)] }))
      assert.deepStrictEqual([last.kept, last.weights[0]!.values], [5, Float32Array.of(10)])
      const best = yield* train(planOf({ ...changes, restoreBest: true, validMeasures: [listed(scores)] }))
      assert.deepStrictEqual([best.kept, best.weights[0]!.values], [3, Float32Array.of(6)])
      assert.deepStrictEqual([best.epochs, best.best], [5, { epoch: 3, score: 3 }])
    })
  )

  it.effect("0 epochs keep the first weights", () =>
    Effect.gen(function* () {
      const outcome = yield* train(planOf({ epochs: 0, restoreBest: true, validMeasures: [listed([1])] }))
      assert.deepStrictEqual(outcome, {
        weights: [{ name: "0.steps", shape: [1], values: Float32Array.of(0) }],
        history: [],
        engine: "scripted",
        epochs: 0,
        reason: "epochs",
        best: undefined,
        kept: 0
      })
    })
  )
})

describe("batches", () => {
  it.effect.each<[number, number | "all", ReadonlyArray<number>]>([
    [5, 2, [2, 2, 1]],
    [4, 2, [2, 2]],
    [3, 32, [3]],
    [3, "all", [3]],
    [3, 1, [1, 1, 1]]
  ])("of %d rows in %s keep the last partial one", ([rows, batchSize, sizes]) =>
    Effect.gen(function* () {
      const engine = scripted()
      yield* train(planOf({ rows, batchSize, epochs: 3 }), engine)
      assert.deepStrictEqual(
        engine.batches.map((batch) => batch.length),
        [...sizes, ...sizes, ...sizes]
      )
    })
  )

  it.effect("hold every row once an epoch, in another order each", () =>
    Effect.gen(function* () {
      const engine = scripted()
      yield* train(planOf({ rows: 20, epochs: 3 }), engine)
      for (const batch of engine.batches) {
        assert.deepStrictEqual(
          [...batch].sort((a, b) => a - b),
          Array.from(data(20).features)
        )
      }
      assert.strictEqual(new Set(engine.batches.map((batch) => batch.join())).size, 3)
    })
  )

  it.effect("have an order that only seed and epoch decide, not the batch size", () =>
    Effect.gen(function* () {
      const [whole, cut] = [scripted(), scripted()]
      yield* train(planOf({ rows: 20, epochs: 2 }), whole)
      yield* train(planOf({ rows: 20, epochs: 2, batchSize: 3 }), cut)
      assert.deepStrictEqual(cut.batches.flat(), whole.batches.flat())
      const other = scripted()
      yield* train({ ...planOf({ rows: 20, epochs: 2 }), seed: Seed.root(2) }, other)
      assert.notDeepEqual(other.batches, whole.batches)
    })
  )

  it.effect("weigh in the epoch's loss by their rows", () =>
    Effect.gen(function* () {
      const { history } = yield* train(
        planOf({ rows: 5, batchSize: 2 }),
        scripted((step) => step)
      )
      assert.strictEqual(history[0]!.loss, (1 * 2 + 2 * 2 + 3 * 1) / 5)
    })
  )
})

describe("training scores", () => {
  it.effect("are of the outputs of the epoch, row by row", () =>
    Effect.gen(function* () {
      // The scripted score of row i is i and the target i mod 2, so all are called positive and half of them are.
      const { history } = yield* train(
        planOf({ rows: 6, batchSize: 4, epochs: 2, trainMeasures: [Measure.error, Measure.auc] })
      )
      assert.deepStrictEqual(history[1]!.train, { error: 0.5, auc: 6 / 9 })
      assert.deepStrictEqual(history[1]!.valid, {})
    })
  )
})

const hooks = [
  "begin",
  "epochBegin",
  "batchBegin",
  "afterBackward",
  "batchEnd",
  "beforeValid",
  "validBatchBegin",
  "validBatchEnd",
  "validEnd",
  "epochEnd",
  "end",
  "exit"
] as const
const synchronous = new Set(["batchBegin", "afterBackward", "batchEnd", "validBatchBegin", "validBatchEnd"])

/** A callback that writes down every call. */
const recorder = (log: Array<string>, prefix = ""): Callback.Hooks =>
  Object.fromEntries(
    hooks.map((hook) => [
      hook,
      (...args: ReadonlyArray<unknown>) => {
        const moment = args.at(-1) as Callback.Moment
        const note = () => void log.push(`${prefix}${hook} ${moment.epoch}`)
        return synchronous.has(hook) ? note() : Effect.sync(note)
      }
    ])
  )

const words = (text: string) => text.trim().split(/\s*\n\s*/)

describe("callbacks", () => {
  it.effect("are called in the documented order", () =>
    Effect.gen(function* () {
      const log: Array<string> = []
      yield* train(
        planOf({ epochs: 2, evalFreq: 2, rows: 3, batchSize: 2, validRows: 2, validMeasures: [Measure.error] }, [
          recorder(log)
        ])
      )
      assert.deepStrictEqual(
        log,
        words(`
          begin 0
          epochBegin 1
          batchBegin 1
          afterBackward 1
          batchEnd 1
          batchBegin 1
          afterBackward 1
          batchEnd 1
          beforeValid 1
          epochEnd 1
          epochBegin 2
          batchBegin 2
          afterBackward 2
          batchEnd 2
          batchBegin 2
          afterBackward 2
          batchEnd 2
          beforeValid 2
          validBatchBegin 2
          validBatchEnd 2
          validEnd 2
          epochEnd 2
          end 2
          exit 2
        `)
      )
    })
  )

  it.effect("take turns at every call, in their order", () =>
    Effect.gen(function* () {
      const log: Array<string> = []
      yield* train(planOf({ epochs: 1 }, [recorder(log, "a "), recorder(log, "b ")]))
      assert.deepStrictEqual(
        log.map((line) => line.slice(2)),
        log.flatMap((line) => (line.startsWith("a ") ? [line.slice(2), line.slice(2)] : []))
      )
      assert.deepStrictEqual(log.slice(0, 4), ["a begin 0", "b begin 0", "a epochBegin 1", "b epochBegin 1"])
    })
  )

  it.effect("see where training stands", () =>
    Effect.gen(function* () {
      const seen: Array<object> = []
      const look = ({ epoch, epochs, step, loss, train, valid, weights }: Callback.Moment) => {
        seen.push({ epoch, epochs, step, loss, train, valid, weights: weights()[0]!.values[0] })
      }
      yield* train(
        planOf({ epochs: 1, rows: 2, batchSize: 1, trainMeasures: [Measure.error], validMeasures: [listed([0.25])] }, [
          { begin: (moment) => Effect.sync(() => look(moment)), batchEnd: look },
          { epochEnd: (moment) => Effect.sync(() => look(moment)) }
        ]),
        scripted((step) => 2 * step)
      )
      const first = { epoch: 1, epochs: 1, train: {}, valid: {} }
      assert.deepStrictEqual(seen, [
        { ...first, epoch: 0, step: 0, loss: undefined, weights: 0 },
        { ...first, step: 1, loss: 2, weights: 1 },
        { ...first, step: 2, loss: 4, weights: 2 },
        { ...first, step: 2, loss: 3, train: { error: 0.5 }, valid: { listed: 0.25 }, weights: 2 }
      ])
    })
  )

  it.effect("see no scores of an earlier epoch", () =>
    Effect.gen(function* () {
      const seen: Array<unknown> = []
      const look = ({ epoch, train, valid }: Callback.Moment) =>
        Effect.sync(() => void seen.push([epoch, Object.keys(train), Object.keys(valid)]))
      const changes = { evalFreq: 2, trainMeasures: [Measure.error], validMeasures: [listed([1])] } as const
      yield* train(planOf({ ...changes, epochs: 5 }, [{ epochBegin: look, epochEnd: look }]))
      assert.deepStrictEqual(seen.slice(2, 6), [
        [2, [], []],
        [2, ["error"], ["listed"]],
        [3, [], []],
        [3, [], []]
      ])
    })
  )

  it.effect("that terminate in begin train 0 epochs", () =>
    Effect.gen(function* () {
      const log: Array<string> = []
      const outcome = yield* train(
        planOf({ epochs: 3 }, [{ begin: (moment) => Effect.sync(moment.terminate) }, recorder(log)])
      )
      assert.deepStrictEqual(log, ["begin 0", "end 0", "exit 0"])
      assert.deepStrictEqual([outcome.epochs, outcome.reason, outcome.kept], [0, "callback", 0])
    })
  )

  it.effect("that terminate in a batch let the epoch end", () =>
    Effect.gen(function* () {
      const log: Array<string> = []
      const outcome = yield* train(
        planOf({ epochs: 5, rows: 3, batchSize: 1, evalFreq: 5 }, [
          { batchBegin: ({ epoch, terminate }) => (epoch === 2 ? terminate() : undefined) },
          recorder(log)
        ])
      )
      assert.deepStrictEqual(log.slice(-3), ["epochEnd 2", "end 2", "exit 2"])
      assert.strictEqual(log.filter((line) => line === "batchEnd 2").length, 3)
      assert.deepStrictEqual([outcome.epochs, outcome.reason], [2, "callback"])
    })
  )

  class DiskFull extends Schema.TaggedError<DiskFull>()("DiskFull", {}) {}

  it.effect.each(["begin", "epochBegin", "beforeValid", "validEnd", "epochEnd", "end"] as const)(
    "that fail in %s fail training, after exit",
    (hook) =>
      Effect.gen(function* () {
        const log: Array<string> = []
        const failing: Callback.Hooks<DiskFull> = { [hook]: () => Effect.fail(new DiskFull()) }
        const error = yield* Effect.flip(
          train(planOf({ epochs: 2, validMeasures: [Measure.error] }, [recorder(log), failing]))
        )
        assert.strictEqual(error._tag, "DiskFull")
        assert.match(log.at(-1)!, /^exit /)
        assert.strictEqual(log.filter((line) => line.startsWith("exit")).length, 1)
        assert.match(log.at(-2)!, new RegExp(`^${hook} `))
      })
  )

  it.effect("exit after an interruption too", () =>
    Effect.gen(function* () {
      const log: Array<string> = []
      const reached = yield* Deferred.make<void>()
      const waiting: Callback.Hooks = {
        epochEnd: () => Effect.andThen(Deferred.succeed(reached, undefined), Effect.never)
      }
      const fiber = yield* Effect.forkChild(train(planOf({ epochs: 2 }, [recorder(log), waiting])))
      yield* Deferred.await(reached)
      yield* Fiber.interrupt(fiber)
      assert.deepStrictEqual(log.slice(-2), ["epochEnd 1", "exit 1"])
    })
  )

  it.effect("change gradients in place", () =>
    Effect.gen(function* () {
      const { network, ...small } = real
      const frozen: Callback.Hooks = { afterBackward: (gradients) => gradients.forEach((g) => g.fill(0)) }
      const start = yield* Training.run({ ...small, network, epochs: 0 })
      const end = yield* Training.run({ ...small, network, callbacks: [frozen] })
      assert.deepStrictEqual(end.weights, start.weights)
      const free = yield* Training.run(real)
      assert.notDeepEqual(free.weights, start.weights)
    }).pipe(on(cpu))
  )
})

describe("divergence", () => {
  it.effect.each([Number.NaN, Infinity, -Infinity])("to %d fails with epoch, batch and the history so far", (bad) =>
    Effect.gen(function* () {
      const log: Array<string> = []
      const error = yield* Effect.flip(
        train(
          planOf({ epochs: 5, rows: 4, batchSize: 2 }, [recorder(log)]),
          scripted((step) => (step === 6 ? bad : 1))
        )
      )
      assert.instanceOf(error, TrainingDiverged)
      assert.deepStrictEqual([error.epoch, error.batch, error.loss], [3, 2, String(bad)])
      assert.deepStrictEqual(
        error.history.map(({ epoch }) => epoch),
        [1, 2]
      )
      assert.strictEqual(
        error.message,
        `training diverged in epoch 3, batch 2: the loss is ${bad}; lower the learning rate, put Preprocess.standardise() before the ingress, or clip gradients by Callback.clipGradients`
      )
      assert.deepStrictEqual(log.slice(-2), ["batchBegin 3", "exit 3"])
      const encoded: unknown = JSON.parse(JSON.stringify(Schema.encodeUnknownSync(TrainingDiverged)(error)))
      assert.strictEqual(Schema.decodeUnknownSync(TrainingDiverged)(encoded).message, error.message)
    })
  )

  it.effect("is found in the scores of validation, before a measure sees them", () =>
    Effect.gen(function* () {
      const plan = planOf({ epochs: 3, validMeasures: [Measure.auc] })
      const validation = { ...plan.validation!, data: { ...data(3), features: Float32Array.of(0, Number.NaN, 1) } }
      const error = yield* Effect.flip(train({ ...plan, validation }))
      assert.instanceOf(error, TrainingDiverged)
      assert.deepStrictEqual([error.epoch, error.batch, error.loss], [1, 1, "finite, but a validation score is not"])
    })
  )

  it.effect("is found in weights that the last update of all made infinite", () =>
    Effect.gen(function* () {
      const engine = Layer.succeed(
        Engine.Engine,
        Engine.Engine.of({
          name: "overflowing",
          trainer: () =>
            Effect.succeed({
              step: ({ features }) => ({ loss: 1, scores: features }),
              scores: (features) => features,
              weights: () => [{ name: "0.w", shape: [1], values: Float32Array.of(Infinity) }]
            }),
          scores: (_, __, features) => Effect.succeed(features)
        })
      )
      const error = yield* Effect.flip(Training.run(planOf({ epochs: 2 })).pipe(Effect.scoped, Effect.provide(engine)))
      assert.instanceOf(error, TrainingDiverged)
      assert.deepStrictEqual([error.epoch, error.loss], [2, "finite, but a weight is not"])
    })
  )

  it.effect("is found in a real training with a huge learning rate", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(Training.run({ ...real, optimizer: sgd(1e38), epochs: 50 }))
      assert.strictEqual(error._tag, "TrainingDiverged")
    }).pipe(on(cpu))
  )
})

describe("events", () => {
  it.effect("tell the listener of beginning, every epoch and the end", () =>
    Effect.gen(function* () {
      const events: Array<Training.Event> = []
      const outcome = yield* train(planOf({ epochs: 3, evalFreq: 2, rows: 5, batchSize: 2 })).pipe(
        Effect.provideService(Training.Listener, (event) => Effect.sync(() => void events.push(event)))
      )
      assert.deepStrictEqual(events[0], { _tag: "Begun", epochs: 3, rows: 5, batches: 3 })
      assert.deepStrictEqual(
        events.slice(1, -1).map((event) => event._tag === "Epoch" && [event.row.epoch, event.evaluated]),
        [
          [1, false],
          [2, true],
          [3, true]
        ]
      )
      assert.deepStrictEqual(events.at(-1), { _tag: "Ended", outcome })
    })
  )

  it.effect("measure the seconds of an epoch", () =>
    Effect.gen(function* () {
      const { history } = yield* train(
        planOf({ epochs: 2 }, [{ epochEnd: ({ epoch }) => TestClock.adjust(`${1500 * epoch} millis`) }])
      )
      assert.deepStrictEqual(
        history.map(({ seconds }) => seconds),
        [1.5, 3]
      )
    })
  )
})

const sgd = (learningRate: number) =>
  Optimizer.sgdDefinition.make(
    Schema.decodeUnknownSync(Optimizer.sgdDefinition.options)({ learningRate, momentum: 0.5 })
  )

const noisy = (rows: number, seed: number): Training.Data => {
  const random = Seed.generator(Seed.root(seed))
  const targets = Float32Array.from({ length: rows }, (_, i) => i % 2)
  const features = Float32Array.from({ length: 2 * rows }, (_, i) => random.normal() + targets[i >> 1]!)
  return { rows, features, targets, weights: undefined }
}

/** A small real training with dropout, validation and partial batches. */
const real: Training.Plan = {
  ...planOf({}),
  network: Result.getOrThrow(
    Shape.network(Ingress.numeric().pipe(Nn.linear(4), Nn.tanh(), Nn.dropout(0.2), Nn.head()), 2, 1)
  ),
  loss: Bce.definition.make({ posWeight: 1, reduction: "mean" }),
  optimizer: sgd(0.3),
  epochs: 6,
  batchSize: 8,
  train: noisy(30, 3),
  trainMeasures: [Measure.logloss],
  validation: {
    data: noisy(20, 4),
    measures: [Measure.logloss],
    patience: 0,
    minDelta: 0,
    restoreBest: false
  }
}
const numbers = ({ history, ...outcome }: Training.Outcome) => ({
  ...outcome,
  history: history.map(({ loss, train, valid }) => ({ loss, train, valid }))
})

describe("real training", () => {
  it.effect("gives the same numbers bit for bit for the same seed, and others for another", () =>
    Effect.gen(function* () {
      const [first, again] = [yield* Training.run(real), yield* Training.run(real)]
      assert.deepStrictEqual(numbers(again), numbers(first))
      const other = yield* Training.run({ ...real, seed: Seed.root(2) })
      assert.notDeepEqual(other.weights, first.weights)
      assert.notStrictEqual(other.history[0]!.loss, first.history[0]!.loss)
    }).pipe(on(cpu))
  )

  it.effect("is not changed by what it evaluates", () =>
    Effect.gen(function* () {
      const watched = yield* Training.run(real)
      const plain = yield* Training.run({ ...real, validation: undefined, trainMeasures: [], evalFreq: 4 })
      assert.deepStrictEqual(plain.weights, watched.weights)
    }).pipe(on(cpu))
  )

  it.effect("with restoreBest equals a run of the best number of epochs", () =>
    Effect.gen(function* () {
      const validation = { ...real.validation!, restoreBest: true, patience: 3 }
      const { train } = real
      // Labels that contradict the features: the loss of the validation rows soon rises, so the best epoch is not the last.
      const turned = { ...validation.data, targets: validation.data.targets.map((y) => 1 - y) }
      const best = yield* Training.run({ ...real, epochs: 20, train, validation: { ...validation, data: turned } })
      assert.isBelow(best.kept, best.epochs)
      assert.strictEqual(best.kept, best.best!.epoch)
      assert.strictEqual(best.reason, "early stopping")
      const short = yield* Training.run({ ...real, epochs: best.kept })
      assert.deepStrictEqual(best.weights, short.weights)
    }).pipe(on(cpu))
  )

  it.effect("without movement stops after patience, at stagnation 2 in epoch 3 with best 1", () =>
    Effect.gen(function* () {
      const still: Optimizer.Kernel = { _tag: "Update", slots: 0, update: () => undefined }
      const validation = { ...real.validation!, patience: 2 }
      const outcome = yield* Training.run({ ...real, epochs: 20, optimizer: still, validation })
      assert.deepStrictEqual([outcome.epochs, outcome.best?.epoch, outcome.reason], [3, 1, "early stopping"])
    }).pipe(on(cpu))
  )

  it.effect("lowers the loss", () =>
    Effect.gen(function* () {
      const { history } = yield* Training.run({ ...real, epochs: 20 })
      assert.isBelow(history.at(-1)!.loss, 0.9 * history[0]!.loss)
    }).pipe(on(cpu))
  )
})
