/**
 * Resamplings as data: one schema for each, and their union.
 */
import { count, optional, positive, proportion, required, share, withDefault } from "@rocflow/core/OptionSchema"
import * as Schema from "effect/Schema"

const RowLists = Schema.Array(Schema.Array(count(0))).check(Schema.isMinLength(1))

/** How often rows are divided anew. */
const repeats = count(1, 10_000, "each trains every learner again")

/** Rows that are drawn, as a multiple of those there are. */
const timesRows = positive.check(
  Schema.isLessThanOrEqualTo(1000, { expected: "at most 1000, as so many times the rows are drawn" })
)

/** The name of a resampling, and what it is. */
const of = <const Type extends string>(type: Type, description: string) =>
  required(Schema.Literal(type), description, type)

/** K-fold cross-validation: every row is tested once. */
export const Cv = Schema.Struct({
  type: of("cv", "K-fold cross-validation: every row is tested once"),
  folds: withDefault(count(2), 10, "The number of folds")
})
/** K-fold cross-validation, `repeats` times with new folds. */
export const RepeatedCv = Schema.Struct({
  type: of("repeatedCv", "K-fold cross-validation, several times with new folds"),
  folds: withDefault(count(2), 10, "The number of folds"),
  repeats: withDefault(repeats, 10, "How many times, each with new folds")
})
/** One split that trains on the share `ratio` of the rows. */
export const Holdout = Schema.Struct({
  type: of("holdout", "One split into training and test rows"),
  ratio: withDefault(share, 2 / 3, "The share of the rows that are trained on")
})
/** Holdout, `repeats` times. */
export const Subsampling = Schema.Struct({
  type: of("subsampling", "Holdout, several times"),
  repeats: withDefault(repeats, 30, "How many splits"),
  ratio: withDefault(share, 2 / 3, "The share of the rows that are trained on")
})
/** Training rows drawn with replacement, `ratio` times as many as there are; the others are tested. */
export const Bootstrap = Schema.Struct({
  type: of("bootstrap", "Training rows drawn with replacement; the others are tested"),
  repeats: withDefault(repeats, 30, "How many samples"),
  ratio: withDefault(timesRows, 1, "Training rows that are drawn, as a share of all rows")
})
/** As many splits as rows (groups), each tested alone. */
export const LeaveOneOut = Schema.Struct({
  type: of("leaveOneOut", "As many splits as rows or groups, each tested alone")
})
/** Trains and tests on all rows. */
export const Insample = Schema.Struct({ type: of("insample", "Trains and tests on all rows; no estimate of an error") })
/** Splits given row by row. */
export const Custom = Schema.Struct({
  type: of("custom", "Splits given row by row"),
  train: required(RowLists, "The training rows of each split, counted from 0", [
    [0, 1, 2],
    [3, 4, 5]
  ]),
  test: required(RowLists, "The test rows of each split, counted from 0", [
    [3, 4, 5],
    [0, 1, 2]
  ])
})
/** Forward chaining: trains on what comes before, tests on what comes next. */
export const Forward = Schema.Struct({
  type: of("forward", "Trains on what comes before, tests on what comes next"),
  folds: withDefault(count(1), 5, "The number of test sets, each after the one before it"),
  window: withDefault(
    Schema.Literals(["expanding", "sliding"]),
    "expanding",
    "Trains on all that is before, or on a window of one length"
  ),
  horizon: optional(count(1), "Times of a test set; default: all times divided by one more than the folds", 12),
  gap: withDefault(count(0), 0, "Times between training and test rows that are in neither")
})
/** Cross-validation over the folds of the fold role. */
export const FoldColumn = Schema.Struct({ type: of("foldColumn", "Cross-validation over the folds of the fold role") })
/** SOAK: train on the same subset, on the others, or on all; see `SameOther`. */
export const SameOtherAll = Schema.Struct({
  type: of("sameOther", "Same/Other/All: trains on the same subset, on the others, or on all"),
  folds: withDefault(count(2), 3, "The number of folds of each subset"),
  sizes: withDefault(
    count(-1, 1000, "each size is trained on"),
    -1,
    "Smaller training sets: −1 none, 0 also all at the smallest size, above 0 also so many sizes below it"
  ),
  ratio: withDefault(proportion, 0.5, "The factor from one size to the next smaller one"),
  seeds: withDefault(repeats, 1, "How many times rows are drawn for smaller training sets"),
  subsets: withDefault(
    Schema.Literals(["S", "O", "A", "SO", "SA", "SOA"]),
    "SOA",
    "Trains on the same subset (S), on others (O), on all (A)"
  ),
  ignoreSubset: withDefault(Schema.Boolean, false, "Whether it is ordinary cross-validation"),
  algorithm: withDefault(Schema.Literals(["rss", "wasikowski"]), "rss", "How rows are dealt out to folds")
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
