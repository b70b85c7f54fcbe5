/**
 * Compiled passes with a memory of their own.
 */
import * as Base64 from "effect/encoding/Base64"
import * as Result from "effect/Result"

interface Memory {
  readonly buffer: ArrayBuffer
  readonly grow: (pages: number) => number
}

/** A number that passes give, or take. */
export interface Global {
  value: number
}

/** What every module of passes exports. */
export interface Passes {
  readonly memory: Memory
  /** Where the host may lay out the memory. */
  readonly heap: Global
}

/** The part used here: the standard library declares WebAssembly only together with browsers. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object) => { readonly exports: unknown }
}

const pageBytes = 65536

const modules = new Map<string, object>()

/** Makes passes of the bytes of a module, whose exports are of type `P`. */
export const instantiate = <P extends Passes>(base64: string): P => {
  const module = modules.get(base64) ?? new WebAssembly.Module(Result.getOrThrow(Base64.decode(base64)))
  modules.set(base64, module)
  return new WebAssembly.Instance(module).exports as P
}

/**
 * Makes the function that gives so many bytes of the memory, at a multiple of 16. They are 0. It may grow the memory, and
 * then views that were made before have no length.
 */
export const reserver = ({ heap, memory }: Passes): ((bytes: number) => number) => {
  let end = heap.value
  return (bytes) => {
    const place = Math.ceil(end / 16) * 16
    end = place + bytes
    const lacking = end - memory.buffer.byteLength
    if (lacking > 0) memory.grow(Math.ceil(lacking / pageBytes))
    return place
  }
}
