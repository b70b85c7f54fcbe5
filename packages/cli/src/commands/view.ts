/**
 * `rocflow view`: a page in the browser that follows a run.
 */
import { hostname, userInfo } from "node:os"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { show } from "../opener.ts"
import { serve } from "../view/server.ts"
import { check } from "../view/Watched.ts"

interface Input {
  readonly directories: ReadonlyArray<string>
  readonly port: Option.Option<number>
  readonly open: boolean
}

const isSet = (name: string): boolean => (process.env[name] ?? "") !== ""

/** Whether somebody sits far from this machine, whose browser cannot reach it. */
const isRemote = (): boolean => isSet("SSH_CONNECTION") || isSet("SSH_TTY")

/** Whether a browser would be seen. */
const hasDesktop = (): boolean => process.platform !== "linux" || isSet("DISPLAY") || isSet("WAYLAND_DISPLAY")

/** Serves the page until it is interrupted, prints its address, and opens it where somebody sees it. */
export const view = Effect.fn("view")(function* ({ directories, open, port }: Input) {
  yield* Effect.forEach(directories, check, { discard: true })
  const served = yield* serve(directories, { port: Option.getOrElse(port, () => 0) })
  yield* Console.log(served.address)
  if (isRemote()) {
    const { port } = served
    yield* Console.error(
      `from your own machine: ssh -L ${port}:127.0.0.1:${port} ${userInfo().username}@${hostname()}, then open the address there`
    )
  } else if (open && hasDesktop()) {
    yield* Effect.catch(show(served.once), (rule) =>
      Console.error(`note: the browser: ${rule}; open the address by hand`)
    )
  }
  yield* Console.error("Ctrl-C ends it; the run does not depend on it")
  return yield* served.follow
}, Effect.scoped)
