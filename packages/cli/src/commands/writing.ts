/**
 * Files that commands write: tables as CSV, JSON lines or Parquet.
 */
import * as Fs from "node:fs/promises"
import type * as Column from "@rocflow/core/data/Column"
import type { SchemaError } from "@rocflow/core/data/SchemaError"
import * as TableWriter from "@rocflow/core/data/TableWriter"
import * as FileProblem from "@rocflow/core/FileProblem"
import * as WholeFile from "@rocflow/core/WholeFile"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { csvHeader, csvRows, jsonRows } from "../terminal/rows.ts"
import { ModelError } from "./models.ts"

/** The endings of files that are written. */
const endings = ["csv", "jsonl", "parquet"] as const

/** One of the endings. */
export type Ending = (typeof endings)[number]

/** How a file is to be written, by the ending of its name; undefined where none is asked for. */
export const endingOf = (out: Option.Option<string>) => {
  if (Option.isNone(out)) return Effect.succeed(undefined)
  const found = endings.find((ending) => out.value.toLowerCase().endsWith(`.${ending}`))
  return found === undefined
    ? Effect.fail(
        new ModelError({
          path: out.value,
          rule: "has no ending that says how to write it",
          advice: `end it in ${endings.map((ending) => `.${ending}`).join(", ")}`
        })
      )
    : Effect.succeed(found)
}

/** Where lines go: standard output, or a file that is not whole yet. */
export interface Sink {
  readonly write: (text: string) => Effect.Effect<void, ModelError>
  /** Makes the file whole. */
  readonly end: (types: ReadonlyArray<readonly [string, Column.Type]>) => Effect.Effect<void, ModelError | SchemaError>
}

/** Takes lines of text, CSV or JSON, and makes the file of them. */
export const intoFile = (path: string, ending: Ending) => {
  const attempt = <A>(run: () => Promise<A>) =>
    Effect.tryPromise({
      try: run,
      catch: (cause) =>
        new ModelError({
          path,
          rule: `cannot be written: ${FileProblem.ruleOf(cause)}`,
          advice: "name a file in a directory where you may write"
        })
    })
  const unfinished = WholeFile.partial(path)
  return Effect.map(
    Effect.acquireRelease(
      attempt(() => Fs.open(unfinished, "w")),
      (file) =>
        Effect.promise(async () => {
          await file.close()
          await Fs.rm(unfinished, { force: true })
        })
    ),
    (file): Sink => ({
      write: (text) => attempt(() => file.appendFile(text)),
      end: (types) =>
        ending === "parquet"
          ? Effect.scoped(Effect.flatMap(TableWriter.open, (writer) => writer.parquetOfCsv(path, unfinished, types)))
          : attempt(() => Fs.rename(unfinished, path))
    })
  )
}

/** Writes a table to a file, as its ending says. */
export const writeTable = Effect.fnUntraced(function* (
  path: string,
  ending: Ending,
  entries: ReadonlyArray<readonly [name: string, column: Column.Column]>
) {
  const sink = yield* intoFile(path, ending)
  yield* sink.write(ending === "jsonl" ? jsonRows(entries) : csvHeader(entries) + csvRows(entries))
  yield* sink.end(entries.map(([name, { type }]) => [name, type] as const))
}, Effect.scoped)
