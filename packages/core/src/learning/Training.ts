/**
 * The training loop: epochs, batches, validation, early stopping, callbacks, events.
 *
 * A batch is synchronous code; an epoch is one Effect, so that training can be interrupted between epochs. Everything
 * random (weights, masks, the order of rows) is derived from one seed by path.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Engine from "../engine/Engine.ts"
import type * as Loss from "../pipeline/Loss.ts"
import type * as Optimizer from "../pipeline/Optimizer.ts"
import type * as Shape from "../pipeline/Shape.ts"
import * as Seed from "../Seed.ts"
import type * as Callback from "./Callback.ts"
import * as EarlyStopping from "./EarlyStopping.ts"
import type { History, Row } from "./History.ts"
import { type Data, batchOf, batches } from "./internal/batches.ts"
import * as Measures from "./Measure.ts"
import type { Measure, Measured } from "./Measure.ts"
import type { Prediction } from "./Prediction.ts"
import { TrainingDiverged } from "./TrainingDiverged.ts"

export type { Data } from "./internal/batches.ts"

/** Everything that training depends on. @category models */
export interface Plan<out E = never, out R = never> {
  readonly network: Shape.Network
  readonly loss: Loss.Kernel
  readonly optimizer: Optimizer.Kernel
  readonly seed: Seed.Seed
  readonly epochs: number
  /** Rows a batch; the last one of an epoch may be smaller. */
  readonly batchSize: number | "all"
  /** Evaluate every so many epochs, and in the last one. */
  readonly evalFreq: number
  readonly train: Data
  readonly trainMeasures: ReadonlyArray<Measure>
  readonly validation:
    | {
        readonly data: Data
        readonly measures: readonly [Measure, ...ReadonlyArray<Measure>]
        readonly patience: number
        readonly minDelta: number
        readonly restoreBest: boolean
      }
    | undefined
  readonly callbacks: ReadonlyArray<Callback.Hooks<E, R>>
  /** Reads outputs [rows, outputs] of the given targets as a prediction, for the measures. */
  readonly predict: (outputs: Float32Array, targets: Float32Array) => Prediction
}

/** Why training ended. @category models */
export type Reason = "epochs" | "early stopping" | "callback"

/** What training gave. The score reported for `kept` belongs to the weights that are kept. @category models */
export interface Outcome {
  readonly weights: ReadonlyArray<Engine.Weights>
  readonly history: History
  /** The engine and its backend: numbers of different engines agree to rounding only. */
  readonly engine: string
  readonly epochs: number
  readonly reason: Reason
  /** By the first validation measure; undefined without validation, or if it was never defined. */
  readonly best: { readonly epoch: number; readonly score: number } | undefined
  /** The epoch whose weights are kept. */
  readonly kept: number
}

/** What training tells while it runs. @category models */
export type Event =
  | { readonly _tag: "Begun"; readonly epochs: number; readonly rows: number; readonly batches: number }
  | { readonly _tag: "Epoch"; readonly row: Row; readonly evaluated: boolean }
  | { readonly _tag: "Ended"; readonly outcome: Outcome }

/**
 * Who is told of training events: nobody, unless provided. Progress displays listen here.
 * @category services
 */
export const Listener = Context.Reference<(event: Event) => Effect.Effect<void>>("rocflow/core/Training/Listener", {
  defaultValue: () => () => Effect.void
})

type Scores = Readonly<Record<string, Measured>>

const measure = (measures: ReadonlyArray<Measure>, prediction: Prediction): Scores =>
  Object.fromEntries(measures.map((each) => [each.id, Measures.evaluate(each, prediction)]))

/** The moving parts of one training; callbacks see them through `Callback.Moment`. */
const makeState = (plan: Plan<unknown, unknown>, trainer: Engine.Trainer) => {
  const state = {
    epoch: 0,
    epochs: plan.epochs,
    step: 0,
    loss: undefined as number | undefined,
    train: {} as Scores,
    valid: {} as Scores,
    terminated: false,
    weights: trainer.weights,
    terminate: () => {
      state.terminated = true
    }
  }
  return state
}

type State = ReturnType<typeof makeState>

interface Divergence {
  readonly batch: number
  readonly loss: number
}

/** One pass over the training rows. Returns the mean loss and, if asked, the outputs in the order of the rows. */
const runEpoch = (
  plan: Plan<unknown, unknown>,
  trainer: Engine.Trainer,
  state: State,
  keepOutputs: boolean
): { readonly loss: number; readonly outputs: Float32Array | undefined } | Divergence => {
  const order = Uint32Array.from({ length: plan.train.rows }, (_, row) => row)
  Seed.generator(Seed.derive(plan.seed, "shuffle", state.epoch)).shuffle(order)
  const width = plan.network.outputs
  const outputs = keepOutputs ? new Float32Array(plan.train.rows * width) : undefined
  const hooks = plan.callbacks.some(({ afterBackward }) => afterBackward !== undefined)
    ? (gradients: ReadonlyArray<Float32Array>) =>
        plan.callbacks.forEach(({ afterBackward }) => afterBackward?.(gradients, state))
    : undefined
  let total = 0
  let index = 0
  for (const rows of batches(order, plan.batchSize)) {
    index += 1
    plan.callbacks.forEach(({ batchBegin }) => batchBegin?.(state))
    const { loss, scores } = trainer.step(batchOf(plan.train, rows), hooks)
    if (!Number.isFinite(loss)) return { batch: index, loss }
    state.step += 1
    state.loss = loss
    total += loss * rows.length
    if (outputs !== undefined) {
      rows.forEach((row, i) => outputs.set(scores.subarray(i * width, (i + 1) * width), row * width))
    }
    plan.callbacks.forEach(({ batchEnd }) => batchEnd?.(state))
  }
  return { loss: total / plan.train.rows, outputs }
}

