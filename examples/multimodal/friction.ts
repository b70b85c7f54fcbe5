/**
 * A regression: the friction of bearings, by a network against a tree and against no features at all.
 */
import { Ingress, Learner, Measure, Model, Nn, Optimizer, Preprocess, Task } from "@rocflow/core"
import { Featureless, Tree } from "@rocflow/learners"
import { Mse } from "@rocflow/losses"
import { Compare, Design, Job, Resampling, Score } from "@rocflow/resampling"
import * as Effect from "effect/Effect"
import { fileURLToPath } from "node:url"
import { number, table } from "../support/text.ts"

const file = fileURLToPath(new URL("bearings.csv", import.meta.url))

const mlp = Preprocess.standardise().pipe(
  Ingress.numeric(["speed", "load", "viscosity", "clearance"]),
  Nn.linear(32),
  Nn.relu(),
  Nn.linear(32),
  Nn.relu(),
  Nn.head(),
  Mse.loss(),
  Optimizer.adam({ learningRate: 0.01 }),
  Model.regr({ epochs: 100, batchSize: 32 })
)

const learners = [
  Featureless.make(),
  Tree.make(),
  Learner.named(Tree.make({ cp: 0, minsplit: 5 }), "Tree, deeper"),
  Learner.named(mlp, "MLP")
]

/** Trains every learner on the same ten folds, measures what it predicts, and tests each pair of learners. */
export const program = Effect.gen(function* () {
  const task = yield* Task.fromFile(file, { target: "friction" })
  const design = yield* Design.grid({
    tasks: [task],
    learners,
    resamplings: [Resampling.cv({ folds: 10 })],
    measures: [Measure.rmse, Measure.rsq],
    seed: 1
  })
  const executed = yield* Effect.forEach(design.jobs, Job.execute)
  const scores = Score.table(executed.map(({ result }) => result))
  return { scores: Score.aggregate(scores), tests: yield* Compare.learners(scores, { measure: "rmse" }) }
})

/** The scores of the learners, and the differences of their RMSE. */
export const render = ({ scores, tests }: Effect.Success<typeof program>): string =>
  [
    table(
      ["learner", "RMSE", "sd", "R²"],
      scores.map(({ learner, measures: { rmse, rsq } }) => [
        learner,
        number(rmse?.mean),
        number(rmse?.sd),
        number(rsq?.mean)
      ])
    ),
    table(
      ["RMSE", "difference", "P (Holm)"],
      tests.map(({ baseline, label, learner, meanDiff }) => [`${learner} − ${baseline}`, number(meanDiff), label])
    )
  ].join("\n\n")
