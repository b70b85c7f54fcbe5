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

/** Both as `Compare.learners` wants them: a test, or why there is none. */
const outcomeOf = (test: DeLong.Test | Roc.Undefined): ReturnType<Compare.OneTestSet> => {
  if (!Roc.isUndefined(test)) return { p: test.pValue, lower: test.lower, upper: test.upper }
  const none = { notTestable: test.reason }
  return { p: none, lower: none, upper: none }
}

/**
 * Reads the predictions of jobs whose learners share a single test set, and makes from them what `Compare.learners` asks
 * for: DeLong's test of the AUC, with its interval at `level` (0.95 by default).
 *
 * ```ts
 * const tests = yield* Compare.learners(Score.planned(run), { measure: "auc", oneTestSet: yield* oneTestSet(run) })
 * ```
 *
 * @see DeLong, DeLong and Clarke-Pearson, Biometrics 44(3), 1988
 */
export const oneTestSet = Effect.fnUntraced(function* (
  { directory, manifest, results }: Finished,
  options: { readonly level?: number } = {}
) {
  const binary = Predictions.binaryTasks(manifest)
  const full = results.filter(({ job }) => job.nTrainGroups === job.groups && binary.has(job.task))
  const cells = Map.groupBy(full, ({ job }) =>
    JSON.stringify([job.task, job.resampling, job.testSubset, job.trainSubsets])
  )
  const single = [...cells.values()].filter((cell) => new Set(cell.map(({ job }) => job.iteration)).size === 1)
  const scores = new Map(
    yield* Effect.forEach(single.flat(), (result) =>
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
