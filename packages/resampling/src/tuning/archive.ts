/**
 * The archive of a tuning on disk: a line for each configuration that was tried, so that one that was stopped goes on.
 */
import { Evaluation } from "@rocflow/core/learning/Tuning"
import { PipelineError } from "@rocflow/core/pipeline/PipelineError"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Fs from "node:fs/promises"
import { dirname } from "node:path"

/** An archive that is kept. */
export interface Archive {
  readonly evaluations: ReadonlyArray<Evaluation>
  /** Adds one, at the end. */
  readonly add: (evaluation: Evaluation) => Effect.Effect<void, PipelineError>
}

const attempt = <A>(file: string, run: () => Promise<A>): Effect.Effect<A, PipelineError> =>
  Effect.tryPromise({
    try: run,
    catch: (cause) =>
      new PipelineError({
        issues: [
          {
            path: [],
            message: `the archive ${file} cannot be kept: ${String(cause)}; give a place where you may write`
          }
        ]
      })
  })

const Line = Schema.Struct({ key: Schema.String, evaluation: Evaluation })
const read = Schema.decodeUnknownOption(Schema.fromJsonString(Line))

const linesOf = (text: string): ReadonlyArray<string> => text.split("\n").slice(0, -1)

/**
 * Opens the archive in a file. What is there counts as far as it is of this tuning, whose `key` every line has; a line that a
 * kill cut, and what stands behind it, is tried again.
 */
export const open = Effect.fnUntraced(function* (file: string, key: string): Effect.fn.Return<Archive, PipelineError> {
  yield* attempt(file, () => Fs.mkdir(dirname(file), { recursive: true }))
  const text = yield* attempt(file, () =>
    Fs.readFile(file, "utf8").catch((cause: unknown) => {
      if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return ""
      throw cause
    })
  )
  const lines = linesOf(text).map((line) => Option.filter(read(line), (known) => known.key === key))
  const end = lines.findIndex(Option.isNone)
  const whole = end < 0 ? lines : lines.slice(0, end)
  const kept = linesOf(text)
    .slice(0, whole.length)
    .map((line) => `${line}\n`)
    .join("")
  if (kept !== text) yield* attempt(file, () => Fs.writeFile(file, kept))
  return {
    evaluations: whole.flatMap((line) => (Option.isSome(line) ? [line.value.evaluation] : [])),
    add: (evaluation) => attempt(file, () => Fs.appendFile(file, `${JSON.stringify({ key, evaluation })}\n`))
  }
})

/** An archive in memory alone. */
export const none: Archive = { evaluations: [], add: () => Effect.void }
