import * as Duration from "@rocflow/core/Duration"
import { answersHtml, type Once } from "./internal/answers.ts"
import { controlsHtml } from "./internal/controls.ts"
import { escapeHtml } from "./internal/escape.ts"
import { featuresHtml } from "./internal/featureTables.ts"
import { chosenBy, type Drawn, figureHtml } from "./internal/figureHtml.ts"
import { matrixHtml } from "./internal/matrix.ts"
import { hash, script } from "./internal/script.ts"
import { integer } from "./Numbers.ts"
import { distinct } from "./internal/select.ts"
import { thresholdsHtml } from "./internal/thresholds.ts"
import { style } from "./internal/style.ts"
import { type TableContent, tableHtml, termsHtml } from "./internal/table.ts"
import { comparisonTable, learnerTable, pooledTable, scoreTable, tuningTables } from "./internal/tables.ts"
import type { Count, MeasureSummary, ReportModel, TaskSummary } from "./ReportModel.ts"

export type { Drawn } from "./internal/figureHtml.ts"

interface Section {
  readonly id: string
  readonly title: string
  readonly body: string
}

/**
 * One part for the main measure, open, and one for the others, folded: where a script runs, a reader chooses one of them.
 */
const byMeasure = <A>(items: ReadonlyArray<A>, isMain: (item: A) => boolean, write: (item: A) => string): string => {
  const others = items.filter((item) => !isMain(item))
  return [
    ...items.filter(isMain).map(write),
    ...(others.length === 0
      ? []
      : [`<details class="others"><summary>Other measures</summary>\n${others.map(write).join("\n")}\n</details>`])
  ].join("\n")
}

const ofMeasure = ({ id }: MeasureSummary, body: string): string =>
  `<div data-measure="${escapeHtml(id)}">${body}</div>`

const remarksHtml = (remarks: ReadonlyArray<string>): string =>
  remarks.map((remark) => `<p class="quiet">${escapeHtml(remark)}</p>`).join("\n")

const tablesHtml = (
  model: ReportModel,
  tableOf: (model: ReportModel, task: string, measure: MeasureSummary) => ReadonlyArray<TableContent>
): string =>
  byMeasure(
    model.tasks.flatMap((task) =>
      model.measures.flatMap((measure, i) => tableOf(model, task.id, measure).map((table) => ({ table, measure, i })))
    ),
    ({ i }) => i === 0,
    ({ measure, table }) => ofMeasure(measure, tableHtml(table))
  )

/** What is known of each task: in words, then at a glance. */
const answers = (model: ReportModel): string => {
  const said = new Set<string>()
  const once: Once = (text) => {
    if (said.has(text)) return ""
    said.add(text)
    return text
  }
  return model.tasks
    .map(
      (task) =>
        `${model.tasks.length > 1 ? `<h3>${escapeHtml(task.id)}</h3>\n` : ""}${answersHtml(model, task, once)}\n` +
        byMeasure(
          model.measures
            .map((measure, i) => ({ i, html: matrixHtml(model, task.id, measure, once) }))
            .filter(({ html }) => html !== ""),
          ({ i }) => i === 0,
          ({ html }) => html
        )
    )
    .join("\n")
}

const trainingCompared = (model: ReportModel): string =>
  model.comparisons.rows.length === 0
    ? ""
    : `${tablesHtml(model, comparisonTable)}\n${remarksHtml(model.comparisons.remarks)}`

const learnersCompared = (model: ReportModel): string =>
  model.learnerComparisons.rows.length === 0
    ? ""
    : `${tablesHtml(model, learnerTable)}\n${remarksHtml(model.learnerComparisons.remarks)}`

