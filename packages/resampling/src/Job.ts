/**
 * A job trains one learner on one split of one task and measures what it predicts for the test rows.
 *
 * Its id is a hash of everything that determines its result, so equal work has an equal id, whoever does it.
 */
import * as Duration from "@rocflow/core/Duration"
import * as FileProblem from "@rocflow/core/FileProblem"
import { hashJson, hashTexts } from "@rocflow/core/Hash"
import * as Column from "@rocflow/core/data/Column"
import * as Note from "@rocflow/core/data/Note"
import * as Task from "@rocflow/core/data/Task"
import * as History from "@rocflow/core/learning/History"
import * as Learner from "@rocflow/core/learning/Learner"
import * as Place from "@rocflow/core/learning/Place"
import type * as Measure from "@rocflow/core/learning/Measure"
import * as PreprocessCache from "@rocflow/core/learning/PreprocessCache"
import type { Prediction } from "@rocflow/core/learning/Prediction"
import * as Timing from "@rocflow/core/learning/Timing"
import type { Outcome } from "@rocflow/core/learning/Training"
import * as Saved from "@rocflow/core/learning/Saved"
import * as Tuning from "@rocflow/core/learning/Tuning"
import * as Seed from "@rocflow/core/Seed"
import * as Split from "@rocflow/core/splitting/Split"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as FeatureUse from "./FeatureUse.ts"

/** A learner of any kind, errors and requirements. @category models */
export type AnyLearner<R = never> = Learner.Learner<Task.Kind, string, unknown, R>

/** What is measured of a job: its predictions, or its seconds. @category models */
export type AnyMeasure = Measure.Measure | Timing.Timing

/** A learner, a task and a split: what can be executed by itself. @category models */
export interface Job<out R = never> {
  readonly id: string
  readonly task: Task.Task
  readonly learner: AnyLearner<R>
  /** The resampling in words. */
  readonly resampling: string
  readonly split: Split.Split
  readonly measures: ReadonlyArray<AnyMeasure>
  /** Trained instead when the learner fails, so that the job has scores; the failure stays in the result. */
  readonly fallback: AnyLearner<R> | undefined
  readonly seed: Seed.Seed
}

/** The split columns of a job, as its result and the score table show them. @category schemas */
export const Columns = Schema.Struct({
  task: Schema.String,
  learner: Schema.String,
  resampling: Schema.String,
  ...Split.SplitColumns.fields
})

/**
 * What a job gave: a record of `results/`. A failed job says why, by the tag and message of its error.
 * @category schemas
 */
export const Result = Schema.Struct({
  id: Schema.String,
  job: Columns,
  status: Schema.Literals(["ok", "failed"]),
  scores: Schema.Record(Schema.String, History.MeasuredJson),
  error: Schema.optionalKey(Schema.Struct({ tag: Schema.String, message: Schema.String })),
  /** The learner that gave the scores in place of the one that failed. */
  fallback: Schema.optionalKey(Schema.String),
  /** How iterative training went, if the learner trains in epochs. */
  training: Schema.optionalKey(
    Schema.Struct({
      epochs: Schema.Int,
      reason: Schema.Literals(["epochs", "early stopping", "time limit", "callback"]),
      best: Schema.optionalKey(Schema.Struct({ epoch: Schema.Int, score: Schema.Finite })),
      kept: Schema.Int,
      engine: Schema.String,
      history: History.History
    })
  ),
  /** What a learner that tunes itself tried and chose. */
  tuning: Schema.optionalKey(Tuning.Tuning),
  /** What training showed and is probably not meant. */
  notes: Schema.optionalKey(Schema.Array(Note.Note)),
  /** What the fitted model says of its features by itself. */
  ...FeatureUse.fields,
  /** The SHA-256 of its predictions; absent where there are none. */
  predictions: Schema.optionalKey(Schema.String),
  /** Where they are: a file in `predictions/`, their first byte, how many bytes. Absent where they are a file of their own. */
  pack: Schema.optionalKey(Schema.Struct({ file: Schema.String, from: Schema.Int, size: Schema.Int })),
  /** When the result was stored, in milliseconds since 1970: of records that are worth the same the last one counts. */
  at: Schema.optionalKey(Schema.Int),
  /** Wall-clock seconds; with those in the history and in timings, all that differs between two runs of a job. */
  seconds: Schema.Finite
})

