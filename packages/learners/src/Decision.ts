/**
 * Which class a row is called: by a threshold, by what errors cost, or by what was best of rows that were held out.
 *
 * Probabilities and scores stay as they are; responses change.
 *
 * @example
 * Decision.byMeasure(Calibrated.classif(aum), { measure: Measure.fbeta({ beta: 2 }) })
 */
import * as Learner from "@rocflow/core/learning/Learner"
import * as Measure from "@rocflow/core/learning/Measure"
import type { Labelled, Prediction } from "@rocflow/core/learning/Prediction"
import { nonNegative, proportion, required, withDefault } from "@rocflow/core/OptionSchema"
import * as Closing from "@rocflow/core/pipeline/Closing"
import type { Find } from "@rocflow/core/pipeline/Definition"
import type { PipelineError } from "@rocflow/core/pipeline/PipelineError"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
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

/** The classes of rows that have at least a probability of the positive one. */
const responses = (prediction: Prediction, threshold: number): Float64Array => {
  const { prob, response } = prediction
  return prob === undefined ? response : response.map((_, row) => (prob[2 * row]! >= threshold ? 0 : 1))
}

const Threshold = Schema.Struct({ threshold: Schema.Finite })

const thresholdId = "Decision.threshold"
const learner = required(Learner.reference, "The classifier that says which rows are how probable", "Boosting.classif")
const ThresholdOptions = Schema.Struct({
  threshold: required(proportion, "Rows are positive from this probability on", 0.3)
})

/**
 * Calls a row positive from the probability `threshold` of the positive class on, in [0, 1].
 *
 * *Gotcha*: the probabilities must be worth their name for a threshold to mean anything: see `Calibrated`.
 *
 * @example
 * Decision.threshold(Boosting.classif(), { threshold: 0.2 })
 * @category constructors
 */
export const threshold = <K extends "binary" | "multiclass", Columns extends string, E, R>(
  learner: Learner.Learner<K, Columns, E, R>,
  options: typeof ThresholdOptions.Encoded
): Learner.Learner<Extract<K, "binary">, Columns, E, R> =>
  wrapped(
    learner as Learner.Learner<Extract<K, "binary">, Columns, E, R>,
    options,
    Result.map(decodeBy(thresholdId, ThresholdOptions, options), (own): Around<typeof Threshold.Type> => ({
      id: thresholdId,
      options: own,
      accepts: ["binary"],
      folds: undefined,
      check: () => needsProbabilities(learner),
      learn: () => Result.succeed(own),
      state: Threshold,
      change: (kept, prediction) => ({ ...prediction, response: responses(prediction, kept.threshold) }),
      keepsScores: true
    })),
    thresholdId
  )

const ThresholdAll = Schema.Struct({ learner, ...ThresholdOptions.fields })

/** `Decision.threshold` as a definition, for registries. @category definitions */
export const thresholdDefinition = definition(
  thresholdId,
  "Calls rows positive from a probability on",
  ["binary"],
  ThresholdAll,
  ({ learner, ...options }) => threshold(learner as Classifier, options)
)

const costsId = "Decision.costs"
const CostsOptions = Schema.Struct({
  costs: required(
    Schema.Record(Schema.String, Schema.Record(Schema.String, nonNegative)),
    "What it costs to call a row of the first level the second",
    { ill: { well: 5 } }
  )
})

/**
 * Calls a row the class whose expected cost is least: Σ over classes t of p(t)·cost(t, called). `costs` gives that of calling a
 * row of the first level the second one, `{ ill: { well: 5 } }`; of what is not named an error costs 1, and what is right nothing,
 * as in `Measure.cost`. Of equal ones the first level. With two classes it is a threshold: here 1/6 of ill.
 *
 * Errors: `PipelineError` for a class that the task does not have.
 *
 * @example
 * Decision.costs(Calibrated.classif(Forest.classif()), { costs: { ill: { well: 5 } } })
 * @see Elkan (2001), The foundations of cost-sensitive learning, IJCAI.
 * @category constructors
 */
