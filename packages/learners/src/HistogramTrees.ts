/**
 * The trees of forests and boosting in plain terms: what a node asks of a row, and where the row goes.
 */
import type { BinnedColumn } from "./internal/binnedColumns.ts"
import { stride, type Trees } from "./internal/histogram/trees.ts"

/** What is asked of a column. @category models */
export type Question =
  /** Left where the number, or the place of the level in its order, is at most the threshold. */
  | { readonly _tag: "AtMost"; readonly threshold: number }
  /** Left where the level is one of those whose entry is true, by the order of `levels` of the column. */
  | { readonly _tag: "Among"; readonly left: ReadonlyArray<boolean> }

/** A node that divides rows. @category models */
export interface Split {
  readonly _tag: "Split"
  /** The index of the column. */
  readonly column: number
  readonly question: Question
  /** Whether rows go left whose value is missing, or a level that is none of the known ones. */
  readonly missingLeft: boolean
  /** The places of the children in the list. */
  readonly left: number
  readonly right: number
}

/** A node where rows stay. @category models */
export interface Leaf {
  readonly _tag: "Leaf"
  readonly values: ReadonlyArray<number>
}

/** @category models */
export type Node = Split | Leaf

/** Trees as they are saved, with the columns that they ask. @category models */
export interface Saved {
  readonly columns: ReadonlyArray<BinnedColumn>
  readonly trees: Trees
}

const questionOf = (column: BinnedColumn, cut: number, missingLeft: boolean, sets: Uint8Array): Question => {
  if (column.as === "unordered") {
    const isLeft = (bin: number) => ((sets[(cut << 5) + (bin >> 3)]! >> (bin & 7)) & 1) === 1
    // Levels that were too rare for a bin go where missing values go.
    return { _tag: "Among", left: column.bins.map((bin) => (bin < 0 ? missingLeft : isLeft(bin))) }
  }
  // Behind the last threshold is a bin without end.
  return { _tag: "AtMost", threshold: column.thresholds[cut] ?? Number.MAX_VALUE }
}

/**
 * Lists the nodes of every tree, the root first.
 *
 * The trees add their values up: the tree t, of `width` values a leaf, adds to the outputs from (t · width) mod outputs on.
 * @category conversions
 */
export const nodesOf = ({ columns, trees }: Saved): ReadonlyArray<ReadonlyArray<Node>> => {
  const { nodes, roots, sets, values, width } = trees
  const count = nodes.length / stride
  return Array.from(roots, (root, t) => {
    const end = roots[t + 1] ?? count
    return Array.from({ length: end - root }, (_, i): Node => {
      const at = (root + i) * stride
      const [column, cut, last] = [nodes[at]!, nodes[at + 1]!, nodes[at + 2]!]
      const missingLeft = (cut & 1) === 1
      if (column < 0) return { _tag: "Leaf", values: Array.from(values.subarray(last * width, (last + 1) * width)) }
      return {
        _tag: "Split",
        column,
        question: questionOf(columns[column]!, cut >> 1, missingLeft, sets),
        missingLeft,
        left: i + 1,
        right: last - root
      }
    })
  })
}
