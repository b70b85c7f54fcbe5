/**
 * What a learner says of rows, beside what is true of them.
 */
import * as Column from "../data/Column.ts"
import type { Kind as TargetKind } from "../data/Task.ts"

/**
 * A prediction of rows. Classes are indices into `levels`, as in the task: 0 is the positive class of a binary target.
 * @category models
 */
export interface Prediction<out K extends TargetKind = TargetKind> {
  readonly kind: K
  /** Class levels, the positive first; empty for a regression. */
  readonly levels: ReadonlyArray<string>
  /** 0-based rows of the task or table. */
  readonly rows: Int32Array
  /** Undefined for rows whose target is not known. */
  readonly truth: Float64Array | undefined
  readonly response: Float64Array
  /** Probabilities, row-major [rows, levels], in the order of `levels`; undefined if only responses were asked for. */
  readonly prob: Float64Array | undefined
  /** Scores of a binary prediction that rank the rows, such as logits; undefined if the learner has none. */
  readonly scores: Float64Array | undefined
}

/** A prediction of rows whose target is known: what measures judge. @category models */
export interface Labelled<out K extends TargetKind = TargetKind> extends Prediction<K> {
  readonly truth: Float64Array
}

/** Whether the target of the rows is known. @category guards */
export const isLabelled = (self: Prediction): self is Labelled => self.truth !== undefined

const picked = (values: Float64Array, rows: ArrayLike<number>, columns: number): Float64Array => {
  const found = new Float64Array(rows.length * columns)
  for (let i = 0; i < rows.length; i++) {
    for (let k = 0; k < columns; k++) found[i * columns + k] = values[rows[i]! * columns + k]!
  }
  return found
}

/**
 * The prediction of some of its rows, by their places from 0, in the order given; a row may come several times.
 * @category combinators
 */
export const take = <K extends TargetKind>(self: Prediction<K>, places: ArrayLike<number>): Prediction<K> => ({
  kind: self.kind,
  levels: self.levels,
  rows: Int32Array.from(places, (place) => self.rows[place]!),
  truth: self.truth && picked(self.truth, places, 1),
  response: picked(self.response, places, 1),
  prob: self.prob && picked(self.prob, places, self.levels.length),
  scores: self.scores && picked(self.scores, places, 1)
})

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
    response[i] = logit >= 0 ? 0 : 1
    probabilities[2 * i] = sigmoid(logit)
    probabilities[2 * i + 1] = sigmoid(-logit)
  }
  return { response, prob: prob ? probabilities : undefined, scores: Float64Array.from(logits) }
}

/** Of each row of a matrix the column of its largest number, the first of equal ones. */
const largest = (values: ArrayLike<number>, columns: number): Float64Array =>
  Float64Array.from({ length: values.length / columns }, (_, row) => {
    let best = 0
    for (let k = 1; k < columns; k++) if (values[row * columns + k]! > values[row * columns + best]!) best = k
    return best
  })

const multiclass = (logits: ArrayLike<number>, classes: number, prob: boolean) => {
  const response = largest(logits, classes)
  const probabilities = new Float64Array(logits.length)
  for (let i = 0; i < response.length; i++) {
    const top = logits[i * classes + response[i]!]!
    let sum = 0
    for (let k = 0; k < classes; k++) sum += probabilities[i * classes + k] = Math.exp(logits[i * classes + k]! - top)
    for (let k = 0; k < classes; k++) probabilities[i * classes + k]! /= sum
  }
  return { response, prob: prob ? probabilities : undefined, scores: undefined }
}

/** What a prediction says of rows besides what was learned: their number, the target, and what is known of it. */
export interface Of {
  readonly schema: { readonly kind: TargetKind; readonly levels: ReadonlyArray<string> }
  readonly rows: number
  readonly truth: Float64Array | undefined
}

/** The part of a prediction that no learner has a say in. */
export const about = ({ rows, schema, truth }: Of): Pick<Prediction, "kind" | "levels" | "rows" | "truth"> => ({
  kind: schema.kind,
  levels: schema.levels,
  rows: Int32Array.from({ length: rows }, (_, i) => i),
  truth
})

/**
 * Turns the outputs of a network for rows, row-major [rows, outputs], into a prediction: binary the positive class unless
 * the logit is below 0 (a tie is positive) with probability 1/(1 + e⁻ˡ); multi-class the largest logit with softmax
 * probabilities; regression the number itself.
 * @category constructors
 */
export const fromOutputs = (of: Of, outputs: ArrayLike<number>, predictType: "response" | "prob"): Prediction => {
  const prob = predictType === "prob"
  switch (of.schema.kind) {
    case "binary":
      return { ...about(of), ...binary(outputs, prob) }
    case "multiclass":
      return { ...about(of), ...multiclass(outputs, of.schema.levels.length, prob) }
    case "regression":
      return { ...about(of), response: Float64Array.from(outputs), prob: undefined, scores: undefined }
  }
}

