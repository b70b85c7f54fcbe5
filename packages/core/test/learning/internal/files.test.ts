import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Files from "../../../src/learning/internal/callbacks/files.ts"

it.effect("a file that cannot be put in its place leaves nothing behind", () =>
  Effect.gen(function* () {
    const place = mkdtempSync(join(tmpdir(), "rocflow-files-"))
    yield* Effect.addFinalizer(() => Effect.sync(() => rmSync(place, { recursive: true })))
    mkdirSync(join(place, "taken"))
    const error = yield* Effect.flip(Files.write("Mine.callback", join(place, "taken"), "text"))
    assert.include(error.message, "cannot be written: it is a directory")
    assert.deepStrictEqual(readdirSync(place), ["taken"])
  })
)
