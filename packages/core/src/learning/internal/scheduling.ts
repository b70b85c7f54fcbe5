/**
 * The schedules of an optimizer while training goes on: how far it is, and what those remember that answer to validation.
 */
import * as Result from "effect/Result"
import { PipelineError } from "../../pipeline/PipelineError.ts"
import type { Read, Schedule, Transform } from "../../pipeline/Stage.ts"
import { isDefined, type Measured } from "../Measure.ts"
import type * as Validation from "../Validation.ts"

/** The schedules that answer to validation, each once, in the order in which they stand in the optimizer. */
const adapting = ({ schedules = [] }: Transform): ReadonlyArray<Schedule> => [
  ...new Set(schedules.filter(({ adapts }) => adapts !== undefined))
]

/** Schedules in use. */
export interface Scheduling {
  /** The numbers as they are now. */
  readonly read: Read
  /** Says which share of all updates was made. */
  readonly advance: (progress: number) => void
  /** Tells the next value of the first validation measure. */
  readonly evaluated: (score: Measured, direction: "minimise" | "maximise") => void
  /** What they remember, as plain JSON. */
  readonly save: () => ReadonlyArray<unknown>
}

/** The schedules of an optimizer, as they were saved, or at the beginning. */
export const make = (transform: Transform, saved: ReadonlyArray<unknown> = []): Scheduling => {
  const states = new Map(adapting(transform).map((schedule, i) => [schedule, saved[i] ?? schedule.adapts?.initial]))
  let progress = 0
  return {
    read: (value) => (typeof value === "number" ? value : value.at(progress, states.get(value))),
    advance: (share) => {
      progress = share
    },
    evaluated: (score, direction) => {
      for (const [schedule, state] of states) {
        states.set(schedule, schedule.adapts?.next(state, isDefined(score) ? score : Number.NaN, direction))
      }
    },
    save: () => [...states.values()]
  }
}

/** Refuses a schedule that would wait for a validation that never comes. */
export const check = (
  transform: Transform,
  validation: Validation.Options | undefined
): Result.Result<void, PipelineError> => {
  const [waiting] = adapting(transform)
  if (waiting === undefined || validation?.measures[0].direction !== undefined) return Result.succeed(undefined)
  const { type } = waiting.json
  const message =
    validation === undefined
      ? `${type} answers to validation, and there is none; give the model one: Validation.holdout(ratio, { measures })`
      : `${type} answers to the first validation measure, and "${validation.measures[0].id}" has no direction; put another one first`
  return Result.fail(new PipelineError({ issues: [{ path: [], message }] }))
}
