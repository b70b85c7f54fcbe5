/**
 * The training loop: epochs, batches, validation, early stopping, callbacks, events.
 *
 * Training is a function from state to state: `run` begins at a state, if one is given, and what it gives holds the state
 * it ended with; a resumed training equals one that was never stopped. Everything random (weights, masks, the order of
 * rows) is derived from one seed by path. Batches are synchronous code; between them training can be interrupted.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Duration from "../Duration.ts"
import type * as Engine from "../engine/Engine.ts"
import type { NamedArray } from "../network/Graph.ts"
import type { PipelineError } from "../pipeline/PipelineError.ts"
import * as Seed from "../Seed.ts"
import type * as Callback from "./Callback.ts"
import type * as Averaging from "./Averaging.ts"
import * as Checkpoint from "./Checkpoint.ts"
import { CheckpointError } from "./CheckpointError.ts"
import * as EarlyStopping from "./EarlyStopping.ts"
import * as Events from "./Events.ts"
import type { History, Row } from "./History.ts"
import * as Average from "./internal/averaging.ts"
import * as Accumulation from "./internal/accumulation.ts"
import { batches, type Data, fill, windowRows } from "./internal/batches.ts"
import * as Drawing from "./internal/drawing.ts"
import * as Mixup from "./internal/mixup.ts"
import * as Scheduling from "./internal/scheduling.ts"
import type { Measure, Scores } from "./Measure.ts"
import type { Prediction } from "./Prediction.ts"
import type { Reason, State } from "./State.ts"
import { TrainingDiverged } from "./TrainingDiverged.ts"

export type { Data } from "./internal/batches.ts"
export type { Reason, Remembered, State } from "./State.ts"

/** Everything that training depends on. @category models */
export interface Plan<out E = never, out R = never> {
  readonly engine: Engine.Engine
  readonly program: Engine.Program
  readonly epochs: number
  /** The epochs over which schedules run; default: `epochs`. */
  readonly scheduleEpochs?: number | undefined
  /** The average of the weights that is validated and kept; default: the weights themselves. */
  readonly averaging?: Averaging.Options | undefined
  /** Rows a batch; the last one of an epoch may be smaller. */
  readonly batchSize: number | "all"
  /** Leaves the last batch of an epoch out where it is smaller. Default false. */
  readonly dropLast?: boolean | undefined
  /** How batches are made up of groups of rows; default: of any rows. */
  readonly grouped?: Drawing.Grouped | undefined
  /** Batches an update. Default 1. */
  readonly accumulate?: number | undefined
  /** Evaluate every so many epochs, and in the last one. */
  readonly evalFreq: number
  readonly train: Data
  /** Mixes the rows of each training batch by shares of Beta(mixup, mixup); absent: they stay as they are. */
  readonly mixup?: number | undefined
  readonly trainMeasures: ReadonlyArray<Measure>
  readonly validation:
    | {
        readonly data: Data
        readonly measures: readonly [Measure, ...ReadonlyArray<Measure>]
        readonly patience: number
        readonly minDelta: number
        readonly restoreBest: boolean
        /** Whose stagnation ends training; default: that of the first measure. */
        readonly stopWhen?: EarlyStopping.When | undefined
      }
    | undefined
  readonly callbacks: ReadonlyArray<Callback.Hooks<E, R>>
  /** Reads outputs [rows, outputs] of the given rows as a prediction, for the measures. */
  readonly predict: (outputs: Float32Array, of: Pick<Data, "rows" | "truth">) => Prediction
  /** What checkpoints say that this is a training of; needed where they are to be resumed from. */
  readonly origin?: Checkpoint.Origin | undefined
}

/** What training gave. The score reported for `kept` belongs to the arrays that are kept. @category models */
export interface Outcome {
  /** Parameters and buffers. */
  readonly arrays: ReadonlyArray<NamedArray>
  readonly history: History
  /** The engine and its backend: numbers of different engines agree to rounding only. */
  readonly engine: string
  readonly epochs: number
  readonly reason: Reason
  /** By the first validation measure; undefined without validation, or if it was never defined. */
  readonly best: { readonly epoch: number; readonly score: number } | undefined
  /** The epoch whose arrays are kept. */
  readonly kept: number
  /** What training may be resumed from: with `origin`, a checkpoint. */
  readonly state: State
  readonly origin: Checkpoint.Origin
}

const measure = (measures: ReadonlyArray<Measure>, prediction: Prediction): Scores =>
  Object.fromEntries(measures.map((each) => [each.id, each.evaluate(prediction)]))

/** Rows as they were drawn, for measures. */
const inOrderOf = (order: Uint32Array, { truth }: Data): Pick<Data, "rows" | "truth"> => ({
  rows: order.length,
  truth: Float64Array.from(order, (row) => truth[row]!)
})

