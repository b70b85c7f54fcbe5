/** A worker process for the cheap jobs; its argument is how many there are. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { serve } from "@rocflow/resampling/executor/worker"
import * as Effect from "effect/Effect"
import * as Cheap from "./cheap.ts"

const [jobs] = process.argv.slice(2)

serve(() => Cheap.design(Number(jobs))).pipe(Effect.provide(NodeServices.layer), NodeRuntime.runMain)
