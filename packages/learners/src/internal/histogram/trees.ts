/**
 * Many trees in flat arrays: how they are written while they grow, and how rows find their leaves.
 */
import type { Coded } from "./bins.ts"

/** The numbers of a node in `nodes`. */
export const stride = 3

/** How many rows find their leaves in a tree before the next tree comes. */
const blockRows = 1024

/**
 * Trees over codes of bins.
 *
 * - `nodes`: three numbers a node, in preorder, so that a left child follows its parent. Of a split: the column, the cut
 *   and the right child. Of a leaf: −1, 0 and the place of its values.
 *   The cut is `2 c + m`: codes up to `c` go left in a column with an order, the codes of the set `c` in one without, and
 *   missing values where `m` is 1.
 * - `roots`: the first node of each tree.
 * - `values`: `width` numbers a leaf.
 * - `cover`: the weight of the training rows in each leaf.
 * - `sets`: 32 bytes a set, a bit for each code.
 */
export interface Trees {
  readonly width: number
  readonly nodes: Int32Array
  readonly roots: Int32Array
  readonly values: Float64Array
  readonly cover: Float64Array
  readonly sets: Uint8Array
}

/** Whether a code goes left at a cut; `last` is what `missingCodes` has of the column. */
export const goesLeft = (code: number, cut: number, last: number, sets: Uint8Array): boolean => {
  if (last >= 0) return code === last ? (cut & 1) === 1 : code <= cut >> 1
  return code === -1 - last ? (cut & 1) === 1 : ((sets[((cut >> 1) << 5) + (code >> 3)]! >> (code & 7)) & 1) === 1
}

/** The leaf of a row, as the place of its values; `at` is the place of the row's first code. */
export const leafOf = ({ nodes, sets }: Trees, root: number, coded: Coded, missing: Int32Array, at: number): number => {
  const { codes, columnStride } = coded
  let node = root * stride
  for (;;) {
    const column = nodes[node]!
    if (column < 0) return nodes[node + 2]!
    const left = goesLeft(codes[at + column * columnStride]!, nodes[node + 1]!, missing[column]!, sets)
    node = left ? node + stride : nodes[node + 2]! * stride
  }
}

/** The code of missing values of each column, `−1 − code` for one without an order: what `goesLeft` asks. */
export const missingCodes = ({ columns }: Coded): Int32Array =>
  Int32Array.from(columns, ({ bins, ordered }) => (ordered ? bins : -1 - bins))

/**
 * Adds the values of the leaves of each row in the trees `from … to` to `out`, row-major [rows, outputs]. Trees of one
 * value take turns with the outputs; else a tree has a value for each.
 */
export const addValues = (
  trees: Trees,
  coded: Coded,
  rows: number,
  outputs: number,
  out: Float64Array,
  from = 0,
  to = trees.roots.length
): void => {
  const { roots, values, width } = trees
  const missing = missingCodes(coded)
  // A tree, and the codes of some rows, stay in the cache.
  for (let block = 0; block < rows; block += blockRows) {
    const end = Math.min(rows, block + blockRows)
    for (let t = from; t < to; t++) {
      const root = roots[t]!
      const output = (t * width) % outputs
      for (let i = block; i < end; i++) {
        const leaf = leafOf(trees, root, coded, missing, i * coded.rowStride) * width
        for (let k = 0; k < width; k++) out[i * outputs + output + k]! += values[leaf + k]!
      }
    }
  }
}

/** What was gained by the splits of each column, and how many there were. */
export interface Importance {
  readonly gain: Float64Array
  readonly splits: Int32Array
}

/** Takes nodes and leaves in preorder; grows as needed. */
export interface TreesWriter {
  readonly startTree: () => void
  /** Writes a split and gives its number, for `right`. `left` has a byte for each code where there is no order. */
  readonly split: (column: number, code: number, missingLeft: boolean, left: Uint8Array | undefined) => number
  /** The number of the next node. */
  readonly count: () => number
  /** The next node is the right child of this one. */
  readonly right: (node: number) => void
  /** Writes a leaf of training rows of this weight and gives the place of its values; `value(k)` is each. */
  readonly leaf: (cover: number, value: (k: number) => number) => number
  /** The trees so far. */
  readonly trees: () => Trees
}

/** Starts to write trees of `width` values a leaf. */
export const treesWriter = (width: number): TreesWriter => {
  let nodes = new Int32Array(stride * 1024)
  let values = new Float64Array(width * 1024)
  let cover = new Float64Array(1024)
  let sets = new Uint8Array(0)
  const roots: Array<number> = []
  let count = 0
  let leaves = 0
  let setCount = 0
  const reserve = (): void => {
    if ((count + 1) * stride <= nodes.length) return
    const larger = new Int32Array(2 * nodes.length)
    larger.set(nodes)
    nodes = larger
  }
  const addSet = (left: Uint8Array): number => {
    if ((setCount + 1) * 32 > sets.length) {
      const larger = new Uint8Array(Math.max(32 * 64, 2 * sets.length))
      larger.set(sets)
      sets = larger
    }
    for (let code = 0; code < left.length; code++) {
      if (left[code] === 1) sets[setCount * 32 + (code >> 3)]! |= 1 << (code & 7)
    }
    return setCount++
  }
  return {
    startTree: () => {
      roots.push(count)
    },
    split: (column, code, missingLeft, left) => {
      reserve()
      nodes[count * stride] = column
      nodes[count * stride + 1] = 2 * (left === undefined ? code : addSet(left)) + (missingLeft ? 1 : 0)
      return count++
    },
    count: () => count,
    right: (node) => {
      nodes[node * stride + 2] = count
    },
    leaf: (weight, value) => {
      reserve()
      if ((leaves + 1) * width > values.length) {
        const larger = new Float64Array(2 * values.length)
        larger.set(values)
        values = larger
      }
      if (leaves === cover.length) {
        const larger = new Float64Array(2 * leaves)
        larger.set(cover)
        cover = larger
      }
      cover[leaves] = weight
      nodes[count * stride] = -1
      nodes[count * stride + 2] = leaves
      count++
      for (let k = 0; k < width; k++) values[leaves * width + k] = value(k)
      return leaves++
    },
    trees: () => ({
      width,
      nodes: nodes.subarray(0, count * stride),
      roots: Int32Array.from(roots),
      values: values.subarray(0, leaves * width),
      cover: cover.subarray(0, leaves),
      sets: sets.subarray(0, setCount * 32)
    })
  }
}

/** The first trees, with all nodes: for a model that goes back to an earlier one. */
export const firstTrees = (trees: Trees, count: number): Trees => {
  if (count >= trees.roots.length) return trees
  const nodes = trees.nodes.slice(0, trees.roots[count]! * stride)
  let leaves = 0
  for (let node = 0; node < nodes.length; node += stride) if (nodes[node]! < 0) leaves++
  return {
    ...trees,
    nodes,
    roots: trees.roots.slice(0, count),
    values: trees.values.slice(0, leaves * trees.width),
    cover: trees.cover.slice(0, leaves)
  }
}