const figuresOf = (model: ReportModel, task: TaskSummary, drawn: ReadonlyArray<Drawn>): string => {
  const main = model.measures[0]?.id
  const own = drawn.filter(({ figure }) => figure.task === task.id)
  const [chosen, others] = [
    own.filter(({ figure }) => chosenBy(figure) !== undefined),
    own.filter(({ figure }) => chosenBy(figure) === undefined)
  ]
  const body = [
    byMeasure(chosen, ({ figure }) => chosenBy(figure) === main, figureHtml),
    `<div class="figures">${others
      .filter(({ figure }) => figure.kind !== "learning" && figure.kind !== "tuning")
      .map(figureHtml)
      .join("\n")}</div>`,
    thresholdsHtml(model, task),
    `<div class="figures">${others
      .filter(({ figure }) => figure.kind === "learning" || figure.kind === "tuning")
      .map(figureHtml)
      .join("\n")}</div>`
  ].join("\n")
  return own.length + model.predictions.thresholds.length === 0
    ? ""
    : `${model.tasks.length > 1 ? `<h3 class="task">${escapeHtml(task.id)}</h3>\n` : ""}${body}`
}

const figures = (model: ReportModel, drawn: ReadonlyArray<Drawn>): string => {
  const body = model.tasks.map((task) => figuresOf(model, task, drawn)).join("\n")
  return body.trim() === "" ? "" : `${controlsHtml(model)}\n${body}`
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
    .map(({ id, pipeline }) => `<h3>${escapeHtml(id)}</h3>\n<pre tabindex="0">${escapeHtml(pipeline.join("\n"))}</pre>`)
    .join("\n")

const provenanceHtml = ({ jobs, provenance, resampling }: ReportModel): string =>
  termsHtml([
    ["resampling", resampling],
    [
      "jobs",
      jobs.finished === jobs.total
        ? integer(jobs.total)
        : `${integer(jobs.finished)} of ${integer(jobs.total)} are finished`
    ],
    ["seed", String(provenance.seed)],
    ["engine", provenance.engine],
    ["started", provenance.started],
    ["time of all jobs together", Duration.toText(provenance.seconds)],
    ...Object.entries(provenance.versions)
  ]) + `\n<pre tabindex="0">${escapeHtml(provenance.command)}</pre>`

const plural = (count: number, noun: string): string => `${integer(count)} ${noun}${count === 1 ? "" : "s"}`

const lead = (model: ReportModel): string =>
  [
    `${plural(model.learners.length, "learner")} on ${plural(model.tasks.length, "task")}`,
    model.resampling,
    `seed ${model.provenance.seed}`,
    `${plural(model.jobs.finished, "job")}, ${Duration.toText(model.provenance.seconds)} of computing`,
    model.provenance.started.slice(0, 10)
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
    `partial: ${integer(jobs.finished)} of ${integer(jobs.total)} jobs are finished` +
      (waiting === 0 ? "." : `; ${integer(waiting)} of ${plural(rows.length, "difference")} cannot be tested yet.`)
  )
}

/**
 * Writes the report as one HTML document that needs no network and no other file. Figures are inline SVG and tables, complete
 * without a script; the one script, known to the content security policy by its hash, hides, sorts, points and saves. All
 * text of the model is escaped.
 */
export const document = (model: ReportModel, drawn: ReadonlyArray<Drawn>): string => {
  const { images = [], others = [] } = Object.groupBy(drawn, ({ figure }) =>
    figure.kind === "images" ? "images" : "others"
  )
  const sections: ReadonlyArray<Section> = [
    { id: "answers", title: model.tasks.length > 1 ? "Answers" : "Answer", body: answers(model) },
    { id: "figures", title: "Figures", body: figures(model, others) },
    { id: "training", title: "Same, other or all", body: trainingCompared(model) },
    { id: "compared", title: "Learners compared", body: learnersCompared(model) },
    { id: "tuning", title: "Tuning", body: tuningHtml(model) },
    { id: "used", title: "What the models used", body: featuresHtml(model) },
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
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data: blob:; script-src '${hash}'">
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
<script type="module">${script}</script>
</body>
</html>
`
}
