/**
 * What commands have in common: how they are loaded, and the flags of several.
 */
import { encodings } from "@rocflow/core/data/Encoding"
import { statSync } from "node:fs"
import * as Argument from "effect/cli/Argument"
import * as CliError from "effect/cli/CliError"
import * as Flag from "effect/cli/Flag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { runsFolder } from "./runsFolder.ts"

/** Loads the module of a command and calls it. */
export const lazily = <Input, A, E, R>(load: () => Promise<(input: Input) => Effect.Effect<A, E, R>>) =>
  Effect.fnUntraced(function* (input: Input) {
    const handler = yield* Effect.promise(load)
    yield* handler(input)
  })

/** The same for what takes a while: on a terminal it says at once what is read, before anything is loaded. */
export const reading = <Input extends { readonly file: string; readonly json: boolean }, A, E, R>(
  load: () => Promise<(input: Input) => Effect.Effect<A, E, R>>
) => {
  const handler = lazily(load)
  return (input: Input) =>
    Effect.andThen(
      process.stderr.isTTY && !input.json ? Console.error(`reading ${input.file}`) : Effect.void,
      handler(input)
    )
}

/** A switch that is off unless it is given. */
export const toggle = (name: string, description: string) =>
  Flag.Boolean(name).pipe(Flag.withDescription(description), Flag.withDefault(false))

/** The directory of a run. */
export const directory = Argument.Path("run").pipe(
  Argument.mapEffect((path) =>
    Effect.gen(function* () {
      if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return path
      const { runOf } = yield* Effect.promise(() => import("./commands/runOf.ts"))
      const found = yield* runOf(path)
      if (found !== undefined) return found
      return yield* new CliError.InvalidValue({
        option: "run",
        value: path,
        expected: `it is a file, and ${runsFolder} holds no run of it; name the directory that \`rocflow run\` printed`,
        kind: "argument"
      })
    })
  ),
  Argument.withDescription(
    `Directory that \`rocflow run\` printed, or the experiment file: its last run in ${runsFolder}`
  )
)

/** A whole number that may be left away. */
export const counted = (name: string, least: number, description: string) =>
  Flag.Int(name).pipe(
    Flag.filter(
      (count) => count >= least,
      (count) => `${count} is too few; give ${least} or more`
    ),
    Flag.withDescription(description),
    Flag.optional
  )

/** A name that may be left away. */
export const named = (name: string, description: string) =>
  Flag.String(name).pipe(
    Flag.filter(
      (text) => text.trim() !== "",
      () => "an empty name names nothing; leave the flag away for the default"
    ),
    Flag.withDescription(description),
    Flag.optional
  )

/** What a command prints for programs. */
export const json = toggle("json", "Print JSON for programs instead of text")
const character = (name: string, description: string) =>
  Flag.String(name).pipe(
    // A shell hands \t on as it is written.
    Flag.map((mark) => (mark === "\\t" ? "\t" : mark)),
    Flag.filter(
      (mark) => Array.from(mark).length === 1,
      (mark) => `${JSON.stringify(mark)} is not one character`
    ),
    Flag.withDescription(description),
    Flag.optional
  )

/** How a data file is read, by the names that the options have in experiments. */
export const fileFlags = {
  delimiter: character("delimiter", "What separates fields; default: a comma, or what splits the first lines evenly"),
  decimal: Flag.Literals("decimal", [".", ","]).pipe(Flag.withDescription("The decimal mark"), Flag.optional),
  thousands: character("thousands", "The mark between groups of three digits"),
  encoding: Flag.Literals("encoding", encodings).pipe(
    Flag.withDescription("Default: utf-8, or what a byte order mark says"),
    Flag.optional
  ),
  comment: character("comment", "Lines that begin with it are left out"),
  skip: Flag.Int("skip").pipe(
    Flag.filter(
      (lines) => lines >= 0,
      (lines) => `${lines} lines cannot be skipped; give 0 or more`
    ),
    Flag.withDescription("Lines at the top that are left out"),
    Flag.optional
  ),
  na: Flag.String("na").pipe(
    Flag.withDescription(
      'A word for a missing value, besides "" and NA, or those of the model; may be given several times'
    ),
    Flag.between(0, 100)
  )
}

/** The experiment that a command is about. */
export const experiment = Argument.File("experiment").pipe(
  Argument.withDescription("Experiment file (YAML or JSON); `rocflow schema` prints its schema")
)
