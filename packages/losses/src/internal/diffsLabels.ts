/** Reads binary labels in any of the usual codings. */
import * as Result from "effect/Result"
import type { Denominator } from "./aumOptions.ts"
import type { InvalidDiffs } from "./diffsError.ts"
import { fail } from "./diffsError.ts"
import type { Columns } from "./diffsMerge.ts"

interface Labels {
  /** 1 where the example is positive. */
  readonly positive: Uint8Array
  readonly positives: number
  readonly negatives: number
}

/** The number that a label is; anything else, a missing label too, is none. */
const codeOf = (label: unknown): number =>
  typeof label === "boolean" ? Number(label) : typeof label === "number" ? label : Number.NaN

/** 0/1, −1/1 or booleans; the first label that is not positive decides which of 0 and −1 means negative. */
const read = (labels: ArrayLike<number | boolean>): Result.Result<Labels, InvalidDiffs> => {
  const n = labels.length
  if (n === 0) return fail("NoLabels", "no labels")
  const positive = new Uint8Array(n)
  let positives = 0
  let negativeCode: number | undefined
  for (let row = 0; row < n; row++) {
    const code = codeOf(labels[row])
    if (code === 1) {
      positive[row] = 1
      positives++
    } else if ((code === 0 || code === -1) && (negativeCode ?? code) === code) negativeCode = code
    else return fail("InvalidLabel", `label ${String(labels[row])} in row ${row}`, row)
  }
  return Result.succeed({ positive, positives, negatives: n - positives })
}

/** What one error of each class weighs: 1, or one over the size of the class; and the margin between the classes. */
export interface Weighed extends Labels {
  readonly perNegative: number
  readonly perPositive: number
  readonly margin: number
}

/** How labels are weighed. */
export interface Weighing {
  readonly denominator?: Denominator
  readonly margin?: number
}

/** Accepts the two denominators; "count" is the default. */
export const denominatorOf = (given: string | undefined): Result.Result<"rate" | "count", InvalidDiffs> => {
  if (given === undefined || given === "count") return Result.succeed("count")
  return given === "rate" ? Result.succeed(given) : fail("UnknownDenominator", `denominator ${JSON.stringify(given)}`)
}

/** Accepts numbers of at least 0; 0 is the default. */
const marginOf = (given: number | undefined): Result.Result<number, InvalidDiffs> =>
  given === undefined || (given >= 0 && given < Infinity)
    ? Result.succeed(given ?? 0)
    : fail("InvalidMargin", `margin ${given}`)

export const weigh = (labels: ArrayLike<number | boolean>, weighing: Weighing): Result.Result<Weighed, InvalidDiffs> =>
  Result.gen(function* () {
    const kind = yield* denominatorOf(weighing.denominator)
    const margin = yield* marginOf(weighing.margin)
    const classes = yield* read(labels)
    const { negatives, positives } = classes
    if (kind === "count") return { ...classes, perNegative: 1, perPositive: 1, margin }
    if (negatives === 0 || positives === 0) {
      return yield* fail("SingleClass", `${negatives} negative and ${positives} positive labels`)
    }
    return { ...classes, perNegative: 1 / negatives, perPositive: 1 / positives, margin }
  })

/** One step per example, at half the margin for a positive and minus that for a negative. */
export const steps = ({
  margin,
  perNegative,
  perPositive,
  positive
}: Weighed): Columns & { readonly examples: number } => {
  const examples = positive.length
  const example = new Int32Array(examples)
  const fpDiff = new Float64Array(examples)
  const fnDiff = new Float64Array(examples)
  const pred = new Float64Array(examples)
  for (let e = 0; e < examples; e++) {
    example[e] = e
    if (positive[e] === 1) {
      pred[e] = margin / 2
      fnDiff[e] = -perPositive
    } else {
      pred[e] = 0 - margin / 2
      fpDiff[e] = perNegative
    }
  }
  return { example, pred, fpDiff, fnDiff, examples }
}
