/**
 * Training a learner, and predicting with it: what the compiler and the task have to say before anything runs.
 */
import * as Effect from "effect/Effect"
import type { Table } from "../../data/Table.ts"
import type { Kind as TargetKind, Role, Task } from "../../data/Task.ts"
import * as TaskSchema from "../../data/TaskSchema.ts"
import type * as Order from "../../pipeline/Order.ts"
import * as Pipeline from "../../pipeline/Pipeline.ts"
import { PipelineError } from "../../pipeline/PipelineError.ts"
import * as Seed from "../../Seed.ts"
import type { Prediction } from "../Prediction.ts"
import type { Checked, Learner, PredictError, Resume, Trained, TrainError } from "./learner.ts"
import { checkedRows, checkTraining } from "./taskChecks.ts"

/** `unknown` if a task suits a learner, else a sentence that no task is. @category type-level */
export type Suits<
  LearnerKind extends TargetKind,
  Columns extends string,
  TaskKind extends TargetKind,
  Names extends string
> = [Extract<TaskKind, LearnerKind>] extends [never]
  ? `The learner is for ${LearnerKind} targets, the task is ${TaskKind}`
  : string extends Names
    ? unknown
    : string extends Columns
      ? unknown
      : [Exclude<Columns, Names>] extends [never]
        ? unknown
        : `The task has no feature column: ${Exclude<Columns, Names>}`

/**
 * Finds what would make training fail, without training: the wrong target kind, unused weights, bad options, columns of
 * the wrong type, missing values. What only training can show (divergence) is not found. Gives the number of columns behind
 * each stage, and notes on what would train but is probably not meant.
 * @category running
 */
export const check = (
  learner: Learner<TargetKind, string, unknown, unknown>,
  task: Task
): Effect.Effect<Checked, TrainError> =>
  Effect.flatMap(Effect.fromResult(checkTraining(learner, task)), () => learner.check(task))

/** Marks learners with open places, which do not train: see `Tune.over` of @rocflow/resampling. @category models */
export const OpenTypeId = "~rocflow/Open"

/** A learner with open places, whose values are `V`. @category models */
export interface Open<in V = never> {
  readonly [OpenTypeId]: (values: V) => void
}

/**
 * What can be handed to `train`: a learner; a pipeline, and a learner with open places, so that the compiler can say what
 * they lack.
 * @category type-level
 */
export type Trainable = Learner<TargetKind, string, unknown, unknown> | Pipeline.Any | Open

/**
 * `unknown` for a learner; for a pipeline without a model, and for open places, a sentence that names what is missing.
 * @category type-level
 */
export type Complete<L extends Trainable> =
  L extends Open<infer V>
    ? `Give values to: ${keyof V & string}; by Tune.bind, or by a tuner such as Tune.random`
    : L extends Pipeline.Any
      ? unknown extends Order.Problem<Pipeline.ReachedOf<L>, "model", "Model">
        ? "Stage not set: model; end the pipeline with Model.classif or Model.regr"
        : Order.Problem<Pipeline.ReachedOf<L>, "model", "Model">
      : unknown

type KindOf<L> = L extends Learner<infer K, infer _C, infer _E, infer _R> ? K : never
type ColumnsOf<L> = L extends Learner<infer _K, infer C, infer _E, infer _R> ? C : never
type ErrorOf<L> = L extends Learner<infer _K, infer _C, infer E, infer _R> ? E : never
type ServicesOf<L> = L extends Learner<infer _K, infer _C, infer _E, infer R> ? R : never

/** How a learner is trained. @category models */
export interface Options {
  /** Decides everything random. Default 1. */
  readonly seed?: number | Seed.Seed
  /** What training goes on from. Default: it begins. */
  readonly resume?: Resume
}

