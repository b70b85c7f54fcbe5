/**
 * `rocflow compare`: effects and p-values, of training on other and on all subsets, or of learners.
 */
import { toJson } from "@rocflow/core/Json"
import { oneTestSet } from "@rocflow/report/oneTestSet"
import * as Compare from "@rocflow/resampling/Compare"
import * as Run from "@rocflow/resampling/Run"
import * as Score from "@rocflow/resampling/Score"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { contrastTable, legend, type Named } from "../terminal/contrasts.ts"
import { shown } from "../terminal/measures.ts"
import { wrapped } from "../terminal/textWidth.ts"

interface Input {
  readonly directory: string
  readonly measure: Option.Option<string>
  readonly by: Option.Option<"training" | "learner">
  readonly json: boolean
}

/** Tests that make one table for each task and resampling. */
interface Panel {
  readonly title: string
  readonly tests: ReadonlyArray<Named & { readonly json: object }>
  readonly note?: string
}

const trainingPanel = (title: string, sizes: string, tests: ReadonlyArray<Compare.Test>, note?: string): Panel => ({
  title,
  tests: (["other", "all"] as const).flatMap((compare) =>
    tests
      .filter((test) => test.compare === compare)
      .map((test) => ({
        heading: `${test.testSubset}, ${compare} − same`,
        name: test.learner,
        test,
        json: { ...test, sizes }
      }))
  ),
  ...(note === undefined ? {} : { note })
})

/** The tests on full training sets and, where the run has downsampled ones, on sets of equal size. */
const training = Effect.fnUntraced(function* (rows: ReadonlyArray<Score.ScoreRow>, options: Compare.Options) {
  const full = trainingPanel("full training sets", "full", yield* Compare.pvalues(rows, options))
  const smallest = yield* Effect.option(Compare.downsampling(rows, options))
  return Option.match(smallest, {
    onNone: () => [full],
    onSome: ({ smallest: { tests } }) => [
      full,
      trainingPanel(
        "training sets of equal size",
        "equal",
        tests,
        "A difference that vanishes at equal size is an effect of the sample size; one that stays is one of the subsets."
      )
    ]
  })
})

/** Where learners are compared, unless the test rows are all rows of a fold. */
const placeOf = ({ testSubset, trainSubsets }: Compare.LearnerTest): string =>
  testSubset === "full" && trainSubsets === "same" ? "" : `${testSubset}, trained on ${trainSubsets}, `

const learnerPanel = (tests: ReadonlyArray<Compare.LearnerTest>): Panel => ({
  title: "learners",
  tests: (["same", "other", "all"] as const).flatMap((train) =>
    tests
      .filter(({ trainSubsets }) => trainSubsets === train)
      .map((test) => ({
        heading: `${placeOf(test)}against ${test.baseline}`,
        name: test.learner,
        test,
        json: test
      }))
  )
})

/** Tests training sets against training on the same subset, or learners against each other. */
export const compare = Effect.fn("compare")(function* ({ directory, measure, by, json }: Input) {
  const { manifest, rows } = yield* Run.scores(directory)
  const way = Option.getOrElse(by, () =>
    rows.some(({ trainSubsets }) => trainSubsets !== "same") ? ("training" as const) : ("learner" as const)
  )
  const baselines = Compare.baselines(manifest)
  const results = Effect.map(Run.read(directory), (run) => run.results)
  const shared = way === "training" ? undefined : yield* oneTestSet({ directory, manifest, rows, results })
  const panelsOf = (id: string) =>
    way === "training"
      ? training(rows, { measure: id, baselines })
      : Effect.map(
          Compare.learners(rows, { measure: id, baselines, ...(shared !== undefined && { oneTestSet: shared }) }),
          (tests) => [learnerPanel(tests)]
        )
  const fair = way === "training" ? manifest.measures : manifest.measures.filter(Compare.comparesLearners)
  const unfair = manifest.measures.filter((each) => !fair.includes(each))
  const asked = Option.match(measure, {
    onNone: () => (fair.length > 0 ? fair : unfair).map(({ id }) => id),
    onSome: (id) => [id]
  })
  const refused = unfair.find(({ id }) => asked.includes(id))
  if (refused !== undefined) {
    return yield* new Compare.CompareError({
      reason: "NothingToCompare",
      given: "a comparison of learners",
      rule: `cannot be made by ${refused.id}, which is in units of the scores of each learner`,
      advice: "Compare them by another measure, such as auc; --by training compares training sets of each learner."
    })
  }
  const found = yield* Effect.forEach(asked, (id) =>
    Effect.map(panelsOf(id), (panels) => ({ measure: manifest.measures.find((each) => each.id === id)!, panels }))
  )
  if (json) {
    const tests = found.flatMap(({ measure, panels }) =>
      panels.flatMap((panel) =>
        panel.tests.map(({ json, test }) => ({ ...json, verdict: Compare.verdict(test, measure.direction) }))
      )
    )
    return yield* Console.log(toJson(tests, 2))
  }
  const all = found.flatMap(({ panels }) => panels.flatMap(({ tests }) => tests.map(({ test }) => test)))
  const finished = rows.filter(({ status }) => status !== "open").length
  if (finished < rows.length) {
    const waiting = all.filter(({ open, p }) => open > 0 && typeof p !== "number").length
    yield* Console.log(
      `${finished} of ${rows.length} jobs are finished; ${waiting} of ${all.length} differences cannot be tested yet.\n`
    )
  }
  const cells = Score.aggregate(rows)
  for (const { measure, panels } of found) {
    for (const { note, tests, title } of panels) {
      for (const own of Map.groupBy(tests, ({ test }) => toJson([test.task, test.resampling])).values()) {
        const { task, resampling } = own[0]!.test
        const described = shown(
          measure,
          cells.filter((cell) => cell.task === task && cell.resampling === resampling)
        )
        yield* Console.log(wrapped(`${described.title} – ${task}, ${resampling}, ${title}`))
        yield* Console.log(`\n${contrastTable(own, described)}\n`)
      }
      if (note !== undefined) yield* Console.log(`${wrapped(note)}\n`)
    }
  }
  const left = Option.isNone(measure) ? Compare.unitRemark(unfair) : []
  for (const remark of [legend, ...Compare.remarks(all, { baselines }), ...left]) yield* Console.log(wrapped(remark))
})