export const costs = <K extends "binary" | "multiclass", Columns extends string, E, R>(
  learner: Learner.Learner<K, Columns, E, R>,
  options: typeof CostsOptions.Encoded
): Learner.Learner<K, Columns, E, R> =>
  wrapped(
    learner,
    options,
    Result.map(decodeBy(costsId, CostsOptions, options), (own): Around<null> => ({
      id: costsId,
      options: own,
      accepts: ["binary", "multiclass"],
      folds: undefined,
      check: ({ levels }) => {
        const unknown = Object.entries(own.costs)
          .flatMap(([truth, row]) => [truth, ...Object.keys(row)])
          .find((level) => !levels.includes(level))
        return unknown === undefined
          ? needsProbabilities(learner)
          : `costs name the class "${unknown}", and the task has ${levels.join(", ")}; correct the name`
      },
      learn: () => Result.succeed(null),
      state: Schema.Null,
      change: (_, prediction) => ({ ...prediction, response: cheapest(own.costs, prediction) }),
      keepsScores: true
    })),
    costsId
  )

const cheapest = (given: typeof CostsOptions.Type.costs, { levels, prob, response }: Prediction): Float64Array => {
  if (prob === undefined) return response
  const table = levels.map((truth, t) => levels.map((called, c) => given[truth]?.[called] ?? (t === c ? 0 : 1)))
  return response.map((_, row) => {
    const expected = levels.map((__, c) =>
      levels.reduce((sum, ___, t) => sum + prob[row * levels.length + t]! * table[t]![c]!, 0)
    )
    return expected.reduce((best, cost, c) => (cost < expected[best]! ? c : best), 0)
  })
}

const CostsAll = Schema.Struct({ learner, ...CostsOptions.fields })

/** `Decision.costs` as a definition, for registries. @category definitions */
export const costsDefinition = definition(
  costsId,
  "Calls rows the class whose expected cost is least",
  ["binary", "multiclass"],
  CostsAll,
  ({ learner, ...options }) => costs(learner as Classifier, options)
)

const measureId = "Decision.byMeasure"
const MeasureOptions = Schema.Struct({
  measure: required(Measure.reference, "What the threshold is chosen by, on held-out rows", "balancedAccuracy"),
  folds: withDefault(InnerFolds.Option, 5, "Folds of the training rows, or role for those of the fold role")
})

/** Thresholds that are tried, of more different probabilities. */
const most = 1000

/** Thresholds above one probability and up to the next, which call the same rows positive. */
interface Interval {
  readonly low: number
  readonly high: number
}

/** The threshold in the middle; of two numbers with none between, the upper one. */
const middleOf = ({ high, low }: Interval): number => {
  const middle = (low + high) / 2
  return middle > low ? middle : high
}

/** All thresholds: first those that call every row positive, last those that call none. */
const intervalsOf = (probabilities: ReadonlyArray<number>): ReadonlyArray<Interval> => {
  const values = [...new Set(probabilities)].sort((a, b) => a - b)
  const step = Math.max(1, Math.ceil(values.length / most))
  const some = values.filter((_, i) => i % step === 0 || i === values.length - 1)
  // Nobody is positive above the largest one, which may be 1.
  const highs = [...some, some.at(-1)! < 1 ? 1 : 1 + Number.EPSILON]
  return highs.map((high, i) => ({ low: i === 0 ? 0 : some[i - 1]!, high }))
}

/** The interval of the best value: of intervals side by side that have it the widest whole; undefined where none has one. */
const bestOf = (
  intervals: ReadonlyArray<Interval>,
  values: ReadonlyArray<Measure.Measured>,
  direction: "minimise" | "maximise"
): Interval | undefined => {
  const sign = direction === "maximise" ? 1 : -1
  const defined = values.map((value) => (Measure.isDefined(value) ? sign * value : -Infinity))
  const best = Math.max(...defined)
  if (best === -Infinity) return undefined
  let widest: Interval | undefined
  for (let start = 0; start < defined.length; start++) {
    if (defined[start] !== best) continue
    let end = start
    while (defined[end + 1] === best) end += 1
    const run = { low: intervals[start]!.low, high: intervals[end]!.high }
    if (widest === undefined || run.high - run.low > widest.high - widest.low) widest = run
    start = end
  }
  return widest
}

