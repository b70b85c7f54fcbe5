/**
 * Shares of classes as predictions: for learners that count classes.
 */
import type { Rows } from "@rocflow/core/data/TaskSchema"
import * as Prediction from "@rocflow/core/learning/Prediction"

/**
 * Turns shares, row-major [rows, levels], into a prediction: the class of the largest share (the first level at a tie,
 * so that a binary response is positive from 1/2 on) with the shares as probabilities. Of a regression `values` are the
 * responses.
 */
export const prediction = (of: Rows, values: Float64Array): Prediction.Prediction => {
  const { kind, levels } = of.schema
  const common = { ...Prediction.about(of), scores: undefined }
  if (kind === "regression") return { ...common, response: values, prob: undefined }
  const k = levels.length
  const response = new Float64Array(of.rows)
  for (let i = 0; i < of.rows; i++) {
    let best = 0
    for (let c = 1; c < k; c++) if (values[i * k + c]! > values[i * k + best]!) best = c
    response[i] = best
  }
  return { ...common, response, prob: values }
}
