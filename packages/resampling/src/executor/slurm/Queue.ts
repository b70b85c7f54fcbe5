/**
 * What SLURM is told and asked: `sbatch`, `squeue`, `sacct` where there is accounting, `scontrol`, `scancel`.
 */
import { execFile } from "node:child_process"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as RunDirectory from "../../RunDirectory.ts"

/**
 * What became of a task of an array.
 *
 * - `failed`: its script ended with an error
 * - `lost`: its node failed, or it was preempted
 *
 * @category schemas
 */
export const TaskState = Schema.Literals([
  "pending",
  "running",
  "completed",
  "failed",
  "timed out",
  "out of memory",
  "lost",
  "cancelled"
])
/** What became of a task of an array. @category models */
export type TaskState = typeof TaskState.Type

/** A task as SLURM sees it. @category models */
export interface Seen {
  readonly state: TaskState
  /** Why it waits, in SLURM's words. */
  readonly reason: string
}

/** SLURM's states by their names; those that are not here are of tasks that wait. */
const states: Readonly<Record<string, TaskState>> = {
  RUNNING: "running",
  COMPLETING: "running",
  SIGNALING: "running",
  STAGE_OUT: "running",
  STOPPED: "running",
  SUSPENDED: "running",
  RESIZING: "running",
  COMPLETED: "completed",
  FAILED: "failed",
  TIMEOUT: "timed out",
  DEADLINE: "timed out",
  OUT_OF_MEMORY: "out of memory",
  NODE_FAIL: "lost",
  BOOT_FAIL: "lost",
  LAUNCH_FAILED: "lost",
  PREEMPTED: "lost",
  REVOKED: "lost",
  CANCELLED: "cancelled"
}

/** What kills processes for their memory where SLURM does not see it: SIGKILL, by itself or as a shell reports it. */
const killed = { signal: 9, code: 137 }

/** The state that a name and how the script ended stand for. */
const stateOf = (name: string, code: number, signal: number): TaskState => {
  const state = states[/^[A-Z_]*/.exec(name)![0]] ?? "pending"
  return state === "failed" && (signal === killed.signal || code === killed.code) ? "out of memory" : state
}

/**
 * Reads `squeue`: array task, state, the status of the script as `wait` gives it, reason.
 *
 * @example
 * fromSqueue("7_0|FAILED|35072|NonZeroExitCode\n").get("7_0")?.state // => "out of memory"
 */
export const fromSqueue = (text: string): ReadonlyMap<string, Seen> =>
  new Map(
    text.split("\n").flatMap((line): ReadonlyArray<[string, Seen]> => {
      const [id = "", name, status, reason = ""] = line.trim().split("|")
      if (name === undefined || status === undefined) return []
      const state = stateOf(name, Number(status) >> 8, Number(status) & 127)
      return [[id, { state, reason: reason.trim() }]]
    })
  )

/**
 * Reads `sacct`: array task, state, exit code and signal.
 *
 * @example
 * fromSacct("7_1|CANCELLED by 0|0:15\n").get("7_1")?.state // => "cancelled"
 */
export const fromSacct = (text: string): ReadonlyMap<string, Seen> =>
  new Map(
    text.split("\n").flatMap((line): ReadonlyArray<[string, Seen]> => {
      const [id = "", name, status] = line.trim().split("|")
      if (name === undefined || status === undefined) return []
      const [code = 0, signal = 0] = status.split(":").map(Number)
      return [[id, { state: stateOf(name, code, signal), reason: "" }]]
    })
  )

interface Said {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a command to its end; undefined if there is none of this name. */
const execute = (command: string, args: ReadonlyArray<string>): Effect.Effect<Said | undefined> =>
  Effect.callback((resume) => {
    const child = execFile(command, args, { maxBuffer: 2 ** 28 }, (error, stdout, stderr) => {
      if (error !== null && typeof error.code !== "number" && error.signal === undefined) {
        return resume(Effect.succeed(undefined))
      }
      resume(Effect.succeed({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr }))
    })
    return Effect.sync(() => child.kill())
  })

/** Runs a command of SLURM that must do what it is told. */
const command = Effect.fnUntraced(function* (directory: string, name: string, args: ReadonlyArray<string>) {
  const said = yield* execute(name, args)
  if (said === undefined) {
    return yield* new RunDirectory.RunError({
      directory,
      given: `the command ${name}`,
      rule: "is not on this machine",
      advice: "start rocflow where SLURM's commands are, as on a login node; `--executor workers` needs no SLURM"
    })
  }
  if (said.code === 0) return said.stdout
  return yield* new RunDirectory.RunError({
    directory,
    given: `SLURM's ${name}`,
    rule: `refused: ${said.stderr.trim().replaceAll(/\s*\n\s*/g, "; ") || `exit code ${said.code}`}`,
    advice: "change partition, account, time or memory by the flags of `rocflow run`, or the template"
  })
})

/** Fails where there is no SLURM. */
export const require = (directory: string) => Effect.asVoid(command(directory, "squeue", ["--version"]))

/** Submits an array; gives the number that SLURM gave it. */
export const submit = (directory: string, args: ReadonlyArray<string>) =>
  Effect.map(
    command(directory, "sbatch", ["--parsable", ...args]),
    // After a semicolon stands the name of the cluster.
    (text) => text.trim().split(";")[0]!
  )

/** Ends arrays; those that are over already are left alone. */
export const cancel = (directory: string, arrays: ReadonlyArray<string>) =>
  command(directory, "scancel", ["--quiet", ...arrays])

/** How many tasks an array may have; undefined if SLURM does not say. */
export const maxArraySize: Effect.Effect<number | undefined> = Effect.map(
  execute("scontrol", ["show", "config"]),
  (said) => {
    const size = Number(/^MaxArraySize\s*=\s*(\d+)/m.exec(said?.stdout ?? "")?.[1])
    return size > 0 ? size : undefined
  }
)

const squeue = (arrays: ReadonlyArray<string>) =>
  execute("squeue", [
    "--array",
    "--noheader",
    "--states=all",
    `--jobs=${arrays.join(",")}`,
    "--Format=JobArrayID:|,State:|,exit_code:|,Reason:"
  ])

const sacct = (arrays: ReadonlyArray<string>) =>
  execute("sacct", [
    "--allocations",
    "--array",
    "--noheader",
    "--parsable2",
    `--jobs=${arrays.join(",")}`,
    "--format=JobID,State,ExitCode"
  ])

/**
 * Asks for tasks of arrays, by `<array>_<task>`. A task that is not in the answer is unknown to SLURM, which remembers the
 * end of tasks for minutes only where it has no accounting. The answer is undefined if SLURM does not answer now.
 */
export const ask = Effect.fnUntraced(function* (
  tasks: ReadonlyArray<string>
): Effect.fn.Return<ReadonlyMap<string, Seen> | undefined> {
  const arraysOf = (ids: ReadonlyArray<string>) => [...new Set(ids.map((id) => id.split("_")[0]!))]
  if (tasks.length === 0) return new Map()
  const queued = yield* squeue(arraysOf(tasks))
  if (queued === undefined || (queued.code !== 0 && !queued.stderr.includes("Invalid job id"))) return undefined
  const seen = fromSqueue(queued.stdout)
  const forgotten = tasks.filter((id) => !seen.has(id))
  if (forgotten.length === 0) return seen
  const accounted = yield* sacct(arraysOf(forgotten))
  return new Map([...(accounted?.code === 0 ? fromSacct(accounted.stdout) : []), ...seen])
})
