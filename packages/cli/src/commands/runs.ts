/**
 * `rocflow runs`: the runs of a directory, and who was best in them.
 */
import { existsSync, readdirSync, statSync } from "node:fs"
import { join } from "node:path"
import { toJson } from "@rocflow/core/Json"
import * as Measure from "@rocflow/core/learning/Measure"
import { formatOf, numbersFor } from "@rocflow/report/Numbers"
import * as Compare from "@rocflow/resampling/Compare"
import * as Run from "@rocflow/resampling/Run"
import * as RunDirectory from "@rocflow/resampling/RunDirectory"
import * as Score from "@rocflow/resampling/Score"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { textTable } from "../terminal/textTable.ts"

interface Listed extends Effect.Success<ReturnType<typeof Run.scores>> {
  readonly directory: string
  /** When it began, in ISO 8601. */
  readonly started: string
}

/** The learner with the best mean of a measure on a task. */
interface Best {
  readonly task: string
  readonly learner: string
  readonly measure: string
  readonly mean: number
}

/** Scores on the splits that all learners of the task have finished, trained on the same subset where there are several. */
const comparable = (rows: ReadonlyArray<Score.ScoreRow>, measure: string): ReadonlyArray<Score.ScoreRow> => {
  const learners = new Set(rows.map(({ learner }) => learner)).size
  const defined = rows.filter(
    ({ scores, trainSubsets }) =>
      trainSubsets === "same" && Measure.isDefined(scores[measure] ?? Measure.undefinedBecause(""))
  )
  const bySplit = Map.groupBy(defined, ({ nTrainGroups, resampling, testFold, testSubset, ...row }) =>
    JSON.stringify([resampling, testSubset, testFold, nTrainGroups, row.seed])
  )
  return [...bySplit.values()].filter((same) => same.length === learners).flat()
}

/** The best learner of each task by the first measure that has a direction, and compares learners. */
const bestOf = ({ manifest, rows: all }: Listed): ReadonlyArray<Best> => {
  const measure = manifest.measures.find((each) => each.direction !== undefined && Compare.comparesLearners(each))
  if (measure === undefined) return []
  const sign = measure.direction === "maximise" ? 1 : -1
  return manifest.tasks.flatMap(({ id: task }) => {
    const rows = comparable(
      all.filter((row) => row.task === task),
      measure.id
    )
    const means = [...Map.groupBy(rows, ({ learner }) => learner)].flatMap(([learner, own]) => {
      const { mean } = Score.summarise(own.map(({ scores }) => scores[measure.id]!))
      return Measure.isDefined(mean) ? [{ task, learner, measure: measure.id, mean }] : []
    })
    return means.toSorted((a, b) => sign * (b.mean - a.mean)).slice(0, 1)
  })
}

const when = (iso: string): string => (iso === "" ? "" : iso.slice(0, 16).replace("T", " "))

const bestText = ({ manifest }: Listed, best: ReadonlyArray<Best>): string =>
  best
    .map(({ learner, mean, measure: id, task }) => {
      const measure = manifest.measures.find((each) => each.id === id)!
      const value = numbersFor(formatOf(id, measure.range), []).value(mean)
      return `${best.length > 1 ? `${task}: ` : ""}${learner} (${measure.label} ${value})`
    })
    .join("; ")

/** Lists the runs in a directory, the last one first. */
export const runs = Effect.fn("runs")(function* ({
  directory,
  json
}: {
  readonly directory: string
  readonly json: boolean
}) {
  if (existsSync(directory) && !statSync(directory).isDirectory()) {
    return yield* new RunDirectory.RunError({
      directory,
      given: "this",
      rule: "is no directory",
      advice: "name the one that holds runs, such as rocflow-runs"
    })
  }
  const names = existsSync(directory) ? readdirSync(directory) : []
  const places = names.map((name) => join(directory, name)).filter((place) => existsSync(join(place, "design.json")))
  const found: Array<Listed> = []
  for (const place of places) {
    const read = yield* Effect.result(Run.scores(place))
    if (read._tag === "Failure") yield* Console.error(`note: ${read.failure.message}`)
    else found.push({ ...read.success, directory: place, started: read.success.manifest.provenance["started"] ?? "" })
  }
  const listed = found
    .toSorted((a, b) => (a.started < b.started ? 1 : -1))
    .map((run) => {
      const count = (wanted: Score.Status) => run.rows.filter(({ status }) => status === wanted).length
      const jobs = run.rows.length
      return { run, best: bestOf(run), jobs, finished: jobs - count("open"), failed: count("failed") }
    })
  if (json) {
    return yield* Console.log(
      toJson(
        listed.map(({ best, failed, finished, jobs, run: { directory: place, manifest, started } }) => ({
          directory: place,
          name: manifest.provenance["name"] ?? "",
          started,
          jobs,
          finished,
          failed,
          best
        })),
        2
      )
    )
  }
  if (listed.length === 0) {
    return yield* Console.log(
      `no runs in ${directory}; \`rocflow run FILE\` begins one, \`rocflow init\` writes a file for it`
    )
  }
  yield* Console.log(
    textTable(
      [
        { title: "run", key: true },
        { title: "began (UTC)" },
        { title: "jobs", align: "right" },
        { title: "done", align: "right" },
        { title: "failed", align: "right" },
        { title: "best so far" }
      ],
      listed.map(({ best, failed, finished, jobs, run }) => [
        run.directory,
        when(run.started),
        String(jobs),
        String(finished),
        String(failed),
        bestText(run, best)
      ])
    )
  )
})
