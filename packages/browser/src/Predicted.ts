/**
 * Predictions as a page shows them: classes by their names.
 */
import type * as Prediction from "@rocflow/core/learning/Prediction"

/** What is predicted of rows whose target is a class. @category models */
export interface Classes {
  readonly kind: "binary" | "multiclass"
  /** The classes; of two, the positive one first. */
  readonly levels: ReadonlyArray<string>
  /** The class of each row. */
  readonly response: ReadonlyArray<string>
  /** The probability of each class, by its name, for each row; undefined if the model predicts classes alone. */
  readonly prob: ReadonlyArray<Readonly<Record<string, number>>> | undefined
  /** Of two classes: numbers that rank the rows, such as logits, the higher the likelier positive; undefined if there are none. */
  readonly scores: Float64Array | undefined
}

/** What is predicted of rows whose target is a number, in its unit. @category models */
export interface Numbers {
  readonly kind: "regression"
  readonly response: Float64Array
}

/** What a model says of rows, in their order. @category models */
export type Predicted = Classes | Numbers

/** A prediction with the names of its classes. */
export const named = ({ kind, levels, prob, response, scores }: Prediction.Prediction): Predicted => {
  if (kind === "regression") return { kind, response }
  const shares = (row: number) => Object.fromEntries(levels.map((level, k) => [level, prob![row * levels.length + k]!]))
  return {
    kind,
    levels,
    response: Array.from(response, (code) => levels[code]!),
    prob: prob === undefined ? undefined : Array.from(response, (_, row) => shares(row)),
    scores
  }
}
