/**
 * What is said of a queue that cannot be asked.
 */
import type * as Events from "@rocflow/core/learning/Events"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"

/** Prints the trouble of a queue as a note; all else is shown otherwise. */
export const sayTrouble = (event: Events.Event): Effect.Effect<void> =>
  event._tag === "QueueTrouble" ? Console.error(`note: ${event.message}`) : Effect.void
