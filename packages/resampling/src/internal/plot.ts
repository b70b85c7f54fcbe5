/**
 * Where things stand in the plots of comparisons: rows bottom to top, and the side of labels.
 */
import type { Value } from "../Score.ts"
import type { TrainSubsets } from "@rocflow/core/splitting/Split"

const order: ReadonlyArray<TrainSubsets> = ["all", "same", "other"]

/** The rows of the two plots, bottom to top. */
export interface PlotLevels {
  /** Of the p-value plot: all, all-same, same, other-same, other, and an empty row. */
  readonly pvalueLevels: ReadonlyArray<string>
  /** Of the score plot: train subsets with their size, such as "all 36". */
  readonly scoreLevels: ReadonlyArray<string>
}

/** Lists the rows that occur in the plots of these splits. */
export const plotLevels = (
  splits: ReadonlyArray<{ readonly trainSubsets: TrainSubsets; readonly nTrainGroups: number }>
): PlotLevels => {
  const present = new Set(splits.map((split) => split.trainSubsets))
  const candidates = ["all", "all-same", "same", "other-same", "other"]
  const sorted = [...splits].sort(
    (a, b) => order.indexOf(a.trainSubsets) - order.indexOf(b.trainSubsets) || a.nTrainGroups - b.nTrainGroups
  )
  return {
    pvalueLevels: [
      ...candidates.filter((level) => level.split("-").every((name) => present.has(name as TrainSubsets))),
      ""
    ],
    scoreLevels: [...new Set(sorted.map((split) => `${split.trainSubsets} ${split.nTrainGroups}`))]
  }
}

/** The horizontal range of a panel. */
export interface Range {
  readonly low: number
  readonly high: number
}

/** Where a label is attached to its point: 0, it starts there; 0.5, it is centred; 1, it ends there. */
export type Anchor = 0 | 0.5 | 1

/** The range from the lowest mean − sd to the highest mean + sd; undefined statistics are left out. */
export const range = (stats: ReadonlyArray<{ readonly lower: Value; readonly upper: Value }>): Range => ({
  low: Math.min(...stats.flatMap(({ lower }) => (typeof lower === "number" ? [lower] : []))),
  high: Math.max(...stats.flatMap(({ upper }) => (typeof upper === "number" ? [upper] : [])))
})

/** The side of a statistics label: 0, 0.5 or 1 in the lower, middle or upper third of the panel. */
export const statsAnchor = (mean: number, { high, low }: Range): Anchor => {
  const third = (high - low) / 3
  return mean < low + third ? 0 : mean > high - third ? 1 : 0.5
}

/** The side of a P label: 0 if both means lie below the middle of the panel, 1 if both lie above, else 0.5. */
export const pAnchor = (sameMean: number, compareMean: number, { high, low }: Range): Anchor => {
  const middle = (low + high) / 2
  if (sameMean < middle && compareMean < middle) return 0
  return sameMean > middle && compareMean > middle ? 1 : 0.5
}
