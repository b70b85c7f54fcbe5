/**
 * `rocflow scores`: what every job measured, averages over splits, and pooled test rows, with intervals where asked for.
 */
import { toJson } from "@rocflow/core/Json"
import * as Measure from "@rocflow/core/learning/Measure"
import * as Timing from "@rocflow/core/learning/Timing"
import { decode } from "@rocflow/core/pipeline/Decode"
import * as Registry from "@rocflow/core/pipeline/Registry"
import * as Interval from "@rocflow/resampling/Interval"
import * as Manifest from "@rocflow/resampling/Manifest"
import * as Pooled from "@rocflow/resampling/Pooled"
import * as Predicted from "@rocflow/resampling/Predicted"
import * as Run from "@rocflow/resampling/Run"
import type * as RunDirectory from "@rocflow/resampling/RunDirectory"
import * as Score from "@rocflow/resampling/Score"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { loadRegistry } from "../experiment/load.ts"
import { averageTable } from "../terminal/averages.ts"
import { pooledTable } from "../terminal/pooledTable.ts"
import { type Scored, scoreTable } from "../terminal/scoreTable.ts"
import { wrapped } from "../terminal/textWidth.ts"

/** Something was asked of scores that they do not have. @category errors */
export class ScoresError extends Schema.TaggedError<ScoresError>()("ScoresError", {
  problem: Schema.String
}) {
  override get message(): string {
    return this.problem
  }
}

const refuse = (problem: string) => new ScoresError({ problem })

interface Input {
  readonly directory: string
  readonly average: Option.Option<Score.Average>
  readonly pooled: boolean
  readonly interval: Option.Option<Interval.Method>
  readonly level: Option.Option<number>
  readonly modules: ReadonlyArray<string>
  readonly json: boolean
}

type Finished = Effect.Success<ReturnType<typeof Run.read>>

/** Flags that contradict each other. */
const contradiction = ({ average, interval, level, pooled }: Input): ScoresError | undefined => {
  if (Option.isSome(average) && pooled) {
    return refuse("--average is of one number a split, and --pooled of the rows of all splits; give one of them")
  }
  if (Option.isSome(average) && Option.isSome(interval)) {
    return refuse(
      "--interval is of the rows of a test set, and --average of several test sets; leave --average out, or give --pooled in its place (`rocflow compare` has the intervals of differences)"
    )
  }
  return Option.isSome(level) && Option.isNone(interval)
    ? refuse("--level is of an interval; name its method by --interval")
    : undefined
}

/** The measures of a run as functions: those of seconds have no rows. */
const measuresOf = Effect.fnUntraced(function* (
  summaries: RunDirectory.Manifest["measures"],
  modules: ReadonlyArray<string>
) {
  const { problems, registry } = yield* loadRegistry(modules, ".")
  if (problems[0] !== undefined) {
    return yield* refuse(`a module cannot be used: ${problems[0].message}`)
  }
  const timings = new Set(Timing.definitions.map(({ id }) => id))
  return yield* Effect.forEach(
    [...new Map(summaries.filter(({ id }) => !timings.has(id)).map((each) => [each.id, each])).values()],
    ({ id, json }) =>
      Result.match(decode(Measure.reference, json, Registry.lookup(registry)), {
        onSuccess: (measure) => Effect.succeed(measure),
        onFailure: (issues) =>
          Effect.fail(
            refuse(
              `the measure "${id}" of the run cannot be read: ${issues[0]!.message}; name the module that defines it by --module`
            )
          )
      })
  )
})

/** The interval of a measure on what was predicted. */
type IntervalOf = (measure: Measure.Measure, predicted: Predicted.Predicted) => Interval.Estimated

const intervalBy =
  (method: Interval.Method, level: Option.Option<number>, seed: number): IntervalOf =>
  (measure, { groups, prediction }) =>
    Interval.methods[method](measure, prediction, {
      level: Option.getOrElse(level, () => 0.95),
      groups: groups ?? prediction.rows,
      seed
    })

/** Says what the intervals are, and why some are none. */
const printRemarks = Effect.fnUntraced(function* (intervals: ReadonlyArray<Interval.Estimated>) {
  if (intervals.length === 0) return
  const [found] = intervals.flatMap((interval) => (Measure.isUndefined(interval) ? [] : [interval]))
  if (found !== undefined) {
    const level = Number((100 * found.level).toPrecision(6))
    yield* Console.log(
      `\n${wrapped(`In parentheses: ${level} % interval (${found.method}), of how the value varies with the test rows. What a learner learns from other training rows is not in it.`)}`
    )
  }
  const reasons = new Set(intervals.flatMap((interval) => (Measure.isUndefined(interval) ? [interval.reason] : [])))
  for (const reason of reasons) yield* Console.log(wrapped(`no interval: ${reason}`))
})

