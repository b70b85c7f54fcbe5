/**
 * Which levels of a column become indicators, and what is said of columns that have too many.
 */
import * as Column from "../../data/Column.ts"
import * as Note from "../../data/Note.ts"
import { levelCounts } from "./columnStatistics.ts"

/** Which levels are frequent enough; see `Preprocess.oneHot`. */
export interface Limits {
  readonly maxCategories: number
  readonly minFrequency?: number
}

/** Columns of more levels lose those that are rare. */
export const fewLevels = 10

/** So many rows of a level are enough to learn something of it. */
export const enoughRows = 5

/** The levels that become columns, in their order, and the others that occur. */
export const frequent = (
  column: Column.Column,
  { maxCategories, minFrequency }: Limits
): { readonly kept: ReadonlyArray<string>; readonly rare: ReadonlyArray<string> } => {
  const { counts, levels } = levelCounts(column)
  const least = minFrequency ?? (counts.filter((count) => count > 0).length > fewLevels ? enoughRows : 0)
  const enough = levels.map((_, code) => code).filter((code) => counts[code]! >= least)
  const most =
    enough.length <= maxCategories
      ? enough
      : enough.toSorted((a, b) => counts[b]! - counts[a]! || a - b).slice(0, maxCategories)
  const chosen = new Set(most)
  return {
    kept: levels.filter((_, code) => chosen.has(code)),
    rare: levels.filter((_, code) => !chosen.has(code))
  }
}

/** What is said of a column that names its rows rather than sorts them; `used` is what becomes of its values. */
export const labelNotes = (name: string, column: Column.Column, used: string): ReadonlyArray<Note.Note> => {
  if (!Column.isLabel(column)) return []
  const { counts } = levelCounts(column)
  return [
    Note.make({
      code: "label-column",
      column: name,
      finding: `has ${counts.filter((count) => count > 0).length} different values in ${Column.length(column)} rows, a label rather than a category; ${used}`,
      advice: `Leave it out by ignore: [${name}], or derive a feature of it.`
    })
  ]
}

/** What is said of a column of categories of which not all become indicators. */
export const notes = (name: string, column: Column.Column, limits: Limits): ReadonlyArray<Note.Note> => {
  const { counts } = levelCounts(column)
  const { kept } = frequent(column, limits)
  const levels = counts.filter((count) => count > 0).length
  const used =
    kept.length === 0
      ? "none becomes an indicator"
      : kept.length === 1
        ? "1 becomes an indicator"
        : `${kept.length} become indicators`
  const label = labelNotes(name, column, used)
  if (label.length > 0) return label
  if (kept.length >= levels || limits.minFrequency !== undefined) return []
  return [
    Note.make({
      code: levels > limits.maxCategories ? "many-levels" : "rare-levels",
      column: name,
      finding: `has ${levels} levels, ${counts.filter((count) => count > 0 && count < enoughRows).length} of them in fewer than ${enoughRows} rows; ${used}`,
      advice: `Group the levels, leave the column out by ignore: [${name}], or set minFrequency and maxCategories of Preprocess.oneHot.`
    })
  ]
}
