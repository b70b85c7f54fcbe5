/**
 * A number that does not exist, with the reason: a typed absence instead of 0, 0.5 or NaN. It is that of measures.
 */
export { isUndefined, undefinedBecause as make } from "@rocflow/core/learning/Measure"
export type { Measured, Undefined } from "@rocflow/core/learning/Measure"
