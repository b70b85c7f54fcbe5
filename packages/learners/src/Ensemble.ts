/**
 * Learners made of learners: any of the library, pipelines with preprocessing and networks included.
 *
 * @example
 * Ensemble.stacking({ base: [Forest.classif(), Boosting.classif(), ElasticNet.cv()], super: ElasticNet.cv({ alpha: 0 }) })
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as TaskModule from "@rocflow/core/data/Task"
import type { Kind, Task } from "@rocflow/core/data/Task"
import type { Engines } from "@rocflow/core/engine/Engine"
import { hashJson } from "@rocflow/core/Hash"
import * as Learner from "@rocflow/core/learning/Learner"
import { models, nonNegative, optional, positive, required, withDefault } from "@rocflow/core/OptionSchema"
import type { Options } from "@rocflow/core/pipeline/Definition"
import * as Features from "@rocflow/core/pipeline/Features"
import type { PipelineError } from "@rocflow/core/pipeline/PipelineError"
import type * as Seed from "@rocflow/core/Seed"
import * as Draw from "@rocflow/core/splitting/Draw"
import * as Units from "@rocflow/core/splitting/Units"
import { averaging, decodeBy, type Members } from "./internal/ensemble/members.ts"
import { stacking as stack } from "./internal/ensemble/stacking.ts"
import * as InnerFolds from "./internal/innerFolds.ts"

/** A learner of any kind. */
type Any = Learner.Learner<Kind, string, unknown, unknown>

type AcceptedBy<L> = L extends Learner.Learner<infer K, string, unknown, unknown> ? (kind: { is: K }) => void : never
/** The kinds of targets that all of some learners are for. */
type KindsOf<L extends Any> =
  AcceptedBy<L> extends (kind: infer All) => void ? (All extends { is: infer K extends Kind } ? K : never) : never
type ColumnsOf<L> = L extends Learner.Learner<Kind, infer C, unknown, unknown> ? C : never
type ErrorOf<L> = L extends Learner.Learner<Kind, string, infer E, unknown> ? E : never
type ServicesOf<L> = L extends Learner.Learner<Kind, string, unknown, infer R> ? R : never
/** What learners of several types make together. */
type Together<L extends Any> = Learner.Learner<KindsOf<L>, ColumnsOf<L>, ErrorOf<L>, ServicesOf<L>>

const every: ReadonlyArray<Kind> = ["binary", "multiclass", "regression"]

const named = (kind: string, learners: ReadonlyArray<{ readonly id: string }>): string =>
  `${kind} – ${learners.map(({ id }) => id).join(", ")}`

const hashOf = (type: string, options: object, ...learners: ReadonlyArray<Any>): string =>
  hashJson({ type, options, learners: learners.map(Learner.hash) })

/** Makes the definition of an ensemble, whose options name learners. */
const define = <Type, Encoded>(
  id: string,
  summary: string,
  options: Options<Type, Encoded>,
  make: (decoded: Type) => Learner.Learner<Kind, string, never, Engines>
): Learner.Definition => ({
  kind: "learner",
  id,
  summary,
  options,
  accepts: every,
  weighted: true,
  // What was written stays as it is.
  bind: (given, find) =>
    Result.map(decodeBy(id, options, given, find), (decoded) => ({ ...make(decoded), json: { type: id, ...given } }))
})

const baggingId = "Ensemble.bagging"

const BaggingOptions = Schema.Struct({
  size: withDefault(models(1), 10, "How many times it is trained"),
  share: withDefault(positive, 1, "Rows of a draw, as a share of the training rows"),
  replace: withDefault(Schema.Boolean, true, "Whether rows are drawn with replacement")
})

/** How many draws with replacement may be, of fewer rows or groups. */
const mostDrawn = 2 ** 24

/** Draws rows: whole groups, evenly from each stratum and class. */
const drawn = (
  { replace, share }: typeof BaggingOptions.Type,
  task: Task,
  seed: Seed.Seed
): Result.Result<Task, PipelineError> => {
  const made = Result.map(Units.make(task), Units.byClass)
  if (Result.isFailure(made)) return Features.fail(baggingId, made.failure.message)
  const units = made.success
  const shares = Draw.shares(units, share, "rarestFirst")
  if (shares.total === 0 || (!replace && shares.total > units.groups)) {
    return Features.fail(
      baggingId,
      `a share of ${share} of ${units.groups} ${units.unit}s is ${shares.total}${replace ? "" : " without replacement"}; draw at least one, and without replacement at most all`
    )
  }
  if (shares.total > Math.max(units.groups, mostDrawn)) {
    return Features.fail(
      baggingId,
      `a share of ${share} of ${units.groups} ${units.unit}s is ${shares.total}, and ${mostDrawn} are the most; draw less`
    )
  }
  const times = replace ? Draw.withReplacement(shares, seed) : Draw.without(shares, seed)
  const rows: Array<number> = []
  for (let row = 0; row < task.rows; row++) {
    for (let copy = 0; copy < times[units.group[row]!]!; copy++) rows.push(row)
  }
  return Result.succeed(TaskModule.take(task, rows))
}

