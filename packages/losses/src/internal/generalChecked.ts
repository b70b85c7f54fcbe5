/** Checks scores against a table of error differences, before and after the kernel. */
import * as Result from "effect/Result"
import type { InvalidDiffs } from "./diffsError.ts"
import { fail } from "./diffsError.ts"
import type { Columns } from "./diffsMerge.ts"
import type { Evaluation } from "./generalKernel.ts"
import { evaluate } from "./generalKernel.ts"

interface Diffs extends Columns {
  readonly examples: number
}

export const checkScores = (diffs: Diffs, scores: ArrayLike<number>): Result.Result<void, InvalidDiffs> => {
  const n = scores.length
  if (n === 0) return fail("NoPredictions", "no scores")
  for (let e = 0; e < n; e++) {
    if (!Number.isFinite(scores[e]!)) return fail("NonFinitePrediction", `score ${scores[e]} of example ${e}`, e)
  }
  if (n >= diffs.examples) return Result.succeed(undefined)
  const row = diffs.example.findIndex((e) => e >= n)
  return row < 0
    ? fail("TooFewScores", `${n} scores for ${diffs.examples} examples`)
    : fail("ExampleOutOfRange", `example ${diffs.example[row]} in row ${row}, with ${n} scores`, row)
}

export const evaluateChecked = (diffs: Diffs, scores: ArrayLike<number>): Result.Result<Evaluation, InvalidDiffs> =>
  Result.flatMap(checkScores(diffs, scores), () => {
    const evaluation = evaluate(diffs, scores)
    const { negativeFn, negativeFp, thresh } = evaluation
    if (negativeFp >= 0) {
      return fail("NegativeFalsePositives", `row ${negativeFp} at threshold ${thresh[negativeFp]}`, negativeFp)
    }
    if (negativeFn >= 0) {
      return fail("NegativeFalseNegatives", `row ${negativeFn} at threshold ${thresh[negativeFn]}`, negativeFn)
    }
    return Result.succeed(evaluation)
  })
