/**
 * An unbalanced problem that no line solves: a line and a small network, by cross-entropy with and without `posWeight`.
 *
 * Run it by `npx node examples/two-moons/main.ts`; README.md tells the story.
 */
import { Ingress, Learner, Model, Nn, Optimizer, Preprocess, Seed, Targets, Auto } from "@rocflow/core"
import { Bce, BinaryScores, Roc } from "@rocflow/losses"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { fixed, table } from "../support/text.ts"
import * as Moons from "./moons.ts"

// --------------------------------------------------------------------------------------------------------- learners

const line = Preprocess.standardise().pipe(Ingress.numeric(), Nn.head())

const network = Preprocess.standardise().pipe(
  Ingress.numeric(),
  Nn.linear(16),
  Nn.tanh(),
  Nn.linear(16),
  Nn.tanh(),
  Nn.head()
)

const optimizer = Optimizer.adam({ learningRate: 0.01 })
const training = Model.classif({ epochs: 60, batchSize: 32 })

/** The number of negatives divided by the number of positives: both classes get the same say in the loss. */
const balance = (labels: Float64Array): number => {
  const positives = labels.reduce((sum, label) => sum + label, 0)
  return (labels.length - positives) / positives
}

const learners = (posWeight: number) => [
  { name: "line", learner: line.pipe(Bce.loss(), optimizer, training) },
  { name: "line, posWeight", learner: line.pipe(Bce.loss({ posWeight }), optimizer, training) },
  { name: "network", learner: network.pipe(Bce.loss(), optimizer, training) },
  { name: "network, posWeight", learner: network.pipe(Bce.loss({ posWeight }), optimizer, training) }
]

// ------------------------------------------------------------------------------------------------------- thresholds

const thresholds = [0.3, 0.5, 0.7] as const

/** The score with a given probability: p = 1/(1 + e⁻ˢ) turned round. */
const logit = (probability: number): number => Math.log(probability / (1 - probability))

// ---------------------------------------------------------------------------------------------------------- program

/** Trains four learners on 600 points and judges them on 400 new ones. */
export const program = Effect.gen(function* () {
  const shape = { rareShare: 0.15, noise: 0.25 }
  const seed = Seed.root(1)
  const train = yield* Moons.make({ ...shape, points: 600 }, Seed.derive(seed, "train"))
  const test = yield* Moons.make({ ...shape, points: 400 }, Seed.derive(seed, "test"))
  const posWeight = balance(Targets.toNumbers("binary", train.target))

  const learned = yield* Effect.forEach(
    learners(posWeight),
    Effect.fnUntraced(function* ({ name, learner }) {
      const trained = yield* Learner.train(learner, train, { seed: 1 })
      const { scores = [] } = yield* Learner.predict(trained, test)
      const judged = yield* BinaryScores.make({ labels: Targets.toNumbers("binary", test.target), scores })
      return {
        name,
        auc: Roc.auc(judged),
        averagePrecision: Roc.averagePrecision(judged),
        confusions: thresholds.map((probability) => ({
          probability,
          confusion: Roc.confusion(judged, logit(probability))
        })),
        curve: Roc.curve(judged),
        precisionRecall: Roc.precisionRecall(judged)
      }
    })
  )
  return { rows: { train: train.rows, test: test.rows }, posWeight, learned }
})

// ------------------------------------------------------------------------------------------------------------- text

type Result = Effect.Success<typeof program>
type Learned = Result["learned"][number]

const measured = (value: Roc.Measured): string => (typeof value === "number" ? fixed(value) : "undefined")

const ranking = ({ learned }: Result): string =>
  table(
    ["learner", "AUC", "average precision"],
    learned.map(({ name, auc, averagePrecision }) => [name, measured(auc), measured(averagePrecision)])
  )

const confusions = ({ learned }: Result): string =>
  table(
    ["learner", "p >", "score >", "tp", "fp", "fn", "tn", "recall", "precision", "FPR", "accuracy"],
    learned.flatMap(({ name, confusions }) =>
      confusions.map(({ probability, confusion: c }) => [
        name,
        String(probability),
        fixed(c.threshold),
        ...[c.tp, c.fp, c.fn, c.tn].map(String),
        ...[c.tpr, c.ppv, c.fpr, c.accuracy].map(measured)
      ])
    )
  )

/** The lowest FPR with which each TPR is reached. */
const roc = ({ curve }: Learned): string =>
  Roc.isUndefined(curve)
    ? curve.reason
    : table(
        ["TPR at least", "FPR", "score >"],
        [0.5, 0.8, 0.9, 0.95, 1].map((wanted) => {
          const point = curve.tpr.findIndex((tpr) => tpr >= wanted)
          return [
            String(wanted),
            fixed(curve.fpr[point] ?? Number.NaN),
            fixed(-(curve.maxConstant[point] ?? Number.NaN))
          ]
        })
      )

/** The best precision with which each recall is reached. */
const precisionRecall = ({ precisionRecall: found }: Learned): string =>
  Roc.isUndefined(found)
    ? found.reason
    : table(
        ["recall at least", "precision"],
        [0.5, 0.8, 0.9, 0.95, 1].map((wanted) => [
          String(wanted),
          fixed(Math.max(...found.precision.filter((_, k) => (found.recall[k] ?? 0) >= wanted)))
        ])
      )

/** Everything that the program found, as text. */
export const render = (result: Result): string => {
  const best = result.learned.find(({ name }) => name === "network")
  return [
    `${result.rows.train} points to train, ${result.rows.test} to test, posWeight ${fixed(result.posWeight)}`,
    ranking(result),
    confusions(result),
    ...(best === undefined ? [] : [roc(best), precisionRecall(best)])
  ].join("\n\n")
}

if (import.meta.main) {
  await Effect.runPromise(program.pipe(Effect.map(render), Effect.flatMap(Console.log), Effect.provide(Auto.layer())))
}
