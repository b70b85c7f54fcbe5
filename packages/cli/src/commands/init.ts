/**
 * `rocflow init`: a first experiment of a data file.
 */
import { existsSync } from "node:fs"
import { dirname, join, relative, resolve, sep } from "node:path"
import { fileURLToPath } from "node:url"
import { toJson } from "@rocflow/core/Json"
import * as Column from "@rocflow/core/data/Column"
import * as Note from "@rocflow/core/data/Note"
import * as Table from "@rocflow/core/data/Table"
import * as Prompt from "effect/cli/Prompt"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { counted } from "../terminal/counted.ts"
import { fileName } from "../fileName.ts"
import { experimentText } from "../init/experimentText.ts"
import { byLikelihood, guess, type Guessed } from "../init/guess.ts"
import { wrapped } from "../terminal/textWidth.ts"
import { plan } from "./plan.ts"
import { fileOptions, type Reading } from "./reading.ts"

/** An experiment that cannot be begun, and what to do. @category errors */
export class InitError extends Schema.TaggedError<InitError>()("InitError", {
  given: Schema.String,
  rule: Schema.String,
  advice: Schema.String
}) {
  override get message(): string {
    return `${this.given} ${this.rule}; ${this.advice}`
  }
}

interface Input extends Reading {
  readonly data: Option.Option<string>
  readonly target: Option.Option<string>
  readonly subset: Option.Option<string>
  readonly positive: Option.Option<string>
  readonly out: Option.Option<string>
  readonly json: boolean
}

/** Asks a person at a terminal; a program is told which argument it left out. */
const ask = <A>(prompt: Prompt.Prompt<A>, argument: string, advice: string) =>
  process.stdin.isTTY === true && process.stdout.isTTY === true
    ? Prompt.run(prompt)
    : Effect.fail(
        new InitError({
          given: "`rocflow init`",
          rule: `does not know ${argument}, and this is no terminal to ask at`,
          advice
        })
      )

const askTarget = (table: Table.Table) => {
  const about = new Map(Table.summary(table).map((summary) => [summary.name, summary]))
  return Prompt.AutoComplete({
    message: "Which column is to be predicted?",
    choices: byLikelihood(table).map((name) => {
      const { distinct, type } = about.get(name)!
      return { title: name, value: name, description: `${type}, ${distinct} values` }
    })
  })
}

/** A column that is asked for by a flag. */
const columnOf = (data: string, table: Table.Table, flag: string, name: string) => {
  const column = table.columns.get(name)
  return column === undefined
    ? Effect.fail(
        new InitError({
          given: `${data} has no column "${name}",`,
          rule: `but ${list(flag === "target" ? byLikelihood(table) : table.names)}`,
          advice: `name one of them by --${flag}`
        })
      )
    : Effect.succeed(column)
}

const list = (names: ReadonlyArray<string>): string =>
  `${names.slice(0, 8).join(", ")}${names.length > 8 ? `, and ${names.length - 8} more` : ""}`

/** A path as an experiment in a directory names it. */
const seenFrom = (directory: string, path: string): string =>
  relative(resolve(directory), resolve(path)).split(sep).join("/")

/** The schema that comes with the command. */
const schemaFile = fileURLToPath(new URL("../../experiment.schema.json", import.meta.url))

/** How the file is read, as keys of a task. */
const readingOf = (reading: Reading): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(fileOptions(reading)).filter(([, value]) => value !== undefined))

/** What was guessed, a line for each column. */
const guessText = ({ classes, columns, kind, positive }: Guessed, target: string): string => {
  const counts = classes.map(({ count, name }) => `${name} ${count}`)
  const lines = [
    `${target}: target, ${kind}${counts.length === 0 ? "" : `: ${list(counts)}`}`,
    ...(positive === undefined ? [] : [`${classes[0]!.name}: positive class, ${positive}`]),
    ...columns.map(({ column, role, taken, why }) =>
      role === "ignore" ? `${column}: no feature, ${why}` : `${column}: ${taken ? role : `perhaps ${role}`}, ${why}`
    )
  ]
  return lines.map((line) => wrapped(line)).join("\n")
}

/** Writes a commented experiment that runs, with roles that are guessed of the data. */
export const init = Effect.fn("init")(function* (input: Input) {
  const fs = yield* FileSystem.FileSystem
  const data = yield* Option.match(input.data, {
    onSome: Effect.succeed,
    onNone: () =>
      ask(
        Prompt.String({ message: "Which file holds the data?" }),
        "the data file",
        "give it: `rocflow init data.csv --target outcome`"
      )
  })
  const out = Option.getOrElse(
    input.out,
    () => `${fileName(data.replace(/^.*[/\\]/, "").replace(/(?<=.)\..*$/, ""))}.yaml`
  )
  if (existsSync(out)) {
    return yield* new InitError({
      given: out,
      rule: "is there already, and nothing is written over",
      advice: "name another file by --out"
    })
  }
  const table = yield* Table.fromFile(data, fileOptions(input))
  const target = yield* Option.match(input.target, {
    onSome: Effect.succeed,
    onNone: () =>
      ask(
        askTarget(table),
        "the target",
        `give it by --target; of the columns, the likely ones first: ${list(byLikelihood(table))}`
      )
  })
  const column = yield* columnOf(data, table, "target", target)
  const subset = Option.getOrUndefined(input.subset)
  if (subset !== undefined) yield* columnOf(data, table, "subset", subset)
  if (subset === target) {
    return yield* new InitError({
      given: `column "${target}"`,
      rule: "is the target, and cannot be the subset, too",
      advice: "name another column by --subset"
    })
  }
  const positive = Option.getOrUndefined(input.positive)
  const guessed = guess(table, target, { positive, subset })
  if (positive !== undefined && (guessed.kind !== "binary" || guessed.classes[0]?.name !== positive)) {
    const classes = guessed.classes.map(({ name }) => name)
    return yield* new InitError({
      given: `--positive ${positive}`,
      rule:
        guessed.kind === "binary"
          ? `is no value of "${target}"`
          : `is for two classes, and "${target}" has ${guessed.kind === "regression" ? "numbers" : classes.length}`,
      advice: guessed.kind === "binary" ? `choose one of ${list(classes)}` : "leave it out"
    })
  }
  if (Column.cardinality(column) < 2) {
    return yield* new InitError({
      given: `column "${target}"`,
      rule: "has one value only, so that there is nothing to predict",
      advice: "name another column by --target"
    })
  }
  const directory = dirname(out)
  const text = experimentText({
    file: seenFrom(directory, data),
    target,
    schema: seenFrom(directory, schemaFile),
    reading: readingOf(input),
    rows: table.rows,
    guessed
  })
  yield* fs.makeDirectory(directory, { recursive: true })
  yield* fs.writeFileString(out, text)
  const { design } = yield* plan(out)
  if (input.json) {
    return yield* Console.log(toJson({ file: join(out), target, jobs: design.jobs.length, ...guessed }, 2))
  }
  yield* Console.log(
    `${guessText(guessed, target)}\n\n${out}: ${counted(design.jobs.length, "job")}; \`rocflow run ${out}\` trains them`
  )
  const notes = Note.distinct([...table.notes, ...design.tasks.flatMap((task) => task.notes)])
  for (const note of notes) yield* Console.error(`note: ${Note.message(note)}`)
  if (notes.some(({ advice }) => /\b(na|decimal): /.test(advice))) {
    yield* Console.error(
      "note: How values are written is told to `rocflow init`, too, whose guesses go by it: --na, --decimal."
    )
  }
})