/** What a job gave: its scores, or why there are none. @category models */
export type Result = typeof Result.Type

/** The split columns of a job. */
export const columns = <R>({ task, learner, resampling, split }: Job<R>): typeof Columns.Type => ({
  task: task.id,
  learner: learner.id,
  resampling,
  ...Split.columns(split)
})

/**
 * What tells the splits of resamplings apart: their JSON, or its hash where that is long, as a list of given splits is. Repetitions
 * are drawn each by its number, so that more of them leave those before as they are.
 */
export const resamplingKey = (resampling: unknown): string => {
  const { repeats: _, ...rest } = resampling as { readonly repeats?: number }
  const text = JSON.stringify(rest)
  return text.length > 200 ? hashJson(rest) : text
}

/** What determines the results of all jobs of a design, besides task, learner, split and seed. @category schemas */
export const Context = Schema.Struct({
  /** The hash of the learner that takes the place of one that fails. */
  fallback: Schema.optionalKey(Schema.String),
  /** The hash of code that the design uses beyond rocflow: modules with definitions of one's own. */
  code: Schema.optionalKey(Schema.String)
})

/** @category models */
export type Context = typeof Context.Type

/** The context of a fallback learner and of code, where there are any. */
export const contextOf = (fallback: AnyLearner<unknown> | undefined, code: string | undefined): Context => ({
  ...(fallback === undefined ? {} : { fallback: Learner.hash(fallback) }),
  ...(code === undefined ? {} : { code })
})

/**
 * The version of what jobs compute: it grows where a release gives other numbers, so that results of before are not taken for
 * new ones. 3: seeds do not depend on features. 4: ids do not depend on measures.
 */
const version = 4

/**
 * Gives the ids of the jobs of a task and a resampling, by the number of the split and the hash of the learner: a hash of
 * all that determines what a job predicts. Measures are none of it: they are computed of the predictions.
 */
export const ids = (parts: {
  readonly task: string
  readonly resampling: string
  readonly seed: number
  readonly context: Context
}): ((iteration: number, learner: string) => string) => {
  const { context, resampling, seed, task } = parts
  const all = hashJson({ version, task, resampling, seed, context })
  // Through bytes: a slice would keep the whole hash in memory, a million times.
  return (iteration, learner) =>
    Buffer.from(hashTexts([all, String(iteration), learner]), "latin1").toString("latin1", 0, 24)
}

/**
 * The seed of the jobs of a split, which depends on the split and what divides the rows: not on the learner, and not on the
 * features, so that one is left out on equal terms.
 */
export const seedOf = (root: Seed.Seed, splitHash: string, resampling: string, iteration: number): Seed.Seed =>
  Seed.derive(root, "task", splitHash, "split", resampling, iteration)

/** Makes a single job, with its id and its seed. @category constructors */
export const make = <R>(
  parts: Omit<Job<R>, "id" | "seed"> & {
    readonly seed: number
    readonly resamplingKey: string
    readonly code?: string | undefined
  }
): Job<R> => {
  const { code, resamplingKey, seed, ...job } = parts
  const { fallback, learner, split, task } = job
  const idOf = ids({ task: task.hash, resampling: resamplingKey, seed, context: contextOf(fallback, code) })
  return {
    ...job,
    id: idOf(split.iteration, Learner.hash(learner)),
    seed: seedOf(Seed.root(seed), task.splitHash, resamplingKey, split.iteration)
  }
}

const describe = (cause: Cause.Cause<unknown>): { readonly tag: string; readonly message: string } => {
  const error: unknown = Cause.squash(cause)
  const tag = typeof error === "object" && error !== null && "_tag" in error ? String(error._tag) : "Defect"
  return { tag, message: FileProblem.messageOf(error) }
}

/** What a job gave, and the predictions of its test rows, numbered as in the task. @category models */
export interface Executed {
  readonly result: Result
  readonly prediction: Prediction | undefined
  /** Where the task has groups, those of the test rows. */
  readonly groups?: ReadonlyArray<string> | undefined
  /** The trained learner as the content of a file that `Saved.read` reads. */
  readonly model?: () => Uint8Array
}

