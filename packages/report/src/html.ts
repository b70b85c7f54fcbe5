import * as Duration from "@rocflow/core/Duration"
import type { Figure } from "./figureModel.ts"
import { escapeHtml } from "./internal/escape.ts"
import { integer } from "./Numbers.ts"
import { distinct } from "./internal/select.ts"
import { style } from "./internal/style.ts"
import { type TableContent, tableHtml, termsHtml } from "./internal/table.ts"
import { comparisonTable, learnerTable, pooledTable, scoreTable, tuningTables } from "./internal/tables.ts"
import type { Count, MeasureSummary, ReportModel, TaskSummary } from "./ReportModel.ts"

/** A figure with its picture, or with the reason why there is none. */
export interface Drawn {
  readonly figure: Figure
  readonly svg: string | undefined
  readonly problem?: string
}

interface Section {
  readonly id: string
  readonly title: string
  readonly body: string
}

const figureHtml = ({ figure, svg, problem }: Drawn): string => {
  const picture =
    svg === undefined
      ? `<p class="alarm">${escapeHtml(problem ?? "This figure could not be drawn.")}</p>`
      : `<div class="scroll" role="region" tabindex="0" aria-label="${escapeHtml(figure.title)}">` +
        svg.replace("<svg ", `<svg role="img" aria-label="${escapeHtml(figure.title)}" `) +
        "</div>"
  return (
    `<figure id="${escapeHtml(figure.name)}"><h3>${escapeHtml(figure.title)}</h3>\n${picture}\n` +
    `<figcaption>${escapeHtml(figure.caption)}</figcaption></figure>`
  )
}

const folded = (summary: string, body: string): string =>
  body === "" ? "" : `<details><summary>${escapeHtml(summary)}</summary>\n${body}\n</details>`

/** One part for the main measure, open, and one for the others, folded. */
const byImportance = <A>(items: ReadonlyArray<A>, isMain: (item: A) => boolean, write: (item: A) => string): string =>
  [
    ...items.filter(isMain).map(write),
    folded(
      "Other measures",
      items
        .filter((item) => !isMain(item))
        .map(write)
        .join("\n")
    )
  ].join("\n")

const remarksHtml = (remarks: ReadonlyArray<string>): string =>
  remarks.map((remark) => `<p class="quiet">${escapeHtml(remark)}</p>`).join("\n")

const tablesHtml = (
  model: ReportModel,
  tableOf: (model: ReportModel, task: string, measure: MeasureSummary) => ReadonlyArray<TableContent>
): string =>
  byImportance(
    model.tasks.flatMap((task) =>
      model.measures.flatMap((measure, i) => tableOf(model, task.id, measure).map((table) => ({ table, i })))
    ),
    ({ i }) => i === 0,
    ({ table }) => tableHtml(table)
  )

const answers = (model: ReportModel): string =>
  model.comparisons.rows.length === 0
    ? ""
    : "<p>For each test subset: is a learner that was trained on the other subsets, or on all of them, better or worse " +
      "than one that was trained on the same subset? The difference is paired by fold; a word is given where P (Holm) is " +
      "below 0.05. “No difference shown” does not mean that there is none: the interval says how large it may be.</p>\n" +
      `${tablesHtml(model, comparisonTable)}\n${remarksHtml(model.comparisons.remarks)}`

const learnersCompared = (model: ReportModel): string =>
  model.learnerComparisons.rows.length === 0
    ? ""
    : "<p>Which learner is better? All have the same splits, so their scores are paired by test set; a word is given where " +
      "P (Holm) is below 0.05.</p>\n" +
      `${tablesHtml(model, learnerTable)}\n${remarksHtml(model.learnerComparisons.remarks)}`

const figures = (model: ReportModel, drawn: ReadonlyArray<Drawn>): string => {
  const main = model.measures[0]?.id
  const isMain = ({ figure }: Drawn) =>
    figure.kind === "roc" ||
    figure.kind === "learning" ||
    figure.kind === "tuning" ||
    figure.measure === undefined ||
    figure.measure === main
  return byImportance(drawn, isMain, figureHtml)
}

const pooledHtml = (model: ReportModel): string =>
  model.tasks.flatMap(({ id }) => pooledTable(model, id).map(tableHtml)).join("\n")

const tuningHtml = (model: ReportModel): string =>
  model.tasks.flatMap(({ id }) => tuningTables(model, id).map(tableHtml)).join("\n")

const notesHtml = ({ notes }: ReportModel): string =>
  notes.length === 0
    ? ""
    : `<p>What ran, but may not be meant:</p>\n<ul>${notes.map((note) => `<li>${escapeHtml(note)}</li>`).join("\n")}</ul>`

const failures = (model: ReportModel): string =>
  model.failures.length === 0
    ? ""
    : "<p>These jobs gave no result; the scores above are those of the other splits.</p>\n" +
      tableHtml({
        caption: "Failed jobs",
        columns: [
          { title: "learner" },
          { title: "jobs", numeric: true },
          { title: "message" },
          { title: "the first" },
          { title: "split" }
        ],
        rows: model.failures.map(({ count, job, learner, split, message }) => [
          learner,
          integer(count),
          { text: message, className: "wrap" },
          job,
          split
        ])
      })

const counts = (values: ReadonlyArray<Count>): string =>
  values.map(({ name, count }) => `${name} (${integer(count)})`).join(", ")

