/**
 * First values that depend on training rows: layers that ask for it see the rows as they reach them, the first layer first.
 */
import * as Effect from "effect/Effect"
import type * as Engine from "../../engine/Engine.ts"
import * as Graph from "../../network/Graph.ts"
import * as Shape from "../../pipeline/Shape.ts"
import * as Seed from "../../Seed.ts"
import type { Data } from "./batches.ts"

/** The most rows that a layer sees. */
const most = 1024

type Rows = Pick<Data, "rows" | "sources">

/** Rows at even distances, the first one among them. */
const chosen = (rows: number): Uint32Array => {
  const count = Math.min(rows, most)
  return Uint32Array.from({ length: count }, (_, i) => Math.floor((i * rows) / count))
}

/** Some rows after a node of a network. */
const rowsAfter = Effect.fnUntraced(function* (
  engine: Engine.Engine,
  network: Graph.Network,
  node: number,
  arrays: ReadonlyArray<Graph.NamedArray>,
  rows: Uint32Array,
  { sources }: Rows
) {
  const end = network.nodes[node]!
  const outputs = Shape.size(end.shape)
  yield* Effect.forEach(sources, (source) => source.window(rows), { discard: true })
  if (end._tag === "Input") {
    const values = new Float32Array(rows.length * outputs)
    sources[end.input]!.fill(rows, values)
    return values
  }
  const before = { ...network, nodes: network.nodes.slice(0, node + 1), output: node, outputs }
  const scorer = yield* engine.scorer(before, arrays, rows.length)
  sources.forEach((source, i) => source.fill(rows, scorer.inputs[i]!))
  scorer.score(rows.length)
  return Float32Array.from(scorer.scores.subarray(0, rows.length * outputs))
})

/** The network whose parameters start where its layers, seeing training rows, let them. */
export const network = Effect.fnUntraced(function* (
  engine: Engine.Engine,
  given: Graph.Network,
  data: Rows,
  seed: Seed.Seed
) {
  const asking = given.nodes.flatMap((node) => (node._tag === "Layer" && node.layer.start !== undefined ? [node] : []))
  if (asking.length === 0) return given
  const rows = chosen(data.rows)
  const arrays = Graph.initialise([...given.parameters, ...given.buffers], seed)
  for (const { firstParameter, from, layer, parameters, path } of asking) {
    const input = yield* Effect.scoped(rowsAfter(engine, given, from, arrays, rows, data))
    const own = arrays.slice(firstParameter, firstParameter + parameters).map(({ values }) => values)
    layer.start?.(input, rows.length, own, Seed.generator(Seed.derive(seed, "start", path)))
  }
  const begun: Graph.Network = {
    ...given,
    parameters: given.parameters.map((slot, i) => ({
      ...slot,
      initialise: (values) => values.set(arrays[i]!.values)
    }))
  }
  return begun
})
