/**
 * Embeddings: rows of one table, which holds those of all columns, one after another.
 */
import * as Shape from "../../../../pipeline/Shape.ts"
import type { Operation, Place } from "../operation.ts"

/** The learned vector of every code. */
export const embedding = ({
  arena,
  cardinalities,
  input,
  kernels,
  output,
  parameterShapes,
  parameters: [table],
  shape
}: Place): Operation => {
  const [columns = 1, width = 1] = shape
  // A table has a row for missing and unseen values, and one for each level.
  const starts = arena.table(cardinalities.map((_, j) => cardinalities.slice(0, j).reduce((sum, n) => sum + n + 1, 0)))
  const size = Shape.size(parameterShapes[0]!)
  return {
    forward: (rows) => kernels.gather(rows * columns, columns, width, input.at, starts.at, table!.at, output.at),
    backward: (rows, { output: dy, parameters: [dTable] }) =>
      kernels.gatherBack(rows * columns, columns, width, input.at, starts.at, dy.at, dTable!.at, size)
  }
}
