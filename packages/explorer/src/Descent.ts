/**
 * Ways down: the gradient of a loss, the exact line search along it, and the losses on the way.
 */
import * as AumDiffs from "@rocflow/losses/AumDiffs"
import * as LineSearch from "@rocflow/losses/LineSearch"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { crossEntropyAt, type Reading } from "./Reading.ts"
import type { Scene } from "./Scene.ts"

export type Loss = "aum" | "crossEntropy"

/** The gradient of a loss, one entry an example; undefined where the loss is. */
export const gradientOf = ({ crossEntropyGradient, derivatives }: Reading, loss: Loss): Float64Array | undefined =>
  loss === "aum" ? derivatives?.gradient : crossEntropyGradient

/** Steps of errors with weights, which `AumDiffs.binary` does not have. */
const diffsOf = ({ denominator, examples, margin }: Scene) => {
  const total = (positive: boolean) =>
    denominator === "count"
      ? 1
      : examples.reduce((sum, example) => sum + (example.positive === positive ? example.weight : 0), 0)
  const [negatives, positives] = [total(false), total(true)]
  return AumDiffs.make(
    examples.map(({ positive, weight }, example) => ({
      example,
      pred: positive ? margin / 2 : -margin / 2,
      fpDiff: positive ? 0 : weight / negatives,
      fnDiff: positive ? -weight / positives : 0
    })),
    { examples: examples.length }
  )
}

/** AUM at each step at which the direction in which it goes changes, and beyond the last one. */
export interface Profile {
  /** What exact line search recommends. */
  readonly best: { readonly step: number; readonly aum: number }
  readonly events: LineSearch.Events
}

/** Searches along scores − step · direction; fails with the sentence that says why there is nothing to search. */
export const search = (scene: Scene, direction: Float64Array): Result.Result<Profile, string> => {
  const scores = scene.examples.map(({ score }) => score)
  const along = Effect.gen(function* () {
    const diffs = yield* diffsOf(scene)
    const { aum, step } = yield* LineSearch.run({ diffs, scores, direction })
    const { events } = yield* LineSearch.run({ diffs, scores, direction, limit: { _tag: "all" } })
    return { best: { step, aum }, events }
  })
  return Result.mapError(Effect.runSync(Effect.result(along)), ({ message }) => message)
}

/** A point of a curve over steps. */
export interface Point {
  readonly step: number
  readonly value: number
}

/** AUM from step 0 to a last one: a line with a corner at each event. */
export const aumAlong = ({ events }: Profile, last: number): ReadonlyArray<Point> => {
  const points: Array<Point> = []
  for (const [k, step] of events.step.entries()) {
    if (step > last) break
    points.push({ step, value: events.aum[k]! })
  }
  const k = points.length - 1
  const value = events.aum[k]! + events.aumSlopeAfter[k]! * (last - events.step[k]!)
  return [...points, { step: last, value }]
}

/** Cross-entropy at evenly spaced steps from 0 to a last one. */
export const crossEntropyAlong = (
  scene: Scene,
  direction: Float64Array,
  last: number,
  count = 61
): ReadonlyArray<Point> =>
  Array.from({ length: count }, (_, k) => {
    const step = (last * k) / (count - 1)
    const scores = Float64Array.from(scene.examples, ({ score }, i) => score - step * direction[i]!)
    return { step, value: crossEntropyAt(scene, scores) }
  })
