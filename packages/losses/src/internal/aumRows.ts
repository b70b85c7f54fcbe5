/**
 * The working copy of one input of the binary AUM kernels, and what is known of the crossing.
 */
export type Floats = Float32Array | Float64Array
export type Labels = Floats | Uint8Array

/**
 * `rate` divides FP by the number of negatives and FN by the number of positives; `count` does not divide.
 */
export type Denominator = "rate" | "count"

/**
 * Which AUM: what divides the errors, and by how much a positive must lead a negative. Half of the margin is added to
 * the scores of negatives and taken from those of positives, in double precision.
 */
export interface Variant {
  readonly denominator: Denominator
  readonly margin: number
}

export interface Rows {
  /** Shifted by half the margin. */
  score: Float64Array
  /** 1 = positive, 0 = negative. */
  label: Uint8Array
  /** Example weights; read only when `weighted`. */
  mass: Float64Array
  weighted: boolean
  /** Scores that may still be the crossing score, and what they belong to: 2·row + label. */
  candidate: Float64Array
  code: Int32Array
  lowest: number
  highest: number
  /** Total mass of each class. */
  negatives: number
  positives: number
  /** Dn and Dp. */
  negativeDenominator: number
  positiveDenominator: number
}

export const make = (): Rows => ({
  score: new Float64Array(0),
  label: new Uint8Array(0),
  mass: new Float64Array(0),
  weighted: false,
  candidate: new Float64Array(0),
  code: new Int32Array(0),
  lowest: 0,
  highest: 0,
  negatives: 0,
  positives: 0,
  negativeDenominator: 1,
  positiveDenominator: 1
})

/** Makes room for `n` candidates; forgets those there are. */
export const reserveCandidates = (rows: Rows, n: number): void => {
  if (rows.candidate.length >= n) return
  rows.candidate = new Float64Array(n)
  rows.code = new Int32Array(n)
}

const reserve = (rows: Rows, n: number): void => {
  if (rows.score.length < n) {
    rows.score = new Float64Array(n)
    rows.label = new Uint8Array(n)
  }
  reserveCandidates(rows, n)
  if (rows.weighted && rows.mass.length < n) rows.mass = new Float64Array(n)
}

const copy = (rows: Rows, scores: Floats, labels: Labels, n: number, margin: number): boolean => {
  const { label, score } = rows
  let low = Infinity
  let high = -Infinity
  let positives = 0
  let finite = 0
  const half = margin / 2
  for (let i = 0; i < n; i++) {
    const y = +(labels[i]! > 0)
    // Without a branch: half for a negative, −half for a positive.
    const s = scores[i]! + (half - y * margin)
    score[i] = s
    label[i] = y
    positives += y
    // NaN for NaN and infinities.
    finite += s - s
    if (s < low) low = s
    if (s > high) high = s
  }
  rows.lowest = low
  rows.highest = high
  rows.positives = positives
  rows.negatives = n - positives
  return finite === 0
}

const copyWeights = (rows: Rows, weights: Floats, n: number): void => {
  const { label, mass } = rows
  let negatives = 0
  let positives = 0
  for (let i = 0; i < n; i++) {
    const w = weights[i]!
    mass[i] = w
    negatives += label[i] === 0 ? w : 0
    positives += label[i] === 0 ? 0 : w
  }
  rows.negatives = negatives
  rows.positives = positives
}

/**
 * Copies one input into `rows`, so that later passes see one array type each. Returns false if a score is not finite.
 */
export const load = (
  rows: Rows,
  scores: Floats,
  labels: Labels,
  n: number,
  { denominator, margin }: Variant,
  weights: Floats | undefined
): boolean => {
  rows.weighted = weights !== undefined
  reserve(rows, n)
  const finite = copy(rows, scores, labels, n, margin)
  if (weights !== undefined) copyWeights(rows, weights, n)
  rows.negativeDenominator = denominator === "rate" ? rows.negatives : 1
  rows.positiveDenominator = denominator === "rate" ? rows.positives : 1
  return finite
}

/**
 * Says whether FP/Dn ≥ FN/Dp, by comparing products, which are integers when the masses are.
 */
export const crosses = (rows: Rows, falsePositives: number, truePositives: number): boolean =>
  falsePositives * rows.positiveDenominator >= (rows.positives - truePositives) * rows.negativeDenominator
