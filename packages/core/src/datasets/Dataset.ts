/**
 * The data sets of a catalogue, fetched and made ready: a Parquet file, or IDX files of images and labels.
 *
 * Downloads and what is made of them stay in the cache (`CacheFolder`): a second `get` asks no network. A file that is put
 * where a download goes is taken as if it had been fetched, so that a machine without a network can have data, too.
 */
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as Schema from "effect/Schema"
import { constants } from "node:fs"
import * as Fs from "node:fs/promises"
import * as Path from "node:path"
import * as CacheFolder from "../CacheFolder.ts"
import { hashJson } from "../Hash.ts"
import { partial } from "../WholeFile.ts"
import * as Catalogue from "./Catalogue.ts"
import { DatasetError } from "./DatasetError.ts"
import type { Entry } from "./Entry.ts"
import { download, type Kept, type Listen, type Patience, patient, type Wanted } from "./internal/download.ts"
import { namesOf, toIdx } from "./internal/images.ts"
import * as Lock from "./internal/lock.ts"
import { hashOf, makeFolder, newFolder, on, readJson, remove, sizeOf, writeJson } from "./internal/storage.ts"
import { toParquet, unfit } from "./internal/tables.ts"

export type { Event, Kept, Listen, Patience } from "./internal/download.ts"

/** How data sets are fetched; nothing is needed. */
export interface Options {
  /** Default: the built-in one. */
  readonly catalogue?: Catalogue.Catalogue | undefined
  /** Default: `CacheFolder.path()`. */
  readonly cache?: string | undefined
  /** A folder that gets copies of the files. Default: they stay in the cache. */
  readonly out?: string | undefined
  /** How long servers are waited for, in part or whole. */
  readonly patience?: Partial<Patience> | undefined
  /** Is told of downloads and of waiting. */
  readonly listen?: Listen | undefined
}

/** A file that was made. */
const Written = Schema.Struct({ name: Schema.String, sha256: Schema.String, bytes: Schema.Int })

/** A file that was fetched; `known` is whether the catalogue gave its hash. */
const Source = Schema.Struct({
  url: Schema.String,
  sha256: Schema.String,
  bytes: Schema.Int,
  known: Schema.Boolean
})

/** What stands beside the files, so that they say later what they are. */
const Provenance = Schema.Struct({
  format: Schema.Literal(1),
  name: Schema.String,
  licence: Schema.String,
  citation: Schema.String,
  sources: Schema.Array(Source),
  files: Schema.Array(Written)
})

/** A data set that is ready. @category models */
export interface Got {
  readonly entry: Entry
  /** The folder of the files, absolute. */
  readonly directory: string
  readonly files: ReadonlyArray<typeof Written.Type>
  readonly sources: ReadonlyArray<typeof Source.Type>
}

/** What becomes of the same files changes with this number. */
const conversion = 1

const directoryOf = (entry: Entry, cache: string): string =>
  Path.join(cache, "data", `${entry.name}-${hashJson([conversion, entry]).slice(0, 8)}`)

/** Where a download goes: its name tells its address, so that files of several data sets do not meet. */
const downloadOf = (url: string, file: string, cache: string): string =>
  Path.join(cache, "downloads", `${hashJson(url).slice(0, 8)}-${file}`)

/**
 * Where the files of a data set go when they are fetched. A file that is put there by hand is taken, if it has the hash.
 *
 * @example
 * Dataset.downloads(sonar, "/cache") // => [{ file: "sonar.csv", url: "https://…", path: "/cache/downloads/…-sonar.csv" }]
 */
export const downloads = (
  { files }: Entry,
  cache: string = CacheFolder.path()
): ReadonlyArray<{ readonly file: string; readonly url: string; readonly path: string }> =>
  Object.entries(files).map(([file, { url }]) => ({ file, url, path: downloadOf(url, file, cache) }))

/** What stands in a folder, if it is whole and as it was written. */
const present = Effect.fnUntraced(function* (entry: Entry, directory: string) {
  const record = yield* readJson(Path.join(directory, "dataset.json"))
  if (!Schema.is(Provenance)(record)) return undefined
  for (const { bytes, name, sha256 } of record.files) {
    const path = Path.join(directory, name)
    if ((yield* sizeOf(path)) !== bytes || (yield* hashOf(path)) !== sha256) return undefined
  }
  const got: Got = { entry, directory, files: record.files, sources: record.sources }
  return got
})

const filesOf = ({ convert, name }: Entry): ReadonlyArray<string> =>
  convert.type === "table"
    ? [`${name}.parquet`]
    : convert.parts.flatMap((part) => Object.values(namesOf(name, part.name)))

/** Makes the files of a data set in an empty folder. */
const convert = Effect.fnUntraced(function* (
  entry: Entry,
  pathOf: (file: string) => string,
  directory: string,
  scratch: string
) {
  const made = yield* entry.convert.type === "table"
    ? toParquet(entry.convert, pathOf, scratch, Path.join(directory, `${entry.name}.parquet`))
    : toIdx(entry.name, entry.convert, pathOf, scratch, directory)
  for (const side of ["rows", "columns"] as const) {
    if (made[side] !== entry[side]) {
      return yield* unfit(`"${entry.name}"`, `has ${made[side]} ${side}, but the catalogue says ${entry[side]}`)
    }
  }
  return yield* Effect.forEach(filesOf(entry), (name) =>
    Effect.gen(function* () {
      const path = Path.join(directory, name)
      const { size } = yield* on(path, () => Fs.stat(path))
      return { name, sha256: yield* hashOf(path), bytes: size }
    })
  )
})

