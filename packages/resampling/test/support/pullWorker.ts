/** A worker of the tests, as `rocflow worker` is one: `node pullWorker.ts DIRECTORY TROUBLE`. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Effect from "effect/Effect"
import * as Pull from "../../src/executor/pull/serve.ts"
import { poolDesign, type Trouble } from "./poolDesign.ts"

const [directory = "", trouble = "none"] = process.argv.slice(2)

Effect.flatMap(Pull.awaitRound(directory), (round) =>
  round === undefined
    ? Effect.void
    : Pull.serve(directory, round, poolDesign(trouble as Trouble), "the engine", {
        onBegin: () => Effect.void,
        onEnd: () => Effect.void
      })
).pipe(Effect.provide(NodeServices.layer), NodeRuntime.runMain)
