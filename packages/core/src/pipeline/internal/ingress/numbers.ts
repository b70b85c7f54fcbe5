/**
 * Columns of numbers as rows.
 */
import * as Result from "effect/Result"
import * as Column from "../../../data/Column.ts"
import * as Features from "../../Features.ts"
import { MissingValues } from "../../MissingValues.ts"
import type { PipelineError } from "../../PipelineError.ts"

/** Rows of numbers in single precision, row-major, so that a row is copied as one piece; `id` is the ingress. */
export const toRows = (
  id: string,
  columns: ReadonlyArray<Features.Entry>,
  rows: number
): Result.Result<Float32Array, PipelineError | MissingValues> => {
  const incomplete = columns
    .map(([column, values]) => ({ column, count: Column.countMissing(values) }))
    .filter(({ count }) => count > 0)
  if (incomplete.length > 0) return Result.fail(new MissingValues({ stage: id, columns: incomplete, rows }))
  const width = columns.length
  const out = new Float32Array(rows * width)
  columns.forEach(([, column], j) => {
    const values = Column.asNumbers(column) ?? new Float64Array(rows)
    for (let i = 0; i < rows; i++) out[i * width + j] = values[i]!
  })
  const overflow = out.findIndex((value) => !Number.isFinite(value))
  if (overflow < 0) return Result.succeed(out)
  const row = Math.floor(overflow / width)
  const [name, column] = columns[overflow % width]!
  return Features.fail(
    id,
    `column "${name}" is ${Column.toText(column, row)} in row ${row}, which is not finite in single precision; correct or rescale it`
  )
}
