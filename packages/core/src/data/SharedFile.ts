/**
 * A file without a name that several processes have open: one of them writes, and the others map what it wrote.
 *
 * It can be made before it is known what will stand in it, so that processes may be started early.
 *
 * @example
 * const fd = yield* SharedFile.make
 * fork(program, ["4"], { stdio: ["ignore", "inherit", "inherit", "ipc", fd], execArgv: [...SharedFile.nodeFlags] })
 * yield* SharedTables.write(fd, tables) // the program has them by SharedTables.open(4)
 */
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { mappingFlags } from "./internal/mapFile.ts"

/** A process that maps the file is best started with these flags of Node; without them it has a copy. */
export const nodeFlags = mappingFlags

/** There is no room for the file, or what is to stand in it. @category errors */
export class SharingFailed extends Schema.TaggedError<SharingFailed>()("SharingFailed", { reason: Schema.String }) {
  override get message(): string {
    return `tables cannot be shared through ${Os.tmpdir()} (${this.reason}), so that each worker reads them for itself; make room there, or set TMPDIR to another directory`
  }
}

/** Tries what needs room among the temporary files. */
export const attempt = <A>(change: () => A): Effect.Effect<A, SharingFailed> =>
  Effect.try({
    try: change,
    catch: (cause) => new SharingFailed({ reason: cause instanceof Error ? cause.message : String(cause) })
  })

/**
 * Makes a file that has no name, and gives its descriptor, for processes that inherit it. The file is gone with the last
 * process that has it open, whatever ends them.
 *
 * Fails with `SharingFailed` where the folder of temporary files takes none.
 */
export const make: Effect.Effect<number, SharingFailed, Scope.Scope> = Effect.acquireRelease(
  attempt(() => {
    const path = Path.join(Fs.mkdtempSync(Path.join(Os.tmpdir(), "rocflow-tables-")), "tables")
    const remove = () => Fs.rmSync(Path.dirname(path), { recursive: true, force: true })
    try {
      const fd = Fs.openSync(path, "wx+")
      // Windows removes no file that is open.
      if (process.platform !== "win32") remove()
      return { fd, remove }
    } catch (cause) {
      remove()
      throw cause
    }
  }),
  ({ fd, remove }) =>
    Effect.sync(() => {
      Fs.closeSync(fd)
      remove()
    })
).pipe(Effect.map(({ fd }) => fd))
