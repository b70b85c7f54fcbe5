/**
 * What a run says, in words: a paragraph or two for each task, on its main measure.
 */
import * as Compare from "@rocflow/resampling/Compare"
import { integer, type Numbers, numbersFor } from "../Numbers.ts"
import type {
  AggregatedRow,
  ComparisonRow,
  LearnerComparisonRow,
  MeasureSummary,
  ReportModel,
  TaskSummary,
  TrainSubsets
} from "../ReportModel.ts"
import { escapeHtml } from "./escape.ts"
import { axesOf, baselinesOf, differencesOf, distinct, goal, scoresOf, spreadsOf, visible } from "./select.ts"

const strong = (name: string): string => `<strong>${escapeHtml(visible(name))}</strong>`

/** Writes names as people do: a, b and c. */
const listed = (names: ReadonlyArray<string>): string =>
  names.length <= 1 ? (names[0] ?? "") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`

const meanOf = (values: ReadonlyArray<number>): number => values.reduce((sum, value) => sum + value, 0) / values.length

/** The learner of the best mean over test subsets, with it; the first one where no way is better, or several are as good. */
const bestOf = (rows: ReadonlyArray<AggregatedRow>, learners: ReadonlyArray<string>, { direction }: MeasureSummary) => {
  const means = learners.flatMap((learner) => {
    const own = rows.flatMap((row) => (row.learner === learner && row.mean !== null ? [row.mean] : []))
    return own.length === 0 ? [] : [{ learner, mean: meanOf(own) }]
  })
  if (direction === undefined) return means[0]
  const sign = direction === "maximise" ? 1 : -1
  // Equal scores in another order may differ in the last digit of their sum.
  const isBetter = (a: number, b: number) => sign * (a - b) > 1e-12 * Math.max(Math.abs(a), Math.abs(b))
  return means.reduce<(typeof means)[number] | undefined>(
    (best, each) => (best === undefined || isBetter(each.mean, best.mean) ? each : best),
    undefined
  )
}

/** How large a difference is, and within which interval; of several subsets from where to where. */
const effect = (rows: ReadonlyArray<ComparisonRow>, { label }: MeasureSummary, numbers: Numbers): string => {
  const found = rows.flatMap(({ meanDiff }) => (meanDiff === null ? [] : [meanDiff]))
  if (found.length === 0) return ""
  const [{ lower, upper }] = rows as readonly [ComparisonRow]
  const words =
    rows.length === 1
      ? `${numbers.difference(found[0]!)}${lower === null ? "" : `, 95 % interval ${numbers.interval(lower, upper)}`}`
      : `differences of the ${found.length} subsets from ${numbers.difference(Math.min(...found))} to ${numbers.difference(Math.max(...found))}`
  return ` (${escapeHtml(label)} ${words})`
}

const phrases: Readonly<Record<ComparisonRow["compare"], Readonly<Record<ComparisonRow["verdict"], string>>>> = {
  other: {
    better: "models that were trained on the other subsets alone are better than those trained on the same one",
    worse: "models that were trained on the other subsets alone are worse than those trained on the same one",
    higher: "models that were trained on the other subsets alone give higher values",
    lower: "models that were trained on the other subsets alone give lower values",
    "no difference shown": "no difference is shown between training on the other subsets and on the same one",
    "not testable": "training on the other subsets cannot be tested against the same one"
  },
  all: {
    better: "adding the other subsets to the own data helps",
    worse: "adding the other subsets to the own data harms",
    higher: "adding the other subsets to the own data gives higher values",
    lower: "adding the other subsets to the own data gives lower values",
    "no difference shown": "no difference is shown by adding the other subsets to the own data",
    "not testable": "adding the other subsets to the own data cannot be tested"
  }
}

/** What is said of test subsets that have the same verdicts. */
const sentenceOf = (
  subsets: ReadonlyArray<string>,
  all: number,
  rows: ReadonlyArray<ComparisonRow>,
  measure: MeasureSummary,
  numbers: Numbers
): string => {
  const clauses = (["other", "all"] as const).flatMap((compare) => {
    const own = rows.filter((row) => row.compare === compare)
    const [first] = own
    if (first === undefined) return []
    const why = distinct(own.flatMap(({ notTestable }) => notTestable ?? []))
    const because = why.length === 0 ? "" : `: ${escapeHtml(listed(why))}`
    return [phrases[compare][first.verdict] + (because === "" ? effect(own, measure, numbers) : because)]
  })
  const named = subsets.length === all && all > 2 ? `all ${all} test subsets` : listed(subsets.map(strong))
  return `For ${named}, ${clauses.join(", and ")}.`
}

/** All verdicts, those that say most first. */
const outcomes = ["better", "worse", "higher", "lower", "no difference shown", "not testable"] as const

/** The sentences on training sets, of one learner: test subsets with the same verdicts stand together. */
const bySubsets = (
  rows: ReadonlyArray<ComparisonRow>,
  order: ReadonlyArray<string>,
  measure: MeasureSummary,
  numbers: Numbers
) => {
  const verdicts = (subset: string) =>
    (["other", "all"] as const)
      .map((compare) => rows.find((row) => row.testSubset === subset && row.compare === compare)?.verdict ?? "")
      .join()
  const present = order.filter((subset) => rows.some(({ testSubset }) => testSubset === subset))
  const weight = (subset: string): number =>
    Math.min(
      ...verdicts(subset)
        .split(",")
        .map((verdict) => (outcomes as ReadonlyArray<string>).indexOf(verdict))
    )
  // What was found comes before what was not.
  const groups = [...Map.groupBy(present, verdicts).values()].toSorted((a, b) => weight(a[0]!) - weight(b[0]!))
  return groups.map((subsets) =>
    sentenceOf(
      subsets,
      present.length,
      rows.filter(({ testSubset }) => subsets.includes(testSubset)),
      measure,
      numbers
    )
  )
}

/** How the verdicts of all learners are spread: where the best one stands alone, a reader must know. */
const spread = (rows: ReadonlyArray<ComparisonRow>, compare: ComparisonRow["compare"]): string => {
  const own = rows.filter((row) => row.compare === compare)
  const counts = outcomes.flatMap((verdict) => {
    const count = own.filter((row) => row.verdict === verdict).length
    return count === 0 ? [] : [`${count} ${verdict}`]
  })
  return counts.length === 0 ? "" : `${compare} against same: ${counts.join(", ")}`
}

/** The best learner against each of the others: whom it beats, and of whom no difference is shown. */
const learnersSentence = (
  rows: ReadonlyArray<LearnerComparisonRow>,
  best: string,
  { label }: MeasureSummary,
  numbers: Numbers
): string => {
  const own = rows.filter(({ baseline, learner }) => learner === best || baseline === best)
  const against = own.map((row) => {
    const turned = row.baseline === best
    const sign = turned ? -1 : 1
    const flip: Partial<Record<LearnerComparisonRow["verdict"], LearnerComparisonRow["verdict"]>> = {
      better: "worse",
      worse: "better",
      higher: "lower",
      lower: "higher"
    }
    const [low, high] = turned ? [row.upper, row.lower] : [row.lower, row.upper]
    return {
      name: turned ? row.learner : row.baseline,
      verdict: turned ? (flip[row.verdict] ?? row.verdict) : row.verdict,
      text:
        row.meanDiff === null
          ? ""
          : `${numbers.difference(sign * row.meanDiff)}${low === null || high === null ? "" : `, 95 % interval ${numbers.interval(sign * low, sign * high)}`}`
    }
  })
  const parts = outcomes.flatMap((verdict) => {
    const found = against.filter((each) => each.verdict === verdict)
    if (found.length === 0) return []
    const names = listed(
      found.map(
        ({ name, text }) =>
          strong(name) + (verdict === "not testable" || text === "" ? "" : ` (${escapeHtml(label)} ${text})`)
      )
    )
    switch (verdict) {
      case "no difference shown":
        return [`no difference is shown from ${names}`]
      case "not testable":
        return [`it cannot be tested against ${names}`]
      default:
        return [`it is ${verdict} than ${names}`]
    }
  })
  return parts.length === 0 ? "" : ` Against the other learners, ${parts.join("; ")}.`
}

const leavesOut0 = ({ lower, upper, verdict }: ComparisonRow | LearnerComparisonRow): boolean =>
  verdict === "no difference shown" && lower !== null && upper !== null && lower * upper > 0

const meaning = (test: string, rows: ReadonlyArray<ComparisonRow | LearnerComparisonRow>): string =>
  `“Better” and “worse” mean that P of the ${test} is below 0.05 after Holm's adjustment for the number of tests. “No difference is ` +
  "shown” does not mean that there is none: the 95 % interval, which is of each difference by itself, says how large it may be." +
  (rows.some(leavesOut0)
    ? " Where an interval leaves out 0 and no difference is shown all the same, that is because of the number of tests."
    : "")

