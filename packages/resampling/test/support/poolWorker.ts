/** A worker process of the tests: `node poolWorker.ts DIRECTORY TROUBLE`. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Effect from "effect/Effect"
import { serve } from "../../src/executor/worker.ts"
import { poolDesign, type Trouble } from "./poolDesign.ts"

const [directory = "", trouble = "none"] = process.argv.slice(2)

if (trouble === "unready") throw new TypeError("the library that it needs is broken")

serve(directory, poolDesign(trouble as Trouble)).pipe(Effect.provide(NodeServices.layer), NodeRuntime.runMain)
