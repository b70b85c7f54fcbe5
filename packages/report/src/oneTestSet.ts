/**
 * DeLong's test for learners that share a single test set: from the predictions of a run, for `Compare.learners`.
 */
import * as DeLong from "@rocflow/losses/DeLong"
import * as Roc from "@rocflow/losses/Roc"
import type * as Compare from "@rocflow/resampling/Compare"
import type * as Job from "@rocflow/resampling/Job"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Finished } from "./Finished.ts"
import * as Predictions from "./internal/predictions.ts"

type Split = typeof Job.Columns.Type

const keyOf = ({ iteration, learner, resampling, task }: Split): string =>
  JSON.stringify([task, resampling, iteration, learner])

/** What tells test sets apart that learners may share: those of full training sets. */
const cellOf = ({ groups, nTrainGroups, resampling, task, testSubset, trainSubsets }: Split): string =>
  JSON.stringify([task, resampling, testSubset, trainSubsets, nTrainGroups === groups])

/** Both as `Compare.learners` wants them: a test, or why there is none. */
const outcomeOf = (test: DeLong.Test | Roc.Undefined): ReturnType<Compare.OneTestSet> => {
  if (!Roc.isUndefined(test)) return { p: test.pValue, lower: test.lower, upper: test.upper }
  const none = { notTestable: test.reason }
  return { p: none, lower: none, upper: none }
}

/**
 * Reads the predictions of jobs whose learners share a single test set, and makes from them what `Compare.learners` asks
 * for: DeLong's test of the AUC, with its interval at `level` (0.95 by default). `rows` are the score table of the design; the
 * results are asked for only if there is such a test set.
 *
 * ```ts
 * const { manifest, rows } = yield* Run.scores(directory)
 * const results = Effect.map(Run.read(directory), (run) => run.results)
 * const shared = yield* oneTestSet({ directory, manifest, rows, results })
 * const tests = yield* Compare.learners(rows, { measure: "auc", oneTestSet: shared })
 * ```
 *
 * @see DeLong, DeLong and Clarke-Pearson, Biometrics 44(3), 1988
 */
export const oneTestSet = Effect.fnUntraced(function* <E, R>(
  run: Pick<Finished, "directory" | "manifest"> & {
    readonly rows: ReadonlyArray<Split>
    readonly results: Effect.Effect<Finished["results"], E, R>
  },
  options: { readonly level?: number } = {}
) {
  const { directory } = run
  const binary = Predictions.binaryTasks(run.manifest)
  const iterations = new Map<string, Set<number>>()
  for (const row of run.rows) {
    const key = cellOf(row)
    const own = iterations.get(key) ?? new Set()
    iterations.set(key, own.add(row.iteration))
  }
  const isSingle = (job: Split) =>
    job.nTrainGroups === job.groups && binary.has(job.task) && iterations.get(cellOf(job))?.size === 1
  const results = run.rows.some(isSingle) ? yield* run.results : []
  const single = results.filter(({ job }) => isSingle(job))
  const scores = new Map(
    yield* Effect.forEach(single, (result) =>
      Effect.map(
        Predictions.read(directory, result, binary.get(result.job.task)!),
        (found) => [keyOf(result.job), Option.getOrUndefined(found)] as const
      )
    )
  )
  const test: Compare.OneTestSet = (measure, baseline, compare) => {
    const [a, b] = [scores.get(keyOf(compare)), scores.get(keyOf(baseline))]
    if (measure !== "auc" || a === undefined || b === undefined) return undefined
    return Effect.runSync(
      Effect.match(DeLong.test(a, b, options), { onFailure: () => undefined, onSuccess: outcomeOf })
    )
  }
  return test
})
