/**
 * Where the jobs of `rocflow run` run, by its flags and the experiment.
 */
import { fileURLToPath } from "node:url"
import * as SharedTables from "@rocflow/core/data/SharedTables"
import type * as Table from "@rocflow/core/data/Table"
import * as Executor from "@rocflow/resampling/Executor"
import * as Launch from "@rocflow/resampling/executor/Launch"
import * as Processes from "@rocflow/resampling/executor/Processes"
import * as Slurm from "@rocflow/resampling/executor/Slurm"
import type * as Slot from "@rocflow/resampling/executor/Slot"
import { toMegabytes, toMinutes } from "@rocflow/resampling/executor/slurm/limits"
import * as Workers from "@rocflow/resampling/executor/Workers"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Path from "effect/Path"
import type * as Scope from "effect/Scope"
import type { ExecutorEntry } from "../experiment/ExecutorEntry.ts"
import type { Loaded } from "../experiment/load.ts"
import * as FirstWorker from "../firstWorker.ts"
import { version } from "../version.ts"
import { ExecutorError } from "./ExecutorError.ts"
import { queueOf } from "./queue.ts"

/** What `rocflow run` was told about its executor. */
export interface Flags extends FirstWorker.Flags {
  readonly executor: Option.Option<"processes" | "slurm" | "workers">
  readonly partition: Option.Option<string>
  readonly account: Option.Option<string>
  readonly time: Option.Option<string>
  readonly memory: Option.Option<string>
  readonly cpus: Option.Option<number>
  readonly maxParallel: Option.Option<number>
  readonly chunk: Option.Option<number>
  readonly template: Option.Option<string>
  readonly lease: Option.Option<number>
  readonly queue: Option.Option<string>
}

/** An executor, and what is to be said when `rocflow run` is stopped before it ends. */
export interface Chosen {
  readonly layer: Layer.Layer<Executor.Executor, never, FileSystem.FileSystem | Path.Path>
  readonly goesOn: string
}

/** The `rocflow` command, by the Node of this process. */
export const rocflowWords: ReadonlyArray<string> = [
  process.execPath,
  fileURLToPath(new URL("../../bin/rocflow.js", import.meta.url))
]

/** Worker processes for an experiment, which have its tables in common; tables are asked for when there are jobs. */
export const workersFor = Effect.fnUntraced(function* (
  file: string,
  tables: Effect.Effect<ReadonlyArray<Table.Table>>
): Effect.fn.Return<Slot.Options, never, Scope.Scope> {
  const first = yield* FirstWorker.Current
  const { options, shared } = first ?? (yield* FirstWorker.launchable(file))
  const told = Effect.gen(function* () {
    yield* SharedTables.write(yield* Effect.fromResult(shared), yield* tables)
    return [String(Launch.inherited)]
  }).pipe(Effect.catch(({ message }) => Effect.as(Console.error(`note: ${message}`), [])))
  return { ...options, launched: first?.launched, told }
})

/** Processes of this machine, one thread each. */
export const processes = (
  file: string,
  tables: Effect.Effect<ReadonlyArray<Table.Table>>,
  size: number,
  timeLimit?: number
) => Layer.unwrap(Effect.map(workersFor(file, tables), (options) => Processes.layer({ ...options, size, timeLimit })))

const own = {
  processes: ["workers", "timeLimit"],
  slurm: ["partition", "account", "time", "memory", "cpus", "maxParallel", "chunk", "template"],
  workers: ["lease", "queue"]
} as const satisfies Readonly<Record<string, ReadonlyArray<keyof Flags>>>

