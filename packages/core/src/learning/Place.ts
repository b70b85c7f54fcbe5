/**
 * Where trainings keep their files: the directory that the relative paths of callbacks are in.
 *
 * It is the working directory unless whoever trains says otherwise: a run gives each of its jobs a folder of its own.
 *
 * @example
 * const trained = yield* Learner.train(learner, task).pipe(Effect.provideService(Place.Place, "runs/first"))
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Node from "../internal/node.ts"

/** The directory of relative paths. @category services */
export const Place = Context.Reference<string>("rocflow/core/learning/Place", { defaultValue: () => "." })

/** A path in the place of this training. */
export const at = (path: string): Effect.Effect<string> =>
  Effect.map(Place, (place) => Node.path().resolve(place, path))

/** Gives a training that is part of another one a folder of its own in the place of that one. */
export const within =
  (folder: string) =>
  <A, E, R>(training: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.flatMap(at(folder), (place) => Effect.provideService(training, Place, place))
