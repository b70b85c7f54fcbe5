/** Small real trainings: two features of noise and signal, a hidden layer, batches of 8 of 30 rows, 20 rows held out. */
import * as Bce from "@rocflow/losses/Bce"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as Engine from "../../src/engine/Engine.ts"
import * as Checkpoint from "../../src/learning/Checkpoint.ts"
import * as Measure from "../../src/learning/Measure.ts"
import * as Prediction from "../../src/learning/Prediction.ts"
import type * as Training from "../../src/learning/Training.ts"
import * as Graph from "../../src/network/Graph.ts"
import { findNothing } from "../../src/pipeline/Decode.ts"
import * as Ingress from "../../src/pipeline/Ingress.ts"
import * as Loss from "../../src/pipeline/Loss.ts"
import * as Nn from "../../src/pipeline/Nn.ts"
import type * as Optimizer from "../../src/pipeline/Optimizer.ts"
import type * as Schedule from "../../src/pipeline/Schedule.ts"
import * as Seed from "../../src/Seed.ts"
import { partOf } from "./pipelines.ts"

/** The transform of an optimizer with options. */
export const transformOf = (definition: Optimizer.Definition, options: object) =>
  partOf(definition.bind(options, findNothing), "optimizer").transform

const noisy = (rows: number, seed: number): Training.Data => {
  const random = Seed.generator(Seed.root(seed))
  const targets = Float32Array.from({ length: rows }, (_, i) => i % 2)
  const features = Float32Array.from({ length: 2 * rows }, (_, i) => random.normal() + targets[i >> 1]!)
  return {
    rows,
    sources: [
      {
        window: () => Effect.void,
        fill: (rows, into) => {
          for (let i = 0; i < rows.length; i++) into.set(features.subarray(2 * rows[i]!, 2 * rows[i]! + 2), 2 * i)
        }
      }
    ],
    truth: Float64Array.from(targets, (target) => 1 - target),
    targets,
    weights: undefined
  }
}

/** The batches of an epoch. */
export const batches = 4

/** A training on an engine by an optimizer; with `norm` the network has batch normalisation. */
export const plan = (
  engine: Engine.Engine,
  optimizer: Engine.Program["optimizer"],
  {
    dropout = 0.2,
    norm = false,
    ...changes
  }: Partial<Training.Plan> & { readonly dropout?: number | Schedule.Json; readonly norm?: boolean } = {}
): Training.Plan => {
  const start = Ingress.numeric().pipe(Nn.linear(4))
  const body = (norm ? start.pipe(Nn.batchNorm()) : start).pipe(Nn.tanh(), Nn.dropout(dropout), Nn.head())
  return {
    engine,
    program: {
      network: Result.getOrThrow(Graph.make(body.stages, new Map([["numeric", [2]]]), 1)),
      loss: Result.getOrThrow(Loss.bind(Bce.definition)),
      optimizer,
      seed: Seed.root(1)
    },
    epochs: 6,
    batchSize: 8,
    evalFreq: 1,
    train: noisy(30, 3),
    trainMeasures: [],
    validation: { data: noisy(20, 4), measures: [Measure.logloss], patience: 0, minDelta: 0, restoreBest: false },
    callbacks: [],
    predict: (outputs, { rows, truth }) =>
      Prediction.fromOutputs({ schema: { kind: "binary", levels: ["a", "b"] }, rows, truth }, outputs, "prob"),
    ...changes
  }
}

/** Everything that training gives but how long it took. */
export const numbers = ({ history, state, ...outcome }: Training.Outcome) => ({
  ...outcome,
  averaged: state.averaged,
  engineState: state.engine,
  schedules: state.schedules,
  history: history.map(({ seconds: _, ...row }) => row)
})

/** A state as it comes back from a file. */
export const throughFile = (state: Training.State): Training.State =>
  Result.getOrThrow(Checkpoint.fromBytes(Result.getOrThrow(Checkpoint.toBytes({ origin: Checkpoint.nowhere, state }))))
    .state
