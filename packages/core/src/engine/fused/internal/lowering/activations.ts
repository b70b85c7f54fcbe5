/**
 * Functions of each entry, and gated units. The numbers of the kinds are those of `assembly/activation.ts`.
 */
import * as Shape from "../../../../pipeline/Shape.ts"
import type { Operation, Place } from "../operation.ts"

/** The numbers by which the kernels know functions. */
export const Kind = {
  relu: 0,
  leakyRelu: 1,
  elu: 2,
  sigmoid: 3,
  tanh: 4,
  silu: 5,
  softplus: 6,
  mish: 7,
  gelu: 8,
  geluTanh: 9
} as const

/** A function of each entry; `p` is its slope or α, `q` its factor. */
export const activation =
  (kind: number, p = 0, q = 1) =>
  ({ input, kernels: { activate, activateBack }, output, shape }: Place): Operation => {
    const size = Shape.size(shape)
    return {
      forward: (rows) => activate(kind, rows * size, input.at, output.at, p, q),
      backward: (rows, { input: dx, output: dy }) => {
        if (dx !== undefined) activateBack(kind, rows * size, input.at, dy.at, dx.at, p, q)
      }
    }
  }

/** The first half of the last axis times a function of the second. */
export const gate =
  (kind: number) =>
  ({ input, kernels, output, shape }: Place): Operation => {
    const width = shape.at(-1)!
    const each = Shape.size(shape) / width
    return {
      forward: (rows) => kernels.gate(kind, rows * each, width, input.at, output.at),
      backward: (rows, { input: dx, output: dy }) => {
        if (dx !== undefined) kernels.gateBack(kind, rows * each, width, input.at, dy.at, dx.at)
      }
    }
  }

/** Leaky units whose slopes are learned. */
export const prelu = ({
  arena,
  input,
  kernels,
  output,
  parameterShapes,
  parameters,
  rows,
  shape
}: Place): Operation => {
  const [slopes] = parameters
  const count = Shape.size(parameterShapes[0]!)
  const width = Shape.size(shape)
  // The slopes learn even where nothing before them does.
  const unused = arena.shared(rows * width)
  return {
    own: [unused],
    forward: (used) => kernels.prelu(used, width, count, input.at, slopes!.at, output.at),
    backward: (used, { input: dx, output: dy, parameters: [dSlopes] }) =>
      kernels.preluBack(used, width, count, input.at, slopes!.at, dy.at, (dx ?? unused).at, dSlopes!.at)
  }
}
