/**
 * Splits: which rows train and which rows test, and where a split stands in its resampling.
 */
import * as Schema from "effect/Schema"

/** Which subsets the training rows come from, seen from the test subset. @category models */
export const TrainSubsets = Schema.Literals(["all", "other", "same"])
/** One of all, other and same. @category models */
export type TrainSubsets = typeof TrainSubsets.Type

/**
 * A split as a row of a table: its place in the resampling, and the sizes of its sets in place of the rows.
 *
 * - `iteration`: the place of the split in its resampling, from 0.
 * - `testSubset`: the subset that the test rows come from; "full" when rows are not separated by subset.
 * - `trainSubsets`: "same" in ordinary resamplings.
 * - `groups`: the nominal size of the full training set, in groups (rows, when there is no group role).
 * - `testFold`: the fold that is tested, from 0.
 * - `seed`: which re-draw of the downsampling order, from 0.
 * - `nTrainGroups`: the nominal size of this training set, in groups; equal to `groups` when nothing was left out.
 * - `repetition`: which repetition of the whole procedure, from 0.
 * - `trainRows`, `testRows`: the sizes of the sets, in rows.
 *
 * @category schemas
 */
export const SplitColumns = Schema.Struct({
  iteration: Schema.Int,
  testSubset: Schema.String,
  trainSubsets: TrainSubsets,
  groups: Schema.Int,
  testFold: Schema.Int,
  seed: Schema.Int,
  nTrainGroups: Schema.Int,
  repetition: Schema.Int,
  trainRows: Schema.Int,
  testRows: Schema.Int
})
/** A split as a row of a table: sizes in place of rows. @category models */
export interface SplitColumns extends Schema.Schema.Type<typeof SplitColumns> {}

type Place = Omit<SplitColumns, "trainRows" | "testRows">

/** One training set and one test set. @category models */
export interface Split extends Place {
  /** Row indices from 0, ascending; a row comes several times only in a bootstrap sample. */
  readonly train: Int32Array
  /** Row indices from 0, ascending. */
  readonly test: Int32Array
}

/** Gives the sizes of the sets in place of the rows. @category getters */
export const columns = ({ test, train, ...place }: Split): SplitColumns => ({
  ...place,
  trainRows: train.length,
  testRows: test.length
})

/**
 * Lists the row indices in [0, rows) that `keep` accepts, ascending.
 *
 * @example
 * rowsWhere(5, (row) => row % 2 === 0) // => Int32Array [0, 2, 4]
 * @category getters
 */
export const rowsWhere = (rows: number, keep: (row: number) => boolean): Int32Array => {
  const found = new Int32Array(rows)
  let n = 0
  for (let row = 0; row < rows; row++) if (keep(row)) found[n++] = row
  return found.slice(0, n)
}

/** Names a split in messages: `split 3 (test subset "north", fold 1, train other)`. @category getters */
export const describe = (split: Place): string => {
  const place = [
    split.testSubset === "full" ? undefined : `test subset "${split.testSubset}"`,
    split.repetition === 0 ? undefined : `repetition ${split.repetition}`,
    `fold ${split.testFold}`,
    split.testSubset === "full" ? undefined : `train ${split.trainSubsets}`,
    split.nTrainGroups === split.groups ? undefined : `size ${split.nTrainGroups}, draw ${split.seed}`
  ]
  return `split ${split.iteration} (${place.filter((part) => part !== undefined).join(", ")})`
}
