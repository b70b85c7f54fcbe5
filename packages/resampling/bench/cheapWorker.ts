/** A worker process for the cheap jobs; it is told how many there are. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { serve } from "@rocflow/resampling/executor/worker"
import * as Effect from "effect/Effect"
import * as Cheap from "./cheap.ts"

serve(([jobs]) => Cheap.design(Number(jobs))).pipe(Effect.provide(NodeServices.layer), NodeRuntime.runMain)
