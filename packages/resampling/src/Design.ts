/**
 * A design is tasks × learners × resamplings: every job that answers the question, before anything runs.
 */
import { hashTexts } from "@rocflow/core/Hash"
import * as Note from "@rocflow/core/data/Note"
import type * as Task from "@rocflow/core/data/Task"
import * as Learner from "@rocflow/core/learning/Learner"
import * as PreprocessCache from "@rocflow/core/learning/PreprocessCache"
import type * as Measure from "@rocflow/core/learning/Measure"
import * as Timing from "@rocflow/core/learning/Timing"
import * as Seed from "@rocflow/core/Seed"
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Job from "./Job.ts"
import * as Resampling from "./Resampling.ts"

/** A problem, and the part of the design that it is about; without an index it is about all of them. */
export const Problem = Schema.Struct({
  part: Schema.Literals(["tasks", "learners", "fallback", "resamplings", "measures"]),
  index: Schema.optionalKey(Schema.Int),
  message: Schema.String
})
/** What does not fit in a design, and which part it is about. @category models */
export type Problem = typeof Problem.Type

/** Refuses a design, with every problem of its parts and their combinations. @category errors */
export class DesignError extends Schema.TaggedError<DesignError>()("DesignError", {
  problems: Schema.Array(Problem)
}) {
  override get message(): string {
    return this.problems.map(({ message }) => message).join("\n")
  }
}

/** A task with its splits. @category models */
export interface Planned {
  readonly task: Task.Task
  readonly resampling: Resampling.Resampling<Task.Role>
  readonly instance: Resampling.Instance
}

/** Tasks × learners × resamplings, with every job of them. @category models */
export interface Design<out R = never> {
  readonly tasks: ReadonlyArray<Task.Task>
  readonly learners: ReadonlyArray<Job.AnyLearner<R>>
  readonly measures: ReadonlyArray<Job.AnyMeasure>
  /** Measured over the pooled test rows of all splits, see `Pooled`. */
  readonly pooled: ReadonlyArray<Measure.Measure>
  readonly seed: number
  readonly plan: ReadonlyArray<Planned>
  readonly jobs: ReadonlyArray<Job.Job<R>>
  /** What was seen of each learner on each task without training: see `Learner.check`. */
  readonly checked: ReadonlyArray<Pick<CheckedLearner, "learner" | "stages" | "computes"> & { readonly task: string }>
  /** What is legal but probably not meant: of reading data, of roles, of learners on tasks, of splits. Each once. */
  readonly warnings: ReadonlyArray<string>
  /** What determines the results besides the parts. */
  readonly context: Job.Context
  /** Equal designs have equal hashes: the hash of all job ids and of the measures. */
  readonly hash: string
}

const checkNames = (
  part: "tasks" | "learners" | "resamplings" | "measures",
  ids: ReadonlyArray<string>
): ReadonlyArray<Problem> =>
  ids.length === 0
    ? [{ part, message: `a design without ${part} has nothing to do; add at least one` }]
    : ids.flatMap((id, index) => {
        if (ids.indexOf(id) === index) return []
        const advice = part === "tasks" || part === "learners" ? "give one another id" : "leave one out"
        const message = `two ${part} are called "${id}", and tables could not tell them apart; ${advice}`
        return [{ part, index, message }]
      })

/** Parts that differ in this only would share jobs, which know what they compute and not what it is called. */
const checkTwins = (
  part: "tasks" | "learners" | "resamplings",
  ids: ReadonlyArray<string>,
  hash: (index: number) => string,
  differ = "names"
): ReadonlyArray<Problem> => {
  const hashes = ids.map((_, index) => hash(index))
  return ids.flatMap((id, index) => {
    const first = hashes.indexOf(hashes[index]!)
    if (first === index || ids[first] === id) return []
    return [
      { part, index, message: `the ${part} "${ids[first]}" and "${id}" differ in their ${differ} only; leave one out` }
    ]
  })
}