/** Where nothing has an interval, the reason is what the command ends with. */
const checkIntervals = (intervals: ReadonlyArray<Interval.Estimated>) => {
  const [reason = "the run has no measure of test rows"] = intervals.flatMap((interval) =>
    Measure.isUndefined(interval) ? [interval.reason] : []
  )
  return intervals.some((interval) => !Measure.isUndefined(interval))
    ? Effect.void
    : Effect.fail(refuse(`no value has this interval: ${reason}`))
}

/** The rows of every job, with the intervals of its scores. */
const withIntervals = Effect.fnUntraced(function* (
  run: Finished,
  rows: ReadonlyArray<Score.ScoreRow>,
  measures: ReadonlyArray<Measure.Measure>,
  intervalOf: IntervalOf
) {
  return yield* Effect.forEach(run.results, (result, i) =>
    Effect.gen(function* () {
      const predicted = yield* Predicted.read(run, result)
      if (predicted === undefined) return rows[i]!
      const scored: Scored = {
        ...rows[i]!,
        intervals: Object.fromEntries(measures.map((measure) => [measure.id, intervalOf(measure, predicted)]))
      }
      return scored
    })
  )
})

/** Prints the rows of every job, and why some of their scores are none. */
const printRows = Effect.fnUntraced(function* (
  rows: ReadonlyArray<Scored>,
  measures: RunDirectory.Manifest["measures"],
  json: boolean
) {
  if (json) return yield* Console.log(toJson(rows, 2))
  yield* Console.log(scoreTable(rows, measures))
  const reasons = new Set(
    rows.flatMap((row) =>
      Object.values(row.scores).flatMap((score) => (typeof score === "number" ? [] : [score.reason]))
    )
  )
  for (const reason of reasons) yield* Console.log(`undefined: ${reason}`)
})

const perJob = Effect.fnUntraced(function* (run: Finished, intervalOf: IntervalOf, input: Input) {
  const { manifest, results } = run
  const measures = yield* measuresOf(manifest.measures, input.modules)
  const table = Score.table(
    results,
    manifest.measures.map(({ id }) => id)
  )
  const rows: ReadonlyArray<Scored> = yield* withIntervals(run, table, measures, intervalOf)
  const intervals = rows.flatMap((row) => Object.values(row.intervals ?? {}))
  yield* checkIntervals(intervals)
  yield* printRows(rows, manifest.measures, input.json)
  if (!input.json) yield* printRemarks(intervals)
})

const ofPooledRows = Effect.fnUntraced(function* (run: Finished, intervalOf: IntervalOf | undefined, input: Input) {
  const { measures: each, pooled: asked } = run.manifest
  const measures = yield* measuresOf([...each, ...asked], input.modules)
  const cells = yield* Pooled.cells(run)
  const rows = cells.flatMap((cell) =>
    measures.map((measure) => ({
      ...Pooled.score(cell, measure),
      ...(intervalOf !== undefined && { interval: intervalOf(measure, cell.predicted) })
    }))
  )
  const intervals = rows.flatMap(({ interval }) => interval ?? [])
  if (intervalOf !== undefined) yield* checkIntervals(intervals)
  if (input.json) return yield* Console.log(toJson(rows, 2))
  yield* Console.log(pooledTable(rows))
  yield* printRemarks(intervals)
  const ranking = measures.filter(({ ranks }) => ranks).map(({ label }) => label)
  if (ranking.length > 0 && cells.some(({ splits }) => splits > 1)) {
    yield* Console.error(
      `note: ${ranking.join(", ")}, pooled, ranks rows by the scores of several models, whose scales may differ`
    )
  }
})

/** Prints the scores of every job, or what is asked for in their place. */
export const scores = Effect.fn("scores")(function* (input: Input) {
  const { average, interval, json, level, pooled } = input
  const contradicted = contradiction(input)
  if (contradicted !== undefined) return yield* contradicted
  const noteOpen = (finished: number, jobs: number) =>
    json || finished === jobs ? Effect.void : Console.error(`note: ${finished} of ${jobs} jobs are finished`)
  if (pooled || Option.isSome(interval)) {
    const run = yield* Run.read(input.directory)
    const { manifest, results } = run
    const intervalOf = Option.map(interval, (method) => intervalBy(method, level, manifest.seed))
    yield* pooled
      ? ofPooledRows(run, Option.getOrUndefined(intervalOf), input)
      : perJob(run, Option.getOrThrow(intervalOf), input)
    return yield* noteOpen(results.length, Manifest.jobCount(manifest))
  }
  const { manifest, rows: all } = yield* Run.scores(input.directory)
  const rows = all.filter(({ status }) => status !== "open")
  if (Option.isNone(average)) yield* printRows(rows, manifest.measures, json)
  else {
    const cells = () => Score.aggregate(rows, { average: average.value })
    yield* Console.log(
      json
        ? toJson(
            cells().map((cell) => ({ ...cell, average: average.value })),
            2
          )
        : averageTable(rows, average.value, manifest)
    )
  }
  yield* noteOpen(rows.length, all.length)
})
