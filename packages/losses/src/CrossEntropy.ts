/**
 * Cross-entropy of softmax scores, for two or more classes.
 *
 *     loss = mean over rows of  log(sum over k of exp(s_k)) - s_truth,   d/ds_k = softmax(s)_k - [k = truth]
 *
 * the negative log-likelihood of `P(class k) = softmax(s)_k`, as PyTorch's `CrossEntropyLoss` without class weights.
 * Scores are row-major, one column per class; targets are class indices 0 .. K - 1.
 *
 * With `labelSmoothing` ε a row has the target 1 − ε of its own class and ε/K more of each of the K classes, as in PyTorch:
 *
 *     loss = mean over rows of  log(sum over k of exp(s_k)) - (1 - ε) s_truth - ε mean(s),
 *     d/ds_k = softmax(s)_k - (1 - ε) [k = truth] - ε / K
 *
 * Weights multiply the terms, and the mean is the sum of the weighted terms divided by the sum of the weights, so
 * that an integer weight is the same as repeating the row (PyTorch's `weight` divides by the number of rows). A batch
 * without weight has value and gradient 0.
 *
 * @example
 * const loss = CrossEntropy.definition.make({ reduction: "mean" })
 * const gradient = new Float64Array(4)
 * loss.evaluate(Float64Array.of(0, 0, 0, 0), Float64Array.of(2), gradient) // => 1.3862943611198906
 * gradient // => Float64Array [0.25, 0.25, -0.75, 0.25]
 *
 * @see Szegedy et al., Rethinking the Inception architecture for computer vision, CVPR 2016, section 7, for smoothing
 */
import * as OptionSchema from "@rocflow/core/OptionSchema"
import * as Loss from "@rocflow/core/pipeline/Loss"
import * as Schema from "effect/Schema"
import { crossEntropy } from "./internal/crossEntropy.ts"
import { factor, reduce, Reduction } from "./internal/reduction.ts"

/**
 * - `labelSmoothing`: share ε of a row's target that is spread evenly over all classes, in [0, 1); none unless given. It bounds the
 *   scores; probabilities are then drawn towards 1/K on purpose, so leave it at 0 where they decide.
 * - `reduction`: "mean" (default) or "sum".
 * @category models
 */
export const Options = Schema.Struct({
  labelSmoothing: OptionSchema.optional(
    OptionSchema.fraction,
    "The share of a target that goes to all classes alike; default: none",
    0.1
  ),
  reduction: Reduction
})

/** What a user writes: every option may be left out. @category models */
export type Options = typeof Options.Encoded

/** The definition, for registries and for direct evaluation. @category models */
export const definition = Loss.define({
  id: "CrossEntropy.loss",
  accepts: ["multiclass"],
  weighted: true,
  options: Options,
  summary: "Cross-entropy of softmax scores: the mean of log(sum exp(s)) - s of the true class",
  make: ({ labelSmoothing = 0, reduction }) =>
    Loss.explicit({
      formula: { terms: "crossEntropy", smoothing: labelSmoothing, reduction },
      evaluate: (scores, targets, gradient, weights) =>
        crossEntropy(scores, targets, gradient, weights, labelSmoothing, factor(reduction, targets.length, weights)),
      tensor: (scores, targets, weights, tf) => {
        const [, classes] = scores.shape
        const hard = tf.oneHot(tf.cast(targets, "int32"), classes)
        const truth = tf.add(tf.mul(hard, 1 - labelSmoothing), labelSmoothing / classes)
        return reduce(tf.neg(tf.sum(tf.mul(truth, tf.logSoftmax(scores)), 1)), weights, reduction, tf)
      }
    })
})

/** Appends cross-entropy to a pipeline that has a head. Multi-class tasks only. @category stages */
export const loss = (options: Options = {}) => Loss.stage(definition, options)