const checkMeasures = (
  task: Task.Task,
  learners: ReadonlyArray<Job.AnyLearner<unknown>>,
  measures: ReadonlyArray<Job.AnyMeasure>
): ReadonlyArray<Problem> =>
  measures.flatMap((measure, index): ReadonlyArray<Problem> => {
    if (Timing.isTiming(measure)) return []
    const { accepts, id, needs } = measure
    if (!accepts.includes(task.kind)) {
      return [
        {
          part: "measures",
          index,
          message: `measure "${id}" is for ${accepts.join(" and ")} targets, but task "${task.id}" is ${task.kind}; choose another measure`
        }
      ]
    }
    const without = needs === "response" ? [] : learners.filter(({ predictType }) => predictType === "response")
    return without.map((learner) => ({
      part: "measures",
      index,
      message: `measure "${id}" needs probabilities, but learner "${learner.id}" predicts responses; set its predictType to "prob"`
    }))
  })

/** What ranks rows cannot judge single ones, and is not quite fair to rows that several models scored. */
const rankingNotes = (
  resamplings: ReadonlyArray<Resampling.Resampling<Task.Role>>,
  measures: ReadonlyArray<Job.AnyMeasure>,
  pooled: ReadonlyArray<Measure.Measure>
): ReadonlyArray<string> => {
  const single = resamplings.some(({ type }) => type === "leaveOneOut")
  const list = (found: ReadonlyArray<Job.AnyMeasure>) => found.map(({ id }) => `"${id}"`).join(", ")
  const [alone, together] = [measures, pooled].map((all) =>
    all.filter((measure) => !Timing.isTiming(measure) && measure.ranks === true)
  )
  return [
    ...(single && alone!.length > 0
      ? [
          `measure ${list(alone!)} ranks rows, and under leave-one-out a single test row has no rank. Ask for it over the pooled rows: { type: ${alone![0]!.id}, average: micro }.`
        ]
      : []),
    ...(together!.length > 0
      ? [
          `measure ${list(together!)}, pooled, ranks rows by the scores of several models, whose scales may differ. Compare learners by it with care; the mean over splits (average: macro) has no such flaw where test sets have both classes.`
        ]
      : [])
  ]
}

interface CheckedLearner {
  readonly task: Task.Task
  readonly learner: string
  readonly stages: Learner.Checked["stages"]
  readonly computes?: Learner.Checked["computes"]
  readonly problems: ReadonlyArray<Problem>
  readonly notes: ReadonlyArray<Note.Note>
}

const checkLearner = <R>(
  learner: Job.AnyLearner<R>,
  task: Task.Task,
  place: Omit<Problem, "message">
): Effect.Effect<CheckedLearner> =>
  Effect.match(Learner.check(learner, task), {
    onSuccess: ({ notes, ...seen }) => ({ task, learner: learner.id, ...seen, problems: [], notes }),
    onFailure: ({ message }) => {
      const known = message.startsWith(`learner "${learner.id}"`)
      const problem = {
        ...place,
        message: known ? message : `learner "${learner.id}" on task "${task.id}": ${message}`
      }
      return { task, learner: learner.id, stages: [], problems: [problem], notes: [] }
    }
  })

/** What learners make of tasks, each note once: with the learners that it is about, unless it is about the data. */
const learnerNotes = (checked: ReadonlyArray<CheckedLearner>): ReadonlyArray<Note.Note> => {
  const all = checked.flatMap(({ learner, notes, task }) => notes.map((note) => ({ learner, note, task })))
  const groups = Map.groupBy(all, ({ note, task }) => `${task.id}\n${Note.message(note)}`)
  return Array.from(groups.values(), (group) => {
    const { note, task } = group[0]!
    const learners = [...new Set(group.map(({ learner }) => `"${learner}"`))]
    const inTask = `task "${task.id}"`
    if (note.column !== undefined) return Note.within(note, inTask)
    return Note.within(
      Note.within(note, `${learners.length === 1 ? "learner" : "learners"} ${learners.join(", ")}`),
      inTask
    )
  })
}

