/**
 * Members of one network: the row once for each, and dense layers whose kernel they share.
 */
import * as Shape from "../../../../pipeline/Shape.ts"
import type { Operation, Place } from "../operation.ts"
import { linear } from "./linear.ts"

/** The row once for each member, times the factors of the member where there are any. */
export const members = ({
  arena,
  input,
  kernels,
  output,
  parameters: [scale],
  rows,
  shape: [count = 1, width = 1]
}: Place): Operation => {
  const bytes = 4 * width
  const copies = scale === undefined ? output : arena.shared(rows * count * width)
  const scaled = arena.shared(rows * count * width)
  return {
    own: [copies, scaled],
    forward: (used) => {
      for (let m = 0; m < count; m++) {
        kernels.copyRows(used, bytes, input.at, bytes, copies.at + m * bytes, count * bytes)
      }
      if (scale !== undefined) kernels.scaleRows(used, count * width, copies.at, scale.at, 0, output.at)
    },
    backward: (used, { input: dx, output: dy, parameters: [dScale] }) => {
      if (dScale !== undefined) kernels.sumProducts(used, count * width, copies.at, dy.at, dScale.at)
      if (dx === undefined) return
      if (scale !== undefined) kernels.scaleRows(used, count * width, dy.at, scale.at, 0, scaled.at)
      kernels.sumMembers(used, count, width, (scale === undefined ? dy : scaled).at, dx.at)
    }
  }
}

/** A dense layer with one kernel for all members, between factors of their own: (x·r)·kernel·s + bias. */
export const memberLinear = (place: Place): Operation => {
  const { arena, input, inputShape, kernels, output, parameters, rows, shape } = place
  const [kernel, bias, before, after] = parameters
  // Without adapters the bias is that of all members too.
  if (before === undefined || after === undefined) return linear(place)
  const [wide, long] = [Shape.size(inputShape), Shape.size(shape)]
  const given = arena.shared(rows * wide)
  const made = arena.shared(rows * long)
  const madeGradient = arena.shared(rows * long)
  const givenGradient = arena.shared(rows * wide)
  const shared = linear({ ...place, input: given, output: made, parameters: [kernel!] })
  return {
    own: [given, made, madeGradient, givenGradient, ...(shared.own ?? [])],
    forward: (used, training) => {
      kernels.scaleRows(used, wide, input.at, before.at, 0, given.at)
      shared.forward(used, training)
      kernels.scaleRows(used, long, made.at, after.at, bias!.at, output.at)
    },
    backward: (used, { input: dx, output: dy, parameters: [dKernel, dBias, dBefore, dAfter] }) => {
      kernels.sumRows(used, long, dy.at, dBias!.at)
      kernels.sumProducts(used, long, made.at, dy.at, dAfter!.at)
      kernels.scaleRows(used, long, dy.at, after.at, 0, madeGradient.at)
      shared.backward(used, { output: madeGradient, input: givenGradient, parameters: [dKernel!] })
      kernels.sumProducts(used, wide, input.at, givenGradient.at, dBefore!.at)
      if (dx !== undefined) kernels.scaleRows(used, wide, givenGradient.at, before.at, 0, dx.at)
    }
  }
}
