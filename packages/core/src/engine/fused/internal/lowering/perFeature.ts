/**
 * Dense layers of features, or members, each with a kernel of its own: [rows, features, input] becomes [rows, features,
 * size].
 */
import { Begin } from "../kernels.ts"
import type { Operation, Place } from "../operation.ts"

/** A product a feature, on every features-th vector. */
export const perFeature = ({
  arena,
  input,
  inputShape,
  kernels,
  output,
  parameters,
  rows,
  shape
}: Place): Operation => {
  const [kernel, bias] = parameters
  const [features = 1, width = 1] = inputShape
  const size = shape[1]!
  const [inBytes, outBytes] = [4 * features * width, 4 * features * size]
  const inputRows = arena.strides(rows, inBytes)
  const entries = arena.strides(width, 4)
  const each = (run: (x: number, w: number, y: number) => void): void => {
    for (let f = 0; f < features; f++) run(4 * f * width, 4 * f * width * size, 4 * f * size)
  }
  return {
    forward: (n) =>
      each((x, w, y) =>
        kernels.product(
          n,
          size,
          width,
          input.at + x,
          inputRows.at,
          entries.at,
          kernel!.at + w,
          4 * size,
          output.at + y,
          outBytes,
          Begin.bias,
          bias!.at + y
        )
      ),
    backward: (n, { input: dx, output: dy, parameters: [dw, db] }) => {
      kernels.sumRows(n, features * size, dy.at, db!.at)
      each((x, w, y) => {
        const to = dw!.at + w
        const from = dy.at + y
        const [at, left] = [input.at + x, 4 * size]
        kernels.product(width, size, n, at, entries.at, inputRows.at, from, outBytes, to, left, Begin.zero, 0)
        if (dx === undefined) return
        kernels.productTransposed(n, width, size, from, outBytes, kernel!.at + w, 4 * size, dx.at + x, inBytes)
      })
    }
  }
}
