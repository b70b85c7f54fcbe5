/**
 * A schedule says what a number of an optimizer or a layer is while training goes on: a function of progress in [0, 1], as data.
 *
 * It stands where the number would, in code and in files. Progress is the share of all updates that were made: 0 at the
 * first update, 1 after the last of the greatest number of epochs, whether training ends before that or not.
 *
 * @example
 * Optimizer.adamw({ learningRate: Schedule.cosine({ from: 0.01, warmUp: 0.05 }), weightDecay: 0.02 })
 * // learningRate: { type: Schedule.cosine, from: 0.01, warmUp: 0.05 }
 */
import type { Read, Schedule as Bound } from "./Stage.ts"
import * as Curves from "./internal/schedules/curves.ts"
import type { Definition } from "./internal/schedules/define.ts"
import { plateauDefinition } from "./internal/schedules/plateau.ts"

export {
  bind,
  type Curve,
  define,
  type Definition,
  make,
  ofProgress,
  type Schedule,
  TypeId,
  value,
  valueOf,
  written
} from "./internal/schedules/define.ts"
export * from "./internal/schedules/curves.ts"
export { plateau, plateauDefinition } from "./internal/schedules/plateau.ts"
export type { Adapting, Read, Schedule as Bound, ScheduleJson as Json, Value } from "./Stage.ts"

/** Reads numbers as they are at some progress, where no validation was seen. */
export const reading =
  (progress: number): Read =>
  (value) =>
    typeof value === "number" ? value : value.at(progress, value.adapts?.initial)

/**
 * The values of a schedule at the first update of each of so many epochs, and after the last one; of one that answers to
 * validation, those without any.
 *
 * @example
 * Schedule.preview(bound, 4) // of Schedule.linear({ from: 1 }) => [1, 0.75, 0.5, 0.25, 0]
 */
export const preview = ({ adapts, at }: Bound, epochs: number): ReadonlyArray<number> =>
  Array.from({ length: epochs + 1 }, (_, epoch) => at(epochs === 0 ? 0 : epoch / epochs, adapts?.initial))

/** The schedules of this package, for registries. */
export const definitions: ReadonlyArray<Definition> = [
  Curves.constantDefinition,
  Curves.linearDefinition,
  Curves.polynomialDefinition,
  Curves.stepDefinition,
  Curves.exponentialDefinition,
  Curves.cosineDefinition,
  Curves.oneCycleDefinition,
  Curves.coslog4Definition,
  Curves.flatCosineDefinition,
  plateauDefinition
]
