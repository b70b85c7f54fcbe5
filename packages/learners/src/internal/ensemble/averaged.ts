/**
 * The mean of predictions of the same rows.
 */
import type { Rows } from "@rocflow/core/data/TaskSchema"
import type { Prediction } from "@rocflow/core/learning/Prediction"
import * as Shares from "../shares.ts"

/** The probabilities of classes, row-major; 1 for the class of a response that comes without. */
export const sharesOf = ({ levels, prob, response }: Prediction): Float64Array => {
  if (prob !== undefined) return prob
  const shares = new Float64Array(response.length * levels.length)
  response.forEach((code, row) => (shares[row * levels.length + code] = 1))
  return shares
}

/** The weighted mean of probabilities, or of responses that are numbers. */
export const averaged = (
  rows: Rows,
  predictions: ReadonlyArray<Prediction>,
  weights?: ReadonlyArray<number>
): Prediction => {
  const isNumber = rows.schema.kind === "regression"
  const values = new Float64Array(rows.rows * (isNumber ? 1 : rows.schema.levels.length))
  let total = 0
  for (const [member, prediction] of predictions.entries()) {
    const weight = weights?.[member] ?? 1
    total += weight
    const own = isNumber ? prediction.response : sharesOf(prediction)
    for (let i = 0; i < values.length; i++) values[i]! += weight * own[i]!
  }
  return Shares.prediction(
    rows,
    values.map((value) => value / total)
  )
}
