/**
 * What the losses say of a scene: every number that the explorer shows is computed here, by `@rocflow/losses` itself.
 */
import * as Aum from "@rocflow/losses/Aum"
import * as Bce from "@rocflow/losses/Bce"
import * as BinaryScores from "@rocflow/losses/BinaryScores"
import * as Roc from "@rocflow/losses/Roc"
import * as Effect from "effect/Effect"
import type { Example, Scene } from "./Scene.ts"

/**
 * Between two neighbouring thresholds, the lower one first, no error changes: an example is called positive where its score is
 * above the threshold. `fp` and `fn` are rates or counts, as the scene has it; `fpr` and `fnr` are always rates.
 */
export interface Interval {
  readonly from: number
  readonly to: number
  readonly fp: number
  readonly fn: number
  readonly fpr: number
  readonly fnr: number
}

/** The errors of scores that the margin has shifted. */
export interface Errors {
  /** From the lowest threshold to the highest: AUM is the area under the lesser of the two errors. */
  readonly intervals: ReadonlyArray<Interval>
  /** The score at which the lesser error changes from false positives, above it, to false negatives. */
  readonly crossing: number
}

/** All arrays have one entry an example, in their order. */
export interface Reading {
  /** With the margin and the denominator of the scene. */
  readonly aum: Roc.Measured
  /** Of the scores as they are: a margin is nothing to the AUC. */
  readonly auc: Roc.Measured
  readonly crossEntropy: number
  /** One-sided derivatives of AUM and their mean; undefined where AUM is. */
  readonly derivatives: Aum.Result | undefined
  readonly crossEntropyGradient: Float64Array
  readonly roc: Roc.Curve | Roc.Undefined
  readonly errors: Errors | Roc.Undefined
}

/** Where the errors of an example change: the margin adds half of it to negatives and takes half of it from positives. */
export const shifted = ({ positive, score }: Pick<Example, "positive" | "score">, margin: number): number =>
  positive ? score - margin / 2 : score + margin / 2

/** Undefined where all weigh the same, so that the compiled kernels, which know no weights, compute larger scenes. */
const weightsOf = (examples: ReadonlyArray<Example>): Float64Array | undefined =>
  examples.every(({ weight }) => weight === 1) ? undefined : Float64Array.from(examples, ({ weight }) => weight)

/** A scene is valid, so that checking its scores cannot fail. */
const checked = ({ examples }: Scene, scoreOf: (example: Example) => number) =>
  Effect.runSync(
    BinaryScores.make({
      labels: examples.map(({ positive }) => positive),
      scores: Float64Array.from(examples, scoreOf),
      weights: weightsOf(examples)
    })
  )

const bce = Bce.definition.make({ posWeight: 1, reduction: "mean" })

/** Cross-entropy of the examples at scores of one's own; writes its gradient if asked to. */
export const crossEntropyAt = (
  { examples }: Scene,
  scores: Float64Array,
  gradient = new Float64Array(scores.length)
): number => {
  const targets = Float64Array.from(examples, ({ positive }) => Number(positive))
  return bce.evaluate(scores, targets, gradient, weightsOf(examples))
}

const errorsOf = (scene: Scene): Errors | Roc.Undefined => {
  const scores = checked(scene, (example) => shifted(example, scene.margin))
  const curve = Roc.curve(scores)
  if (Roc.isUndefined(curve)) return curve
  const counts = scene.denominator === "count"
  const [negatives, positives] = counts ? [scores.negativeWeight, scores.positiveWeight] : [1, 1]
  const intervals = Array.from(curve.fpr, (fpr, k) => {
    const fnr = curve.fnr[k]!
    // A constant added to the scores is a threshold with the other sign.
    const [from, to] = [0 - curve.maxConstant[k]!, 0 - curve.minConstant[k]!]
    return { from, to, fp: fpr * negatives, fn: fnr * positives, fpr, fnr }
  }).reverse()
  // Below all scores there are false positives only, so that there is such an interval.
  return { intervals, crossing: intervals.findLast(({ fn, fp }) => fp >= fn)!.to }
}

/** Computes everything that is shown of a scene. */
export const read = (scene: Scene): Reading => {
  const scores = checked(scene, ({ score }) => score)
  const { denominator, margin } = scene
  const aum = Aum.binary(scores, { denominator, margin })
  const crossEntropyGradient = new Float64Array(scene.examples.length)
  const crossEntropy = crossEntropyAt(scene, Float64Array.from(scores.scores), crossEntropyGradient)
  return {
    aum: Roc.isUndefined(aum) ? aum : aum.aum,
    auc: Roc.auc(scores),
    crossEntropy,
    derivatives: Roc.isUndefined(aum) ? undefined : aum,
    crossEntropyGradient,
    roc: Roc.curve(scores),
    errors: errorsOf(scene)
  }
}
