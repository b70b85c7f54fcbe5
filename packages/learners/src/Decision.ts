/**
 * Which class a row is called: by a threshold, by what errors cost, or by what was best of rows that were held out.
 *
 * Probabilities and scores stay as they are; responses change.
 *
 * @example
 * Decision.byMeasure(Calibrated.classif(aum), { measure: Measure.fbeta({ beta: 2 }) })
 */
import type { Kind } from "@rocflow/core/data/Task"
import type { Engines } from "@rocflow/core/engine/Engine"
import * as Learner from "@rocflow/core/learning/Learner"
import * as Measure from "@rocflow/core/learning/Measure"
import type { Labelled, Prediction } from "@rocflow/core/learning/Prediction"
import { nonNegative, proportion, withDefault } from "@rocflow/core/OptionSchema"
import * as Closing from "@rocflow/core/pipeline/Closing"
import type { Find, Options } from "@rocflow/core/pipeline/Definition"
import type { PipelineError } from "@rocflow/core/pipeline/PipelineError"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { type Around, type Held, wrapped } from "./internal/decisions/wrapped.ts"
import { decodeBy } from "./internal/ensemble/members.ts"
import * as InnerFolds from "./internal/innerFolds.ts"

/** A classifier of any kind. */
type Any = Learner.Learner<"binary" | "multiclass", string, never, Engines>

/** Makes the definition of a decision, whose options name a learner. */
const define = <Type, Encoded>(
  id: string,
  summary: string,
  accepts: ReadonlyArray<Kind>,
  options: Options<Type, Encoded>,
  make: (decoded: Type, given: object, find: Find) => Learner.Learner<Kind, string, never, Engines>
): Learner.Definition => ({
  kind: "learner",
  id,
  summary,
  accepts,
  weighted: true,
  options,
  bind: (given, find) =>
    Result.map(decodeBy(id, options, given, find), (decoded) => ({
      ...make(decoded, given, find),
      json: { type: id, ...given }
    }))
})

/** The classes of rows that have at least a probability of the positive one. */
const responses = (prediction: Prediction, threshold: number): Float64Array => {
  const { prob, response } = prediction
  return prob === undefined ? response : response.map((_, row) => (prob[2 * row]! >= threshold ? 0 : 1))
}

const needsProbabilities = ({ predictType }: { readonly predictType: "prob" | "response" }) =>
  predictType === "response" ? 'needs probabilities; set the learner\'s predictType to "prob"' : undefined

const Threshold = Schema.Struct({ threshold: Schema.Finite })

const thresholdId = "Decision.threshold"
const ThresholdOptions = Schema.Struct({ threshold: proportion })

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
      change: (kept, prediction) => ({ ...prediction, response: responses(prediction, kept.threshold) })
    })),
    thresholdId
  )

const ThresholdAll = Schema.Struct({ learner: Learner.reference, ...ThresholdOptions.fields })

/** `Decision.threshold` as a definition, for registries. @category definitions */
export const thresholdDefinition = define(
  thresholdId,
  "Calls rows positive from a probability on",
  ["binary"],
  ThresholdAll,
  ({ learner, ...options }) => threshold(learner as Any, options)
)

const costsId = "Decision.costs"
const CostsOptions = Schema.Struct({
  costs: Schema.Record(Schema.String, Schema.Record(Schema.String, nonNegative))
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
      change: (_, prediction) => ({ ...prediction, response: cheapest(own.costs, prediction) })
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

const CostsAll = Schema.Struct({ learner: Learner.reference, ...CostsOptions.fields })

/** `Decision.costs` as a definition, for registries. @category definitions */
export const costsDefinition = define(
  costsId,
  "Calls rows the class whose expected cost is least",
  ["binary", "multiclass"],
  CostsAll,
  ({ learner, ...options }) => costs(learner as Any, options)
)

const measureId = "Decision.byMeasure"
const MeasureOptions = Schema.Struct({
  measure: Measure.reference,
  folds: withDefault(InnerFolds.Option, 5)
})

/** Thresholds that are tried, of more different probabilities. */
const most = 1000

/** Thresholds between each two different probabilities that lie next to each other, and beyond both ends. */
const between = (probabilities: ReadonlyArray<number>): ReadonlyArray<number> => {
  const values = [...new Set(probabilities)].sort((a, b) => a - b)
  const step = Math.max(1, Math.ceil(values.length / most))
  const some = values.filter((_, i) => i % step === 0)
  // Above the largest nobody is positive, unless it is 1 already.
  const ends = [0, ...some, Math.min(1, (some.at(-1) ?? 0) + 1e-9)]
  return ends.slice(1).map((value, i) => (value + ends[i]!) / 2)
}

/** The threshold of the best value: of the longest run of thresholds that have it, the middle one. */
const bestOf = (
  thresholds: ReadonlyArray<number>,
  values: ReadonlyArray<Measure.Measured>,
  direction: "minimise" | "maximise"
): number | undefined => {
  const sign = direction === "maximise" ? 1 : -1
  const defined = values.map((value) => (Measure.isDefined(value) ? sign * value : -Infinity))
  const best = Math.max(...defined)
  if (best === -Infinity) return undefined
  let [from, to] = [0, -1]
  for (let start = 0; start < defined.length; start++) {
    if (defined[start] !== best) continue
    let end = start
    while (defined[end + 1] === best) end += 1
    const length = (at: number, until: number) => thresholds[until]! - thresholds[at]!
    if (to < from || length(start, end) > length(from, to)) [from, to] = [start, end]
    start = end
  }
  return (thresholds[from]! + thresholds[to]!) / 2
}

const learnThreshold = (measure: Measure.Measure, held: Held, prediction: Omit<Labelled, "response">) => {
  const probabilities = held.flatMap(({ prediction: { prob, response } }) =>
    Array.from(response, (_, i) => prob![2 * i]!)
  )
  const thresholds = between(probabilities)
  const values = thresholds.map((at) =>
    measure.evaluate({ ...prediction, response: Float64Array.from(probabilities, (p) => (p >= at ? 0 : 1)) })
  )
  const { direction } = measure
  const chosen = direction === undefined ? undefined : bestOf(thresholds, values, direction)
  const reason = values.find(Measure.isUndefined)?.reason
  return chosen === undefined
    ? Result.fail(`the measure ${measure.id} has no value at any threshold${reason === undefined ? "" : `: ${reason}`}`)
    : Result.succeed({ threshold: chosen })
}

/**
 * Chooses the threshold that is best by a measure on held-out rows: the learner is trained on all rows but those of a fold, for
 * each of `folds` (default 5, or `"role"`), and the probabilities of all rows together say which threshold is best; then it is
 * trained on all rows. Every threshold between two different probabilities is tried, of more than 1000 every so many; of several
 * that are best the middle of the longest run of them.
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
        change: (kept, prediction) => ({ ...prediction, response: responses(prediction, kept.threshold) })
      })
    ),
    measureId
  )

const MeasureAll = Schema.Struct({ learner: Learner.reference, ...MeasureOptions.fields })

/** `Decision.byMeasure` as a definition, for registries. @category definitions */
export const byMeasureDefinition = define(
  measureId,
  "Calls rows positive from the probability on that is best by a measure on held-out rows",
  ["binary"],
  MeasureAll,
  ({ learner }, { learner: _, ...written }: { readonly learner?: unknown }, find) =>
    around(learner as Any, written, find)
)