/** What an effect gives, with the wall-clock seconds that it took. */
const timed = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const begun = yield* Duration.now
    const value = yield* effect
    return { value, seconds: (yield* Duration.now) - begun }
  })

/** The groups of the rows of a task as text; undefined where it has none. */
const groupsOf = ({ roles, rows, table }: Task.Task): ReadonlyArray<string> | undefined => {
  const column = roles.group === undefined ? undefined : table.columns.get(roles.group)
  return column && Array.from({ length: rows }, (_, row) => Column.toText(column, row) ?? "")
}

/**
 * Trains a learner in a folder of its own, and goes on from the checkpoints that it left there if it was stopped before.
 * Where training is timed, it does not share what others have fitted.
 */
const trainAndPredict = Effect.fnUntraced(function* <R>(job: Job<R>, learner: AnyLearner<R>, folder: string) {
  const { task, split, seed } = job
  const place = yield* Place.at(folder)
  const known = yield* PreprocessCache.Current
  const training = yield* timed(
    Learner.train(learner, Task.take(task, split.train), { seed, resume: true }).pipe(
      Effect.provideService(Place.Place, place),
      Effect.provideService(PreprocessCache.Current, job.measures.some(Timing.isTiming) ? PreprocessCache.off : known)
    )
  )
  const trained = training.value
  const tested = Task.take(task, split.test)
  const predicting = yield* timed(Learner.predict(trained, tested))
  const prediction = { ...predicting.value, rows: split.test }
  const seconds = { train: training.seconds, predict: predicting.seconds }
  const scores = Object.fromEntries(
    job.measures.map((each) => [each.id, Timing.isTiming(each) ? each.of(seconds) : each.evaluate(prediction)])
  )
  return {
    outcome: trained.fitted.outcome,
    notes: trained.fitted.notes,
    tuning: trained.fitted.tuning,
    features: FeatureUse.of(trained.fitted, task.kind === "multiclass"),
    prediction,
    groups: groupsOf(tested),
    scores,
    model: () => Saved.toBytes(trained)
  }
})

const training = ({ epochs, reason, best, kept, engine, history }: Outcome): Result["training"] & {} => ({
  epochs,
  reason,
  ...(best === undefined ? {} : { best }),
  kept,
  engine,
  history
})

/**
 * Executes a job: the one code path by which results come about, in this process, in a worker or on a cluster.
 *
 * What callbacks write (checkpoints, logs) is in `training/<id>` of the `Place`, and training goes on from the checkpoints
 * that are there.
 *
 * It never fails: an error of the learner or of a measure, expected or not, is a failed result, with the scores of the
 * fallback learner if there is one. Interruption passes through.
 */
export const execute = Effect.fnUntraced(function* <R>(job: Job<R>): Effect.fn.Return<Executed, never, R> {
  const started = yield* Duration.now
  const folder = `training/${job.id}`
  const first = yield* Effect.exit(trainAndPredict(job, job.learner, folder))
  if (first._tag === "Failure" && Cause.hasInterrupts(first.cause)) return yield* Effect.interrupt
  const { fallback } = job
  const used =
    first._tag === "Success" || fallback === undefined
      ? first
      : yield* Effect.exit(trainAndPredict(job, fallback, `${folder}/fallback`))
  const seconds = (yield* Duration.now) - started
  const outcome = first._tag === "Success" ? first.value.outcome : undefined
  const notes = first._tag === "Success" ? first.value.notes : []
  const tuning = first._tag === "Success" ? first.value.tuning : undefined
  const features = first._tag === "Success" ? first.value.features : {}
  const result: Result = {
    id: job.id,
    job: columns(job),
    status: first._tag === "Success" ? "ok" : "failed",
    scores: used._tag === "Success" ? used.value.scores : {},
    ...(first._tag === "Failure" ? { error: describe(first.cause) } : {}),
    ...(first._tag === "Failure" && used._tag === "Success" ? { fallback: fallback!.id } : {}),
    ...(outcome === undefined ? {} : { training: training(outcome) }),
    ...(tuning === undefined ? {} : { tuning }),
    ...features,
    ...(notes.length === 0 ? {} : { notes }),
    seconds
  }
  if (used._tag === "Failure") return { result, prediction: undefined }
  const { groups, model, prediction } = used.value
  return { result, prediction, groups, model }
})
