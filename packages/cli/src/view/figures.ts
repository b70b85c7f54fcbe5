/**
 * The figures of what is watched: those of the report, of the results so far.
 */
import * as Figure from "@rocflow/report/Figure"
import { measureOf } from "@rocflow/report/fromRun"
import { orNull } from "@rocflow/report/Numbers"
import type * as Model from "@rocflow/report/ReportModel"
import * as Effect from "effect/Effect"
import { type Html, html, trusted } from "./Html.ts"
import type { Curve } from "./Tally.ts"
import type { Known, Snapshot } from "./Watched.ts"

/** Scores, and learning curves. */
export type Kind = "scores" | "curves"

/** A report of nothing, into which goes what is to be drawn. */
const empty: Model.ReportModel = {
  title: "",
  tasks: [],
  images: [],
  learners: [],
  resampling: "",
  measures: [],
  scores: [],
  pooled: [],
  comparisons: { rows: [], remarks: [] },
  learnerComparisons: { rows: [], remarks: [] },
  histories: [],
  roc: [],
  tunings: [],
  features: [],
  predictions: { precisionRecall: [], calibration: [], thresholds: [], confusion: [], residuals: [] },
  failures: [],
  notes: [],
  jobs: { total: 0, finished: 0 },
  provenance: { seed: 0, versions: {}, engine: "", started: "", seconds: 0, command: "" }
}

/** How things are called in a figure: tasks of several resamplings and learners of several runs are several. */
interface Names {
  readonly task: (job: { readonly task: string; readonly resampling: string }) => string
  readonly learner: (learner: string) => string
}

const namesOf = ({ manifest }: Known, letter: string | undefined): Names => ({
  task: ({ resampling, task }) => (manifest.resamplings.length > 1 ? `${task}, ${resampling}` : task),
  learner: (learner) => (letter === undefined ? learner : `${letter}: ${learner}`)
})

const tasksOf = ({ manifest }: Known, names: Names): ReadonlyArray<Model.TaskSummary> =>
  manifest.tasks.flatMap(({ hash, id, kind, levels, roles, rows, subsets }) =>
    manifest.resamplings.map(({ text }) => ({
      id: names.task({ task: id, resampling: text }),
      kind,
      rows,
      features: roles["feature"]?.length ?? 0,
      levels,
      subsets,
      roles: {},
      dataHash: hash
    }))
  )

const scoresOf = ({ tally }: Known, names: Names, measure: string): ReadonlyArray<Model.AggregatedRow> =>
  tally.cells().flatMap(({ aggregate, members }) => {
    const summary = aggregate.measures[measure]
    if (summary === undefined) return []
    const sum = (rows: (job: (typeof members)[number]["job"]) => number) =>
      members.reduce((total, { job }) => total + rows(job), 0)
    return [
      {
        task: names.task(aggregate),
        learner: names.learner(aggregate.learner),
        testSubset: aggregate.testSubset,
        trainSubsets: aggregate.trainSubsets,
        size: aggregate.nTrainGroups,
        full: aggregate.nTrainGroups === aggregate.groups,
        trainRows: Math.round(sum(({ trainRows }) => trainRows) / members.length),
        testRows: sum(({ testRows }) => testRows),
        measure,
        mean: orNull(summary.mean),
        sd: orNull(summary.sd),
        n: summary.n,
        undefinedCount: summary.undefinedCount
      }
    ]
  })

const historyOf = ({ history, job, kept }: Curve, names: Names): ReadonlyArray<Model.HistoryRow> =>
  history.flatMap(({ epoch, loss, train, valid }) => {
    const point = (series: string, value: unknown): ReadonlyArray<Model.HistoryRow> =>
      typeof value === "number"
        ? [
            {
              task: names.task(job),
              learner: names.learner(job.learner),
              testSubset: job.testSubset,
              trainSubsets: job.trainSubsets,
              fold: job.iteration,
              epoch,
              series,
              value,
              kept: kept === epoch
            }
          ]
        : []
    return [
      ...point("train loss", loss),
      ...Object.entries(train).flatMap(([id, value]) => point(`train ${id}`, value)),
      ...Object.entries(valid).flatMap(([id, value]) => point(`valid ${id}`, value))
    ]
  })

/** The trainings that go on; where there are none, the last ones that ended. */
export const curvesOf = ({ doing, tally }: Known): ReadonlyArray<Curve> => {
  const now = doing.flatMap(({ id, job, training: { history } }) =>
    history.length === 0 ? [] : [{ id, job, history }]
  )
  return now.length > 0 ? now : tally.curves()
}

/** What is to be drawn of what is watched. */
const modelOf = (kind: Kind, snapshots: ReadonlyArray<Snapshot>, measure: string): Model.ReportModel => {
  const parts = snapshots.flatMap(({ known }, i) =>
    known === undefined ? [] : [{ known, names: namesOf(known, snapshots.length > 1 ? "AB"[i] : undefined) }]
  )
  const tasks = new Map(parts.flatMap(({ known, names }) => tasksOf(known, names).map((task) => [task.id, task])))
  const learners = new Set(parts.flatMap(({ known }) => known.manifest.learners.map(({ id }) => id)))
  const measures = new Map(parts.flatMap(({ known }) => known.manifest.measures.map((each) => [each.id, each])))
  return {
    ...empty,
    tasks: [...tasks.values()],
    // Those of one name beside each other.
    learners: [...learners].flatMap((id) => parts.map(({ names }) => ({ id: names.learner(id), pipeline: [] }))),
    measures: [...measures.values()].filter(({ id }) => kind === "curves" || id === measure).map(measureOf),
    scores: kind === "scores" ? parts.flatMap(({ known, names }) => scoresOf(known, names, measure)) : [],
    histories:
      kind === "curves"
        ? parts.flatMap(({ known, names }) => curvesOf(known).flatMap((curve) => historyOf(curve, names)))
        : []
  }
}

/** The report tests differences; these figures are of what is there so far, and have no column for tests. */
const untested = (figure: Figure.Figure): Figure.Figure =>
  "lists" in figure ? { ...figure, columns: { ...figure.columns, test: "" } } : figure

const captionOf = ({ caption, kind }: Figure.Figure): string =>
  kind === "comparison" || kind === "scores"
    ? "Points are means, segments one standard deviation over the splits that are finished. Differences are tested in the report."
    : caption

const captioned = ({ kind, title }: Figure.Figure, caption: string, picture: Html): Html =>
  html`<figure class="${kind}">
    <h3>${title}</h3>
    ${picture}
    <figcaption>${caption}</figcaption>
  </figure>`

/** Draws the figures of a kind as HTML; one that cannot be drawn says why. */
export const draw = Effect.fnUntraced(function* (kind: Kind, snapshots: ReadonlyArray<Snapshot>, measure: string) {
  const drawn = yield* Effect.forEach(Figure.all(modelOf(kind, snapshots, measure)), (figure) =>
    Effect.match(Figure.toHtml(untested(figure)), {
      onFailure: ({ message }) => captioned(figure, "", html`<p class="alarm">${message}</p>`),
      onSuccess: (picture) => captioned(figure, captionOf(figure), trusted(picture))
    })
  )
  if (drawn.length > 0) return html`${drawn}`
  return kind === "scores"
    ? html`<p class="quiet">There is nothing to draw yet.</p>`
    : html`<p class="quiet">No epoch has ended yet; not every learner trains in epochs.</p>`
})
