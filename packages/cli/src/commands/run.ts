/**
 * `rocflow run`: the main job.
 */
import * as Note from "@rocflow/core/data/Note"
import * as Duration from "@rocflow/core/Duration"
import * as Engine from "@rocflow/core/engine/Engine"
import * as Auto from "@rocflow/core/engine/Auto"
import * as Events from "@rocflow/core/learning/Events"
import * as Executor from "@rocflow/resampling/Executor"
import * as Notes from "@rocflow/resampling/Notes"
import * as Pooled from "@rocflow/resampling/Pooled"
import { shellWord } from "@rocflow/resampling/shellWord"
import * as Run from "@rocflow/resampling/Run"
import * as Score from "@rocflow/resampling/Score"
import * as Clock from "effect/Clock"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Path from "effect/Path"
import * as Runtime from "effect/Runtime"
import * as Schema from "effect/Schema"
import { toJson } from "@rocflow/core/Json"
import { runsFolder } from "../runsFolder.ts"
import { counted } from "../terminal/counted.ts"
import { fileName } from "../fileName.ts"
import * as Progress from "../terminal/progress.ts"
import * as ReportProgress from "../terminal/reportProgress.ts"
import { pooledTable } from "../terminal/pooledTable.ts"
import { summary } from "../terminal/summary.ts"
import { versions } from "../versions.ts"
import { choose, type Flags } from "./executor.ts"
import { checkEngines, plan } from "./plan.ts"

/** Some jobs failed; everything else is done and in the run's directory. @category errors */
export class JobsFailed extends Schema.TaggedError<JobsFailed>()("JobsFailed", {
  failed: Schema.Int,
  jobs: Schema.Int,
  first: Schema.String,
  file: Schema.String,
  directory: Schema.String
}) {
  override readonly [Runtime.errorExitCode] = 2
  override get message(): string {
    return `${this.failed} of ${this.jobs} jobs failed, the first with: ${this.first}\nThe scores of the others are in ${this.directory}; if the cause lies in the experiment, mend it and run it: that is a new run. If it lies outside (memory, a time limit), \`rocflow run ${shellWord(this.file)} --out ${shellWord(this.directory)} --retry-failed\` runs the failed jobs again.`
  }
}

interface Input extends Flags {
  readonly file: string
  readonly out: Option.Option<string>
  readonly retryFailed: boolean
  readonly reuse: ReadonlyArray<string>
  readonly json: boolean
}

/** Programs are told of the run and its jobs; what happens in a training stands in the results. */
const printRun = (event: Events.Event): Effect.Effect<void> =>
  event._tag === "RunBegun" ||
  event._tag === "JobBegun" ||
  event._tag === "JobEnded" ||
  event._tag === "Submitted" ||
  event._tag === "QueueSeen" ||
  event._tag === "WorkersAwaited" ||
  event._tag === "JobsQueued" ||
  event._tag === "QueueTrouble"
    ? Console.log(toJson(event))
    : Effect.void

/** Runs an experiment, or goes on with it, and writes its report. */
export const run = Effect.fn("run")(function* ({ file, out, retryFailed, reuse, json, ...flags }: Input) {
  const path = yield* Path.Path
  const started = yield* Duration.now
  const date = new Date(yield* Clock.currentTimeMillis).toISOString()
  const planned = yield* plan(file)
  const { loaded, design } = planned
  const { goesOn, layer: executor } = yield* choose(loaded, flags)
  for (const warning of design.warnings) yield* Console.error(`note: ${warning}`)
  const directory = Option.getOrElse(out, () =>
    path.join(runsFolder, `${fileName(loaded.name)}-${design.hash.slice(0, 8)}`)
  )
  const progress = Progress.make()

  const outcome = yield* Effect.gen(function* () {
    const engines = yield* Engine.Engines
    yield* checkEngines(planned)
    const { name: executorName } = yield* Executor.Executor
    return yield* Run.start(design, directory, {
      experiment: loaded.experiment,
      models: loaded.experiment.models ?? false,
      retryFailed,
      reuse,
      provenance: {
        ...versions,
        name: loaded.name,
        engine: Engine.names(engines),
        executor: executorName,
        started: date,
        command: `rocflow run ${file}`,
        // Beside the run, so that both may move.
        experiment: path.relative(directory, file)
      }
    })
  }).pipe(
    Effect.provideService(Events.Sink, json ? printRun : progress.listen),
    Effect.provide(Layer.mergeAll(Auto.layer(), executor)),
    Effect.ensuring(Effect.sync(progress.clear)),
    Effect.onInterrupt(() =>
      Console.error(`stopped; finished jobs are kept in ${directory}, and the same command goes on from there${goesOn}`)
    )
  )

  if (reuse.length > 0) {
    const others = reuse.length === 1 ? reuse[0]! : `${reuse.length} other runs`
    yield* Console.error(
      outcome.reused === 0
        ? `note: no job of this run was taken over from ${others}: it has none that is missing here (data, roles, learner, split and seed must be the same).`
        : `note: ${outcome.reused} jobs were taken over from ${others}.`
    )
  }
  const rows = Score.table(outcome.results)
  const notes = Notes.ofJobs(outcome.results).map(Note.message)
  const pooled = yield* Pooled.measure(outcome, design.pooled)
  if (design.pooled.length > 0) yield* Pooled.write(directory, pooled)
  const writing = ReportProgress.make()
  if (!json) yield* writing.begin
  // Loaded when it is wanted: jobs need not wait for it.
  const { writeReport } = yield* Effect.promise(() => import("@rocflow/report/fromRun"))
  const { file: report, problems } = yield* writeReport(outcome, json ? {} : { onStep: writing.onStep }).pipe(
    Effect.ensuring(Effect.sync(writing.clear))
  )
  const seconds = (yield* Duration.now) - started
  if (json) {
    yield* Console.log(
      toJson({
        _tag: "Finished",
        directory,
        report,
        skipped: outcome.skipped,
        notes: [...design.warnings, ...notes],
        scores: rows,
        pooled
      })
    )
  } else {
    yield* Console.log(`\n${yield* summary(outcome)}\n`)
    if (pooled.length > 0) yield* Console.log(`${pooledTable(pooled)}\n`)
    const repeated = outcome.skipped === 0 ? "" : `, ${outcome.skipped} of them finished before`
    yield* Console.log(`${counted(rows.length, "job")}${repeated}, ${Duration.toText(seconds)}\nreport: ${report}`)
  }
  for (const note of notes) yield* Console.error(`note: ${note}`)
  for (const problem of problems) yield* Console.error(`note: ${problem.message}`)
  const failed = outcome.results.filter(({ status }) => status === "failed")
  if (failed.length > 0) {
    return yield* new JobsFailed({
      failed: failed.length,
      jobs: rows.length,
      first: failed[0]!.error?.message ?? "",
      file,
      directory
    })
  }
})
