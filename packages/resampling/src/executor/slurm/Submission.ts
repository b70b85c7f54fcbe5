/**
 * A submission is an array of tasks that was given to SLURM; each task runs a chunk of jobs.
 *
 * ```
 * slurm/<n>/submission.json  the chunks, and what each task was given
 * slurm/<n>/script.sh        what each task runs
 * slurm/<n>/array            the number by which SLURM knows the array
 * slurm/<n>/<task>.log       what the task printed
 * slurm/<n>/<task>.jobs      which jobs it began and ended, by itself
 * slurm/<n>/states.json      how tasks ended, as far as a run saw it: SLURM forgets
 * ```
 */
import * as WholeFile from "@rocflow/core/WholeFile"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import type { PlatformError } from "effect/PlatformError"
import * as Schema from "effect/Schema"
import * as RunDirectory from "../../RunDirectory.ts"
import * as Numbered from "../Numbered.ts"
import { TaskState } from "./Queue.ts"

/** What a task is given; without a number, what the partition gives. @category schemas */
export const Needs = Schema.Struct({
  /** Minutes. */
  time: Schema.optionalKey(Schema.Int),
  /** Megabytes. */
  memory: Schema.optionalKey(Schema.Int)
})
/** What a task is given. @category models */
export interface Needs extends Schema.Schema.Type<typeof Needs> {}

/** What the tasks of an array have to do. @category schemas */
export const Content = Schema.Struct({
  /** The experiment file. */
  experiment: Schema.String,
  /** The ids of the jobs of each task. */
  chunks: Schema.Array(Schema.Array(Schema.String)),
  needs: Needs,
  /** How many processes a task has. */
  processes: Schema.Int
})
/** What the tasks of an array have to do. @category models */
export interface Content extends Schema.Schema.Type<typeof Content> {}

/** A submission as it is remembered; without `array` it was refused, or its submitter was killed. @category models */
export interface Submission extends Content {
  readonly number: number
  readonly array: string | undefined
  /** How tasks ended, by their places in the array. */
  readonly ended: ReadonlyMap<number, TaskState>
}

const ContentJson = Schema.fromJsonString(Content)
const StatesJson = Schema.fromJsonString(Schema.Record(Schema.String, TaskState))

const parent = (directory: string) => Effect.map(Path.Path, (path) => path.join(directory, "slurm"))

/** The folder of a submission. */
export const folder = Effect.fnUntraced(function* (directory: string, number: number) {
  const path = yield* Path.Path
  return path.join(yield* parent(directory), String(number))
})

/** The path of a file of a submission. */
export const file = Effect.fnUntraced(function* (directory: string, number: number, name: string) {
  const path = yield* Path.Path
  return path.join(yield* folder(directory, number), name)
})

const textOf = (path: string) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    return yield* Effect.catchIf(
      fs.readFileString(path),
      ({ reason }) => reason._tag === "NotFound",
      () => Effect.succeed("")
    )
  })

/** Makes the folder of a new submission. */
export const make = (directory: string) => Effect.flatMap(parent(directory), Numbered.make)

/** Writes what the tasks have to do, before any of them runs. */
export const write = Effect.fnUntraced(function* (directory: string, number: number, content: Content, script: string) {
  yield* WholeFile.write(yield* file(directory, number, "script.sh"), script)
  yield* WholeFile.write(yield* file(directory, number, "submission.json"), Schema.encodeSync(ContentJson)(content))
})

/** Remembers the number that SLURM gave. */
export const writeArray = Effect.fnUntraced(function* (directory: string, number: number, array: string) {
  yield* WholeFile.write(yield* file(directory, number, "array"), array)
})

/** Remembers how tasks ended. */
export const writeEnded = Effect.fnUntraced(function* (
  directory: string,
  number: number,
  ended: ReadonlyMap<number, TaskState>
) {
  yield* WholeFile.write(
    yield* file(directory, number, "states.json"),
    Schema.encodeSync(StatesJson)(Object.fromEntries(ended))
  )
})

/** Reads a submission; undefined if it was never complete. */
export const read = Effect.fnUntraced(function* (
  directory: string,
  number: number
): Effect.fn.Return<Submission | undefined, RunDirectory.RunError | PlatformError, FileSystem.FileSystem | Path.Path> {
  const text = yield* textOf(yield* file(directory, number, "submission.json"))
  if (text === "") return undefined
  const array = (yield* textOf(yield* file(directory, number, "array"))).trim()
  const states = (yield* textOf(yield* file(directory, number, "states.json"))) || "{}"
  const decoded = yield* Effect.all({
    content: Schema.decodeUnknownEffect(ContentJson)(text),
    states: Schema.decodeUnknownEffect(StatesJson)(states)
  }).pipe(
    Effect.mapError(
      ({ message }) =>
        new RunDirectory.RunError({
          directory,
          given: `the folder slurm/${number}`,
          rule: `has a file that rocflow did not write (${message.split("\n")[0]})`,
          advice: "delete the folder, and run the experiment again: finished jobs are kept"
        })
    )
  )
  return {
    ...decoded.content,
    number,
    array: array === "" ? undefined : array,
    ended: new Map(Object.entries(decoded.states).map(([task, state]) => [Number(task), state]))
  }
})

/** Reads all submissions of a run, the first one first. */
export const all = Effect.fnUntraced(function* (directory: string) {
  const numbers = yield* Numbered.all(yield* parent(directory))
  const found = yield* Effect.forEach(numbers, (number) => read(directory, number))
  return found.filter((submission) => submission !== undefined)
})

/** What a task wrote about itself. @category models */
export interface Journal {
  /** The jobs that were begun, by their ids. */
  readonly begun: ReadonlySet<string>
  /** Those whose results were stored. */
  readonly ended: ReadonlySet<string>
  /** Why the task cannot compute anything. */
  readonly broken: string | undefined
}

const word = { begun: "begun", ended: "ended", broken: "broken" } as const

/** Reads what a task wrote; a line that is not whole yet, or was torn when the task was killed, does not count. */
export const journal = Effect.fnUntraced(function* (directory: string, number: number, task: number) {
  const text = yield* textOf(yield* file(directory, number, `${task}.jobs`))
  const begun = new Set<string>()
  const ended = new Set<string>()
  let broken: string | undefined
  for (const line of text.split("\n").slice(0, -1)) {
    const space = line.indexOf(" ")
    const [kind, said] = [line.slice(0, space), line.slice(space + 1)]
    if (kind === word.begun) begun.add(said)
    if (kind === word.ended) ended.add(said)
    if (kind === word.broken) broken = said
  }
  return { begun, ended, broken } satisfies Journal
})

/** Adds a line to what a task writes about itself; it alone writes there. */
export const note = Effect.fnUntraced(function* (
  directory: string,
  number: number,
  task: number,
  kind: keyof typeof word,
  said: string
) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* file(directory, number, `${task}.jobs`)
  // The line before may be torn.
  yield* fs.writeFileString(path, `\n${word[kind]} ${said.replaceAll("\n", " ")}\n`, { flag: "a" })
})
