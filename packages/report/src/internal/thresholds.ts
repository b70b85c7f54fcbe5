/**
 * Who is called positive by which threshold: confusion matrices and costs of binary tasks. Without a script those of the
 * threshold 0.5; with one there is a slider.
 */
import { attributes } from "../draw/of.ts"
import { escapeHtml } from "./escape.ts"
import { headHtml } from "./figureHtml.ts"
import { integer } from "../Numbers.ts"
import type { ReportModel, TaskSummary, ThresholdCounts } from "../ReportModel.ts"
import { axesOf, ofTask } from "./select.ts"

/** The threshold that stands there at first, in hundredths. */
const first = 50

/** A longer table scrolls by itself, below its titles. */
const mostRows = 45

const share = (part: number, all: number): string => (all === 0 ? "–" : (part / all).toFixed(3))

/** The cells of a row at a threshold, by the classes of its columns; a page has the same. */
export const countsAt = (
  { fp, negatives, positives, tp }: Pick<ThresholdCounts, "fp" | "negatives" | "positives" | "tp">,
  i: number
) => {
  const [a, b] = [tp[i]!, fp[i]!]
  return {
    tp: integer(a),
    fn: integer(positives - a),
    fp: integer(b),
    tn: integer(negatives - b),
    tpr: share(a, positives),
    fpr: share(b, negatives),
    precision: share(a, a + b),
    error: share(positives - a + b, positives + negatives)
  }
}

const columns = ["tp", "fn", "fp", "tn", "tpr", "fpr", "precision", "error"] as const

const rowHtml = (cell: ThresholdCounts, soak: boolean): string => {
  const { fp, learner, negatives, positives, testSubset, tp, trainSubsets } = cell
  const counts = countsAt(cell, first)
  const places = soak ? `<td>${escapeHtml(testSubset)}</td><td>${trainSubsets}</td>` : ""
  return (
    `<tr${attributes({ learner, testSubset, trainSubsets })} data-positives="${positives}" data-negatives="${negatives}" data-tp="${tp.join(" ")}" data-fp="${fp.join(" ")}">` +
    `<th scope="row">${escapeHtml(learner)}</th>${places}` +
    `${columns.map((name) => `<td class="num" data-cell="${name}">${counts[name]}</td>`).join("")}` +
    `<td class="num" data-cell="cost" hidden></td><td class="num" data-cell="best" hidden></td></tr>`
  )
}

/** Writes the confusion matrices of a binary task, a row each; empty for others. */
export const thresholdsHtml = (model: ReportModel, task: TaskSummary): string => {
  const cells = model.predictions.thresholds.filter((cell) => cell.task === task.id)
  if (cells.length === 0) return ""
  const { learners, testSubsets, trains } = axesOf(model, task.id, cells)
  const soak = trains.length > 1 || testSubsets.length > 1
  const [positive = "positive", negative = "negative"] = task.levels.map(({ name }) => name)
  const place = model.tasks.indexOf(task)
  const id = place < 1 ? "thresholds" : `thresholds-${place + 1}`
  const title = `Confusion matrix by threshold${ofTask(model, task.id)}`
  const heads = [
    `${positive} called so (TP)`,
    `${positive} missed (FN)`,
    `${negative} called ${positive} (FP)`,
    `${negative} called so (TN)`,
    "TPR",
    "FPR",
    "precision",
    "error rate"
  ]
  const sorted = learners.flatMap((learner) =>
    testSubsets.flatMap((testSubset) =>
      trains.flatMap((train) =>
        cells.filter(
          (cell) => cell.learner === learner && cell.testSubset === testSubset && cell.trainSubsets === train
        )
      )
    )
  )
  return (
    `<figure id="${id}" class="thresholds" data-task="${escapeHtml(task.id)}">${headHtml(title)}\n` +
    `<div class="controls" hidden><label>threshold <input type="range" min="0" max="100" value="${first}" data-role="threshold"> <output>0.50</output></label>` +
    `<label>cost of a missed ${escapeHtml(positive)} <input type="number" min="0" step="any" value="1" data-role="fn"></label>` +
    `<label>cost of a false ${escapeHtml(positive)} <input type="number" min="0" step="any" value="1" data-role="fp"></label></div>\n` +
    `<div class="scroll${cells.length > mostRows ? " tall" : ""}" role="region" tabindex="0" aria-label="${escapeHtml(title)}"><table class="sticky"><caption>Test rows of all folds that were called right and wrong, at the threshold <span data-role="at">0.50</span></caption>\n` +
    `<thead><tr><th scope="col">learner</th>${soak ? '<th scope="col">test subset</th><th scope="col">trained on</th>' : ""}` +
    `${heads.map((head) => `<th scope="col" class="num">${escapeHtml(head)}</th>`).join("")}` +
    `<th scope="col" class="num" hidden>cost a row</th><th scope="col" class="num" hidden>cheapest threshold</th></tr></thead>\n` +
    `<tbody>\n${sorted.map((cell) => rowHtml(cell, soak)).join("\n")}\n</tbody></table></div>\n` +
    `<figcaption>A row is called ${escapeHtml(positive)} where its probability is at least the threshold; for learners that give logits alone it is ` +
    `their logistic function, so that 0.5 is a logit of 0. Rows of all folds are counted together.<span hidden> The cheapest threshold is chosen on the ` +
    `same rows, so its cost is too low for new ones.</span></figcaption></figure>`
  )
}
