/**
 * The loss of a step on views of the arena: by a kernel where its formula is known, else by the loss itself.
 */
import type { Explicit, LossFormula } from "../../../pipeline/Stage.ts"
import type { Kernels } from "./kernels.ts"

/** The memory of scores, targets, weights and the gradient, as views and as addresses. */
export interface Memory {
  readonly outputs: number
  readonly scores: Float32Array
  readonly targets: Float32Array
  readonly weights: Float32Array
  readonly gradient: Float32Array
}

/** Computes the loss of the first `rows` rows and writes its gradient. */
export type Evaluate = (rows: number, weighted: boolean) => number

/** The weight of a row, or what its own is multiplied by. A batch without weight has the loss 0. */
const factor = ({ reduction }: LossFormula, rows: number, weights: Float32Array | undefined): number => {
  if (reduction === "sum") return 1
  if (weights === undefined) return 1 / rows
  let total = 0
  for (let i = 0; i < rows; i++) total += weights[i]!
  return total > 0 ? 1 / total : 0
}

const byKernel = (
  formula: LossFormula,
  kernels: Kernels,
  { gradient, outputs, scores, targets, weights }: Memory
): Evaluate => {
  const [s, t, w, g] = [scores, targets, weights, gradient].map(({ byteOffset }) => byteOffset) as [
    number,
    number,
    number,
    number
  ]
  return (rows, weighted) => {
    const scale = factor(formula, rows, weighted ? weights : undefined)
    const own = weighted ? w : 0
    switch (formula.terms) {
      case "binaryCrossEntropy":
        return kernels.binaryCrossEntropy(rows, s, t, own, g, formula.positive, formula.smoothing, scale)
      case "squaredError":
        return kernels.squaredError(rows, s, t, own, g, scale)
      case "crossEntropy":
        return kernels.crossEntropy(rows, outputs, s, t, own, g, formula.smoothing, scale)
    }
  }
}

/** Binds a loss to the memory of a trainer. */
export const bind = (loss: Explicit, kernels: Kernels, memory: Memory): Evaluate => {
  const known = loss.formula
  // The terms of one score a row are for networks of one output.
  if (known !== undefined && (known.terms === "crossEntropy" || memory.outputs === 1)) {
    return byKernel(known, kernels, memory)
  }
  const { gradient, outputs, scores, targets, weights } = memory
  // The same number of rows comes in almost every step.
  let rows = 0
  let views: readonly [Float32Array, Float32Array, Float32Array, Float32Array] = [scores, targets, gradient, weights]
  return (used, weighted) => {
    if (used !== rows) {
      rows = used
      views = [
        scores.subarray(0, used * outputs),
        targets.subarray(0, used),
        gradient.subarray(0, used * outputs),
        weights.subarray(0, used)
      ]
    }
    const [s, t, g, w] = views
    return loss.evaluate(s, t, g, weighted ? w : undefined)
  }
}

/** Memory for scores that stand in it twice, and for their gradient. */
export type Twice = Pick<Memory, "scores" | "gradient">

/**
 * The same where every row has two targets: the loss is evaluated on the scores twice, and the two halves of its gradient
 * are added.
 */
export const bindPairs = (loss: Explicit, kernels: Kernels, memory: Memory, twice: Twice): Evaluate => {
  const evaluate = bind(loss, kernels, { ...memory, ...twice })
  const { gradient, outputs, scores } = memory
  return (rows) => {
    const numbers = rows * outputs
    for (let i = 0; i < numbers; i++) twice.scores[i] = twice.scores[numbers + i] = scores[i]!
    const value = evaluate(2 * rows, true)
    for (let i = 0; i < numbers; i++) gradient[i] = twice.gradient[i]! + twice.gradient[numbers + i]!
    return value
  }
}
