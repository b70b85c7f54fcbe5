/**
 * What columns are for, and the options that say so.
 */

import type { Select } from "./Select.ts"

/** What is predicted: one of two classes, one of several, or a number. */
export type Kind = "binary" | "multiclass" | "regression"

/**
 * What a column is for.
 *
 * - `target`: what is predicted; `feature`: what it is predicted from.
 * - `stratum`: each combination of values is spread evenly over the folds.
 * - `subset`: each value in turn is the test subset of a same/other/all comparison.
 * - `group`: rows that must stay together in one fold.
 * - `weight`: how much a row counts in training, at least 0.
 * - `fold`: folds given by the data instead of drawn.
 * - `order`: the place of a row in time, for example; no feature. Several columns: by the first, at ties by the next.
 * - `name`: labels the rows.
 */
export type Role = "target" | "feature" | "stratum" | "subset" | "group" | "weight" | "fold" | "order" | "name"

/** The columns of each role; absent roles are empty or `undefined`. */
export interface Roles {
  readonly target: string
  readonly feature: ReadonlyArray<string>
  readonly stratum: ReadonlyArray<string>
  readonly subset: string | undefined
  readonly group: string | undefined
  readonly weight: string | undefined
  readonly fold: string | undefined
  readonly order: ReadonlyArray<string>
  readonly name: string | undefined
}

/** The roles of a task. */
export interface Options<N extends string = string> {
  /** A name for reports; default: the file's name without its ending, else "task". */
  readonly id?: string | undefined
  readonly target: N
  /** Needed for whole numbers, which may be classes or quantities; else told by the target's type. */
  readonly kind?: Kind | undefined
  /**
   * The level that counts as positive; the task is then binary. Any spelling will do that reads as the same number or truth
   * value as one level only: `TRUE` for true, 1 for "1.0".
   */
  readonly positive?: string | number | boolean | undefined
  /** The order of the levels, the first being positive, spelt as `positive`; may name levels that these rows lack. */
  readonly levels?: ReadonlyArray<string | number | boolean> | undefined
  /**
   * Their names, or a selector of the columns without another role, such as `{ except: ["id"] }`. Default: every column
   * that has no other role, except one that only labels the rows, which is noted.
   */
  readonly features?: Select<N> | undefined
  /** Columns that are no features unless `features` names them. */
  readonly ignore?: N | ReadonlyArray<N> | undefined
  /** Leaves out the rows in which a column of one of these roles has no value, and notes how many. */
  readonly dropMissing?: ReadonlyArray<Role> | undefined
  readonly stratum?: N | ReadonlyArray<N> | undefined
  readonly subset?: N | undefined
  readonly group?: N | undefined
  readonly weight?: N | undefined
  readonly fold?: N | undefined
  readonly order?: N | ReadonlyArray<N> | undefined
  readonly name?: N | undefined
}
