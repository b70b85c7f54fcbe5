/**
 * Trees inside a graph, as one node of the classic operators: `TreeEnsembleRegressor` on a matrix of doubles.
 *
 * A question of levels is answered before the trees, by a column of its own that is 0 for the levels that go left.
 */
import * as HistogramTrees from "@rocflow/learners/HistogramTrees"
import type * as Tree from "@rocflow/learners/Tree"
import { type Builder, cast, classic, type Name, ones } from "./builder.ts"
import { codesOf, columnOf, type Columns, columnsOf, lookUp, matrix, type Numbers, numbersOf } from "./columns.ts"

/** A question on a column of the matrix: left where the number is below a threshold, or at most it. */
interface Asked {
  readonly feature: number
  readonly mode: "BRANCH_LEQ" | "BRANCH_LT"
  readonly threshold: number
  readonly missingLeft: boolean
  readonly left: number
  readonly right: number
}

/** A node of a tree: a question, or what it adds to each output. */
type Node = Asked | { readonly adds: ReadonlyArray<readonly [output: number, value: number]> }

const ensemble = (to: Builder, x: Name, trees: ReadonlyArray<ReadonlyArray<Node>>, outputs: number): Name => {
  const all = trees.flatMap((nodes, tree) => nodes.map((node, id) => ({ node, tree, id })))
  const asked = <A>(of: (node: Asked) => A, leaf: A): ReadonlyArray<A> =>
    all.map(({ node }) => ("adds" in node ? leaf : of(node)))
  const added = all.flatMap(({ id, node, tree }) =>
    "adds" in node ? node.adds.map(([output, value]) => ({ tree, id, output, value })) : []
  )
  // The operator adds up in single precision: values are brought to its range by a power of two, which loses nothing.
  const largest = added.reduce((most, { value }) => Math.max(most, Math.abs(value)), 0)
  const scale = largest > 0 ? 2 ** Math.floor(Math.log2(largest)) : 1
  const doubles = (values: ReadonlyArray<number>) => ({
    tensor: { type: "double", shape: [values.length], values: Float64Array.from(values) } as const
  })
  const ints = (values: ReadonlyArray<number>) => ({ ints: values })
  const sum = to.op(
    "TreeEnsembleRegressor",
    [x],
    {
      n_targets: outputs,
      aggregate_function: "SUM",
      post_transform: "NONE",
      nodes_treeids: ints(all.map(({ tree }) => tree)),
      nodes_nodeids: ints(all.map(({ id }) => id)),
      nodes_modes: { strings: asked<string>(({ mode }) => mode, "LEAF") },
      nodes_featureids: ints(asked(({ feature }) => feature, 0)),
      nodes_values_as_tensor: doubles(asked(({ threshold }) => threshold, 0)),
      nodes_truenodeids: ints(asked(({ left }) => left, 0)),
      nodes_falsenodeids: ints(asked(({ right }) => right, 0)),
      nodes_missing_value_tracks_true: ints(asked(({ missingLeft }) => Number(missingLeft), 0)),
      target_treeids: ints(added.map(({ tree }) => tree)),
      target_nodeids: ints(added.map(({ id }) => id)),
      target_ids: ints(added.map(({ output }) => output)),
      target_weights_as_tensor: doubles(added.map(({ value }) => value / scale))
    },
    classic
  )
  return to.op("Mul", [cast(to, sum, "double"), to.doubles([scale])])
}

/** Columns of a matrix that questions of levels are answered in; the same question has one. */
const answers = (to: Builder, columns: Columns, id: string) => {
  const found = new Map<string, number>()
  const asked: Array<{
    readonly column: string
    readonly levels: ReadonlyArray<string>
    readonly left: ReadonlyArray<boolean>
  }> = []
  return {
    /** The place of the answer; `left` has an entry for each level, and one for others and missing. */
    placeOf: (column: string, levels: ReadonlyArray<string>, left: ReadonlyArray<boolean>): number => {
      const key = `${column}\0${left.map(Number).join("")}`
      const known = found.get(key)
      if (known !== undefined) return known
      found.set(key, asked.length)
      return asked.push({ column, levels, left }) - 1
    },
    /** All of them, one block a column that is asked. */
    written: (): ReadonlyArray<Numbers> => {
      const made: Array<Numbers> = []
      const byColumn = Map.groupBy(asked.keys(), (i) => asked[i]!.column)
      for (const [name, places] of byColumn) {
        const { levels } = asked[places[0]!]!
        const codes = codesOf(to, columnOf(columns, name, id), levels, id)
        // Others and missing ones go the same way.
        const rows = Array.from({ length: levels.length + 2 }, (_, code) =>
          places.map((place) => Number(!asked[place]!.left[Math.min(code, levels.length)]))
        )
        const block = columnsOf(lookUp(to, codes, rows), places.map(String))
        block.forEach(([, numbers], i) => (made[places[i]!] = numbers))
      }
      return made
    }
  }
}

