/**
 * `rocflow test`: whether everything in an experiment works, on few rows and for few epochs.
 */
import * as Auto from "@rocflow/core/engine/Auto"
import { toJson } from "@rocflow/core/Json"
import * as Events from "@rocflow/core/learning/Events"
import { byTrainSubsets } from "@rocflow/report/ReportModel"
import * as Executor from "@rocflow/resampling/Executor"
import type * as Job from "@rocflow/resampling/Job"
import * as Run from "@rocflow/resampling/Run"
import * as Smoke from "@rocflow/resampling/Smoke"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Progress from "../terminal/progress.ts"
import { textTable } from "../terminal/textTable.ts"
import { wrapped } from "../terminal/textWidth.ts"
import { checkEngines, plan } from "./plan.ts"

/** Some jobs of a smoke test failed. @category errors */
export class TestFailed extends Schema.TaggedError<TestFailed>()("TestFailed", {
  failed: Schema.Int,
  jobs: Schema.Int,
  kept: Schema.optionalKey(Schema.String)
}) {
  override get message(): string {
    const jobs = `${this.failed} of ${this.jobs} jobs failed`
    return this.kept === undefined
      ? `${jobs}; \`--keep\` keeps their files`
      : `${jobs}; their files are in ${this.kept}`
  }
}

interface Input {
  readonly file: string
  readonly keep: boolean
  readonly json: boolean
}

/** Measures without a value in jobs that are in order: not an error, and probably not meant. */
const withoutValue = (results: ReadonlyArray<Job.Result>): ReadonlyArray<string> => {
  const found = results
    .filter(({ status }) => status === "ok")
    .flatMap(({ job, scores }) =>
      Object.entries(scores).flatMap(([id, score]) =>
        typeof score === "number" ? [] : [`measure "${id}" has no value on task "${job.task}": ${score.reason}`]
      )
    )
  return [...new Set(found)]
}

/** A row for each job, and below the errors, each once, with the jobs that have it. */
const report = (results: ReadonlyArray<Job.Result>, severalResamplings: boolean): string => {
  const table = textTable(
    [
      { title: "task", key: true },
      { title: "learner", key: true },
      ...(severalResamplings ? [{ title: "resampling", key: true }] : []),
      { title: "test subset", key: true },
      { title: "trained on", key: true },
      { title: "rows", align: "right" },
      { title: "", align: "left" }
    ],
    results
      .toSorted((a, b) => byTrainSubsets(a.job, b.job))
      .map(({ job, seconds, status }) => [
        job.task,
        job.learner,
        ...(severalResamplings ? [job.resampling] : []),
        job.testSubset,
        job.trainSubsets,
        String(job.trainRows),
        status === "ok" ? `ok, ${seconds.toFixed(2)} s` : "failed"
      ])
  )
  const failed = results.filter(({ status }) => status === "failed")
  const errors = Map.groupBy(failed, ({ error, job }) => toJson([job.task, job.learner, error?.message]))
  const texts = Array.from(errors.values(), (own) => {
    const { error, job } = own[0]!
    const sets = own.map(({ job }) =>
      job.testSubset === "full" ? job.trainSubsets : `${job.trainSubsets} (tests ${job.testSubset})`
    )
    return wrapped(
      `learner "${job.learner}" on task "${job.task}", trained on ${[...new Set(sets)].join(", ")}: ${error?.message ?? ""}`
    )
  })
  return [table, ...texts].join("\n\n")
}

/** Executes the jobs of the smoke test, in a directory that is gone afterwards, unless it is to be kept where one fails. */
export const test = Effect.fn("test")(function* ({ file, json, keep }: Input) {
  const fs = yield* FileSystem.FileSystem
  const planned = yield* plan(file)
  const { loaded, design } = planned
  for (const warning of design.warnings) yield* Console.error(`note: ${warning}`)
  const small = yield* Effect.fromResult(
    Smoke.design(design, { brief: (learner) => Smoke.brief(learner, loaded.registry) })
  )
  const directory = yield* fs.makeTempDirectory({ prefix: "rocflow-test-" })
  const remove = fs.remove(directory, { recursive: true })
  const progress = Progress.make()
  const { results } = yield* Effect.gen(function* () {
    yield* checkEngines(planned)
    return yield* Run.start(small, directory, { models: loaded.experiment.models ?? false })
  }).pipe(
    Effect.provideService(Events.Sink, progress.listen),
    Effect.provide(Layer.mergeAll(Auto.layer(), Executor.inProcess)),
    Effect.ensuring(Effect.sync(progress.clear)),
    Effect.onError(() => Effect.ignore(remove))
  )
  const failed = results.filter(({ status }) => status === "failed").length
  const kept = keep && failed > 0
  if (!kept) yield* remove
  if (json) {
    const rows = results.map(({ error, job, scores, seconds, status }) => ({
      ...job,
      status,
      seconds,
      scores,
      ...(error !== undefined && { error })
    }))
    yield* Console.log(toJson(rows, 2))
  } else {
    yield* Console.log(
      report(
        results,
        small.plan.some(({ resampling }) => resampling !== small.plan[0]?.resampling)
      )
    )
  }
  for (const note of withoutValue(results)) yield* Console.error(`note: ${note}`)
  if (failed > 0) {
    return yield* new TestFailed({ failed, jobs: results.length, ...(kept && { kept: directory }) })
  }
  if (!json) yield* Console.log(`\n${results.length} jobs are in order`)
})
