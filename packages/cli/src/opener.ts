/**
 * The program that shows a file or an address in the browser.
 */
import * as Effect from "effect/Effect"
import * as ChildProcess from "effect/process/ChildProcess"

const program = (target: string) => {
  if (process.platform === "darwin") return ChildProcess.make("open", [target])
  // The first argument of start in quotes is the title of a window.
  if (process.platform === "win32") return ChildProcess.make("cmd", ["/c", "start", '""', target])
  return ChildProcess.make("xdg-open", [target])
}

/** Shows a file or an address in the browser. Errors: what went wrong, in words. */
export const show = Effect.fnUntraced(function* (target: string) {
  const { exitCode } = yield* Effect.mapError(program(target), ({ message }) => `cannot be shown (${message})`)
  const code = yield* Effect.mapError(exitCode, ({ message }) => `cannot be shown (${message})`)
  if (code !== 0) return yield* Effect.fail(`the program that shows it ended with exit code ${code}`)
}, Effect.scoped)