/**
 * Turns shares of classes, row-major [rows, levels], into a prediction: the class of the largest share (the first level at a tie, so
 * that a binary response is positive from 1/2 on) with the shares as probabilities. Of a regression `values` are the responses.
 * @category constructors
 */
export const fromShares = (of: Of, values: Float64Array): Prediction => {
  const { kind, levels } = of.schema
  const common = { ...about(of), scores: undefined }
  if (kind === "regression") return { ...common, response: values, prob: undefined }
  return { ...common, response: largest(values, levels.length), prob: values }
}

/** The probabilities of classes, row-major [rows, levels]; 1 for the class of a response that comes without. */
export const sharesOf = ({ levels, prob, response }: Prediction): Float64Array => {
  if (prob !== undefined) return prob
  const shares = new Float64Array(response.length * levels.length)
  response.forEach((code, row) => (shares[row * levels.length + code] = 1))
  return shares
}

/** The weighted mean of several predictions of the same rows: of probabilities, votes, or numbers. */
export const average = (
  of: Of,
  predictions: ReadonlyArray<Prediction>,
  weights?: ReadonlyArray<number>
): Prediction => {
  const isNumber = of.schema.kind === "regression"
  const values = new Float64Array(of.rows * (isNumber ? 1 : of.schema.levels.length))
  let total = 0
  for (const [member, prediction] of predictions.entries()) {
    const weight = weights?.[member] ?? 1
    total += weight
    const own = isNumber ? prediction.response : sharesOf(prediction)
    for (let i = 0; i < values.length; i++) values[i]! += weight * own[i]!
  }
  return fromShares(
    of,
    values.map((value) => value / total)
  )
}

/** The name of a coded target: the level, or the number. */
const named = (self: Prediction, codes: Float64Array): Column.Column => {
  if (self.kind === "regression") return Column.numeric(codes)
  return {
    type: "factor",
    codes: Int32Array.from(codes),
    levels: self.levels,
    ordered: false,
    missing: null
  }
}

/**
 * Gives a prediction as columns: `row`, `truth` where it is known, `response`, for probabilities `prob.<level>` in the order of the levels,
 * and `score` where there is one. Levels that differ only in case get their number, `prob.<level> (1)`, because many
 * readers of tables ignore case.
 */
export const toColumns = (self: Prediction): ReadonlyArray<readonly [string, Column.Column]> => {
  const { prob, levels } = self
  const clash = new Set(levels.map((level) => level.toLowerCase())).size < levels.length
  return [
    ["row", Column.indices(self.rows)],
    ...(self.truth === undefined ? [] : [["truth", named(self, self.truth)] as const]),
    ["response", named(self, self.response)],
    ...(prob === undefined
      ? []
      : levels.map(
          (level, k) =>
            [
              `prob.${level}${clash ? ` (${k + 1})` : ""}`,
              Column.numeric(self.response.map((_, i) => prob[i * levels.length + k]!))
            ] as const
        )),
    ...(self.scores === undefined ? [] : [["score", Column.numeric(self.scores)] as const])
  ]
}

/** The coded values of a column of levels or of numbers; undefined where one is neither. */
const coded = (column: Column.Column, { kind, levels }: Of["schema"]): Float64Array | undefined => {
  if (kind === "regression") return Column.asNumbers(column)
  const factor = Column.asFactor(column)
  const place = factor.levels.map((level) => levels.indexOf(level))
  const codes = Float64Array.from(factor.codes, (code) => place[code] ?? -1)
  return codes.includes(-1) ? undefined : codes
}

/**
 * Reads what `toColumns` gave, of a target with these levels; undefined for columns that are no prediction of it.
 * @category constructors
 */
export const fromColumns = (
  columns: ReadonlyMap<string, Column.Column>,
  schema: Of["schema"]
): Prediction | undefined => {
  const numbersOf = (name: string) => {
    const column = columns.get(name)
    return column === undefined ? undefined : Column.asNumbers(column)
  }
  const codesOf = (name: string) => {
    const column = columns.get(name)
    return column === undefined ? undefined : coded(column, schema)
  }
  const [rows, response] = [numbersOf("row"), codesOf("response")]
  if (rows === undefined || response === undefined) return undefined
  const shares = [...columns].filter(([name]) => name.startsWith("prob.")).map(([name]) => numbersOf(name)!)
  const prob = new Float64Array(rows.length * shares.length)
  for (const [k, share] of shares.entries()) share.forEach((p, i) => (prob[i * shares.length + k] = p))
  return {
    kind: schema.kind,
    levels: schema.levels,
    rows: Int32Array.from(rows),
    truth: codesOf("truth"),
    response,
    prob: shares.length === 0 ? undefined : prob,
    scores: numbersOf("score")
  }
}
