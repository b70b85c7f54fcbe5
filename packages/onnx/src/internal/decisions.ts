/**
 * Calibration and decisions inside a graph: what is made of the predictions of a learner.
 */
import type { TaskSchema } from "@rocflow/core/data/TaskSchema"
import type * as Parts from "@rocflow/core/learning/Parts"
import * as Schema from "effect/Schema"
import { type Builder, type Name, refuse } from "./builder.ts"
import { decoded } from "./decoded.ts"
import { fromOutputs, fromShares, type Predicted, twoOf, zeroWhere } from "./predicted.ts"

const numbers = Schema.Array(Schema.Finite)

const Maps = Schema.Union([
  Schema.Struct({ type: Schema.Literal("line"), slope: Schema.Finite, intercept: Schema.Finite }),
  Schema.Struct({ type: Schema.Literal("beta"), a: Schema.Finite, b: Schema.Finite, c: Schema.Finite }),
  Schema.Struct({ type: Schema.Literal("steps"), scores: numbers, shares: numbers })
])

const Kept = Schema.Union([
  Schema.Struct({ type: Schema.Literal("temperature"), temperature: Schema.Finite }),
  Schema.Struct({ type: Schema.Literal("maps"), maps: Schema.Array(Maps) })
])

/** Scores are cut here, and the logarithm of a probability at that of the other number, as in calibration itself. */
const largestScore = 1e9
const leastProbability = 1e-15

const logOf = (to: Builder, p: Name): Name => to.op("Log", [to.op("Max", [p, to.doubles([leastProbability])])])

const column = (to: Builder, values: Name, k: number): Name => to.op("Gather", [values, to.ints([k])], { axis: 1 })

/** The score of a level against the rest, [rows, 1]. */
const scoreOf = (to: Builder, { prob, scores }: Predicted, level: number, levels: number): Name => {
  if (scores !== undefined) {
    return to.op("Min", [to.op("Max", [scores, to.doubles([-largestScore])]), to.doubles([largestScore])])
  }
  const p = column(to, prob!, level)
  const other = levels === 2 ? column(to, prob!, 1 - level) : to.op("Sub", [to.doubles([1]), p])
  return to.op("Sub", [logOf(to, p), logOf(to, other)])
}

/** ln(1 + e^x) without overflow. */
const logOnePlusExp = (to: Builder, x: Name): Name =>
  to.op("Add", [
    to.op("Max", [x, to.doubles([0])]),
    to.op("Log", [to.op("Add", [to.doubles([1]), to.op("Exp", [to.op("Neg", [to.op("Abs", [x])])])])])
  ])

interface Mapped {
  readonly probability: Name
  readonly logit: Name | undefined
}

const ofLogit = (to: Builder, logit: Name): Mapped => ({ probability: to.op("Sigmoid", [logit]), logit })

const applied = (to: Builder, map: typeof Maps.Type, score: Name): Mapped => {
  switch (map.type) {
    case "line":
      return ofLogit(to, to.op("Add", [to.op("Mul", [score, to.doubles([map.slope])]), to.doubles([map.intercept])]))
    case "beta": {
      const one = to.op("Mul", [logOnePlusExp(to, to.op("Neg", [score])), to.doubles([-map.a])])
      const other = to.op("Mul", [logOnePlusExp(to, score), to.doubles([map.b])])
      return ofLogit(to, to.op("Add", [to.op("Add", [one, other]), to.doubles([map.c])]))
    }
    case "steps": {
      const { scores, shares } = map
      const last = scores.length - 1
      const reached = to.op("LessOrEqual", [to.doubles(scores, [1, scores.length]), score])
      const count = to.op("ReduceSum", [to.op("Cast", [reached], { to: 7 }), to.ints([1])], { keepdims: 1 })
      const at = to.op("Max", [to.op("Sub", [count, to.ints([1])]), to.ints([0])])
      const next = to.op("Min", [count, to.ints([last])])
      const of = (values: ReadonlyArray<number>, place: Name) =>
        to.op("Gather", [to.doubles(values), place], { axis: 0 })
      const [low, high] = [of(scores, at), of(scores, next)]
      const width = to.op("Sub", [high, low])
      const isFlat = to.op("LessOrEqual", [width, to.doubles([0])])
      const part = to.op("Div", [to.op("Sub", [score, low]), to.op("Where", [isFlat, to.doubles([1]), width])])
      const from = of(shares, at)
      const between = to.op("Add", [from, to.op("Mul", [part, to.op("Sub", [of(shares, next), from])])])
      const isBefore = to.op("Less", [score, to.doubles([scores[0]!])])
      const isEdge = to.op("Or", [isBefore, isFlat])
      return { probability: to.op("Where", [isEdge, from, between]), logit: undefined }
    }
  }
}

