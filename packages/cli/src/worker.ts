/**
 * A worker process of `rocflow run`: it reads the experiment once and runs the jobs that it is told.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Auto from "@rocflow/core/engine/Auto"
import { serve } from "@rocflow/resampling/executor/worker"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { plan } from "./commands/plan.ts"

const [directory = "", file = ""] = process.argv.slice(2)

serve(
  directory,
  Effect.map(plan(file), ({ design }) => design)
).pipe(Effect.provide(Layer.mergeAll(Auto.layer(), NodeServices.layer)), NodeRuntime.runMain)
