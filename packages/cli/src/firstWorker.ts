/**
 * The first worker process of `rocflow run`. It is launched before this process loads what it plans with, so that both load at
 * the same time; how many jobs there are, and whether they run in processes of this machine, is known later.
 */
import { availableParallelism } from "node:os"
import * as SharedFile from "@rocflow/core/data/SharedFile"
import * as Launch from "@rocflow/resampling/executor/Launch"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"

/** What worker processes are launched with; among it a file for tables, unless there is no room for one. */
export interface Launchable {
  readonly options: Launch.Options
  readonly shared: Result.Result<number, SharedFile.SharingFailed>
}

/** What worker processes of an experiment are launched with. */
export const launchable = (file: string): Effect.Effect<Launchable, never, Scope.Scope> =>
  Effect.map(Effect.result(SharedFile.make), (shared) => ({
    options: {
      // A source inside the repository, else what it was built into.
      entry: new URL(import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js", import.meta.url),
      args: [file],
      flags: SharedFile.nodeFlags,
      inherits: Result.getOrUndefined(shared)
    },
    shared
  }))

/** A launched worker, until somebody takes it, and what it was launched with. */
export interface FirstWorker extends Launchable {
  readonly launched: Array<Launch.Launched>
}

/** The first worker of the run that is about to start, where there is one. @category services */
export const Current = Context.Reference<FirstWorker | undefined>("rocflow/cli/FirstWorker", {
  defaultValue: () => undefined
})

/** What of the flags says whether jobs run in processes of this machine. */
export interface Flags {
  readonly executor: Option.Option<string>
  readonly workers: Option.Option<number>
  readonly timeLimit: Option.Option<number>
}

/** How many processes run jobs, if processes of this machine do; 0 is this process, unless jobs may have to be ended. */
export const sizeOf = ({ timeLimit, workers }: Flags): number => {
  const size = Option.getOrElse(workers, availableParallelism)
  return size === 1 && Option.isNone(timeLimit) ? 0 : size
}

const endOf = ({ launched }: FirstWorker) => Effect.forEach(launched.splice(0), Launch.end, { discard: true })

/** Ends the first worker, where jobs run elsewhere. */
export const end = Effect.flatMap(Current, (first) => (first === undefined ? Effect.void : endOf(first)))

/** Without it, the first worker is launched when there is a job. */
const launch = (given: Launchable): Effect.Effect<FirstWorker> =>
  Effect.map(Effect.option(Effect.try(() => Launch.launch(given.options))), (launched) => ({
    ...given,
    launched: Option.toArray(launched)
  }))

/** Handles a command whose flags let jobs run in processes, with its first worker on the way. */
export const withFirstWorker =
  <Input extends Flags & { readonly file: string }, A, E, R>(handler: (input: Input) => Effect.Effect<A, E, R>) =>
  (input: Input) => {
    const kind = Option.getOrElse(input.executor, () => "processes")
    if (kind !== "processes" || sizeOf(input) === 0) return handler(input)
    return launchable(input.file).pipe(
      Effect.flatMap((given) => Effect.acquireRelease(launch(given), endOf)),
      Effect.flatMap((first) => Effect.provideService(handler(input), Current, first)),
      Effect.scoped
    )
  }