/** Milliseconds of batches between two points where training can be interrupted. */
const slice = 10

/**
 * Runs batches in order, each synchronously, and lets go of the thread every few milliseconds. Sources are told of rows
 * before they are asked for them, and of the epoch where they are trained on.
 */
const runBatches = Effect.fnUntraced(function* (
  data: Data,
  order: Uint32Array,
  size: number,
  epoch: number | undefined,
  run: (rows: Uint32Array, batch: number) => boolean
) {
  const all = batches(order, size)
  const ahead = windowRows(data.sources, size)
  let next = 0
  let told = 0
  while (next < all.length) {
    if (next * size >= told) {
      const window = order.subarray(told, (told += ahead))
      const next = told < order.length ? order.subarray(told, told + ahead) : undefined
      yield* Effect.forEach(data.sources, (source) => source.window(window, epoch, next), { discard: true })
    }
    const until = performance.now() + slice
    do {
      if (!run(all[next]!, next + 1)) return
      next += 1
    } while (next < all.length && next * size < told && performance.now() < until)
    yield* Effect.yieldNow
  }
})

/** Batches after which nothing is left of what buffers were before: 0.9⁵⁰ is 0.5 %. */
const settled = 50

/** The measures that early stopping looks at: those with a direction, or the first one alone. */
const watched = (validation: NonNullable<Plan["validation"]>) => {
  const { measures, stopWhen = "first" } = validation
  // The first measure chooses the epoch; without a direction none does.
  const looked = stopWhen === "first" || measures[0].direction === undefined ? measures.slice(0, 1) : measures
  return looked.flatMap(({ direction, id }) => (direction === undefined ? [] : [{ direction, id }]))
}

/** Gives each callback back what it remembered: by the id of its definition, and by its place among those of one id. */
const remind = (callbacks: ReadonlyArray<Callback.Hooks<unknown, unknown>>, remembered: State["callbacks"]): void => {
  const left = [...remembered]
  for (const { id = "", load, save } of callbacks) {
    const at = save === undefined ? -1 : left.findIndex((each) => each.id === id)
    if (at >= 0) load?.(left.splice(at, 1)[0]!.saved)
  }
}

/** Whether two states hold arrays of the same paths and shapes. */
const sameArrays = (a: Engine.State, b: Engine.State): boolean => {
  const described = ({ arrays, slots }: Engine.State) =>
    JSON.stringify([arrays, slots].map((all) => all.map(({ path, shape }) => [path, shape])))
  return described(a) === described(b)
}

const otherArrays = new CheckpointError({
  given: "the checkpoint",
  rule: "holds other arrays than the network and its optimizer have",
  advice: "it may be one of another version of rocflow: train anew"
})

/**
 * Trains a network, from the beginning or from a state that `Outcome.state` or a checkpoint gave.
 *
 * The order of events is that of `Callback`. Errors: `TrainingDiverged` in the first batch whose loss is NaN or infinite,
 * with the history so far; `CheckpointError` for a state of another network; the errors of the engine, of sources and of the
 * callbacks.
 */
