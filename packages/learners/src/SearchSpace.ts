/**
 * The ranges that are usually searched of a learner's options, as data: nothing here searches.
 *
 * Each of the networks has one, `TabM.space`, which says where its published study looked; other options keep their
 * defaults.
 */

/** An option that takes one of some values. @category models */
export interface Choice {
  readonly option: string
  readonly values: ReadonlyArray<unknown>
}

/** An option that takes a number between two, on a logarithmic scale where it says so. @category models */
export interface Range {
  readonly option: string
  readonly from: number
  readonly to: number
  readonly log?: boolean
}

/** Options with what to try. @category models */
export type SearchSpace = ReadonlyArray<Choice | Range>
