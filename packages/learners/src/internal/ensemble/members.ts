/**
 * Learners that are trained one by one and whose predictions are averaged.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Note } from "@rocflow/core/data/Note"
import type { Kind, Task } from "@rocflow/core/data/Task"
import * as Learner from "@rocflow/core/learning/Learner"
import * as Place from "@rocflow/core/learning/Place"
import * as Prediction from "@rocflow/core/learning/Prediction"
import * as Shap from "@rocflow/core/learning/Shap"
import * as Features from "@rocflow/core/pipeline/Features"
import { decode } from "@rocflow/core/pipeline/Decode"
import type { Find, Options } from "@rocflow/core/pipeline/Definition"
import { PipelineError } from "@rocflow/core/pipeline/PipelineError"
import * as Seed from "@rocflow/core/Seed"

/** Decodes the options of an ensemble, whose issues name it. */
export const decodeBy = <Type, Encoded>(
  id: string,
  schema: Options<Type, Encoded>,
  given: unknown,
  find?: Find
): Result.Result<Type, PipelineError> =>
  Result.mapError(
    decode(schema, given, find),
    (issues) =>
      new PipelineError({ issues: issues.map(({ message, path }) => ({ path, message: `${id}: ${message}` })) })
  )

/** The kinds of targets that all learners are for. */
export const common = <K extends Kind>(
  learners: ReadonlyArray<{ readonly accepts: ReadonlyArray<K> }>
): ReadonlyArray<K> =>
  (learners[0]?.accepts ?? []).filter((kind) => learners.every(({ accepts }) => accepts.includes(kind)))

type Takes = Learner.Learner["takes"]

/** What all learners take. */
export const takenBy = (learners: ReadonlyArray<{ readonly takes?: Takes }>): NonNullable<Takes> => {
  const all = (key: keyof NonNullable<Takes>) => learners.every(({ takes }) => takes?.[key] === true)
  return { categories: all("categories"), missing: all("missing"), anyScale: all("anyScale") }
}

/** What several fits noticed, each thing once. */
export const notesOf = (fits: ReadonlyArray<{ readonly notes: ReadonlyArray<Note> }>): ReadonlyArray<Note> => [
  ...new Map(fits.flatMap(({ notes }) => notes).map((note) => [JSON.stringify(note), note])).values()
]

const State = Schema.Struct({ members: Schema.Array(Schema.Unknown) })

/** Members of an ensemble: their learners, the rows that each is trained on, and how much it counts. */
export interface Members<K extends Kind, Columns extends string, E, R> {
  readonly learners: ReadonlyArray<Learner.Learner<K, Columns, E, R>>
  readonly rows: (task: Task, member: number, seed: Seed.Seed) => Result.Result<Task, PipelineError>
  readonly weights?: ReadonlyArray<number> | undefined
}

/** What is known of an ensemble whose options may break a rule: then it says so whenever it is used. */
export interface Described<K extends Kind, Columns extends string, E, R> {
  readonly id: string
  readonly json: Learner.LearnerJson
  readonly hash: () => string
  /** The different learners among the members. */
  readonly parts: ReadonlyArray<Learner.Learner<K, Columns, E, R>>
}

/** The mean of what members say on the scale on which predictions are averaged. */
const averagedShap = <R>(
  id: string,
  members: ReadonlyArray<Learner.Fitted<R>>,
  weights: ReadonlyArray<number> | undefined
): Learner.Fitted<R>["shap"] => {
  const all = members.flatMap(({ shap }) => shap ?? [])
  if (all.length < members.length) return undefined
  return Effect.fnUntraced(function* (rows) {
    const [first, ...rest] = yield* Effect.forEach(all, (shap) => shap(rows))
    const { scale } = first!
    return scale === "response" || scale === "probability"
      ? Shap.average([first!, ...rest], weights)
      : yield* Effect.fromResult(
          Features.fail(
            id,
            `its members have SHAP values of scores (${scale}), and what it averages are probabilities; explain a single member, or average trees or forests`
          )
        )
  })
}

/** Makes the learner that averages what its members predict. Each member has a seed of its own, by its number. */
export const averaging = <K extends Kind, Columns extends string, E, R>(
  { hash, id, json, parts }: Described<K, Columns, E, R>,
  decoded: Result.Result<Members<K, Columns, E, R>, PipelineError>
): Learner.Learner<K, Columns, E, R> => {
  const fitted = (
    { weights }: Members<K, Columns, E, R>,
    members: ReadonlyArray<Learner.Fitted<R>>
  ): Learner.Fitted<R> => ({
    predict: (rows) =>
      Effect.map(
        Effect.forEach(members, ({ predict }) => predict(rows)),
        (predictions) => Prediction.average(rows, predictions, weights)
      ),
    state: () => ({ members: members.map(({ state }) => state()) }),
    outcome: undefined,
    notes: notesOf(members),
    parts: members.every(({ parts }) => parts !== undefined)
      ? () => ({ _tag: "Averaged", weights, members: members.map(({ parts }) => parts!()) })
      : undefined,
    shap: averagedShap(id, members, weights)
  })
  const check = (task: Task): Effect.Effect<Learner.Checked, Learner.TrainError> =>
    Effect.flatMap(Effect.fromResult(decoded), () =>
      Effect.map(
        Effect.forEach(parts, (learner) => learner.check(task)),
        (checked) => (checked.length === 1 ? checked[0]! : { stages: [], notes: notesOf(checked) })
      )
    )
  return Learner.fromParts<K, Columns, E, R>({
    id,
    json,
    hash,
    accepts: common(parts),
    weighted: parts.every(({ weighted }) => weighted),
    takes: takenBy(parts),
    predictType: "prob",
    check,
    // What is wrong with the rows is said of all of them, before a part of them is trained on.
    fit: Effect.fnUntraced(function* (task, seed, resume) {
      yield* check(task)
      const members = yield* Effect.fromResult(decoded)
      const fits: Array<Learner.Fitted<R>> = []
      for (const [i, learner] of members.learners.entries()) {
        const rows = yield* Effect.fromResult(members.rows(task, i, Seed.derive(seed, "rows", i)))
        const training = learner.fit(rows, Seed.derive(seed, "member", i), resume === true || undefined)
        fits.push(yield* Place.within(`member/${i}`)(training))
      }
      return fitted(members, fits)
    }),
    load: (task, json) =>
      Result.flatMap(decoded, (members) =>
        Result.flatMap(
          decodeBy(
            "model state",
            State.check(
              Schema.makeFilter(({ members: states }) =>
                states.length === members.learners.length
                  ? undefined
                  : `has ${states.length} members, and the learner has ${members.learners.length}; load it with the learner that was trained`
              )
            ),
            json
          ),
          ({ members: states }) =>
            Result.map(Result.all(members.learners.map((learner, i) => learner.load(task, states[i]))), (fits) =>
              fitted(members, fits)
            )
        )
      )
  })
}
