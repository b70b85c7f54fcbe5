/**
 * A learner that tunes itself: when it is trained, it tries configurations on splits of the training rows, and trains the
 * best one on all of them. It is a learner like any other, so that resampling it is nested resampling.
 */
import type { Kind, Task } from "@rocflow/core/data/Task"
import { hashJson } from "@rocflow/core/Hash"
import * as Events from "@rocflow/core/learning/Events"
import * as Learner from "@rocflow/core/learning/Learner"
import * as Measure from "@rocflow/core/learning/Measure"
import * as Place from "@rocflow/core/learning/Place"
import * as PreprocessCache from "@rocflow/core/learning/PreprocessCache"
import * as Tuning from "@rocflow/core/learning/Tuning"
import { decode } from "@rocflow/core/pipeline/Decode"
import { PipelineError } from "@rocflow/core/pipeline/PipelineError"
import * as Seed from "@rocflow/core/Seed"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Spec } from "../internal/descriptions.ts"
import * as Resampling from "../Resampling.ts"
import * as Archive from "./archive.ts"
import { ended, type Ending } from "./ending.ts"
import { type Epochs, evaluate, mostOf, type Setting } from "./evaluate.ts"
import type { Tried } from "./events.ts"
import type { Open } from "./Open.ts"
import type { Tuner } from "./Tuner.ts"

/** How a learner is tuned. */
export interface Tuned<K extends Kind, Columns extends string, E, R> {
  readonly id: string
  readonly json: Learner.LearnerJson
  /** Of all that has a say in what is learned. */
  readonly hash: string
  readonly open: Open<never, K, Columns, E, R>
  /** Learners of configurations that between them have every choice and every bound. */
  readonly corners: readonly [Learner.Learner<K, Columns, E, R>, ...ReadonlyArray<Learner.Learner<K, Columns, E, R>>]
  readonly tuner: Tuner
  readonly resampling: Spec
  /** Absent: the usual one of the kind of target. */
  readonly measure: Measure.Measure | undefined
  readonly ending: Ending
  readonly epochs: Epochs | undefined
}

const State = Schema.Struct({ tuning: Tuning.Tuning, learner: Schema.Unknown })

const problem = (message: string, path: ReadonlyArray<string | number> = []) =>
  new PipelineError({ issues: [{ path, message }] })

/** The measure of a tuning on a task, whose scores can be compared. */
const measureFor = <R>({ id, measure }: Pick<Tuned<Kind, string, unknown, R>, "id" | "measure">, { kind }: Task) => {
  const chosen = measure ?? Measure.usual[kind]
  if (!chosen.accepts.includes(kind)) {
    return Result.fail(
      problem(
        `${id}: the measure ${chosen.id} is for ${chosen.accepts.join(" and ")} targets, and this one is ${kind}; choose another one`,
        ["measure"]
      )
    )
  }
  const { direction } = chosen
  return direction === undefined
    ? Result.fail(
        problem(`${id}: the measure ${chosen.id} does not say which way is better; choose another one`, ["measure"])
      )
    : Result.succeed({ measure: chosen, direction })
}

/** The last training: with the values that were chosen, on all rows, from a fresh start. */
const refitted = <K extends Kind, Columns extends string, E, R>(
  { epochs, open }: Tuned<K, Columns, E, R>,
  { epochs: chosen, values }: Pick<Tuning.Tuning, "epochs" | "values">
): Result.Result<Learner.Learner<K, Columns, E, R>, PipelineError> =>
  Result.map(open.make(values), (learner) =>
    epochs === undefined || chosen === undefined || learner.epochs === undefined
      ? learner
      : learner.epochs.change({
          epochs: chosen,
          scheduleEpochs: mostOf(epochs, learner.epochs.most),
          validation: "none"
        })
  )

