/**
 * Thresholds as lines in the step: T(s) = intercept + s · slope, in the order they have just after s = 0.
 */
import { argsort } from "./argsort.ts"

export interface Lines {
  readonly intercept: Float64Array
  readonly slope: Float64Array
  readonly fpDiff: Float64Array
  readonly fnDiff: Float64Array
}

/** Slopes closer than this, relative to the steepest, are one slope: their lines would meet at absurd steps. */
const parallel = 1e-13

const snap = (slopes: Float64Array): Float64Array => {
  let steepest = 0
  for (let i = 0; i < slopes.length; i++) steepest = Math.max(steepest, Math.abs(slopes[i]!))
  const tolerance = parallel * steepest
  const snapped = new Float64Array(slopes.length)
  let cluster = -Infinity
  for (const line of argsort(slopes)) {
    const slope = Math.abs(slopes[line]!) <= tolerance ? 0 : slopes[line]!
    if (slope - cluster > tolerance || slope === 0) cluster = slope
    snapped[line] = cluster
  }
  return snapped
}

/** Sorts lines by intercept, then slope, and adds identical lines up. Returns new arrays. */
export const prepare = (lines: Lines): Lines => {
  const n = lines.intercept.length
  const slopes = snap(lines.slope)
  const order = argsort(lines.intercept, argsort(slopes))
  const intercept = new Float64Array(n)
  const slope = new Float64Array(n)
  const fpDiff = new Float64Array(n)
  const fnDiff = new Float64Array(n)
  let size = 0
  for (const line of order) {
    if (size === 0 || lines.intercept[line] !== intercept[size - 1] || slopes[line] !== slope[size - 1]) {
      intercept[size] = lines.intercept[line]! + 0
      slope[size++] = slopes[line]!
    }
    fpDiff[size - 1]! += lines.fpDiff[line]!
    fnDiff[size - 1]! += lines.fnDiff[line]!
  }
  return {
    intercept: intercept.subarray(0, size),
    slope: slope.subarray(0, size),
    fpDiff: fpDiff.subarray(0, size),
    fnDiff: fnDiff.subarray(0, size)
  }
}
