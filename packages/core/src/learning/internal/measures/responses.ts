/**
 * Measures of responses: who is called what.
 */
import * as Schema from "effect/Schema"
import { nonNegative, optional, positive, proportion, withDefault } from "../../../OptionSchema.ts"
import type { Labelled } from "../../Prediction.ts"
import { define, defineWith, mean, type Measured, type Share, type Undefined, undefinedBecause } from "./define.ts"

const classification = ["binary", "multiclass"] as const

/** How many rows are right, or wrong. */
const rowsWhere = ({ response, truth }: Labelled, counts: (right: boolean) => boolean): Share | Undefined => {
  if (truth.length === 0) return undefinedBecause("there are no rows")
  let of = 0
  for (let i = 0; i < truth.length; i++) if (counts(response[i] === truth[i])) of += 1
  return { of, all: truth.length }
}

/** The share of rows whose response is wrong, in [0, 1]. @category measures */
export const error = define({
  id: "error",
  label: "error rate",
  summary: "Share of wrong responses",
  direction: "minimise",
  range: [0, 1],
  accepts: classification,
  needs: "response",
  share: (p) => rowsWhere(p, (right) => !right)
})

/** The share of rows whose response is right, in [0, 1]. @category measures */
export const accuracy = define({
  id: "accuracy",
  label: "accuracy",
  summary: "Share of right responses",
  direction: "maximise",
  range: [0, 1],
  accepts: classification,
  needs: "response",
  share: (p) => rowsWhere(p, (right) => right)
})

/** Rows by their class and what they are called: `counts[truth][response]`. */
const confusion = ({ levels, truth }: Labelled, response: ArrayLike<number>): ReadonlyArray<Float64Array> => {
  const counts = levels.map(() => new Float64Array(levels.length))
  truth.forEach((code, i) => (counts[code]![response[i]!]! += 1))
  return counts
}

const sum = (values: Iterable<number>): number => Array.from(values).reduce((total, value) => total + value, 0)

/** What one class has right and wrong. */
interface Class {
  /** Rows of the class that are called so. */
  readonly hits: number
  /** Rows of the class. */
  readonly truth: number
  /** Rows that are called so. */
  readonly called: number
}

const classesOf = (counts: ReadonlyArray<Float64Array>): ReadonlyArray<Class> =>
  counts.map((row, k) => ({
    hits: row[k]!,
    truth: sum(row),
    called: sum(counts.map((other) => other[k]!))
  }))

/**
 * The mean over the classes that occur of the share of their rows that is right, in [0, 1]: an error counts the more, the
 * rarer its class. Always the same class gives 1/k of k classes.
 * @category measures
 */
export const balancedAccuracy = define({
  id: "balancedAccuracy",
  label: "balanced accuracy",
  summary: "Mean over the classes of the share of right responses",
  direction: "maximise",
  range: [0, 1],
  accepts: classification,
  needs: "response",
  evaluate: (p) => {
    const there = classesOf(confusion(p, p.response)).filter(({ truth }) => truth > 0)
    return there.length === 0
      ? undefinedBecause("there are no rows")
      : sum(there.map(({ hits, truth }) => hits / truth)) / there.length
  }
})

/**
 * Matthews' correlation coefficient of truth and response, in [−1, 1]; of several classes in the form of Gorodkin (2004):
 * (c·n − Σ tₖ·pₖ) / √((n² − Σ pₖ²)(n² − Σ tₖ²)), where c of n rows are right, and tₖ and pₖ are of class k and called so. 0
 * where all rows are called one class, as in scikit-learn; undefined where all are of one.
 * @category measures
 */
export const mcc = define({
  id: "mcc",
  label: "MCC",
  summary: "Matthews correlation coefficient",
  direction: "maximise",
  range: [-1, 1],
  accepts: classification,
  needs: "response",
  evaluate: (p) => {
    const n = p.truth.length
    if (n === 0) return undefinedBecause("there are no rows")
    const classes = classesOf(confusion(p, p.response))
    if (classes.some(({ truth }) => truth === n))
      return undefinedBecause("MCC needs rows of two classes, and these have one")
    const right = sum(classes.map(({ hits }) => hits))
    const agreement = right * n - sum(classes.map(({ called, truth }) => called * truth))
    const spread = (of: (each: Class) => number) => n * n - sum(classes.map((each) => of(each) ** 2))
    const scale = Math.sqrt(spread(({ called }) => called) * spread(({ truth }) => truth))
    return scale === 0 ? 0 : Math.max(-1, Math.min(1, agreement / scale))
  }
})

/** How classes are put together. */
const classes = withDefault(
  Schema.Literals(["positive", "macro", "micro", "weighted"]),
  "positive",
  "The positive class, the mean over classes, all rows together, or the mean weighted by rows"
)

