/**
 * Which column plays which role, and every reason why one cannot.
 */
import * as Column from "../Column.ts"
import type { Problem } from "../RoleError.ts"
import * as Note from "../Note.ts"
import * as Select from "../Select.ts"
import { type Table, take } from "../Table.ts"
import type { Options, Role, Roles } from "../Roles.ts"
import { list, suggest } from "../../internal/suggest.ts"

type Names = string | ReadonlyArray<string> | undefined

const toList = (names: Names): ReadonlyArray<string> =>
  names === undefined ? [] : typeof names === "string" ? [names] : names

const single = ["target", "subset", "group", "weight", "fold", "name"] as const
const listed = ["stratum", "order"] as const

/** The columns each role was given, as written; roles that take one column may have been given more by a file. */
const given = (options: Options) => {
  const roles = new Map<string, ReadonlyArray<string>>()
  for (const role of [...single, ...listed]) roles.set(role, toList(options[role]))
  return roles
}

const missingRefused: ReadonlySet<string> = new Set(["target", "stratum", "subset", "group", "weight", "fold", "order"])

const checkNames = (role: string, names: ReadonlyArray<string>, table: Table): ReadonlyArray<Problem> => {
  const seen = new Set<string>()
  return names.flatMap((column): ReadonlyArray<Problem> => {
    const isRepeated = seen.has(column)
    seen.add(column)
    const found = table.columns.get(column)
    if (found === undefined) {
      return [{ role, column, rule: "no such column", advice: suggest(column, table.names) }]
    }
    if (found.type === "tensor" && role !== "feature" && role !== "name" && role !== "ignore") {
      return [
        { role, column, rule: "is a tensor", advice: "Name a column with one value a row; a tensor can be a feature." }
      ]
    }
    if (isRepeated) {
      return [{ role, column, rule: "is named twice", advice: "Name it once." }]
    }
    const missing = missingRefused.has(role) ? Column.countMissing(found) : 0
    if (missing === 0) return []
    const row = found.missing?.indexOf(1) ?? 0
    return [
      {
        role,
        column,
        rule: `has ${missing} missing ${missing === 1 ? "value" : "values"}, the first in row ${row}`,
        advice: `Give dropMissing: [${role}] to leave these rows out, or fill in the values; this role needs all of them.`
      }
    ]
  })
}

const checkSingle = (role: string, names: ReadonlyArray<string>): ReadonlyArray<Problem> =>
  names.length <= 1
    ? []
    : [{ role, column: names[1]!, rule: `takes one column, not ${list(names)}`, advice: "Name one column." }]

const checkWeight = (name: string, column: Column.Column): ReadonlyArray<Problem> => {
  const problem = (rule: string, advice: string) => [{ role: "weight", column: name, rule, advice }]
  if (column.type !== "numeric" && column.type !== "integer") {
    return problem(`is ${column.type}, not a number`, "Name a column of numbers of at least 0.")
  }
  const wrong = column.values.findIndex((value) => value < 0 || value === Number.POSITIVE_INFINITY)
  if (wrong !== -1) {
    return problem(`is ${column.values[wrong]} in row ${wrong}`, "Weights are finite numbers of at least 0.")
  }
  if (column.values.every((value) => value === 0)) {
    return problem("is 0 in every row", "Give at least one row a positive weight.")
  }
  const total = column.values.reduce((sum, value) => sum + (value > 0 ? value : 0), 0)
  if (total === Number.POSITIVE_INFINITY) {
    return problem("has no finite sum", "Divide the weights by the greatest one: only their ratios count.")
  }
  return []
}

const checkFold = (name: string, column: Column.Column): ReadonlyArray<Problem> => {
  if (column.type !== "numeric") return []
  const wrong = column.values.findIndex((value) => !Number.isInteger(value) && !Number.isNaN(value))
  if (wrong === -1) return []
  return [
    {
      role: "fold",
      column: name,
      rule: `is ${column.values[wrong]} in row ${wrong}`,
      advice: "A fold is a whole number or a level: name such a column."
    }
  ]
}

const checkGroupInFold = (
  group: string,
  groups: Column.Column,
  fold: string,
  folds: Column.Column
): ReadonlyArray<Problem> => {
  const foldOf = new Map<string | null, string | null>()
  for (let row = 0; row < Column.length(groups); row++) {
    const key = Column.toText(groups, row)
    const value = Column.toText(folds, row)
    const known = foldOf.get(key)
    if (known === undefined) foldOf.set(key, value)
    else if (known !== value) {
      return [
        {
          role: "group",
          column: group,
          rule: `group "${key}" spans folds "${known}" and "${value}" of column "${fold}"`,
          advice: "Rows of one group stay together: give each group one fold, or leave out one of the two roles."
        }
      ]
    }
  }
  return []
}

