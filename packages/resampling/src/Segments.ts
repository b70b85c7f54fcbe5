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
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import type { PlatformError } from "effect/PlatformError"
import * as Result from "effect/Result"
import * as Checked from "./Checked.ts"
import * as ProcessName from "./internal/processName.ts"
import type * as Job from "./Job.ts"
import { RunError } from "./RunError.ts"

/** The folder of the segments. */
export const folder = "results"

const freshName = (): string => `${ProcessName.fresh()}.jsonl`

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
export const better = <A extends Pick<Job.Result, "status" | "scores" | "at">>(a: A, b: A): A => {
  if (a.status !== b.status) return a.status === "ok" ? a : b
  const more = Object.keys(b.scores).length - Object.keys(a.scores).length
  return more > 0 || (more === 0 && (b.at ?? 0) > (a.at ?? 0)) ? b : a
}

/** Adds a record to those by id, if it counts. */
export const put = (records: Map<string, Job.Result>, record: Job.Result): void => {
  const known = records.get(record.id)
  records.set(record.id, known === undefined ? record : better(known, record))
}

const damaged = (directory: string, file: string, line: number, reason: string) =>
  new RunError({
    directory,
    given: `the record in line ${line} of ${folder}/${file}`,
    rule: `cannot be trusted: ${reason}`,
    advice: "delete that line and run the experiment again: the job is executed anew, the others are kept"
  })

/**
 * The records of a segment, or of its end behind so many lines, and how many lines it has with these; what stands behind the
 * last end of a line was not written to its end.
 */
const recordsOf = (
  directory: string,
  file: string,
  bytes: Buffer,
  before = 0
): Result.Result<{ readonly records: ReadonlyArray<Job.Result>; readonly lines: number }, RunError> => {
  const records: Array<Job.Result> = []
  let lines = before
  for (let from = 0; from < bytes.length;) {
    const end = bytes.indexOf(newline, from)
    const record = bytes.subarray(from, end < 0 ? bytes.length : end)
    from = end < 0 ? bytes.length : end + 1
    if (end >= 0) lines += 1
    if (record.length === 0) continue
    const read = Checked.readBytes(record)
    if (Result.isSuccess(read)) records.push(read.success as Job.Result)
    else if (end >= 0) return Result.fail(damaged(directory, file, lines, read.failure))
  }
  return Result.succeed({ records, lines })
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
    const bytes = Buffer.from(buffer, byteOffset, byteLength)
    const { records } = yield* Effect.fromResult(recordsOf(directory, file, bytes))
    for (const record of records) put(found, record)
  }
  return found
})

/** How far segments were read: bytes and lines, by the name of the file. @category models */
export type Ends = Map<string, { readonly size: number; readonly lines: number }>

/** The bytes of a file from an offset on. */
const bytesFrom = Effect.fnUntraced(function* (file: string, from: number, to: number) {
  const fs = yield* FileSystem.FileSystem
  const open = yield* fs.open(file)
  yield* open.seek(BigInt(from), "start")
  const bytes = Buffer.allocUnsafeSlow(to - from)
  let filled = 0
  while (filled < bytes.length) {
    const read = Number(yield* open.read(bytes.subarray(filled)))
    if (read === 0) break
    filled += read
  }
  return bytes.subarray(0, filled)
}, Effect.scoped)

/** Whether a line of a segment ends behind so many bytes; not where it is shorter, or its lines got other ends. */
export const endsLine = (file: string, size: number) =>
  size === 0 ? Effect.succeed(true) : Effect.map(bytesFrom(file, size - 1, size), (bytes) => bytes[0] === newline)

/**
 * Follows the records of a run whose jobs are executed elsewhere: each call gives those that came since the one before, the
 * first call those behind `ends`, or all. Only what is new is read; `ends` is where reading has come to. Errors: `RunError` for
 * a record that was changed.
 */
export const follow = (directory: string, ends: Ends = new Map()) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const all = path.join(directory, folder)
    const found: Array<Job.Result> = []
    if (!(yield* fs.exists(all))) return found
    for (const file of (yield* fs.readDirectory(all)).filter((name) => name.endsWith(".jsonl"))) {
      const seen = ends.get(file) ?? { size: 0, lines: 0 }
      const now = Number((yield* fs.stat(path.join(all, file))).size)
      if (now <= seen.size) continue
      const bytes = yield* bytesFrom(path.join(all, file), seen.size, now)
      const whole = bytes.subarray(0, bytes.lastIndexOf(newline) + 1)
      const { lines, records } = yield* Effect.fromResult(recordsOf(directory, file, whole, seen.lines))
      for (const record of records) found.push(record)
      ends.set(file, { size: seen.size + whole.length, lines })
    }
    return found
  })
