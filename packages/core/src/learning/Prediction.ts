/**
 * What a learner says of rows, beside what is true of them.
 */
import * as Column from "../data/Column.ts"
import type { Kind as TargetKind, Task } from "../data/Task.ts"

/**
 * A prediction of rows. Targets are coded as in the task: binary 1 = positive and 0 = negative, multi-class the index of
 * the level, regression the value.
 * @category models
 */
export interface Prediction<out K extends TargetKind = TargetKind> {
  readonly kind: K
  /** Class levels, the positive first; empty for a regression. */
  readonly levels: ReadonlyArray<string>
  /** 0-based rows of the task. */
  readonly rows: Int32Array
  readonly truth: Float64Array
  readonly response: Float64Array
  /** Probabilities, row-major [rows, levels], in the order of `levels`; undefined if only responses were asked for. */
  readonly prob: Float64Array | undefined
  /** Scores of a binary prediction that rank the rows, such as logits; undefined if the learner has none. */
  readonly scores: Float64Array | undefined
}

/** How many outputs a network needs for a target: one, or one a class. */
export const outputs = (kind: TargetKind, levels: ReadonlyArray<string>): number =>
  kind === "multiclass" ? levels.length : 1

const sigmoid = (x: number): number => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)))

const binary = (logits: ArrayLike<number>, prob: boolean) => {
  const n = logits.length
  const response = new Float64Array(n)
  const probabilities = new Float64Array(2 * n)
  for (let i = 0; i < n; i++) {
    const logit = logits[i]!
    response[i] = logit >= 0 ? 1 : 0
    probabilities[2 * i] = sigmoid(logit)
    probabilities[2 * i + 1] = sigmoid(-logit)
  }
  return { response, prob: prob ? probabilities : undefined, scores: Float64Array.from(logits) }
}

const multiclass = (logits: ArrayLike<number>, classes: number, prob: boolean) => {
  const n = logits.length / classes
  const response = new Float64Array(n)
  const probabilities = new Float64Array(logits.length)
  for (let i = 0; i < n; i++) {
    let best = 0
    for (let k = 1; k < classes; k++) if (logits[i * classes + k]! > logits[i * classes + best]!) best = k
    response[i] = best
    const top = logits[i * classes + best]!
    let sum = 0
    for (let k = 0; k < classes; k++) sum += probabilities[i * classes + k] = Math.exp(logits[i * classes + k]! - top)
    for (let k = 0; k < classes; k++) probabilities[i * classes + k]! /= sum
  }
  return { response, prob: prob ? probabilities : undefined, scores: undefined }
}

/**
 * Turns the outputs of a network, row-major [rows, outputs], into a prediction: binary the positive class unless the
 * logit is below 0 (a tie is positive) with probability 1/(1 + e⁻ˡ); multi-class the largest logit with softmax
 * probabilities; regression the number itself.
 * @category constructors
 */
export const fromOutputs = (
  target: { readonly kind: TargetKind; readonly levels: ReadonlyArray<string> },
  outputs: ArrayLike<number>,
  truth: Float64Array,
  rows: Int32Array,
  predictType: "response" | "prob"
): Prediction => {
  const common = { kind: target.kind, levels: target.levels, rows, truth }
  switch (target.kind) {
    case "binary":
      return { ...common, ...binary(outputs, predictType === "prob") }
    case "multiclass":
      return { ...common, ...multiclass(outputs, target.levels.length, predictType === "prob") }
    case "regression":
      return { ...common, response: Float64Array.from(outputs), prob: undefined, scores: undefined }
  }
}

/** All rows of a task, as row numbers. */
export const allRows = (task: Task): Int32Array => Int32Array.from({ length: task.rows }, (_, i) => i)

/** The name of a coded target: the level, or the number. */
const named = (self: Prediction, codes: Float64Array): Column.Column => {
  if (self.kind === "regression") return Column.numeric(codes)
  const index = (code: number) => (self.kind === "binary" ? 1 - code : code)
  return Column.factor(
    Array.from(codes, (code) => self.levels[index(code)]!),
    { levels: self.levels }
  )
}

/**
 * Gives a prediction as columns: `row`, `truth`, `response`, for probabilities `prob.<level>` in the order of the levels,
 * and `score` where there is one. Levels that differ only in case get their number, `prob.<level> (1)`, because many
 * readers of tables ignore case.
 */
export const toColumns = (self: Prediction): ReadonlyArray<readonly [string, Column.Column]> => {
  const { prob, levels } = self
  const clash = new Set(levels.map((level) => level.toLowerCase())).size < levels.length
  return [
    ["row", Column.integer(self.rows)],
    ["truth", named(self, self.truth)],
    ["response", named(self, self.response)],
    ...(prob === undefined
      ? []
      : levels.map(
          (level, k) =>
            [
              `prob.${level}${clash ? ` (${k + 1})` : ""}`,
              Column.numeric(self.truth.map((_, i) => prob[i * levels.length + k]!))
            ] as const
        )),
    ...(self.scores === undefined ? [] : [["score", Column.numeric(self.scores)] as const])
  ]
}
