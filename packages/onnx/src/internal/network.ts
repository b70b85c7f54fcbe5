/**
 * Networks inside a graph, in single precision as they are computed here.
 */
import type * as Parts from "@rocflow/core/learning/Parts"
import * as Seed from "@rocflow/core/Seed"
import * as Traverse from "@rocflow/core/pipeline/Traverse"
import type { Computed, Joined, NamedArray } from "@rocflow/core/network/Graph"
import { type Builder, type Name, refuse } from "./builder.ts"
import type { Columns } from "./columns.ts"
import { ingress } from "./ingress.ts"
import { rows, trace, type Traced, traced } from "./tracer.ts"

/** Vectors of codes: the table of each column begins with the vector of what is missing or unseen. */
const embedding = (to: Builder, codes: Traced, kernel: Traced, cardinalities: ReadonlyArray<number>): Traced => {
  let next = 0
  const starts = cardinalities.map((levels) => {
    const start = next
    next += levels + 1
    return start
  })
  const places = to.op("Add", [codes.name, to.ints(starts, [1, starts.length])])
  return traced(to.op("Gather", [kernel.name, places], { axis: 0 }), [...codes.shape, kernel.shape[1]!])
}

const joined = (to: Builder, { join, shape }: Joined, from: ReadonlyArray<Traced>): Traced => {
  const names = from.map(({ name }) => name)
  const made = [rows, ...shape]
  const only = names.length === 1 ? names[0] : undefined
  switch (join) {
    case "concat":
      return traced(only ?? to.op("Concat", names, { axis: made.length - 1 }), made)
    case "tokens":
      return traced(only ?? to.op("Concat", names, { axis: 1 }), made)
    case "sum":
      return traced(only ?? to.op("Sum", names), made)
    case "product":
      return traced(
        names.slice(1).reduce((product, name) => to.op("Mul", [product, name]), names[0]!),
        made
      )
  }
}

const layer = (
  to: Builder,
  node: Computed,
  input: Traced,
  arrays: ReadonlyArray<Traced>,
  buffers: ReadonlyArray<Traced>
) => {
  if (node.id === "Nn.embedding") return embedding(to, input, arrays[0]!, node.cardinalities ?? [])
  const random = Seed.generator(Seed.root(0))
  return trace(to, input, node.path, (tf) => {
    const pass = {
      tf,
      training: false,
      cardinalities: node.cardinalities,
      random,
      read: (value: unknown) =>
        typeof value === "number"
          ? value
          : refuse(node.path, "follows a schedule when it predicts", "give it a number"),
      buffers,
      update: () => undefined
    }
    // Tensors of the graph stand for those of TensorFlow.js: see `trace`.
    return node.layer.forward(input as never, arrays as never, pass as never)
  })
}

/** The outputs of a network, [rows, outputs] in double precision. */
export const network = (
  to: Builder,
  { arrays, network: { nodes, output, outputs, parameters }, stages, ingress: learned }: Parts.Network,
  inputs: ReadonlyMap<string, Columns>
): Name => {
  const states = new Map(learned.map(({ path, state }) => [path, state]))
  const ids = new Map(Traverse.all(stages).map(({ path, stage }) => [path, stage.id]))
  const constant = ({ shape, values }: NamedArray): Traced => traced(to.floats(values, shape), shape)
  const made: Array<Traced> = []
  for (const node of nodes) {
    switch (node._tag) {
      case "Input": {
        const id = ids.get(node.path)!
        const name = ingress(to, inputs.get(node.path)!, id, states.get(node.path), node.shape)
        made.push(traced(name, [rows, ...node.shape], node.cardinalities === undefined ? "float32" : "int32"))
        break
      }
      case "Join":
        made.push(
          joined(
            to,
            node,
            node.from.map((i) => made[i]!)
          )
        )
        break
      case "Layer": {
        const own = arrays.slice(node.firstParameter, node.firstParameter + node.parameters).map(constant)
        const first = parameters.length + node.firstBuffer
        made.push(layer(to, node, made[node.from]!, own, arrays.slice(first, first + node.buffers).map(constant)))
      }
    }
  }
  const scores = to.op("Reshape", [made[output]!.name, to.ints([-1, outputs])])
  return to.op("Cast", [scores], { to: 11 })
}
