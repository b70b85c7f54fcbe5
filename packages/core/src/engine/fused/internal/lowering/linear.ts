/**
 * Dense layers: x·kernel + bias, row by row of the last axis.
 *
 * Units are computed in vectors of four or eight. One or two that are left over (one class, two, ten) would waste most of a
 * vector: they are dot products of a row, and vectors go along the row instead.
 */
import * as Shape from "../../../../pipeline/Shape.ts"
import { Begin } from "../kernels.ts"
import type { Operation, Place } from "../operation.ts"

/** How many of the units, one or two or none, are left over. */
const aloneOf = (units: number): number => (units % 8 === 1 || units % 8 === 2 ? units % 8 : 0)

/** The dense layer of [rows, …, width] numbers. */
export const linear = ({ arena, input, inputShape, kernels, output, parameters, rows, shape }: Place): Operation => {
  const [kernel, bias] = parameters
  const width = inputShape.at(-1)!
  const units = shape.at(-1)!
  const alone = aloneOf(units)
  const beside = units - alone
  const last = 4 * beside
  const each = Shape.size(inputShape) / width
  const [inBytes, outBytes] = [4 * width, 4 * units]
  const inputRows = arena.strides(rows * each, inBytes)
  const entries = arena.strides(width, 4)
  const outputRows = arena.strides(rows * each, outBytes)
  // The weights of each unit left over, or its gradients, one behind the other.
  const longest = Math.ceil(Math.max(width, rows * each) / 4) * 4
  const own = arena.shared(alone * longest)
  const stride = 4 * longest
  const { column, dots, product, productTransposed, sumRows, weightedRows } = kernels
  const collect = (count: number, from: number) => {
    for (let i = 0; i < alone; i++) column(count, from + last + 4 * i, outBytes, own.at + i * stride)
  }
  return {
    own: [own],
    forward: (used) => {
      const n = used * each
      const [x, w, y, b] = [input.at, kernel!.at, output.at, bias?.at ?? 0]
      if (beside > 0) {
        const begin = bias === undefined ? Begin.zero : Begin.bias
        product(n, beside, width, x, inputRows.at, entries.at, w, outBytes, y, outBytes, begin, b)
      }
      if (alone > 0) {
        collect(width, w)
        dots(alone, n, width, x, inBytes, own.at, stride, y + last, outBytes, b === 0 ? 0 : b + last)
      }
    },
    backward: (used, { input: dx, output: { at: dy }, parameters: [dw, db] }) => {
      const n = used * each
      const [x, to] = [input.at, dw!.at]
      if (beside > 0) {
        product(width, beside, n, x, entries.at, inputRows.at, dy, outBytes, to, outBytes, Begin.zero, 0)
      }
      if (alone > 0) {
        collect(n, dy)
        weightedRows(alone, n, width, own.at, stride, x, inBytes, to + last, outBytes)
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
