/**
 * Files of the cache, and what the operating system says of them, in words.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { createReadStream } from "node:fs"
import * as Fs from "node:fs/promises"
import { sha256 } from "../../Hash.ts"
import { partial } from "../../WholeFile.ts"
import { DatasetError } from "../DatasetError.ts"

const elsewhere = "or choose another folder by ROCFLOW_CACHE or --out."

type Words = readonly [rule: string, advice: string]

const denied: Words = ["may not be written", `Give yourself the right to write there, ${elsewhere}`]
const full: Words = ["cannot be written, as the disk is full", `Make room on it, ${elsewhere}`]

const reasons: ReadonlyMap<string, Words> = new Map<string, Words>([
  ["ENOSPC", full],
  ["EDQUOT", full],
  ["EACCES", denied],
  ["EPERM", denied],
  ["EROFS", denied],
  ["ENOTDIR", ["leads through a file where a folder must be", `Move that file away, ${elsewhere}`]],
  ["EEXIST", ["is a file where a folder must be", `Move that file away, ${elsewhere}`]],
  ["EISDIR", ["is a folder where a file must be", `Move that folder away, ${elsewhere}`]]
])

/** The code of an error of Node, such as `ENOSPC`; empty for anything else. */
export const codeOf = (cause: unknown): string => (cause instanceof Error && "code" in cause ? String(cause.code) : "")

/** What the operating system said of a path. */
export const storageError = (path: string, cause: unknown): DatasetError => {
  const code = codeOf(cause)
  const words = code === "" && cause instanceof Error ? cause.message : code
  const [rule, advice] = reasons.get(code) ?? [`cannot be used (${words})`, `Check the folder, ${elsewhere}`]
  return new DatasetError({ reason: "Storage", given: path, rule, advice })
}

/** Works on a path; whatever fails is an error of storage. */
export const on = <A>(path: string, work: (signal: AbortSignal) => Promise<A>): Effect.Effect<A, DatasetError> =>
  Effect.tryPromise({ try: work, catch: (cause) => storageError(path, cause) })

/** Makes a folder and those above it. */
export const makeFolder = (path: string) => on(path, () => Fs.mkdir(path, { recursive: true }))

/** The size of a file; undefined where there is none. */
export const sizeOf = (path: string): Effect.Effect<number | undefined, DatasetError> =>
  on(path, () =>
    Fs.stat(path).then(
      (stat) => (stat.isFile() ? stat.size : undefined),
      (cause: unknown) => (codeOf(cause) === "ENOENT" ? undefined : Promise.reject(cause))
    )
  )

/** The SHA-256 of a file, in hexadecimal. */
export const hashOf = (path: string): Effect.Effect<string, DatasetError> =>
  on(path, async (signal) => {
    const hash = sha256()
    for await (const bytes of createReadStream(path, { signal })) hash.update(bytes as Uint8Array)
    return hash.digest("hex")
  })

/** What a text says as JSON. */
export const parseJson = (text: string): Result.Result<unknown, unknown> =>
  Result.try({ try: (): unknown => JSON.parse(text), catch: (cause) => cause })

/** Reads JSON; undefined where there is no such file, or another text in it. */
export const readJson = (path: string): Effect.Effect<unknown, DatasetError> =>
  on(path, () =>
    Fs.readFile(path, "utf8").then(
      (text) => Result.getOrUndefined(parseJson(text)),
      (cause: unknown) => (codeOf(cause) === "ENOENT" ? undefined : Promise.reject(cause))
    )
  )

/** Writes JSON into a folder that is there; the file appears whole or not at all. */
export const writeJson = (path: string, value: unknown): Effect.Effect<void, DatasetError> =>
  on(path, async () => {
    const unfinished = partial(path)
    await Fs.writeFile(unfinished, `${JSON.stringify(value, undefined, 2)}\n`)
    await Fs.rename(unfinished, path)
  })

/** Removes what is there, if anything is. */
export const remove = (path: string) => on(path, () => Fs.rm(path, { recursive: true, force: true }))

/** An empty folder in the place of what is there, which is removed in the end. */
export const newFolder = (path: string) =>
  Effect.acquireRelease(Effect.as(Effect.andThen(remove(path), makeFolder(path)), path), () =>
    Effect.ignore(remove(path))
  )
