/**
 * A round is a list of jobs that workers on any number of machines take from a directory that all of them see. There is no
 * server: whoever makes a file that was not there holds the job.
 *
 * ```
 * workers/<n>/round.json         the jobs, in the order in which they are taken
 * workers/<n>/<id>.<k>           the k-th lease of a job; in it stands the name of its worker
 * workers/<n>/<id>.done          the result of the job is stored
 * workers/<n>/closed             nothing more is to be taken
 * workers/<n>/beats/<worker>     the heartbeat of a worker: a number that grows
 * ```
 *
 * A lease is never taken back or renamed: who finds its worker silent makes the next one. So two workers cannot both believe
 * that they took it over. A worker that was only slow computes a job a second time, with the same result.
 */
import * as WholeFile from "@rocflow/core/WholeFile"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import type { PlatformError } from "effect/PlatformError"
import * as Schema from "effect/Schema"
import * as RunDirectory from "../../RunDirectory.ts"
import * as Numbered from "../Numbered.ts"

/** What workers are told. @category schemas */
export const Content = Schema.Struct({
  /** The experiment file. */
  experiment: Schema.String,
  jobs: Schema.Array(Schema.String),
  /** Seconds without a heartbeat after which a worker is taken for lost. */
  lease: Schema.Finite,
  /** How often a job is tried whose worker is lost. */
  attempts: Schema.Int
})

/** What workers are told, and where. @category models */
export interface Round extends Schema.Schema.Type<typeof Content> {
  readonly number: number
  readonly folder: string
}

/** How far a round has come. @category models */
export interface Progress {
  readonly done: ReadonlySet<string>
  /** The number of the newest lease of each job that has one. */
  readonly leases: ReadonlyMap<string, number>
  readonly closed: boolean
}

const ContentJson = Schema.fromJsonString(Content)

const parent = (directory: string) => Effect.map(Path.Path, (path) => path.resolve(directory, "workers"))

const created = <R>(effect: Effect.Effect<void, PlatformError, R>): Effect.Effect<boolean, PlatformError, R> =>
  effect.pipe(
    Effect.as(true),
    Effect.catchIf(
      ({ reason }) => reason._tag === "AlreadyExists",
      () => Effect.succeed(false)
    )
  )

/** Begins a round. */
export const begin = Effect.fnUntraced(function* (directory: string, content: typeof Content.Type) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const number = yield* Numbered.make(yield* parent(directory))
  const folder = path.join(yield* parent(directory), String(number))
  yield* fs.makeDirectory(path.join(folder, "beats"))
  yield* WholeFile.write(path.join(folder, "round.json"), Schema.encodeSync(ContentJson)(content))
  return { ...content, number, folder } satisfies Round
})

/** The newest round of a run that is complete; undefined if there is none. */
export const newest = Effect.fnUntraced(function* (
  directory: string
): Effect.fn.Return<Round | undefined, RunDirectory.RunError | PlatformError, FileSystem.FileSystem | Path.Path> {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  for (const number of (yield* Numbered.all(yield* parent(directory))).toReversed()) {
    const folder = path.join(yield* parent(directory), String(number))
    const file = path.join(folder, "round.json")
    if (!(yield* fs.exists(file))) continue
    const content = yield* Schema.decodeUnknownEffect(ContentJson)(yield* fs.readFileString(file)).pipe(
      Effect.mapError(
        ({ message }) =>
          new RunDirectory.RunError({
            directory,
            given: `the file workers/${number}/round.json`,
            rule: `is not one that rocflow wrote (${message.split("\n")[0]})`,
            advice: "delete its folder, and run the experiment again: finished jobs are kept"
          })
      )
    )
    return { ...content, number, folder }
  }
  return undefined
})

/** Reads how far a round has come: one listing. */
export const progress = Effect.fnUntraced(function* ({ folder }: Round) {
  const fs = yield* FileSystem.FileSystem
  const done = new Set<string>()
  const leases = new Map<string, number>()
  const names = yield* fs.readDirectory(folder)
  for (const name of names) {
    const [, id, end] = /^([^.]+)\.(done|\d+)$/.exec(name) ?? []
    if (id === undefined) continue
    if (end === "done") done.add(id)
    else leases.set(id, Math.max(leases.get(id) ?? 0, Number(end)))
  }
  return { done, leases, closed: names.includes("closed") } satisfies Progress
})

/** Takes a lease; false if somebody else has it. */
export const take = Effect.fnUntraced(function* ({ folder }: Round, id: string, lease: number, worker: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  return yield* created(fs.writeFileString(path.join(folder, `${id}.${lease}`), worker, { flag: "wx" }))
})

/** The name of the worker that holds a lease; empty in the moment in which it is taken. */
export const holder = Effect.fnUntraced(function* ({ folder }: Round, id: string, lease: number) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  return yield* fs.readFileString(path.join(folder, `${id}.${lease}`))
})

/** Says that the result of a job is stored. */
export const finish = Effect.fnUntraced(function* ({ folder }: Round, id: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  yield* created(fs.writeFileString(path.join(folder, `${id}.done`), "", { flag: "wx" }))
})

/** Says that nothing more is to be taken. */
export const close = Effect.fnUntraced(function* ({ folder }: Round) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  yield* created(fs.writeFileString(path.join(folder, "closed"), "", { flag: "wx" }))
})

/** Whether nothing more is to be taken. */
export const isClosed = Effect.fnUntraced(function* ({ folder }: Round) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  return yield* fs.exists(path.join(folder, "closed"))
})

/** Where a worker writes its heartbeat. */
export const beatFile = ({ folder }: Round, worker: string) =>
  Effect.map(Path.Path, (path) => path.join(folder, "beats", worker))

/** The last heartbeat of a worker; empty if there was none. */
export const beat = Effect.fnUntraced(function* (round: Round, worker: string) {
  const fs = yield* FileSystem.FileSystem
  if (worker === "") return ""
  return yield* Effect.orElseSucceed(fs.readFileString(yield* beatFile(round, worker)), () => "")
})

/** Seconds since a worker's last heartbeat, by the clocks of two machines. */
export const silence = Effect.fnUntraced(function* (round: Round, worker: string, now: number) {
  const fs = yield* FileSystem.FileSystem
  const file = yield* beatFile(round, worker)
  return yield* fs.stat(file).pipe(
    Effect.map(({ mtime }) => (mtime._tag === "Some" ? (now - mtime.value.getTime()) / 1000 : Infinity)),
    Effect.orElseSucceed(() => Infinity)
  )
})
