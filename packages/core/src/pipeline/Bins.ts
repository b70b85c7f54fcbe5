/**
 * Bins of the number line.
 */
import { countAtMost, valueAt } from "./internal/numeric/quantiles.ts"

/** Edges of bins of equal width between the least and the greatest of ascending values. */
export const equalWidths = (ascending: Float64Array, bins: number): ReadonlyArray<number> => {
  const low = ascending[0] ?? 0
  const high = ascending.at(-1) ?? 0
  return low === high ? [low, high] : Array.from({ length: bins + 1 }, (_, i) => low + ((high - low) * i) / bins)
}

/** The different ones among the quantiles 0, 1/bins, …, 1 of ascending values: none of no value, one of a constant. */
export const quantileEdges = (ascending: Float64Array, bins: number): ReadonlyArray<number> => {
  if (ascending.length === 0) return []
  const edges = Array.from({ length: bins + 1 }, (_, i) => valueAt(ascending, (i * (ascending.length - 1)) / bins))
  return edges.filter((edge, i) => i === 0 || edge > edges[i - 1]!)
}

/** Edges between which about the same number of ascending values lie; edges that coincide, of values that repeat, are one. */
export const equalCounts = (ascending: Float64Array, bins: number): ReadonlyArray<number> => {
  const edges = quantileEdges(ascending, bins)
  return edges.length > 1 ? edges : [edges[0] ?? 0, edges[0] ?? 0]
}

/** The bin of each value, from 0, −1 where it is missing: a bin holds its lower edge; the first and the last reach to infinity. */
export const binsOf = (edges: ReadonlyArray<number>, values: Float64Array): Int32Array => {
  const inner = edges.slice(1, -1)
  return Int32Array.from(values, (x) => (Number.isNaN(x) ? -1 : countAtMost(inner, x)))
}

/** The bins by their edges: `(-Inf, 1)`, `[1, 2)`, `[2, Inf)`. */
export const names = (edges: ReadonlyArray<number>): ReadonlyArray<string> => {
  const inner = edges.slice(1, -1).map(String)
  return [...inner, undefined].map((high, i) => {
    const low = i === 0 ? "(-Inf" : `[${inner[i - 1]}`
    return `${low}, ${high ?? "Inf"})`
  })
}
