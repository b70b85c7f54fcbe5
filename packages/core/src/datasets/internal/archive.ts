/**
 * Single files out of archives: .zip, .tar, .tar.gz and .tgz, read as a stream, so that nothing else is unpacked.
 *
 * A member goes into a file that the caller names, never to a path of the archive.
 */
import * as Effect from "effect/Effect"
import * as Tar from "effect/encoding/Tar"
import * as Zip from "effect/encoding/Zip"
import * as Stream from "effect/Stream"
import { createReadStream } from "node:fs"
import * as Fs from "node:fs/promises"
import { pipeline, type Readable, Transform } from "node:stream"
import { createGunzip } from "node:zlib"
import { DatasetError } from "../DatasetError.ts"
import { codeOf, on, storageError } from "./storage.ts"

/** More is no data set that is read here, but a file made to fill disks. */
const most = 2 ** 34

const bad = (given: string, rule: string) =>
  new DatasetError({
    reason: "Conversion",
    given,
    rule,
    advice: "Correct the entry of the catalogue, or ask the publisher of the file."
  })

const tooLarge = (given: string) => bad(given, `unpacks to more than ${most} bytes`)

/** Lets so many bytes through. */
const limited = (given: string): Transform => {
  let bytes = 0
  return new Transform({
    transform: (chunk: Uint8Array, _, done) => {
      bytes += chunk.length
      if (bytes > most) done(tooLarge(given))
      else done(null, chunk)
    }
  })
}

const wordsOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

/** What reading or unpacking failed of: our own word, wrong bytes, or the disk. */
export const readError = (given: string, cause: unknown): DatasetError => {
  if (cause instanceof DatasetError) return cause
  return /^(Z_|ERR_ZLIB)/.test(codeOf(cause))
    ? bad(given, `cannot be unpacked (${wordsOf(cause)})`)
    : storageError(given, cause)
}

/** The bytes of a file, unpacked if its name ends in .gz or .tgz. */
export const reading = (path: string): Readable =>
  /\.t?gz$/i.test(path)
    ? // The callback hears of errors that the last stream has, too.
      pipeline(createReadStream(path), createGunzip(), limited(path), () => undefined)
    : createReadStream(path)

type Member = { readonly header: { readonly path: string }; readonly body: Stream.Stream<Uint8Array, Broken> }
type Broken = DatasetError | Tar.TarError | Zip.ZipError

const membersOf = (path: string): Stream.Stream<Member, Broken> | undefined => {
  const bytes = Stream.fromAsyncIterable<Uint8Array, DatasetError>(reading(path), (cause) => readError(path, cause))
  if (/\.zip$/i.test(path)) return Stream.pipeThroughChannel(bytes, Zip.decode<DatasetError>())
  return /\.(tar|tar\.gz|tgz)$/i.test(path) ? Stream.pipeThroughChannel(bytes, Tar.decode<DatasetError>()) : undefined
}

/** Writes a stream into a new file. */
const write = <E>(body: Stream.Stream<Uint8Array, E>, into: string, given: string) =>
  Effect.acquireUseRelease(
    on(into, () => Fs.open(into, "w")),
    (file) =>
      Stream.runFoldEffect(
        body,
        () => 0,
        (bytes, chunk) =>
          bytes + chunk.length > most
            ? Effect.fail(tooLarge(given))
            : Effect.as(
                on(into, () => file.writeFile(chunk)),
                bytes + chunk.length
              )
      ),
    (file) => Effect.promise(() => file.close())
  )

/**
 * Writes a member of an archive into a file.
 *
 * Errors: `DatasetError` if the file is no archive or a broken one, has no such member, or holds too much.
 */
export const extract = Effect.fnUntraced(function* (
  archive: string,
  member: string,
  into: string
): Effect.fn.Return<void, DatasetError> {
  const members = membersOf(archive)
  if (members === undefined) return yield* bad(archive, "is no archive that is read here (.zip, .tar, .tar.gz, .tgz)")
  const written = yield* members.pipe(
    Stream.filter(({ header }) => header.path === member),
    Stream.mapEffect(({ body }) => write(body, into, `"${member}" in ${archive}`)),
    Stream.take(1),
    Stream.runCount,
    Effect.mapError((error) =>
      error._tag === "DatasetError" ? error : bad(archive, `is a broken archive (${error.message})`)
    )
  )
  if (written === 0) return yield* bad(archive, `has no member "${member}"`)
})

/** The file of a place: itself, or the member that it names, which is written into a folder first. */
export const open = Effect.fnUntraced(function* (
  path: string,
  member: string | undefined,
  folder: string
): Effect.fn.Return<string, DatasetError> {
  if (member === undefined) return path
  const into = `${folder}/${member.replaceAll(/[^A-Za-z0-9._-]/g, "_")}`
  yield* extract(path, member, into)
  return into
})
