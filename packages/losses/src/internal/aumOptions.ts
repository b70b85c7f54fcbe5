import * as OptionSchema from "@rocflow/core/OptionSchema"
import * as Schema from "effect/Schema"

/** What divides errors: the weights of the classes, or 1. */
export const Denominator = Schema.Literals(["rate", "count"])
export type Denominator = typeof Denominator.Type

/**
 * What all AUM losses have as options: rates, unless counts are asked for, and the margin by which a positive must lead a
 * negative.
 */
export const fields = {
  denominator: OptionSchema.withDefault(
    Denominator,
    "rate",
    "Rates, by which both classes count the same, or counts, by which every row does"
  ),
  margin: OptionSchema.withDefault(
    OptionSchema.nonNegative,
    1,
    "By how much a positive row should lead a negative one; 0 is AUM as published"
  )
}
