/**
 * A tree of gradients, leaf by leaf.
 */
import type { Coded } from "../histogram/bins.ts"
import type { Importance, TreesWriter } from "../histogram/trees.ts"
import { makeHistograms, type Place } from "./histograms.ts"
import { makeSearch, type Split, type SplitOptions } from "./split.ts"

/** What bounds a tree. */
export interface GrowOptions extends SplitOptions {
  readonly maxLeaves: number
  readonly maxDepth: number
  /** The value of a leaf is `−learningRate · G/(H + l2)`. */
  readonly learningRate: number
}

/** Is added to `l2`, so that no gain, and no value of a leaf without second derivatives, is divided by 0. */
const tiny = 1e-15

/** A node: the rows `from … to` of the order, its sums, its split once there is one, and its children once it is split. */
interface Node {
  readonly from: number
  readonly to: number
  readonly g: number
  readonly h: number
  readonly rows: number
  readonly depth: number
  histogram: Place | undefined
  readonly split: Split
  children: readonly [left: Node, right: Node] | undefined
}

/**
 * Makes the function that grows a tree on some rows and writes it: always the leaf whose split gains most is split
 * (best-first), until there are `maxLeaves`, or no split is left. It gives every leaf's rows and value to `leaf`.
 *
 * Of two children only the smaller is added up, the other is the difference (Ke et al. 2017).
 */
export const makeGrower = (
  coded: Coded,
  n: number,
  weights: Float64Array | undefined,
  options: GrowOptions,
  writer: TreesWriter,
  used: Importance
) => {
  const { learningRate, maxDepth, maxLeaves, minHessian, minRows } = options
  const l2 = options.l2 + tiny
  const histograms = makeHistograms(coded, n)
  const search = makeSearch(coded, histograms, { ...options, l2 })

  const makeNode = (from: number, to: number, g: number, h: number, depth: number): Node => ({
    from,
    to,
    g,
    h,
    rows: to - from,
    depth,
    histogram: undefined,
    split: {
      gain: 0,
      column: -1,
      code: 0,
      missingLeft: false,
      left: undefined,
      gLeft: 0,
      hLeft: 0,
      rowsLeft: 0
    },
    children: undefined
  })
  const canSplit = ({ depth, h, rows }: Node): boolean => depth < maxDepth && rows >= 2 * minRows && h >= 2 * minHessian
  const release = (node: Node): void => {
    if (node.histogram !== undefined) histograms.release(node.histogram)
    node.histogram = undefined
  }

  /** Puts the rows that go left before those that go right, both in their order. */
  const part = ({ from, split, to }: Node): number =>
    histograms.part(from, to, split.column, (goes) => {
      const { code, column, left, missingLeft } = split
      if (left !== undefined) {
        goes.set(left)
        return
      }
      goes.fill(1, 0, code + 1).fill(0, code + 1)
      goes[coded.columns[column]!.bins] = missingLeft ? 1 : 0
    })

  return (
    rows: Int32Array,
    g: Float64Array,
    h: Float64Array | undefined,
    columns: Int32Array,
    leaf: (rows: Int32Array, value: number) => void
  ): void => {
    histograms.take(rows, g, h)
    const fill = (node: Node): void => {
      node.histogram = histograms.sum(node.from, node.to, columns)
    }
    const open: Array<Node> = []
    /** Finds the split of a node whose histogram is there, and keeps both if there is one. */
    const consider = (node: Node): void => {
      if (canSplit(node)) search(node.histogram!, columns, node, node.split)
      if (node.split.column >= 0) open.push(node)
      else release(node)
    }
    let gAll = 0
    let hAll = 0
    for (const row of rows) {
      gAll += g[row]!
      hAll += h === undefined ? 1 : h[row]!
    }
    const root = makeNode(0, rows.length, gAll, hAll, 0)
    if (canSplit(root) && maxLeaves > 1) {
      fill(root)
      consider(root)
    }
    for (let leaves = 1; leaves < maxLeaves && open.length > 0; leaves++) {
      let place = 0
      for (let t = 1; t < open.length; t++) if (open[t]!.split.gain > open[place]!.split.gain) place = t
      const [node] = open.splice(place, 1) as [Node]
      const { gLeft, hLeft } = node.split
      const middle = part(node)
      const children = [
        makeNode(node.from, middle, gLeft, hLeft, node.depth + 1),
        makeNode(middle, node.to, node.g - gLeft, node.h - hLeft, node.depth + 1)
      ] as const
      node.children = children
      used.gain[node.split.column]! += node.split.gain
      used.splits[node.split.column]!++
      if (leaves + 1 < maxLeaves && children.some(canSplit)) {
        const [smaller, larger] = children[0].rows <= children[1].rows ? children : [children[1], children[0]]
        fill(smaller)
        larger.histogram = node.histogram
        node.histogram = undefined
        histograms.subtract(larger.histogram!, smaller.histogram!, columns)
        for (const child of children) consider(child)
      } else release(node)
    }
    for (const node of open) release(node)
    write(root, leaf)
  }

  function write(root: Node, leaf: (rows: Int32Array, value: number) => void): void {
    writer.startTree()
    const stack: Array<{ readonly node: Node; readonly rightOf: number }> = [{ node: root, rightOf: -1 }]
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      const { node, rightOf } = next
      if (rightOf >= 0) writer.right(rightOf)
      if (node.children === undefined) {
        const value = (-learningRate * node.g) / (node.h + l2)
        const rows = histograms.rows(node.from, node.to)
        writer.leaf(
          weights === undefined ? rows.length : rows.reduce((sum, row) => sum + weights[row]!, 0),
          () => value
        )
        leaf(rows, value)
      } else {
        const { code, column, left, missingLeft } = node.split
        const number = writer.split(column, code, missingLeft, left)
        stack.push({ node: node.children[1], rightOf: number }, { node: node.children[0], rightOf: -1 })
      }
    }
  }
}
