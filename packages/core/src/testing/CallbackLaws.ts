/**
 * The laws of callbacks: what one remembers goes on with a training that is resumed, and one that only observes has no say in
 * what is learned.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Tfjs from "../engine/tfjs/Tfjs.ts"
import type * as Callback from "../learning/Callback.ts"
import * as Checkpoint from "../learning/Checkpoint.ts"
import * as Measure from "../learning/Measure.ts"
import * as Place from "../learning/Place.ts"
import * as Prediction from "../learning/Prediction.ts"
import * as Training from "../learning/Training.ts"
import * as Graph from "../network/Graph.ts"
import { findNothing } from "../pipeline/Decode.ts"
import type { Find } from "../pipeline/Definition.ts"
import * as Ingress from "../pipeline/Ingress.ts"
import * as Loss from "../pipeline/Loss.ts"
import * as Nn from "../pipeline/Nn.ts"
import type { Source } from "../pipeline/Stage.ts"
import * as Transform from "../pipeline/Transform.ts"
import * as Seed from "../Seed.ts"
import { fact, type Law, same, succeeded } from "./Law.ts"
import * as OptionLaws from "./OptionLaws.ts"

const epochs = 8

/** Rows of two numbers, whose sum is the target. */
const dataOf = (rows: number, seed: number): Training.Data => {
  const random = Seed.generator(Seed.root(seed))
  const features = Float32Array.from({ length: 2 * rows }, () => random.normal())
  const truth = Float64Array.from({ length: rows }, (_, row) => features[2 * row]! + features[2 * row + 1]!)
  const source: Source = {
    window: () => Effect.void,
    fill: (asked, into) => {
      for (let i = 0; i < asked.length; i++) {
        for (let j = 0; j < 2; j++) into[2 * i + j] = features[2 * asked[i]! + j]!
      }
    }
  }
  return { rows, sources: [source], truth, targets: Float32Array.from(truth), weights: undefined }
}

const squares = Loss.explicit({
  evaluate: (scores, targets, gradient) => {
    let sum = 0
    for (let i = 0; i < targets.length; i++) {
      const error = scores[i]! - targets[i]!
      gradient[i] = (2 * error) / targets.length
      sum += error * error
    }
    return sum / targets.length
  }
})

const bound = (transforms: ReadonlyArray<Transform.Transform>): Transform.Bound =>
  Transform.sequence(succeeded(Transform.all(transforms), "the transforms").transforms)

/** A small training with dropout, partial batches and validation: the parameters are `linear.*` and `head.*`. */
const planOf = <E, R>(callbacks: ReadonlyArray<Callback.Hooks<E, R>>) =>
  Effect.map(Tfjs.engine(["cpu"]), (engine): Training.Plan<E, R> => ({
    engine,
    program: {
      network: succeeded(
        Graph.make(
          Ingress.numeric().pipe(Nn.linear(3), Nn.tanh(), Nn.dropout(0.2), Nn.head()).stages,
          new Map([["numeric", [2]]]),
          1
        ),
        "the network"
      ),
      loss: squares,
      optimizer: bound([Transform.adam(), Transform.rate(0.05)]),
      seed: Seed.root(3)
    },
    epochs,
    batchSize: 8,
    evalFreq: 1,
    train: dataOf(20, 1),
    trainMeasures: [Measure.mae],
    validation: { data: dataOf(10, 2), measures: [Measure.mse], patience: 0, minDelta: 0, restoreBest: true },
    callbacks,
    predict: (outputs, { rows, truth }) =>
      Prediction.fromOutputs({ schema: { kind: "regression", levels: [] }, rows, truth }, outputs, "response")
  }))

/** All of an outcome that two equal trainings have in common: everything but times. */
const numbers = ({ arrays, best, epochs, history, kept, reason, state }: Training.Outcome) => ({
  arrays: arrays.map(({ path, values }) => [path, ...values]),
  slots: state.engine.slots.map(({ path, values }) => [path, ...values]),
  frozen: state.frozen,
  history: history.map(({ seconds: _, ...row }) => row),
  best,
  epochs,
  kept,
  reason
})

/** Takes a checkpoint after an epoch, behind all other callbacks. */
const taking = (epoch: number, take: (checkpoint: Checkpoint.Checkpoint) => void): Callback.Hooks => ({
  epochEnd: ({ row }, control) => (row.epoch === epoch ? Effect.sync(() => take(control.checkpoint())) : Effect.void)
})

/** A folder for the files of a callback, which goes with the scope. */
const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "rocflow-callback-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

/**
 * The laws of a callback with some options; `run` provides what it requires. `find` resolves options that name other
 * definitions.
 *
 * *Gotcha*: a callback that ends training by the time does not obey them, unless the time is long.
 *
 * @example
 * for (const { check, name } of CallbackLaws.of(definition, { every: 2 }, Effect.runPromise)) it(name, check)
 */
export const of = <E, R>(
  definition: Callback.Definition<E, R>,
  options: object,
  run: <A, Failure>(effect: Effect.Effect<A, Failure, R>) => Promise<A>,
  find: Find = findNothing
): ReadonlyArray<Law> => {
  const make = () => succeeded(definition.bind(options, find).bound, `${definition.id} refuses its options`).make()
  const train = (callbacks: ReadonlyArray<Callback.Hooks<E, R>>, from?: Training.State) =>
    Effect.flatMap(planOf(callbacks), (plan) => Training.run(plan, from))
  const inFolder = <A, Failure>(effect: Effect.Effect<A, Failure, R | Scope.Scope>) =>
    run(Effect.scoped(Effect.flatMap(folder, (place) => Effect.provideService(effect, Place.Place, place))))
  return [
    ...OptionLaws.of(definition, options, find),
    fact("has a fresh state in each training", () =>
      inFolder(
        Effect.gen(function* () {
          const first = yield* train([make()])
          same(numbers(yield* train([make()])), numbers(first), "the second training")
        })
      )
    ),
    fact("goes on with a training from any epoch as if it had never stopped, by what it remembers as JSON", () =>
      inFolder(
        Effect.gen(function* () {
          const taken: Array<Checkpoint.Checkpoint> = []
          const watching = Array.from({ length: epochs - 1 }, (_, i) => taking(i + 1, (each) => taken.push(each)))
          const whole = yield* train([make(), ...watching])
          for (const checkpoint of taken) {
            const bytes = succeeded(Checkpoint.toBytes(checkpoint), "the state of training")
            const { state } = succeeded(Checkpoint.fromBytes(bytes), "the state that was written")
            same(state.callbacks, checkpoint.state.callbacks, "what it remembers, through JSON")
            const resumed = yield* train([make()], state)
            same(numbers(resumed), numbers(whole), `a training that goes on after epoch ${state.epoch}`)
          }
        })
      )
    ),
    ...(definition.observes
      ? [
          fact("observes: training is the same without it", () =>
            inFolder(
              Effect.gen(function* () {
                same(numbers(yield* train([make()])), numbers(yield* train([])), "a training with it")
              })
            )
          )
        ]
      : [])
  ]
}
