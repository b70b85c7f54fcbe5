/**
 * The database through which workers get jobs that share no directory with the run.
 */
import * as Address from "@rocflow/resampling/executor/queue/Address"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { ExecutorError } from "./ExecutorError.ts"

/** The address of the queue: the one given, else that of the environment; undefined where there is none. */
export const queueOf = Effect.fnUntraced(function* (
  given: string | undefined
): Effect.fn.Return<Address.Address | undefined, ExecutorError> {
  const text = given ?? process.env[Address.variable]
  if (text === undefined || text === "") return undefined
  const read = Address.parse(text, process.env)
  if (Result.isSuccess(read)) return read.success
  return yield* new ExecutorError({
    given: given === undefined ? Address.variable : "the queue",
    rule: read.failure,
    advice: "the password may stand in it or in PGPASSWORD"
  })
})
