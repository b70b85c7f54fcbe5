/**
 * `Callback.csv` and `Callback.jsonl`: a line of a file for each epoch.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { fs } from "../../../internal/node.ts"
import * as OptionSchema from "../../../OptionSchema.ts"
import type { CallbackError } from "../../CallbackError.ts"
import type { Row } from "../../History.ts"
import { isDefined, type Measured } from "../../Measure.ts"
import * as Place from "../../Place.ts"
import { define, type Hooks, make } from "../callback.ts"
import * as Files from "./files.ts"

/** The numbers of a row by the names of their columns: `loss`, `valid.auc`; null where a measure has no value. */
export const numbersOf = (row: Row): ReadonlyMap<string, number | null> => {
  const valueOf = (measured: Measured) => (isDefined(measured) ? measured : null)
  return new Map(
    Object.entries(row).flatMap(([key, value]): ReadonlyArray<readonly [string, number | null]> => {
      if (typeof value === "number") return [[key, value]]
      if (typeof value !== "object") return []
      return Object.entries(value).map(([id, measured]) => [`${key}.${id}`, valueOf(measured)] as const)
    })
  )
}

/** The lines of a text that end: a kill may have cut the last one. */
const linesOf = (text: string): ReadonlyArray<string> => text.split("\n").slice(0, -1)

/** How a file of lines is made. */
interface Form {
  /** What stays of the lines of a file where training goes on behind an epoch. */
  readonly begin: (lines: ReadonlyArray<string>, epoch: number) => ReadonlyArray<string>
  /** The line of an epoch, or all lines of the file where it does not fit what stands before it. */
  readonly add: (
    row: Row,
    lines: ReadonlyArray<string>
  ) => { readonly line: string } | { readonly all: ReadonlyArray<string> }
}

/** Writes lines as epochs end. A training that is resumed takes away what came after the epoch that it goes on from. */
const hooks = (id: string, name: string, form: Form): Hooks<CallbackError> => {
  let file = name
  let lines: Array<string> = []
  const writeAll = () => Files.write(id, file, lines.map((line) => `${line}\n`).join(""))
  return {
    begin: Effect.fnUntraced(function* ({ epoch }) {
      file = yield* Place.at(name)
      const before = epoch === 0 ? undefined : yield* Files.readText(id, file)
      lines = [...form.begin(linesOf(before ?? ""), epoch)]
      yield* writeAll()
    }),
    epochEnd: ({ row }) =>
      Effect.suspend(() => {
        const added = form.add(row, lines)
        if ("all" in added) {
          lines = [...added.all]
          return writeAll()
        }
        lines.push(added.line)
        return Files.attempt(id, file, () => fs().appendFile(file, `${added.line}\n`))
      })
  }
}

// ---------------------------------------------------------------------------------------------------------------- CSV

const cell = (value: number | null | undefined): string => (value === null || value === undefined ? "" : String(value))

const csvForm: Form = {
  begin: ([header, ...lines], epoch) =>
    header === undefined ? [] : [header, ...lines.filter((line) => Number.parseInt(line, 10) <= epoch)],
  add: (row, [header, ...lines]) => {
    const numbers = numbersOf(row)
    const known = header === undefined ? [] : header.split(",")
    const names = [...new Set([...known, ...numbers.keys()])]
    const line = names.map((name) => cell(numbers.get(name))).join(",")
    if (names.length === known.length) return { line }
    // The measures of an epoch that is evaluated late: columns that all lines before lack.
    const more = ",".repeat(names.length - known.length)
    return { all: [names.join(","), ...lines.map((old) => old + more), line] }
  }
}

const csvId = "Callback.csv"

/** `Callback.csv` as a definition, for registries. @category definitions */
export const csvDefinition = define({
  id: csvId,
  summary: "Writes a CSV file with a row for each epoch",
  observes: true,
  options: Schema.Struct({
    file: OptionSchema.withDefault(Schema.NonEmptyString, "training.csv", "The file that gets a row for each epoch")
  }),
  make: ({ file }) => hooks(csvId, file, csvForm)
})

/**
 * Writes a CSV file (default "training.csv") with a row for each epoch as it ends: `epoch`, `loss`, `seconds`, `learningRate`, and the
 * measures as `train.auc`, `valid.auc`, empty in epochs that are not evaluated and where a measure has no value. Relative
 * paths are in `Place`. A training that begins replaces the file; one that is resumed goes on behind the epoch that it goes
 * on from.
 *
 * Errors: `CallbackError` where nothing can be written.
 *
 * @example
 * Model.classif({ epochs: 100, callbacks: [Callback.csv("runs/first.csv")] })
 * @category callbacks
 */
export const csv = (file?: string) => make(csvDefinition, file === undefined ? {} : { file })

// -------------------------------------------------------------------------------------------------------------- JSONL

const epochOf = (line: string): number => {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === "object" && value !== null && "epoch" in value ? Number(value.epoch) : Number.NaN
  } catch {
    return Number.NaN
  }
}

const jsonlForm: Form = {
  begin: (lines, epoch) => lines.filter((line) => epochOf(line) <= epoch),
  add: (row) => ({ line: JSON.stringify(row) })
}

const jsonlId = "Callback.jsonl"

/** `Callback.jsonl` as a definition, for registries. @category definitions */
export const jsonlDefinition = define({
  id: jsonlId,
  summary: "Writes a JSON object on a line of a file for each epoch",
  observes: true,
  options: Schema.Struct({
    file: OptionSchema.withDefault(
      Schema.NonEmptyString,
      "training.jsonl",
      "The file that gets an object for each epoch"
    )
  }),
  make: ({ file }) => hooks(jsonlId, file, jsonlForm)
})

/**
 * Writes a file (default "training.jsonl") with a JSON object on a line for each epoch as it ends: a row of the history,
 * `{ epoch, loss, seconds, train: { … }, valid: { … } }`, where a measure without a value says why. All else is as in
 * `Callback.csv`.
 *
 * @example
 * Model.classif({ epochs: 100, callbacks: [Callback.jsonl("runs/first.jsonl")] })
 * @category callbacks
 */
export const jsonl = (file?: string) => make(jsonlDefinition, file === undefined ? {} : { file })
