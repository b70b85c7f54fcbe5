/**
 * What a run is about: tasks, learners, measures and splits, from which its jobs follow. The content of `design.json`.
 *
 * The file lists splits, column by column, and no jobs: those are computed of the parts' hashes, so that a million of them is
 * no large file.
 */
import * as Task from "@rocflow/core/data/Task"
import * as Timing from "@rocflow/core/learning/Timing"
import * as Split from "@rocflow/core/splitting/Split"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Struct from "effect/Struct"
import * as Checked from "./Checked.ts"
import type { Design, Planned } from "./Design.ts"
import * as Job from "./Job.ts"

/** A task as a run remembers it. @category schemas */
export const TaskSummary = Schema.Struct({
  id: Schema.String,
  kind: Schema.Literals(["binary", "multiclass", "regression"]),
  rows: Schema.Int,
  roles: Schema.Record(Schema.String, Schema.Array(Schema.String)),
  levels: Schema.Array(Schema.Struct({ name: Schema.String, count: Schema.Int })),
  subsets: Schema.Array(Schema.Struct({ name: Schema.String, count: Schema.Int })),
  hash: Schema.String
})

/** A learner as the manifest of a run names it. @category schemas */
export const LearnerSummary = Schema.Struct({ id: Schema.String, hash: Schema.String, json: Schema.Unknown })

/** A measure as the manifest of a run names it. @category schemas */
export const MeasureSummary = Schema.Struct({
  id: Schema.String,
  label: Schema.String,
  direction: Schema.optionalKey(Schema.Literals(["minimise", "maximise"])),
  range: Schema.Tuple([Schema.Union([Schema.Number, Schema.String]), Schema.Union([Schema.Number, Schema.String])]),
  /** Of a measure in units of the scores, by which learners are not compared. */
  unit: Schema.optionalKey(Schema.Literal("score")),
  /** As an experiment names it. */
  json: Schema.Unknown
})

const ints = Schema.Array(Schema.Int)

/** The splits of a task by a resampling, a list a column. */
const Splits = Schema.Struct({
  /** Indices of the task and of the resampling. */
  task: Schema.Int,
  resampling: Schema.Int,
  iteration: ints,
  testSubset: Schema.Array(Schema.String),
  trainSubsets: Schema.Array(Split.TrainSubsets),
  groups: ints,
  testFold: ints,
  seed: ints,
  nTrainGroups: ints,
  repetition: ints,
  trainRows: ints,
  testRows: ints
})

const common = {
  hash: Schema.String,
  seed: Schema.Int,
  tasks: Schema.Array(TaskSummary),
  learners: Schema.Array(LearnerSummary),
  resamplings: Schema.Array(Schema.Struct({ text: Schema.String, json: Schema.Unknown })),
  measures: Schema.Array(MeasureSummary),
  /** Those over the pooled test rows of all splits. */
  pooled: Schema.Array(MeasureSummary),
  warnings: Schema.Array(Schema.String),
  /** Whether the run keeps what its jobs learned. */
  models: Schema.Boolean,
  /** What besides the parts determines the results: see `Job.Context`. */
  context: Job.Context,
  /** Versions, engine, time of the start, command: whatever the caller wants to be remembered. */
  provenance: Schema.Record(Schema.String, Schema.String)
}

/** The content of `design.json`. @category schemas */
export const Stored = Schema.Struct({
  /** Version 1 listed the jobs, whose ids depended on the measures. */
  format: Schema.Literal(2),
  ...common,
  splits: Schema.Array(Splits)
})

const Common = Schema.Struct(common)

const commonNames = Struct.keys(common)

/** What a run is about: written before its first job. @category models */
export type Manifest = typeof Common.Type & {
  readonly splits: ReadonlyArray<typeof Splits.Type>
  /** In the order of the design. */
  readonly jobs: ReadonlyArray<{ readonly id: string; readonly job: typeof Job.Columns.Type }>
}

const summarise = (task: Task.Task): typeof TaskSummary.Type => ({
  id: task.id,
  kind: task.kind,
  rows: task.rows,
  roles: Object.fromEntries(Task.columnsByRole(task)),
  levels: Task.classCounts(task),
  subsets: Task.subsetCounts(task),
  hash: task.hash
})

const summariseMeasure = (measure: Job.AnyMeasure): typeof MeasureSummary.Type => {
  const { direction, id, json, label, range } = measure
  return {
    id,
    label,
    ...(direction === undefined ? {} : { direction }),
    ...(Timing.isTiming(measure) || measure.unit === undefined ? {} : { unit: measure.unit }),
    range: [
      Number.isFinite(range[0]) ? range[0] : String(range[0]),
      Number.isFinite(range[1]) ? range[1] : String(range[1])
    ],
    json
  }
}