const trainLearner = <K extends TargetKind, Columns extends string, E, R>(
  learner: Learner<K, Columns, E, R>,
  task: Task,
  { resume, seed: given = 1 }: Options
): Effect.Effect<Trained<K, Columns, R>, TrainError | E, R> => {
  const seed = typeof given === "object" ? given : Seed.root(given)
  return Effect.flatMap(Effect.fromResult(checkTraining(learner, task)), () =>
    Effect.map(learner.fit(task, seed, resume), (fitted) => ({
      learner,
      task: TaskSchema.of(task),
      fitted,
      origin: { rows: task.rows, seed }
    }))
  )
}

const isOpen = (given: Trainable): given is Open => OpenTypeId in given

const refuseOpen = Effect.fail(
  new PipelineError({
    issues: [
      {
        path: [],
        message: "a learner with open places does not train; give it values by Tune.bind, or tune it by Tune.random"
      }
    ]
  })
)

/** What a pipeline lacks that is trained as if it were a learner. */
const refuse = (pipeline: Pipeline.Any): Effect.Effect<never, PipelineError> =>
  Effect.flatMap(Effect.fromResult(Pipeline.check(pipeline, { complete: true })), () =>
    Effect.fail(
      new PipelineError({
        issues: [{ path: [], message: "a pipeline that was read from JSON is made a learner by Learner.fromPipeline" }]
      })
    )
  )

/**
 * Trains a learner on all rows of a task.
 *
 * `seed` (default 1) decides everything random: the same learner, task and seed give the same numbers. A learner that
 * does not use row weights refuses a task with a weight column.
 *
 * `resume` goes on from a checkpoint, or from what `Callback.checkpoint` of the learner left: the result equals, to the last
 * bit, that of a training which was never stopped. A training that early stopping or a callback ended is given back as it
 * was, with a note. With more epochs than before it goes on, as it does where a time limit ended it. Errors:
 * `CheckpointError` for a checkpoint of another task, other rows, another pipeline, another seed or engine, or of more
 * epochs than there are to be.
 *
 * *Gotcha*: a training of 10 epochs that is resumed with 20 equals one of 20 only if the 10th was evaluated in it too
 * (`evalFreq`), and if nothing depends on the progress, such as a schedule.
 *
 * @example
 * const learner = net.pipe(Model.classif({ epochs: 500, callbacks: [Callback.checkpoint({ every: 10 })] }))
 * const trained = yield* Learner.train(learner, sonar, { resume: true })
 * @category running
 */
export const train = <L extends Trainable, TaskKind extends TargetKind, Roles extends Role, Names extends string>(
  learner: L & Complete<L>,
  task: Task<TaskKind, Roles, Names> & Suits<KindOf<L>, ColumnsOf<L>, TaskKind, Names>,
  options: Options = {}
): Effect.Effect<Trained<KindOf<L>, ColumnsOf<L>, ServicesOf<L>>, TrainError | ErrorOf<L>, ServicesOf<L>> => {
  const given: Trainable = learner
  const trained = isOpen(given)
    ? refuseOpen
    : Pipeline.isPipeline(given)
      ? refuse(given)
      : trainLearner(given, task, options)
  // The types say of `L` what the value is.
  return trained as Effect.Effect<
    Trained<KindOf<L>, ColumnsOf<L>, ServicesOf<L>>,
    TrainError | ErrorOf<L>,
    ServicesOf<L>
  >
}

/**
 * Predicts all rows of a task, or of a table, which needs no target: see `TaskSchema.rows` for how its columns are read.
 * Where the target is known the prediction has the truth, and can be measured.
 *
 * Errors: `PipelineError` with every column that is missing or of another type, and levels in another order, which would
 * say that another class is positive; the errors of preprocessing and of the engine.
 *
 * @example
 * const prediction = yield* Learner.predict(trained, yield* Table.fromFile("new.csv"))
 * @category running
 */
export const predict = <K extends TargetKind, Columns extends string, R>(
  trained: Trained<K, Columns, R>,
  given: Task | Table
): Effect.Effect<Prediction<K>, PredictError, R> =>
  Effect.flatMap(
    Effect.fromResult(checkedRows(trained.learner.id, trained.task, given)),
    (rows) => trained.fitted.predict(rows) as Effect.Effect<Prediction<K>, PredictError, R>
  )
