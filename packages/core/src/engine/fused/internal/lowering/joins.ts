/**
 * Branches that come together, and how their gradients part again.
 */
import type { Joined } from "../../../../network/Graph.ts"
import * as Shape from "../../../../pipeline/Shape.ts"
import type { Region } from "../arena.ts"
import type { Kernels } from "../kernels.ts"

/** Branches as regions, [rows, …shape] each. */
export interface Branches {
  readonly kernels: Kernels
  readonly inputs: ReadonlyArray<Region>
  readonly shapes: ReadonlyArray<Shape.Shape>
  readonly output: Region
  readonly shape: Shape.Shape
}

/** A join: the gradient of each branch is written where it learns. A sum hands its own gradient on, uncopied. */
export interface JoinOperation {
  readonly forward: (rows: number) => void
  readonly backward: (rows: number, output: Region, inputs: ReadonlyArray<Region | undefined>) => void
}

/** Pieces of branches behind each other, again and again: `each` times a row. */
const interleaved = ({ inputs, kernels, output, shape, shapes }: Branches, each: number): JoinOperation => {
  const width = Shape.size(shape) / each
  const bytes = shapes.map((own) => (4 * Shape.size(own)) / each)
  const starts = bytes.map((_, k) => bytes.slice(0, k).reduce((sum, b) => sum + b, 0))
  return {
    forward: (rows) =>
      inputs.forEach((input, k) =>
        kernels.copyRows(rows * each, bytes[k]!, input.at, bytes[k]!, output.at + starts[k]!, 4 * width)
      ),
    backward: (rows, dy, dx) =>
      dx.forEach((region, k) => {
        if (region === undefined) return
        kernels.copyRows(rows * each, bytes[k]!, dy.at + starts[k]!, 4 * width, region.at, bytes[k]!)
      })
  }
}

/** Entry by entry, from the left: `combine` writes the next into the output, which may be its first operand. */
const folded = (
  { inputs, kernels, output, shape }: Branches,
  combine: (n: number, a: number, b: number, y: number) => void
): JoinOperation["forward"] => {
  const size = Shape.size(shape)
  const [first, ...others] = inputs
  return (rows) => {
    if (others.length === 0) kernels.copyRows(1, 4 * rows * size, first!.at, 0, output.at, 0)
    others.forEach((other, k) => combine(rows * size, (k === 0 ? first! : output).at, other.at, output.at))
  }
}

/** dy times all other branches. */
const product = (branches: Branches): JoinOperation => {
  const { inputs, kernels, shape } = branches
  const size = Shape.size(shape)
  return {
    forward: folded(branches, kernels.multiply),
    backward: (rows, dy, dx) =>
      dx.forEach((region, k) => {
        if (region === undefined) return
        kernels.copyRows(1, 4 * rows * size, dy.at, 0, region.at, 0)
        inputs.forEach((input, other) => {
          if (other !== k) kernels.multiply(rows * size, region.at, input.at, region.at)
        })
      })
  }
}

/** The operation of a join. */
export const joining = ({ join }: Pick<Joined, "join">, branches: Branches): JoinOperation => {
  switch (join) {
    case "concat":
      return interleaved(branches, Shape.size(branches.shape) / branches.shape.at(-1)!)
    case "tokens":
      return interleaved(branches, 1)
    case "sum":
      return { forward: folded(branches, branches.kernels.add), backward: () => {} }
    case "product":
      return product(branches)
  }
}
