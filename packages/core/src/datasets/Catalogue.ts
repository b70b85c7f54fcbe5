/**
 * Catalogues of data sets: where files are, what they must be, how a table is made of them, and what its columns mean.
 *
 * A catalogue is plain JSON, `{ "datasets": [entry, …] }`; the built-in one is a value of the same schema.
 */
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as Fs from "node:fs/promises"
import { suggest } from "../internal/suggest.ts"
import { decode } from "../pipeline/Decode.ts"
import { pathText } from "../pipeline/PipelineError.ts"
import { images } from "./builtin/images.ts"
import { subsets } from "./builtin/subsets.ts"
import { tables } from "./builtin/tables.ts"
import { unbalanced } from "./builtin/unbalanced.ts"
import { DatasetError } from "./DatasetError.ts"
import { Entry, fileName, Place } from "./Entry.ts"
import * as Address from "./internal/address.ts"
import { patient } from "./internal/download.ts"
import { ask, broken, silent } from "./internal/request.ts"
import { parseJson } from "./internal/storage.ts"

/** The schema of a catalogue file. @category schemas */
export const Document = Schema.Struct({
  /** Whether files may be fetched without encryption. Default false. */
  http: Schema.optionalKey(Schema.Boolean),
  datasets: Schema.Array(Entry)
})

/** Data sets by name, and where they are written down. @category models */
export interface Catalogue {
  readonly source: string
  readonly http: boolean
  readonly datasets: ReadonlyArray<Entry>
}

/** The data sets that rocflow knows. @category constructors */
export const builtin: Catalogue = {
  source: "built-in",
  http: false,
  datasets: [...tables, ...subsets, ...unbalanced, ...images]
}

const refuse = (source: string, rule: string, advice: string) =>
  new DatasetError({ reason: "Catalogue", given: source, rule, advice })

/** The places of files that an entry names. */
const placesOf = ({ convert }: Entry): ReadonlyArray<typeof Place.Type> =>
  convert.type === "table"
    ? convert.parts.flatMap(({ beside = [], ...part }) => [part, ...beside])
    : convert.parts.flatMap(({ images, labels }) => [images, labels])

const problemOf = (entry: Entry): string | undefined => {
  const odd = Object.keys(entry.files).find((file) => !fileName.test(file))
  if (odd !== undefined) return `has a file "${odd}"; names are of letters, digits, dots, hyphens and underscores`
  const absent = placesOf(entry).find(({ file }) => !Object.hasOwn(entry.files, file))
  if (absent !== undefined) return `takes "${absent.file}", which is not among its files`
  const names = entry.convert.parts.map(({ name }) => name)
  const named = entry.convert.type === "images" || entry.convert.part !== undefined
  if (!named) return undefined
  if (names.includes(undefined)) return "has a column for the names of its parts, but not every part has a name"
  return new Set(names).size < names.length ? "has two parts of one name" : undefined
}

/** Names that differ only in letters of another size, or in what stands between them, are alike: FashionMNIST. */
const plain = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, "")

/**
 * Makes a catalogue of plain JSON. `source` says in messages where it is from.
 *
 * Errors: `DatasetError` with every key or value that is wrong, for two entries of one name, and for an entry that takes a
 * file which it does not list.
 *
 * @category constructors
 */
export const fromJson = (value: unknown, source: string): Result.Result<Catalogue, DatasetError> => {
  const decoded = decode(Document, value)
  if (Result.isFailure(decoded)) {
    const found = decoded.failure.map(({ message, path }) => `${pathText(path)} ${message}`.trim())
    return Result.fail(refuse(source, `is no catalogue: ${found.join("; ")}`, "Correct it."))
  }
  const { datasets, http = false } = decoded.success
  const names = datasets.map(({ name }) => plain(name))
  const twice = datasets.find((_, i) => names.indexOf(names[i]!) !== i)
  if (twice !== undefined) return Result.fail(refuse(source, `has "${twice.name}" twice`, "Rename one of the two."))
  for (const entry of datasets) {
    const problem = problemOf(entry)
    if (problem !== undefined)
      return Result.fail(refuse(source, `has "${entry.name}", which ${problem}`, "Correct it."))
  }
  return Result.succeed({ source, http, datasets })
}

/** A catalogue is text that people write: more than that is none. */
const most = 2 ** 24

/** A catalogue is asked for by a person, who may have it on this machine. */
const fetchText = (url: string): Effect.Effect<string, DatasetError, HttpClient.HttpClient> =>
  ask({ url, plain: Address.isLocal, from: 0, validator: undefined, silence: patient.silence }).pipe(
    Effect.flatMap((response) =>
      response.stream.pipe(
        Stream.mapError((error) => broken(url, error)),
        Stream.timeoutOrElse({ duration: patient.silence, orElse: () => Stream.fail(silent(url)) }),
        Stream.runFoldEffect(
          () => Buffer.alloc(0),
          (all, chunk) =>
            all.length + chunk.length <= most
              ? Effect.succeed(Buffer.concat([all, chunk]))
              : Effect.fail({ error: refuse(url, `is larger than ${most} bytes`, "Give the address of a catalogue.") })
        )
      )
    ),
    Effect.scoped,
    Effect.mapBoth({ onSuccess: (bytes) => bytes.toString("utf8"), onFailure: ({ error }) => error })
  )

const readText = (file: string): Effect.Effect<string, DatasetError> =>
  Effect.tryPromise({
    try: () => Fs.readFile(file, "utf8"),
    catch: () =>
      refuse(file, "cannot be read", "Name a catalogue: a file of JSON, or an address that begins with https.")
  })

/**
 * Reads a catalogue from a file or an address (https, or http of this machine).
 *
 * Errors: those of `fromJson`, and `DatasetError` where it cannot be read or is no JSON.
 *
 * @category constructors
 */
export const read = Effect.fnUntraced(function* (
  place: string
): Effect.fn.Return<Catalogue, DatasetError, HttpClient.HttpClient> {
  const text = yield* /^[a-z][a-z0-9+.-]+:\/\//i.test(place) ? fetchText(place) : readText(place)
  const json = parseJson(text)
  if (Result.isFailure(json)) return yield* refuse(place, "is no JSON", 'A catalogue is { "datasets": [ … ] }.')
  return yield* Effect.fromResult(fromJson(json.success, place))
})

/**
 * Finds a data set; the size of letters and what stands between them do not matter.
 *
 * Errors: `DatasetError` for an unknown name, with the one that was probably meant.
 *
 * @example
 * Result.map(Catalogue.find(Catalogue.builtin, "FashionMNIST"), ({ name }) => name) // => fashion-mnist
 */
export const find = ({ datasets, source }: Catalogue, name: string): Result.Result<Entry, DatasetError> => {
  const found = datasets.find((entry) => plain(entry.name) === plain(name))
  if (found !== undefined) return Result.succeed(found)
  return Result.fail(
    new DatasetError({
      reason: "UnknownName",
      given: JSON.stringify(name),
      rule: `is no data set of the ${source === "built-in" ? "built-in catalogue" : `catalogue ${source}`}`,
      advice: suggest(
        name.toLowerCase(),
        datasets.map((entry) => entry.name)
      )
    })
  )
}
