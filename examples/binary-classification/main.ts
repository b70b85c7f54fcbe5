/**
 * Two classes, one output: bruised or sound pears, learned by cross-entropy, by AUM, and by two losses of our own.
 *
 * Run it by `npx node examples/binary-classification/main.ts`; README.md tells the story.
 */
import {
  Column,
  Ingress,
  Learner,
  Loss,
  Measure,
  Model,
  Nn,
  Optimizer,
  Prediction,
  Preprocess,
  Task,
  Auto,
  Validation
} from "@rocflow/core"
import { Aum, Bce } from "@rocflow/losses"
import { Resampling } from "@rocflow/resampling"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { fileURLToPath } from "node:url"
import { fixed, table } from "../support/text.ts"

const file = fileURLToPath(new URL("pears.csv", import.meta.url))

// ----------------------------------------------------------------------------------------------------- two learners

const network = Preprocess.standardise().pipe(Ingress.numeric(), Nn.linear(10), Nn.tanh(), Nn.head())

const training = Model.classif({
  epochs: 200,
  batchSize: "all",
  measures: [Measure.auc],
  validation: Validation.holdout(0.3, { measures: [Measure.auc], patience: 40, restoreBest: true })
})

const bce = network.pipe(Bce.loss(), Optimizer.sgd({ learningRate: 0.5, momentum: 0.9 }), training)

const aum = network.pipe(Aum.loss({ denominator: "rate" }), Optimizer.sgd({ learningRate: 0.5 }), training)

// ------------------------------------------------------------------------------------------------ losses of our own

const squaredHinge = Loss.define({
  id: "Mine.squaredHinge",
  summary: "Mean of max(0, margin − z)², where z is the score of a positive row and minus that of a negative one",
  accepts: ["binary"],
  weighted: false,
  options: Schema.Struct({ margin: Schema.Finite }),
  make: ({ margin }) =>
    Loss.explicit({
      evaluate: (scores, targets, gradient) => {
        const rows = targets.length
        let sum = 0
        for (let i = 0; i < rows; i++) {
          const sign = targets[i] === 1 ? 1 : -1
          const lacking = Math.max(0, margin - sign * scores[i]!)
          sum += lacking * lacking
          gradient[i] = (-2 * sign * lacking) / rows
        }
        return sum / rows
      }
    })
})

const hinge = network.pipe(
  Loss.stage(squaredHinge, { margin: 1 }),
  Optimizer.sgd({ learningRate: 0.2, momentum: 0.9 }),
  training
)

const aumOfTensors = Loss.define({
  id: "Mine.aum",
  summary: "AUM with rates, differentiated by the tensor library",
  accepts: ["binary"],
  weighted: false,
  translationInvariant: true,
  options: Schema.Struct({}),
  make: () => Loss.tensor((scores, targets) => Aum.tensor(scores, targets, { denominator: "rate", margin: 1 }))
})

const aumByAutograd = network.pipe(Loss.stage(aumOfTensors), Optimizer.sgd({ learningRate: 0.5 }), training)

// ---------------------------------------------------------------------------------------------------------- program

/** Trains on two thirds of the pears, and predicts and measures the other third. */
export const program = Effect.gen(function* () {
  const pears = yield* Task.fromFile(file, { target: "state", stratum: ["state"] })
  const task = yield* Task.requireKind(pears, "binary")
  const instance = yield* Resampling.instantiate(Resampling.holdout({ ratio: 2 / 3 }), task, 1)
  const split = instance.splits[0]!
  const train = Task.take(task, split.train)
  const test = Task.take(task, split.test)

  const learn = Effect.fnUntraced(function* (name: string, learner: typeof bce) {
    const trained = yield* Learner.train(learner, train, { seed: 1 })
    const prediction = yield* Learner.predict(trained, test)
    return {
      name,
      trained,
      prediction,
      outcome: trained.fitted.outcome!,
      auc: Measure.auc.evaluate(prediction),
      error: Measure.error.evaluate(prediction)
    }
  })

  const learned = {
    bce: yield* learn("Bce.loss", bce),
    aum: yield* learn("Aum.loss", aum),
    hinge: yield* learn("Mine.squaredHinge", hinge),
    aumByAutograd: yield* learn("Mine.aum", aumByAutograd)
  }

  const turned = yield* Task.fromTable(task.table, { target: "state", positive: "sound" })
  const sound = yield* Learner.train(bce, Task.take(turned, split.train), { seed: 1 })
  const soundPrediction = yield* Learner.predict(sound, Task.take(turned, split.test))
  const refusal = yield* Effect.flip(Learner.predict(learned.bce.trained, turned))

  return {
    levels: task.levels,
    rows: { train: train.rows, test: test.rows },
    learned,
    turned: { levels: turned.levels, prediction: soundPrediction, auc: Measure.auc.evaluate(soundPrediction) },
    refusal: refusal.message
  }
})

// ------------------------------------------------------------------------------------------------------------- text

type Result = Effect.Success<typeof program>

const measured = (value: Measure.Measured | undefined): string =>
  value === undefined ? "" : Measure.isDefined(value) ? fixed(value) : value.reason

/** The first rows of a prediction, numbers with three digits. */
const head = (prediction: Prediction.Prediction, rows: number): string => {
  const columns = Prediction.toColumns(prediction)
  return table(
    columns.map(([name]) => name),
    Array.from({ length: rows }, (_, row) =>
      columns.map(([, column]) =>
        column.type === "numeric" ? fixed(column.values[row] ?? Number.NaN) : (Column.toText(column, row) ?? "")
      )
    )
  )
}

const scores = ({ learned }: Result): string =>
  table(
    ["loss", "epochs", "kept", "valid AUC", "test AUC", "test error"],
    Object.values(learned).map(({ name, outcome, auc, error }) => [
      name,
      String(outcome.epochs),
      String(outcome.kept),
      measured(outcome.best?.score),
      measured(auc),
      measured(error)
    ])
  )

const history = ({ learned }: Result): string =>
  table(
    ["epoch", "loss", "train AUC", "valid AUC"],
    learned.bce.outcome.history
      .filter(({ epoch }) => epoch <= 3 || epoch % 10 === 0)
      .map(({ epoch, loss, train, valid }) => [
        String(epoch),
        fixed(loss),
        measured(train["auc"]),
        measured(valid["auc"])
      ])
  )

/** Everything that the program found, as text. */
export const render = (result: Result): string =>
  [
    `levels: ${result.levels.join(", ")}\nrows: ${result.rows.train} to train, ${result.rows.test} to test`,
    history(result),
    head(result.learned.bce.prediction, 5),
    scores(result),
    `levels: ${result.turned.levels.join(", ")}`,
    head(result.turned.prediction, 5),
    `test AUC: ${measured(result.turned.auc)}`,
    result.refusal
  ].join("\n\n")

if (import.meta.main) {
  await Effect.runPromise(program.pipe(Effect.map(render), Effect.flatMap(Console.log), Effect.provide(Auto.layer())))
}