type Coded =
  | { readonly column: string; readonly as: "number" }
  | { readonly column: string; readonly as: "ordered" | "unordered"; readonly levels: ReadonlyArray<string> }

/** The columns that are asked by their numbers: as they are, or places in an order. */
const asNumbers = (to: Builder, columns: Columns, coded: ReadonlyArray<Coded>, id: string): ReadonlyArray<Numbers> =>
  coded.map((one): Numbers => {
    if (one.as === "number") return numbersOf(columns, [one.column], id)[0]!
    const codes = codesOf(to, columnOf(columns, one.column, id), one.levels, id)
    const table = [...one.levels.map((_, code) => [code]), [Number.NaN], [Number.NaN]]
    return columnsOf(lookUp(to, codes, table), [one.column])[0]![1]
  })

/** The columns in the order of the matrix: numbers first, then the answers. */
const layout = (coded: ReadonlyArray<Coded>) => {
  const numeric = coded.flatMap((one, j) => (one.as === "unordered" ? [] : [j]))
  return { numeric, place: new Map(numeric.map((j, i) => [j, i])) }
}

/** The sums of the values of trees of histograms, [rows, outputs]. */
export const histogramTrees = (
  to: Builder,
  columns: Columns,
  saved: HistogramTrees.Saved,
  outputs: number,
  id: string
): Name => {
  const { columns: coded, trees } = saved
  const { numeric, place } = layout(coded)
  const levels = answers(to, columns, id)
  const written = HistogramTrees.nodesOf(saved).map((nodes, tree) =>
    nodes.map((node): Node => {
      if (node._tag === "Leaf") {
        const first = (tree * trees.width) % outputs
        return { adds: node.values.map((value, k) => [first + k, value] as const) }
      }
      const { column, left, missingLeft, question, right } = node
      const own = coded[column]!
      if (question._tag === "AtMost" || own.as === "number") {
        const threshold = question._tag === "AtMost" ? question.threshold : 0
        return { feature: place.get(column)!, mode: "BRANCH_LEQ", threshold, missingLeft, left, right }
      }
      const answer = levels.placeOf(own.column, own.levels, [...question.left, missingLeft])
      return { feature: numeric.length + answer, mode: "BRANCH_LEQ", threshold: 0.5, missingLeft, left, right }
    })
  )
  return ensemble(to, whole(to, columns, coded, numeric, levels.written(), id), written, outputs)
}

/** The operator needs a column, where no question is asked, too. */
const columnsOrOnes = (to: Builder, columns: ReadonlyArray<Numbers>): Name =>
  columns.length === 0 ? ones(to) : matrix(to, columns)

const whole = (
  to: Builder,
  columns: Columns,
  coded: ReadonlyArray<Coded>,
  numeric: ReadonlyArray<number>,
  written: ReadonlyArray<Numbers>,
  id: string
): Name =>
  columnsOrOnes(to, [
    ...asNumbers(
      to,
      columns,
      numeric.map((j) => coded[j]!),
      id
    ),
    ...written
  ])

/** The leaf values of a single tree, [rows, outputs]: shares of classes, or the mean. */
export const cartTree = (
  to: Builder,
  columns: Columns,
  { columns: coded, nodes }: typeof Tree.State.Type,
  outputs: number,
  isClassifier: boolean,
  id: string
): Name => {
  const { numeric, place } = layout(coded)
  const levels = answers(to, columns, id)
  const written = nodes.feature.map((column, t): Node => {
    const [left, right] = [nodes.left[t]!, nodes.right[t]!]
    if (column < 0) {
      const divisor = isClassifier ? nodes.weight[t]! : 1
      const values = nodes.value.slice(t * outputs, (t + 1) * outputs)
      return { adds: values.map((value, k) => [k, value / divisor] as const) }
    }
    const own = coded[column]!
    if (own.as !== "unordered") {
      const threshold = nodes.threshold[t]!
      return { feature: place.get(column)!, mode: "BRANCH_LT", threshold, missingLeft: false, left, right }
    }
    // A level that no training row of the node had goes with the heavier side.
    const sides = Array.from({ length: own.levels.length + 1 }, (_, code) => {
      const side = nodes.direction[nodes.levelsAt[t]! + code]!
      return side === 0 ? nodes.heavierLeft[t] === 1 : side === 1
    })
    const answer = levels.placeOf(own.column, own.levels, sides)
    return { feature: numeric.length + answer, mode: "BRANCH_LT", threshold: 0.5, missingLeft: false, left, right }
  })
  return ensemble(to, whole(to, columns, coded, numeric, levels.written(), id), [written], outputs)
}
