/**
 * Targets as the numbers of a formula. Inside a task and a prediction a class is the index of its level; here, and only
 * here, the positive class of a binary target becomes 1.
 */
import type { Kind } from "./Roles.ts"

/**
 * Gives what a loss or a likelihood sees: binary 1 for the positive level (index 0) and 0 for the other, multi-class the
 * index of the level, regression the value.
 *
 * @example
 * Targets.toNumbers("binary", Float64Array.of(0, 1, 0)) // => Float64Array [1, 0, 1]
 */
export const toNumbers = (kind: Kind, target: Float64Array): Float64Array =>
  kind === "binary" ? target.map((code) => (code === 0 ? 1 : 0)) : target
