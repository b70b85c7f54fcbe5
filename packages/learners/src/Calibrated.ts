/**
 * Probabilities that can be taken at their word: a learner whose scores become probabilities by a map that is learned on rows
 * which it was not trained on.
 *
 * AUM and other losses that rank give scores without a scale, boosting and networks are too sure of themselves. A map that
 * grows leaves the ranking, and so AUC, as it is.
 *
 * @example
 * Calibrated.classif(aum, { method: "platt" }) // ranks as `aum` does, with probabilities
 */
import type { Task } from "@rocflow/core/data/Task"
import * as Learner from "@rocflow/core/learning/Learner"
import * as Prediction from "@rocflow/core/learning/Prediction"
import { required, withDefault } from "@rocflow/core/OptionSchema"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { sigmoid } from "./internal/decisions/logistic.ts"
import * as Maps from "./internal/decisions/maps.ts"
import {
  type Around,
  type Classifier,
  definition,
  type Held,
  needsProbabilities,
  wrapped
} from "./internal/decisions/wrapped.ts"
import { decodeBy } from "./internal/ensemble/members.ts"
import * as InnerFolds from "./internal/innerFolds.ts"

const id = "Calibrated.classif"

const Options = Schema.Struct({
  method: withDefault(
    Schema.Literals(["platt", "isotonic", "beta", "temperature"]),
    "platt",
    "The map of scores: platt and beta for few rows, isotonic for thousands, temperature for several classes"
  ),
  folds: withDefault(InnerFolds.Option, 5, "Folds of the training rows, or role for those of the fold role")
})

const Kept = Schema.Union([
  Schema.Struct({ type: Schema.Literal("temperature"), temperature: Schema.Finite }),
  /** One map of two classes; of several one for each against the rest. */
  Schema.Struct({ type: Schema.Literal("maps"), maps: Schema.Array(Maps.Map) })
])

type Kept = typeof Kept.Type

const largest = 1e9

/** The score of a row: of two classes the logit, of several that of the probability of a class; far ones are cut. */
const scoreOf = ({ levels, prob, scores }: Prediction.Prediction, row: number, level: number): number => {
  if (scores !== undefined) return Math.min(largest, Math.max(-largest, scores[row]!))
  const p = prob![row * levels.length + level]!
  // What two classes leave of 1 is as exact as the probability itself.
  return Maps.logOf(p) - Maps.logOf(levels.length === 2 ? prob![row * 2 + 1 - level]! : 1 - p)
}

/** The logits of softmax: of two classes the score against 0. */
const logitsOf = (prediction: Prediction.Prediction): Float64Array => {
  const { levels, prob, response } = prediction
  if (levels.length === 2)
    return Float64Array.from({ length: 2 * response.length }, (_, i) =>
      i % 2 === 0 ? scoreOf(prediction, i / 2, 0) : 0
    )
  return prob!.map(Maps.logOf)
}

const weightsOf = (task: Task): ArrayLike<number> => task.weights ?? new Float64Array(task.rows).fill(1)

/** A number of each held-out prediction's row, for each of so many entries, in the order of the task's rows. */
const inOrder = (
  held: Held,
  task: Task,
  width: number,
  of: (prediction: Prediction.Prediction, row: number, entry: number) => number
) => {
  const values = new Float64Array(task.rows * width)
  for (const { prediction, rows } of held) {
    for (let i = 0; i < rows.length; i++) {
      for (let k = 0; k < width; k++) values[rows[i]! * width + k] = of(prediction, i, k)
    }
  }
  return values
}

/** A class of a task that has no rows to learn of. */
const emptyClass = ({ levels, target }: Task): string | undefined => {
  const present = new Set(target)
  return levels.find((_, level) => !present.has(level))
}

const learn = ({ method }: typeof Options.Type, held: Held, task: Task): Result.Result<Kept, string> => {
  const k = task.levels.length
  for (const { prediction } of held) {
    const far = prediction.scores?.find((score) => !Number.isFinite(score))
    if (far !== undefined) {
      return Result.fail(
        `needs finite scores, and the learner gave ${far} to a row that was held out; train it otherwise`
      )
    }
  }
  const weights = weightsOf(task)
  if (method === "temperature") {
    const logits = new Float64Array(task.rows * k)
    for (const { prediction, rows } of held) {
      const own = logitsOf(prediction)
      for (let i = 0; i < rows.length; i++) logits.set(own.subarray(i * k, (i + 1) * k), rows[i]! * k)
    }
    return Result.succeed({ type: "temperature", temperature: Maps.temperature(logits, k, task.target, weights) })
  }
  const classes = k === 2 ? [0] : task.levels.map((_, level) => level)
  return Result.succeed({
    type: "maps",
    maps: classes.map((level) =>
      Maps.learn(method, {
        scores: inOrder(held, task, 1, (prediction, row) => scoreOf(prediction, row, level)),
        positive: Array.from(task.target, (code) => code === level),
        weights
      })
    )
  })
}

/** What a prediction says of its rows besides what was learned. */
const rowsOf = (prediction: Prediction.Prediction): Prediction.Of => ({
  schema: prediction,
  rows: prediction.response.length,
  truth: prediction.truth
})

