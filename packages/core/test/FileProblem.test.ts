import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import { systemError } from "effect/PlatformError"
import * as FileProblem from "../src/FileProblem.ts"
import * as WholeFile from "../src/WholeFile.ts"

const temporary = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "rocflow-"))),
  (directory) => Effect.sync(() => rmSync(directory, { recursive: true, force: true }))
)

describe("a problem of the file system", () => {
  it.effect("says which file, why and what to do", () =>
    Effect.gen(function* () {
      const folder = yield* temporary
      const fs = yield* FileSystem.FileSystem
      const file = join(folder, "file")
      writeFileSync(file, "")
      mkdirSync(join(folder, "full"))
      const said = (effect: Effect.Effect<unknown, unknown, FileSystem.FileSystem>) =>
        Effect.map(Effect.flip(effect), (error) => FileProblem.messageOf(error).replace(`${folder}/`, ""))
      assert.strictEqual(
        yield* said(fs.makeDirectory(file)),
        "file: cannot be made: a file stands in its way; move that away, or name another place"
      )
      assert.strictEqual(
        yield* said(fs.readDirectory(file)),
        "file: cannot be read: it, or a part of its path, is a file and no directory; move that away, or name another place"
      )
      assert.strictEqual(
        yield* said(WholeFile.write(join(folder, "absent", "a.json"), "text")),
        "absent/a.json: cannot be written: it, or the directory that it is in, is not there; look whether it was moved or deleted"
      )
      assert.strictEqual(
        yield* said(fs.readFileString(join(folder, "full"))),
        "full: cannot be read: it is a directory; move that away, or name another place"
      )
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer))
  )

  it.each([
    ["ENOSPC", "the disk is full; free some of it and start again"],
    ["EMFILE", "too many files are open; raise the limit (ulimit -n 1024), or use fewer workers"],
    ["EACCES", "you may not; change its rights, or name another place"],
    ["EROFS", "the disk can only be read; name another place"],
    ["ESTRANGE", "stale; check the path and the disk"]
  ])("knows the code %s", (code, words) => {
    const error = systemError({
      _tag: "Unknown",
      module: "FileSystem",
      method: "writeFile",
      pathOrDescriptor: "runs/a/design.json.812-3.part",
      cause: Object.assign(new Error("stale"), { code })
    })
    assert.include(FileProblem.messageOf(error), `runs/a/design.json: cannot be written: ${words}`)
  })

  it("leaves other errors their own words", () => {
    assert.strictEqual(FileProblem.messageOf(new Error("words")), "words")
    assert.strictEqual(FileProblem.messageOf("words"), "words")
  })
})
