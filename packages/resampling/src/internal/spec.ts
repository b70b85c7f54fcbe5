/**
 * Resamplings as data: one schema for each, and their union.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

const count = (minimum: number, fallback: number) =>
  Schema.Int.check(Schema.isGreaterThanOrEqualTo(minimum)).pipe(Schema.withDecodingDefaultKey(Effect.succeed(fallback)))

const share = (fallback: number) =>
  Schema.Finite.check(
    Schema.isBetween({ minimum: 0, maximum: 1, exclusiveMinimum: true, exclusiveMaximum: true })
  ).pipe(Schema.withDecodingDefaultKey(Effect.succeed(fallback)))

const RowLists = Schema.Array(Schema.Array(Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)))).check(
  Schema.isMinLength(1)
)

/** K-fold cross-validation: every row is tested once. */
export const Cv = Schema.Struct({ type: Schema.Literal("cv"), folds: count(2, 10) })
/** K-fold cross-validation, `repeats` times with new folds. */
export const RepeatedCv = Schema.Struct({
  type: Schema.Literal("repeatedCv"),
  folds: count(2, 10),
  repeats: count(1, 10)
})
/** One split that trains on the share `ratio` of the rows. */
export const Holdout = Schema.Struct({ type: Schema.Literal("holdout"), ratio: share(2 / 3) })
/** Holdout, `repeats` times. */
export const Subsampling = Schema.Struct({
  type: Schema.Literal("subsampling"),
  repeats: count(1, 30),
  ratio: share(2 / 3)
})
/** Training rows drawn with replacement, `ratio` times as many as there are; the others are tested. */
export const Bootstrap = Schema.Struct({
  type: Schema.Literal("bootstrap"),
  repeats: count(1, 30),
  ratio: Schema.Finite.check(Schema.isGreaterThan(0)).pipe(Schema.withDecodingDefaultKey(Effect.succeed(1)))
})
/** As many splits as rows (groups), each tested alone. */
export const LeaveOneOut = Schema.Struct({ type: Schema.Literal("leaveOneOut") })
/** Trains and tests on all rows. */
export const Insample = Schema.Struct({ type: Schema.Literal("insample") })
/** Splits given row by row. */
export const Custom = Schema.Struct({ type: Schema.Literal("custom"), train: RowLists, test: RowLists })
/** Cross-validation over the folds of the fold role. */
export const FoldColumn = Schema.Struct({ type: Schema.Literal("foldColumn") })
/** SOAK: train on the same subset, on the others, or on all; see `SameOther`. */
export const SameOtherAll = Schema.Struct({
  type: Schema.Literal("sameOther"),
  folds: count(2, 3),
  sizes: count(-1, -1),
  ratio: Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 })).pipe(
    Schema.withDecodingDefaultKey(Effect.succeed(0.5))
  ),
  seeds: count(1, 1),
  subsets: Schema.Literals(["S", "O", "A", "SO", "SA", "SOA"]).pipe(
    Schema.withDecodingDefaultKey(Effect.succeed("SOA" as const))
  ),
  ignoreSubset: Schema.Boolean.pipe(Schema.withDecodingDefaultKey(Effect.succeed(false))),
  algorithm: Schema.Literals(["rss", "wasikowski"]).pipe(Schema.withDecodingDefaultKey(Effect.succeed("rss" as const)))
})

/**
 * The form of a resampling in experiment files; options left out get their defaults.
 *
 * ```ts
 * Schema.decodeUnknownSync(Resampling.schema)({ type: "cv" }) // => { type: "cv", folds: 10 }
 * ```
 */
export const schema = Schema.Union([
  Cv,
  RepeatedCv,
  Holdout,
  Subsampling,
  Bootstrap,
  LeaveOneOut,
  Insample,
  Custom,
  FoldColumn,
  SameOtherAll
])

/** A resampling without type-level knowledge, as read from a document. */
export type Spec = typeof schema.Type
