/**
 * Holds rows out of the rows that are trained on, to validate on them.
 */
import * as Result from "effect/Result"
import type { Task } from "../data/Task.ts"
import type { Seed } from "../Seed.ts"
import * as Draw from "./Draw.ts"
import { rowsWhere } from "./Split.ts"
import { SplitProblem } from "./SplitProblem.ts"
import * as Units from "./Units.ts"

/** The rows on both sides, ascending. @category models */
export interface Holdout {
  readonly train: Int32Array
  readonly valid: Int32Array
}

const checkRatio = (ratio: number): SplitProblem | undefined =>
  ratio > 0 && ratio < 1
    ? undefined
    : new SplitProblem({
        reason: "InvalidOption",
        given: `a share of ${ratio}`,
        rule: "is not between 0 and 1",
        advice: "Hold out a share such as 0.3."
      })

const checkSides = (ratio: number, held: number, { groups, unit }: Units.Units): SplitProblem | undefined => {
  if (held > 0 && held < groups) return undefined
  const advice =
    groups < 2
      ? `Give it at least 2 ${unit}s.`
      : held === 0
        ? `Hold out a share of at least ${Math.ceil(100 / groups) / 100}.`
        : `Hold out a share of at most ${Math.floor(100 - 100 / groups) / 100}.`
  return new SplitProblem({
    reason: "EmptySplit",
    given: `a share of ${ratio} of ${groups} ${unit}s`,
    rule: `leaves ${held} ${unit}s to validate on and ${groups - held} to train on; both need at least one`,
    advice
  })
}

/**
 * Holds out the share `ratio` in (0, 1) of the rows of a task, at random: whole groups, evenly from each stratum (without
 * a stratum role from each class), the copies of a row together.
 *
 * Of n groups (rows, when there is no group role) n − round(n·(1 − ratio)) are held out, of every stratum within one of
 * its share; see `Draw.shares`. Groups are counted, not their rows: where they are of unlike size, so is what is held out.
 *
 * *Errors*: `SplitProblem` when a side would be empty, which does not depend on the seed.
 *
 * @example
 * Holdout.rows(task, 0.3, Seed.root(1)) // of 10 rows: 7 to train on, 3 to validate on
 * @category constructors
 */
export const rows = (task: Task, ratio: number, seed: Seed): Result.Result<Holdout, SplitProblem> =>
  Result.gen(function* () {
    const wrong = checkRatio(ratio)
    if (wrong !== undefined) return yield* Result.fail(wrong)
    const units = Units.byClass(yield* Units.make(task))
    const held = Draw.rest(Draw.shares(units, 1 - ratio, "rarestFirst"))
    const empty = checkSides(ratio, held.total, units)
    if (empty !== undefined) return yield* Result.fail(empty)
    const times = Draw.without(held, seed)
    return {
      train: rowsWhere(units.rows, (row) => times[units.group[row]!] === 0),
      valid: rowsWhere(units.rows, (row) => times[units.group[row]!] === 1)
    }
  })
