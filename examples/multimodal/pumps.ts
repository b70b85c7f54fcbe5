/**
 * A classification by three kinds of evidence: numbers, categories and a picture, each in a branch of its own.
 */
import {
  Column,
  Ingress,
  Learner,
  Measure,
  Merge,
  Model,
  Nn,
  Optimizer,
  type Pipeline,
  type Prediction,
  Preprocess,
  Select,
  Table,
  Task,
  Tensors
} from "@rocflow/core"
import { Featureless } from "@rocflow/learners"
import { Bce } from "@rocflow/losses"
import { Compare, Design, Job, Resampling, Score } from "@rocflow/resampling"
import * as Effect from "effect/Effect"
import { fileURLToPath } from "node:url"
import { number, table } from "../support/text.ts"

const file = fileURLToPath(new URL("pumps.csv", import.meta.url))

// --------------------------------------------------------------------------------------------------------- branches

const measured = Preprocess.standardise().pipe(Ingress.numeric(["vibration", "current", "pressure"]), Nn.linear(16))

const site = Ingress.categorical(["site", "device"]).pipe(Nn.embedding(8), Nn.flatten())

const scan = Ingress.tensor("scan", { shape: [8, 8, 1] }).pipe(
  Nn.conv2d({ filters: 8, size: 3 }),
  Nn.relu(),
  Nn.maxPool2d(2),
  Nn.flatten()
)

/** What comes after the branches, whichever they are. */
const decide = <Columns extends string>(rows: Pipeline.Pipeline<"layer", Columns, readonly [number]>) =>
  rows.pipe(
    Nn.relu(),
    Nn.linear(16),
    Nn.relu(),
    Nn.head(),
    Bce.loss(),
    Optimizer.adam({ learningRate: 0.003 }),
    Model.classif({ epochs: 30, batchSize: 32 })
  )

const all = decide(Merge.concat({ measured, site, scan }))

const learners = [
  Featureless.make(),
  Learner.named(decide(Merge.concat({ measured })), "measured"),
  Learner.named(decide(Merge.concat({ site })), "site"),
  Learner.named(decide(Merge.concat({ scan })), "scan"),
  Learner.named(decide(Merge.concat({ site, scan })), "all but measured"),
  Learner.named(decide(Merge.concat({ measured, scan })), "all but site"),
  Learner.named(decide(Merge.concat({ measured, site })), "all but scan"),
  Learner.named(all, "all")
]

// ------------------------------------------------------------------------------------------------------- experiment

const readTask = Effect.gen(function* () {
  const columns = yield* Table.fromFile(file)
  const withScan = yield* Tensors.fromColumns(columns, {
    name: "scan",
    columns: Select.matching(/^p\d/),
    shape: [8, 8, 1],
    range: [0, 9]
  })
  return yield* Task.fromTable(withScan, { id: "pumps", target: "state", positive: "worn", stratum: "state" })
})

/** The jobs: eight learners on ten folds. */
export const plan = Effect.gen(function* () {
  return yield* Design.grid({
    tasks: [yield* readTask],
    learners,
    resamplings: [Resampling.cv({ folds: 10 })],
    measures: [Measure.auc, Measure.error],
    seed: 1
  })
})

// ---------------------------------------------------------------------------------------------------------- program

/** Scans as they reach the network: numbers from 0 to 1. */
const scansOf = Effect.fnUntraced(function* (task: Task.Task, rows: ReadonlyArray<number>) {
  const column = task.table.columns.get("scan")
  const scans: Array<ReadonlyArray<number>> = []
  if (column?.type !== "tensor") return scans
  const reader = yield* Tensors.open(column)
  yield* reader.read(rows, (_, pixels) => scans.push([...pixels]))
  return scans
})

/** The splits in which a row is tested whose device no training row has. */
const withStrangers = ({ plan: [planned] }: Effect.Success<typeof plan>): number => {
  const device = planned?.task.table.columns.get("device")
  if (planned === undefined || device === undefined) return 0
  return planned.instance.splits.filter(({ test, train }) => {
    const known = new Set(Array.from(train, (row) => Column.toText(device, row)))
    return test.some((row) => !known.has(Column.toText(device, row)))
  }).length
}

/** The probability that each of some pumps is worn. */
const worn = ({ levels, prob }: Prediction.Prediction): ReadonlyArray<number> =>
  Array.from(prob ?? []).filter((_, i) => i % levels.length === 0)

/** Trains every learner on the same ten folds and tests each pair of learners; then predicts pumps of an unknown site. */
export const program = Effect.gen(function* () {
  const design = yield* plan
  const executed = yield* Effect.forEach(design.jobs, Job.execute)
  const scores = Score.table(executed.map(({ result }) => result))

  const task = yield* readTask
  const trained = yield* Learner.train(all, task, { seed: 1 })
  const pumps = Table.head(task.table, 4)
  const elsewhere = yield* Table.withColumn(pumps, "site", Column.text(["S99", "S99", "S99", "S99"]))
  const unknown = yield* Table.withColumn(elsewhere, "device", Column.text([null, null, null, null]))
  return {
    scans: yield* Effect.scoped(scansOf(task, [0, 1, 2, 3])),
    strangers: withStrangers(design),
    scores: Score.aggregate(scores),
    tests: yield* Compare.learners(scores, { measure: "auc" }),
    known: worn(yield* Learner.predict(trained, pumps)),
    unknown: worn(yield* Learner.predict(trained, unknown))
  }
})

// ------------------------------------------------------------------------------------------------------------- text

type Result = Effect.Success<typeof program>

/** Scans side by side, the darker the hotter. */
const pictures = ({ scans }: Result): string =>
  Array.from({ length: 8 }, (_, y) =>
    scans
      .map((pixels) => pixels.slice(8 * y, 8 * y + 8))
      .map((line) => line.map((heat) => (heat < 0.35 ? "·" : heat < 0.55 ? "+" : "#")).join(" "))
      .join("    ")
  ).join("\n")

/** Everything that was found. */
export const render = (result: Result): string =>
  [
    pictures(result),
    `${result.strangers} of 10 test sets have a device that the training set lacks`,
    table(
      ["learner", "AUC", "sd", "error"],
      result.scores.map(({ learner, measures: { auc, error } }) => [
        learner,
        number(auc?.mean),
        number(auc?.sd),
        number(error?.mean)
      ])
    ),
    table(
      ["AUC", "difference", "P (Holm)"],
      result.tests
        .filter(({ learner }) => learner === "all")
        .map(({ baseline, label, meanDiff }) => [`all − ${baseline}`, number(meanDiff), label])
    ),
    table(
      ["pump", "its own site and device", "another site, no device"],
      result.known.map((p, i) => [String(i), number(p), number(result.unknown[i])])
    )
  ].join("\n\n")
