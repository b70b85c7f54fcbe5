/**
 * Dense layers: x·kernel + bias, row by row of the last axis.
 */
import * as Shape from "../../../../pipeline/Shape.ts"
import { Begin } from "../kernels.ts"
import type { Operation, Place } from "../operation.ts"

/** The dense layer of [rows, …, width] numbers; one unit is a dot product a row. */
export const linear = ({ arena, input, inputShape, kernels, output, parameters, rows, shape }: Place): Operation => {
  const [kernel, bias] = parameters
  const width = inputShape.at(-1)!
  const units = shape.at(-1)!
  const each = Shape.size(inputShape) / width
  const [inBytes, outBytes] = [4 * width, 4 * units]
  const inputRows = arena.strides(rows * each, inBytes)
  const entries = arena.strides(width, 4)
  const outputRows = arena.strides(rows * each, outBytes)
  const { dots, product, productTransposed, sumRows, weightedRows } = kernels
  return {
    forward: (used) => {
      const n = used * each
      if (units === 1) dots(n, width, input.at, inBytes, kernel!.at, output.at, bias?.at ?? 0)
      else {
        const begin = bias === undefined ? Begin.zero : Begin.bias
        const [w, b] = [kernel!.at, bias?.at ?? 0]
        product(n, units, width, input.at, inputRows.at, entries.at, w, outBytes, output.at, outBytes, begin, b)
      }
    },
    backward: (used, { input: dx, output: dy, parameters: [dw, db] }) => {
      const n = used * each
      if (units === 1) weightedRows(n, width, dy.at, input.at, inBytes, dw!.at)
      else {
        const to = dw!.at
        product(width, units, n, input.at, entries.at, inputRows.at, dy.at, outBytes, to, outBytes, Begin.zero, 0)
      }
      if (db !== undefined) sumRows(n, units, dy.at, db.at)
      if (dx === undefined) return
      // One unit: the outer product of the gradients and the kernel, which is a row as it stands.
      if (units === 1) {
        product(n, width, 1, dy.at, outputRows.at, entries.at, kernel!.at, inBytes, dx.at, inBytes, Begin.zero, 0)
      } else productTransposed(n, width, units, dy.at, outBytes, kernel!.at, outBytes, dx.at, inBytes, 0)
    }
  }
}
