/**
 * Transformations of a target, one after another.
 */
import * as Result from "effect/Result"
import { fail } from "../../pipeline/Features.ts"
import { PipelineError } from "../../pipeline/PipelineError.ts"
import type * as Target from "../../pipeline/Target.ts"
import type * as Parts from "../Parts.ts"
import { type Coefficient, intercept } from "./featureUse.ts"

/** What transformations learned: the way there and back. */
export interface Learned {
  readonly apply: (values: Float64Array) => Float64Array
  readonly invert: (predicted: Float64Array) => Float64Array
  /** Of each what it learned, as plain JSON. */
  readonly state: () => ReadonlyArray<unknown>
}

const chain = (fitted: ReadonlyArray<Target.Fitted>): Learned => ({
  apply: (values) => fitted.reduce((now, { apply }) => now.map(apply), values),
  invert: (predicted) => fitted.reduceRight((now, { invert }) => now.map(invert), predicted),
  state: () => fitted.map(({ state }) => state())
})

/** No transformation: values stay as they are. */
export const none: Learned = chain([])

const bound = ({ bound }: Target.Target): Result.Result<Target.Bound, PipelineError> =>
  Result.mapError(bound, (issues) => new PipelineError({ issues }))

/** Fits transformations to the target of training rows, each to what the ones before it made. */
export const fit = (
  targets: ReadonlyArray<Target.Target>,
  values: Float64Array
): Result.Result<Learned, PipelineError> =>
  Result.gen(function* () {
    const fitted: Array<Target.Fitted> = []
    let now = values
    for (const target of targets) {
      const { fit } = yield* bound(target)
      const learned = yield* fit(now)
      now = now.map(learned.apply)
      fitted.push(learned)
    }
    return chain(fitted)
  })

/** Reads what `state` of the same transformations gave. */
export const load = (
  targets: ReadonlyArray<Target.Target>,
  states: ReadonlyArray<unknown>
): Result.Result<Learned, PipelineError> => {
  if (targets.length !== states.length) {
    return fail(
      "model state",
      `has ${states.length} transformations of the target, and the learner has ${targets.length}; load it with the learner that was trained`
    )
  }
  return Result.map(
    Result.all(targets.map((target, i) => Result.flatMap(bound(target), ({ load }) => load(states[i])))),
    chain
  )
}

/** The transformations with what each learned. */
export const partsOf = (targets: ReadonlyArray<Target.Target>, learned: Learned): ReadonlyArray<Parts.Target> =>
  learned.state().map((state, i) => ({ type: targets[i]!.json.type, state }))

const affine: ReadonlySet<string> = new Set(["Target.standardise", "Target.minMax"])

/** Brings coefficients back to the unit of the target, where its transformations only shift and scale; others stay as they are. */
export const inUnit = (
  targets: ReadonlyArray<Target.Target>,
  { invert }: Learned,
  coefficients: ReadonlyArray<Coefficient>
): ReadonlyArray<Coefficient> => {
  if (!targets.every(({ json }) => affine.has(json.type))) return coefficients
  const [start, one] = invert(Float64Array.of(0, 1)) as unknown as readonly [number, number]
  const slope = one - start
  return coefficients.map(({ perSd, value, ...row }) => ({
    ...row,
    value: slope * value + (row.column === intercept ? start : 0),
    perSd: perSd === undefined ? undefined : slope * perSd
  }))
}
