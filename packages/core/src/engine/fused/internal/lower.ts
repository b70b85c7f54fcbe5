/**
 * A network becomes operations on an arena: which regions hold the rows after each node, which the gradients, and in which
 * order everything is computed.
 *
 * Rows that stay where they are (identity, another shape) share the region of the rows before them, and the branches of a
 * sum the gradient of the sum. A node that several others read has the sum of their gradients.
 */
import type { Computed, Joined, Network, Node } from "../../../network/Graph.ts"
import * as Shape from "../../../pipeline/Shape.ts"
import type { Read } from "../../../pipeline/Stage.ts"
import type { Seed } from "../../../Seed.ts"
import type { Arena, Region } from "./arena.ts"
import type { Kernels } from "./kernels.ts"
import { joining } from "./lowering/joins.ts"
import { lower as lowerLayer, type Lowered } from "./lowering/table.ts"

/** What a network is lowered onto. */
export interface Target {
  readonly kernels: Kernels
  readonly arena: Arena
  /** The most rows of a step. */
  readonly rows: number
  readonly inputs: ReadonlyArray<Region>
  readonly scores: Region
  readonly parameters: ReadonlyArray<Region>
  readonly buffers: ReadonlyArray<Region>
  /** The gradient of the scores and of the parameters, for a network that learns. */
  readonly gradients: { readonly scores: Region; readonly parameters: ReadonlyArray<Region> } | undefined
  /** The numbers that follow schedules, as they are in this step. */
  readonly read: Read
  /** The seed of what the layer at a path draws in this step. */
  readonly seed: (path: string) => Seed
}

/** A network lowered: passes over all its operations. */
export interface Program {
  readonly forward: (rows: number, training: boolean) => void
  readonly backward: (rows: number) => void
}

/** Says what keeps a network from being lowered; undefined if nothing does. */
export const missing = ({ nodes, output }: Network): string | undefined => {
  if (nodes[output]?._tag === "Input") return "there is no layer"
  for (const node of nodes) {
    if (node._tag === "Layer" && lowerLayer(node.id, node.options) === undefined) {
      return `${node.id} at "${node.path}" has no kernels`
    }
  }
  return undefined
}

/** What each layer becomes. Rows that would stay where they are, but are the scores, are copied there. */
const loweredOf = ({ nodes, output }: Network): ReadonlyArray<Lowered | undefined> =>
  nodes.map((node, i) => {
    const lowered = node._tag === "Layer" ? lowerLayer(node.id, node.options) : undefined
    if (lowered !== "same rows" || i !== output) return lowered
    return ({ input, kernels, output: to, shape }) => {
      const bytes = 4 * Shape.size(shape)
      return {
        forward: (rows) => kernels.copyRows(1, rows * bytes, input.at, 0, to.at, 0),
        backward: (rows, { input: dx, output: dy }) => {
          if (dx !== undefined) kernels.copyRows(1, rows * bytes, dy.at, 0, dx.at, 0)
        }
      }
    }
  })

const readBy = (node: Node): ReadonlyArray<number> =>
  node._tag === "Input" ? [] : node._tag === "Layer" ? [node.from] : node.from

/** The gradients of nodes. */
interface Flow {
  /** The gradients that reach a node, from all that read it. */
  readonly reaching: ReadonlyArray<ReadonlyArray<Region>>
  /** Their sum. */
  readonly own: ReadonlyArray<Region | undefined>
  /** What a node hands to those it reads, in their order; undefined for those before which nothing learns. */
  readonly handed: ReadonlyArray<ReadonlyArray<Region | undefined>>
}

/** Plans the gradients from the scores back. */
const flowOf = (
  { nodes, output }: Network,
  scores: Region,
  fresh: (node: number) => Region,
  shares: (node: number) => boolean
): Flow => {
  const learns: Array<boolean> = []
  for (const node of nodes) {
    learns.push((node._tag === "Layer" && node.parameters > 0) || readBy(node).some((from) => learns[from]))
  }
  const reaching: ReadonlyArray<Array<Region>> = nodes.map(() => [])
  const own: Array<Region | undefined> = nodes.map(() => undefined)
  const handed: Array<ReadonlyArray<Region | undefined>> = nodes.map(() => [])
  reaching[output]!.push(scores)
  for (let i = nodes.length - 1; i >= 0; i--) {
    const [first, ...others] = reaching[i]!
    if (first === undefined || !learns[i]) continue
    const gradient = others.length === 0 ? first : fresh(i)
    own[i] = gradient
    handed[i] = readBy(nodes[i]!).map((from) => {
      if (!learns[from]) return undefined
      const region = shares(i) ? gradient : fresh(from)
      reaching[from]!.push(region)
      return region
    })
  }
  return { reaching, own, handed }
}