/**
 * Makes a learner that trains another one on `size` (default 10) draws of the training rows, and averages what they
 * predict: probabilities, numbers, or the votes of a learner that gives only classes.
 *
 * Every draw takes the share `share` (default 1) of the rows, with replacement (`replace`, default true) or without, evenly
 * from each stratum and class. With a group role whole groups are drawn, and copies of a row stay together wherever rows
 * are divided further. Rows and seeds of a member depend on the seed of training and the number of the member.
 *
 * Errors: those of the learner; `PipelineError` for a share that draws nothing, more than all without replacement, or more
 * than 2²⁴ of fewer.
 *
 * @example
 * Ensemble.bagging(Tree.make({ cp: 0 }), { size: 50 })
 * @see Breiman (1996), Bagging predictors, Machine Learning 24.
 * @category constructors
 */
export const bagging = <K extends Kind, Columns extends string, E, R>(
  learner: Learner.Learner<K, Columns, E, R>,
  options: typeof BaggingOptions.Encoded = {}
): Learner.Learner<K, Columns, E, R> => {
  const decoded = decodeBy(baggingId, BaggingOptions, options)
  return averaging(
    {
      id: named("bagging", [learner]),
      json: { type: baggingId, learner: learner.json, ...options },
      hash: () =>
        hashOf(
          baggingId,
          Result.getOrElse(decoded, () => options),
          learner
        ),
      parts: [learner]
    },
    Result.map(decoded, (settings): Members<K, Columns, E, R> => ({
      learners: Array.from({ length: settings.size }, () => learner),
      rows: (task, _, seed) => drawn(settings, task, seed)
    }))
  )
}

/** `Ensemble.bagging` as a definition, for registries. @category definitions */
export const baggingDefinition = define(
  baggingId,
  "Averages a learner that is trained on several draws of the rows",
  Schema.Struct({
    learner: required(Learner.reference, "The learner that is trained several times", "Boosting.classif"),
    ...BaggingOptions.fields
  }),
  ({ learner, ...options }) => bagging(learner, options)
)

const seedsId = "Ensemble.seeds"

const SeedsOptions = Schema.Struct({ size: withDefault(models(1), 5, "How many times it is trained") })

/**
 * Makes a learner that trains another one `size` times (default 5) on the same rows, with a seed each, and averages what
 * they predict: for networks, whose start, batches and held-out rows are random. All members of a learner that is not
 * random are the same.
 *
 * Errors: those of the learner.
 *
 * @example
 * Ensemble.seeds(Mlp.classif({ hidden: [32], loss: Bce.loss() }), 10)
 * @see Lakshminarayanan, Pritzel, Blundell (2017), Simple and scalable predictive uncertainty estimation using deep
 *   ensembles, NeurIPS.
 * @category constructors
 */
export const seeds = <K extends Kind, Columns extends string, E, R>(
  learner: Learner.Learner<K, Columns, E, R>,
  size?: number
): Learner.Learner<K, Columns, E, R> => {
  const options = size === undefined ? {} : { size }
  const decoded = decodeBy(seedsId, SeedsOptions, options)
  return averaging(
    {
      id: named("seeds", [learner]),
      json: { type: seedsId, learner: learner.json, ...options },
      hash: () =>
        hashOf(
          seedsId,
          Result.getOrElse(decoded, () => options),
          learner
        ),
      parts: [learner]
    },
    Result.map(decoded, (settings): Members<K, Columns, E, R> => ({
      learners: Array.from({ length: settings.size }, () => learner),
      rows: (task) => Result.succeed(task)
    }))
  )
}

/** `Ensemble.seeds` as a definition, for registries. @category definitions */
export const seedsDefinition = define(
  seedsId,
  "Averages a learner that is trained several times with different seeds",
  Schema.Struct({
    learner: required(Learner.reference, "The learner that is trained several times", "Boosting.classif"),
    ...SeedsOptions.fields
  }),
  ({ learner, size }) => seeds(learner, size)
)

const votingId = "Ensemble.voting"

const VotingOptions = Schema.Struct({
  weights: optional(Schema.Array(nonNegative), "The weight of each learner; default: all alike", [1, 2])
})

/** The weights of so many learners; undefined for equal ones. */
const checkWeights = (
  { weights }: typeof VotingOptions.Type,
  learners: number
): Result.Result<ReadonlyArray<number> | undefined, PipelineError> =>
  weights === undefined ||
  (weights.length === learners &&
    weights.some((weight) => weight > 0) &&
    Number.isFinite(weights.reduce((sum, weight) => sum + weight, 0)))
    ? Result.succeed(weights)
    : Features.fail(
        votingId,
        `the weights are ${weights.join(", ")} for ${learners} learners; give each a weight, at least one above 0 and all with a finite sum`
      )

/**
 * Makes a learner that trains different ones on the same rows and averages what they predict, weighted by `weights`
 * (default: all alike): probabilities (soft voting), numbers, or the votes of a learner that gives only classes. It is for
 * the kinds of targets that all of them are for.
 *
 * Errors: those of the learners; `PipelineError` for weights of another number, without one above 0 or without a
 * finite sum.
 *
 * *Gotcha*: probabilities are averaged as they are. A loss that only ranks leaves them undecided, so that its member may
 * count for more or less than its share: stack it instead.
 *
 * @example
 * Ensemble.voting([Forest.classif(), Boosting.classif()], { weights: [1, 2] })
 * @category constructors
 */
