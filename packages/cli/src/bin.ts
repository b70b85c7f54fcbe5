/**
 * The entry of the `rocflow` command: runs it, and turns every failure into one message and an exit code.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Excerpt from "@rocflow/core/Excerpt"
import * as FileProblem from "@rocflow/core/FileProblem"
import * as Cause from "effect/Cause"
import * as CliError from "effect/cli/CliError"
import * as CliOutput from "effect/cli/CliOutput"
import * as Command from "effect/cli/Command"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { rocflow } from "./main.ts"
import * as Starter from "./starter.ts"
import * as Output from "./terminal/output.ts"
import { presenter } from "./terminal/usage.ts"
import { visible } from "./terminal/visible.ts"
import { version } from "./version.ts"

/** Characters of a message; a program reads the whole of it. */
const most = process.argv.includes("--json") ? Infinity : 8000

/** `--log-level debug` asks for stack traces. */
const debugging = process.argv.some(
  (arg, i) =>
    /^--log-level=(debug|trace|all)$/i.test(arg) ||
    (arg === "--log-level" && /^(debug|trace|all)$/i.test(process.argv[i + 1] ?? ""))
)

const messageOf = (cause: Cause.Cause<unknown>): string | undefined => {
  const error: unknown = Cause.squash(cause)
  // The command line shows its own errors, with the help of the command.
  if (CliError.isCliError(error) || Cause.hasInterruptsOnly(cause)) return undefined
  const text = Excerpt.of(visible(FileProblem.messageOf(error)), most)
  if (debugging) return `${text}\n\n${Cause.pretty(cause)}`
  return Cause.hasDies(cause)
    ? `internal error: ${text}\nThis is a fault of rocflow; \`--log-level debug\` shows where.`
    : text
}

/** The wizard asks questions, which only a person at a terminal can answer. */
const cannotAsk = process.argv.includes("--wizard") && !(process.stdin.isTTY && process.stdout.isTTY)

const program = cannotAsk
  ? Effect.fail(
      new Error("--wizard asks questions, and this is no terminal; `rocflow --help` lists the commands and flags")
    )
  : Command.run(rocflow, { version })

// Whoever read the output has enough of it (`| head`): end as other commands do, by what SIGPIPE means.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(141)
    throw error
  })
}

Output.reserve()
Starter.watch()

program.pipe(
  Effect.provide([NodeServices.layer, CliOutput.layerPresenter(presenter)]),
  Effect.provideService(Console.Console, Output.console),
  Effect.tapCause((cause) =>
    Effect.sync(() => {
      const message = messageOf(cause)
      if (message !== undefined) process.stderr.write(`${message}\n`)
    })
  ),
  NodeRuntime.runMain({ disableErrorReporting: true })
)
