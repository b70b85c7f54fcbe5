/**
 * A worker process: it reads the experiment that it is told of once, has the tables from the process that started it, and runs
 * the jobs that it is told.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as SharedTables from "@rocflow/core/data/SharedTables"
import * as Auto from "@rocflow/core/engine/Auto"
import { serve } from "@rocflow/resampling/executor/worker"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { plan } from "./commands/plan.ts"
import { GivenTables } from "./experiment/GivenTables.ts"

serve(([file = "", descriptor]) => {
  const tables = descriptor === undefined ? Effect.succeed([]) : SharedTables.open(Number(descriptor))
  const planned = Effect.provideServiceEffect(plan(file, { check: false }), GivenTables, tables)
  return Effect.map(planned, ({ design }) => design)
}).pipe(Effect.provide(Layer.mergeAll(Auto.layer(), NodeServices.layer)), NodeRuntime.runMain)
