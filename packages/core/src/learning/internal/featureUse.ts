/**
 * What a trained model says of its features by itself, without any rows: coefficients, and what the splits of trees gained.
 */

/** What stands in the place of a column for the constant of a linear model. */
export const intercept = "(intercept)"

/** A coefficient of a linear model. @category models */
export interface Coefficient {
  /** The column that reaches the model, behind preprocessing; or `(intercept)`. */
  readonly column: string
  /** The feature of the task of which it was made; the column itself where it was made of several, or of none. */
  readonly feature: string
  /** The class whose score it adds to: the positive one of two, each of several; undefined for a number. */
  readonly level: string | undefined
  /** What one unit of the column adds to the score: the log-odds of a class, or the number. */
  readonly value: number
  /** What one standard deviation of the column in the training rows adds; undefined where the model does not know it. */
  readonly perSd: number | undefined
}

/** What the splits of a column gained together, and how many there are. @category models */
export interface Gain {
  /** The column that reaches the model, behind preprocessing. */
  readonly column: string
  /** The feature of the task of which it was made; the column itself where it was made of several. */
  readonly feature: string
  /** In the unit of the learner: see each. */
  readonly gain: number
  readonly splits: number
}

/** Says which features the columns were made of. */
export const ofFeatures = <A extends { readonly column: string }>(
  rows: ReadonlyArray<A>,
  sourceOf: (column: string) => string
): ReadonlyArray<A & { readonly feature: string }> => rows.map((row) => ({ ...row, feature: sourceOf(row.column) }))
