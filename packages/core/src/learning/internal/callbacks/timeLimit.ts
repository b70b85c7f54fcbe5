/**
 * `Callback.timeLimit`: training ends at the next epoch after some time.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as OptionSchema from "../../../OptionSchema.ts"
import * as Duration from "../../../Duration.ts"
import { type Control, define, type Hooks, make } from "../callback.ts"

const Options = Schema.Struct({
  limit: OptionSchema.required(
    Duration.Given,
    "Seconds, or a time with its unit, after which training ends",
    "10 minutes"
  )
})

const hooks = (seconds: number): Hooks => {
  /** Seconds before this session began, and when it did. */
  let before = 0
  let elapsed = 0
  let begun = 0
  const look = (control: Control) =>
    Effect.map(Duration.now, (now) => {
      elapsed = before + now - begun
      if (elapsed >= seconds) control.stop("time limit")
    })
  return {
    begin: (_, control) =>
      Effect.andThen(
        Effect.map(Duration.now, (now) => {
          begun = now
        }),
        // A training that is resumed may have had its time.
        Effect.suspend(() => look(control))
      ),
    epochEnd: (_, control) => look(control),
    save: () => elapsed * 1000,
    load: (saved) => {
      before = Schema.decodeUnknownSync(Schema.Finite)(saved) / 1000
    }
  }
}

/** `Callback.timeLimit` as a definition, for registries. @category definitions */
export const timeLimitDefinition = define({
  id: "Callback.timeLimit",
  summary: "Ends training at the next epoch after some time",
  observes: true,
  options: Options,
  make: ({ limit }) => hooks(typeof limit === "number" ? limit : (Duration.toSeconds(limit) ?? Infinity))
})

/**
 * Ends training at the end of the epoch in which `limit` is over: a number of seconds, or a text such as "10 minutes",
 * "1 h 30 min". The outcome says the reason "time limit", and a note says after how many epochs. With `restoreBest` of the
 * validation the weights of the best epoch are kept, as always.
 *
 * The time is that of training with its validation, all sessions of a resumed one together: to go on after the limit, give a
 * longer one. An epoch is never cut; for a hard limit of a whole job see `--time-limit` of `rocflow run`.
 *
 * *Gotcha*: where training ends depends on the machine, and so do its numbers.
 *
 * @example
 * Model.classif({ epochs: 10_000, callbacks: [Callback.timeLimit("10 minutes")] })
 * @category callbacks
 */
export const timeLimit = (limit: number | string) => make(timeLimitDefinition, { limit })
