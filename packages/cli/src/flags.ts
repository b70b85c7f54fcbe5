/**
 * What the definitions of several commands share.
 */
import * as Argument from "effect/cli/Argument"
import * as Effect from "effect/Effect"
import * as Flag from "effect/cli/Flag"

/** Loads the module of a command and calls it. */
export const lazily = <Input, A, E, R>(load: () => Promise<(input: Input) => Effect.Effect<A, E, R>>) =>
  Effect.fnUntraced(function* (input: Input) {
    const handler = yield* Effect.promise(load)
    yield* handler(input)
  })

/** A switch that is off unless it is given. */
export const toggle = (name: string, description: string) =>
  Flag.Boolean(name).pipe(Flag.withDescription(description), Flag.withDefault(false))

export const json = toggle("json", "Print JSON for programs instead of text")

/** The directory of a run. */
export const directory = Argument.Directory("run").pipe(
  Argument.withDescription("Directory that `rocflow run` printed")
)

/** A whole number that may be left away. */
export const counted = (name: string, least: number, description: string) =>
  Flag.Int(name).pipe(
    Flag.filter(
      (count) => count >= least,
      (count) => `${count} is too few; give ${least} or more`
    ),
    Flag.withDescription(description),
    Flag.optional
  )
