/**
 * Dense layers: x·kernel + bias, row by row of the last axis.
 *
 * Units are computed in vectors of four or eight. One or two that are left over (one class, two, ten) would waste most of a
 * vector: each is a dot product a row, and vectors go along the row instead.
 */
import * as Shape from "../../../../pipeline/Shape.ts"
import { Begin } from "../kernels.ts"
import type { Operation, Place } from "../operation.ts"

/** How many of the units are computed side by side; the others one by one. */
const besideOf = (units: number): number => (units % 8 === 1 || units % 8 === 2 ? units - (units % 8) : units)

/** The dense layer of [rows, …, width] numbers. */
export const linear = ({ arena, input, inputShape, kernels, output, parameters, rows, shape }: Place): Operation => {
  const [kernel, bias] = parameters
  const width = inputShape.at(-1)!
  const units = shape.at(-1)!
  const beside = besideOf(units)
  const alone = Array.from({ length: units - beside }, (_, i) => 4 * (beside + i))
  const each = Shape.size(inputShape) / width
  const [inBytes, outBytes] = [4 * width, 4 * units]
  const inputRows = arena.strides(rows * each, inBytes)
  const entries = arena.strides(width, 4)
  const outputRows = arena.strides(rows * each, outBytes)
  // The weights of a unit, or its gradients, one behind the other.
  const unit = arena.shared(Math.max(width, rows * each))
  const { column, dots, product, productTransposed, sumRows, weightedRows } = kernels
  return {
    own: [unit],
    forward: (used) => {
      const n = used * each
      const [x, w, y, b] = [input.at, kernel!.at, output.at, bias?.at ?? 0]
      if (beside > 0) {
        const begin = bias === undefined ? Begin.zero : Begin.bias
        product(n, beside, width, x, inputRows.at, entries.at, w, outBytes, y, outBytes, begin, b)
      }
      for (const at of alone) {
        column(width, w + at, outBytes, unit.at)
        dots(n, width, x, inBytes, unit.at, y + at, outBytes, b === 0 ? 0 : b + at)
      }
    },
    backward: (used, { input: dx, output: { at: dy }, parameters: [dw, db] }) => {
      const n = used * each
      const [x, to] = [input.at, dw!.at]
      if (beside > 0) {
        product(width, beside, n, x, entries.at, inputRows.at, dy, outBytes, to, outBytes, Begin.zero, 0)
      }
      for (const at of alone) {
        column(n, dy + at, outBytes, unit.at)
        weightedRows(n, width, unit.at, x, inBytes, to + at, outBytes)
      }
      if (db !== undefined) sumRows(n, units, dy, db.at)
      if (dx === undefined) return
      // One unit: the outer product of the gradients and the kernel, which is a row as it stands.
      if (units === 1) {
        product(n, width, 1, dy, outputRows.at, entries.at, kernel!.at, inBytes, dx.at, inBytes, Begin.zero, 0)
      } else productTransposed(n, width, units, dy, outBytes, kernel!.at, outBytes, dx.at, inBytes)
    }
  }
}