const checkFlags = Effect.fnUntraced(function* (flags: Flags, kind: keyof typeof own) {
  for (const [other, names] of Object.entries(own)) {
    const stray = other === kind ? undefined : names.find((name) => flags[name]._tag === "Some")
    if (stray === undefined) continue
    return yield* new ExecutorError({
      given: `--${stray.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
      rule: `is a flag of the executor "${other}", and jobs run by "${kind}"`,
      advice: `leave it away, or give --executor ${other}`
    })
  }
})

const readTemplate = Effect.fnUntraced(function* (file: string) {
  const fs = yield* FileSystem.FileSystem
  return yield* fs.readFileString(file).pipe(
    Effect.mapError(
      ({ reason }) =>
        new ExecutorError({
          given: `the template ${file}`,
          rule: `cannot be read (${reason._tag})`,
          advice: "give the path of a script that has {{command}} in it"
        })
    )
  )
})

/** The value of a flag, else of the experiment, as an optional key. */
const key = <K extends string, A>(name: K, flag: Option.Option<A>, value: A | undefined): { readonly [_ in K]?: A } => {
  const found = Option.getOrElse(flag, () => value)
  return found === undefined ? {} : ({ [name]: found } as { readonly [_ in K]: A })
}

const numbers = (given: number | string | undefined, toNumber: (text: string) => number | undefined) =>
  typeof given === "string" ? toNumber(given) : given

const slurm = Effect.fnUntraced(function* (
  experiment: string,
  flags: Flags,
  given: Omit<Extract<ExecutorEntry, { readonly type: "slurm" }>, "type">
) {
  const path = yield* Path.Path
  const template = Option.isSome(flags.template)
    ? yield* readTemplate(flags.template.value)
    : given.template === undefined
      ? undefined
      : yield* readTemplate(path.resolve(path.dirname(experiment), given.template))
  return Slurm.layer({
    experiment,
    command: (directory, submission) => [...rocflowWords, "worker", directory, "--submission", String(submission)],
    ...key("partition", flags.partition, given.partition),
    ...key("account", flags.account, given.account),
    ...key(
      "time",
      Option.map(flags.time, (text) => toMinutes(text)!),
      numbers(given.time, toMinutes)
    ),
    ...key(
      "memory",
      Option.map(flags.memory, (text) => toMegabytes(text)!),
      numbers(given.memory, toMegabytes)
    ),
    ...key("cpus", flags.cpus, given.cpus),
    ...key("maxParallel", flags.maxParallel, given.maxParallel),
    ...key("chunk", flags.chunk, given.chunk),
    ...(template === undefined ? {} : { template })
  })
})

type WorkersEntry = Omit<Extract<ExecutorEntry, { readonly type: "workers" }>, "type">

/** Workers take jobs from the directory of the run, or from a database. */
const workers = Effect.fnUntraced(function* (loaded: Loaded, flags: Flags, given: WorkersEntry) {
  const path = yield* Path.Path
  const lease = key("lease", flags.lease, given.lease)
  const address = yield* queueOf(Option.getOrElse(flags.queue, () => given.queue))
  if (address === undefined) return Workers.layer({ experiment: path.resolve(loaded.file), ...lease })
  // Loaded when there is a queue: other runs start without it.
  const [Queued, { parcelOf }] = yield* Effect.promise(() =>
    Promise.all([import("@rocflow/resampling/executor/Queued"), import("../experiment/parcel.ts")])
  )
  return Queued.layer({ address, version, parcel: parcelOf(loaded), ...lease })
})

/**
 * Chooses the executor. Without a word of it: one process per core; a single one is this process, unless it may have to be
 * ended.
 */
export const choose = Effect.fnUntraced(function* (
  loaded: Loaded,
  flags: Flags
): Effect.fn.Return<Chosen, ExecutorError, FileSystem.FileSystem | Path.Path> {
  const path = yield* Path.Path
  const { file } = loaded
  const entry = loaded.experiment.executor
  const options = typeof entry === "object" ? entry : undefined
  const written = typeof entry === "object" ? entry.type : entry
  const kind = Option.getOrElse(flags.executor, () => written ?? "processes")
  yield* checkFlags(flags, kind)
  if (kind !== "processes") yield* FirstWorker.end
  switch (kind) {
    case "processes": {
      const size = FirstWorker.sizeOf(flags)
      const timeLimit = Option.getOrUndefined(flags.timeLimit)
      const layer = size === 0 ? Executor.inProcess : processes(file, Effect.succeed(loaded.tables), size, timeLimit)
      return { layer, goesOn: "" }
    }
    case "slurm":
      return {
        layer: yield* slurm(path.resolve(file), flags, options?.type === "slurm" ? options : {}),
        goesOn: "; what is in SLURM's queue goes on, and `rocflow cancel` ends it"
      }
    case "workers":
      return {
        layer: yield* workers(loaded, flags, options?.type === "workers" ? options : {}),
        goesOn: "; workers go on, and `rocflow cancel` ends that"
      }
  }
})
