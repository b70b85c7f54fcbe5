/** A worker process of the tests: `node poolWorker.ts TROUBLE`. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Effect from "effect/Effect"
import { serve } from "../../src/executor/worker.ts"
import { poolDesign, type Trouble } from "./poolDesign.ts"

const [trouble] = process.argv.slice(2)

serve(() => poolDesign(trouble as Trouble)).pipe(Effect.provide(NodeServices.layer), NodeRuntime.runMain)
