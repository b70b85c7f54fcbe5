/**
 * SHAP values of trees over bins, whose model was saved.
 */
import * as Result from "effect/Result"
import * as Features from "@rocflow/core/pipeline/Features"
import type { PipelineError } from "@rocflow/core/pipeline/PipelineError"
import type { Coded } from "../histogram/bins.ts"
import { goesLeft, missingCodes, stride, type Trees } from "../histogram/trees.ts"
import { type CoveredTrees, type Taken, treeShap } from "./treeShap.ts"

/** The nodes with the weights of their leaves added up. */
const covered = ({ nodes, roots, values, width }: Trees, leafCover: Float64Array): CoveredTrees => {
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

/** Takes the sums of trees over rows apart, which `outputs` take turns in; fails where the weights of leaves were not kept. */
export const binnedShap = (
  learner: string,
  trees: Trees,
  coded: Coded,
  rows: number,
  outputs: number
): Result.Result<Taken, PipelineError> => {
  const { cover, nodes, sets } = trees
  if (cover === undefined) {
    return Features.fail(
      learner,
      "the model was saved by a version that did not keep the weights of leaves, which SHAP values need; train it again"
    )
  }
  const { codes, columnStride, columns, rowStride } = coded
  const missing = missingCodes(coded)
  const isLeft = (node: number, row: number): boolean => {
    const column = nodes[node * stride]!
    return goesLeft(codes[row * rowStride + column * columnStride]!, nodes[node * stride + 1]!, missing[column]!, sets)
  }
  return Result.succeed(treeShap(covered(trees, cover), columns.length, outputs, rows, isLeft))
}
