/**
 * What happens, as it happens: one sink that progress displays, files and live views listen to.
 *
 * Events are plain data. Each package adds the events of its own to `Kinds`, so that a listener knows the fields of every
 * event by its tag.
 *
 * @example
 * const loud = Effect.provideService(program, Events.Sink, (event) =>
 *   event._tag === "EpochEnded" ? Console.log(event.row.epoch, event.row.loss) : Effect.void
 * )
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { Row } from "./History.ts"
import type { Reason } from "./State.ts"

/** The fields of each event by its tag; other packages add theirs by declaration merging. @category models */
export interface Kinds {
  /** Training begins: the most epochs there will be, training rows, batches an epoch. */
  readonly TrainingBegun: { readonly epochs: number; readonly rows: number; readonly batches: number }
  /** An epoch ended; `evaluated` says whether its measures were computed. */
  readonly EpochEnded: { readonly row: Row; readonly evaluated: boolean }
  /** Training ended after so many epochs, for this reason. */
  readonly TrainingEnded: { readonly epochs: number; readonly reason: Reason }
}

/** An event of any kind, with its tag. @category models */
export type Event = { readonly [Tag in keyof Kinds]: { readonly _tag: Tag } & Kinds[Tag] }[keyof Kinds]

/** Who is told: nobody, unless provided. @category services */
export const Sink = Context.Reference<(event: Event) => Effect.Effect<void>>("rocflow/core/learning/Events", {
  defaultValue: () => () => Effect.void
})

/** Tells an event to the sink. */
export const emit = (event: Event): Effect.Effect<void> => Effect.flatMap(Sink, (sink) => sink(event))
