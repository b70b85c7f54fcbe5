/**
 * The verdicts at a glance: for each learner a small table, test subsets by what was trained on instead of the same subset.
 */
import { attributes } from "../draw/of.ts"
import { around, place } from "../draw/scale.ts"
import { symbol } from "../draw/symbol.ts"
import { integer } from "../Numbers.ts"
import type { ComparisonRow, MeasureSummary, ReportModel } from "../ReportModel.ts"
import { ink } from "../theme.ts"
import { escapeHtml } from "./escape.ts"
import type { Once } from "./answers.ts"
import { axesOf, baselinesOf, differencesOf, goal, scoresOf, visible } from "./select.ts"
import { pText, sign, tone } from "./verdict.ts"

const colours = { better: "#009e73", worse: "#d55e00", quiet: ink.muted } as const
const shapes = { better: "up", worse: "down", quiet: "circle" } as const
const columns = ["other", "all"] as const

const percent = (share: number): string => `${Math.round(share * 10000) / 100}%`

/** The interval of a difference about 0, as wide as its cell. */
const interval = ({ lower, meanDiff, upper, ...row }: ComparisonRow, domain: readonly [number, number]): string => {
  if (meanDiff === null) return ""
  const at = (x: number) => percent(place({ title: "", domain }, x))
  const colour = colours[tone(row)]
  const segment =
    lower === null || upper === null
      ? ""
      : `<line x1="${at(lower)}" x2="${at(upper)}" y1="7" y2="7" stroke="${colour}" stroke-width="2"/>`
  return (
    `<svg width="100%" height="14" aria-hidden="true"><line x1="${at(0)}" x2="${at(0)}" y1="0" y2="14" stroke="${ink.faint}"/>${segment}` +
    `<svg x="${at(meanDiff)}" y="7" width="1" height="1" overflow="visible"><path d="${symbol(shapes[tone(row)], 4)}" fill="${colour}"/></svg></svg>`
  )
}

/** Writes the verdicts of a task by a measure; empty where no training sets are compared. */
export const matrixHtml = (model: ReportModel, task: string, measure: MeasureSummary, once: Once): string => {
  const all = model.comparisons.rows.filter((row) => row.task === task && row.measure === measure.id)
  const baselines = baselinesOf(model)
  const others = all.filter(({ learner }) => !baselines.has(learner))
  // What it is trained on hardly matters to a learner that ignores the features; its tests stand in the table.
  const rows = others.length > 0 ? others : all
  if (rows.every(({ p }) => p === null)) return ""
  const scores = scoresOf(model, task, measure.id).filter(({ full }) => full)
  const numbers = differencesOf(measure, rows, scores)
  const { learners, testSubsets } = axesOf(
    model,
    task,
    rows.map((row) => ({ ...row, trainSubsets: row.compare }))
  )
  const domain = around([
    0,
    ...rows.flatMap(({ lower, meanDiff, upper }) => [lower, meanDiff, upper].filter((x) => x !== null))
  ])
  const cell = (row: ComparisonRow | undefined): string => {
    if (row === undefined) return "<td></td>"
    const trained = scores.find(
      ({ learner, testSubset, trainSubsets }) =>
        learner === row.learner && testSubset === row.testSubset && trainSubsets === row.compare
    )
    const size = trained === undefined ? "" : `<span class="n">${integer(trained.trainRows)} train</span>`
    if (row.verdict === "not testable") {
      return `<td class="verdict quiet" title="${escapeHtml(row.notTestable ?? "")}">– not testable${size}</td>`
    }
    const words = `${row.verdict}, P (Holm) ${pText(row.pHolm)}, ${row.pairs} pairs`
    return (
      `<td class="verdict" title="${escapeHtml(words)}"><span class="${tone(row)}"><span aria-hidden="true">${sign(row)}</span> ` +
      `<span class="hidden">${row.verdict}: </span>${numbers.difference(row.meanDiff)}</span>` +
      `<span class="n">${numbers.interval(row.lower, row.upper)}</span>${interval(row, domain)}${size}</td>`
    )
  }
  const header = (testSubset: string): string => {
    const own = scores.find((row) => row.testSubset === testSubset && row.trainSubsets === "same")
    return (
      `<th scope="row">${escapeHtml(visible(testSubset))}` +
      `${own === undefined ? "" : `<span class="n">${integer(own.testRows)} tested</span><span class="n">${integer(own.trainRows)} train</span>`}</th>`
    )
  }
  const cards = learners.map((learner) => {
    const own = rows.filter((row) => row.learner === learner)
    const body = testSubsets
      .map(
        (testSubset) =>
          `<tr${attributes({ testSubset })}>${header(testSubset)}${columns
            .map((compare) => cell(own.find((row) => row.testSubset === testSubset && row.compare === compare)))
            .join("")}</tr>`
      )
      .join("\n")
    return (
      `<div class="card"${attributes({ learner })}><table class="matrix"><caption>${escapeHtml(visible(learner))}</caption>` +
      `<thead><tr><th scope="col">test subset</th><th scope="col">other − same</th><th scope="col">all − same</th></tr></thead>` +
      `<tbody>\n${body}\n</tbody></table></div>`
    )
  })
  const legend = once(
    `<p class="quiet">Difference of ${escapeHtml(measure.label)} to training on the same subset, with the 95 % interval of each by itself about 0` +
      `${goal(measure)}. <span class="better">▲\u00a0better</span>, <span class="worse">▼\u00a0worse</span>: one sign for P (Holm), adjusted for all ` +
      `tests, below 0.05, two below 0.01, three below 0.001; ○ no difference shown; – not testable. All intervals have one scale.</p>`
  )
  return `<div data-measure="${escapeHtml(measure.id)}">${legend}\n<div class="cards">${cards.join("\n")}</div></div>`
}