/** Both passes of one node, and the regions that each of them uses. */
interface Pass {
  readonly forward: (rows: number, training: boolean) => void
  readonly backward: (rows: number) => void
  readonly reads: ReadonlyArray<Region>
  readonly gradients: ReadonlyArray<Region>
}

const present = (regions: ReadonlyArray<Region | undefined>): ReadonlyArray<Region> =>
  regions.filter((region) => region !== undefined)

/** Lowers a network from which nothing is missing. */
export const lower = (network: Network, target: Target): Program => {
  const { arena, gradients, kernels, rows } = target
  const { nodes, output } = network
  const lowered = loweredOf(network)
  const fresh = (i: number): Region => arena.shared(rows * Shape.size(nodes[i]!.shape))

  const values: Array<Region> = []
  nodes.forEach((node, i) => {
    if (node._tag === "Input") values.push(target.inputs[node.input]!)
    else if (node._tag === "Layer" && lowered[i] === "same rows") values.push(values[node.from]!)
    else values.push(i === output ? target.scores : fresh(i))
  })

  const flow =
    gradients &&
    flowOf(network, gradients.scores, fresh, (i) => {
      const node = nodes[i]!
      return node._tag === "Layer" ? lowered[i] === "same rows" : node._tag === "Join" && node.join === "sum"
    })

  /** Adds the gradients that reach a node up. */
  const gathering = (i: number): ((rows: number) => void) => {
    const [first, ...others] = flow?.reaching[i] ?? []
    const sum = flow?.own[i]
    if (first === undefined || sum === undefined || others.length === 0) return () => {}
    const size = Shape.size(nodes[i]!.shape)
    return (used) =>
      others.forEach((other, k) => kernels.add(used * size, (k === 0 ? first : sum).at, other.at, sum.at))
  }

  const layerPass = (node: Computed, i: number): Omit<Pass, "gradients"> => {
    const make = lowered[i]
    if (make === undefined || make === "same rows") return { forward: () => {}, backward: () => {}, reads: [] }
    const numbers = [node.firstParameter, node.firstParameter + node.parameters] as const
    const operation = make({
      kernels,
      arena,
      rows,
      input: values[node.from]!,
      inputShape: nodes[node.from]!.shape,
      output: values[i]!,
      shape: node.shape,
      parameters: target.parameters.slice(...numbers),
      parameterShapes: network.parameters.slice(...numbers).map(({ shape }) => shape),
      buffers: target.buffers.slice(node.firstBuffer, node.firstBuffer + node.buffers),
      cardinalities: node.cardinalities ?? [],
      read: target.read,
      draws: () => ({ seed: target.seed(node.path), next: 0 })
    })
    const dy = flow?.own[i]
    const given = dy && {
      output: dy,
      input: flow?.handed[i]?.[0],
      parameters: gradients?.parameters.slice(...numbers) ?? []
    }
    return {
      forward: operation.forward,
      backward: given === undefined ? () => {} : (used) => operation.backward(used, given),
      reads: [values[node.from]!, values[i]!, ...(operation.own ?? [])]
    }
  }

  const joinPass = (node: Joined, i: number): Omit<Pass, "gradients"> => {
    const inputs = node.from.map((from) => values[from]!)
    const operation = joining(node, {
      kernels,
      inputs,
      shapes: node.from.map((from) => nodes[from]!.shape),
      output: values[i]!,
      shape: node.shape
    })
    const dy = flow?.own[i]
    const handed = flow?.handed[i] ?? []
    return {
      forward: operation.forward,
      backward: dy === undefined ? () => {} : (used) => operation.backward(used, dy, handed),
      reads: [...inputs, values[i]!]
    }
  }

  const passes = nodes.flatMap((node, i): ReadonlyArray<Pass> => {
    if (node._tag === "Input") return []
    const { backward, forward, reads } = node._tag === "Layer" ? layerPass(node, i) : joinPass(node, i)
    const gather = gathering(i)
    return [
      {
        forward,
        backward: (used) => {
          gather(used)
          backward(used)
        },
        reads,
        gradients: present([...(flow?.reaching[i] ?? []), flow?.own[i], ...(flow?.handed[i] ?? [])])
      }
    ]
  })

  passes.forEach(({ gradients: own, reads }, time) => {
    arena.use(time, reads)
    if (gradients !== undefined) arena.use(2 * passes.length - 1 - time, [...reads, ...own])
  })
  const reversed = passes.toReversed()
  return {
    forward: (used, training) => {
      for (const { forward } of passes) forward(used, training)
    },
    backward: (used) => {
      for (const { backward } of reversed) backward(used)
    }
  }
}