const columnNames = [
  "iteration",
  "testSubset",
  "trainSubsets",
  "groups",
  "testFold",
  "seed",
  "nTrainGroups",
  "repetition",
  "trainRows",
  "testRows"
] as const satisfies ReadonlyArray<keyof Split.SplitColumns>

const splitsOf = (plan: Planned, task: number, resampling: number): typeof Splits.Type => {
  const rows = plan.instance.splits.map(Split.columns)
  const columns = Object.fromEntries(columnNames.map((name) => [name, rows.map((row) => row[name])]))
  return { task, resampling, ...columns } as typeof Splits.Type
}

type Parts = Omit<Manifest, "jobs">

/** What each job is about, in the order of a design: plans, their splits, the learners. */
export const places = function* ({ learners, resamplings, splits, tasks }: Parts): Iterable<typeof Job.Columns.Type> {
  for (const own of splits) {
    const task = tasks[own.task]!.id
    const resampling = resamplings[own.resampling]!.text
    for (let i = 0; i < own.iteration.length; i++) {
      for (const { id } of learners) {
        // One after the other: objects that are all made alike take the least memory.
        yield {
          task,
          learner: id,
          resampling,
          iteration: own.iteration[i]!,
          testSubset: own.testSubset[i]!,
          trainSubsets: own.trainSubsets[i]!,
          groups: own.groups[i]!,
          testFold: own.testFold[i]!,
          seed: own.seed[i]!,
          nTrainGroups: own.nTrainGroups[i]!,
          repetition: own.repetition[i]!,
          trainRows: own.trainRows[i]!,
          testRows: own.testRows[i]!
        }
      }
    }
  }
}

/** The jobs, in the order of a design. */
const jobsOf = function* (parts: Parts): Iterable<Manifest["jobs"][number]> {
  const { context, learners, resamplings, seed, splits, tasks } = parts
  const all = places(parts)[Symbol.iterator]()
  for (const own of splits) {
    const resampling = Job.resamplingKey(resamplings[own.resampling]!.json)
    const idOf = Job.ids({ task: tasks[own.task]!.hash, resampling, seed, context })
    for (const iteration of own.iteration) {
      for (const { hash } of learners) yield { id: idOf(iteration, hash), job: all.next().value! }
    }
  }
}

/** The jobs are named when they are first asked for: of a million that takes seconds. */
export const ofParts = (parts: Parts): Manifest => {
  let jobs: Manifest["jobs"] | undefined
  return {
    ...parts,
    get jobs() {
      if (jobs === undefined) {
        jobs = Array.from(jobsOf(parts))
      }
      return jobs
    }
  }
}

/** How many jobs there are. */
export const jobCount = ({ learners, splits }: Pick<Manifest, "learners" | "splits">): number =>
  splits.reduce((sum, { iteration }) => sum + iteration.length, 0) * learners.length

/** Describes a design. @category constructors */
export const of = (
  design: Design<unknown>,
  describe: { readonly learnerHash: (id: string) => string; readonly resamplingText: (plan: Planned) => string },
  options: { readonly provenance: Readonly<Record<string, string>>; readonly models: boolean }
): Manifest => {
  const texts = [...new Set(design.plan.map(describe.resamplingText))]
  const place = new Map(design.tasks.map(({ id }, i) => [id, i]))
  return ofParts({
    hash: design.hash,
    seed: design.seed,
    tasks: design.tasks.map(summarise),
    learners: design.learners.map(({ id, json }) => ({ id, hash: describe.learnerHash(id), json })),
    resamplings: texts.map((text) => ({
      text,
      json: design.plan.find((plan) => describe.resamplingText(plan) === text)!.resampling
    })),
    measures: design.measures.map(summariseMeasure),
    pooled: design.pooled.map(summariseMeasure),
    splits: design.plan.map((plan) =>
      splitsOf(plan, place.get(plan.task.id)!, texts.indexOf(describe.resamplingText(plan)))
    ),
    warnings: design.warnings,
    context: design.context,
    ...options
  })
}

const encode = Schema.encodeSync(Stored)
const decode = Schema.decodeUnknownResult(Stored)

/** The text of `design.json`. @category conversions */
export const toText = (manifest: Manifest): string =>
  Checked.write(encode({ format: 2, splits: manifest.splits, ...Struct.pick(manifest, commonNames) }))

/** Reads the text of `design.json`, or says why it is something else. @category conversions */
export const fromText = (text: string): Result.Result<Manifest, string> => {
  if (/^\s*\{\s*"format"\s*:\s*1\b/.test(text)) {
    return Result.fail("an earlier version wrote it, whose runs are not read any more")
  }
  return Result.flatMap(Checked.read(text), (json) =>
    Result.match(decode(json), {
      onSuccess: ({ format: _, ...parts }) => Result.succeed(ofParts(parts)),
      onFailure: ({ message }) => Result.fail(message.split("\n")[0]!)
    })
  )
}
