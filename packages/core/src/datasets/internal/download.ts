/**
 * Downloads of files that are whole, and what they are said to be, or not there.
 *
 * What has come stands in `<file>.part` beside a note of where it came from (`.part.json`), so that the next try, also of
 * another process, asks for the rest only. `<file>.json` records the hash of what was kept: it must come again.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import type { HttpClientResponse } from "effect/http/HttpClientResponse"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as Fs from "node:fs/promises"
import * as Path from "node:path"
import { DatasetError } from "../DatasetError.ts"
import * as Lock from "./lock.ts"
import { ask, broken, type Failed, silent } from "./request.ts"
import { hashOf, makeFolder, on, readJson, remove, sizeOf, storageError, writeJson } from "./storage.ts"

/** A file, and where it is to stand. */
export interface Wanted {
  readonly url: string
  readonly path: string
  readonly sha256: string | undefined
  readonly bytes: number | undefined
  readonly plain: (address: URL) => boolean
}

/** How long servers and other processes are waited for. */
export interface Patience {
  /** So long a server may be silent, or send less than a kibibyte. Default 30 s. */
  readonly silence: Duration.Duration
  /** So many tries in a row may bring less than a mebibyte. Default 5. */
  readonly tries: number
  /** The pause before the second of these, doubled before each further one. Default 1 s. */
  readonly pause: Duration.Duration
  /** So large a file may be whose size the catalogue does not give, in bytes. Default 2 GiB. */
  readonly most: number
  /** So long another process may take to download the same file. Default 2 hours. */
  readonly lock: Duration.Duration
}

/** @category constants */
export const patient: Patience = {
  silence: Duration.seconds(30),
  tries: 5,
  pause: Duration.seconds(1),
  most: 2 ** 31,
  lock: Duration.hours(2)
}

/** What happens on the way. */
export type Event =
  | { readonly _tag: "Waiting"; readonly path: string; readonly owner: string }
  | { readonly _tag: "Received"; readonly url: string; readonly bytes: number; readonly of: number | undefined }
  | { readonly _tag: "Retrying"; readonly url: string; readonly because: string }

/** Is told of what happens. */
export type Listen = (event: Event) => Effect.Effect<void>

/** A file that stands where it is wanted. */
export interface Kept {
  readonly url: string
  readonly path: string
  readonly sha256: string
  readonly bytes: number
  /** Whether the catalogue gave the hash; if not, the first download did. */
  readonly known: boolean
}

const FirstSeen = Schema.Struct({ url: Schema.String, sha256: Schema.String })
const Part = Schema.Struct({ url: Schema.String, validator: Schema.optionalKey(Schema.String) })

const final = (error: DatasetError): Failed => ({ again: false, error })
const content = (given: string, rule: string, advice: string) =>
  new DatasetError({ reason: "Content", given, rule, advice })

const partOf = (path: string) => `${path}.part`
const noteOf = (path: string) => `${path}.part.json`

const discard = (path: string) => Effect.andThen(remove(partOf(path)), remove(noteOf(path)))

/** A strong validator by which the server can tell whether the file is still the same. */
const validatorOf = ({ headers }: HttpClientResponse): string | undefined => {
  const { etag } = headers
  return etag !== undefined && etag.startsWith('"') ? etag : headers["last-modified"]
}

/** What is there of a file, if the rest can be asked for: the server must be able to tell the file, or the hash will. */
const begun = Effect.fnUntraced(function* ({ path, sha256, url }: Wanted) {
  const size = yield* sizeOf(partOf(path))
  const note = yield* readJson(noteOf(path))
  if (size === undefined || size === 0 || !Schema.is(Part)(note) || note.url !== url) return { from: 0 }
  return note.validator === undefined && sha256 === undefined ? { from: 0 } : { from: size, validator: note.validator }
})

const numberIn = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined

/** Where the bytes of a response belong, and how long the file is in the end. */
const placeOf = (response: HttpClientResponse, from: number) => {
  if (response.status === 206) {
    const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers["content-range"] ?? "")
    return { start: range === null || Number(range[1]) !== from ? undefined : from, total: numberIn(range?.[2]) }
  }
  return { start: 0, total: numberIn(response.headers["content-length"]) }
}

const tooLarge = (url: string, limit: number, known: boolean) =>
  new DatasetError({
    reason: known ? "Content" : "TooLarge",
    given: url,
    rule: known
      ? `sends more than the ${limit} bytes that the file has`
      : `sends more than ${limit} bytes, the limit of a file whose size is not known`,
    advice: known
      ? "The file has changed, or somebody has changed it: ask its publisher."
      : 'Give the size of the file as "bytes" in a catalogue of your own.'
  })

