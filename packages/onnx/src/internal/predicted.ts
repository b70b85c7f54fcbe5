/**
 * Predictions inside a graph, as `Prediction` has them: numbers in double precision, one row each.
 */
import type { TaskSchema } from "@rocflow/core/data/TaskSchema"
import { type Builder, type Name } from "./builder.ts"

/** @category models */
export interface Predicted {
  /** The index of the level [rows], or the value [rows] in double precision. */
  readonly response: Name
  /** Probabilities [rows, levels]; undefined if the learner gives none. */
  readonly prob: Name | undefined
  /** Scores of two classes [rows, 1]; undefined if the learner has none. */
  readonly scores: Name | undefined
}

type Target = Pick<TaskSchema, "kind" | "levels">

const largest = (to: Builder, values: Name): Name => to.op("ArgMax", [values], { axis: 1, keepdims: 0 })

/** One column as [rows]. */
export const flat = (to: Builder, name: Name): Name => to.op("Squeeze", [name, to.ints([1])])

/** Probabilities of the positive class [rows, 1], and of the other one. */
export const twoOf = (to: Builder, positive: Name, negative: Name): Name =>
  to.op("Concat", [positive, negative], { axis: 1 })

/** 0 where a condition [rows, 1] holds, 1 elsewhere. */
export const zeroWhere = (to: Builder, condition: Name): Name =>
  flat(to, to.op("Where", [condition, to.ints([0]), to.ints([1])]))

/** Of the outputs of a model, [rows, outputs], what it predicts: see `Prediction.fromOutputs`. */
export const fromOutputs = (
  to: Builder,
  { kind }: Target,
  outputs: Name,
  predictType: "response" | "prob"
): Predicted => {
  const prob = predictType === "prob"
  switch (kind) {
    case "regression":
      return { response: flat(to, outputs), prob: undefined, scores: undefined }
    case "binary":
      return {
        response: zeroWhere(to, to.op("GreaterOrEqual", [outputs, to.doubles([0])])),
        prob: prob ? twoOf(to, to.op("Sigmoid", [outputs]), to.op("Sigmoid", [to.op("Neg", [outputs])])) : undefined,
        scores: outputs
      }
    case "multiclass":
      return {
        response: largest(to, outputs),
        prob: prob ? to.op("Softmax", [outputs], { axis: 1 }) : undefined,
        scores: undefined
      }
  }
}

/** Of shares of classes [rows, levels], or values [rows, 1]: see `Prediction.fromShares`. */
export const fromShares = (to: Builder, { kind }: Target, shares: Name): Predicted =>
  kind === "regression"
    ? { response: flat(to, shares), prob: undefined, scores: undefined }
    : { response: largest(to, shares), prob: shares, scores: undefined }

/** Shares of a prediction: its probabilities, or 1 for the class that it calls; of a regression its value [rows, 1]. */
export const sharesOf = (to: Builder, { kind, levels }: Target, { prob, response }: Predicted): Name => {
  if (kind === "regression") return to.op("Unsqueeze", [response, to.ints([1])])
  return prob ?? to.op("OneHot", [response, to.ints([levels.length], []), to.doubles([0, 1])], { axis: 1 })
}

/** The weighted mean of predictions: see `Prediction.average`. */
export const average = (
  to: Builder,
  target: Target,
  members: ReadonlyArray<Predicted>,
  weights: ReadonlyArray<number> | undefined
): Predicted => {
  const weighted = members.map((member, i) => {
    const shares = sharesOf(to, target, member)
    return weights === undefined ? shares : to.op("Mul", [shares, to.doubles([weights[i]!])])
  })
  const total = weights?.reduce((sum, weight) => sum + weight, 0) ?? members.length
  const sum = weighted.length === 1 ? weighted[0]! : to.op("Sum", weighted)
  return fromShares(to, target, to.op("Div", [sum, to.doubles([total])]))
}
