/**
 * `rocflow worker`: computes for a run that was started elsewhere.
 */
import { availableParallelism } from "node:os"
import * as Auto from "@rocflow/core/engine/Auto"
import * as Duration from "@rocflow/core/Duration"
import * as Engine from "@rocflow/core/engine/Engine"
import * as Executor from "@rocflow/resampling/Executor"
import type { Listener } from "@rocflow/resampling/executor/Opened"
import * as Address from "@rocflow/resampling/executor/queue/Address"
import * as Pull from "@rocflow/resampling/executor/pull/serve"
import * as Chunk from "@rocflow/resampling/executor/slurm/chunk"
import { shellWord } from "@rocflow/resampling/shellWord"
import * as Submission from "@rocflow/resampling/executor/slurm/Submission"
import * as Clock from "effect/Clock"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Path from "effect/Path"
import { splitText } from "../terminal/progress.ts"
import { version } from "../version.ts"
import { load } from "../experiment/load.ts"
import { processes, workersFor } from "./executor.ts"
import { ExecutorError } from "./ExecutorError.ts"
import { ownExperiment } from "./ownExperiment.ts"
import { plan } from "./plan.ts"
import { queueOf } from "./queue.ts"

interface Given {
  readonly directory: Option.Option<string>
  readonly queue: Option.Option<string>
  readonly workers: Option.Option<number>
  readonly experiment: Option.Option<string>
  readonly submission: Option.Option<number>
  readonly task: Option.Option<number>
}

interface Input extends Omit<Given, "directory" | "queue"> {
  readonly directory: string
}

const time = Effect.map(Clock.currentTimeMillis, (now) => new Date(now).toISOString().slice(0, 19))

/** Lines for logs: who looks into one wants to know what it was at. */
const listener: Listener = {
  onBegin: (id, job) =>
    Effect.flatMap(time, (now) => Console.log(`${now} ${id} begins: ${job.task}, ${job.learner}, ${splitText(job)}`)),
  onEnd: ({ id, status, seconds, error }) =>
    Effect.flatMap(time, (now) =>
      Console.log(
        `${now} ${id} ${status} after ${Duration.toText(seconds)}${error === undefined ? "" : `: ${error.message}`}`
      )
    )
}

/** The design of an experiment, and its tables, which are there once it is planned. */
const planOnce = Effect.fnUntraced(function* (file: string) {
  const planned = yield* Effect.cached(plan(file, { check: false }))
  const files = yield* Effect.context<FileSystem.FileSystem | Path.Path>()
  return {
    design: Effect.map(planned, ({ design }) => design),
    tables: Effect.map(planned, ({ loaded }) => loaded.tables).pipe(Effect.provide(files), Effect.orDie)
  }
})

const engineName = Effect.map(Engine.Engines, Engine.names)

/** Runs a chunk of an array. */
const chunk = Effect.fnUntraced(function* ({ directory, experiment, task }: Input, number: number) {
  const place = Option.getOrElse(task, () => Number(process.env["SLURM_ARRAY_TASK_ID"] ?? Number.NaN))
  if (!Number.isInteger(place)) {
    return yield* new ExecutorError({
      given: "--submission",
      rule: "names an array and not which of its chunks",
      advice: "give --task; in a task of SLURM, SLURM_ARRAY_TASK_ID says it"
    })
  }
  const submission = yield* Submission.read(directory, number)
  const file = Option.getOrElse(experiment, () => submission?.experiment ?? "")
  const size = submission?.processes ?? 1
  const { design, tables } = yield* planOnce(file)
  yield* Effect.flatMap(engineName, (engine) =>
    Chunk.serve({ directory, submission: number, task: place, engine }, design, listener)
  ).pipe(Effect.provide([Auto.layer(), size === 1 ? Executor.inProcess : processes(file, tables, size)]))
})

const waits = (directory: string) =>
  Console.error(`waiting for jobs: \`rocflow run FILE --out ${shellWord(directory)} --executor workers\` brings them`)

/** Takes jobs from a directory, round after round; a single place is this process. */
const pull = Effect.fnUntraced(function* ({ directory, experiment }: Input, size: number) {
  for (let rounds = 0; ; rounds += 1) {
    const round = yield* Pull.awaitRound(directory, waits(directory))
    if (round === undefined) {
      if (rounds === 0)
        yield* Console.error(
          `nothing is left to do in ${directory}: its jobs are done, or were cancelled; \`rocflow run\` brings new ones`
        )
      return
    }
    const file = Option.getOrElse(experiment, () => round.experiment)
    const { design, tables } = yield* planOnce(file)
    yield* Effect.gen(function* () {
      const crew = size === 1 ? undefined : { program: yield* workersFor(file, tables), size }
      yield* Pull.serve(directory, round, design, yield* engineName, listener, crew)
    }).pipe(Effect.scoped, Effect.provide(Auto.layer()))
  }
})

/** Takes jobs from a database, in processes of their own. */
const pullFromQueue = Effect.fnUntraced(function* (address: Address.Address, { experiment, workers }: Given) {
  const path = yield* Path.Path
  const { serve } = yield* Effect.promise(() => import("@rocflow/resampling/executor/queue/serve"))
  yield* Effect.flatMap(engineName, (engine) =>
    serve({
      address,
      program: (file) => Effect.flatMap(load(file), ({ tables }) => workersFor(file, Effect.succeed(tables))),
      size: Option.getOrElse(workers, availableParallelism),
      version,
      engine,
      own: Option.getOrUndefined(Option.map(experiment, (file) => ownExperiment(path.resolve(file)))),
      listener,
      say: Console.error
    })
  ).pipe(Effect.provide(Auto.layer()))
})

/** Computes for a run that was started elsewhere. */
export const worker = Effect.fn("worker")(function* (given: Given) {
  const path = yield* Path.Path
  if (Option.isSome(given.directory)) {
    if (Option.isSome(given.queue)) {
      return yield* new ExecutorError({
        given: "--queue",
        rule: "comes beside the directory of a run, and a worker takes jobs from one of both",
        advice: "leave one away"
      })
    }
    const input = { ...given, directory: path.resolve(given.directory.value) }
    if (Option.isSome(input.submission)) return yield* chunk(input, input.submission.value)
    const size = Option.getOrElse(input.workers, availableParallelism)
    return yield* pull(input, size)
  }
  const address = yield* queueOf(Option.getOrUndefined(given.queue))
  if (address !== undefined) return yield* pullFromQueue(address, given)
  return yield* new ExecutorError({
    given: "a worker",
    rule: "takes jobs from the directory of a run or from a queue, and neither is named",
    advice: `write \`rocflow worker DIR\`, or give --queue or ${Address.variable}`
  })
})
