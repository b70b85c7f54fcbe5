/**
 * The code of modules with definitions of one's own, as a hash: results that other code gave are other results.
 */
import { sha256 } from "@rocflow/core/Hash"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"

/** Files that a source imports from beside itself; packages count by their version, in the provenance of a run. */
const beside = (source: string): ReadonlyArray<string> =>
  Array.from(source.matchAll(/(?:from|import)\s*\(?\s*["'](\.{1,2}\/[^"']+)["']/g), (match) => match[1]!)

/**
 * The hash of the contents of modules and of all files that they import by a relative path; undefined without modules. A
 * file that cannot be read counts as empty: loading says what is wrong with it.
 */
export const moduleCode = Effect.fnUntraced(function* (modules: ReadonlyArray<string>, directory: string) {
  if (modules.length === 0) return undefined
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const files = modules.map((name) => path.resolve(directory, name))
  const seen = new Set(files)
  const hash = sha256()
  for (const file of seen) {
    const source = yield* Effect.orElseSucceed(fs.readFileString(file), () => "")
    hash.update(`${source.length}:`).update(source)
    for (const target of beside(source)) seen.add(path.resolve(path.dirname(file), target))
  }
  return hash.digest("hex")
})
