/**
 * What is said of columns that were read as text although they look like something else.
 */
import * as Result from "effect/Result"
import * as Column from "../Column.ts"
import * as Note from "../Note.ts"
import { dateParser } from "./dates.ts"
import { isCode, numberParser, type Reading } from "./infer.ts"

type Texts = ReadonlyArray<string | null>
type LineOfRow = (row: number) => number

const withComma = numberParser(",", undefined)
const grouped = numberParser(".", ",")
const europeanGrouped = numberParser(",", ".")

const otherMarks = [withComma, grouped, europeanGrouped]

const isThousands = (text: string): boolean => /^[+-]?[1-9]\d{0,2}(?:,\d{3})+$/.test(text.trim())

/** Whether all texts are numbers with a comma as decimal mark, which cannot mean thousands instead. */
export const isDecimalComma = (values: Texts, delimiter: string, isMissing: Reading["isMissing"]): boolean => {
  const known = values.filter((value) => value !== null && !isMissing(value)) as ReadonlyArray<string>
  const commas = known.filter((value) => value.includes(","))
  return (
    commas.length > 0 &&
    known.every((value) => withComma(value) !== undefined) &&
    (delimiter !== "," || commas.some((value) => !isThousands(value)))
  )
}

/** The note on columns that were read with a comma as decimal mark without being told to. */
export const decimalComma = (columns: ReadonlyArray<readonly [string, Texts]>, lineOfRow: LineOfRow): Note.Note => {
  const [, values] = columns[0]!
  const row = values.findIndex((value) => value?.includes(","))
  const names = columns.map(([name]) => `"${name}"`)
  const many = names.length > 6 ? `${names.slice(0, 6).join(", ")} and ${names.length - 6} more` : names.join(", ")
  return Note.make({
    code: "decimal-comma",
    finding: `the comma in "${values[row]}" (line ${lineOfRow(row)}) and the like is read as decimal mark, in ${names.length === 1 ? "column" : "columns"} ${many}`,
    advice: 'Give decimal: "," to say so; with decimal: "." such columns stay text.'
  })
}

/** What to do about a text that is a number with other marks; undefined of one that is none. */
export const adviceOnMarks = (stray: string): string | undefined => {
  if (grouped(stray) !== undefined)
    return 'Give thousands: "," to read it as a number, or decimal: "," if it means that.'
  if (withComma(stray) !== undefined) return 'Give decimal: "," to read it as a number.'
  if (europeanGrouped(stray) !== undefined) return 'Give decimal: "," and thousands: "." to read it as a number.'
  return undefined
}

/** What to do about a value that is no number in a column of numbers. */
const adviceOn = (stray: string): string =>
  adviceOnMarks(stray) ?? `Give na: ["", NA, ${JSON.stringify(stray)}] if it means a missing value, or correct it.`

/** The note on a column that became text although most of its values are numbers; undefined if they are not. */
export const almostNumbers = (
  column: string,
  values: Texts,
  { isMissing, number }: Reading,
  lineOfRow: LineOfRow
): Note.Note | undefined => {
  let known = 0
  let numbers = 0
  let strays = 0
  let stray = -1
  let code = -1
  for (const [row, value] of values.entries()) {
    if (value === null || isMissing(value)) continue
    known += 1
    if (number(value) !== undefined) {
      numbers += 1
      if (code < 0 && isCode(value.trim())) code = row
    } else {
      strays += 1
      if (stray < 0) stray = row
      if (otherMarks.some((parse) => parse(value) !== undefined)) numbers += 1
    }
  }
  if (numbers === 0 || numbers * 2 < known) return undefined
  if (strays === 0) {
    return Note.make({
      code: "identifier",
      column,
      finding: `is text, since "${values[code]}" (line ${lineOfRow(code)}) is written as identifiers are`,
      advice: `Give columns: { ${JSON.stringify(column)}: numeric } if these are quantities, or leave it out by ignore.`
    })
  }
  return Note.make({
    code: "almost-numbers",
    column,
    finding: `is text, since "${values[stray]}" (line ${lineOfRow(stray)}) is no number${strays === 1 ? "" : strays === 2 ? ", nor is 1 more value" : `, nor are ${strays - 1} more values`}, where ${known - strays} of ${known} values are numbers`,
    advice: adviceOn(values[stray]!)
  })
}

