/**
 * `rocflow compare`: effects and p-values of training on other and on all subsets.
 */
import * as Compare from "@rocflow/resampling/Compare"
import * as Run from "@rocflow/resampling/Run"
import * as Score from "@rocflow/resampling/Score"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { toJson } from "@rocflow/core/Json"
import { textTable } from "../terminal/textTable.ts"

interface Input {
  readonly directory: string
  readonly measure: Option.Option<string>
  readonly json: boolean
}

const figure = (value: unknown, digits: number): string => (typeof value === "number" ? value.toFixed(digits) : "–")

const tableOf = (tests: ReadonlyArray<Compare.Test>): string =>
  textTable(
    [
      { title: "task" },
      { title: "learner" },
      { title: "test subset" },
      { title: "comparison" },
      { title: "same", align: "right" },
      { title: "compared", align: "right" },
      { title: "difference", align: "right" },
      { title: "pairs", align: "right" },
      { title: "p paired", align: "right" },
      { title: "p corrected", align: "right" },
      { title: "p Holm", align: "right" },
      { title: "p Welch", align: "right" }
    ],
    tests.map((test) => [
      test.task,
      test.learner,
      test.testSubset,
      `${test.compare} − same`,
      figure(test.sameMean, 4),
      figure(test.compareMean, 4),
      figure(test.meanDiff, 4),
      String(test.pairs),
      Compare.pText(test.pPaired),
      Compare.pText(test.pCorrected),
      Compare.pText(test.pCorrectedHolm),
      Compare.pText(test.pWelch)
    ])
  )

/** The tests on full training sets and, where the run has downsampled ones, on sets of equal size. */
const panels = Effect.fnUntraced(function* (rows: ReadonlyArray<Score.ScoreRow>, measure: string) {
  const full = yield* Compare.pvalues(rows, { measure })
  const { smallest } = yield* Compare.downsampling(rows, { measure }).pipe(
    Effect.orElseSucceed(() => ({ smallest: { tests: [] as ReadonlyArray<Compare.Test> } }))
  )
  return { full, equalSize: smallest.tests }
})

/** Tests training on other and on all subsets against training on the same. */
export const compare = Effect.fn("compare")(function* ({ directory, measure, json }: Input) {
  const { manifest, results } = yield* Run.read(directory)
  const rows = Score.table(results)
  const measures = Option.match(measure, {
    onNone: () => manifest.measures.map(({ id }) => id),
    onSome: (id) => [id]
  })
  const found = yield* Effect.forEach(measures, (id) => panels(rows, id))
  if (json) {
    const tests = found.flatMap(({ full, equalSize }) => [
      ...full.map((test) => ({ ...test, sizes: "full" })),
      ...equalSize.map((test) => ({ ...test, sizes: "equal" }))
    ])
    return yield* Console.log(toJson(tests, 2))
  }
  for (const [i, { full, equalSize }] of found.entries()) {
    yield* Console.log(`${measures[i]}, full training sets\n\n${tableOf(full)}\n`)
    if (equalSize.length === 0) continue
    yield* Console.log(`${measures[i]}, training sets of equal size\n\n${tableOf(equalSize)}\n`)
    yield* Console.log(
      "A difference that vanishes at equal size is an effect of the sample size; one that stays is one of the subsets.\n"
    )
  }
  yield* Console.log(Compare.caution)
  if (results.length < manifest.jobs.length) {
    yield* Console.error(`note: ${results.length} of ${manifest.jobs.length} jobs are finished`)
  }
})
