import type { HistoryRow } from "../ReportModel.ts"

/** Thinning of curves: a figure has a few hundred pixels, a history thousands of epochs. */

export interface CurvePoint {
  readonly fold: number
  readonly epoch: number
  readonly value: number
}

/** Keeps at most `count` items, evenly spread, the first and the last among them. */
export const thin = <A>(items: ReadonlyArray<A>, count: number): ReadonlyArray<A> => {
  if (items.length <= count) return items
  const step = (items.length - 1) / (count - 1)
  return Array.from({ length: count }, (_, i) => items[Math.round(i * step)]!)
}

/** The rows of one series as one line for each fold. */
export const foldLines = (rows: ReadonlyArray<HistoryRow>, count: number): ReadonlyArray<ReadonlyArray<CurvePoint>> =>
  [...Map.groupBy(rows, (row) => row.fold).values()].map((fold) =>
    thin(
      [...fold].sort((a, b) => a.epoch - b.epoch),
      count
    )
  )

/**
 * The mean over folds by epoch, as far as all of them go: where a fold stops, the mean of the others is one of other folds, and the
 * line would jump.
 */
export const meanLine = (rows: ReadonlyArray<HistoryRow>, count: number): ReadonlyArray<Omit<CurvePoint, "fold">> => {
  const folds = new Set(rows.map((row) => row.fold)).size
  const epochs = [...Map.groupBy(rows, (row) => row.epoch)]
    .filter(([, values]) => values.length === folds)
    .map(([epoch, values]) => ({ epoch, value: values.reduce((sum, row) => sum + row.value, 0) / values.length }))
    .sort((a, b) => a.epoch - b.epoch)
  return thin(epochs, count)
}

/**
 * Drops the points of a ROC curve that move less than `step` along both axes, and those in the middle of a straight
 * horizontal or vertical piece. Ends are kept, and every kept point is one of the curve.
 */
export const thinRoc = (
  fpr: ReadonlyArray<number>,
  tpr: ReadonlyArray<number>,
  step: number
): ReadonlyArray<{ readonly fpr: number; readonly tpr: number }> => {
  const kept: Array<{ fpr: number; tpr: number }> = []
  for (let i = 0; i < fpr.length; i++) {
    const point = { fpr: fpr[i]!, tpr: tpr[i]! }
    const last = kept.at(-1)
    const isEnd = i === fpr.length - 1
    if (last !== undefined && !isEnd && point.fpr - last.fpr < step && point.tpr - last.tpr < step) continue
    const before = kept.at(-2)
    const straight =
      last !== undefined &&
      before !== undefined &&
      ((before.fpr === last.fpr && last.fpr === point.fpr) || (before.tpr === last.tpr && last.tpr === point.tpr))
    if (straight) kept.pop()
    kept.push(point)
  }
  return kept
}
