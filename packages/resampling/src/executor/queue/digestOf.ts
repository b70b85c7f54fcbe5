/**
 * The SHA-256 of a file of any size.
 */
import { sha256 } from "@rocflow/core/Hash"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Stream from "effect/Stream"

/** The SHA-256 of the content of a file, in hexadecimal. */
export const digestOf = Effect.fnUntraced(function* (file: string) {
  const fs = yield* FileSystem.FileSystem
  const hash = sha256()
  yield* Stream.runForEach(fs.stream(file), (bytes) => Effect.sync(() => hash.update(bytes)))
  return hash.digest("hex")
})
