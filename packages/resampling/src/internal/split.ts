/**
 * Splits: which rows train and which rows test, and where a split stands in its resampling.
 */

/** Which subsets the training rows come from, seen from the test subset. */
export type TrainSubsets = "all" | "other" | "same"

/** Everything about a split except its rows; the columns of every score table. */
export interface SplitColumns {
  /** The place of the split in its resampling, from 0. */
  readonly iteration: number
  /** The subset that the test rows come from; "full" when rows are not separated by subset. */
  readonly testSubset: string
  /** "same" in ordinary resamplings. */
  readonly trainSubsets: TrainSubsets
  /** The nominal size of the full training set, in groups (rows, when there is no group role). */
  readonly groups: number
  /** The fold that is tested, from 0. */
  readonly testFold: number
  /** Which re-draw of the downsampling order, from 0. */
  readonly seed: number
  /** The nominal size of this training set, in groups; equal to `groups` when nothing was left out. */
  readonly nTrainGroups: number
  /** Which repetition of the whole procedure, from 0. */
  readonly repetition: number
}

/** One training set and one test set. */
export interface Split extends SplitColumns {
  /** Row indices from 0, ascending; a row comes several times only in a bootstrap sample. */
  readonly train: Int32Array
  /** Row indices from 0, ascending. */
  readonly test: Int32Array
}

/** The row indices whose flag is set, ascending. */
export const rowsWhere = (rows: number, keep: (row: number) => boolean): Int32Array => {
  const found = new Int32Array(rows)
  let n = 0
  for (let row = 0; row < rows; row++) if (keep(row)) found[n++] = row
  return found.slice(0, n)
}

/** Names a split in messages. */
export const describe = (split: SplitColumns): string => {
  const place = [
    split.testSubset === "full" ? undefined : `test subset "${split.testSubset}"`,
    split.repetition === 0 ? undefined : `repetition ${split.repetition}`,
    `fold ${split.testFold}`,
    split.testSubset === "full" ? undefined : `train ${split.trainSubsets}`,
    split.nTrainGroups === split.groups ? undefined : `size ${split.nTrainGroups}, draw ${split.seed}`
  ]
  return `split ${split.iteration} (${place.filter((part) => part !== undefined).join(", ")})`
}
