/**
 * Numbers, categories and pictures in one network, after a regression by numbers alone.
 *
 * Run it by `npx node examples/multimodal/main.ts`; README.md tells the story.
 */
import { Auto } from "@rocflow/core"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Friction from "./friction.ts"
import * as Pumps from "./pumps.ts"

/** Both parts. */
export const program = Effect.all({ friction: Friction.program, pumps: Pumps.program })

/** Everything that the program found, as text. */
export const render = ({ friction, pumps }: Effect.Success<typeof program>): string =>
  [Friction.render(friction), Pumps.render(pumps)].join("\n\n")

if (import.meta.main) {
  await Effect.runPromise(program.pipe(Effect.map(render), Effect.flatMap(Console.log), Effect.provide(Auto.layer())))
}
