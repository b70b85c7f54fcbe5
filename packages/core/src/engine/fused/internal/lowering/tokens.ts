/**
 * Rows of tokens: vectors for numbers, a token for the class, and the first token alone.
 */
import * as Shape from "../../../../pipeline/Shape.ts"
import type { Operation, Place } from "../operation.ts"
import { activation, Kind } from "./activations.ts"

/** Each number times a vector of its feature, plus another. */
export const featureTokens = ({
  input,
  kernels,
  output,
  parameters: [kernel, bias],
  shape: [features = 1, size = 1]
}: Place): Operation => ({
  forward: (rows) => kernels.spread(rows, features, size, input.at, kernel!.at, bias!.at, output.at),
  backward: (rows, { input: dx, output: dy, parameters: [dKernel, dBias] }) => {
    kernels.sumRows(rows, features * size, dy.at, dBias!.at)
    kernels.spreadBack(rows, features, size, input.at, kernel!.at, dy.at, dKernel!.at, dx?.at ?? 0)
  }
})

/** The same, and then relu. */
export const linearEmbedding = (place: Place): Operation => {
  const { arena, rows, shape } = place
  const lines = arena.shared(rows * Shape.size(shape))
  const slopes = arena.shared(rows * Shape.size(shape))
  const vectors = featureTokens({ ...place, output: lines })
  const relu = activation(Kind.relu)({ ...place, input: lines, inputShape: shape })
  return {
    own: [lines, slopes],
    forward: (used, training) => {
      vectors.forward(used, training)
      relu.forward(used, training)
    },
    backward: (used, gradients) => {
      relu.backward(used, { output: gradients.output, input: slopes, parameters: [] })
      vectors.backward(used, { ...gradients, output: slopes })
    }
  }
}

/** A learned token before the others. */
export const classToken = ({
  arena,
  input,
  kernels,
  output,
  parameters: [token],
  rows,
  shape: [tokens = 1, size = 1]
}: Place): Operation => {
  const [first, others] = [4 * size, 4 * (tokens - 1) * size]
  const gradient = arena.shared(rows * size)
  return {
    own: [gradient],
    forward: (used) => {
      kernels.copyRows(used, first, token!.at, 0, output.at, first + others)
      kernels.copyRows(used, others, input.at, others, output.at + first, first + others)
    },
    backward: (used, { input: dx, output: dy, parameters: [dToken] }) => {
      kernels.copyRows(used, first, dy.at, first + others, gradient.at, first)
      kernels.sumRows(used, size, gradient.at, dToken!.at)
      if (dx !== undefined) kernels.copyRows(used, others, dy.at + first, first + others, dx.at, others)
    }
  }
}

/** The first token. */
export const takeToken = ({ input, inputShape, kernels, output }: Place): Operation => {
  const [tokens = 1, size = 1] = inputShape
  const [first, all] = [4 * size, 4 * tokens * size]
  return {
    forward: (rows) => kernels.copyRows(rows, first, input.at, all, output.at, first),
    backward: (rows, { input: dx, output: dy }) => {
      if (dx === undefined) return
      kernels.clear(dx.at, rows * all)
      kernels.copyRows(rows, first, dy.at, first, dx.at, all)
    }
  }
}
