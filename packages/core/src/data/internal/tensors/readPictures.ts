/**
 * Image files as a store: each is read once for the hash of its contents and for its shape, and decoded when a row is asked
 * for.
 */
import * as Fs from "node:fs/promises"
import * as Path from "node:path"
import * as Effect from "effect/Effect"
import { sha256 } from "../../../Hash.ts"
import { SchemaError } from "../../SchemaError.ts"
import type { Picture, Pictures, Range } from "../../TensorStore.ts"
import { ioError } from "../ioError.ts"
import { openPictures } from "./openPictures.ts"
import { shapeOf } from "./pictures.ts"

const concurrency = 16

const readPicture = Effect.fnUntraced(function* (path: string) {
  const bytes = yield* Effect.tryPromise({ try: () => Fs.readFile(path), catch: (cause) => ioError(path, cause) })
  const shape = shapeOf(bytes)
  if (shape === undefined) {
    return yield* new SchemaError({
      file: path,
      given: "the file",
      rule: "is neither PNG nor JPEG",
      advice: "Convert it to PNG, or leave it out."
    })
  }
  const picture: Picture = { path, shape, digest: sha256().update(bytes).digest("hex") }
  return picture
})

/** Reads the shapes and the hashes of image files. */
export const readPictures = Effect.fnUntraced(function* (paths: ReadonlyArray<string>, range: Range | undefined) {
  const files = yield* Effect.forEach(paths, readPicture, { concurrency })
  const hash = sha256()
  for (const { digest } of files) hash.update(digest)
  const store: Pictures = {
    _tag: "Pictures",
    name: paths[0] === undefined ? "images" : Path.dirname(paths[0]),
    digest: hash.digest("hex"),
    range,
    steps: [],
    files,
    open: openPictures
  }
  return store
})

/** An image file, and the class that its folder says. */
export interface Found {
  readonly path: string
  readonly folder: string
}

/** The images in the folders of a directory, in the order of their names, which no locale changes. */
export const findPictures = Effect.fnUntraced(function* (directory: string) {
  const list = (path: string) =>
    Effect.tryPromise({ try: () => Fs.readdir(path, { withFileTypes: true }), catch: (cause) => ioError(path, cause) })
  const byName = <A extends { readonly name: string }>(entries: ReadonlyArray<A>) =>
    entries.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
  const folders = byName((yield* list(directory)).filter((entry) => entry.isDirectory()))
  const found: Array<Found> = []
  for (const { name: folder } of folders) {
    const files = byName(yield* list(Path.join(directory, folder)))
    for (const { name } of files) {
      if (/\.(png|jpe?g)$/i.test(name)) found.push({ path: Path.join(directory, folder, name), folder })
    }
  }
  if (found.length > 0) return found
  return yield* new SchemaError({
    file: directory,
    given: "the directory",
    rule: "has no folder with a PNG or JPEG file",
    advice: "Put the images of each class into a folder that is named as the class."
  })
})
