/**
 * Decodes image files: here what is little, and in other threads what is much.
 */
import * as Fs from "node:fs/promises"
import * as Effect from "effect/Effect"
import type { Load, Open, Pictures } from "../../TensorStore.ts"
import * as DecodePool from "./decodePool.ts"
import * as Numbers from "./numbers.ts"
import { decode } from "./pictures.ts"

export const openPictures: Open<Pictures> = Effect.fnUntraced(function* (store, numbers) {
  const inThreads = numbers >= DecodePool.worthwhile ? yield* DecodePool.open : undefined
  const load: Load = async (place) => {
    const { path } = store.files[place]!
    const values = inThreads === undefined ? decode(await Fs.readFile(path)) : await inThreads(path)
    Numbers.toUnit(values, store.range)
    return values
  }
  return load
})