/** Two probabilities of a score, and the logit, of a row each. */
const ofScores = (
  prediction: Prediction.Prediction,
  map: (score: number) => { probability: number; logit: number | undefined }
): Prediction.Prediction => {
  const n = prediction.response.length
  const prob = new Float64Array(2 * n)
  const scores = new Float64Array(n)
  let all = true
  for (let row = 0; row < n; row++) {
    const { logit, probability } = map(scoreOf(prediction, row, 0))
    prob[2 * row] = probability
    prob[2 * row + 1] = logit === undefined ? 1 - probability : sigmoid(-logit)
    if (logit === undefined) all = false
    else scores[row] = logit
  }
  return {
    ...Prediction.fromShares(rowsOf(prediction), prob),
    rows: prediction.rows,
    scores: all ? scores : undefined
  }
}

const change = (kept: Kept, prediction: Prediction.Prediction): Prediction.Prediction => {
  const k = prediction.levels.length
  if (k === 2) {
    return ofScores(prediction, (score) => {
      if (kept.type === "maps") return Maps.apply(kept.maps[0]!, score)
      const logit = score / kept.temperature
      return { probability: sigmoid(logit), logit }
    })
  }
  const { rows } = prediction
  if (kept.type === "temperature") {
    const logits = logitsOf(prediction).map((z) => z / kept.temperature)
    return { ...Prediction.fromOutputs(rowsOf(prediction), logits, "prob"), rows }
  }
  const prob = Float64Array.from({ length: rows.length * k }, (_, i) => {
    const [row, level] = [Math.floor(i / k), i % k]
    return Maps.apply(kept.maps[level]!, scoreOf(prediction, row, level)).probability
  })
  for (let row = 0; row < rows.length; row++) {
    const own = prob.subarray(row * k, (row + 1) * k)
    const total = own.reduce((sum, p) => sum + p, 0)
    // Where no class has a chance, all are alike.
    own.forEach((p, level) => (own[level] = total > 0 ? p / total : 1 / k))
  }
  return { ...Prediction.fromShares(rowsOf(prediction), prob), rows }
}

const aroundOf = (
  learner: { readonly predictType: "prob" | "response" },
  options: typeof Options.Type
): Around<Kept> => ({
  id,
  options,
  accepts: ["binary", "multiclass"],
  folds: options.folds,
  check: (task) => {
    const empty = emptyClass(task)
    return empty === undefined
      ? needsProbabilities(learner)
      : `needs training rows of every class, and "${empty}" has none; leave the level out, or calibrate on more rows`
  },
  learn: (held, task) => learn(options, held, task),
  state: Kept,
  change,
  keepsScores: false
})

/**
 * Makes a classifier whose probabilities are learned on rows that were held out: the learner is trained on all rows but those of
 * a fold, for each of `folds` (default 5, or `"role"`), a map from their scores to their classes is learned, and the learner is
 * trained once more on all rows. Groups, strata and classes are kept by the folds, and rows weigh in the map what they weigh.
 *
 * - `"platt"` (default): p = σ(a·s + b) of the score s, or of the logit of the probability. Two numbers, for few rows.
 * - `"beta"`: p = σ(a·ln q − b·ln(1 − q) + c) of the probability q, a and b at least 0, for what is too sure on one side only.
 * - `"isotonic"`: any curve that does not fall, for thousands of rows; rows that were ranked may tie.
 * - `"temperature"`: softmax(z/T) of the logits z. One number, also of several classes, whose order it leaves.
 *
 * Several classes are calibrated one against the rest and made to add up to 1, but by a temperature. `scores` of two classes are
 * the logits of the new probabilities, and rank as those of the learner do, unless it ranks at random or the wrong way round: then
 * the map is constant. After `"isotonic"` there are no scores, and AUC is that of the probabilities with their ties.
 *
 * Errors: those of the learner; `PipelineError` for a class without training rows, a learner without probabilities, and scores
 * that are not finite.
 *
 * *Gotcha*: one map is learned of the scores of all folds, and used for those of the last training. Losses that rank, such as
 * AUM, give scores of a scale that differs between trainings; the map suits them as far as trainings end alike, so train to the
 * end, and look at `calibrationError` in a resampling.
 *
 * *Gotcha*: trains the learner `folds` + 1 times. As in scikit-learn's `CalibratedClassifierCV(ensemble=False)`.
 *
 * @example
 * const learner = Calibrated.classif(net.pipe(Aum.loss(), Optimizer.sgd({ learningRate: 0.1 }), Model.classif({ epochs: 100 })))
 * @see The sources of the maps: `internal/decisions/maps.ts`.
 * @category constructors
 */
export const classif = <K extends "binary" | "multiclass", Columns extends string, E, R>(
  learner: Learner.Learner<K, Columns, E, R>,
  options: typeof Options.Encoded = {}
): Learner.Learner<K, Columns, E, R> =>
  wrapped(
    learner,
    options,
    Result.map(decodeBy(id, Options, options), (own) => aroundOf(learner, own)),
    id
  )

const AllOptions = Schema.Struct({
  learner: required(Learner.reference, "The classifier whose probabilities are calibrated", "Boosting.classif"),
  ...Options.fields
})

/** `Calibrated.classif` as a definition, for registries. @category definitions */
export const classifDefinition = definition(
  id,
  "Probabilities learned on held-out rows: Platt, beta, isotonic, temperature",
  ["binary", "multiclass"],
  AllOptions,
  ({ learner, ...options }) => classif(learner as Classifier, options)
)