/** The class that is meant where a number is not a mean over classes: the positive one, or all as one. */
const oneClass = (p: Labelled, how: "positive" | "macro" | "micro" | "weighted"): Class | undefined => {
  const all = classesOf(confusion(p, p.response))
  if (how === "positive" && p.kind === "binary") return all[0]
  const total = (f: (each: Class) => number) => sum(all.map(f))
  return how === "micro"
    ? { hits: total((c) => c.hits), truth: total((c) => c.truth), called: total((c) => c.called) }
    : undefined
}

/** A number of each class, as one: that of the positive class, or a mean; undefined where none is. */
const together = (
  p: Labelled,
  how: "positive" | "macro" | "micro" | "weighted",
  of: (each: Class) => Measured
): Measured => {
  if (p.truth.length === 0) return undefinedBecause("there are no rows")
  const one = oneClass(p, how)
  if (one !== undefined) return of(one)
  const there = classesOf(confusion(p, p.response)).filter(({ called, truth }) => truth + called > 0)
  const weights = there.map(({ truth }) => (how === "weighted" ? truth : 1))
  const values = there.map((each) => {
    const value = of(each)
    // A class that nobody is called is one that is not found.
    return typeof value === "number" ? value : 0
  })
  return sum(values.map((value, i) => value * weights[i]!)) / sum(weights)
}

/** The hits of a class among some of its rows, where the number is not a mean over classes. */
const shareOf = (
  p: Labelled,
  how: "positive" | "macro" | "micro" | "weighted",
  all: (one: Class) => number,
  lacking: string
): Share | Undefined => {
  const one = oneClass(p, how)
  if (one === undefined) return undefinedBecause("a mean over classes is no share of rows")
  return all(one) === 0 ? undefinedBecause(lacking) : { of: one.hits, all: all(one) }
}

/**
 * Fβ = (1 + β²)·PR / (β²·P + R) of precision P and recall R, in [0, 1]: recall weighs β times as much. `classes`: `"positive"`
 * (default; of several classes as `"macro"`), the mean over the classes that occur or are called (`"macro"`), that weighed by
 * their rows (`"weighted"`), or one of the counts of all classes (`"micro"`). Values are those of scikit-learn's `fbeta_score`.
 */
const fbetaMeasure = defineWith({
  id: "fbeta",
  label: ({ beta, classes: how }) => `F${Number(beta.toPrecision(3))}${how === "positive" ? "" : ` (${how})`}`,
  summary: "Weighted harmonic mean of precision and recall",
  direction: "maximise",
  range: [0, 1],
  accepts: classification,
  needs: "response",
  options: Schema.Struct({
    beta: withDefault(positive, 1, "How many times recall counts as much as precision"),
    classes
  }),
  evaluate: (p, { beta, classes: how }) =>
    together(p, how, ({ called, hits, truth }) => {
      const all = beta ** 2 * truth + called
      return all === 0
        ? undefinedBecause("F needs rows of the class, or that are called so")
        : ((1 + beta ** 2) * hits) / all
    })
})

const lacking = {
  precision: "precision needs rows that are called so, and there are none",
  recall: "recall needs rows of the class, and there are none"
}

/** The share of rows that are called a class that are of it, in [0, 1]; `classes` as in `fbeta`. */
const precisionMeasure = defineWith({
  id: "precision",
  label: ({ classes: how }) => `precision${how === "positive" ? "" : ` (${how})`}`,
  summary: "Share of the rows called a class that are of it",
  direction: "maximise",
  range: [0, 1],
  accepts: classification,
  needs: "response",
  options: Schema.Struct({ classes }),
  share: (p, { classes: how }) => shareOf(p, how, ({ called }) => called, lacking.precision),
  evaluate: (p, { classes: how }) =>
    together(p, how, ({ called, hits }) => (called === 0 ? undefinedBecause(lacking.precision) : hits / called))
})

/** The share of rows of a class that are called so, in [0, 1]; `classes` as in `fbeta`. */
const recallMeasure = defineWith({
  id: "recall",
  label: ({ classes: how }) => `recall${how === "positive" ? "" : ` (${how})`}`,
  summary: "Share of the rows of a class that are called so",
  direction: "maximise",
  range: [0, 1],
  accepts: classification,
  needs: "response",
  options: Schema.Struct({ classes }),
  share: (p, { classes: how }) => shareOf(p, how, ({ truth }) => truth, lacking.recall),
  evaluate: (p, { classes: how }) =>
    together(p, how, ({ hits, truth }) => (truth === 0 ? undefinedBecause(lacking.recall) : hits / truth))
})

/** A response of its own: positive from this probability of the positive class on. */
const threshold = optional(proportion, "Positive from this probability on; default: what the learner predicts", 0.3)

/** The four counts of a binary prediction. */
const fourOf = (p: Labelled, at: number | undefined) => {
  const { prob } = p
  const response =
    at === undefined || prob === undefined ? p.response : p.response.map((_, i) => (prob[2 * i]! >= at ? 0 : 1))
  const [[tp, fn], [fp, tn]] = confusion(p, response) as unknown as readonly [Float64Array, Float64Array]
  return { tp: tp!, fn: fn!, fp: fp!, tn: tn! }
}