/** Makes the learner that tunes itself. */
export const tuned = <K extends Kind, Columns extends string, E, R>(
  how: Tuned<K, Columns, E, R>
): Learner.Learner<K, Columns, E, R> => {
  const { corners, ending, epochs, hash, id, json, open, resampling, tuner } = how
  const [one] = corners

  const instance = (task: Task, seed: Seed.Seed) =>
    Effect.mapError(Resampling.instantiate(resampling, task, seed), ({ message }) =>
      problem(`${id}: inner splits: ${message}`, ["resampling"])
    )

  const check = Effect.fnUntraced(function* (task: Task) {
    yield* Effect.fromResult(measureFor(how, task))
    yield* instance(task, Seed.root(0))
    if (epochs !== undefined && corners.some((learner) => learner.epochs === undefined)) {
      return yield* problem(`${id}: the learner "${one.id}" is not trained in epochs; leave epochs out`, ["epochs"])
    }
    return yield* one.check(task)
  })

  /** Tries configurations until it is over. */
  const search = Effect.fnUntraced(function* (task: Task, seed: Seed.Seed, resume: boolean) {
    const template = yield* Effect.fromResult(open.template)
    const { direction, measure } = yield* Effect.fromResult(measureFor(how, task))
    const { splits } = yield* instance(task, Seed.derive(seed, "inner"))
    const states = new Map()
    const setting: Setting<R> = { task, splits, measure, seed, make: open.make, epochs, states, resume }
    const key = hashJson({ learner: hash, task: task.hash, seed }).slice(0, 16)
    const archive = resume ? yield* Archive.open(yield* Place.at("tuning.jsonl"), key) : Archive.none
    const tried = [...archive.evaluations]
    while (!ended(ending, tried, direction)) {
      const proposal = tuner({ template, direction, most: one.epochs?.most, tried, seed: Seed.derive(seed, "tuner") })
      if (proposal === undefined) break
      const evaluation = yield* evaluate(setting, proposal, `tuning/${tried.length}`)
      yield* archive.add(evaluation)
      tried.push(evaluation)
      const best = tried[Tuning.best(tried, direction)]?.score
      const told: Tried = { evaluation, tried: tried.length, best, most: ending.evaluations }
      yield* Events.emit({ _tag: "ConfigurationTried", ...told })
    }
    const chosen = tried[Tuning.best(tried, direction)]
    if (chosen === undefined) {
      const why = tried.find(({ error }) => error !== undefined)?.error?.message
      const reason = tried.flatMap(({ scores }) => scores).find(Measure.isUndefined)?.reason
      return yield* problem(
        `${id}: none of ${tried.length} configurations has a score: ${why ?? reason ?? "nothing was tried"}`
      )
    }
    return {
      measure: measure.id,
      direction,
      values: chosen.values,
      ...(chosen.epochs !== undefined && { epochs: chosen.epochs }),
      evaluations: tried
    } satisfies Tuning.Tuning
  })

  const fitted = (tuning: Tuning.Tuning, inner: Learner.Fitted<R>): Learner.Fitted<R> => ({
    ...inner,
    state: () => ({ tuning, learner: inner.state() }),
    tuning
  })

  return Learner.fromParts<K, Columns, E, R>({
    id,
    json,
    hash: () => hash,
    accepts: one.accepts.filter((kind) => corners.every(({ accepts }) => accepts.includes(kind))),
    weighted: corners.every(({ weighted }) => weighted),
    takes: one.takes,
    predictType: corners.every(({ predictType }) => predictType === "prob") ? "prob" : "response",
    check,
    fit: Effect.fnUntraced(function* (task, seed, resume) {
      if (resume !== undefined && resume !== true) {
        return yield* problem(`${id} goes on from the archive of its own; write resume: true`)
      }
      yield* check(task)
      const tuning = yield* PreprocessCache.provideDefault(search(task, seed, resume === true))
      const learner = yield* Effect.fromResult(refitted(how, tuning))
      const trained = yield* Learner.train(learner as Learner.Learner<Kind, string, E, R>, task, {
        seed: Seed.derive(seed, "refit"),
        ...(resume && { resume })
      })
      return fitted(tuning, trained.fitted)
    }),
    load: (task, given) =>
      Result.gen(function* () {
        const state = yield* Result.mapError(
          decode(State, given),
          (issues) =>
            new PipelineError({
              issues: issues.map((issue) => ({ ...issue, message: `model state: ${issue.message}` }))
            })
        )
        const learner = yield* refitted(how, state.tuning)
        return fitted(state.tuning, yield* learner.load(task, state.learner))
      })
  })
}
