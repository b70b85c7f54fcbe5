/**
 * Reads the rows of a large file of numbers, each when it is asked for.
 */
import * as Fs from "node:fs/promises"
import * as Effect from "effect/Effect"
import { bytesOf, type Load, type Open, type Packed } from "../../TensorStore.ts"
import { ioError } from "../ioError.ts"
import * as Numbers from "./numbers.ts"

export const openNumbers: Open<Packed> = Effect.fnUntraced(function* (store) {
  const file = yield* Effect.acquireRelease(
    Effect.tryPromise({ try: () => Fs.open(store.name), catch: (cause) => ioError(store.name, cause) }),
    (file) => Effect.promise(() => file.close())
  )
  const size = store.shape.reduce((product, n) => product * n, 1)
  const rowBytes = size * bytesOf[store.element]
  const load: Load = async (place) => {
    const bytes = new Uint8Array(rowBytes)
    const { bytesRead } = await file.read(bytes, 0, rowBytes, store.offset + place * rowBytes)
    if (bytesRead < rowBytes) throw new Error("the file has become shorter")
    const values = new Float32Array(size)
    Numbers.read(bytes, 0, store, values)
    Numbers.toUnit(values, store.range)
    return values
  }
  return load
})
