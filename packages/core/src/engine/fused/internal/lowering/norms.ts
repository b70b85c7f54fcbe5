/**
 * Layer and batch normalisation.
 */
import * as Shape from "../../../../pipeline/Shape.ts"
import type { Operation, Place } from "../operation.ts"

/** Every row of the last axis by itself. */
export const layerNorm =
  ({ epsilon }: { readonly epsilon: number }) =>
  ({ arena, input, kernels, output, parameters: [scale, shift], rows, shape }: Place): Operation => {
    const width = shape.at(-1)!
    const each = Shape.size(shape) / width
    const means = arena.shared(rows * each)
    const factors = arena.shared(rows * each)
    const unused = arena.shared(rows * each * width)
    const [s, t] = [() => scale?.at ?? 0, () => shift?.at ?? 0]
    return {
      own: [means, factors, unused],
      forward: (used) =>
        kernels.layerNorm(used * each, width, input.at, s(), t(), output.at, means.at, factors.at, epsilon),
      backward: (used, { input: dx, output: dy, parameters: [dScale, dShift] }) =>
        kernels.layerNormBack(
          used * each,
          width,
          input.at,
          s(),
          dy.at,
          (dx ?? unused).at,
          dScale?.at ?? 0,
          dShift?.at ?? 0,
          means.at,
          factors.at
        )
    }
  }

/** Every position of the last axis over the batch; prediction takes the running moments, and moves them never. */
export const batchNorm =
  ({ epsilon, momentum }: { readonly epsilon: number; readonly momentum: number }) =>
  ({ arena, buffers, input, kernels, output, parameters: [scale, shift], rows, shape }: Place): Operation => {
    const [runningMean, runningVariance] = buffers
    const width = shape.at(-1)!
    const each = Shape.size(shape) / width
    const mean = arena.shared(width)
    const variance = arena.shared(width)
    const factors = arena.shared(width)
    const unused = arena.shared(rows * each * width)
    // Without parameters their gradients go where nobody looks.
    const sums = arena.shared(width)
    const [s, t] = [() => scale?.at ?? 0, () => shift?.at ?? 0]
    return {
      own: [mean, variance, factors, unused, sums],
      forward: (used, training) => {
        const n = used * each
        const own = training && n > 1
        if (own) {
          kernels.moments(n, width, input.at, mean.at, variance.at)
          kernels.towards(width, runningMean!.at, mean.at, momentum, 1)
          kernels.towards(width, runningVariance!.at, variance.at, momentum, n / (n - 1))
        }
        const [m, v] = own ? [mean, variance] : [runningMean!, runningVariance!]
        kernels.normalise(n, width, input.at, m.at, v.at, s(), t(), output.at, factors.at, epsilon)
      },
      backward: (used, { input: dx, output: dy, parameters: [dScale, dShift] }) => {
        const n = used * each
        const own = n > 1
        kernels.normaliseBack(
          n,
          width,
          input.at,
          (own ? mean : runningMean!).at,
          factors.at,
          s(),
          dy.at,
          (dx ?? unused).at,
          (dScale ?? sums).at,
          (dShift ?? sums).at,
          own ? 1 : 0
        )
      }
    }
  }
