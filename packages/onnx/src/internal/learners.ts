/**
 * Learners inside a graph: what each kind of parts predicts of columns.
 */
import type { TaskSchema } from "@rocflow/core/data/TaskSchema"
import type * as Parts from "@rocflow/core/learning/Parts"
import * as Boosting from "@rocflow/learners/Boosting"
import * as ElasticNet from "@rocflow/learners/ElasticNet"
import * as Featureless from "@rocflow/learners/Featureless"
import * as Forest from "@rocflow/learners/Forest"
import * as Tree from "@rocflow/learners/Tree"
import { type Builder, type Name, ones, refuse } from "./builder.ts"
import { type Column, type Columns, columnsOf, matrix, numbersOf } from "./columns.ts"
import { changed } from "./decisions.ts"
import { decoded } from "./decoded.ts"
import { network } from "./network.ts"
import { average, fromOutputs, fromShares, type Predicted, sharesOf, twoOf } from "./predicted.ts"
import { preprocessed } from "./preprocess.ts"
import { inverted } from "./targets.ts"
import { cartTree, histogramTrees } from "./trees.ts"

type Target = Pick<TaskSchema, "kind" | "levels">

type WriteModel = (to: Builder, target: Target, columns: Columns, model: Parts.Model) => Predicted

const elasticNet: WriteModel = (to, target, columns, { state, type }) => {
  const { coefficients, intercepts } = decoded(type, ElasticNet.State, state)
  const names = coefficients.map(({ column }) => column)
  const kernel = to.doubles(
    coefficients.flatMap(({ values }) => values),
    [names.length, intercepts.length]
  )
  const product = to.op("MatMul", [matrix(to, numbersOf(columns, names, type)), kernel])
  return fromOutputs(to, target, to.op("Add", [product, to.doubles(intercepts, [1, intercepts.length])]), "prob")
}

const tree: WriteModel = (to, target, columns, { state, type }) => {
  const isClassifier = target.kind !== "regression"
  const outputs = isClassifier ? target.levels.length : 1
  const saved = decoded(type, Tree.State, state)
  return fromShares(to, target, cartTree(to, columns, saved, outputs, isClassifier, type))
}

const forest: WriteModel = (to, target, columns, { state, type }) => {
  const saved = decoded(type, Forest.State, state)
  const { roots, width } = saved.trees
  const means = to.op("Div", [histogramTrees(to, columns, saved, width, type), to.doubles([roots.length])])
  if (target.kind !== "binary") return fromShares(to, target, means)
  return fromShares(to, target, twoOf(to, means, to.op("Sub", [to.doubles([1]), means])))
}

const boosting: WriteModel = (to, target, columns, { state, type }) => {
  const { baseline, ...saved } = decoded(type, Boosting.State, state)
  const sums = histogramTrees(to, columns, saved, baseline.length, type)
  return fromOutputs(to, target, to.op("Add", [sums, to.doubles(baseline, [1, baseline.length])]), "prob")
}

const featureless: WriteModel = (to, target, _, { state, type }) => {
  const { values } = decoded(type, Featureless.State, state)
  return fromShares(to, target, to.op("Mul", [ones(to), to.doubles(values, [1, values.length])]))
}

const models: Readonly<Record<string, WriteModel>> = {
  ElasticNet: elasticNet,
  "ElasticNet.cv": elasticNet,
  Tree: tree,
  "Forest.classif": forest,
  "Forest.regr": forest,
  "Boosting.classif": boosting,
  "Boosting.regr": boosting,
  Featureless: featureless
}

// --------------------------------------------------------------------------------------------------------- networks

/** ln Σ exp(x) along an axis, which goes. */
const logSum = (to: Builder, x: Name, axis: number): Name => {
  const top = to.op("ReduceMax", [x], { axes: { ints: [axis] }, keepdims: 1 })
  const sum = to.op("ReduceSum", [to.op("Exp", [to.op("Sub", [x, top])]), to.ints([axis])], { keepdims: 1 })
  return to.op("Squeeze", [to.op("Add", [to.op("Log", [sum]), top]), to.ints([axis])])
}

const logSigmoid = (to: Builder, x: Name): Name => {
  const off = to.op("Exp", [to.op("Neg", [to.op("Abs", [x])])])
  return to.op("Sub", [to.op("Min", [x, to.doubles([0])]), to.op("Log", [to.op("Add", [to.doubles([1]), off])])])
}

/** The scores of members as one: the mean of numbers and of scores that rank, else the logit of the mean probability. */
const combined = (to: Builder, { kind, levels }: Target, scores: Name, { members, ranks }: Parts.Network): Name => {
  if (members === 1) return scores
  const outputs = kind === "multiclass" ? levels.length : 1
  const each = to.op("Reshape", [scores, to.ints([0, members, outputs])])
  if (kind === "multiclass") {
    const logs = to.op("LogSoftmax", [each], { axis: 2 })
    return to.op("Sub", [logSum(to, logs, 1), to.doubles([Math.log(members)])])
  }
  if (kind === "regression" || ranks) return to.op("ReduceMean", [each], { axes: { ints: [1] }, keepdims: 0 })
  return to.op("Sub", [logSum(to, logSigmoid(to, each), 1), logSum(to, logSigmoid(to, to.op("Neg", [each])), 1)])
}

const ofNetwork = (to: Builder, target: Target, columns: Columns, parts: Parts.Network): Predicted => {
  const { inputs } = preprocessed(to, columns, parts.stages, parts.preprocess)
  const one = combined(to, target, network(to, parts, inputs), parts)
  const outputs = to.op("Add", [inverted(to, one, parts.target), to.doubles([parts.intercept])])
  return fromOutputs(to, target, outputs, parts.predictType)
}

/** What a learner on top of others sees: their predictions, beside the features where it sees these too. */
const stacked = (to: Builder, target: Target, columns: Columns, parts: Parts.Stacked): Columns => {
  const made = parts.base.flatMap((base, b): ReadonlyArray<readonly [string, Column]> => {
    const shares = sharesOf(to, target, predicted(to, target, columns, base))
    // Of two classes the share of the positive one.
    const all = columnsOf(shares, target.kind === "regression" ? [""] : target.levels)
    return parts.names[b]!.map((name, k) => [name, all[k]![1]])
  })
  return new Map([...(parts.passthrough ? columns : []), ...made])
}

/** Writes what a learner predicts of columns. */
export const predicted = (to: Builder, target: Target, columns: Columns, parts: Parts.Parts): Predicted => {
  switch (parts._tag) {
    case "Network":
      return ofNetwork(to, target, columns, parts)
    case "Preprocessed":
      return predicted(to, target, preprocessed(to, columns, parts.stages, parts.preprocess).columns, parts.inner)
    case "Transformed": {
      const inner = predicted(to, target, columns, parts.inner)
      return { ...inner, response: inverted(to, inner.response, parts.target) }
    }
    case "Changed":
      return changed(to, target, parts, predicted(to, target, columns, parts.inner))
    case "Averaged":
      return average(
        to,
        target,
        parts.members.map((member) => predicted(to, target, columns, member)),
        parts.weights
      )
    case "Stacked":
      return predicted(to, target, stacked(to, target, columns, parts), parts.last)
    case "Model": {
      const write = models[parts.type]
      return write === undefined
        ? refuse(parts.type, "is a learner that has no form in ONNX", "take a network, trees or a linear model")
        : write(to, target, columns, parts)
    }
  }
}