/** Refuses what cannot be the file before it is read. */
const refuseResponse = ({ bytes, sha256, url }: Wanted, response: HttpClientResponse, total: number | undefined) => {
  if (bytes !== undefined && total !== undefined && total !== bytes) {
    return content(
      url,
      `has ${total} bytes, but the catalogue says ${bytes}`,
      "The file has changed, or somebody has changed it: ask its publisher, and do not use it before."
    )
  }
  const page = /^text\/html\b/.test(response.headers["content-type"] ?? "")
  return page && sha256 === undefined && !/\.html?$/.test(new URL(url).pathname)
    ? content(url, "is a web page and no data", "Look at it in a browser: it may ask for a login or have moved.")
    : undefined
}

/** So many bytes in the time that a server may be silent are no drip. */
const flow = 1024

/** Writes the bytes of a response into the file, from `start` on: how many it has then. */
const receive = Effect.fnUntraced(function* (
  { bytes, path, url }: Wanted,
  response: HttpClientResponse,
  { start, total }: { readonly start: number; readonly total: number | undefined },
  { most, silence }: Patience,
  listen: Listen
) {
  const part = partOf(path)
  const limit = bytes ?? most
  const file = yield* Effect.acquireRelease(
    on(part, () => Fs.open(part, start === 0 ? "w" : "r+")),
    (handle) => Effect.promise(() => handle.close())
  ).pipe(Effect.mapError(final))
  /** When the server was last seen to send enough, and how much of the file was there. */
  let since = yield* Clock.currentTimeMillis
  let then = start
  const write = Effect.fnUntraced(function* (at: number, chunk: Uint8Array) {
    const size = at + chunk.length
    if (size > limit) return yield* Effect.fail(final(tooLarge(url, limit, bytes !== undefined)))
    for (let sent = 0; sent < chunk.length;) {
      const { bytesWritten } = yield* Effect.mapError(
        on(part, () => file.write(chunk, sent, chunk.length - sent, at + sent)),
        final
      )
      sent += bytesWritten
    }
    yield* listen({ _tag: "Received", url, bytes: size, of: bytes ?? total })
    const now = yield* Clock.currentTimeMillis
    if (now - since < Duration.toMillis(silence)) return size
    if (size - then < flow) return yield* Effect.fail(silent(url))
    ;[since, then] = [now, size]
    return size
  })
  return yield* response.stream.pipe(
    Stream.mapError((error) => broken(url, error)),
    Stream.timeoutOrElse({ duration: silence, orElse: () => Stream.fail(silent(url)) }),
    Stream.runFoldEffect(() => start, write)
  )
})

/** One request for what is missing: whether the file is whole then. */
const once = Effect.fnUntraced(function* (wanted: Wanted, patience: Patience, listen: Listen) {
  const { path, url } = wanted
  const part = yield* Effect.mapError(begun(wanted), final)
  const from = part.from
  if (from > 0 && from === wanted.bytes) return { resumed: true }
  const response = yield* ask({
    url,
    plain: wanted.plain,
    from,
    validator: part.validator,
    silence: patience.silence
  })
  const { start, total } = placeOf(response, from)
  if (response.status === 416 || start === undefined) {
    yield* Effect.mapError(discard(path), final)
    const error = new DatasetError({
      reason: "Network",
      given: url,
      rule: `does not send the rest from byte ${from} on`,
      advice: "Start again: the file is then fetched from its beginning."
    })
    return yield* Effect.fail<Failed>({ again: from > 0, error })
  }
  const wrong = refuseResponse(wanted, response, total)
  if (wrong !== undefined) return yield* Effect.fail(final(wrong))
  const validator = validatorOf(response)
  const note: typeof Part.Type = validator === undefined ? { url } : { url, validator }
  yield* Effect.mapError(writeJson(noteOf(path), note), final)
  const size = yield* receive(wanted, response, { start, total }, patience, listen)
  const whole = wanted.bytes ?? total
  if (whole === undefined || size === whole) return { resumed: start > 0 }
  const error = new DatasetError({
    reason: "Network",
    given: url,
    rule: `ends after ${size} of ${whole} bytes`,
    advice: "Start again: what is there is kept."
  })
  return yield* Effect.fail<Failed>({ again: true, error })
}, Effect.scoped)

