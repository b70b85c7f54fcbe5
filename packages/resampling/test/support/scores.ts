/** Score rows made of numbers, for the tests of this package. */
import type { ScoreRow, Value } from "../../src/Score.ts"
import type { TrainSubsets } from "@rocflow/core/splitting/Split"

/** A row of fold 0 of a full training set, with a score of the measure "error". */
export const row = (score: Value, changes: Partial<Omit<ScoreRow, "scores">> = {}): ScoreRow => ({
  task: "t",
  learner: "l",
  resampling: "sameOther",
  iteration: 0,
  testSubset: "s",
  trainSubsets: "same",
  groups: 100,
  testFold: 0,
  seed: 0,
  nTrainGroups: 100,
  repetition: 0,
  trainRows: 100,
  testRows: 50,
  status: "ok",
  scores: { error: score },
  ...changes
})

/** One row per fold for each train subset. */
export const rows = (
  scores: Partial<Record<TrainSubsets, ReadonlyArray<Value>>>,
  changes: Partial<Omit<ScoreRow, "scores">> = {}
): ReadonlyArray<ScoreRow> =>
  Object.entries(scores).flatMap(([trainSubsets, values]) =>
    values.map((score, testFold) => row(score, { trainSubsets: trainSubsets as TrainSubsets, testFold, ...changes }))
  )
