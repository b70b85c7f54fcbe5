/**
 * Applies a resampling to a task: what can be wrong, then the splits, then what should be known about them.
 */
import { toJson } from "@rocflow/core/Json"
import * as Seed from "@rocflow/core/Seed"
import type * as Task from "@rocflow/core/data/Task"
import type { Split } from "@rocflow/core/splitting/Split"
import { SplitProblem } from "@rocflow/core/splitting/SplitProblem"
import * as Units from "@rocflow/core/splitting/Units"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { checkSplits } from "./checkSplits.ts"
import { schema, type Spec } from "./descriptions.ts"
import * as Ordinary from "./ordinary.ts"
import { sameOther } from "./sameOther.ts"

/** A resampling applied to a task. */
export interface Instance {
  readonly resampling: Spec
  readonly splits: ReadonlyArray<Split>
  /** What does not forbid the splits but should be known: rare classes, lost strata, roles without effect. */
  readonly warnings: ReadonlyArray<string>
  readonly rows: number
  /** The number of groups; of rows, when the task has no group role. */
  readonly groupCount: number
}

const refuse = (reason: SplitProblem["reason"], given: string, rule: string, advice: string) =>
  Result.fail(new SplitProblem({ reason, given, rule, advice }))

/** Checks a resampling against a task, and lists its splits. */
export const instantiate = (
  spec: Spec,
  task: Task.Task,
  seed: number | Seed.Seed
): Result.Result<Instance, SplitProblem> =>
  Result.gen(function* () {
    yield* validate(spec)
    if (typeof seed === "number" && !Number.isSafeInteger(seed)) {
      return yield* refuse("InvalidSeed", `seed ${seed}`, "is not an integer", "Use a whole number such as 1.")
    }
    const units = yield* Units.make(task)
    const folds = yield* foldCount(spec, units)
    yield* fewEnough(spec, units, folds)
    const root = Seed.derive(typeof seed === "number" ? Seed.root(seed) : seed, "resampling")
    const splits = yield* splitsOf(spec, units, folds, root)
    const given = spec.type === "custom" || spec.type === "forward" || units.fold !== undefined
    const found = yield* checkSplits(units, splits, given)
    return {
      resampling: spec,
      splits,
      warnings: [...advice(spec, units), ...found],
      rows: units.rows,
      groupCount: units.groups
    }
  })

const validate = (spec: Spec): Result.Result<void, SplitProblem> =>
  Schema.decodeUnknownResult(Schema.toType(schema))(spec).pipe(
    Result.mapError(
      (error) =>
        new SplitProblem({
          reason: "InvalidOption",
          given: JSON.stringify(spec),
          rule: `is not a resampling: ${error.message}`,
          advice: "Correct this option."
        })
    ),
    Result.map(() => undefined)
  )

/** The number of folds: that of the fold role where it is used, else the option; 0 where there are none. */
const foldCount = (spec: Spec, { fold, subset }: Units.Units): Result.Result<number, SplitProblem> => {
  if (spec.type === "foldColumn" && fold === undefined) {
    return refuse(
      "MissingRole",
      "a task without the role fold",
      "has no column to take the folds from",
      "Give the role fold to a column, or use cv."
    )
  }
  if (spec.type === "repeatedCv" && fold !== undefined) {
    return refuse(
      "FixedFolds",
      "a task with the role fold",
      "has the same folds in every repetition",
      "Use cv, or take the role fold away."
    )
  }
  if (spec.type === "sameOther" && !spec.ignoreSubset && subset === undefined) {
    return refuse(
      "MissingRole",
      "a task without the role subset",
      "has no subsets to compare",
      "Give the role subset to a column, or set ignoreSubset."
    )
  }
  if (spec.type !== "cv" && spec.type !== "repeatedCv" && spec.type !== "sameOther" && spec.type !== "foldColumn") {
    return Result.succeed(0)
  }
  const folds = fold?.names.length ?? ("folds" in spec ? spec.folds : 0)
  if (folds >= 2) return Result.succeed(folds)
  return refuse(
    "InvalidOption",
    "the fold column",
    "has one value only, so no row would be left to train on",
    "Give it at least two values."
  )
}

