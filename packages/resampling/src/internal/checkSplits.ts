/**
 * Looks at finished splits for what would make a score meaningless: empty sets, classes and strata left out, leaks.
 */
import { describe, type Split } from "@rocflow/core/splitting/Split"
import { SplitProblem } from "@rocflow/core/splitting/SplitProblem"
import type { Codes, Units } from "@rocflow/core/splitting/Units"
import * as Result from "effect/Result"

const shown = 3

const list = (splits: ReadonlyArray<Split>): string =>
  splits.slice(0, shown).map(describe).join(", ") + (splits.length > shown ? ` and ${splits.length - shown} more` : "")

/** Such as "1 train set has" or "3 train sets have". */
const lackingSets = (splits: ReadonlyArray<Split>, noun: string): string =>
  splits.length === 1 ? `1 ${noun} has` : `${splits.length} ${noun}s have`

/** Splits under the name of what they lack. */
type Lacking = Map<string, Array<Split>>

const note = (lacking: Lacking, name: string, split: Split): void => {
  const splits = lacking.get(name)
  if (splits === undefined) lacking.set(name, [split])
  else splits.push(split)
}

const has = (codes: Codes, rows: Int32Array): Uint8Array => {
  const present = new Uint8Array(codes.names.length)
  for (const row of rows) present[codes.codes[row]!] = 1
  return present
}

/** Whether rows are separated by subset; one of the subsets may itself be called "full". */
const bySubset = (splits: ReadonlyArray<Split>): boolean => splits.some(({ testSubset }) => testSubset !== "full")

const emptySet = (units: Units, splits: ReadonlyArray<Split>): SplitProblem | undefined => {
  const split = splits.find(({ test, train }) => test.length === 0 || train.length === 0)
  if (split === undefined) return undefined
  const which = split.test.length === 0 ? "test" : "train"
  const reduced = which === "train" && split.nTrainGroups < split.groups
  return new SplitProblem({
    reason: "EmptySplit",
    given: `the ${which} set of ${describe(split)}`,
    rule: "has no row",
    advice: reduced
      ? "Use fewer sizes, a larger ratio or coarser strata."
      : !bySubset(splits)
        ? `Use another number of folds, or another ratio, for the ${units.groups} ${units.unit}s.`
        : subsetAdvice(units, split)
  })
}

/** What to do about a fold without rows of a subset, which has too few groups, or shares them with others. */
const subsetAdvice = (units: Units, { testSubset }: Split): string => {
  const groups = new Set<number>()
  units.subset?.codes.forEach((code, row) => {
    if (units.subset?.names[code] === testSubset) groups.add(units.group[row]!)
  })
  if (units.fold !== undefined) {
    return `The folds are given: put rows of "${testSubset}" into each, merge it with another subset, or leave it out.`
  }
  const fewer = groups.size < 2 ? "" : `use at most ${groups.size} folds, `
  const advice = `${fewer}merge "${testSubset}" with another subset, or leave it out`
  return `It has ${groups.size} ${units.unit}${groups.size === 1 ? "" : "s"}: ${advice}.`
}

/** Whether rows that this split could train on, fold aside, hold the class in two groups: then strata can share it. */
const couldHold = (units: Units, target: Codes, code: number, split: Split, separated: boolean): boolean => {
  const groups = new Set<number>()
  for (let row = 0; row < units.rows && groups.size < 2; row++) {
    if (target.codes[row] !== code) continue
    const same = !separated || units.subset?.names[units.subset.codes[row]!] === split.testSubset
    if (split.trainSubsets === "all" || same === (split.trainSubsets === "same")) groups.add(units.group[row]!)
  }
  return groups.size === 2
}

const strataAdvice = (units: Units): string => {
  const columns = [
    ...new Set([
      ...units.stratumColumns,
      ...(units.subsetColumn === undefined ? [] : [units.subsetColumn]),
      units.targetColumn
    ])
  ]
  return `Use stratum: [${columns.map((name) => JSON.stringify(name)).join(", ")}], or fewer folds.`
}

