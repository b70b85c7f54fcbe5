/**
 * Targets as class codes, and shares of classes as predictions: for learners that count classes.
 */
import type { Task } from "@rocflow/core/data/Task"
import * as Prediction from "@rocflow/core/learning/Prediction"

/** The number of classes, 0 for a regression. */
export const classesOf = (task: Task): number => task.levels.length

/** The target as indices into the levels (the positive one is 0); the numbers themselves for a regression. */
export const codesOf = ({ kind, target }: Task): Float64Array =>
  kind === "binary" ? target.map((value) => 1 - value) : target

/**
 * Turns shares, row-major [rows, levels], into a prediction: the class of the largest share (the first level at a tie,
 * so that a binary response is positive from 1/2 on) with the shares as probabilities. Of a regression `values` are the
 * responses.
 */
export const prediction = (task: Task, values: Float64Array): Prediction.Prediction => {
  const { kind, levels, rows: n, target: truth } = task
  const common = { kind, levels, rows: Prediction.allRows(task), truth, scores: undefined }
  if (kind === "regression") return { ...common, response: values, prob: undefined }
  const k = levels.length
  const response = new Float64Array(n)
  for (let i = 0; i < n; i++) {
    let best = 0
    for (let c = 1; c < k; c++) if (values[i * k + c]! > values[i * k + best]!) best = c
    response[i] = kind === "binary" ? 1 - best : best
  }
  return { ...common, response, prob: values }
}
