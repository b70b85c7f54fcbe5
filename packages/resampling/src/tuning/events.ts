/**
 * What a tuning tells while it goes on.
 */
import type { Evaluation } from "@rocflow/core/learning/Tuning"

/** A configuration was tried. @category models */
export interface Tried {
  readonly evaluation: Evaluation
  /** How many were tried, those of before a stop too. */
  readonly tried: number
  /** The best score so far, where there is one. */
  readonly best: number | undefined
  /** How many are to be tried at the most, where that is known. */
  readonly most: number | undefined
}

declare module "@rocflow/core/learning/Events" {
  interface Kinds {
    readonly ConfigurationTried: Tried
  }
}
