/**
 * From the target column to the numbers a loss sees: which kind of task it is, the levels in their order, the codes.
 */
import * as Result from "effect/Result"
import * as Column from "../Column.ts"
import type { Problem } from "../RoleError.ts"
import type { Kind, Options } from "../Roles.ts"
import { meantLevel } from "./level.ts"
import { list, suggest } from "../../internal/suggest.ts"

/** A column of whole numbers with so few distinct values may be classes or counts: nobody but the user knows. */
const fewIntegers = 20

/** Classes are refused when they are more than this and more than half of the rows. */
const manyLevels = 10

export interface Target {
  readonly kind: Kind
  readonly levels: ReadonlyArray<string>
  readonly values: Float64Array
}

type Encoded = Result.Result<Target, ReadonlyArray<Problem>>

const isNumber = (column: Column.Column): column is Column.Numeric | Column.Integer =>
  column.type === "numeric" || column.type === "integer"

const regression = (name: string, column: Column.Column): Encoded => {
  const problem = (rule: string, advice: string) => Result.fail([{ role: "target", column: name, rule, advice }])
  if (!isNumber(column)) {
    return problem(
      `is ${column.type}, but kind "regression" needs numbers`,
      'Name a column of numbers, or choose kind "binary" or "multiclass".'
    )
  }
  const infinite = column.values.findIndex((value) => Math.abs(value) === Number.POSITIVE_INFINITY)
  if (infinite !== -1) {
    return problem(`is ${column.values[infinite]} in row ${infinite}`, "Remove the row: a target must be finite.")
  }
  return Result.succeed({ kind: "regression", levels: [], values: column.values })
}

/** Puts the positive level first and leaves the others in their order. */
const inOrder = (levels: ReadonlyArray<string>, positive: string | undefined): ReadonlyArray<string> =>
  positive === undefined ? levels : [positive, ...levels.filter((level) => level !== positive)]

/** The classes that the options name, in the spelling of the column. */
const classesOf = (factor: Column.Factor, options: Options) => {
  const levels = options.levels?.map((level) => meantLevel(level, factor.levels)) ?? factor.levels
  return {
    levels,
    positive: options.positive === undefined ? undefined : meantLevel(options.positive, levels)
  }
}

const checkLevels = (
  name: string,
  column: Column.Column,
  factor: Column.Factor,
  options: Options
): ReadonlyArray<Problem> => {
  const problem = (rule: string, advice: string): Problem => ({ role: "target", column: name, rule, advice })
  const present = [...new Set(factor.codes)].filter((code) => code >= 0).map((code) => factor.levels[code]!)
  const rows = factor.codes.length
  if (present.length > manyLevels && present.length > rows / 2) {
    return [
      problem(
        `has ${present.length} distinct values in ${rows} rows, too many to be classes`,
        isNumber(column) ? 'Choose kind: "regression".' : "Name a column of class labels."
      )
    ]
  }
  const { kind } = options
  const { levels, positive } = classesOf(factor, options)
  const problems: Array<Problem> = []
  const outside = present.filter((level) => !levels.includes(level))
  if (outside.length > 0) {
    problems.push(problem(`has ${list(outside)}, not among the given levels ${list(levels)}`, "Give every level."))
  }
  if (new Set(levels).size < levels.length) {
    problems.push(problem(`is given repeated levels ${list(levels)}`, "Give every level once."))
  }
  if (levels.length < 2 || (present.length < 2 && options.levels === undefined)) {
    problems.push(
      problem(
        levels.length < 2 && present.length >= 2
          ? `is given only the level ${list(levels)}`
          : `has ${present.length === 0 ? "no level" : `only the level ${list(present)}`}`,
        "A classification needs at least two; give levels when the others are only absent from these rows."
      )
    )
  }
  if (positive !== undefined && !levels.includes(positive)) {
    problems.push({
      role: "positive",
      column: "",
      rule: `"${positive}" is not one of the levels ${list(levels)} of the target "${name}"`,
      advice: levels.length <= 10 ? "Choose one of them." : suggest(positive, levels)
    })
  }
  if (levels.length > 2 && (positive !== undefined || kind === "binary")) {
    problems.push(
      problem(
        `has ${levels.length} levels ${list(levels)}, but ${kind === "binary" ? 'kind "binary"' : "positive"} needs two`,
        'Choose kind: "multiclass" without positive, or a target of two levels.'
      )
    )
  }
  return problems
}

const classification = (name: string, column: Column.Column, options: Options): Encoded => {
  const factor = Column.asFactor(column)
  const problems = checkLevels(name, column, factor, options)
  if (problems.length > 0) return Result.fail(problems)
  const { levels: given, positive } = classesOf(factor, options)
  const levels = inOrder(given, positive)
  const kind = options.kind ?? (levels.length === 2 ? "binary" : "multiclass")
  const place = factor.levels.map((level) => levels.indexOf(level))
  const values = Float64Array.from(factor.codes, (code) => (code < 0 ? Number.NaN : place[code]!))
  return Result.succeed({ kind, levels, values })
}

/** Encodes the target column as the options say, else as its type says. */
export const encode = (name: string, column: Column.Column, options: Options): Encoded => {
  const { kind, levels, positive } = options
  if (kind === "regression") {
    if (positive === undefined && levels === undefined) return regression(name, column)
    const rule = `kind "regression" has no ${positive === undefined ? "levels" : "positive level"}`
    return Result.fail([{ role: "target", column: name, rule, advice: "Leave out one of the two." }])
  }
  if (kind !== undefined || positive !== undefined || levels !== undefined || !isNumber(column)) {
    return classification(name, column, options)
  }
  const distinct = new Set(column.values)
  if (column.type === "numeric" || distinct.size > fewIntegers) return regression(name, column)
  const rule = `holds the whole numbers ${list(Column.asFactor(column).levels)}, which may be classes or quantities`
  const advice = 'Choose kind: "binary" (and say which is positive), "multiclass" or "regression".'
  return Result.fail([{ role: "target", column: name, rule, advice }])
}