/** A try that brought so much is no failure in a row. */
const gain = 2 ** 20

/** Tries until the file is whole: whether the last part was joined to an earlier one. */
const complete = Effect.fnUntraced(function* (
  wanted: Wanted,
  patience: Patience,
  listen: Listen
): Effect.fn.Return<{ readonly resumed: boolean }, DatasetError, HttpClient.HttpClient> {
  for (let failures = 0; ;) {
    const before = (yield* begun(wanted)).from
    const tried = yield* Effect.result(once(wanted, patience, listen))
    if (tried._tag === "Success") return tried.success
    const { again, error } = tried.failure
    if (error.reason === "Content" || error.reason === "TooLarge") yield* discard(wanted.path)
    if (!again) return yield* error
    failures = (yield* begun(wanted)).from - before >= gain ? 1 : failures + 1
    if (failures >= patience.tries) return yield* error
    yield* listen({ _tag: "Retrying", url: wanted.url, because: `${error.given} ${error.rule}` })
    yield* Effect.sleep(Duration.times(patience.pause, 2 ** (failures - 1)))
  }
})

const recordOf = (path: string) => `${path}.json`

/** The hash that the file must have: that of the catalogue, or what came first. */
const expected = Effect.fnUntraced(function* ({ path, sha256, url }: Wanted) {
  if (sha256 !== undefined) return sha256
  const record = yield* readJson(recordOf(path))
  return Schema.is(FirstSeen)(record) && record.url === url ? record.sha256 : undefined
})

const differs = ({ path, sha256, url }: Wanted, expected: string, seen: string) =>
  content(
    url,
    `has the SHA-256 ${seen}, but ${sha256 === undefined ? "had, when it was first fetched," : "the catalogue says"} ${expected}`,
    `The file is not kept. It has changed, or somebody has changed it: ask its publisher${sha256 === undefined ? `, and remove ${recordOf(path)} if the change is meant` : ""}.`
  )

const keep = Effect.fnUntraced(function* ({ path, sha256: given, url }: Wanted, sha256: string, bytes: number) {
  const at = new Date(yield* Clock.currentTimeMillis).toISOString()
  yield* writeJson(recordOf(path), { url, sha256, bytes, at })
  const kept: Kept = { url, path, sha256, bytes, known: given !== undefined }
  return kept
})

/** The file if it stands where it is wanted and is what it must be; one that has changed there is removed. */
const standing = Effect.fnUntraced(function* (wanted: Wanted) {
  const size = yield* sizeOf(wanted.path)
  if (size === undefined) return undefined
  const seen = yield* hashOf(wanted.path)
  const must = yield* expected(wanted)
  if (must === undefined || must === seen) return yield* keep(wanted, seen, size)
  yield* remove(wanted.path)
  return undefined
})

const fetchFile = Effect.fnUntraced(function* (wanted: Wanted, patience: Patience, listen: Listen) {
  const part = partOf(wanted.path)
  const must = yield* expected(wanted)
  let { resumed } = yield* complete(wanted, patience, listen)
  let seen = yield* hashOf(part)
  if (must !== undefined && seen !== must && resumed) {
    // The parts may be of two files; the whole one gets a chance of its own.
    yield* discard(wanted.path)
    ;({ resumed } = yield* complete(wanted, patience, listen))
    seen = yield* hashOf(part)
  }
  if (must !== undefined && seen !== must) {
    yield* discard(wanted.path)
    return yield* differs(wanted, must, seen)
  }
  yield* on(wanted.path, () => Fs.rename(part, wanted.path))
  yield* remove(noteOf(wanted.path))
  const size = yield* sizeOf(wanted.path)
  return size === undefined ? yield* storageError(wanted.path, undefined) : yield* keep(wanted, seen, size)
})

/**
 * Fetches a file unless it stands where it is wanted. Only one process does at a time; the others wait and find it.
 *
 * Errors: `DatasetError` of the address, the network, the content, the size, the disk and the lock.
 */
export const download = (
  wanted: Wanted,
  patience: Patience,
  listen: Listen
): Effect.Effect<Kept, DatasetError, HttpClient.HttpClient> =>
  Effect.scoped(
    Effect.gen(function* () {
      yield* makeFolder(Path.dirname(wanted.path))
      yield* Lock.hold(`${wanted.path}.lock`, patience.lock, (owner) =>
        listen({ _tag: "Waiting", path: wanted.path, owner })
      )
      return (yield* standing(wanted)) ?? (yield* fetchFile(wanted, patience, listen))
    })
  )
