import * as OptionSchema from "@rocflow/core/OptionSchema"
import * as Schema from "effect/Schema"

/** What divides errors: the weights of the classes, or 1. */
export const Denominator = Schema.Literals(["rate", "count"])
export type Denominator = typeof Denominator.Type

/** As an option of losses: rates, unless counts are asked for. */
export const withDefault = OptionSchema.withDefault(Denominator, "rate")
