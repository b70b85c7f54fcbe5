/**
 * What is said of columns that can play their role but probably should not.
 */
import * as Column from "../Column.ts"
import * as Note from "../Note.ts"
import type { Roles } from "../Roles.ts"
import type { Table } from "../Table.ts"
import type { Target } from "./target.ts"

/** With fewer rows nothing tells an identifier from a feature. */
const fewRows = 20

/** A class of fewer rows in a subset is not in every fold. */
const rareRows = 5

const isIdentifierName = (name: string): boolean =>
  /(^|[\s_.-])(id|key|uuid|index|row|nr|no)$|[a-z]I[dD]$/i.test(name) || /^id[\s_.-]/i.test(name)

/** Whole numbers that all differ, and either count the rows or are called an identifier. */
const identifier = (name: string, column: Column.Column): ReadonlyArray<Note.Note> => {
  if (column.type !== "integer" || column.values.length < fewRows || Column.hasMissing(column)) return []
  const { values } = column
  const counts = values.every((value, row) => row === 0 || value === values[row - 1]! + 1)
  if (!counts && (!isIdentifierName(name) || new Set(values).size < values.length)) return []
  return [
    Note.make({
      code: "identifier-feature",
      column: name,
      finding: counts
        ? "counts the rows and is a feature all the same"
        : "numbers every row differently, as an identifier does, and is a feature",
      advice: `Leave it out by ignore: [${name}], or give it the role order or name.`
    })
  ]
}

const strata = (roles: Roles, table: Table): ReadonlyArray<Note.Note> => {
  const factors = roles.stratum.map((name) => [name, Column.asFactor(table.columns.get(name)!)] as const)
  const constant = factors.filter(([, { levels }]) => levels.length === 1)
  const keys = new Set<string>()
  for (let row = 0; row < table.rows; row++) keys.add(factors.map(([, { codes }]) => codes[row]).join(","))
  const said = (name: string, finding: string, advice: string) =>
    Note.make({ code: "useless-stratum", column: name, finding, advice })
  const [first] = roles.stratum
  return [
    ...constant.map(([name]) => said(name, "is a stratum and has one value only", "Leave it out of the strata.")),
    ...(first !== undefined && keys.size === table.rows && table.rows > 1
      ? [
          said(
            first,
            `${roles.stratum.length === 1 ? "is a stratum and" : `and the other strata together`} differ${roles.stratum.length === 1 ? "s" : ""} in every row, so that nothing is spread evenly`,
            "Name columns with few values as strata."
          )
        ]
      : [])
  ]
}

/** Subsets that have few rows of a class, or none. */
const subsets = ({ subset }: Roles, table: Table, { levels, values }: Target): ReadonlyArray<Note.Note> => {
  if (subset === undefined || levels.length === 0) return []
  const { codes, levels: names } = Column.asFactor(table.columns.get(subset)!)
  const counts = names.map(() => new Float64Array(levels.length))
  for (const [row, code] of codes.entries()) counts[code]![values[row]!]! += 1
  const rare = names.flatMap((name, i) => {
    const total = counts[i]!.reduce((sum, count) => sum + count, 0)
    return total === 0
      ? []
      : levels.flatMap((level, k) =>
          counts[i]![k]! < rareRows ? [`${name} has ${counts[i]![k]} of class ${level}`] : []
        )
  })
  if (rare.length === 0) return []
  return [
    Note.make({
      code: "rare-class-in-subset",
      column: subset,
      finding: `has subsets with fewer than ${rareRows} rows of a class (${rare.slice(0, 3).join(", ")}${rare.length > 3 ? ` and ${rare.length - 3} more` : ""}), where AUC is undefined or says little`,
      advice: "Join small subsets, or leave them out."
    })
  ]
}

/** Of more levels it is free text, in which case means little. */
const manyLevels = 1000

/** Levels that are one but for case and blanks. */
const similarLevels = (name: string, column: Column.Column): ReadonlyArray<Note.Note> => {
  if (column.type !== "string" && column.type !== "factor") return []
  const { levels } = Column.asFactor(column)
  if (levels.length > manyLevels) return []
  const alike = [...Map.groupBy(levels, (level) => level.trim().replaceAll(/\s+/g, " ").toLowerCase()).values()]
  const found = alike.filter((own) => own.length > 1)
  if (found.length === 0) return []
  const texts = found.slice(0, 3).map((own) => own.map((level) => JSON.stringify(level)).join(" and "))
  return [
    Note.make({
      code: "similar-levels",
      column: name,
      finding: `has levels that differ in case or blanks only: ${texts.join("; ")}${found.length > 3 ? `; and ${found.length - 3} more` : ""}`,
      advice: "If they mean the same, write them alike in the file."
    })
  ]
}

/** Every note on the columns of roles that fit. */
export const roleNotes = (roles: Roles, table: Table, target: Target): ReadonlyArray<Note.Note> => [
  ...[...new Set(Object.values(roles).flat())].flatMap((name) =>
    name === undefined || name === roles.name ? [] : similarLevels(name, table.columns.get(name)!)
  ),
  ...roles.feature.flatMap((name) => identifier(name, table.columns.get(name)!)),
  ...(roles.stratum.length === 0 ? [] : strata(roles, table)),
  ...subsets(roles, table, target)
]