/**
 * Plans every combination of tasks, learners and resamplings, with the same splits for every learner of a task.
 *
 * Deterministic in `seed`, an integer. Errors: `DesignError` with every learner, measure and resampling that does not fit
 * a task and every id that occurs twice. Nothing is trained.
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
  /** Of predictions, and of seconds: see `Timing`. */
  readonly measures: ReadonlyArray<Job.AnyMeasure>
  /** Measures over the pooled test rows of all splits. Default: none. */
  readonly pooled?: ReadonlyArray<Measure.Measure>
  readonly seed: number
  /** Trained where a learner fails, so that every job has scores. Default: none. */
  readonly fallback?: Job.AnyLearner<R> | undefined
  /** The hash of code beyond rocflow that determines results: of modules with definitions of one's own. Default: none. */
  readonly code?: string | undefined
  /** Whether to see what learners make of the tasks. Default true; false where another process did, of equal data. */
  readonly check?: boolean
}): Effect.fn.Return<Design<R>, DesignError> {
  const { tasks, learners, resamplings, measures, pooled = [], seed, fallback, code, check = true } = options
  const root = Seed.root(seed)
  const places = learners.map((learner, index) => ({ learner, place: { part: "learners" as const, index } }))
  const trained =
    fallback === undefined ? places : [...places, { learner: fallback, place: { part: "fallback" as const } }]
  const checks = Effect.forEach(check ? tasks : [], (task) =>
    Effect.forEach(trained, ({ learner, place }) => checkLearner(learner, task, place))
  )
  const checked = (yield* PreprocessCache.provideDefault(checks)).flat()
  const planned = yield* Effect.forEach(tasks, (task) =>
    Effect.forEach(resamplings, (resampling, index) =>
      Effect.result(
        Effect.mapBoth(
          Resampling.instantiate(resampling, task, Seed.derive(root, "task", task.splitHash, "resampling")),
          {
            onSuccess: (instance): Planned => ({ task, resampling, instance }),
            onFailure: ({ message }): Problem => ({ part: "resamplings", index, message })
          }
        )
      )
    )
  )
  const namesOf = (parts: ReadonlyArray<{ readonly id: string }>) => parts.map(({ id }) => id)
  const problems: ReadonlyArray<Problem> = [
    ...checkNames("tasks", namesOf(tasks)),
    ...checkNames("learners", namesOf(learners)),
    ...checkNames("resamplings", resamplings.map(Resampling.toText)),
    ...(measures.length === 0 && pooled.length > 0 ? [] : checkNames("measures", namesOf(measures))),
    ...checkTwins("tasks", namesOf(tasks), (i) => tasks[i]!.hash),
    ...checkTwins("learners", namesOf(learners), (i) => Learner.hash(learners[i]!)),
    ...checkTwins(
      "resamplings",
      resamplings.map(Resampling.toText),
      (i) => Job.resamplingKey(resamplings[i]!),
      "repeats"
    ),
    ...tasks.flatMap((task) => checkMeasures(task, learners, [...measures, ...pooled])),
    ...checked.flatMap(({ problems }) => problems),
    ...Arr.getFailures(planned.flat())
  ]
  if (problems.length > 0) return yield* new DesignError({ problems })

  const plan = Arr.getSuccesses(planned.flat())
  const context = Job.contextOf(fallback, code)
  const hashed = learners.map((learner) => ({ learner, hash: Learner.hash(learner) }))
  const jobs = plan.flatMap(({ task, resampling, instance }) => {
    const key = Job.resamplingKey(resampling)
    const text = Resampling.toText(resampling)
    const idOf = Job.ids({ task: task.hash, resampling: key, seed, context })
    return instance.splits.flatMap((split) => {
      const { iteration } = split
      const ofSplit = Job.seedOf(root, task.splitHash, key, iteration)
      return hashed.map(({ hash, learner }): Job.Job<R> => ({
        id: idOf(iteration, hash),
        task,
        learner,
        resampling: text,
        split,
        measures,
        fallback,
        seed: ofSplit
      }))
    })
  })
  return {
    tasks,
    learners,
    measures,
    pooled,
    seed,
    plan,
    jobs,
    checked: checked.map(({ computes, learner, stages, task }) => ({ task: task.id, learner, stages, computes })),
    warnings: [
      ...Note.distinct([
        ...tasks.flatMap((task) => task.notes.map((note) => Note.within(note, `task "${task.id}"`))),
        ...learnerNotes(checked)
      ]).map(Note.message),
      ...rankingNotes(resamplings, measures, pooled),
      ...plan.flatMap(({ task, instance }) => instance.warnings.map((warning) => `task "${task.id}": ${warning}`))
    ],
    context,
    hash: hashTexts([...measures, ...pooled].map(({ id }) => id).concat(jobs.map(({ id }) => id)))
  }
})
