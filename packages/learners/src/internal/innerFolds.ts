/**
 * Folds within the training rows, for learners that cross-validate something themselves.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Task } from "@rocflow/core/data/Task"
import { count } from "@rocflow/core/OptionSchema"
import type * as Seed from "@rocflow/core/Seed"
import * as Folds from "@rocflow/core/splitting/Folds"
import { SplitProblem } from "@rocflow/core/splitting/SplitProblem"
import * as Units from "@rocflow/core/splitting/Units"

/** How many folds, or those of the fold role. */
export const Option = Schema.Union([count(2), Schema.Literal("role")])

const given = (units: Units.Units): Result.Result<Int32Array, SplitProblem> => {
  const { fold } = units
  return fold !== undefined && fold.names.length > 1
    ? Result.succeed(fold.codes)
    : Result.fail(
        new SplitProblem({
          reason: "MissingRole",
          given: 'folds: "role"',
          rule:
            fold === undefined
              ? "takes the folds of the fold role, and no column has it"
              : `takes the folds of the fold role, and the training rows are all of fold "${fold.names[0]}"`,
          advice: "Give the role fold to a column with two folds or more, or say how many folds."
        })
      )
}

/**
 * The fold of every row. They are dealt at random, evenly from each stratum (without a stratum role from each class), the
 * rows of a group and the copies of a row together, and every fold gets rows of every subset, where it has enough; with
 * fewer rows or groups than folds each is a fold. Or they are those of the fold role.
 */
export const innerFolds = (
  task: Task,
  folds: typeof Option.Type,
  seed: Seed.Seed
): Result.Result<Int32Array, SplitProblem> =>
  Result.flatMap(Units.make(task), (units) =>
    folds === "role"
      ? given(units)
      : Folds.assign(Units.byClass(units), { folds: Math.min(folds, units.groups), everySubset: true }, seed)
  )
