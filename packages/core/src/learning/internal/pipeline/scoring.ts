/**
 * The scores of any number of rows, in windows that fit into memory.
 */
import * as Effect from "effect/Effect"
import type * as Engine from "../../../engine/Engine.ts"
import type * as Graph from "../../../network/Graph.ts"
import { PipelineError } from "../../../pipeline/PipelineError.ts"
import * as Shape from "../../../pipeline/Shape.ts"
import type * as Training from "../../Training.ts"
import { windowRows } from "../batches.ts"

/** The most rows that a scorer computes at a time, and the bytes that all its nodes may take for them. */
const most = { rows: 4096, bytes: 2 ** 25 }

const scoredRows = ({ nodes }: Graph.Network): number => {
  const bytes = nodes.reduce((sum, { shape }) => sum + 4 * Shape.size(shape), 0)
  return Math.min(most.rows, Math.ceil(most.bytes / bytes))
}

/** The scores [rows, outputs] of all rows of sources. */
export const scoresOf = Effect.fnUntraced(function* (
  engine: Engine.Engine,
  network: Graph.Network,
  arrays: ReadonlyArray<Graph.NamedArray>,
  { rows, sources }: Pick<Training.Data, "rows" | "sources">
) {
  const size = Math.max(1, Math.min(rows, scoredRows(network), windowRows(sources, 1)))
  const scorer = yield* engine.scorer(network, arrays, size)
  const out = new Float32Array(rows * network.outputs)
  for (let from = 0; from < rows; from += size) {
    const window = Uint32Array.from({ length: Math.min(size, rows - from) }, (_, i) => from + i)
    yield* Effect.forEach(sources, (source) => source.window(window), { discard: true })
    sources.forEach((source, i) => source.fill(window, scorer.inputs[i]!))
    scorer.score(window.length)
    out.set(scorer.scores.subarray(0, window.length * network.outputs), from * network.outputs)
    // Between windows only: a browser lets a page that yields wait for 4 ms, and few rows take less.
    if (from + size < rows) yield* Effect.yieldNow
  }
  return out
})

export const notFinite = (outputs: Float32Array, width: number): PipelineError | undefined => {
  const bad = outputs.findIndex((score) => !Number.isFinite(score))
  if (bad < 0) return undefined
  const message = `the score of row ${Math.floor(bad / width)} is ${outputs[bad]}; look for extreme features, or put Preprocess.standardise before the ingress`
  return new PipelineError({ issues: [{ path: [], message }] })
}