/** Splits of a resampling: each is a job of every learner. */
const mostSplits = 100_000

/** Rows that the splits of a resampling may list in all: 1 GB of row numbers. */
const mostListed = 250_000_000

/** How many splits there will be, at most, and how often each row will be listed. */
const extent = (
  spec: Spec,
  { groups, subset }: Units.Units,
  folds: number
): readonly [splits: number, times: number] => {
  switch (spec.type) {
    case "cv":
    case "foldColumn":
      return [folds, folds]
    case "repeatedCv":
      return [folds * spec.repeats, folds * spec.repeats]
    case "subsampling":
      return [spec.repeats, spec.repeats]
    case "bootstrap":
      return [spec.repeats, spec.repeats * (1 + spec.ratio)]
    case "leaveOneOut":
      return [groups, groups]
    case "forward":
      return [spec.folds, spec.folds]
    case "sameOther": {
      const names = spec.ignoreSubset ? 1 : (subset?.names.length ?? 1)
      const cells = folds * names * (spec.ignoreSubset ? 1 : spec.subsets.length)
      const drawn = spec.sizes < 0 ? 0 : spec.seeds * Math.min(groups, Math.max(1, spec.sizes) + 3 * names)
      return [cells * (1 + drawn), folds * (1 + spec.subsets.length) + cells * drawn]
    }
    case "holdout":
    case "insample":
      return [1, 2]
    case "custom":
      return [spec.train.length, 1]
  }
}

/** Refuses what would not end, or not fit into memory, before anything of it is made. */
const fewEnough = (spec: Spec, units: Units.Units, folds: number): Result.Result<void, SplitProblem> => {
  const [splits, times] = extent(spec, units, folds)
  if (splits <= mostSplits && times * units.rows <= mostListed) return Result.succeed(undefined)
  const [given, advice] =
    spec.type === "leaveOneOut"
      ? [`leaving out each of ${splits} ${units.unit}s alone`, "Use cv with 10 folds, or a smaller table."]
      : [spec.type === "custom" ? "custom" : toJson(spec), "Use fewer folds, repeats or sizes, or a smaller table."]
  const rule =
    splits > mostSplits
      ? `makes ${splits} splits, more than ${mostSplits}`
      : `makes sets of ${Math.ceil(times * units.rows)} rows in all, more than ${mostListed}`
  return refuse("InvalidOption", given, rule, advice)
}

const splitsOf = (
  spec: Spec,
  units: Units.Units,
  folds: number,
  seed: Seed.Seed
): Result.Result<ReadonlyArray<Split>, SplitProblem> => {
  switch (spec.type) {
    case "cv":
    case "foldColumn":
      return Ordinary.crossValidation(units, folds, 1, seed)
    case "repeatedCv":
      return Ordinary.crossValidation(units, folds, spec.repeats, seed)
    case "holdout":
      return Result.succeed(Ordinary.subsampling(units, 1, spec.ratio, seed))
    case "subsampling":
      return Result.succeed(Ordinary.subsampling(units, spec.repeats, spec.ratio, seed))
    case "bootstrap":
      return Result.succeed(Ordinary.bootstrap(units, spec.repeats, spec.ratio, seed))
    case "leaveOneOut":
      return Result.succeed(Ordinary.leaveOneOut(units))
    case "insample":
      return Result.succeed(Ordinary.insample(units))
    case "custom":
      return Result.map(validRows(spec, units.rows), () => Ordinary.custom(units, spec.train, spec.test))
    case "forward":
      return forward(spec, units)
    case "sameOther":
      return Result.map(
        Ordinary.foldsOf(units, folds, spec.algorithm, seed, { everySubset: !spec.ignoreSubset }),
        (foldOf) => sameOther(units, foldOf, folds, spec, seed)
      )
  }
}

