/**
 * Submits jobs as one array, whose chunks take about as long.
 */
import * as Events from "@rocflow/core/learning/Events"
import * as Effect from "effect/Effect"
import * as Path from "effect/Path"
import * as Result from "effect/Result"
import type * as Job from "../../Job.ts"
import * as RunDirectory from "../../RunDirectory.ts"
import * as Chunks from "../Chunks.ts"
import type { Options } from "./Options.ts"
import * as Queue from "./Queue.ts"
import * as Script from "./script.ts"
import * as Submission from "./Submission.ts"

const argumentsOf = (options: Options, needs: Submission.Needs, tasks: number, folder: string, name: string) => [
  `--job-name=${name}`,
  `--array=0-${tasks - 1}${options.maxParallel === undefined ? "" : `%${options.maxParallel}`}`,
  `--output=${folder}/%a.log`,
  "--open-mode=append",
  "--nodes=1",
  "--ntasks=1",
  `--cpus-per-task=${options.cpus ?? 1}`,
  ...(options.partition === undefined ? [] : [`--partition=${options.partition}`]),
  ...(options.account === undefined ? [] : [`--account=${options.account}`]),
  ...(needs.time === undefined ? [] : [`--time=${needs.time}`]),
  ...(needs.memory === undefined ? [] : [`--mem=${needs.memory}M`])
]

/** Submits jobs with equal needs as one array. */
export const submit = Effect.fnUntraced(function* (
  options: Options,
  directory: string,
  jobs: ReadonlyArray<Job.Job<unknown>>,
  needs: Submission.Needs,
  length: (job: Job.Job<unknown>) => number
) {
  const path = yield* Path.Path
  const most = (yield* Queue.maxArraySize) ?? 1001
  const wanted =
    options.chunk === undefined ? Math.max(100, options.maxParallel ?? 0) : Math.ceil(jobs.length / options.chunk)
  const chunks = Chunks.balance(jobs, length, Math.min(wanted, most)).map((chunk) => chunk.map(({ id }) => id))
  const number = yield* Submission.make(directory)
  const script = Script.fill(
    options.template ?? Script.defaultTemplate,
    options.command(path.resolve(directory), number)
  )
  if (Result.isFailure(script)) {
    return yield* new RunDirectory.RunError({
      directory,
      given: "the template",
      rule: script.failure,
      advice: `begin with this one:\n${Script.defaultTemplate}`
    })
  }
  const content = { experiment: options.experiment, chunks, needs, processes: options.cpus ?? 1 }
  yield* Submission.write(directory, number, content, script.success)
  const folder = path.resolve(yield* Submission.folder(directory, number))
  const name = `rocflow-${path.basename(path.resolve(directory))}-${number}`
  const array = yield* Queue.submit(directory, [
    ...argumentsOf(options, needs, chunks.length, folder, name),
    path.join(folder, "script.sh")
  ]).pipe(
    Effect.tap((found) => Submission.writeArray(directory, number, found)),
    // An array that nobody remembers would be computed twice.
    Effect.uninterruptible
  )
  yield* Events.emit({ _tag: "Submitted", array, tasks: chunks.length, jobs: jobs.length })
  const submission: Submission.Submission = { ...content, number, array, ended: new Map() }
  return submission
})
