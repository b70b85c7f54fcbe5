/**
 * The same loss twice: AUM with its explicit gradient, and AUM of tensors, differentiated automatically. They agree,
 * but for ties and for the time they take.
 *
 * Run it by `node examples/autograd-overhead/main.ts`; README.md tells the story. It draws derivatives.svg.
 */
import * as Tfjs from "@rocflow/core/engine/tfjs/Tfjs"
import * as Seed from "@rocflow/core/Seed"
import * as Aum from "@rocflow/losses/Aum"
import * as BinaryScores from "@rocflow/losses/BinaryScores"
import * as Roc from "@rocflow/losses/Roc"
import * as tf from "@tensorflow/tfjs-core"
import * as Console from "effect/Console"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { writeFileSync } from "node:fs"
import { table } from "../support/text.ts"
import * as Figure from "./figure.ts"

// --------------------------------------------------------------------------------------------------- the same, twice

const labels = [0, 0, 1, 1]
const scores = [2, -3.5, -1, 1.5]

type Numbers = Array<number> | Float32Array

const explicit = Effect.fnUntraced(function* (labels: Numbers, scores: Numbers) {
  const result = Aum.binary(yield* BinaryScores.make({ labels, scores }), { denominator: "rate" })
  return Roc.isUndefined(result) ? yield* Effect.die(result.reason) : result
})

const byAutograd = (labels: Numbers, scores: Numbers) =>
  tf.tidy(() => {
    const truth = tf.tensor1d(labels)
    const aum = tf.valueAndGrad((predictions) => Aum.tensor(predictions, truth, { denominator: "rate" }))
    const { value, grad } = aum(tf.tensor1d(scores))
    return { aum: value.dataSync()[0] ?? Number.NaN, gradient: grad.dataSync() }
  })

// ----------------------------------------------------------------------------------------------------------- program

const differences = [-2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2]

/** The derivatives for a positive whose score is that of the negative plus a difference. */
const twoRows = Effect.fnUntraced(function* (difference: number) {
  const { left, right, gradient } = yield* explicit([0, 1], [0, difference])
  const negativeFirst = byAutograd([0, 1], [0, difference]).gradient
  const positiveFirst = byAutograd([1, 0], [difference, 0]).gradient.toReversed()
  return (["negative", "positive"] as const).map((row, i) => ({
    difference,
    row,
    left: left[i]!,
    right: right[i]!,
    mean: gradient[i]!,
    negativeFirst: negativeFirst[i]!,
    positiveFirst: positiveFirst[i]!
  }))
})

/** Computes the ROC curve of four rows, both gradients there, and both gradients at ties. */
export const program = Effect.gen(function* () {
  const s = yield* BinaryScores.make({ labels, scores })
  const tied = [0, 0, 0, 0]
  return {
    curve: Roc.curve(s),
    auc: Roc.auc(s),
    explicit: yield* explicit(labels, scores),
    byAutograd: byAutograd(labels, scores),
    twoRows: (yield* Effect.forEach(differences, twoRows)).flat(),
    constant: yield* Effect.forEach([labels, labels.toReversed()], (labels) =>
      Effect.map(explicit(labels, tied), ({ gradient }) => ({
        labels,
        explicit: gradient,
        byAutograd: byAutograd(labels, tied).gradient
      }))
    )
  }
})

// -------------------------------------------------------------------------------------------------------------- time

/** The fastest of twenty calls: warming up and other programs do not count. */
const microseconds = (run: () => unknown) =>
  Effect.forEach(Array(20).keys(), () => Effect.timed(Effect.sync(run))).pipe(
    Effect.map((calls) => Math.min(...calls.map(([time]) => 1000 * Duration.toMillis(time))))
  )

/** Measures value and gradient, in microseconds. */
export const time = Effect.fnUntraced(function* (rows: number) {
  const random = Seed.generator(Seed.root(rows))
  const truth = Float32Array.from({ length: rows }, (_, i) => (i % 10 === 0 ? 1 : 0))
  const predictions = truth.map((label) => label + random.normal())
  const gradient = new Float32Array(rows)
  const kernel = Aum.definition.make({ denominator: "rate", margin: 0 })
  return {
    rows,
    explicit: yield* microseconds(() => kernel.evaluate(predictions, truth, gradient)),
    byAutograd: yield* microseconds(() => byAutograd(truth, predictions))
  }
})

// -------------------------------------------------------------------------------------------------------------- text

type Result = Effect.Success<typeof program>

const number = (value: number): string =>
  Math.abs(value) === Infinity ? (value < 0 ? "-∞" : "∞") : String(Number(value.toPrecision(12)) + 0)

const list = (values: Iterable<number>): string => `(${Array.from(values, number).join(", ")})`

const rocTable = ({ curve }: Result): string =>
  Roc.isUndefined(curve)
    ? curve.reason
    : table(
        ["interval", "from", "to", "FPR", "FNR", "TPR", "min", "area"],
        Array.from(curve.min, (min, k) => {
          const [from, to] = [curve.minConstant[k]!, curve.maxConstant[k]!]
          const area = min === 0 ? 0 : (to - from) * min
          return [String(k), ...[from, to, curve.fpr[k]!, curve.fnr[k]!, curve.tpr[k]!, min, area].map(number)]
        })
      )

const gradients = ({ auc, byAutograd, explicit }: Result): string =>
  [
    `AUC ${Roc.isUndefined(auc) ? auc.reason : number(auc)}`,
    `AUM ${number(explicit.aum)}, gradient ${list(explicit.gradient)}`,
    `AUM ${number(byAutograd.aum)}, gradient ${list(byAutograd.gradient)} by autograd`
  ].join("\n")

const ties = ({ twoRows }: Result): string =>
  table(
    ["difference", "left", "right", "mean", "autograd, negative first", "autograd, positive first"],
    twoRows
      .filter(({ difference, row }) => row === "positive" && Math.abs(difference) <= 0.5)
      .map((point) =>
        [point.difference, point.left, point.right, point.mean, point.negativeFirst, point.positiveFirst].map(number)
      )
  )

const constant = (result: Result): string =>
  table(
    ["labels", "explicit", "autograd"],
    result.constant.map(({ byAutograd, explicit, labels }) => [list(labels), list(explicit), list(byAutograd)])
  )

/** Everything that the program found, as text. */
export const render = (result: Result): string =>
  [rocTable(result), gradients(result), ties(result), constant(result)].join("\n\n")

/** Times, and how many times as long automatic differentiation takes. */
export const renderTimes = (times: ReadonlyArray<Effect.Success<ReturnType<typeof time>>>): string =>
  table(
    ["rows", "explicit", "autograd", "ratio"],
    times.map(({ byAutograd, explicit, rows }) => [
      String(rows),
      `${explicit.toFixed(0)} µs`,
      `${byAutograd.toFixed(0)} µs`,
      (byAutograd / explicit).toFixed(0)
    ])
  )

if (import.meta.main) {
  const main = Effect.gen(function* () {
    const result = yield* program
    yield* Console.log(render(result))
    const svg = yield* Effect.promise(() => Figure.draw(result.twoRows))
    yield* Effect.sync(() => writeFileSync(new URL("derivatives.svg", import.meta.url), svg))
    yield* Console.log(`\n${renderTimes(yield* Effect.forEach([1000, 10_000, 100_000], time))}`)
  })
  await Effect.runPromise(main.pipe(Effect.provide(Tfjs.layer())))
}
