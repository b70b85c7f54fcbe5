/**
 * Labels and scores of a binary problem, checked once, so that everything computed from them cannot fail.
 */
import type { Floats } from "@rocflow/core/pipeline/Loss"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

export type { Floats } from "@rocflow/core/pipeline/Loss"

/**
 * Checked labels and scores of the same length, at least one row; scores are finite.
 *
 * - `labels`: 1 = positive, 0 = negative
 * - `weights`: finite, not negative, or absent
 * - `positives`, `negatives`: numbers of rows; `positiveWeight`, `negativeWeight`: sums of weights (the same numbers
 *   without weights)
 *
 * @category models
 */
export interface BinaryScores {
  readonly labels: Uint8Array
  readonly scores: Floats
  readonly weights?: Float64Array
  readonly positives: number
  readonly negatives: number
  readonly positiveWeight: number
  readonly negativeWeight: number
}

const Reason = Schema.Literals([
  "Empty",
  "LengthMismatch",
  "LabelNotBinary",
  "ScoreNotFinite",
  "WeightNotFinite",
  "WeightNegative"
])

const remedies: Record<typeof Reason.Type, string> = {
  Empty: "at least one row is needed; give the labels and scores of the rows to be judged.",
  LengthMismatch: "there must be as many as scores; give one entry for every row, in the same order.",
  LabelNotBinary: "a label is 1 (positive), 0 (negative), true or false; recode the labels.",
  ScoreNotFinite: "a score is a finite number; look for a diverged model or a missing value, or leave the row out.",
  WeightNotFinite: "a weight is a finite number; replace it, or leave the row out.",
  WeightNegative: "a weight is not negative; use 0 to ignore the row."
}

/**
 * Labels, scores or weights that no ROC curve can be computed from. `index` is the first offending row (for a length
 * mismatch, the first row that is missing on one side), and `given` what was found there.
 *
 * @category errors
 */
export class InvalidScores extends Schema.TaggedError<InvalidScores>()("InvalidScores", {
  reason: Reason,
  field: Schema.Literals(["labels", "scores", "weights"]),
  index: Schema.Int,
  given: Schema.String
}) {
  override get message() {
    const where =
      this.reason === "Empty" || this.reason === "LengthMismatch" ? this.field : `${this.field}[${this.index}]`
    return `${where}: ${this.given}, but ${remedies[this.reason]}`
  }
}

/**
 * What `make` accepts: any array-like of numbers (labels may be booleans).
 *
 * @category models
 */
export interface Input {
  readonly labels: ArrayLike<number | boolean>
  readonly scores: ArrayLike<number>
  readonly weights?: ArrayLike<number> | undefined
}

const isFloats = (values: ArrayLike<number>): values is Floats =>
  values instanceof Float32Array || values instanceof Float64Array

const checkLengths = (input: Input): InvalidScores | undefined => {
  const rows = input.scores.length
  if (rows === 0 && input.labels.length === 0) {
    return new InvalidScores({ reason: "Empty", field: "scores", index: 0, given: "no rows" })
  }
  for (const field of ["labels", "weights"] as const) {
    const length = input[field]?.length ?? rows
    if (length !== rows) {
      const given = `${length} entries for ${rows} scores`
      return new InvalidScores({ reason: "LengthMismatch", field, index: Math.min(length, rows), given })
    }
  }
  return undefined
}

const checkRow = (input: Input, index: number): InvalidScores | undefined => {
  const label = input.labels[index]
  if (label !== 0 && label !== 1 && label !== true && label !== false) {
    return new InvalidScores({ reason: "LabelNotBinary", field: "labels", index, given: String(label) })
  }
  const score = input.scores[index]
  if (!Number.isFinite(score)) {
    return new InvalidScores({ reason: "ScoreNotFinite", field: "scores", index, given: String(score) })
  }
  if (input.weights === undefined) return undefined
  const weight = input.weights[index]
  if (weight === undefined || !Number.isFinite(weight)) {
    return new InvalidScores({ reason: "WeightNotFinite", field: "weights", index, given: String(weight) })
  }
  return weight < 0
    ? new InvalidScores({ reason: "WeightNegative", field: "weights", index, given: String(weight) })
    : undefined
}

/**
 * Checks labels and scores, and fails with the first offending row.
 *
 * Float arrays are kept (not copied) in the precision given; other arrays become `Float64Array`.
 *
 * **Gotchas.** One class only is valid here: a measure that needs both is then undefined, with the reason. Do not change the
 * arrays afterwards.
 *
 * @example
 * const s = yield* BinaryScores.make({ labels: [0, 0, 1, 1], scores: [2, -3.5, -1, 1.5] })
 * s.positives // => 2
 * @category constructors
 */
export const make = Effect.fnUntraced(function* (input: Input): Effect.fn.Return<BinaryScores, InvalidScores> {
  const mismatch = checkLengths(input)
  if (mismatch !== undefined) return yield* mismatch
  const n = input.scores.length
  const labels = new Uint8Array(n)
  let positives = 0
  let positiveWeight = 0
  let negativeWeight = 0
  for (let i = 0; i < n; i++) {
    const error = checkRow(input, i)
    if (error !== undefined) return yield* error
    const y = Number(input.labels[i])
    const weight = input.weights?.[i] ?? 1
    labels[i] = y
    positives += y
    positiveWeight += y * weight
    negativeWeight += (1 - y) * weight
  }
  return {
    labels,
    scores: isFloats(input.scores) ? input.scores : Float64Array.from(input.scores),
    ...(input.weights === undefined ? {} : { weights: Float64Array.from(input.weights) }),
    positives,
    negatives: n - positives,
    positiveWeight,
    negativeWeight
  }
})
