import * as Effect from "effect/Effect"
import * as Result from "effect/Result"

/** What a function gives that somebody else defines: at once, or by an Effect that may wait. */
export type Outcome<A, E> = Result.Result<A, E> | Effect.Effect<A, E>

/** Runs such a function as an Effect. */
export const toEffect = <A, E>(run: () => Outcome<A, E>): Effect.Effect<A, E> =>
  Effect.suspend(() => {
    const outcome = run()
    return Result.isResult(outcome) ? Effect.fromResult(outcome) : outcome
  })
