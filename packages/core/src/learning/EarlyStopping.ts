/**
 * Early stopping is a pure function of the sequence of validation scores.
 */
import type { Measured } from "./Measure.ts"
import { isDefined } from "./Measure.ts"

/** When training ends early, by the first validation measure. @category models */
export interface Rule {
  readonly direction: "minimise" | "maximise"
  /** Evaluations without a gain after which training ends; 0 means never. */
  readonly patience: number
  /** A gain must exceed this. */
  readonly minDelta: number
}

/** Where early stopping stands between two evaluations. @category models */
export interface State {
  /** The best score so far and its epoch; undefined before the first defined score. */
  readonly best: { readonly epoch: number; readonly score: number } | undefined
  /** Evaluations since the last gain. */
  readonly stagnation: number
  /** Whether the last score was a gain. */
  readonly improved: boolean
  readonly stop: boolean
}

/** Before the first evaluation. @category constructors */
export const initial: State = { best: undefined, stagnation: 0, improved: false, stop: false }

/**
 * Takes the next score. The first one is the best so far; a later one is a gain if it is better by more than `minDelta`,
 * measured from the old best, so that slow drift is no gain. Equality is none. A score that is undefined or NaN is never
 * the best; it counts as stagnation once there is a best one, for a measure that never has a value says nothing of
 * training.
 *
 * @example
 * const rule = { direction: "maximise", patience: 2, minDelta: 0 } as const
 * step(rule, step(rule, initial, 1, 0.7), 2, 0.6).stagnation // => 1
 */
export const step = (rule: Rule, state: State, epoch: number, score: Measured): State => {
  const value = isDefined(score) ? score : Number.NaN
  if (!Number.isNaN(value)) {
    const best = state.best
    const gain = best === undefined ? Infinity : rule.direction === "maximise" ? value - best.score : best.score - value
    if (best === undefined || gain > rule.minDelta) {
      return { best: { epoch, score: value }, stagnation: 0, improved: true, stop: false }
    }
  }
  const stagnation = state.best === undefined ? 0 : state.stagnation + 1
  return {
    best: state.best,
    stagnation,
    improved: false,
    stop: rule.patience > 0 && stagnation >= rule.patience
  }
}

/**
 * Whose stagnation ends training, where several measures are looked at: that of the first one, of any of them, or of all of
 * them at the same time. The first one chooses the best epoch in any case.
 * @category models
 */
export type When = "first" | "any" | "all"

/**
 * Whether training ends, from where each measure stands. A measure that had no value yet does not stagnate.
 *
 * @example
 * stops("all", [{ ...initial, stop: true }, initial]) // => false
 */
export const stops = (when: When, states: ReadonlyArray<State>): boolean => {
  if (when === "any") return states.some(({ stop }) => stop)
  return when === "all" ? states.length > 0 && states.every(({ stop }) => stop) : (states[0]?.stop ?? false)
}
