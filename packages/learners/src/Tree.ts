/**
 * A classification or regression tree (CART), with the defaults of R's rpart.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Task } from "@rocflow/core/data/Task"
import type { Rows } from "@rocflow/core/data/TaskSchema"
import * as Learner from "@rocflow/core/learning/Learner"
import * as Prediction from "@rocflow/core/learning/Prediction"
import { outputsOf, scaleOfShares, type Shap } from "@rocflow/core/learning/Shap"
import { count, optional, proportion, withDefault } from "@rocflow/core/OptionSchema"
import * as Features from "@rocflow/core/pipeline/Features"
import type { PipelineError } from "@rocflow/core/pipeline/PipelineError"
import { type AnyTrained, learnedBy } from "./internal/learned.ts"
import { cart, cartGoesLeft, cartPredict } from "./internal/cart/cart.ts"
import { importanceOf } from "./internal/savedTrees.ts"
import { treeShap } from "./internal/shap/treeShap.ts"
import type { CartTree } from "./internal/cart/problem.ts"
import { Coding, codingOf, encode, labelNotes, weighted } from "./internal/coding.ts"
import { completeColumns, fromNumbers, type FeatureMatrix, type Refused, squarable } from "./internal/featureMatrix.ts"

const id = "Tree"

const Options = Schema.Struct({
  minsplit: withDefault(count(1), 20, "The least rows of a node that is split"),
  minbucket: optional(count(1), "The least rows of a leaf; default: a third of minsplit", 7),
  cp: withDefault(proportion, 0.01, "The least gain of a split, as a share of the impurity of the root"),
  maxdepth: withDefault(count(0), 30, "The most splits above a leaf")
})

const integers = Schema.Array(Schema.Int)
const numbers = Schema.Array(Schema.Finite)

/** What it learned, as plain JSON: the schema of its state, for whoever writes it in another form. @category schemas */
export const State = Schema.Struct({
  columns: Schema.Array(Coding),
  /** One entry a node, in preorder; of classes, `value` has the weight of each level, in the order of the levels. */
  nodes: Schema.Struct({
    feature: integers,
    threshold: numbers,
    left: integers,
    right: integers,
    levelsAt: integers,
    direction: integers,
    heavierLeft: integers,
    count: integers,
    weight: numbers,
    risk: numbers,
    improve: numbers,
    value: numbers
  })
})

/** Unordered levels have one code more, that of levels unknown in training: a node never saw it, so no node sends it. */
const levelCount = (coding: Coding): number => (coding.as === "unordered" ? coding.levels.length + 1 : 0)

const matrixOf = (features: Features.Features, codings?: ReadonlyArray<Coding>) =>
  Result.gen(function* (): Generator<Result.Result<unknown, Refused>, readonly [FeatureMatrix, ReadonlyArray<Coding>]> {
    const columns = yield* completeColumns(
      id,
      features,
      codings?.map(({ column }) => column)
    )
    const used = codings ?? columns.map(([name, column]) => codingOf(name, column))
    const coded = yield* Result.all(
      columns.map(([name, column], j) => Result.map(encode(id, used[j]!, column), (values) => [name, values] as const))
    )
    return [yield* fromNumbers(id, coded, features.rows), used] as const
  })

/** The rows with weight, of a target that can be squared. */
const countable = (task: Task): Result.Result<Task, PipelineError> =>
  Result.flatMap(weighted(id, task), (rows) => Result.map(squarable(id, rows), () => rows))

const train = (options: typeof Options.Type, task: Task): Result.Result<typeof State.Type, Refused> =>
  Result.flatMap(countable(task), (rows) =>
    Result.map(matrixOf(Features.fromTask(rows)), ([{ n, p, x }, columns]) => {
      const problem = {
        n,
        p,
        x,
        levels: columns.map(levelCount),
        y: rows.target,
        classes: rows.levels.length,
        weights: rows.weights
      }
      const { classes: _, width: __, ...tree } = cart(problem, options)
      const list = (values: ArrayLike<number>) => Array.from(values)
      return {
        columns,
        nodes: {
          feature: list(tree.feature),
          threshold: list(tree.threshold),
          left: list(tree.left),
          right: list(tree.right),
          levelsAt: list(tree.levelsAt),
          direction: list(tree.direction),
          heavierLeft: list(tree.heavierLeft),
          count: list(tree.count),
          weight: list(tree.weight),
          risk: list(tree.risk),
          improve: list(tree.improve),
          value: list(tree.value)
        }
      }
    })
  )

