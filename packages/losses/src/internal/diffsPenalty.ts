/** Errors of penalised models (changepoint detection) as steps of the score −log(penalty). */
import * as Result from "effect/Result"
import type { InvalidDiffs } from "./diffsError.ts"
import { fail } from "./diffsError.ts"
import type { Columns } from "./diffsMerge.ts"

export interface PenaltyRow {
  readonly example: number | string
  readonly minLambda: number
  readonly fp: number
  readonly fn: number
}

const divide = (diff: Float64Array, total: number) => {
  for (let row = 0; row < diff.length; row++) diff[row]! /= total
}

const sum = (values: Float64Array) => {
  let total = 0
  for (let i = 0; i < values.length; i++) total += values[i]!
  return total
}

/** Checks one example and orders its rows by decreasing penalty, which is increasing score. */
const path = (
  rows: ReadonlyArray<PenaltyRow>,
  own: ReadonlyArray<number>
): Result.Result<ReadonlyArray<number>, InvalidDiffs> => {
  const order = own.toSorted((i, j) => rows[j]!.minLambda - rows[i]!.minLambda || i - j)
  for (let k = 1; k < order.length; k++) {
    const row = rows[order[k]!]!
    if (row.minLambda === rows[order[k - 1]!]!.minLambda) {
      return fail("PenaltyRepeatedLambda", `example ${row.example} has minLambda ${row.minLambda} twice`, order[k]!)
    }
  }
  const last = rows[order.at(-1)!]!
  if (last.minLambda > 0) {
    return fail("PenaltyMissingZero", `the smallest minLambda of example ${last.example} is ${last.minLambda}`, own[0])
  }
  return Result.succeed(order)
}

const checkNumbers = (rows: ReadonlyArray<PenaltyRow>): Result.Result<void, InvalidDiffs> => {
  for (const [index, row] of rows.entries()) {
    if (!Number.isFinite(row.minLambda) || row.minLambda < 0) {
      return fail("InvalidLambda", `minLambda ${row.minLambda} in row ${index}`, index)
    }
    if (!Number.isFinite(row.fp) || !Number.isFinite(row.fn)) {
      return fail("NonFiniteError", `fp ${row.fp} and fn ${row.fn} in row ${index}`, index)
    }
  }
  return Result.succeed(undefined)
}

/** `positions[row]` is the example of the row, or −1 for a row that nobody asked for. */
export const columns = (
  rows: ReadonlyArray<PenaltyRow>,
  positions: Int32Array,
  examples: number,
  denominator: "rate" | "count"
): Result.Result<Columns, InvalidDiffs> =>
  Result.gen(function* () {
    yield* checkNumbers(rows)
    const byExample: Array<Array<number>> = Array.from({ length: examples }, () => [])
    for (let row = 0; row < positions.length; row++) if (positions[row]! >= 0) byExample[positions[row]!]!.push(row)
    const example: Array<number> = []
    const pred: Array<number> = []
    const fp: Array<number> = []
    const fn: Array<number> = []
    for (const [e, own] of byExample.entries()) {
      if (own.length === 0) continue
      const order = yield* path(rows, own)
      for (let k = 0; k + 1 < order.length; k++) {
        const here = rows[order[k]!]!
        const next = rows[order[k + 1]!]!
        if (next.fp === here.fp && next.fn === here.fn) continue
        example.push(e)
        pred.push(-Math.log(here.minLambda))
        fp.push(next.fp - here.fp)
        fn.push(next.fn - here.fn)
      }
    }
    const fpDiff = Float64Array.from(fp)
    const fnDiff = Float64Array.from(fn)
    if (denominator === "rate") {
      const [fpTotal, fnTotal] = [sum(fpDiff), -sum(fnDiff)]
      if (!(fpTotal > 0)) return yield* fail("ZeroFalsePositives", `the false positives add up to ${fpTotal}`)
      if (!(fnTotal > 0)) return yield* fail("ZeroFalseNegatives", `the false negatives add up to ${fnTotal}`)
      divide(fpDiff, fpTotal)
      divide(fnDiff, fnTotal)
    }
    return { example: Int32Array.from(example), pred: Float64Array.from(pred), fpDiff, fnDiff }
  })
