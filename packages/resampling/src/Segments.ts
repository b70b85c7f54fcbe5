/**
 * The results of a run: records that processes append to files of their own, and nobody changes.
 *
 * ```
 * results/<machine>-<process>-<random>.jsonl   a line a record, see `Checked`
 * ```
 *
 * A process writes to its own segment only, so that any number of them, on any number of machines, need no lock. A process
 * that is killed leaves at most a last line without an end, which is no record. Of several records of a job one counts: see
 * `better`.
 */
import { randomBytes } from "node:crypto"
import { hostname } from "node:os"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import type { PlatformError } from "effect/PlatformError"
import * as Result from "effect/Result"
import * as Checked from "./Checked.ts"
import type * as Job from "./Job.ts"
import { RunError } from "./RunError.ts"

/** The folder of the segments. */
export const folder = "results"

const freshName = (): string =>
  `${hostname().replaceAll(/[^\w.-]/g, "_")}-${process.pid}-${randomBytes(4).toString("hex")}.jsonl`

/** The segment of this process; a new one after an append that failed, and may have left half a line. */
let segment = freshName()

/** Appends a record, as a whole line, and gives it with its time. Errors: those of the file system. */
export const append = Effect.fnUntraced(function* (
  directory: string,
  result: Job.Result
): Effect.fn.Return<Job.Result, PlatformError, FileSystem.FileSystem | Path.Path> {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const file = path.join(directory, folder, segment)
  const record = { ...result, at: yield* Clock.currentTimeMillis }
  yield* Effect.tapError(fs.writeFileString(file, `${Checked.write(record)}\n`, { flag: "a" }), () =>
    Effect.sync(() => {
      segment = freshName()
    })
  )
  return record
})

const newline = "\n".charCodeAt(0)

/**
 * Of two records of a job the one that counts: one with scores before a failure, then the one that has more of them, then the
 * one that was written last, as the files beside it were.
 */
const better = (a: Job.Result, b: Job.Result): Job.Result => {
  if (a.status !== b.status) return a.status === "ok" ? a : b
  const more = Object.keys(b.scores).length - Object.keys(a.scores).length
  return more > 0 || (more === 0 && (b.at ?? 0) > (a.at ?? 0)) ? b : a
}

const damaged = (directory: string, file: string, line: number, reason: string) =>
  new RunError({
    directory,
    given: `the record in line ${line} of ${folder}/${file}`,
    rule: `cannot be trusted: ${reason}`,
    advice: "delete that line and run the experiment again: the job is executed anew, the others are kept"
  })

/**
 * The records of a segment, or of its end behind so many lines; what stands behind the last end of a line was not written to
 * its end.
 */
const recordsOf = (
  directory: string,
  file: string,
  bytes: Buffer,
  before = 0
): Result.Result<ReadonlyArray<Job.Result>, RunError> => {
  const records: Array<Job.Result> = []
  let line = before
  for (let from = 0; from < bytes.length;) {
    line += 1
    const end = bytes.indexOf(newline, from)
    const record = bytes.subarray(from, end < 0 ? bytes.length : end)
    from = end < 0 ? bytes.length : end + 1
    if (record.length === 0) continue
    const read = Checked.readBytes(record)
    if (Result.isSuccess(read)) records.push(read.success as Job.Result)
    else if (end >= 0) return Result.fail(damaged(directory, file, line, read.failure))
  }
  return Result.succeed(records)
}

/**
 * Reads the record of every job that has one. Errors: `RunError` for a record that was changed.
 */
export const read = Effect.fnUntraced(function* (
  directory: string
): Effect.fn.Return<ReadonlyMap<string, Job.Result>, RunError | PlatformError, FileSystem.FileSystem | Path.Path> {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const all = path.join(directory, folder)
  const files = (yield* fs.exists(all)) ? (yield* fs.readDirectory(all)).filter((name) => name.endsWith(".jsonl")) : []
  const found = new Map<string, Job.Result>()
  for (const file of files.toSorted()) {
    const { buffer, byteLength, byteOffset } = yield* fs.readFile(path.join(all, file))
    for (const record of yield* Effect.fromResult(
      recordsOf(directory, file, Buffer.from(buffer, byteOffset, byteLength))
    )) {
      const known = found.get(record.id)
      found.set(record.id, known === undefined ? record : better(known, record))
    }
  }
  return found
})

/**
 * Follows the records of a run whose jobs are executed elsewhere: each call gives those that came since the one before, the
 * first call all. Of a segment that grew, only what is new is decoded. Errors: `RunError` for a record that was changed.
 */
export const follow = (directory: string) => {
  const seen = new Map<string, { readonly size: number; readonly lines: number }>()
  return Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const all = path.join(directory, folder)
    const found: Array<Job.Result> = []
    for (const file of (yield* fs.readDirectory(all)).filter((name) => name.endsWith(".jsonl"))) {
      const { lines, size } = seen.get(file) ?? { lines: 0, size: 0 }
      if (Number((yield* fs.stat(path.join(all, file))).size) <= size) continue
      const { buffer, byteLength, byteOffset } = yield* fs.readFile(path.join(all, file))
      const bytes = Buffer.from(buffer, byteOffset, byteLength)
      const fresh = bytes.subarray(size, bytes.lastIndexOf(newline) + 1)
      found.push(...(yield* Effect.fromResult(recordsOf(directory, file, fresh, lines))))
      const ends = fresh.reduce((count, byte) => (byte === newline ? count + 1 : count), 0)
      seen.set(file, { size: size + fresh.length, lines: lines + ends })
    }
    return found
  })
}
