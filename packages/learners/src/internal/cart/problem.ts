/**
 * A problem for a tree.
 *
 * - `x`: `n × p`, column-major, finite; unordered features hold level codes `0 … levels[j] − 1`.
 * - `levels[j]`: the number of levels of an unordered feature; 0 for one whose values have an order (numbers, ordered
 *   levels, booleans as 0 and 1).
 * - `y`: numbers for regression (`classes` 0), class codes `0 … classes − 1` otherwise.
 * - `weights`: positive; 1 for every row when absent.
 */
export interface CartProblem {
  readonly n: number
  readonly p: number
  readonly x: Float64Array
  readonly levels: ArrayLike<number>
  readonly y: ArrayLike<number>
  readonly classes: number
  readonly weights?: Float64Array | undefined
}

/**
 * The settings of a tree, named and defaulted as in rpart.
 *
 * - `minsplit`, default 20: nodes with fewer rows are not split.
 * - `minbucket`, default a third of `minsplit`, rounded: no child has fewer rows.
 * - `cp`, default 0.01: every split must lower the risk of the tree by this fraction of the risk of the root, per leaf
 *   that it adds.
 * - `maxdepth`, default 30: the root has depth 0.
 */
export interface CartOptions {
  readonly minsplit?: number | undefined
  readonly minbucket?: number | undefined
  readonly cp?: number | undefined
  readonly maxdepth?: number | undefined
}

/**
 * A tree as flat arrays, one entry a node, in preorder (the root is node 0, a left child follows its parent).
 *
 * - `feature`: −1 in a leaf. `left`, `right`: children, −1 in a leaf.
 * - `threshold`: rows with a smaller value go left (ordered features).
 * - `levelsAt`: where the node's levels begin in `direction` (unordered features; −1 otherwise). `direction` holds for
 *   each level 1 for left, 2 for right, 0 for a level that no row of the node had; those follow the child with more
 *   weight, which is the left one where `heavierLeft` is 1.
 * - `count`: rows. `weight`: their weight. `risk`: the weight misclassified, or the sum of squares about the mean.
 * - `improve`: the decrease of impurity by the split, 0 in a leaf.
 * - `value`: `width` numbers a node: the weight of each class, or the mean. `width` is `max(classes, 1)`.
 */
export interface CartTree {
  readonly classes: number
  readonly width: number
  readonly feature: Int32Array
  readonly threshold: Float64Array
  readonly left: Int32Array
  readonly right: Int32Array
  readonly levelsAt: Int32Array
  readonly direction: Uint8Array
  readonly heavierLeft: Uint8Array
  readonly count: Int32Array
  readonly weight: Float64Array
  readonly risk: Float64Array
  readonly improve: Float64Array
  readonly value: Float64Array
}
