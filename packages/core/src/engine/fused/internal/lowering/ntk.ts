/**
 * Dense layers whose kernel is divided by the root of the width, and learned diagonals.
 */
import * as Shape from "../../../../pipeline/Shape.ts"
import type { Operation, Place } from "../operation.ts"
import { constants } from "./constants.ts"
import { linear } from "./linear.ts"

/** x·(kernel/√width) + bias: the kernel is divided once a step, which is less than the rows would be. */
export const ntkLinear = (place: Place): Operation => {
  const { arena, inputShape, kernels, parameters, shape } = place
  const [kernel, ...others] = parameters
  const width = inputShape.at(-1)!
  const units = shape.at(-1)!
  const factor = constants(arena, units, 1 / Math.sqrt(width))
  const scaled = arena.shared(width * units)
  const dense = linear({ ...place, parameters: [scaled, ...others] })
  return {
    own: [scaled, ...(dense.own ?? [])],
    forward: (used, training) => {
      kernels.scaleRows(width, units, kernel!.at, factor.at, 0, scaled.at)
      dense.forward(used, training)
    },
    backward: (used, gradients) => {
      dense.backward(used, gradients)
      const [dKernel] = gradients.parameters
      kernels.scaleRows(width, units, dKernel!.at, factor.at, 0, dKernel!.at)
    }
  }
}

/** A factor for each position of the last axis. */
export const scale = ({ input, kernels, output, parameters: [factors], shape }: Place): Operation => {
  const width = shape.at(-1)!
  const each = Shape.size(shape) / width
  return {
    forward: (used) => kernels.scaleRows(used * each, width, input.at, factors!.at, 0, output.at),
    backward: (used, { input: dx, output: dy, parameters: [dFactors] }) => {
      kernels.sumProducts(used * each, width, input.at, dy.at, dFactors!.at)
      if (dx !== undefined) kernels.scaleRows(used * each, width, dy.at, factors!.at, 0, dx.at)
    }
  }
}
