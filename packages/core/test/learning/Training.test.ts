import { assert, describe, it } from "@effect/vitest"
import * as Bce from "@rocflow/losses/Bce"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { TestClock } from "effect/testing"
import * as Engine from "../../src/engine/Engine.ts"
import * as Tfjs from "../../src/engine/tfjs/Tfjs.ts"
import type * as Callback from "../../src/learning/Callback.ts"
import * as Events from "../../src/learning/Events.ts"
import * as Measure from "../../src/learning/Measure.ts"
import * as Prediction from "../../src/learning/Prediction.ts"
import * as Training from "../../src/learning/Training.ts"
import { TrainingDiverged } from "../../src/learning/TrainingDiverged.ts"
import * as Graph from "../../src/network/Graph.ts"
import * as Ingress from "../../src/pipeline/Ingress.ts"
import * as Loss from "../../src/pipeline/Loss.ts"
import * as Nn from "../../src/pipeline/Nn.ts"
import * as Transform from "../../src/pipeline/Transform.ts"
import * as Seed from "../../src/Seed.ts"
import { cpu, on } from "../support/engines.ts"

/**
 * An engine whose one weight counts the steps and whose losses are scripted: training without arithmetic. It remembers
 * the batches that it saw.
 */
const scripted = (lossOf: (step: number) => number = () => 1, weightOf: (step: number) => number = (step) => step) => {
  const seen: Array<ReadonlyArray<number>> = []
  const trainer = (rows: number): Engine.Trainer => {
    let steps = 0
    const input = new Float32Array(rows)
    const scores = new Float32Array(rows)
    const score = (used: number) => scores.set(input.subarray(0, used))
    return {
      inputs: [input],
      targets: new Float32Array(rows),
      weights: new Float32Array(rows),
      scores,
      score,
      step: (used) => {
        steps += 1
        seen.push(Array.from(input.subarray(0, used)))
        score(used)
        return lossOf(steps)
      },
      freeze: () => {},
      arrays: [],
      settle: () => {},
      state: () => ({
        step: steps,
        arrays: [{ path: "steps", shape: [1], values: Float32Array.of(weightOf(steps)) }],
        slots: []
      }),
      load: (state) => {
        steps = state.step
      }
    }
  }
  const engine: Engine.Engine = {
    name: "scripted",
    supports: () => Result.succeed(undefined),
    trainer: (_, rows) => Effect.sync(() => trainer(rows)),
    scorer: (_, __, rows) => Effect.sync(() => trainer(rows))
  }
  return { engine, batches: seen }
}

/** Rows of so many numbers each, one row after the other. */
const sourceOf = (values: ArrayLike<number>, width = 1): Ingress.Source => ({
  window: () => Effect.void,
  fill: (rows, into) => {
    for (let i = 0; i < rows.length; i++) {
      for (let j = 0; j < width; j++) into[i * width + j] = values[rows[i]! * width + j]!
    }
  }
})

const data = (
  rows: number,
  features: ArrayLike<number> = Array.from({ length: rows }, (_, i) => i)
): Training.Data => ({
  rows,
  sources: [sourceOf(features)],
  truth: Float64Array.from({ length: rows }, (_, i) => 1 - (i % 2)),
  targets: Float32Array.from({ length: rows }, (_, i) => i % 2),
  weights: undefined
})

const classes = { kind: "binary", levels: ["a", "b"] } as const

const predict: Training.Plan["predict"] = (outputs, { rows, truth }) =>
  Prediction.fromOutputs({ schema: classes, rows, truth }, outputs, "prob")

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

/** A network of one number, for an engine that does no arithmetic. */
const program: Engine.Program = {
  network: Result.getOrThrow(Graph.make(Ingress.numeric().pipe(Nn.head()).stages, new Map([["numeric", [1]]]), 1)),
  loss: Loss.explicit({ evaluate: () => 0 }),
  optimizer: Transform.sequence([]),
  seed: Seed.root(1)
}