/** How dates are often written that are not ISO 8601; a time may follow. */
const dateFormats = [
  "%d.%m.%Y",
  "%d/%m/%Y",
  "%m/%d/%Y",
  "%Y/%m/%d",
  "%d-%m-%Y",
  "%d.%m.%y",
  "%m/%d/%y",
  "%d %b %Y",
  "%b %d, %Y"
]
  .flatMap((format) => [format, `${format} %H:%M`, `${format} %H:%M:%S`])
  .flatMap((format) =>
    Result.match(dateParser(format), { onSuccess: (parse) => [{ format, parse }], onFailure: () => [] })
  )

/** The note on a column of text whose values are all dates in some format that is not ISO 8601. */
export const datesInText = (
  column: string,
  values: Texts,
  { isMissing }: Reading,
  lineOfRow: LineOfRow
): Note.Note | undefined => {
  const known = values.filter((value) => value !== null && !isMissing(value)) as ReadonlyArray<string>
  const [first] = known
  if (first === undefined || !/\d/.test(first)) return undefined
  const fitting = dateFormats.filter(({ parse }) => known.every((value) => parse(value) !== undefined))
  if (fitting.length === 0) return undefined
  const formats = fitting.map(({ format }) => `dateFormat: "${format}"`).join(" or ")
  return Note.make({
    code: "dates-as-text",
    column,
    finding: `is text, and "${first}" (line ${lineOfRow(values.indexOf(first))}) and the like may be dates`,
    advice: `Give ${formats} to read them.`
  })
}

const differ = (column: Column.Column): boolean => {
  const { codes, levels } = Column.asFactor(column)
  return levels.length === codes.length && Column.length(column) > 1
}

/** The names under which other programs write the labels of rows. */
const labelNames: ReadonlySet<string> = new Set(["Unnamed: 0", "rownames", "row.names"])

/**
 * The note on a column to which the header gives no name: in the first place, with values that all differ, it labels the
 * rows, and a task does not take it for a feature.
 */
export const unnamed = (
  name: string,
  column: Column.Column,
  place: number,
  without: ReadonlySet<number>
): ReadonlyArray<Note.Note> => {
  const isNew = without.has(place)
  if (place === 0 && (isNew || labelNames.has(name)) && differ(column)) {
    return [
      Note.make({
        code: "row-index",
        column: name,
        finding: `${isNew ? "has no name in the header and " : ""}only labels the rows, so it is no feature`,
        advice: "Name it among the features if it is one."
      })
    ]
  }
  if (!isNew) return []
  return [
    Note.make({
      code: "unnamed-column",
      column: name,
      finding: "has no name in the header",
      advice: "Give it one, or leave it out by ignore."
    })
  ]
}

/** With fewer rows a column may count them by chance. */
const fewRows = 20

/** The note on a first column that counts the rows from 0 or 1, as a database numbers them. */
export const counter = ([name, column]: readonly [string, Column.Column]): Note.Note | undefined => {
  if (column.type !== "integer" || column.values.length < fewRows) return undefined
  const [first] = column.values
  if ((first !== 0 && first !== 1) || !column.values.every((value, row) => value === first + row)) return undefined
  return Note.make({
    code: "row-index",
    column: name,
    finding: "counts the rows, so it is no feature",
    advice: "Name it among the features if it is one, or give it the role order."
  })
}

/** The note on columns without name and value, as a delimiter at the end of each line makes them. */
export const emptyColumns = (count: number): Note.Note =>
  Note.make({
    code: "empty-column",
    finding: `${count === 1 ? "a column" : `${count} columns`} without name and without any value ${count === 1 ? "is" : "are"} left out`,
    advice: "Look for a delimiter at the end of each line."
  })