const learnThreshold = (measure: Measure.Measure, held: Held, prediction: Omit<Labelled, "response">) => {
  const probabilities = held.flatMap(({ prediction: { prob, response } }) =>
    Array.from(response, (_, i) => prob![2 * i]!)
  )
  const intervals = intervalsOf(probabilities)
  const values = intervals.map((interval) => {
    const at = middleOf(interval)
    return measure.evaluate({ ...prediction, response: Float64Array.from(probabilities, (p) => (p >= at ? 0 : 1)) })
  })
  const { direction } = measure
  const chosen = direction === undefined ? undefined : bestOf(intervals, values, direction)
  const reason = values.find(Measure.isUndefined)?.reason
  return chosen === undefined
    ? Result.fail(`the measure ${measure.id} has no value at any threshold${reason === undefined ? "" : `: ${reason}`}`)
    : Result.succeed({ threshold: middleOf(chosen) })
}

/**
 * Chooses the threshold that is best by a measure on held-out rows: the learner is trained on all rows but those of a fold, for
 * each of `folds` (default 5, or `"role"`), and the probabilities of all rows together say which threshold is best; then it is
 * trained on all rows. Every threshold between two different probabilities is tried, of more than 1000 every so many, and those
 * that call all rows positive, or none; of several that are best the middle of the widest range of them. A threshold above 1
 * means that nobody is best called positive.
 *
 * *Gotcha*: measures count rows, so that weights of rows have a say in what the learner learns, not in the threshold; say what
 * errors cost by `Measure.cost`. Trains the learner `folds` + 1 times, and one that calibrates itself each time so many times
 * more: 36 times around `Calibrated` where both have 5 folds.
 *
 * Errors: those of the learner; `PipelineError` for a measure that does not depend on responses, or has no direction.
 *
 * @example
 * Decision.byMeasure(Boosting.classif(), { measure: Measure.balancedAccuracy })
 * @category constructors
 */
export const byMeasure = <K extends "binary" | "multiclass", Columns extends string, E, R>(
  learner: Learner.Learner<K, Columns, E, R>,
  options: { readonly measure: Measure.Measure; readonly folds?: number | "role" }
): Learner.Learner<Extract<K, "binary">, Columns, E, R> => {
  const { measure, ...rest } = options
  const find = Closing.among(Measure.definitionsOf([measure]))
  return around(learner, { ...rest, measure: measure.json }, find)
}

const around = <K extends "binary" | "multiclass", Columns extends string, E, R>(
  learner: Learner.Learner<K, Columns, E, R>,
  written: object,
  find: Find
): Learner.Learner<Extract<K, "binary">, Columns, E, R> =>
  wrapped(
    learner as Learner.Learner<Extract<K, "binary">, Columns, E, R>,
    written,
    Result.map(
      decodeBy(measureId, MeasureOptions, written, find) as Result.Result<typeof MeasureOptions.Type, PipelineError>,
      ({ folds, measure }): Around<typeof Threshold.Type> => ({
        id: measureId,
        options: { folds, measure: measure.json },
        accepts: ["binary"],
        folds,
        check: ({ kind }) => {
          if (!measure.accepts.includes(kind))
            return `the measure ${measure.id} is for ${measure.accepts.join(" and ")} targets`
          if (measure.direction === undefined) return `the measure ${measure.id} does not say which way is better`
          return measure.needs === "prob"
            ? `the measure ${measure.id} does not depend on the threshold; choose one of responses, such as balancedAccuracy`
            : needsProbabilities(learner)
        },
        learn: (held, task) => {
          const truth = Float64Array.from(held.flatMap(({ rows }) => Array.from(rows, (row) => task.target[row]!)))
          return learnThreshold(measure, held, {
            kind: "binary",
            levels: task.levels,
            rows: Int32Array.from(truth.keys()),
            truth,
            prob: undefined,
            scores: undefined
          })
        },
        state: Threshold,
        change: (kept, prediction) => ({ ...prediction, response: responses(prediction, kept.threshold) }),
        keepsScores: true
      })
    ),
    measureId
  )

const MeasureAll = Schema.Struct({ learner, ...MeasureOptions.fields })

/** `Decision.byMeasure` as a definition, for registries. @category definitions */
export const byMeasureDefinition = definition(
  measureId,
  "Calls rows positive from the probability on that is best by a measure on held-out rows",
  ["binary"],
  MeasureAll,
  ({ learner }, { learner: _, ...written }: { readonly learner?: unknown }, find) =>
    around(learner as Classifier, written, find)
)