export const voting = <const L extends readonly [Any, ...ReadonlyArray<Any>]>(
  learners: L,
  options: typeof VotingOptions.Encoded = {}
): Together<L[number]> => {
  const decoded = Result.flatMap(decodeBy(votingId, VotingOptions, options), (settings) =>
    checkWeights(settings, learners.length)
  )
  const made = averaging<Kind, string, unknown, unknown>(
    {
      id: named("voting", learners),
      json: { type: votingId, learners: learners.map(({ json }) => json), ...options },
      hash: () => hashOf(votingId, options, ...learners),
      parts: learners
    },
    Result.map(decoded, (weights) => ({ learners, rows: (task) => Result.succeed(task), weights }))
  )
  // The types of the learners say what the value is.
  return made as Together<L[number]>
}

const someLearners = Schema.NonEmptyArray(Learner.reference)

/** `Ensemble.voting` as a definition, for registries. @category definitions */
export const votingDefinition = define(
  votingId,
  "Averages what different learners predict",
  Schema.Struct({
    learners: required(someLearners, "The learners that are averaged", ["Forest.classif", "Boosting.classif"]),
    ...VotingOptions.fields
  }),
  ({ learners, ...options }) => voting(learners, options)
)

const stackingId = "Ensemble.stacking"

const StackingOptions = Schema.Struct({
  folds: withDefault(InnerFolds.Option, 5, "Folds of the training rows, or role for those of the fold role"),
  passthrough: withDefault(Schema.Boolean, false, "Whether super sees the features too")
})

/** The learners of a stack, and how it is trained. @category models */
export interface StackingOptions<Base extends readonly [Any, ...ReadonlyArray<Any>], Super extends Any> extends Partial<
  typeof StackingOptions.Type
> {
  /** What predicts the rows. */
  readonly base: Base
  /** What learns of these predictions. */
  readonly super: Super
}

/**
 * Makes a learner that learns of what others predict (stacked generalisation): the training rows are divided into `folds`,
 * each `base` learner is trained on all folds but one and predicts that one, and `super` is trained on these out-of-fold
 * predictions. Then every base learner is trained again on all rows; to predict, `super` sees what they predict.
 *
 * - `folds`, default 5: dealt by the seed of training, evenly from each stratum (without a stratum role from each class),
 *   with rows of every subset in each; the rows of a group, and the copies of a row, stay together. With fewer rows or
 *   groups than folds each is a fold. `"role"`: the folds of the fold role.
 * - `passthrough`, default false: whether `super` sees the features too.
 *
 * `super` sees one column a base learner, by its name: the number, or the probability of the positive class; of several
 * classes one column a class. A learner that gives only classes gives 0 and 1.
 *
 * Errors: those of the learners; `PipelineError` where the rows cannot be divided.
 *
 * *Gotcha*: it trains (`folds` + 1) times as many models as there are base learners.
 *
 * @example
 * const learner = Ensemble.stacking({ base: [Tree.make(), Knn.make()], super: ElasticNet.make({ lambda: 0.01 }) })
 * learner.id // => "stacking – Tree, Knn → ElasticNet"
 * @see Wolpert (1992), Stacked generalization, Neural Networks 5; van der Laan, Polley, Hubbard (2007), Super learner,
 *   Statistical Applications in Genetics and Molecular Biology 6.
 * @category constructors
 */
export const stacking = <const Base extends readonly [Any, ...ReadonlyArray<Any>], Super extends Any>({
  base,
  super: last,
  ...options
}: StackingOptions<Base, Super>): Learner.Learner<
  KindsOf<Base[number] | Super>,
  ColumnsOf<Base[number]>,
  ErrorOf<Base[number] | Super>,
  ServicesOf<Base[number] | Super>
> => {
  const decoded = decodeBy(stackingId, StackingOptions, options)
  const made = stack<Kind, string, unknown, unknown>(
    {
      id: `${named("stacking", base)} → ${last.id}`,
      json: { type: stackingId, base: base.map(({ json }) => json), super: last.json, ...options },
      hash: () =>
        hashOf(
          stackingId,
          Result.getOrElse(decoded, () => options),
          ...base,
          last
        ),
      parts: [...base, last]
    },
    Result.map(decoded, (settings) => ({ base, last, ...settings }))
  )
  // The types of the learners say what the value is.
  return made as ReturnType<typeof stacking<Base, Super>>
}

/** `Ensemble.stacking` as a definition, for registries. @category definitions */
export const stackingDefinition = define(
  stackingId,
  "Learns of what other learners predict of rows that they were not trained on",
  Schema.Struct({
    base: required(someLearners, "What predicts rows that it was not trained on", [
      "Forest.classif",
      "Boosting.classif"
    ]),
    super: required(Learner.reference, "What learns of these predictions", "ElasticNet.cv"),
    ...StackingOptions.fields
  }),
  (options) => stacking(options)
)