const planOf = <E = never, R = never>(
  changes: Changes,
  callbacks: ReadonlyArray<Callback.Hooks<E, R>> = [],
  engine: Engine.Engine = scripted().engine
): Training.Plan<E, R> => ({
  engine,
  program,
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
  predict
})

const train = <E, R>(plan: Training.Plan<E, R>, from?: Training.State) => Training.run(plan, from).pipe(Effect.scoped)

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

  it.effect.each<["first" | "any" | "all", number]>([
    ["first", 7],
    ["any", 4],
    ["all", 8]
  ])("with several measures training ends by the stagnation of: %s", ([stopWhen, epochs]) =>
    Effect.gen(function* () {
      // Gains of the first up to epoch 5, of the second in epochs 2 and 6: both stagnate for two epochs in epoch 8 only.
      const first = listed([1, 2, 3, 4, 5, 0, 0, 0, 0, 0])
      const second = { ...listed([9, 8, 8, 8, 8, 7, 7, 7, 7], "minimise"), id: "second" }
      const plan = planOf({ epochs: 20, patience: 2, restoreBest: true, validMeasures: [first, second] })
      const outcome = yield* train({ ...plan, validation: { ...plan.validation!, stopWhen } })
      const best = Math.min(5, epochs)
      assert.deepStrictEqual(
        [outcome.epochs, outcome.reason, outcome.best?.epoch, outcome.kept],
        [epochs, "early stopping", best, best]
      )
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
      assert.deepStrictEqual([last.kept, last.arrays[0]!.values], [5, Float32Array.of(10)])
      const best = yield* train(planOf({ ...changes, restoreBest: true, validMeasures: [listed(scores)] }))
      assert.deepStrictEqual([best.kept, best.arrays[0]!.values], [3, Float32Array.of(6)])
      assert.deepStrictEqual([best.epochs, best.best], [5, { epoch: 3, score: 3 }])
    })
  )

  it.effect("0 epochs keep the first weights", () =>
    Effect.gen(function* () {
      const outcome = yield* train(planOf({ epochs: 0, restoreBest: true, validMeasures: [listed([1])] }))
      const { origin: _, state, ...others } = outcome
      assert.strictEqual(state.epoch, 0)
      assert.deepStrictEqual(others, {
        arrays: [{ path: "steps", shape: [1], values: Float32Array.of(0) }],
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
      const { batches, engine } = scripted()
      yield* train(planOf({ rows, batchSize, epochs: 3 }, [], engine))
      assert.deepStrictEqual(
        batches.map((batch) => batch.length),
        [...sizes, ...sizes, ...sizes]
      )
    })
  )

  it.effect("hold every row once an epoch, in another order each", () =>
    Effect.gen(function* () {
      const { batches, engine } = scripted()
      yield* train(planOf({ rows: 20, epochs: 3 }, [], engine))
      for (const batch of batches) {
        assert.deepStrictEqual(
          [...batch].sort((a, b) => a - b),
          Array.from({ length: 20 }, (_, i) => i)
        )
      }
      assert.strictEqual(new Set(batches.map((batch) => batch.join())).size, 3)
    })
  )

  it.effect("have an order that only seed and epoch decide, not the batch size", () =>
    Effect.gen(function* () {
      const [whole, cut] = [scripted(), scripted()]
      yield* train(planOf({ rows: 20, epochs: 2 }, [], whole.engine))
      yield* train(planOf({ rows: 20, epochs: 2, batchSize: 3 }, [], cut.engine))
      assert.deepStrictEqual(cut.batches.flat(), whole.batches.flat())
      const other = scripted()
      const plan = planOf({ rows: 20, epochs: 2 }, [], other.engine)
      yield* train({ ...plan, program: { ...program, seed: Seed.root(2) } })
      assert.notDeepEqual(other.batches, whole.batches)
    })
  )

  it.effect("weigh in the epoch's loss by their rows", () =>
    Effect.gen(function* () {
      const { history } = yield* train(planOf({ rows: 5, batchSize: 2 }, [], scripted((step) => step).engine))
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
  "batchEnd",
  "beforeValid",
  "validBatchBegin",
  "validBatchEnd",
  "validEnd",
  "epochEnd",
  "end",
  "exit"
] as const
const synchronous = new Set(["batchBegin", "batchEnd", "validBatchBegin", "validBatchEnd"])

/** A callback that writes down every call. */
const recorder = (log: Array<string>, prefix = ""): Callback.Hooks =>
  Object.fromEntries(
    hooks.map((hook) => [
      hook,
      (event: Callback.Epoch | Callback.Ended) => {
        const epoch = "row" in event ? event.row.epoch : event.epoch
        const note = () => void log.push(`${prefix}${hook} ${epoch}`)
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
          batchEnd 1
          batchBegin 1
          batchEnd 1
          beforeValid 1
          epochEnd 1
          epochBegin 2
          batchBegin 2
          batchEnd 2
          batchBegin 2
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

  it.effect("get events that are plain data, and a control that reads the state", () =>
    Effect.gen(function* () {
      const seen: Array<object> = []
      const weight = ({ state }: Callback.Control) => state().arrays[0]!.values[0]
      yield* train(
        planOf(
          { epochs: 1, rows: 2, batchSize: 1, trainMeasures: [Measure.error], validMeasures: [listed([0.25])] },
          [
            {
              begin: (event, control) => Effect.sync(() => void seen.push({ ...event, weight: weight(control) })),
              batchEnd: (event, control) => void seen.push({ ...event, weight: weight(control) })
            },
            { validEnd: (event, control) => Effect.sync(() => void seen.push({ ...event, weight: weight(control) })) }
          ],
          scripted((step) => 2 * step).engine
        )
      )
      assert.deepStrictEqual(seen, [
        { epochs: 1, epoch: 0, rows: 2, weight: 0 },
        { epoch: 1, batch: 1, rows: 1, loss: 2, step: 1, weight: 1 },
        { epoch: 1, batch: 2, rows: 1, loss: 4, step: 2, weight: 2 },
        { epoch: 1, loss: 3, train: { error: 0.5 }, valid: { listed: 0.25 }, weight: 2 }
      ])
    })
  )

  it.effect("see no scores of an earlier epoch", () =>
    Effect.gen(function* () {
      const seen: Array<unknown> = []
      const look = ({ evaluated, row }: Callback.Ended) =>
        Effect.sync(() => void seen.push([row.epoch, evaluated, Object.keys(row.train), Object.keys(row.valid)]))
      const changes = { evalFreq: 2, trainMeasures: [Measure.error], validMeasures: [listed([1])] } as const
      yield* train(planOf({ ...changes, epochs: 5 }, [{ epochEnd: look }]))
      assert.deepStrictEqual(seen.slice(0, 3), [
        [1, false, [], []],
        [2, true, ["error"], ["listed"]],
        [3, false, [], []]
      ])
    })
  )

  it.effect("that stop in begin train 0 epochs", () =>
    Effect.gen(function* () {
      const log: Array<string> = []
      const outcome = yield* train(
        planOf({ epochs: 3 }, [{ begin: (_, { stop }) => Effect.sync(stop) }, recorder(log)])
      )
      assert.deepStrictEqual(log, ["begin 0", "end 0", "exit 0"])
      assert.deepStrictEqual([outcome.epochs, outcome.reason, outcome.kept], [0, "callback", 0])
    })
  )

  it.effect("that stop in a batch let the epoch end", () =>
    Effect.gen(function* () {
      const log: Array<string> = []
      const outcome = yield* train(
        planOf({ epochs: 5, rows: 3, batchSize: 1, evalFreq: 5 }, [
          { batchBegin: ({ epoch }, { stop }) => (epoch === 2 ? stop() : undefined) },
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
})

describe("divergence", () => {
  it.effect.each([Number.NaN, Infinity, -Infinity])("to %d fails with epoch, batch and the history so far", (bad) =>
    Effect.gen(function* () {
      const log: Array<string> = []
      const error = yield* Effect.flip(
        train(
          planOf(
            { epochs: 5, rows: 4, batchSize: 2 },
            [recorder(log)],
            scripted((step) => (step === 6 ? bad : 1)).engine
          )
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
        `training diverged in epoch 3, batch 2: the loss is ${bad}; lower the learning rate, put Preprocess.standardise before the ingress, scale the target of a regression, or clip gradients by Transform.clip in Optimizer.chain`
      )
      assert.deepStrictEqual(log.slice(-2), ["batchBegin 3", "exit 3"])
      const encoded: unknown = JSON.parse(JSON.stringify(Schema.encodeUnknownSync(TrainingDiverged)(error)))
      assert.strictEqual(Schema.decodeUnknownSync(TrainingDiverged)(encoded).message, error.message)
    })
  )

  it.effect("is found in the scores of validation, before a measure sees them", () =>
    Effect.gen(function* () {
      const plan = planOf({ epochs: 3, validMeasures: [Measure.auc] })
      const validation = { ...plan.validation!, data: data(3, [0, Number.NaN, 1]) }
      const error = yield* Effect.flip(train({ ...plan, validation }))
      assert.instanceOf(error, TrainingDiverged)
      assert.deepStrictEqual([error.epoch, error.batch, error.loss], [1, 1, "finite, but a validation score is not"])
    })
  )

  it.effect("is found in weights that the last update of all made infinite", () =>
    Effect.gen(function* () {
      const overflowing = scripted(
        () => 1,
        () => Infinity
      )
      const error = yield* Effect.flip(train(planOf({ epochs: 2 }, [], overflowing.engine)))
      assert.instanceOf(error, TrainingDiverged)
      assert.deepStrictEqual([error.epoch, error.loss], [2, "finite, but a weight is not"])
    })
  )

  it.effect("is found in a real training with a huge learning rate", () =>
    Effect.gen(function* () {
      const plan = yield* real
      const error = yield* Effect.flip(
        Training.run({ ...plan, program: { ...plan.program, optimizer: sgd(1e38) }, epochs: 50 })
      )
      assert.strictEqual(error._tag, "TrainingDiverged")
    }).pipe(on(cpu))
  )
})

describe("events", () => {
  it.effect("tell the sink of beginning, every epoch and the end", () =>
    Effect.gen(function* () {
      const events: Array<Events.Event> = []
      yield* train(planOf({ epochs: 3, evalFreq: 2, rows: 5, batchSize: 2 })).pipe(
        Effect.provideService(Events.Sink, (event) => Effect.sync(() => void events.push(event)))
      )
      assert.deepStrictEqual(events[0], { _tag: "TrainingBegun", epochs: 3, rows: 5, batches: 3 })
      assert.deepStrictEqual(
        events.slice(1, -1).map((event) => event._tag === "EpochEnded" && [event.row.epoch, event.evaluated]),
        [
          [1, false],
          [2, true],
          [3, true]
        ]
      )
      assert.deepStrictEqual(events.at(-1), { _tag: "TrainingEnded", epochs: 3, reason: "epochs" })
    })
  )

  it.effect("measure the seconds of an epoch", () =>
    Effect.gen(function* () {
      const { history } = yield* train(
        planOf({ epochs: 2 }, [{ beforeValid: ({ epoch }) => TestClock.adjust(`${1500 * epoch} millis`) }])
      )
      assert.deepStrictEqual(
        history.map(({ seconds }) => seconds),
        [1.5, 3]
      )
    })
  )
})

const boundOf = (...transforms: ReadonlyArray<Transform.Transform>): Transform.Bound =>
  Transform.sequence(Result.getOrThrow(Transform.all(transforms)).transforms)
const sgd = (learningRate: number) => boundOf(Transform.momentum({ momentum: 0.5 }), Transform.rate(learningRate))

const noisy = (rows: number, seed: number): Training.Data => {
  const random = Seed.generator(Seed.root(seed))
  const targets = Float32Array.from({ length: rows }, (_, i) => i % 2)
  const features = Float32Array.from({ length: 2 * rows }, (_, i) => random.normal() + targets[i >> 1]!)
  const truth = Float64Array.from(targets, (target) => 1 - target)
  return { rows, sources: [sourceOf(features, 2)], truth, targets, weights: undefined }
}

/** A small real training with dropout, validation and partial batches. */
const real = Effect.map(Engine.Engines, ([engine]): Training.Plan => ({
  ...planOf({}),
  engine: engine!,
  program: {
    network: Result.getOrThrow(
      Graph.make(
        Ingress.numeric().pipe(Nn.linear(4), Nn.tanh(), Nn.dropout(0.2), Nn.head()).stages,
        new Map([["numeric", [2]]]),
        1
      )
    ),
    loss: Result.getOrThrow(Loss.bind(Bce.definition)),
    optimizer: sgd(0.3),
    seed: Seed.root(1)
  },
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
}))

/** Everything that training gives but how long it took. */
const numbers = ({ history, state, ...outcome }: Training.Outcome) => ({
  ...outcome,
  engineState: state.engine,
  history: history.map(({ seconds: _, ...row }) => row)
})

/** A state as it comes back from a file. */
const throughJson = (state: Training.State): Training.State => {
  const arrays = (list: ReadonlyArray<Graph.NamedArray>) =>
    list.map(({ values, ...rest }) => ({ ...rest, values: Float32Array.from(JSON.parse(JSON.stringify([...values]))) }))
  const { arrays: own, slots, step } = state.engine
  return {
    ...(JSON.parse(JSON.stringify({ ...state, engine: undefined, best: undefined })) as Training.State),
    engine: { step, arrays: arrays(own), slots: arrays(slots) },
    best: state.best === undefined ? undefined : arrays(state.best)
  }
}

describe("real training", () => {
  it.effect("gives the same numbers bit for bit for the same seed, and others for another", () =>
    Effect.gen(function* () {
      const plan = yield* real
      const [first, again] = [yield* Training.run(plan), yield* Training.run(plan)]
      assert.deepStrictEqual(numbers(again), numbers(first))
      const other = yield* Training.run({ ...plan, program: { ...plan.program, seed: Seed.root(2) } })
      assert.notDeepEqual(other.arrays, first.arrays)
      assert.notStrictEqual(other.history[0]!.loss, first.history[0]!.loss)
    }).pipe(on(cpu))
  )

  it.effect("is not changed by what it evaluates", () =>
    Effect.gen(function* () {
      const plan = yield* real
      const watched = yield* Training.run(plan)
      const plain = yield* Training.run({ ...plan, validation: undefined, trainMeasures: [], evalFreq: 4 })
      assert.deepStrictEqual(plain.arrays, watched.arrays)
    }).pipe(on(cpu))
  )

  it.effect("with restoreBest equals a run of the best number of epochs", () =>
    Effect.gen(function* () {
      const plan = yield* real
      const validation = { ...plan.validation!, restoreBest: true, patience: 3 }
      // Labels that contradict the features: the loss of the validation rows soon rises, so the best epoch is not the last.
      const turned = { ...validation.data, truth: validation.data.truth.map((code) => 1 - code) }
      const best = yield* Training.run({ ...plan, epochs: 20, validation: { ...validation, data: turned } })
      assert.isBelow(best.kept, best.epochs)
      assert.strictEqual(best.kept, best.best!.epoch)
      assert.strictEqual(best.reason, "early stopping")
      const short = yield* Training.run({ ...plan, epochs: best.kept })
      assert.deepStrictEqual(best.arrays, short.arrays)
    }).pipe(on(cpu))
  )

  it.effect("without movement stops after patience, at stagnation 2 in epoch 3 with best 1", () =>
    Effect.gen(function* () {
      const plan = yield* real
      const still = Transform.sequence([{ searches: false, begin: freeze }])
      const outcome = yield* Training.run({
        ...plan,
        epochs: 20,
        program: { ...plan.program, optimizer: still },
        validation: { ...plan.validation!, patience: 2 }
      })
      assert.deepStrictEqual([outcome.epochs, outcome.best?.epoch, outcome.reason], [3, 1, "early stopping"])
    }).pipe(on(cpu))
  )

  it.effect("lowers the loss", () =>
    Effect.gen(function* () {
      const { history } = yield* Training.run({ ...(yield* real), epochs: 20 })
      assert.isBelow(history.at(-1)!.loss, 0.9 * history[0]!.loss)
    }).pipe(on(cpu))
  )
})

describe("a state", () => {
  it.effect(
    "resumes training as if it had never stopped, also from a file, with dropout, mixup, parts of updates and Adam",
    () =>
      Effect.gen(function* () {
        const plan = yield* real
        for (const optimizer of [sgd(0.3), boundOf(Transform.adam(), Transform.rate(0.05))]) {
          for (const restoreBest of [false, true]) {
            const whole: Training.Plan = {
              ...plan,
              ...(!restoreBest && { mixup: 0.4, accumulate: 3, dropLast: true, grouped: byClass(plan.train) }),
              program: { ...plan.program, optimizer },
              validation: { ...plan.validation!, restoreBest }
            }
            const never = yield* Training.run(whole)
            for (const cut of [0, 1, 4, 6]) {
              const { state } = yield* Training.run({ ...whole, epochs: cut })
              const resumed = yield* Training.run(whole, throughJson(state))
              assert.deepStrictEqual(numbers(resumed), numbers(never))
            }
          }
        }
      }).pipe(on(cpu))
  )

  it.effect("holds what callbacks remember", () =>
    Effect.gen(function* () {
      const counting = (): Callback.Hooks & { readonly count: () => number } => {
        let count = 0
        return {
          count: () => count,
          batchEnd: () => void (count += 1),
          save: () => count,
          load: (saved) => void (count = Number(saved))
        }
      }
      const changes = { rows: 6, batchSize: 2 }
      const { state } = yield* train(planOf({ ...changes, epochs: 2 }, [counting()]))
      assert.deepStrictEqual(state.callbacks, [{ id: "", saved: 6 }])
      const resumed = counting()
      yield* train(planOf({ ...changes, epochs: 3 }, [resumed]), throughJson(state))
      assert.strictEqual(resumed.count(), 9)
    })
  )
})

/** Batches of as many rows of each class. */
const byClass = ({ truth }: Training.Data) => ({ how: "balanced" as const, groups: Uint32Array.from(truth) })

describe("interruption", () => {
  it.live("comes between two batches, and frees what training held", () =>
    Effect.gen(function* () {
      const before = yield* Tfjs.liveTensors
      let batches = 0
      const log: Array<string> = []
      const started = yield* Deferred.make<void>()
      const counting: Callback.Hooks = {
        begin: () => Effect.asVoid(Deferred.succeed(started, undefined)),
        batchEnd: () => void (batches += 1)
      }
      const plan = { ...(yield* real), batchSize: 1, epochs: 1_000_000, callbacks: [counting, recorder(log)] }
      const fiber = yield* Effect.forkChild(Effect.scoped(Training.run(plan)))
      yield* Deferred.await(started)
      yield* Effect.repeat(Effect.yieldNow, { until: () => batches >= 5 })
      yield* Fiber.interrupt(fiber)
      const stopped = batches
      assert.match(log.at(-1)!, /^exit /)
      yield* Effect.sleep("30 millis")
      assert.strictEqual(batches, stopped)
      assert.strictEqual(yield* Tfjs.liveTensors, before)
    }).pipe(on(cpu))
  )
})

/** Leaves nothing of any update. */
const freeze: Transform.Bound["begin"] = (paths) => ({
  slots: paths.map(() => []),
  apply: ({ arrays }) => arrays.forEach(({ update }) => update.fill(0))
})
