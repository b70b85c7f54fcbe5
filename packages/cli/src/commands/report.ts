/**
 * `rocflow report`: the report of a run, from the results so far.
 */
import * as Run from "@rocflow/resampling/Run"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { writeReport } from "@rocflow/report/fromRun"
import * as ReportProgress from "../terminal/reportProgress.ts"

interface Input {
  readonly directory: string
  readonly png: boolean
}

/** Writes the report of a run again. */
export const report = Effect.fn("report")(function* ({ directory, png }: Input) {
  const progress = ReportProgress.make()
  yield* progress.begin
  const run = yield* Run.read(directory)
  const { file, problems } = yield* writeReport(run, { onStep: progress.onStep, png }).pipe(
    Effect.ensuring(Effect.sync(progress.clear))
  )
  if (run.results.length < run.manifest.jobs.length) {
    yield* Console.error(`note: ${run.results.length} of ${run.manifest.jobs.length} jobs are finished`)
  }
  for (const problem of problems) yield* Console.error(`note: ${problem.message}`)
  yield* Console.log(file)
})
