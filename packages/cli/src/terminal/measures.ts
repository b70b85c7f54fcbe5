/**
 * The measures of a run as the terminal shows them.
 */
import { formatOf, type Numbers, numbersFor, orNull } from "@rocflow/report/Numbers"
import type * as RunDirectory from "@rocflow/resampling/RunDirectory"
import * as Score from "@rocflow/resampling/Score"

/** A measure: its name with its direction, and how its numbers are written. */
export interface Shown {
  readonly title: string
  readonly direction: "minimise" | "maximise" | undefined
  readonly numbers: Numbers
}

/** Describes a measure; the decimals are those of the scores given. */
export const shown = (
  { direction, id, label, range }: RunDirectory.Manifest["measures"][number],
  rows: ReadonlyArray<Score.ScoreRow>
): Shown => {
  const spreads = Score.aggregate(rows).map(({ measures }) => orNull(measures[id]?.sd))
  return {
    title: direction === undefined ? label : `${label} (${direction === "maximise" ? "higher" : "lower"} is better)`,
    direction,
    numbers: numbersFor(formatOf(id, range), spreads)
  }
}
