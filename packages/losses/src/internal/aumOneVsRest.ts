/**
 * AUM of k classes as binary problems, with preallocated memory: no allocation after the largest input.
 */
import type { Floats, Variant } from "./aumRows.ts"
import * as Linear from "./aumLinear.ts"

export interface OneVsRest {
  /** Scores and gradient are row-major [n, k], targets [n] hold 0 .. k − 1, weights [n]. Returns the value. */
  readonly evaluate: (
    scores: Floats,
    targets: ArrayLike<number>,
    n: number,
    variant: Variant,
    gradient: Floats,
    weights?: Floats
  ) => number
}

/** Returns `buffer` if it has `n` entries at least, else a new one. */
const atLeast = (buffer: Float64Array<ArrayBuffer>, n: number): Float64Array<ArrayBuffer> =>
  buffer.length < n ? new Float64Array(n) : buffer

/** The mean over the classes of the AUM of that class against the rest. A class without rows or rest adds 0. */
export const macro = (): OneVsRest => {
  const workspace = Linear.make()
  let score = new Float64Array(0)
  let label = new Float64Array(0)
  let slope = new Float64Array(0)
  return {
    evaluate: (scores, targets, n, variant, gradient, weights) => {
      const classes = scores.length / n
      score = atLeast(score, n)
      label = atLeast(label, n)
      slope = atLeast(slope, n)
      let sum = 0
      for (let k = 0; k < classes; k++) {
        for (let i = 0; i < n; i++) {
          score[i] = scores[i * classes + k]!
          label[i] = +(targets[i] === k)
        }
        sum += workspace.evaluate(score, label, n, variant, slope, undefined, undefined, weights)
        for (let i = 0; i < n; i++) gradient[i * classes + k] = slope[i]! / classes
      }
      return sum / classes
    }
  }
}

/** The AUM of the one binary problem of all n·k entries: is this the class of the row? */
export const micro = (): OneVsRest => {
  const workspace = Linear.make()
  let label = new Float64Array(0)
  let mass = new Float64Array(0)
  return {
    evaluate: (scores, targets, n, variant, gradient, weights) => {
      const size = scores.length
      const classes = size / n
      label = atLeast(label, size)
      if (weights !== undefined) mass = atLeast(mass, size)
      for (let i = 0; i < n; i++) {
        for (let k = 0; k < classes; k++) {
          label[i * classes + k] = +(targets[i] === k)
          if (weights !== undefined) mass[i * classes + k] = weights[i]!
        }
      }
      const masses = weights === undefined ? undefined : mass
      return workspace.evaluate(scores, label, size, variant, gradient, undefined, undefined, masses)
    }
  }
}
