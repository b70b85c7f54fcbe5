/**
 * Resamplings as data: one schema for each, and their union.
 */
import { count, positive, proportion, share, withDefault } from "@rocflow/core/OptionSchema"
import * as Schema from "effect/Schema"

const RowLists = Schema.Array(Schema.Array(count(0))).check(Schema.isMinLength(1))

/** How often rows are divided anew. */
const repeats = count(1, 10_000, "each trains every learner again")

/** Rows that are drawn, as a multiple of those there are. */
const timesRows = positive.check(
  Schema.isLessThanOrEqualTo(1000, { expected: "at most 1000, as so many times the rows are drawn" })
)

/** K-fold cross-validation: every row is tested once. */
export const Cv = Schema.Struct({ type: Schema.Literal("cv"), folds: withDefault(count(2), 10) })
/** K-fold cross-validation, `repeats` times with new folds. */
export const RepeatedCv = Schema.Struct({
  type: Schema.Literal("repeatedCv"),
  folds: withDefault(count(2), 10),
  repeats: withDefault(repeats, 10)
})
/** One split that trains on the share `ratio` of the rows. */
export const Holdout = Schema.Struct({ type: Schema.Literal("holdout"), ratio: withDefault(share, 2 / 3) })
/** Holdout, `repeats` times. */
export const Subsampling = Schema.Struct({
  type: Schema.Literal("subsampling"),
  repeats: withDefault(repeats, 30),
  ratio: withDefault(share, 2 / 3)
})
/** Training rows drawn with replacement, `ratio` times as many as there are; the others are tested. */
export const Bootstrap = Schema.Struct({
  type: Schema.Literal("bootstrap"),
  repeats: withDefault(repeats, 30),
  ratio: withDefault(timesRows, 1)
})
/** As many splits as rows (groups), each tested alone. */
export const LeaveOneOut = Schema.Struct({ type: Schema.Literal("leaveOneOut") })
/** Trains and tests on all rows. */
export const Insample = Schema.Struct({ type: Schema.Literal("insample") })
/** Splits given row by row. */
export const Custom = Schema.Struct({ type: Schema.Literal("custom"), train: RowLists, test: RowLists })
/** Forward chaining: trains on what comes before, tests on what comes next. */
export const Forward = Schema.Struct({
  type: Schema.Literal("forward"),
  folds: withDefault(count(1), 5),
  window: withDefault(Schema.Literals(["expanding", "sliding"]), "expanding"),
  horizon: Schema.optionalKey(count(1)),
  gap: withDefault(count(0), 0)
})
/** Cross-validation over the folds of the fold role. */
export const FoldColumn = Schema.Struct({ type: Schema.Literal("foldColumn") })
/** SOAK: train on the same subset, on the others, or on all; see `SameOther`. */
export const SameOtherAll = Schema.Struct({
  type: Schema.Literal("sameOther"),
  folds: withDefault(count(2), 3),
  sizes: withDefault(count(-1, 1000, "each size is trained on"), -1),
  ratio: withDefault(proportion, 0.5),
  seeds: withDefault(repeats, 1),
  subsets: withDefault(Schema.Literals(["S", "O", "A", "SO", "SA", "SOA"]), "SOA"),
  ignoreSubset: withDefault(Schema.Boolean, false),
  algorithm: withDefault(Schema.Literals(["rss", "wasikowski"]), "rss")
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
  Forward,
  FoldColumn,
  SameOtherAll
])

/** A resampling without type-level knowledge, as read from a document. */
export type Spec = typeof schema.Type
