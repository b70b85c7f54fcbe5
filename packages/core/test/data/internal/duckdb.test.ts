import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Duckdb from "../../../src/data/internal/duckdb.ts"

describe("work", () => {
  it.live("is over when its interruption is, so that the connection may be closed", () =>
    Effect.gen(function* () {
      const connection = yield* Duckdb.open
      let over = false
      const run = () =>
        connection
          .run("SELECT sum(range % 7) FROM range(10_000_000_000)")
          .catch(() => undefined)
          .then(() => new Promise((resolve) => setTimeout(resolve, 50)))
          .then(() => {
            over = true
          })
      const working = yield* Effect.forkChild(Duckdb.work(connection, run))
      yield* Effect.sleep("50 millis")
      yield* Fiber.interrupt(working)
      assert.isTrue(over)
    }).pipe(Effect.scoped)
  )
})
