import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as WholeFile from "../src/WholeFile.ts"

const temporary = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "rocflow-"))),
  (directory) => Effect.sync(() => rmSync(directory, { recursive: true, force: true }))
)

describe("write", () => {
  it.effect("replaces what was there and leaves no other file", () =>
    Effect.gen(function* () {
      const file = join(yield* temporary, "a.json")
      yield* WholeFile.write(file, "first")
      yield* WholeFile.write(file, "second")
      assert.deepStrictEqual(readdirSync(join(file, "..")), ["a.json"])
      assert.strictEqual(readFileSync(file, "utf8"), "second")
      yield* WholeFile.write(file, Uint8Array.of(1, 2))
      assert.deepStrictEqual([...readFileSync(file)], [1, 2])
    }).pipe(Effect.provide(NodeServices.layer))
  )

  it.effect("leaves what was there when the folder takes no new file", () =>
    Effect.gen(function* () {
      const file = join(yield* temporary, "absent", "a.json")
      assert.strictEqual((yield* Effect.flip(WholeFile.write(file, "text")))._tag, "PlatformError")
    }).pipe(Effect.provide(NodeServices.layer))
  )
})
