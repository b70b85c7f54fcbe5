/**
 * Numbers that never change, as factors of kernels.
 */
import type { Arena, Region } from "../arena.ts"

/** So many times one number; equal ones are one region. */
export const constants = (arena: Arena, count: number, value: number): Region => {
  const [bits = 0] = new Uint32Array(Float32Array.of(value).buffer)
  return arena.table(Array.from({ length: count }, () => bits))
}
