/**
 * The kernels of the fused engine. The host owns the memory from `heap` on; ../README.md tells how it is laid out.
 */
export * from "./activation"
export * from "./attention"
export * from "./elementwise"
export * from "./loss"
export * from "./mask"
export * from "./norm"
export * from "./dots"
export * from "./product"
export * from "./productTransposed"
export * from "./tokens"
export * from "./update"
export * from "./waves"
export * from "./window"

/** Where the memory of the host begins. */
export const heap: usize = __heap_base

/** Sets `bytes` to 0. */
export function clear(at: usize, bytes: usize): void {
  memory.fill(at, 0, bytes)
}
