/**
 * Functions of each entry, and gated units. The numbers of the kinds are those of `assembly/activation.ts`.
 */
import * as Shape from "../../../../pipeline/Shape.ts"
import type { Operation, Place } from "../operation.ts"
import { constants } from "./constants.ts"

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

/** λ and α of `Nn.selu` (Klambauer et al. 2017, equation 14). */
const [lambda, alpha] = [1.0507009873554805, 1.6732632423543772]

type Named = "relu" | "tanh" | "sigmoid" | "silu" | "softplus" | "mish" | "elu" | "selu" | "gelu"

/** The functions that a name says all of: their kind, and their slope and factor. */
export const kindOf: Readonly<Record<Named, readonly [kind: number, p: number, q: number]>> = {
  relu: [Kind.relu, 0, 1],
  tanh: [Kind.tanh, 0, 1],
  sigmoid: [Kind.sigmoid, 0, 1],
  silu: [Kind.silu, 0, 1],
  softplus: [Kind.softplus, 0, 1],
  mish: [Kind.mish, 0, 1],
  elu: [Kind.elu, 1, 1],
  selu: [Kind.elu, alpha, lambda],
  gelu: [Kind.gelu, 0, 1]
}

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

/** x + α·(f(x) − x), with a share α for each position of the last axis. */
export const parametricActivation =
  ({ activation: name }: { readonly activation: Named }) =>
  (place: Place): Operation => {
    const { arena, input, kernels, output, parameters, rows, shape } = place
    const [share] = parameters
    const width = shape.at(-1)!
    const size = Shape.size(shape)
    const each = size / width
    const less = constants(arena, size, -1)
    const regions = [rows * size, rows * size, rows * size].map((numbers) => arena.shared(numbers))
    const [bent, difference, slopes] = [regions[0]!, regions[1]!, regions[2]!]
    const bend = activation(...kindOf[name])({ ...place, output: bent })
    const { add, scaleRows, sumProducts } = kernels
    return {
      own: regions,
      forward: (used, training) => {
        const n = used * size
        bend.forward(used, training)
        // f(x) − x, and x + α·(f(x) − x).
        scaleRows(used, size, input.at, less.at, 0, difference.at)
        add(n, difference.at, bent.at, difference.at)
        scaleRows(used * each, width, difference.at, share!.at, 0, bent.at)
        add(n, input.at, bent.at, output.at)
      },
      backward: (used, { input: dx, output: dy, parameters: [dShare] }) => {
        const n = used * size
        sumProducts(used * each, width, difference.at, dy.at, dShare!.at)
        if (dx === undefined) return
        // α·dy goes through f, and dy − α·dy past it.
        scaleRows(used * each, width, dy.at, share!.at, 0, slopes.at)
        bend.backward(used, { output: slopes, input: bent, parameters: [] })
        scaleRows(used, size, slopes.at, less.at, 0, slopes.at)
        add(n, dy.at, slopes.at, slopes.at)
        add(n, slopes.at, bent.at, dx.at)
      }
    }
  }
