/**
 * The forward pass of a network by tensor operations.
 */
import type * as Tf from "@tensorflow/tfjs-core"
import type { Computed, Network } from "../../../network/Graph.ts"
import * as Shape from "../../../pipeline/Shape.ts"
import type { Join, Read } from "../../../pipeline/Stage.ts"
import type { Generator } from "../../../Seed.ts"

/** What a pass is given. @category models */
export interface Arguments {
  readonly tf: typeof Tf
  readonly network: Network
  /** A tensor [rows, …shape] for each input of the network. */
  readonly inputs: ReadonlyArray<Tf.Tensor>
  readonly parameters: ReadonlyArray<Tf.Tensor>
  readonly buffers: ReadonlyArray<Tf.Tensor>
  readonly training: boolean
  /** The random numbers of the layer at a path in this pass; asked only for layers that draw. */
  readonly random: (path: string) => Generator
  /** The numbers that follow schedules, as they are now. */
  readonly read: Read
  /** Gives a buffer of the network its next value. */
  readonly update: (buffer: number, value: Tf.Tensor) => void
}

const join = (tf: typeof Tf, how: Join, branches: ReadonlyArray<Tf.Tensor>): Tf.Tensor => {
  const [first, ...rest] = branches
  switch (how) {
    case "concat":
      return tf.concat([...branches], -1)
    case "tokens":
      return tf.concat([...branches], 1)
    case "sum":
      return rest.reduce((sum, branch) => tf.add(sum, branch), first!)
    case "product":
      return rest.reduce((product, branch) => tf.mul(product, branch), first!)
  }
}

/** A layer whose rows are not as its own rule says is a mistake in the layer: it throws. */
const checkShape = ({ path, shape }: Computed, { shape: [, ...row] }: Tf.Tensor): void => {
  if (Shape.equals(row, shape)) return
  throw new Shape.ShapeError({
    stage: path,
    given: Shape.toText(row),
    expected: `${Shape.toText(shape)}, as its shape rule says`,
    advice: "correct the rule or the forward pass of this layer"
  })
}

/**
 * Computes the scores [rows, outputs].
 *
 * @throws `ShapeError` for a layer that gives rows of another shape than its rule says
 */
export const forward = (pass: Arguments): Tf.Tensor => {
  const { buffers, inputs, network, parameters, read, tf, training, update } = pass
  const values: Array<Tf.Tensor> = []
  for (const node of network.nodes) {
    switch (node._tag) {
      case "Input":
        values.push(inputs[node.input]!)
        break
      case "Join":
        values.push(
          join(
            tf,
            node.join,
            node.from.map((from) => values[from]!)
          )
        )
        break
      case "Layer": {
        const { cardinalities, firstBuffer, firstParameter, from, layer, path } = node
        const value = layer.forward(values[from]!, parameters.slice(firstParameter, firstParameter + node.parameters), {
          tf,
          training,
          cardinalities,
          read,
          get random() {
            return pass.random(path)
          },
          buffers: buffers.slice(firstBuffer, firstBuffer + node.buffers),
          update: (buffer, value) => {
            if (training) update(firstBuffer + buffer, value)
          }
        })
        checkShape(node, value)
        values.push(value)
      }
    }
  }
  return values[network.output]!
}
