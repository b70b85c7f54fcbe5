/**
 * A design is tasks × learners × resamplings: every job that answers the question, before anything runs.
 */
import { hashJson } from "@rocflow/core/Hash"
import type * as Task from "@rocflow/core/data/Task"
import * as Learner from "@rocflow/core/learning/Learner"
import type * as Measure from "@rocflow/core/learning/Measure"
import * as Seed from "@rocflow/core/Seed"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Job from "./Job.ts"
import * as Resampling from "./Resampling.ts"
import type { ResamplingError } from "./ResamplingError.ts"

/** Refuses a design, with every problem of its combinations. @category errors */
export class DesignError extends Schema.TaggedError<DesignError>()("DesignError", {
  problems: Schema.Array(Schema.String)
}) {
  override get message(): string {
    return this.problems.join("\n")
  }
}

/** A task with its splits. @category models */
export interface Planned {
  readonly task: Task.Task
  readonly resampling: Resampling.Resampling<Task.Role>
  readonly instance: Resampling.Instance
}

/** @category models */
export interface Design<out R = never> {
  readonly tasks: ReadonlyArray<Task.Task>
  readonly learners: ReadonlyArray<Job.AnyLearner<R>>
  readonly measures: ReadonlyArray<Measure.Measure>
  readonly seed: number
  readonly plan: ReadonlyArray<Planned>
  readonly jobs: ReadonlyArray<Job.Job<R>>
  /** What the resamplings warn of, such as classes too rare to be in every fold. */
  readonly warnings: ReadonlyArray<string>
  /** Equal designs have equal hashes: the hash of all job ids. */
  readonly hash: string
}

const repeated = (ids: ReadonlyArray<string>): ReadonlyArray<string> => [
  ...new Set(ids.filter((id, i) => ids.indexOf(id) !== i))
]

const checkNames = (what: string, ids: ReadonlyArray<string>): ReadonlyArray<string> =>
  ids.length === 0
    ? [`a design without ${what}s has nothing to do; add at least one`]
    : repeated(ids).map(
        (id) => `two ${what}s have the id "${id}", and tables could not tell them apart; give one another id`
      )

const checkMeasures = (
  task: Task.Task,
  learners: ReadonlyArray<Job.AnyLearner<unknown>>,
  measures: ReadonlyArray<Measure.Measure>
): ReadonlyArray<string> =>
  measures.flatMap(({ id, accepts, needs }) => {
    if (!accepts.includes(task.kind)) {
      return [
        `measure "${id}" is for ${accepts.join(" and ")} targets, but task "${task.id}" is ${task.kind}; choose another measure`
      ]
    }
    return needs === "response"
      ? []
      : learners
          .filter(({ predictType }) => predictType === "response")
          .map(
            (learner) =>
              `measure "${id}" needs probabilities, but learner "${learner.id}" predicts responses; set its predictType to "prob"`
          )
  })

const checkLearners = (task: Task.Task, learners: ReadonlyArray<Job.AnyLearner<unknown>>) =>
  Effect.map(
    Effect.forEach(learners, (learner) =>
      Learner.check(learner, task).pipe(
        Effect.as<ReadonlyArray<string>>([]),
        Effect.catch((error) => Effect.succeed([`learner "${learner.id}" on task "${task.id}": ${error.message}`]))
      )
    ),
    (problems) => problems.flat()
  )

/**
 * Plans every combination of tasks, learners and resamplings, with the same splits for every learner of a task.
 *
 * Deterministic in `seed`, an integer. Errors: `DesignError` with every learner and measure that does not fit a task and
 * every id that occurs twice; `ResamplingError` of the splits. Nothing is trained.
 *
 * @example
 * const design = yield* Design.grid({
 *   tasks: [sonar], learners: [Featureless.make(), linear],
 *   resamplings: [Resampling.cv({ folds: 10 })], measures: [Measure.auc, Measure.error], seed: 1
 * })
 * @category constructors
 */
export const grid = Effect.fnUntraced(function* <R = never>(options: {
  readonly tasks: ReadonlyArray<Task.Task>
  readonly learners: ReadonlyArray<Job.AnyLearner<R>>
  readonly resamplings: ReadonlyArray<Resampling.Resampling<Task.Role>>
  readonly measures: ReadonlyArray<Measure.Measure>
  readonly seed: number
}): Effect.fn.Return<Design<R>, DesignError | ResamplingError> {
  const { tasks, learners, resamplings, measures, seed } = options
  const root = Seed.root(seed)
  const found = yield* Effect.forEach(tasks, (task) => checkLearners(task, learners))
  const texts = resamplings.map(Resampling.toText)
  const problems = [
    ...checkNames(
      "task",
      tasks.map(({ id }) => id)
    ),
    ...checkNames(
      "learner",
      learners.map(({ id }) => id)
    ),
    ...checkNames("resampling", texts),
    ...checkNames(
      "measure",
      measures.map(({ id }) => id)
    ),
    ...tasks.flatMap((task) => checkMeasures(task, learners, measures)),
    ...found.flat()
  ]
  if (problems.length > 0) return yield* new DesignError({ problems })

  const plan = yield* Effect.forEach(
    tasks.flatMap((task) => resamplings.map((resampling) => ({ task, resampling }))),
    ({ task, resampling }) =>
      Effect.map(
        Resampling.instantiate(resampling, task, Seed.derive(root, "task", task.hash, "resampling")),
        (instance): Planned => ({ task, resampling, instance })
      )
  )
  const jobs = plan.flatMap(({ task, resampling, instance }) =>
    instance.splits.flatMap((split) =>
      learners.map((learner) =>
        Job.make({
          task,
          learner,
          resampling: Resampling.toText(resampling),
          resamplingJson: resampling,
          split,
          measures,
          root
        })
      )
    )
  )
  return {
    tasks,
    learners,
    measures,
    seed,
    plan,
    jobs,
    warnings: plan.flatMap(({ task, instance }) => instance.warnings.map((warning) => `task "${task.id}": ${warning}`)),
    hash: hashJson(jobs.map(({ id }) => id))
  }
})