/**
 * Fails for an empty set, and for a full training set without a class that strata would have given it; returns warnings
 * for what cannot be repaired so: classes that a subset does not have, test sets and reduced training sets that lack one.
 *
 * `given` tells that the user chose the rows; then a missing class is a warning.
 */
export const checkSplits = (
  units: Units,
  splits: ReadonlyArray<Split>,
  given: boolean
): Result.Result<ReadonlyArray<string>, SplitProblem> => {
  const empty = emptySet(units, splits)
  if (empty !== undefined) return Result.fail(empty)
  const warnings: Array<string> = []
  const { target } = units
  if (target !== undefined) {
    const separated = bySubset(splits)
    const stratified = units.stratumColumns.includes(units.targetColumn)
    const train: Lacking = new Map()
    const test: Lacking = new Map()
    // Test rows are shared by the splits of a cell.
    const tested = new Set<Int32Array>()
    for (const split of splits) {
      for (const [code, present] of has(target, split.train).entries()) {
        if (present === 1) continue
        const name = target.names[code]!
        const full = split.nTrainGroups === split.groups
        if (full && !stratified && !given && couldHold(units, target, code, split, separated)) {
          return Result.fail(
            new SplitProblem({
              reason: "MissingClass",
              given: `the train set of ${describe(split)}`,
              rule: `has no row of the class "${name}", which stratification would give it`,
              advice: strataAdvice(units)
            })
          )
        }
        note(train, name, split)
      }
      if (tested.has(split.test)) continue
      tested.add(split.test)
      for (const [code, present] of has(target, split.test).entries()) {
        if (present === 0) note(test, target.names[code]!, split)
      }
    }
    for (const [name, lacking] of train) {
      warnings.push(`${lackingSets(lacking, "train set")} no row of the class "${name}": ${list(lacking)}.`)
    }
    const pooling = "pool the test rows (average: micro)"
    const classAdvice = given
      ? `Choose other splits, or ${pooling}.`
      : stratified
        ? `Use fewer folds, or ${pooling}.`
        : strataAdvice(units)
    const single = [...tested].every((rows) => rows.length === 1)
    for (const [name, lacking] of single ? [] : test) {
      warnings.push(
        `${lackingSets(lacking, "test set")} no row of the class "${name}", so that measures such as AUC may be undefined there: ${list(lacking)}. ${classAdvice}`
      )
    }
  }
  return Result.succeed([...warnings, ...lostStrata(units, splits), ...leaks(splits)])
}

/** Strata that the downsampling of a training set left without rows. */
const lostStrata = (units: Units, splits: ReadonlyArray<Split>): ReadonlyArray<string> => {
  if (units.stratumColumns.length === 0) return []
  const cell = (split: Split) => JSON.stringify([split.trainSubsets, split.testFold, split.testSubset])
  const full = new Map(
    splits
      .filter((split) => split.nTrainGroups === split.groups)
      .map((split) => [cell(split), has(units.stratum, split.train)])
  )
  const lost: Lacking = new Map()
  for (const split of splits) {
    if (split.nTrainGroups === split.groups) continue
    const kept = has(units.stratum, split.train)
    for (const [code, present] of full.get(cell(split))!.entries()) {
      if (present === 1 && kept[code] === 0) note(lost, units.stratum.names[code]!, split)
    }
  }
  return Array.from(
    lost,
    ([name, splits]) =>
      `${lackingSets(splits, "downsampled train set")} no row of the stratum ${name}: ${list(splits)}.`
  )
}

/** Splits that test on rows they trained on. */
const leaks = (splits: ReadonlyArray<Split>): ReadonlyArray<string> => {
  const leaking = splits.filter(({ test, train }) => {
    let i = 0
    for (const row of test) {
      while (i < train.length && train[i]! < row) i++
      if (train[i] === row) return true
    }
    return false
  })
  return leaking.length === 0
    ? []
    : [
        `${leaking.length} ${leaking.length === 1 ? "split tests on rows it trains" : "splits test on rows they train"} on, so that scores are too good: ${list(leaking)}.`
      ]
}
