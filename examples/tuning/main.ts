/** The program of the README: epochs, width and rate of a network that says which seeds fail. */
import { fileURLToPath } from "node:url"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Auto from "@rocflow/core/engine/Auto"
import * as Task from "@rocflow/core/data/Task"
import * as Learner from "@rocflow/core/learning/Learner"
import * as Measure from "@rocflow/core/learning/Measure"
import * as Model from "@rocflow/core/learning/Model"
import * as Validation from "@rocflow/core/learning/Validation"
import * as Ingress from "@rocflow/core/pipeline/Ingress"
import * as Nn from "@rocflow/core/pipeline/Nn"
import * as Optimizer from "@rocflow/core/pipeline/Optimizer"
import * as Preprocess from "@rocflow/core/pipeline/Preprocess"
import * as Aum from "@rocflow/losses/Aum"
import * as Resampling from "@rocflow/resampling/Resampling"
import * as Tune from "@rocflow/resampling/Tune"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"

const file = fileURLToPath(new URL("data.csv", import.meta.url))

const seeds = Task.fromFile(file, {
  target: "outcome",
  positive: "fails",
  subset: "station",
  stratum: ["station", "outcome"]
})

const network = (units: number, rate: number) =>
  Preprocess.standardise().pipe(
    Ingress.numeric(),
    Nn.linear(units),
    Nn.relu(),
    Nn.head(),
    Aum.loss({ denominator: "rate" }),
    Optimizer.sgd({ learningRate: rate, momentum: 0.9 })
  )

const epochs = 200
const batchSize = "all" as const

// A fifth of the rows chooses the epoch, and is not trained on.
const heldOut = network(10, 0.02).pipe(
  Model.classif({
    epochs,
    batchSize,
    validation: Validation.holdout(0.2, { measures: [Measure.auc], patience: epochs, restoreBest: true })
  })
)

// One half chooses the number of epochs for the other, then all rows train for as many.
const refit = Tune.epochs(network(10, 0.02).pipe(Model.classif({ epochs, batchSize })))

const space = {
  units: Tune.integer(2, 100, { log: true }),
  rate: Tune.log(1e-3, 1)
}
const open = Tune.over(space, ({ rate, units }) => network(units, rate).pipe(Model.classif({ epochs, batchSize })))

const tuned = Tune.tpe(open, {
  evaluations: 20,
  resampling: Resampling.cv({ folds: 2 }),
  epochs: { patience: 40 }
})

const mean = (values: ReadonlyArray<number>) => values.reduce((sum, value) => sum + value, 0) / values.length

type Seeds = Effect.Success<typeof seeds>
type Trainable = typeof heldOut

/** The AUC of a learner on the test rows of each split, and what it chose if it tunes itself. */
const scored = Effect.fnUntraced(function* (learner: Trainable, task: Seeds, splits: Resampling.Instance["splits"]) {
  return yield* Effect.forEach(splits, (split) =>
    Effect.gen(function* () {
      const trained = yield* Learner.train(learner, Task.take(task, split.train))
      const auc = Measure.auc.evaluate(yield* Learner.predict(trained, Task.take(task, split.test)))
      return { split, auc: Measure.isDefined(auc) ? auc : Number.NaN, tuning: trained.fitted.tuning }
    })
  )
})

/** The lines that are printed. */
export const program = Effect.gen(function* () {
  const lines: Array<string> = []
  const task = yield* seeds
  const { splits } = yield* Resampling.instantiate(Resampling.cv({ folds: 5 }), task, 1)

  const chosen = yield* scored(tuned, task, splits)
  lines.push("AUC, mean of five folds")
  for (const [name, scores] of [
    ["a fifth held out", yield* scored(heldOut, task, splits)],
    ["epochs tuned", yield* scored(refit, task, splits)],
    ["width, rate, epochs tuned", chosen]
  ] as const) {
    lines.push(`${name.padEnd(26)} ${mean(scores.map(({ auc }) => auc)).toFixed(3)}`)
  }

  lines.push("\nwhat was chosen in each fold")
  for (const { auc, split, tuning } of chosen) {
    const { units, rate } = tuning!.values
    const inner = Math.max(...tuning!.evaluations.map(({ score = 0 }) => score))
    lines.push(
      `fold ${split.testFold}: ${String(units).padStart(2)} units, rate ${Number(rate).toPrecision(2)}, ${tuning!.epochs} epochs: ${inner.toFixed(3)} inside, ${auc.toFixed(3)} outside`
    )
  }

  lines.push("\nAUC of each station by the stations that train, tuned each time")
  const soak = yield* Resampling.instantiate(Resampling.sameOther({ folds: 3 }), task, 1)
  const nested = yield* scored(tuned, task, soak.splits)
  for (const station of ["valley", "plain", "ridge"]) {
    const cells = (["same", "other", "all"] as const).map((trainedOn) => {
      const own = nested.filter(({ split }) => split.testSubset === station && split.trainSubsets === trainedOn)
      return `${trainedOn} ${mean(own.map(({ auc }) => auc)).toFixed(3)}`
    })
    lines.push(`${station.padEnd(6)}  ${cells.join("   ")}`)
  }
  return lines
})

if (import.meta.main) {
  program.pipe(
    Effect.flatMap((lines) => Console.log(lines.join("\n"))),
    Effect.provide(Auto.layer()),
    Effect.provide(NodeServices.layer),
    NodeRuntime.runMain
  )
}
