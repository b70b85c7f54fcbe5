import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { change } from "../src/internal/claim.ts"
import { temporary } from "./support/runs.ts"

describe("change", () => {
  it.live("lets one design at a time change a run, and none that another start was quicker than", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      const file = (name: string) => join(directory, name)
      writeFileSync(file("design.hash"), "old")
      let now = "old"
      const by = (hash: string, write: Effect.Effect<unknown>) =>
        change(directory, { before: "old", hash, now: Effect.sync(() => now) }, write)
      const begun = yield* Deferred.make<void>()
      const goesOn = yield* Deferred.make<void>()
      const first = yield* Effect.forkChild(
        by(
          "one",
          Effect.gen(function* () {
            yield* Deferred.succeed(begun, undefined)
            yield* Deferred.await(goesOn)
            now = "one"
          })
        )
      )
      yield* Deferred.await(begun)
      const meanwhile = yield* Effect.flip(by("two", Effect.die("it was let in")))
      assert.include(meanwhile.message, "is just being changed by another start")
      yield* Deferred.succeed(goesOn, undefined)
      yield* Fiber.join(first)
      const late = yield* Effect.flip(by("two", Effect.die("it was let in")))
      assert.include(late.message, "was taken by another design")
      // Another start of the same design is no change.
      yield* by("one", Effect.void)
      assert.strictEqual(readFileSync(file("design.hash"), "utf8"), "one")
      assert.isFalse(existsSync(file("design.next")))
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer))
  )
})
