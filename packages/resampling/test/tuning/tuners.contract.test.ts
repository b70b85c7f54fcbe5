/** The laws of learners, of every tuner: one that is not in the table fails the first test. */
import * as Auto from "@rocflow/core/engine/Auto"
import type { Engines } from "@rocflow/core/engine/Engine"
import type * as Task from "@rocflow/core/data/Task"
import type * as Learner from "@rocflow/core/learning/Learner"
import * as Model from "@rocflow/core/learning/Model"
import * as Ingress from "@rocflow/core/pipeline/Ingress"
import * as Nn from "@rocflow/core/pipeline/Nn"
import * as Optimizer from "@rocflow/core/pipeline/Optimizer"
import * as Preprocess from "@rocflow/core/pipeline/Preprocess"
import { LearnerLaws } from "@rocflow/core/testing"
import * as Bce from "@rocflow/losses/Bce"
import * as Mse from "@rocflow/losses/Mse"
import type * as Effect from "effect/Effect"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { afterAll, describe, expect, it } from "vitest"
import * as Resampling from "../../src/Resampling.ts"
import * as Tune from "../../src/Tune.ts"

const engine = ManagedRuntime.make(Auto.layer())
afterAll(() => engine.dispose())

const network = (units: number) =>
  Preprocess.standardise().pipe(Ingress.numeric(), Nn.linear(units), Nn.relu(), Nn.head())
const space = { rate: Tune.log(0.01, 1), units: Tune.integer(2, 6) }

const classes = Tune.over(space, ({ rate, units }) =>
  network(units).pipe(Bce.loss(), Optimizer.adam({ learningRate: rate }), Model.classif({ epochs: 9, batchSize: 16 }))
)
const numbers = Tune.over(space, ({ rate, units }) =>
  network(units).pipe(Mse.loss(), Optimizer.adam({ learningRate: rate }), Model.regr({ epochs: 27, batchSize: 16 }))
)

const split = { resampling: Resampling.holdout({ ratio: 0.6 }) }
const few = { ...split, evaluations: 3 }

const table: ReadonlyArray<readonly [string, Learner.Learner<Task.Kind, string, never, Engines>]> = [
  ["Tune.grid", Tune.grid(classes, { ...split, resolution: 2, epochs: true })],
  ["Tune.random", Tune.random(numbers, few)],
  [
    "Tune.points",
    Tune.points(classes, {
      ...split,
      configurations: [
        { rate: 0.1, units: 3 },
        { rate: 0.5, units: 2 }
      ]
    })
  ],
  ["Tune.latinHypercube", Tune.latinHypercube(classes, few)],
  ["Tune.sobol", Tune.sobol(numbers, { ...few, epochs: { patience: 5 } })],
  ["Tune.tpe", Tune.tpe(classes, { ...split, evaluations: 6, startup: 3 })],
  ["Tune.halving", Tune.halving(classes, { ...split, configurations: 4, least: 3 })],
  ["Tune.hyperband", Tune.hyperband(numbers, { ...split, least: 9 })],
  [
    "Tune.epochs",
    Tune.epochs(network(4).pipe(Bce.loss(), Optimizer.adam({ learningRate: 0.1 }), Model.classif({ epochs: 9 })))
  ]
]

it("every tuner is in the table", () => {
  expect(table.map(([name]) => name).toSorted()).toEqual(Tune.definitions.map(({ id }) => id).toSorted())
})

describe.each(table)("%s", (_, learner) => {
  const run = <A, E>(effect: Effect.Effect<A, E, Engines>) => engine.runPromise(effect)
  it.each(LearnerLaws.of(learner, run))("$name", ({ check }) => check())
})
