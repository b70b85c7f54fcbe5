/**
 * What a reader chooses: learners, test subsets, training sets, the measure, the order. Shown where a script runs.
 */
import { type ReportModel, trainSubsetsOrder } from "../ReportModel.ts"
import { escapeHtml } from "./escape.ts"
import { distinct, inOrder, visible } from "./select.ts"

const boxes = (legend: string, name: string, values: ReadonlyArray<string>): string =>
  values.length < 2
    ? ""
    : `<fieldset data-role="${name}"><legend>${legend}</legend>${values
        .map(
          (value) =>
            `<label><input type="checkbox" checked value="${escapeHtml(value)}"> ${escapeHtml(visible(value))}</label>`
        )
        .join("")}</fieldset>`

const choice = (
  label: string,
  name: string,
  options: ReadonlyArray<readonly [value: string, text: string, more?: string]>
): string =>
  options.length < 2
    ? ""
    : `<label class="choice">${label} <select data-role="${name}">${options
        .map(([value, text, more = ""]) => `<option value="${escapeHtml(value)}"${more}>${escapeHtml(text)}</option>`)
        .join("")}</select></label>`

/** Writes the controls of a report. */
export const controlsHtml = ({ learners, measures, scores, tasks }: ReportModel): string => {
  const names = learners.map(({ id }) => id)
  const subsets = inOrder(
    tasks.flatMap((task) => task.subsets.map(({ name }) => name)),
    distinct(scores.map(({ testSubset }) => testSubset))
  )
  const trains = trainSubsetsOrder.filter((train) => scores.some(({ trainSubsets }) => trainSubsets === train))
  const order =
    names.length < 2
      ? []
      : ([
          ["given", "as in the experiment"],
          ["name", "by name"],
          ["best", "best first"]
        ] as const)
  return (
    `<form id="controls" class="controls" aria-label="What figures show" hidden>` +
    choice(
      "measure",
      "measure",
      measures.map(({ direction, id, label }) => [id, label, ` data-direction="${direction ?? ""}"`] as const)
    ) +
    choice("order of learners", "order", order) +
    boxes("learners", "learner", names) +
    boxes("test subsets", "subset", subsets) +
    boxes("trained on", "train", trains) +
    `</form>`
  )
}