/** Long lists of columns are counted, not printed. */
const columnList = (columns: ReadonlyArray<string>): string =>
  columns.length <= 12 ? columns.join(", ") : `${columns.slice(0, 12).join(", ")} and ${columns.length - 12} more`

const taskHtml = (task: TaskSummary, images: ReadonlyArray<Drawn>): string =>
  `<h3>${escapeHtml(task.id)}</h3>\n` +
  termsHtml([
    ...(task.file === undefined ? [] : [["file", task.file] as const]),
    ["kind", task.kind],
    ["rows", integer(task.rows)],
    ["features", integer(task.features)],
    ...(task.levels.length === 0 ? [] : [["classes", counts(task.levels)] as const]),
    ...(task.subsets.length === 0 ? [] : [["subsets", counts(task.subsets)] as const]),
    ...Object.entries(task.roles).flatMap(([role, columns]) =>
      columns.length === 0 ? [] : [[`role ${role}`, columnList(columns)] as const]
    ),
    ["data hash", task.dataHash]
  ]) +
  images
    .filter(({ figure }) => figure.task === task.id)
    .map((drawn) => `\n${figureHtml(drawn)}`)
    .join("")

const learnersHtml = (model: ReportModel): string =>
  model.learners
    .map(({ id, pipeline }) => `<h3>${escapeHtml(id)}</h3>\n<pre>${escapeHtml(pipeline.join("\n"))}</pre>`)
    .join("\n")

const provenanceHtml = ({ provenance, resampling }: ReportModel): string =>
  termsHtml([
    ["resampling", resampling],
    ["seed", String(provenance.seed)],
    ["engine", provenance.engine],
    ["started", provenance.started],
    ["took", Duration.toText(provenance.seconds)],
    ...Object.entries(provenance.versions)
  ]) + `\n<pre>${escapeHtml(provenance.command)}</pre>`

const plural = (count: number, noun: string): string => `${integer(count)} ${noun}${count === 1 ? "" : "s"}`

const lead = (model: ReportModel): string =>
  [
    `${plural(model.learners.length, "learner")} on ${plural(model.tasks.length, "task")}`,
    model.resampling,
    `seed ${model.provenance.seed}`,
    `${model.provenance.started.slice(0, 10)}, ${Duration.toText(model.provenance.seconds)}`
  ].join(" · ")

const alarm = (text: string): string => `<p class="alarm" role="status">${text}</p>`

const failed = ({ failures }: ReportModel): string =>
  failures.length === 0
    ? ""
    : alarm(
        `${plural(
          failures.reduce((sum, { count }) => sum + count, 0),
          "job"
        )} failed (${escapeHtml(distinct(failures.map(({ learner }) => learner)).join(", "))}): ` +
          `<a href="#failures">see why</a>.`
      )

const unfinished = ({ comparisons, jobs, learnerComparisons }: ReportModel): string => {
  if (jobs.finished === jobs.total) return ""
  const rows = [...comparisons.rows, ...learnerComparisons.rows]
  const waiting = rows.filter(({ open, p }) => open > 0 && p === null).length
  return alarm(
    `${integer(jobs.finished)} of ${integer(jobs.total)} jobs are finished` +
      (waiting === 0 ? "." : `; ${integer(waiting)} of ${plural(rows.length, "difference")} cannot be tested yet.`)
  )
}

/**
 * Writes the report as one HTML document that needs no network, no script and no other file: figures are inline SVG, images
 * in them are part of it, and a content security policy forbids everything else. What a task looks like stands with its data. All text of the model is escaped.
 */
export const document = (model: ReportModel, drawn: ReadonlyArray<Drawn>): string => {
  const { images = [], others = [] } = Object.groupBy(drawn, ({ figure }) =>
    figure.kind === "images" ? "images" : "others"
  )
  const sections: ReadonlyArray<Section> = [
    { id: "answers", title: "Same, other or all", body: answers(model) },
    { id: "compared", title: "Learners compared", body: learnersCompared(model) },
    { id: "figures", title: "Figures", body: figures(model, others) },
    { id: "tuning", title: "Tuning", body: tuningHtml(model) },
    { id: "scores", title: "Scores", body: `${tablesHtml(model, scoreTable)}\n${pooledHtml(model)}` },
    { id: "notes", title: "Notes", body: notesHtml(model) },
    { id: "failures", title: "Failed jobs", body: failures(model) },
    { id: "data", title: "Data", body: model.tasks.map((task) => taskHtml(task, images)).join("\n") },
    { id: "learners", title: "Learners", body: learnersHtml(model) },
    { id: "made", title: "How it was made", body: provenanceHtml(model) }
  ].filter(({ body }) => body.trim() !== "")
  const links = sections.map(({ id, title }) => `<li><a href="#${id}">${title}</a></li>`).join("")
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>${escapeHtml(model.title)}</title>
<style>
${style}
</style>
</head>
<body>
<header>
<h1>${escapeHtml(model.title)}</h1>
<p class="lead">${escapeHtml(lead(model))}</p>
${unfinished(model)}${failed(model)}
<nav aria-label="Contents"><ul>${links}</ul></nav>
</header>
<main>
${sections.map(({ id, title, body }) => `<section id="${id}">\n<h2>${title}</h2>\n${body}\n</section>`).join("\n")}
</main>
</body>
</html>
`
}