const checkValues = (names: (role: string) => string | undefined, table: Table): ReadonlyArray<Problem> => {
  const of = (role: string) => {
    const name = names(role)
    const column = name === undefined ? undefined : table.columns.get(name)
    return name === undefined || column === undefined ? undefined : ([name, column] as const)
  }
  const [weight, fold, group] = [of("weight"), of("fold"), of("group")]
  return [
    ...(weight === undefined ? [] : checkWeight(...weight)),
    ...(fold === undefined ? [] : checkFold(...fold)),
    ...(group === undefined || fold === undefined ? [] : checkGroupInFold(...group, ...fold))
  ]
}

const checkFeatures = (
  features: ReadonlyArray<string>,
  target: string,
  selector: Select.Select | undefined
): ReadonlyArray<Problem> => {
  if (features.length === 0) {
    return [
      {
        role: "feature",
        column: "",
        rule:
          selector === undefined
            ? "every column has another role or is left out, none is left"
            : Array.isArray(selector)
              ? "the list is empty"
              : `no column without another role fits ${JSON.stringify(selector)}`,
        advice: "Name the features; a column with another role may be one of them."
      }
    ]
  }
  if (!features.includes(target)) return []
  return [
    {
      role: "feature",
      column: target,
      rule: "is the target too, which a learner would only copy",
      advice: "Leave it out of the features."
    }
  ]
}

/** The columns that a reader found to do nothing but label the rows. */
const rowIndex = ({ notes }: Table): ReadonlyArray<string> =>
  notes.flatMap(({ code, column }) => (code === "row-index" && column !== undefined ? [column] : []))

/** The columns that may be features without being named: those without a role, and not left out. */
const candidates = (table: Table, out: Iterable<string>) => {
  const gone = new Set(out)
  return table.names.flatMap((name) => (gone.has(name) ? [] : [[name, table.columns.get(name)!] as const]))
}

const featuresOf = (table: Table, options: Options, roles: Iterable<string>): ReadonlyArray<string> => {
  const { features } = options
  if (Array.isArray(features)) return features
  const out = [...roles, ...toList(options.ignore)]
  const labelled = candidates(table, [...out, ...rowIndex(table)])
  const open = labelled.length > 0 ? labelled : candidates(table, out)
  return features === undefined ? open.map(([name]) => name) : Select.names(features, open)
}

const fewRows = 20

/** Rows without a value where a role must have one: how many, and the rows that are left. */
export const complete = (
  table: Table,
  options: Options
): { readonly table: Table; readonly notes: ReadonlyArray<Note.Note> } => {
  const wanted = options.dropMissing ?? []
  const names = given(options)
  const of = (role: Role): ReadonlyArray<string> =>
    role === "feature" ? featuresOf(table, options, [...names.values()].flat()) : (names.get(role) ?? [])
  const lacking = (columns: ReadonlyArray<string>): Set<number> => {
    const flags = columns.flatMap((name) => table.columns.get(name)?.missing ?? [])
    return new Set(flags.flatMap((missing) => Array.from(missing.keys()).filter((row) => missing[row] === 1)))
  }
  const dropped = wanted.map((role) => ({ role, rows: lacking(of(role)) })).filter(({ rows }) => rows.size > 0)
  const gone = new Set(dropped.flatMap(({ rows }) => [...rows]))
  if (gone.size === 0 || gone.size === table.rows) return { table, notes: [] }
  const kept = Array.from({ length: table.rows }, (_, row) => row).filter((row) => !gone.has(row))
  return {
    table: take(table, kept),
    notes: [
      Note.make({
        code: "dropped-rows",
        finding: `${gone.size} of ${table.rows} rows are left out, as dropMissing says: ${dropped.map(({ role, rows }) => `${rows.size} without ${role}`).join(", ")}`,
        advice: kept.length < fewRows ? "Few are left: fill in the values instead." : "Fill in the values to keep them."
      })
    ]
  }
}

/** Resolves the roles that options give to the columns of a table, with every problem of names and values. */
export const resolve = (
  table: Table,
  options: Options
): { readonly roles: Roles; readonly problems: ReadonlyArray<Problem> } => {
  const names = given(options)
  const of = (role: string) => names.get(role)?.[0]
  const taken = new Set([...names.values()].flat())
  const feature = featuresOf(table, options, taken)
  const written =
    options.features === undefined || Array.isArray(options.features) ? [] : Select.named(options.features)
  const problems = [
    ...[...names].flatMap(([role, columns]) => checkNames(role, columns, table)),
    ...checkNames("feature", feature, table),
    ...single.flatMap((role) => checkSingle(role, names.get(role) ?? [])),
    ...checkNames("feature", written, table),
    ...checkNames("ignore", toList(options.ignore), table),
    ...checkFeatures(feature, options.target, options.features),
    ...checkValues(of, table)
  ]
  const roles: Roles = {
    target: options.target,
    feature,
    stratum: toList(options.stratum),
    subset: of("subset"),
    group: of("group"),
    weight: of("weight"),
    fold: of("fold"),
    order: toList(options.order),
    name: of("name")
  }
  return { roles, problems }
}
