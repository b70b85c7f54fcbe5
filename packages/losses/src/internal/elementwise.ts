/**
 * Losses whose value is the weighted mean, or sum, of one term a row: the form of most losses. A loss of this form states
 * its terms and their slopes; weights and the reduction are the same for all.
 */
import type { Kind } from "@rocflow/core/data/Task"
import type { Options } from "@rocflow/core/pipeline/Definition"
import * as Loss from "@rocflow/core/pipeline/Loss"
import type * as tf from "@tensorflow/tfjs-core"
import { column, factor, reduce, type Reduction } from "./reduction.ts"

/** Writes the term of every row, and its derivative with respect to the score, [rows] all. */
export type Terms = (scores: Loss.Floats, targets: Loss.Floats, values: Float64Array, slopes: Loss.Floats) => void

/** The terms as tensor operations. */
export type TensorTerms = (scores: tf.Tensor1D, targets: tf.Tensor1D, tf: Loss.Tf) => tf.Tensor1D

/** Defines a loss of one output by its terms; row weights multiply the terms. */
export const define = <const K extends Kind, Type extends { readonly reduction: Reduction }, Encoded>(loss: {
  readonly id: string
  readonly summary: string
  readonly accepts: ReadonlyArray<K>
  readonly options: Options<Type, Encoded>
  readonly terms: (options: Type) => Terms
  readonly tensor: (options: Type) => TensorTerms
  readonly formula?: (options: Type) => Loss.Formula
}): Loss.Definition<K, Encoded, Type, Loss.Explicit> =>
  Loss.define({
    ...loss,
    weighted: true,
    make: (options) => {
      const terms = loss.terms(options)
      const tensor = loss.tensor(options)
      let values = new Float64Array(0)
      const formula = loss.formula?.(options)
      return Loss.explicit({
        ...(formula && { formula }),
        reduction: options.reduction,
        evaluate: (scores, targets, gradient, weights) => {
          const n = targets.length
          if (values.length < n) values = new Float64Array(n)
          terms(scores, targets, values, gradient)
          const scale = factor(options.reduction, n, weights)
          let value = 0
          for (let i = 0; i < n; i++) {
            const w = weights === undefined ? scale : scale * weights[i]!
            value += w * values[i]!
            gradient[i] = w * gradient[i]!
          }
          return value
        },
        tensor: (scores, targets, weights, tf) =>
          reduce(tensor(column(scores, tf), targets, tf), weights, options.reduction, tf)
      })
    }
  })