export const run = Effect.fnUntraced(function* <E, R>(
  plan: Plan<E, R>,
  from?: State
): Effect.fn.Return<
  Outcome,
  TrainingDiverged | Engine.EngineUnavailable | PipelineError | CheckpointError | E,
  Scope.Scope | R
> {
  const { callbacks, train, validation } = plan
  const program = { ...plan.program, pairs: plan.mixup !== undefined }
  const { outputs: width } = program.network
  const size = plan.batchSize === "all" ? train.rows : Math.min(plan.batchSize, train.rows)
  const drawing = Drawing.make(train.rows, size, { dropLast: plan.dropLast ?? false, grouped: plan.grouped })
  const batchCount = Math.ceil(drawing.rows / size)
  const accumulation = Accumulation.make(program.loss, {
    batches: batchCount,
    per: plan.accumulate ?? 1
  })
  const { updates } = accumulation
  const trainer = yield* plan.engine.trainer(program, size)
  const mix = plan.mixup === undefined ? undefined : Mixup.make(plan.mixup, trainer, size)
  const rules = validation === undefined ? [] : watched(validation)
  const schedules = Scheduling.make(program.optimizer, from?.schedules)
  const scheduled = plan.scheduleEpochs ?? plan.epochs

  let epoch = from?.epoch ?? 0
  let stopping = from?.stopping ?? rules.map(() => EarlyStopping.initial)
  let best = from?.best
  const history: Array<Row> = [...(from?.history ?? [])]
  // A limit of time may be another one now: its callback says again whether it is over.
  let stopped: State["stopped"] = from?.stopped === "time limit" ? undefined : from?.stopped
  let frozen: ReadonlySet<string> = new Set(from?.frozen)
  if (from !== undefined) {
    if (!sameArrays(trainer.state(), from.engine)) return yield* otherArrays
    trainer.load(from.engine)
    remind(callbacks, from.callbacks)
  }
  if (frozen.size > 0) trainer.freeze(frozen)
  const average =
    plan.averaging === undefined
      ? undefined
      : Average.make(plan.averaging, trainer.arrays, program.network.parameters.length, from?.averaged)

  const stateNow = (): State => ({
    epoch,
    engine: trainer.state(),
    stopping,
    best,
    history: [...history],
    schedules: schedules.save(),
    averaged: average?.now(),
    frozen: [...frozen],
    stopped,
    callbacks: callbacks.flatMap(({ id = "", save }) => (save === undefined ? [] : [{ id, saved: save() }]))
  })
  const origin = plan.origin ?? Checkpoint.nowhere
  const control: Callback.Control = {
    stop: (reason = "callback") => {
      stopped ??= reason
    },
    state: trainer.state,
    checkpoint: () => ({ origin, state: stateNow() }),
    parameters: program.network.parameters.map(({ path }) => path),
    freeze: (paths) => {
      frozen = new Set(paths)
      trainer.freeze(frozen)
    },
    frozen: () => [...frozen]
  }

  const stagnates = () => EarlyStopping.stops(validation?.stopWhen ?? "first", stopping)
  const ended = () => stopped !== undefined || stagnates()

  const diverged = (batch: number, loss: string) => Effect.fail(new TrainingDiverged({ epoch, batch, loss, history }))

  const tell = <A>(
    hook: (
      callback: Callback.Hooks<E, R>
    ) => ((event: A, control: Callback.Control) => Effect.Effect<void, E, R>) | undefined,
    event: A
  ) => Effect.forEach(callbacks, (callback) => hook(callback)?.(event, control) ?? Effect.void, { discard: true })

  /** What the targets of the batch in the memory of the trainer weigh together. */
  const weightOf = (rows: number): number =>
    train.weights === undefined
      ? rows
      : trainer.weights.subarray(0, mix === undefined ? rows : 2 * rows).reduce((sum, weight) => sum + weight, 0)

  /** One pass over the rows of an epoch: the mean loss, and the outputs in their order if they are asked for. */
  const trainEpoch = Effect.fnUntraced(function* (order: Uint32Array, outputs: Float32Array | undefined) {
    let total = 0
    let failed: { readonly batch: number; readonly loss: number } | undefined
    yield* runBatches(train, order, size, epoch, (rows, batch) => {
      const event = { epoch, batch, rows: rows.length }
      for (const { batchBegin } of callbacks) batchBegin?.(event, control)
      fill(train, rows, trainer)
      mix?.(rows.length, train.weights !== undefined, Seed.derive(program.seed, "mixup", epoch, batch))
      const updated = (epoch - 1) * updates + accumulation.after(batch)
      schedules.advance(Math.min(1, ((epoch - 1) * updates + accumulation.after(batch - 1)) / (scheduled * updates)))
      const part = accumulation.part(batch, weightOf(rows.length))
      const loss = trainer.step(rows.length, train.weights !== undefined, schedules.read, part)
      if (!Number.isFinite(loss)) {
        failed = { batch, loss }
        return false
      }
      if (part?.last !== false) average?.updated()
      total += loss * rows.length
      outputs?.set(trainer.scores.subarray(0, rows.length * width), (batch - 1) * size * width)
      const after = { ...event, loss, step: updated }
      for (const { batchEnd } of callbacks) batchEnd?.(after, control)
      return true
    })
    if (failed !== undefined) return yield* diverged(failed.batch, String(failed.loss))
    return total / order.length
  })

  /** The scores of the validation rows, in order. */
  const scoreRows = Effect.fnUntraced(function* (data: Data) {
    const order = Uint32Array.from({ length: data.rows }, (_, row) => row)
    const outputs = new Float32Array(data.rows * width)
    yield* runBatches(data, order, size, undefined, (rows, batch) => {
      const event = { epoch, batch, rows: rows.length }
      for (const { validBatchBegin } of callbacks) validBatchBegin?.(event, control)
      data.sources.forEach((source, i) => source.fill(rows, trainer.inputs[i]!))
      trainer.score(rows.length)
      outputs.set(trainer.scores.subarray(0, rows.length * width), rows[0]! * width)
      for (const { validBatchEnd } of callbacks) validBatchEnd?.(event, control)
      return true
    })
    return outputs
  })

  /**
   * Training passes without updates: the layers bring their buffers to the weights as they are. The batches are drawn as in
   * training, since of sorted rows the last ones would decide.
   */
  const settle = Effect.fnUntraced(function* () {
    for (let passed = 0; passed < settled; passed += batchCount) {
      const order = drawing.draw(Seed.generator(Seed.derive(program.seed, "settle", passed)))
      yield* runBatches(train, order, size, undefined, (rows) => {
        train.sources.forEach((source, i) => source.fill(rows, trainer.inputs[i]!))
        trainer.settle(rows.length, schedules.read)
        return true
      })
    }
  })

  /** Runs something with the weights that would be kept: the average, where there is one. */
  const asKept = <A, E2>(body: Effect.Effect<A, E2>) =>
    Effect.suspend(() => {
      const restore = average?.swap()
      if (restore === undefined) return body
      const stale = plan.averaging?.type === "swa" && program.network.buffers.length > 0
      return Effect.ensuring(stale ? Effect.andThen(settle(), body) : body, Effect.sync(restore))
    })

  const judge = Effect.fnUntraced(function* (validation: NonNullable<Plan["validation"]>) {
    const outputs = yield* scoreRows(validation.data)
    // The last update of the epoch may have gone too far, which the losses before it cannot tell.
    if (!outputs.every(Number.isFinite)) return yield* diverged(batchCount, "finite, but a validation score is not")
    const valid = measure(validation.measures, plan.predict(outputs, validation.data))
    stopping = rules.map(({ direction, id }, i) =>
      EarlyStopping.step({ ...validation, direction }, stopping[i] ?? EarlyStopping.initial, epoch, valid[id]!)
    )
    if (stopping[0]?.improved === true && validation.restoreBest) best = trainer.state().arrays
    return valid
  })

  const validate = Effect.fnUntraced(function* (passed: Callback.Passed) {
    if (validation === undefined) return {}
    const valid = yield* asKept(judge(validation))
    const [first] = validation.measures
    if (first.direction !== undefined) schedules.evaluated(valid[first.id]!, first.direction)
    yield* tell((c) => c.validEnd, { ...passed, valid })
    return valid
  })

  const runEpoch = Effect.fnUntraced(function* () {
    const started = yield* Duration.now
    epoch += 1
    yield* tell((c) => c.epochBegin, { epoch })
    const evaluated = epoch % plan.evalFreq === 0 || epoch === plan.epochs
    const order = drawing.draw(Seed.generator(Seed.derive(program.seed, "shuffle", epoch)))
    const outputs = evaluated && plan.trainMeasures.length > 0 ? new Float32Array(order.length * width) : undefined
    const loss = yield* trainEpoch(order, outputs)
    const learningRate = program.optimizer.learningRate?.(schedules.read)
    average?.epochEnded(epoch / scheduled)
    const scores =
      outputs === undefined ? {} : measure(plan.trainMeasures, plan.predict(outputs, inOrderOf(order, train)))
    const passed = { epoch, loss, train: scores }
    yield* tell((c) => c.beforeValid, passed)
    const valid = evaluated ? yield* validate(passed) : {}
    const seconds = (yield* Duration.now) - started
    const rate = learningRate === undefined ? {} : { learningRate }
    const row: Row = { epoch, loss, seconds, ...rate, train: scores, valid }
    if (evaluated) history.push(row)
    const improved = evaluated && stopping[0]?.improved === true
    yield* tell((c) => c.epochEnd, { row, evaluated, improved })
    yield* Events.emit({ _tag: "EpochEnded", row, evaluated })
  })

  const loop = Effect.gen(function* () {
    yield* Events.emit({ _tag: "TrainingBegun", epochs: plan.epochs, rows: train.rows, batches: batchCount })
    yield* tell((c) => c.begin, { epochs: plan.epochs, epoch, rows: train.rows })
    while (!ended() && epoch < plan.epochs) yield* runEpoch()
    yield* tell((c) => c.end, { epoch })
  })

  yield* Effect.ensuring(
    loop,
    Effect.suspend(() =>
      Effect.forEach(callbacks, ({ exit }) => exit?.({ epoch }, control) ?? Effect.void, { discard: true })
    )
  )
  const state = stateNow()
  const arrays = best ?? (yield* asKept(Effect.sync(() => trainer.state().arrays)))
  if (arrays.some(({ values }) => values.some((value) => !Number.isFinite(value)))) {
    // The last update may go too far, and no later loss tells.
    return yield* diverged(batchCount, "finite, but a weight is not")
  }
  // A limit of time that passes in the last epoch has ended nothing.
  const cutShort = (): State["stopped"] => (stopped === "time limit" && epoch >= plan.epochs ? undefined : stopped)
  const reason: Reason = stagnates() ? "early stopping" : (cutShort() ?? "epochs")
  const chosen = stopping[0]?.best
  yield* Events.emit({ _tag: "TrainingEnded", epochs: epoch, reason })
  return {
    arrays,
    history,
    engine: plan.engine.name,
    epochs: epoch,
    reason,
    best: chosen,
    kept: best === undefined ? epoch : (chosen?.epoch ?? epoch),
    state,
    origin
  }
})
