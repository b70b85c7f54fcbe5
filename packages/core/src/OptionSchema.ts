/**
 * The schemas that options are made of, so that the same rule has the same words everywhere.
 *
 * An option says what it is where it is defined: `withDefault`, `optional` and `required` take a sentence, and an example
 * where no default is one. Editors show both (`rocflow schema`); `saidOf` reads them.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as SchemaAST from "effect/SchemaAST"

/** What is said of an option, beside its rule. @category models */
export interface Said {
  readonly description: string
  /** What it is where it is left out, as it is written; absent where nothing stands in for it. */
  readonly default?: unknown
  readonly example: unknown
}

const key = "~rocflow/OptionSchema"

// An annotation leaves the type of a schema as it is.
const says = <S extends Schema.Top>(schema: S, said: Said): S => schema.annotateKey({ [key]: said }) as S

/** What an option of a struct says of itself; undefined if it was made without a sentence. */
export const saidOf = ({ type }: SchemaAST.PropertySignature): Said | undefined =>
  type.context?.annotations?.[key] as Said | undefined

/** An option that may be left out; decoding then gives `value`. */
export const withDefault = <S extends Schema.Top>(schema: S, value: S["Encoded"], description: string) =>
  says(schema.pipe(Schema.withDecodingDefaultKey(Effect.succeed(value))), {
    description,
    default: value,
    example: value
  })

/** An option that may be left out, and is absent then. */
export const optional = <S extends Schema.Top>(schema: S, description: string, example: S["Encoded"]) =>
  says(Schema.optionalKey(schema), { description, example })

/** An option that must be given. */
export const required = <S extends Schema.Top>(schema: S, description: string, example: S["Encoded"]): S =>
  says(schema, { description, example })

/** A number above 0. */
export const positive = Schema.Finite.check(Schema.isGreaterThan(0))

/** A number of at least 0. */
export const nonNegative = Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0))

/** A number in [0, 1]. */
export const proportion = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))

/** A number in [0, 1): a momentum, a rate of dropout. */
export const fraction = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1, exclusiveMaximum: true }))

/** A number in (0, 1): a share of rows, with something on both sides. */
export const share = Schema.Finite.check(
  Schema.isBetween({ minimum: 0, maximum: 1, exclusiveMinimum: true, exclusiveMaximum: true })
)

/** A number in (0, 1]: a part of something, or all of it. */
export const part = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1, exclusiveMinimum: true }))

/**
 * A whole number of at least `least` and at most `most`; `why` says what more would cost. By default it is compared with
 * numbers of rows, and costs nothing.
 */
export const count = (least: number, most = 2 ** 31 - 1, why = "a table has no more rows") =>
  Schema.Int.check(
    Schema.isGreaterThanOrEqualTo(least),
    Schema.isLessThanOrEqualTo(most, { expected: `at most ${most}, as ${why}` })
  )

/** The width of a layer, or what else multiplies its weights. */
export const width = (least = 1) => count(least, 65_536, "the weights of a wider layer need more memory than there is")

/** Layers that are repeated, or parts of one, each with weights of its own. */
export const copies = (least = 1) => count(least, 1000, "each has weights of its own")

/** Epochs of a training. */
export const epochCount = (least: number) =>
  count(least, 1_000_000, "each is remembered in the history of the training")

/** Bins of numbers, for which there are cells. */
export const bins = (least: number) => count(least, 16_384, "more are finer than numbers that are learned from")

/** Models in a model. */
export const models = (least: number) => count(least, 100_000, "each is kept")

/** A list of column names. */
export const names = Schema.Array(Schema.NonEmptyString)

/** A list of at least one column name, each once: what a network takes as its input. */
export const distinctNames = names.check(
  Schema.isMinLength(1),
  Schema.makeFilter(
    (given: ReadonlyArray<string>) => {
      const twice = given.find((name, i) => given.indexOf(name) < i)
      return twice === undefined ? undefined : `names "${twice}" twice; name it once`
    },
    { toJsonSchema: () => ({ uniqueItems: true }) }
  )
)