/** Fetches the files of a data set and makes the folder of it, which appears whole or not at all. */
const make = Effect.fnUntraced(function* (
  entry: Entry,
  directory: string,
  cache: string,
  http: boolean,
  patience: Patience,
  listen: Listen
) {
  const kept: Array<Kept> = []
  const paths = new Map<string, string>()
  for (const [file, { bytes, sha256, url }] of Object.entries(entry.files)) {
    const path = downloadOf(url, file, cache)
    const wanted: Wanted = { url, path, sha256, bytes, plain: () => http }
    kept.push(yield* download(wanted, patience, listen))
    paths.set(file, path)
  }
  // The lock is held, so that what stands there is what a process left that was killed.
  const work = yield* newFolder(`${directory}.part`)
  const [made, scratch] = [Path.join(work, "made"), Path.join(work, "scratch")]
  yield* makeFolder(made)
  yield* makeFolder(scratch)
  const files = yield* convert(entry, (file) => paths.get(file)!, made, scratch)
  const sources = kept.map(({ bytes, known, sha256, url }) => ({ url, sha256, bytes, known }))
  const { citation, licence, name } = entry
  const record: typeof Provenance.Type = { format: 1, name, licence, citation, sources, files }
  yield* writeJson(Path.join(made, "dataset.json"), record)
  yield* remove(directory)
  yield* on(directory, () => Fs.rename(made, directory))
  const got: Got = { entry, directory, files, sources }
  return got
}, Effect.scoped)

/** Copies a file to a place where there is none, or the same one. */
const copy = Effect.fnUntraced(function* (from: string, to: string, sha256: string) {
  if ((yield* sizeOf(to)) !== undefined) {
    if ((yield* hashOf(to)) === sha256) return
    return yield* new DatasetError({
      reason: "Storage",
      given: to,
      rule: "is there already, and is another file",
      advice: "Move it away, or choose another folder by --out."
    })
  }
  const part = partial(to)
  yield* on(to, () => Fs.copyFile(from, part, constants.COPYFILE_FICLONE).then(() => Fs.rename(part, to))).pipe(
    Effect.onError(() => Effect.ignore(remove(part)))
  )
})

const copied = Effect.fnUntraced(function* (got: Got, out: string) {
  const directory = Path.resolve(out)
  yield* makeFolder(directory)
  yield* Effect.forEach(got.files, ({ name, sha256 }) =>
    copy(Path.join(got.directory, name), Path.join(directory, name), sha256)
  )
  return { ...got, directory }
})

/**
 * Gets a data set by its name: from the cache, or from the network first.
 *
 * - Files are fetched by https (or as the catalogue allows), go on where an earlier download ended, and are kept only if
 *   they have the size and the SHA-256 of the catalogue, or those of the first download where it gives none.
 * - A table is written as `<name>.parquet`; images stay IDX, `<name>-<part>-images.idx.gz` and `-labels.idx.gz`.
 * - Two processes that get the same data set at once do not disturb each other: one fetches, the other waits.
 *
 * Errors: `DatasetError`, whose `reason` says of what kind it is.
 *
 * *Gotcha*: `NodeHttpClient.layerUndici` of `@effect/platform-node` hands files on as they are. `fetch` unpacks what a server
 * calls compressed, and a file that its server describes so then has another hash.
 *
 * @example
 * const { directory, files } = yield* Dataset.get("sonar")
 * const table = yield* Table.fromFile(join(directory, files[0]!.name))
 * table.rows // => 208
 */
export const get = Effect.fn("Dataset.get")(function* (
  name: string,
  options: Options = {}
): Effect.fn.Return<Got, DatasetError, HttpClient.HttpClient> {
  const { cache = CacheFolder.path(), catalogue = Catalogue.builtin, listen = () => Effect.void } = options
  const patience: Patience = { ...patient, ...options.patience }
  const entry = yield* Effect.fromResult(Catalogue.find(catalogue, name))
  const root = Path.resolve(cache)
  const directory = directoryOf(entry, root)
  const got =
    (yield* present(entry, directory)) ??
    (yield* Effect.scoped(
      Effect.gen(function* () {
        yield* makeFolder(Path.dirname(directory))
        const lock = `${directory}.lock`
        yield* Lock.hold(lock, patience.lock, (owner) => listen({ _tag: "Waiting", path: lock, owner }))
        const made = yield* present(entry, directory)
        return made ?? (yield* make(entry, directory, root, catalogue.http, patience, listen))
      })
    ))
  return options.out === undefined ? got : yield* copied(got, options.out)
})

/**
 * The task of a data set as an experiment file has it: an element of `tasks`. `at` says how the path of a file is written;
 * default: in full.
 *
 * @example
 * Dataset.task(sonar) // => { id: "sonar", file: "/…/sonar.parquet", target: "Class", positive: "M", stratum: "Class" }
 */
export const task = (
  { directory, entry: { convert, name, task } }: Got,
  at: (file: string) => string = (file) => Path.join(directory, file)
): Readonly<Record<string, unknown>> => {
  if (convert.type === "table") return { id: name, file: at(`${name}.parquet`), ...task }
  const sources = convert.parts.map((part) => {
    const files = namesOf(name, part.name)
    const image = { file: at(files.images), shape: convert.shape, range: convert.range }
    return { name: part.name, arrays: { image, [task.target]: at(files.labels) } }
  })
  return { id: name, sources, ...task }
}
