/**
 * The schedule that waits for the validation measure.
 */
import * as Schema from "effect/Schema"
import * as OptionSchema from "../../../OptionSchema.ts"
import { define, make } from "./define.ts"

/** Where a plateau stands between two evaluations. */
const State = Schema.Struct({
  /** How often the value was reduced. */
  reductions: Schema.Int,
  /** The best score so far; null before the first one. */
  best: Schema.NullOr(Schema.Finite),
  /** Evaluations since the last gain or reduction. */
  stagnation: Schema.Int,
  /** Evaluations that do not count yet. */
  cooling: Schema.Int
})

type State = typeof State.Type

const initial: State = { reductions: 0, best: null, stagnation: 0, cooling: 0 }

/** Reads states; the same one comes with every update between two evaluations. */
const reader = (): ((given: unknown) => State) => {
  const decode = Schema.decodeUnknownSync(State)
  let last: { readonly given: unknown; readonly state: State } | undefined
  return (given) => {
    if (last === undefined || last.given !== given) last = { given, state: decode(given) }
    return last.state
  }
}

/** `Schedule.plateau` as a definition, for registries. @category definitions */
export const plateauDefinition = define({
  id: "Schedule.plateau",
  summary: "Is multiplied by a factor whenever validation has not gained for a while",
  options: Schema.Struct({
    from: OptionSchema.required(OptionSchema.nonNegative, "The value until validation stagnates", 0.01),
    to: OptionSchema.withDefault(OptionSchema.nonNegative, 0, "The least value"),
    factor: OptionSchema.withDefault(OptionSchema.share, 0.1, "What the value is multiplied by each time"),
    patience: OptionSchema.withDefault(OptionSchema.count(1), 10, "Evaluations without a gain before the value falls"),
    minDelta: OptionSchema.withDefault(OptionSchema.nonNegative, 0, "A gain must exceed this, in units of the measure"),
    cooldown: OptionSchema.withDefault(OptionSchema.count(0), 0, "Evaluations after a fall that do not count")
  }),
  make: ({ cooldown, factor, from, minDelta, patience, to }) => {
    const read = reader()
    return {
      at: (_, given) => Math.max(Math.min(from, to), from * factor ** read(given).reductions),
      adapts: {
        initial,
        next: (given, score, direction): State => {
          const { best, cooling, reductions, stagnation } = read(given)
          const cooler = Math.max(0, cooling - 1)
          if (Number.isFinite(score)) {
            const gain = best === null ? Infinity : direction === "maximise" ? score - best : best - score
            if (gain > minDelta) return { reductions, best: score, stagnation: 0, cooling: cooler }
          }
          // Without a first value the measure says nothing of training.
          if (best === null || cooling > 0) return { reductions, best, stagnation: 0, cooling: cooler }
          return stagnation + 1 < patience
            ? { reductions, best, stagnation: stagnation + 1, cooling: 0 }
            : { reductions: reductions + 1, best, stagnation: 0, cooling: cooldown }
        }
      }
    }
  }
})

/**
 * Begins with `from`, and is multiplied by `factor`, in (0, 1) and by default 0.1, after `patience` evaluations (default 10)
 * in which the first validation measure did not gain more than `minDelta` (default 0) on its best; the next `cooldown`
 * evaluations (default 0) do not count. It does not go below `to`, default 0.
 *
 * A gain is what early stopping calls one. Training without a validation, or whose first measure has no direction, is
 * refused. *Gotcha*: `patience` means what it means there; PyTorch's `ReduceLROnPlateau` waits for one evaluation more.
 *
 * @example
 * Optimizer.adam({ learningRate: Schedule.plateau({ from: 0.01, factor: 0.5, patience: 5 }) })
 * @category schedules
 */
export const plateau = (options: typeof plateauDefinition.options.Encoded) => make(plateauDefinition, options)
