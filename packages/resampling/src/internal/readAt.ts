import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"

/** The bytes of a file from an offset on: fewer than `size` where it ends before. */
export const readAt = Effect.fnUntraced(function* (file: FileSystem.File, from: number, size: number) {
  const bytes = Buffer.allocUnsafeSlow(size)
  let filled = 0
  while (filled < size) {
    const read = yield* file.read(bytes.subarray(filled), { position: BigInt(from + filled) })
    if (read === 0) break
    filled += read
  }
  return bytes.subarray(0, filled)
})
