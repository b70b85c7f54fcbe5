/** Many cheap jobs: what a run costs when learning costs nothing. */
import * as Column from "@rocflow/core/data/Column"
import * as Table from "@rocflow/core/data/Table"
import * as Task from "@rocflow/core/data/Task"
import * as Featureless from "@rocflow/learners/Featureless"
import * as Measure from "@rocflow/core/learning/Measure"
import * as Seed from "@rocflow/core/Seed"
import * as Design from "@rocflow/resampling/Design"
import * as Resampling from "@rocflow/resampling/Resampling"
import * as Effect from "effect/Effect"

const folds = 10

/** Two classes, and ten numbers that say nothing about them. */
const noise = Effect.gen(function* () {
  const { below, normal } = Seed.generator(Seed.derive(Seed.root(1), "noise"))
  const rows = 200
  const classes = Array.from({ length: rows }, () => (below(4) === 0 ? "yes" : "no"))
  const features = Array.from(
    { length: 10 },
    (_, j) => [`x${j + 1}`, Column.numeric(Float64Array.from({ length: rows }, normal))] as const
  )
  const table = yield* Table.fromEntries([["class", Column.text(classes)], ...features])
  return yield* Task.fromTable(table, { id: "noise", target: "class", positive: "yes", stratum: "class" })
})

/** A featureless learner on splits of 200 rows, ten for each repetition; `jobs` is rounded up to tens. */
export const design = (jobs: number) =>
  Effect.flatMap(noise, (task) =>
    Design.grid({
      tasks: [task],
      learners: [Featureless.make()],
      resamplings: [Resampling.repeatedCv({ folds, repeats: Math.ceil(jobs / folds) })],
      measures: [Measure.error, Measure.auc],
      seed: 1
    })
  )
