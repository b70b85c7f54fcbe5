/**
 * The results of a run: records that processes append to files of their own, and nobody changes.
 *
 * ```
 * results/<machine>-<process>-<random>.jsonl   a line a record, see `Checked`
 * ```
 *
 * A process writes to its own segment only, so that any number of them, on any number of machines, need no lock. A process
 * that is killed leaves at most a last line without an end, which is no record. Of several records of a job one counts: see
 * `replaces`.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import type { PlatformError } from "effect/PlatformError"
import * as Result from "effect/Result"
import * as Checked from "./Checked.ts"
import * as ProcessName from "./internal/processName.ts"
import { readAt } from "./internal/readAt.ts"
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

/** What decides which of two records of a job counts. @category models */
export interface Worth {
  readonly status: Job.Result["status"]
  /** How many measures it has. */
  readonly measures: number
  readonly at: number
}

/**
 * Whether a record of a job counts in the place of another one: one with scores before a failure, then the one that has more of
 * them, then the one that was written last, as the files beside it were.
 */
export const replaces = (next: Worth, known: Worth): boolean => {
  if (next.status !== known.status) return next.status === "ok"
  return next.measures > known.measures || (next.measures === known.measures && next.at > known.at)
}

/** What a record is worth. */
export const worth = ({ at = 0, scores, status }: Pick<Job.Result, "status" | "scores" | "at">): Worth => ({
  status,
  measures: Object.keys(scores).length,
  at
})

/** Of two records of a job the one that counts: see `replaces`. */
export const better = <A extends Pick<Job.Result, "status" | "scores" | "at">>(a: A, b: A): A =>
  replaces(worth(b), worth(a)) ? b : a

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

/** How far segments were read: bytes and lines, by the name of the file. @category models */
export type Ends = Map<string, { readonly size: number; readonly lines: number }>

/** So many bytes of a segment are read at a time; more where a record is longer. */
const window = 4 * 2 ** 20

/** Calls a function with the records of whole lines, and gives how many lines there are with those before. */
const eachIn = (
  directory: string,
  name: string,
  bytes: Buffer,
  before: number,
  use: (record: Job.Result) => void
): Result.Result<number, RunError> => {
  let lines = before
  for (let from = 0; from < bytes.length;) {
    const end = bytes.indexOf(newline, from)
    const record = bytes.subarray(from, end)
    from = end + 1
    lines += 1
    if (record.length === 0) continue
    const read = Checked.readBytes(record)
    if (Result.isFailure(read)) return Result.fail(damaged(directory, name, lines, read.failure))
    use(read.success as Job.Result)
  }
  return Result.succeed(lines)
}

/**
 * Calls a function with every record of a run that stands behind `ends`, which then are where reading has come to. What stands
 * behind the last end of a line was not written to its end, and is no record. Errors: `RunError` for a record that was changed.
 */
export const each = Effect.fnUntraced(function* (
  directory: string,
  ends: Ends,
  use: (record: Job.Result) => void
): Effect.fn.Return<void, RunError | PlatformError, FileSystem.FileSystem | Path.Path> {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const all = path.join(directory, folder)
  if (!(yield* fs.exists(all))) return
  const names = (yield* fs.readDirectory(all)).filter((name) => name.endsWith(".jsonl"))
  for (const name of names.toSorted()) {
    const place = path.join(all, name)
    let { lines, size } = ends.get(name) ?? { lines: 0, size: 0 }
    if (Number((yield* fs.stat(place)).size) <= size) continue
    yield* Effect.scoped(
      Effect.gen(function* () {
        const file = yield* fs.open(place)
        for (let length = window, bytes = yield* readAt(file, size, length); bytes.length > 0;) {
          const whole = bytes.subarray(0, bytes.lastIndexOf(newline) + 1)
          lines = yield* Effect.fromResult(eachIn(directory, name, whole, lines, use))
          size += whole.length
          ends.set(name, { size, lines })
          if (bytes.length < length) break
          length = whole.length === 0 ? 2 * length : window
          bytes = yield* readAt(file, size, length)
        }
      })
    )
  }
})

/** Reads the record of every job that has one. Errors: those of {@link each}. */
export const read = Effect.fnUntraced(function* (directory: string) {
  const found = new Map<string, Job.Result>()
  yield* each(directory, new Map(), (record) => put(found, record))
  return found as ReadonlyMap<string, Job.Result>
})

/** Whether a line of a segment ends behind so many bytes; not where it is shorter, or its lines got other ends. */
export const endsLine = Effect.fnUntraced(function* (segment: string, size: number) {
  if (size === 0) return true
  const fs = yield* FileSystem.FileSystem
  const [last] = yield* readAt(yield* fs.open(segment), size - 1, 1)
  return last === newline
}, Effect.scoped)

/**
 * Follows the records of a run whose jobs are executed elsewhere: each call gives those that came since the one before, the
 * first call those behind `ends`, or all. Only what is new is read. Errors: those of {@link each}; what was new then is given
 * by the next call that has none.
 */
export const follow = (directory: string, ends: Ends = new Map()) =>
  Effect.gen(function* () {
    const found: Array<Job.Result> = []
    const now: Ends = new Map(ends)
    yield* each(directory, now, (record) => found.push(record))
    for (const [name, end] of now) ends.set(name, end)
    return found
  })
