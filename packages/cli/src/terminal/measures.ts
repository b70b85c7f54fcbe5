/**
 * The measures of a run as the terminal shows them.
 */
import { formatOf, type Numbers, numbersFor, orNull } from "@rocflow/report/Numbers"
import type * as RunDirectory from "@rocflow/resampling/RunDirectory"
import type * as Score from "@rocflow/resampling/Score"

/** A measure: its name with its direction, and how its numbers are written. */
export interface Shown {
  readonly title: string
  readonly direction: "minimise" | "maximise" | undefined
  readonly numbers: Numbers
}

/** Describes a measure; the decimals are those that the spreads in the cells of a score table need. */
export const shown = (
  { direction, id, label, range }: RunDirectory.Manifest["measures"][number],
  cells: ReadonlyArray<Score.AggregateRow>
): Shown => {
  const spreads = cells.map(({ measures }) => orNull(measures[id]?.sd))
  return {
    title: direction === undefined ? label : `${label} (${direction === "maximise" ? "higher" : "lower"} is better)`,
    direction,
    numbers: numbersFor(formatOf(id, range), spreads)
  }
}
