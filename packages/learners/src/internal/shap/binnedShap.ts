/**
 * SHAP values of trees over bins.
 */
import type { Coded } from "../histogram/bins.ts"
import { goesLeft, missingCodes, stride, type Trees } from "../histogram/trees.ts"
import { type CoveredTrees, type Taken, treeShap } from "./treeShap.ts"

/** The nodes with the weights of their leaves added up. */
const covered = ({ cover: leafCover, nodes, roots, values, width }: Trees): CoveredTrees => {
  const count = nodes.length / stride
  const feature = Int32Array.from({ length: count }, (_, node) => nodes[node * stride]!)
  const right = Int32Array.from({ length: count }, (_, node) => nodes[node * stride + 2]!)
  const left = Int32Array.from({ length: count }, (_, node) => node + 1)
  const at = right.map((place) => place * width)
  const cover = new Float64Array(count)
  // Children come after their parents.
  for (let node = count - 1; node >= 0; node--) {
    cover[node] = feature[node]! < 0 ? leafCover[right[node]!]! : cover[left[node]!]! + cover[right[node]!]!
  }
  return { roots, feature, left, right, cover, at, values, width }
}

/** Takes the sums of trees over rows apart, which `outputs` take turns in. */
export const binnedShap = (trees: Trees, coded: Coded, rows: number, outputs: number): Taken => {
  const { nodes, sets } = trees
  const { codes, columnStride, columns, rowStride } = coded
  const missing = missingCodes(coded)
  const isLeft = (node: number, row: number): boolean => {
    const column = nodes[node * stride]!
    return goesLeft(codes[row * rowStride + column * columnStride]!, nodes[node * stride + 1]!, missing[column]!, sets)
  }
  return treeShap(covered(trees), columns.length, outputs, rows, isLeft)
}
