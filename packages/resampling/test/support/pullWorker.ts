/** A worker of the tests, as `rocflow worker` is one: `node pullWorker.ts DIRECTORY TROUBLE [PROCESSES [MODULE]]`. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Effect from "effect/Effect"
import * as Pull from "../../src/executor/pull/serve.ts"
import { poolDesign, type Trouble } from "./poolDesign.ts"

const [directory = "", trouble = "none", size, module = "poolWorker.ts"] = process.argv.slice(2)

const program = { entry: new URL(module, import.meta.url), args: [trouble] }
const crew = size === undefined ? undefined : { program, size: Number(size) }

const listener = { onBegin: () => Effect.void, onEnd: () => Effect.void }

Effect.flatMap(Pull.awaitRound(directory), (round) =>
  round === undefined
    ? Effect.void
    : Pull.serve(directory, round, poolDesign(trouble as Trouble), "the engine", listener, crew)
).pipe(Effect.provide(NodeServices.layer), NodeRuntime.runMain)
