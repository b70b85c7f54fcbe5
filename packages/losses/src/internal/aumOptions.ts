import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/** Every known denominator, and the default of all functions that take one. */
export const Denominator = Schema.Literals(["rate", "count"])
export type Denominator = typeof Denominator.Type

export const withDefault = Denominator.pipe(Schema.withDecodingDefaultKey(Effect.succeed("rate" as const)))

/**
 * An option outside its range: a mistake in the program that calls, so it is thrown and not part of any result.
 */
export class InvalidOption extends Schema.TaggedError<InvalidOption>()("InvalidOption", {
  option: Schema.String,
  given: Schema.String,
  rule: Schema.String
}) {
  override get message() {
    return `${this.option} is ${this.given}, but it must be ${this.rule}; change the option ${this.option}.`
  }
}

/** Returns the denominator, "rate" if none is given; throws `InvalidOption` for anything unknown. */
export const denominator = (given: Denominator | undefined): Denominator => {
  if (given === undefined || given === "rate" || given === "count") return given ?? "rate"
  throw new InvalidOption({ option: "denominator", given: JSON.stringify(given), rule: `"rate" or "count"` })
}