/** Scores the validation rows in order, batch by batch. */
const validate = (plan: Plan<unknown, unknown>, trainer: Engine.Trainer, state: State, data: Data): Float32Array => {
  const order = Uint32Array.from({ length: data.rows }, (_, row) => row)
  const outputs = new Float32Array(data.rows * plan.network.outputs)
  let used = 0
  for (const rows of batches(order, plan.batchSize)) {
    plan.callbacks.forEach(({ validBatchBegin }) => validBatchBegin?.(state))
    const scores = trainer.scores(batchOf(data, rows).features, rows.length)
    outputs.set(scores, used)
    used += scores.length
    plan.callbacks.forEach(({ validBatchEnd }) => validBatchEnd?.(state))
  }
  return outputs
}

/**
 * Trains a network.
 *
 * The order of events is that of `Callback`. Errors: `TrainingDiverged` in the first batch whose loss is NaN or infinite,
 * with the history so far; the errors of the engine and of the callbacks.
 */
export const run = Effect.fnUntraced(function* <E, R>(
  plan: Plan<E, R>
): Effect.fn.Return<Outcome, TrainingDiverged | Engine.EngineUnavailable | E, Engine.Engine | Scope.Scope | R> {
  const engine = yield* Engine.Engine
  const emit = yield* Listener
  const trainer = yield* engine.trainer(plan)
  const state = makeState(plan, trainer)
  const { validation } = plan
  const batchCount = plan.batchSize === "all" ? 1 : Math.ceil(plan.train.rows / plan.batchSize)
  const history: Array<Row> = []
  const direction = validation?.measures[0].direction
  let stopping = EarlyStopping.initial
  let bestWeights: ReadonlyArray<Engine.Weights> | undefined

  const diverged = (batch: number, loss: string) =>
    Effect.fail(new TrainingDiverged({ epoch: state.epoch, batch, loss, history }))

  const call = (hook: "begin" | "epochBegin" | "beforeValid" | "validEnd" | "epochEnd" | "end") =>
    Effect.forEach(plan.callbacks, (callback) => callback[hook]?.(state) ?? Effect.void, { discard: true })

  const evaluateValidation = Effect.fnUntraced(function* () {
    if (validation === undefined) return
    const outputs = validate(plan, trainer, state, validation.data)
    // The last update of the epoch may have gone too far, which the losses before it cannot tell.
    if (!outputs.every(Number.isFinite)) return yield* diverged(batchCount, "finite, but a validation score is not")
    state.valid = measure(validation.measures, plan.predict(outputs, validation.data.targets))
    if (direction !== undefined) {
      const score = state.valid[validation.measures[0].id]!
      stopping = EarlyStopping.step({ ...validation, direction }, stopping, state.epoch, score)
      if (stopping.improved && validation.restoreBest) bestWeights = trainer.weights()
    }
    yield* call("validEnd")
  })

  const epoch = Effect.fnUntraced(function* () {
    const started = yield* Clock.currentTimeMillis
    state.epoch += 1
    state.train = {}
    state.valid = {}
    yield* call("epochBegin")
    const evaluated = state.epoch % plan.evalFreq === 0 || state.epoch === plan.epochs
    const pass = runEpoch(plan, trainer, state, evaluated && plan.trainMeasures.length > 0)
    if ("batch" in pass) {
      return yield* diverged(pass.batch, String(pass.loss))
    }
    state.loss = pass.loss
    if (pass.outputs !== undefined) {
      state.train = measure(plan.trainMeasures, plan.predict(pass.outputs, plan.train.targets))
    }
    yield* call("beforeValid")
    if (evaluated) yield* evaluateValidation()
    yield* call("epochEnd")
    const seconds = ((yield* Clock.currentTimeMillis) - started) / 1000
    const row: Row = { epoch: state.epoch, loss: pass.loss, seconds, train: state.train, valid: state.valid }
    if (evaluated) history.push(row)
    yield* emit({ _tag: "Epoch", row, evaluated })
  })

  const loop = Effect.gen(function* () {
    yield* emit({ _tag: "Begun", epochs: plan.epochs, rows: plan.train.rows, batches: batchCount })
    yield* call("begin")
    while (!state.terminated && !stopping.stop && state.epoch < plan.epochs) {
      yield* epoch()
      yield* Effect.yieldNow
    }
    yield* call("end")
  })

  yield* loop.pipe(
    Effect.ensuring(
      Effect.forEach(plan.callbacks, (callback) => callback.exit?.(state) ?? Effect.void, { discard: true })
    )
  )
  const weights = bestWeights ?? trainer.weights()
  if (weights.some(({ values }) => values.some((value) => !Number.isFinite(value)))) {
    // The last update may go too far, and no later loss tells.
    return yield* diverged(batchCount, "finite, but a weight is not")
  }
  const outcome: Outcome = {
    weights,
    history,
    engine: engine.name,
    epochs: state.epoch,
    reason: stopping.stop ? "early stopping" : state.terminated ? "callback" : "epochs",
    best: stopping.best,
    kept: bestWeights === undefined ? state.epoch : (stopping.best?.epoch ?? state.epoch)
  }
  yield* emit({ _tag: "Ended", outcome })
  return outcome
})
