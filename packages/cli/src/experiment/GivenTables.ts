import type * as Table from "@rocflow/core/data/Table"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"

/**
 * Tables of the tasks of an experiment, in their order, that need not be read: a worker process has them from the process
 * that started it, and waits for them. One that is absent is read.
 * @category services
 */
export const GivenTables = Context.Reference<Effect.Effect<ReadonlyArray<Table.Table | undefined>>>(
  "rocflow/cli/GivenTables",
  {
    defaultValue: () => Effect.succeed([])
  }
)