const forward = (
  spec: Extract<Spec, { readonly type: "forward" }>,
  units: Units.Units
): Result.Result<ReadonlyArray<Split>, SplitProblem> => {
  const { time } = units
  if (time === undefined) {
    return refuse(
      "MissingRole",
      "a task without the role order",
      "does not say what comes before what",
      "Give the role order to a column of times, or use cv."
    )
  }
  const times = Ordinary.shortest(units, time)
  if (Ordinary.firstWindow(times, spec) >= 1) return Result.succeed(Ordinary.forward(units, time, spec))
  const whose = units.unit === "group" ? "the shortest group" : "the order"
  return refuse(
    "TooManyFolds",
    `${spec.folds} folds${spec.horizon === undefined ? "" : ` of ${spec.horizon} times`}${spec.gap === 0 ? "" : ` behind a gap of ${spec.gap}`}`,
    `leave nothing to train on of the ${times} different times that ${whose} has`,
    "Use fewer folds, a shorter horizon or a smaller gap."
  )
}

const validRows = (
  spec: Extract<Spec, { readonly type: "custom" }>,
  rows: number
): Result.Result<void, SplitProblem> => {
  const wrong = (given: string, rule: string, advice: string) => refuse("InvalidRows", given, rule, advice)
  if (spec.train.length !== spec.test.length) {
    return wrong(
      `${spec.train.length} train sets and ${spec.test.length} test sets`,
      "are not as many",
      "Give one test set for each train set."
    )
  }
  for (const [which, sets] of [
    ["train", spec.train],
    ["test", spec.test]
  ] as const) {
    for (const [i, set] of sets.entries()) {
      const outside = set.find((row) => row >= rows)
      if (outside !== undefined) {
        return wrong(
          `row ${outside} in ${which} set ${i}`,
          `is not one of the ${rows} rows, which count from 0`,
          "Use row indices below the number of rows."
        )
      }
      if (new Set(set).size < set.length) {
        return wrong(`${which} set ${i}`, "repeats a row", "Give every row once.")
      }
    }
  }
  return Result.succeed(undefined)
}

/** Warnings that follow from roles and options, before any split. */
const advice = (spec: Spec, units: Units.Units): ReadonlyArray<string> => {
  const said: Array<string> = []
  const names = (columns: ReadonlyArray<string>) => columns.map((name) => JSON.stringify(name)).join(", ")
  const usesFold = spec.type === "cv" || spec.type === "foldColumn" || spec.type === "sameOther"
  if (units.fold !== undefined && !usesFold) said.push(`The fold role has no effect in ${spec.type}.`)
  if (
    units.fold !== undefined &&
    (spec.type === "cv" || spec.type === "sameOther") &&
    spec.folds !== units.fold.names.length
  ) {
    said.push(`The fold role has ${units.fold.names.length} folds, which are used in place of folds = ${spec.folds}.`)
  }
  if (spec.type === "forward" && units.stratumColumns.length > 0) said.push("Strata have no effect in forward.")
  if (spec.type === "leaveOneOut" && units.stratumColumns.length > 0) said.push("Strata have no effect in leaveOneOut.")
  if (spec.type === "sameOther" && spec.seeds > 1 && spec.sizes < 0) {
    said.push(
      `seeds = ${spec.seeds} has no effect: rows are drawn for smaller training sets, and there are none. Give sizes = 0 or more, or leave seeds out.`
    )
  }
  if (spec.type !== "sameOther" || spec.ignoreSubset || units.subset === undefined) return said
  if (units.subset.names.length === 1) {
    said.push(`The subset column has one value, "${units.subset.names[0]}", so there are only "same" splits.`)
  } else if (!units.stratumColumns.includes(units.subsetColumn!)) {
    const better = [
      ...new Set([
        units.subsetColumn!,
        ...units.stratumColumns,
        ...(units.target === undefined ? [] : [units.targetColumn])
      ])
    ]
    said.push(
      `The subset "${units.subsetColumn}" is not among the strata, so its rows may spread unevenly over the folds; better use stratum: [${names(better)}].`
    )
  }
  return said
}
