/** What is timed: every subject computes value and gradient of one loss for all rows. */
import type * as Loss from "@rocflow/core/pipeline/Loss"
import * as tf from "@tensorflow/tfjs-core"
import * as Effect from "effect/Effect"
import * as AllPairs from "../src/AllPairs.ts"
import * as Aum from "../src/Aum.ts"
import * as Bce from "../src/Bce.ts"
import * as BinaryScores from "../src/BinaryScores.ts"
import * as Sorted from "../test/oracle/aumSorted.ts"
import { isUndefined } from "../src/Roc.ts"
import type { Data } from "./data.ts"

/** Value and gradient of a loss on given data. `gradient` is that of the last call of `run`. */
export interface Prepared {
  readonly run: () => number
  readonly gradient: () => ArrayLike<number>
  readonly dispose?: () => void
}

/**
 * - `upTo`: the most rows that are worth waiting for
 * - `check`: the subject with the same result, and how much value and gradient may differ, relative to their size
 */
export interface Subject {
  readonly id: string
  readonly title: string
  readonly upTo: number
  readonly prepare: (data: Data) => Prepared
  readonly check?: { readonly against: string; readonly tolerance: number }
}

const million = 1e6

const kernel =
  ({ evaluate }: Loss.Explicit, Floats: typeof Float32Array | typeof Float64Array = Float64Array) =>
  ({ labels, rows, scores }: Data): Prepared => {
    const [s, y, gradient] = [new Floats(scores), new Floats(labels), new Floats(rows)]
    return { run: () => evaluate(s, y, gradient), gradient: () => gradient }
  }

const aum = Aum.definition.make({ denominator: "rate", margin: 0 })

const result = ({ labels, scores }: Data): Prepared => {
  const s = Effect.runSync(BinaryScores.make({ labels, scores }))
  let gradient: ArrayLike<number> = []
  const run = () => {
    const found = Aum.binary(s, { denominator: "rate" })
    if (isUndefined(found)) throw new Error(found.reason)
    gradient = found.gradient
    return found.aum
  }
  return { run, gradient: () => gradient }
}

const sorted = ({ labels, scores }: Data): Prepared => {
  let last: Sorted.Sorted | undefined
  return {
    run: () => (last = Sorted.evaluate(scores, labels, "rate")).aum,
    gradient: () => (last?.left ?? new Float64Array()).map((left, i) => (left + (last?.right[i] ?? 0)) / 2)
  }
}

const autograd = ({ labels, rows, scores }: Data): Prepared => {
  const s = tf.tensor2d(Float32Array.from(scores), [rows, 1])
  const y = tf.tensor1d(Float32Array.from(labels))
  const differentiate = tf.valueAndGrad((x) => Aum.tensor(x, y, { denominator: "rate" }))
  let gradient: ArrayLike<number> = []
  const run = () =>
    tf.tidy(() => {
      const { grad, value } = differentiate(s)
      gradient = grad.dataSync()
      return value.dataSync()[0] ?? Number.NaN
    })
  return { run, gradient: () => gradient, dispose: () => tf.dispose([s, y]) }
}

/** The all-pairs squared hinge as it is written down: pair by pair. */
const pairByPair = ({ labels, rows, scores }: Data): Prepared => {
  const gradient = new Float64Array(rows)
  const positives = Int32Array.from(labels.keys()).filter((i) => labels[i] === 1)
  const negatives = Int32Array.from(labels.keys()).filter((i) => labels[i] === 0)
  const pairs = positives.length * negatives.length
  const run = () => {
    gradient.fill(0)
    let sum = 0
    for (let a = 0; a < positives.length; a++) {
      const i = positives[a]!
      let own = 0
      for (let b = 0; b < negatives.length; b++) {
        const j = negatives[b]!
        const lacking = Math.max(0, 1 - (scores[i]! - scores[j]!))
        sum += lacking * lacking
        own += lacking
        gradient[j]! += (2 * lacking) / pairs
      }
      gradient[i] = (-2 * own) / pairs
    }
    return sum / pairs
  }
  return { run, gradient: () => gradient }
}

/** Sorted by what they say: the versions of AUM, then what to compare them with. */
export const subjects: ReadonlyArray<Subject> = [
  {
    id: "aum",
    title: "AUM linear",
    upTo: million,
    prepare: kernel(aum),
    check: { against: "sorted", tolerance: 1e-9 }
  },
  {
    id: "aum32",
    title: "AUM linear, float32",
    upTo: million,
    prepare: kernel(aum, Float32Array),
    check: { against: "sorted", tolerance: 1e-6 }
  },
  {
    id: "binary",
    title: "Aum.binary, left and right",
    upTo: million,
    prepare: result,
    check: { against: "sorted", tolerance: 1e-9 }
  },
  { id: "sorted", title: "AUM sorted", upTo: million, prepare: sorted },
  {
    id: "tfjs",
    title: "AUM autograd, tfjs",
    upTo: million,
    prepare: autograd,
    // Rates of 10⁶ rows are sums of 10⁻⁶ in single precision.
    check: { against: "sorted", tolerance: 1e-2 }
  },
  {
    id: "bce",
    title: "BCE",
    upTo: million,
    prepare: kernel(Bce.definition.make({ posWeight: 1, reduction: "mean" }))
  },
  {
    id: "square",
    title: "all-pairs square",
    upTo: million,
    prepare: kernel(AllPairs.squareDefinition.make({ margin: 1 }))
  },
  {
    id: "squaredHinge",
    title: "all-pairs squared hinge",
    upTo: million,
    prepare: kernel(AllPairs.squaredHingeDefinition.make({ margin: 1 }))
  },
  {
    id: "pairs",
    title: "… pair by pair",
    upTo: 1e4,
    prepare: pairByPair,
    check: { against: "squaredHinge", tolerance: 1e-9 }
  }
]