type Four = ReturnType<typeof fourOf>

const rate = (
  id: string,
  label: string,
  summary: string,
  direction: "minimise" | "maximise",
  of: (four: Four) => readonly [of: number, all: number],
  without: string
) =>
  defineWith({
    id,
    label: ({ threshold: at }: { readonly threshold?: number }) => (at === undefined ? label : `${label} at ${at}`),
    summary,
    direction,
    range: [0, 1],
    accepts: ["binary"],
    needs: ({ threshold: at }) => (at === undefined ? "response" : "prob"),
    options: Schema.Struct({ threshold }),
    share: (p, { threshold: at }) => {
      if (at !== undefined && p.prob === undefined) {
        return undefinedBecause(`${label} at a threshold needs probabilities; train with predictType "prob"`)
      }
      const [some, all] = of(fourOf(p, at))
      return all === 0
        ? undefinedBecause(`${label} needs rows that are ${without}, and there are none`)
        : { of: some, all }
    }
  })

const tprMeasure = rate(
  "tpr",
  "TPR",
  "Share of the positives that are called positive",
  "maximise",
  ({ fn, tp }) => [tp, tp + fn],
  "positive"
)
const tnrMeasure = rate(
  "tnr",
  "TNR",
  "Share of the negatives that are called negative",
  "maximise",
  ({ fp, tn }) => [tn, tn + fp],
  "negative"
)
const fprMeasure = rate(
  "fpr",
  "FPR",
  "Share of the negatives that are called positive",
  "minimise",
  ({ fp, tn }) => [fp, tn + fp],
  "negative"
)
const fnrMeasure = rate(
  "fnr",
  "FNR",
  "Share of the positives that are called negative",
  "minimise",
  ({ fn, tp }) => [fn, tp + fn],
  "positive"
)
const ppvMeasure = rate(
  "ppv",
  "PPV",
  "Share of the rows called positive that are",
  "maximise",
  ({ fp, tp }) => [tp, tp + fp],
  "called positive"
)
const npvMeasure = rate(
  "npv",
  "NPV",
  "Share of the rows called negative that are",
  "maximise",
  ({ fn, tn }) => [tn, tn + fn],
  "called negative"
)

/**
 * The mean cost of a row. `costs` gives that of calling a row of the first level the second one, such as
 * `{ ill: { well: 5 }, well: { ill: 1 } }`; of what is not named an error costs 1, and what is right nothing.
 */
const costMeasure = defineWith({
  id: "cost",
  label: () => "cost",
  summary: "Mean cost of the responses",
  direction: "minimise",
  range: [0, Infinity],
  accepts: classification,
  needs: "response",
  options: Schema.Struct({
    costs: withDefault(
      Schema.Record(Schema.String, Schema.Record(Schema.String, nonNegative)),
      {},
      "What it costs to call a row of the first level the second; an error that is not named costs 1"
    )
  }),
  evaluate: (p, { costs }) => {
    const named = Object.entries(costs).flatMap(([truth, row]) => [truth, ...Object.keys(row)])
    const unknown = named.find((level) => !p.levels.includes(level))
    if (unknown !== undefined) {
      return undefinedBecause(`costs name the class "${unknown}", and there are ${p.levels.join(", ")}`)
    }
    const table = p.levels.map((truth, t) => p.levels.map((called, c) => costs[truth]?.[called] ?? (t === c ? 0 : 1)))
    return mean(p, (i) => table[p.truth[i]!]![p.response[i]!]!)
  }
})

/** @category measures */
export const fbeta = fbetaMeasure.make
/** @category measures */
export const precision = precisionMeasure.make
/** @category measures */
export const recall = recallMeasure.make
/** The share of the positives that are called positive (sensitivity), at a `threshold` of the probability, or as responses are. @category measures */
export const tpr = tprMeasure.make
/** The share of the negatives that are called negative (specificity); `threshold` as in `tpr`. @category measures */
export const tnr = tnrMeasure.make
/** The share of the negatives that are called positive; `threshold` as in `tpr`. @category measures */
export const fpr = fprMeasure.make
/** The share of the positives that are called negative; `threshold` as in `tpr`. @category measures */
export const fnr = fnrMeasure.make
/** The share of the rows called positive that are (precision); `threshold` as in `tpr`. @category measures */
export const ppv = ppvMeasure.make
/** The share of the rows called negative that are; `threshold` as in `tpr`. @category measures */
export const npv = npvMeasure.make
/** @category measures */
export const cost = costMeasure.make

/** The measures of this file, for registries. */
export const definitions = [
  error,
  accuracy,
  balancedAccuracy,
  mcc,
  fbetaMeasure.definition,
  precisionMeasure.definition,
  recallMeasure.definition,
  tprMeasure.definition,
  tnrMeasure.definition,
  fprMeasure.definition,
  fnrMeasure.definition,
  ppvMeasure.definition,
  npvMeasure.definition,
  costMeasure.definition
]