const treeOf = ({ nodes }: typeof State.Type, classes: number): CartTree => ({
  classes,
  width: Math.max(classes, 1),
  feature: Int32Array.from(nodes.feature),
  threshold: Float64Array.from(nodes.threshold),
  left: Int32Array.from(nodes.left),
  right: Int32Array.from(nodes.right),
  levelsAt: Int32Array.from(nodes.levelsAt),
  direction: Uint8Array.from(nodes.direction),
  heavierLeft: Uint8Array.from(nodes.heavierLeft),
  count: Int32Array.from(nodes.count),
  weight: Float64Array.from(nodes.weight),
  risk: Float64Array.from(nodes.risk),
  improve: Float64Array.from(nodes.improve),
  value: Float64Array.from(nodes.value)
})

const predict = (state: typeof State.Type, rows: Rows): Result.Result<Prediction.Prediction, Refused> =>
  Result.map(matrixOf(rows, state.columns), ([{ n, x }]) =>
    Prediction.fromShares(rows, cartPredict(treeOf(state, rows.schema.levels.length), x, n))
  )

const shap = (state: typeof State.Type, rows: Rows): Result.Result<Shap, Refused> =>
  Result.map(matrixOf(rows, state.columns), ([{ n, names, p, x }]) => {
    const tree = treeOf(state, rows.schema.levels.length)
    const outputs = outputsOf(rows.schema)
    const width = outputs.length
    // Of two classes the positive one, which is the first.
    const values = Float64Array.from({ length: tree.feature.length * width }, (_, i) => {
      const node = Math.floor(i / width)
      return tree.value[node * tree.width + (i % width)]! / (tree.classes > 0 ? tree.weight[node]! : 1)
    })
    const at = Int32Array.from(tree.feature, (_, node) => node * width)
    const covered = { ...tree, roots: [0], cover: tree.weight, at, values, width }
    const taken = treeShap(covered, p, width, n, (node, row) => cartGoesLeft(tree, x, n, node, row))
    return { scale: scaleOfShares(rows.schema.kind), outputs, features: names, rows: n, ...taken }
  })

/** What the splits of each column took away of the impurity. */
const importance = ({ columns, nodes }: typeof State.Type) => {
  const gain = columns.map(() => 0)
  const splits = columns.map(() => 0)
  nodes.feature.forEach((j, node) => {
    if (j < 0) return
    gain[j]! += nodes.improve[node]!
    splits[j]!++
  })
  return importanceOf(columns, { gain, splits })
}

const tree = Learner.define({
  id,
  summary: "Splits the rows by one feature at a time into leaves of similar targets (CART, as rpart)",
  accepts: ["binary", "multiclass", "regression"],
  weighted: true,
  takes: { categories: true, anyScale: true },
  options: Options,
  state: State,
  check: (_, task) => Result.flatMap(countable(task), (rows) => matrixOf(Features.fromTask(rows))),
  train,
  predict: (_, state, rows) => predict(state, rows),
  shap: (_, state, rows) => shap(state, rows),
  importance,
  notes: (_, task, state) => (state === undefined ? labelNotes(task) : [])
})

/** `Tree` as a definition, for registries. @category definitions */
export const definition = tree.definition