const paragraph = (text: string, className = ""): string =>
  text === "" ? "" : `<p${className === "" ? "" : ` class="${className}"`}>${text}</p>`

/** Gives a text, and an empty one where it was given before: what holds of several tasks is said once. */
export type Once = (text: string) => string

/** Writes what is known of a task as paragraphs of HTML. */
export const answersHtml = (model: ReportModel, task: TaskSummary, once: Once): string => {
  const measure = model.measures.find(Compare.comparesLearners) ?? model.measures[0]
  const rows = measure === undefined ? [] : scoresOf(model, task.id, measure.id).filter(({ full }) => full)
  if (measure === undefined || rows.length === 0) return paragraph("No score is there yet.")
  const { learners, testSubsets } = axesOf(model, task.id, rows)
  const numbers = numbersFor(measure.format, spreadsOf(rows))
  const baselines = baselinesOf(model)
  const isLearning = ({ learner }: ComparisonRow) => !baselines.has(learner)
  const ofTask = model.comparisons.rows.filter((row) => row.task === task.id && row.measure === measure.id)
  const comparisons = ofTask.some(isLearning) ? ofTask.filter(isLearning) : ofTask
  const soak = rows.some(({ trainSubsets }) => trainSubsets !== "same")
  const base: TrainSubsets = rows.some(({ trainSubsets }) => trainSubsets === "same") ? "same" : "all"
  const own = rows.filter(({ trainSubsets }) => trainSubsets === base)
  const best = bestOf(own, learners, measure)
  const folds = Math.max(...rows.map(({ n, undefinedCount }) => n + undefinedCount))
  const pairs = model.learnerComparisons.rows.filter(
    (row) => row.task === task.id && row.measure === measure.id && row.trainSubsets === base
  )
  const overall = pairs.some((row) => row.overall) ? pairs.filter((row) => row.overall) : pairs
  const sample = `${integer(task.rows)} rows${testSubsets.length > 1 ? ` in ${testSubsets.length} subsets` : ""}`
  const where = soak
    ? `over the test subsets, trained on the ${base === "same" ? "same subset" : "rows of all subsets"}`
    : `over ${folds} test sets`
  const first =
    best === undefined
      ? `No learner has a score by ${escapeHtml(measure.label)} on ${strong(task.id)} (${sample}).`
      : learners.length === 1
        ? `On ${strong(task.id)} (${sample}), ${strong(best.learner)} has a mean ${escapeHtml(measure.label)} of ${numbers.value(best.mean)} ${where}${goal(measure)}.`
        : `On ${strong(task.id)} (${sample}), ${strong(best.learner)} ${measure.direction === undefined ? "has a" : "has the best"} mean ${escapeHtml(measure.label)} of ${learners.length} learners: ${numbers.value(best.mean)} ${where}${goal(measure)}.`
  const differences = differencesOf(measure, [...comparisons, ...overall])
  const compared = best === undefined ? "" : learnersSentence(overall, best.learner, measure, differences)
  const ofBest = best === undefined ? [] : comparisons.filter(({ learner }) => learner === best.learner)
  const spreads = (["other", "all"] as const)
    .map((compare) => spread(comparisons, compare))
    .filter((text) => text !== "")
  return [
    ...(comparisons.length === 0
      ? []
      : [
          paragraph(
            `${best === undefined ? "" : `With ${strong(best.learner)}: `}${bySubsets(ofBest, testSubsets, measure, differences).join(" ")}`,
            "answer"
          )
        ]),
    paragraph(first + compared, comparisons.length === 0 ? "answer" : ""),
    ...(learners.length > 1 && spreads.length > 0 && comparisons.some(({ p }) => p !== null)
      ? [paragraph(`Of the ${comparisons.length} tests of all learners and subsets — ${spreads.join("; ")}.`)]
      : []),
    ...Compare.powerRemark([...comparisons, ...overall]).map((remark) =>
      paragraph(remark.replace(/^[^:]*:/, "<strong>$&</strong>"))
    ),
    ...([...comparisons, ...overall].every(({ p }) => p === null)
      ? []
      : [once(paragraph(meaning(testName(model, task, folds), [...comparisons, ...overall]), "quiet"))])
  ].join("\n")
}

/** Which test it is, and of how many folds. */
const testName = (model: ReportModel, task: TaskSummary, folds: number): string => {
  const deLong =
    [...model.comparisons.remarks, ...model.learnerComparisons.remarks].some((text) => text.includes("DeLong")) &&
    folds === 1
  return deLong ? `DeLong's test of ${task.id}'s test rows` : `corrected resampled t-test over ${folds} folds`
}