const calibrated = (to: Builder, target: Target, { state, type }: Parts.Changed, inner: Predicted): Predicted => {
  const kept = decoded(type, Kept, state)
  const k = target.levels.length
  if (k === 2) {
    const score = scoreOf(to, inner, 0, 2)
    const { logit, probability } =
      kept.type === "maps"
        ? applied(to, kept.maps[0]!, score)
        : ofLogit(to, to.op("Div", [score, to.doubles([kept.temperature])]))
    const other =
      logit === undefined ? to.op("Sub", [to.doubles([1]), probability]) : to.op("Sigmoid", [to.op("Neg", [logit])])
    return { ...fromShares(to, target, twoOf(to, probability, other)), scores: logit }
  }
  if (kept.type === "temperature") {
    const logits = to.op("Div", [logOf(to, inner.prob!), to.doubles([kept.temperature])])
    return fromOutputs(to, target, logits, "prob")
  }
  const each = kept.maps.map((map, level) => applied(to, map, scoreOf(to, inner, level, k)).probability)
  const all = to.op("Concat", each, { axis: 1 })
  const total = to.op("ReduceSum", [all, to.ints([1])], { keepdims: 1 })
  const isNone = to.op("LessOrEqual", [total, to.doubles([0])])
  const divided = to.op("Div", [all, to.op("Where", [isNone, to.doubles([1]), total])])
  return fromShares(to, target, to.op("Where", [isNone, to.doubles([1 / k]), divided]))
}

type Target = Pick<TaskSchema, "kind" | "levels">

const atThreshold = (to: Builder, { state, type }: Parts.Changed, inner: Predicted): Predicted => {
  const { threshold } = decoded(type, Schema.Struct({ threshold: Schema.Finite }), state)
  if (inner.prob === undefined) return inner
  const isPositive = to.op("GreaterOrEqual", [column(to, inner.prob, 0), to.doubles([threshold])])
  return { ...inner, response: zeroWhere(to, isPositive) }
}

const Costs = Schema.Struct({ costs: Schema.Record(Schema.String, Schema.Record(Schema.String, Schema.Finite)) })

const cheapest = (to: Builder, { levels }: Target, { options, type }: Parts.Changed, inner: Predicted): Predicted => {
  const { costs } = decoded(type, Costs, options)
  if (inner.prob === undefined) return inner
  const table = levels.flatMap((truth, t) => levels.map((called, c) => costs[truth]?.[called] ?? (t === c ? 0 : 1)))
  const expected = to.op("MatMul", [inner.prob, to.doubles(table, [levels.length, levels.length])])
  return { ...inner, response: to.op("ArgMin", [expected], { axis: 1, keepdims: 0 }) }
}

/** What a wrapper makes of a prediction. */
export const changed = (to: Builder, target: Target, parts: Parts.Changed, inner: Predicted): Predicted => {
  switch (parts.type) {
    case "Calibrated.classif":
      return calibrated(to, target, parts, inner)
    case "Decision.threshold":
    case "Decision.byMeasure":
      return atThreshold(to, parts, inner)
    case "Decision.costs":
      return cheapest(to, target, parts, inner)
    default:
      return refuse(
        parts.type,
        "changes predictions in a way that has no form in ONNX",
        "write the learner inside of it"
      )
  }
}
