/**
 * A worker process: it reads the experiment once, has the tables from the process that started it, and runs
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

const [file = ""] = process.argv.slice(2)

serve((told) =>
  Effect.gen(function* () {
    const tables = yield* Effect.cached(
      Effect.flatMap(told, ([descriptor]) =>
        descriptor === undefined ? Effect.succeed([]) : SharedTables.open(Number(descriptor))
      )
    )
    const { design } = yield* Effect.provideService(plan(file, { check: false }), GivenTables, tables)
    return design
  })
).pipe(Effect.provide(Layer.mergeAll(Auto.layer(), NodeServices.layer)), NodeRuntime.runMain)