/**
 * Makes a learner that grows a tree and prunes it by cost-complexity: a leaf predicts the class shares of its training
 * rows, or their mean. Splits minimise the Gini index, or the sum of squares.
 *
 * - `minsplit`, default 20: nodes with fewer rows are not split; `minbucket`, default `minsplit / 3` rounded: no child
 *   has fewer; `maxdepth`, default 30: the root has depth 0.
 * - `cp` in [0, 1], default 0.01: a split must lower the misclassified weight, or the sum of squares, by this fraction of
 *   the root's, for every leaf that it adds.
 *
 * Numbers, truth values and ordered factors are split in their order; factors and text into two sets of levels. A level
 * that a node did not see in training follows its child with more weight. Row weights are used, but `minsplit` and
 * `minbucket` count rows; rows of weight 0 are as if not there. Nothing is random.
 *
 * Errors: `MissingValues` (there are no surrogate splits: impute before); `PipelineError` for values that are not finite,
 * no features, no rows with weight, and a level that is not in the order of an ordered factor.
 *
 * *Gotcha*: shares come in steps, so many rows have the same probability; an AUC of few leaves is coarse.
 *
 * @example
 * const learner = Tree.make({ cp: 0.001 })
 * learner.json // => { type: "Tree", cp: 0.001 }
 * @see Breiman, Friedman, Olshen, Stone (1984), Classification and Regression Trees; R package rpart.
 * @category constructors
 */
export const make = (options: typeof Options.Encoded = {}) => tree.make(options)

/** A node of a tree, as `rpart` prints it. @category models */
export interface Node {
  /** The root is 1; the children of n are 2n and 2n + 1. */
  readonly node: number
  /** What sends rows here from the parent, such as `dose < 2.5` or `site: north, east`; "root" for the root. */
  readonly rule: string
  readonly isLeaf: boolean
  /** The training rows that came here, and the sum of their weights. */
  readonly rows: number
  readonly weight: number
  /** The weight of wrong classes if it were a leaf; of numbers the sum of squares. */
  readonly risk: number
  /** What it predicts: the share of each class in the order of the levels; of numbers the mean. */
  readonly value: ReadonlyArray<number>
}

/** The rules of the two branches of a node. */
const rulesOf = ({ columns, nodes }: typeof State.Type, t: number): readonly [left: string, right: string] => {
  const coding = columns[nodes.feature[t]!]!
  const threshold = nodes.threshold[t]!
  if (coding.as === "number") return [`${coding.column} < ${threshold}`, `${coding.column} >= ${threshold}`]
  const side = (isLeft: boolean): string => {
    const levels =
      coding.as === "ordered"
        ? coding.levels.filter((_, code) => code < threshold === isLeft)
        : coding.levels.filter((_, code) => nodes.direction[nodes.levelsAt[t]! + code] === (isLeft ? 1 : 2))
    return `${coding.column}: ${levels.join(", ")}`
  }
  return [side(true), side(false)]
}

/**
 * Gives the nodes of a trained tree, also of one behind preprocessing, each before its branches. Errors: `PipelineError`
 * for a learner that is no `Tree`.
 *
 * @example
 * const trained = yield* Learner.train(Tree.make({ maxdepth: 1 }), task)
 * const nodes = yield* Effect.fromResult(Tree.nodes(trained))
 * nodes.map(({ rule }) => rule) // => ["root", "dose < 2.5", "dose >= 2.5"]
 */
export const nodes = (trained: AnyTrained): Result.Result<ReadonlyArray<Node>, PipelineError> =>
  Result.map(learnedBy(trained, [id], State), (state) => {
    const { nodes: all } = state
    const width = Math.max(trained.task.levels.length, 1)
    const of = (t: number, node: number, rule: string): ReadonlyArray<Node> => {
      const isLeaf = all.feature[t]! < 0
      const value = all.value.slice(t * width, (t + 1) * width)
      const total = trained.task.levels.length === 0 ? 1 : value.reduce((sum, share) => sum + share, 0)
      const own: Node = {
        node,
        rule,
        isLeaf,
        rows: all.count[t]!,
        weight: all.weight[t]!,
        risk: all.risk[t]!,
        value: value.map((share) => share / total)
      }
      if (isLeaf) return [own]
      const [left, right] = rulesOf(state, t)
      return [own, ...of(all.left[t]!, 2 * node, left), ...of(all.right[t]!, 2 * node + 1, right)]
    }
    return of(0, 1, "root")
  })
