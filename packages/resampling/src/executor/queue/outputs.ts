/**
 * The files that a job writes into the directory of its run, besides its record.
 */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"

/** Where the files of a job are: model, what callbacks write. */
const placesOf = (id: string): ReadonlyArray<string> => [`models/${id}`, `training/${id}`]

/** What its predictions are called on the way, which are a block of a file on both sides. */
export const blockOf = (id: string): string => `predictions/${id}`

/** Whether a path, with `/`, stays in the directory to which it is relative, on every system. */
export const staysInside = (path: string): boolean =>
  path.split("/").every((part) => !["", ".", ".."].includes(part) && !/[\\:]/.test(part))

/** Whether a path, with `/`, is one of a file that a job writes: nothing beside its places and its predictions. */
export const isOutputOf = (id: string, path: string): boolean =>
  path === blockOf(id) || (placesOf(id).some((place) => path.startsWith(`${place}/`)) && staysInside(path))

/** The files of a job that are in a directory, by their paths with `/`. */
export const outputsOf = Effect.fnUntraced(function* (directory: string, id: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const found: Array<string> = []
  for (const place of placesOf(id)) {
    const at = path.join(directory, place)
    if (!(yield* fs.exists(at))) continue
    for (const name of yield* fs.readDirectory(at, { recursive: true })) {
      if ((yield* fs.stat(path.join(at, name))).type === "File") found.push(`${place}/${name.replaceAll("\\", "/")}`)
    }
  }
  return found
})

/** Removes the files of a job. */
export const removeOutputs = Effect.fnUntraced(function* (directory: string, id: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  for (const place of placesOf(id)) yield* fs.remove(path.join(directory, place), { recursive: true, force: true })
})
