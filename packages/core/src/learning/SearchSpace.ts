/**
 * The ranges that are usually searched of a learner's options, as data: nothing here searches.
 *
 * `TabM.space` says where its published study looked; other options keep their defaults. `Tune.usual` of
 * @rocflow/resampling makes a space of it, and in a file `space: usual` puts it in the place of the options.
 */

/** An option that takes one of some values. @category models */
export interface Choice {
  readonly option: string
  readonly values: ReadonlyArray<unknown>
}

/** An option that takes a number between two: a whole one, and on a logarithmic scale, where it says so. @category models */
export interface Range {
  readonly option: string
  readonly from: number
  readonly to: number
  readonly whole?: boolean
  readonly log?: boolean
}

/** Options with what to try. @category models */
export type SearchSpace = ReadonlyArray<Choice | Range>
