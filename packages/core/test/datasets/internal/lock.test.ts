import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { hostname } from "node:os"
import { join } from "node:path"
import * as Lock from "../../../src/datasets/internal/lock.ts"
import { temporary } from "../support/sets.ts"

const patience = Duration.seconds(20)
const quiet = () => Effect.void

describe("a lock", () => {
  it.live("that a process left behind is taken over by one of those who want it", () =>
    Effect.gen(function* () {
      const folder = yield* temporary
      const path = join(folder, "x.lock")
      writeFileSync(path, JSON.stringify({ pid: 2 ** 30, host: hostname() }))
      let holders = 0
      let most = 0
      const use = Effect.scoped(
        Effect.gen(function* () {
          yield* Lock.hold(path, patience, quiet)
          most = Math.max(most, (holders += 1))
          yield* Effect.sleep("5 millis")
          holders -= 1
        })
      )
      yield* Effect.all(
        Array.from({ length: 6 }, () => use),
        { concurrency: "unbounded" }
      )
      assert.strictEqual(most, 1)
      assert.deepStrictEqual(readdirSync(folder), [])
    }).pipe(Effect.scoped)
  )

  it.live("that another one has created is not removed in the end", () =>
    Effect.gen(function* () {
      const path = join(yield* temporary, "x.lock")
      yield* Effect.scoped(
        Effect.gen(function* () {
          yield* Lock.hold(path, patience, quiet)
          assert.isTrue(existsSync(path))
          writeFileSync(path, "of another")
        })
      )
      assert.strictEqual(readFileSync(path, "utf8"), "of another")
    }).pipe(Effect.scoped)
  )
})
