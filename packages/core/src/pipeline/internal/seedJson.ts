import * as Schema from "effect/Schema"

/** The schema of a seed that a stage keeps. */
export const SeedJson = Schema.Struct({ high: Schema.Int, low: Schema.Int })
