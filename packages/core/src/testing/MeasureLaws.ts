/**
 * The laws of measures: a number in its range that does not depend on the order of the rows, or a reason.
 */
import type * as Measure from "../learning/Measure.ts"
import type { Labelled, Prediction } from "../learning/Prediction.ts"
import type { Kind } from "../data/Task.ts"
import type { Generator } from "../Seed.ts"
import { close, draw, fact, holds, law, type Law, pick, same, shuffled } from "./Law.ts"

const levels = { binary: ["yes", "no"], multiclass: ["a", "b", "c"], regression: [] } as const

const prediction = (kind: Kind, random: Generator, rows = 1 + random.below(20)): Labelled => {
  const names = levels[kind]
  const k = names.length
  if (kind === "regression") {
    const real = () => (random.below(2001) - 1000) / 8
    return {
      kind,
      levels: names,
      rows: Int32Array.from({ length: rows }, (_, i) => i),
      truth: draw(rows, real),
      response: draw(rows, real),
      prob: undefined,
      scores: undefined
    }
  }
  const shares = Array.from({ length: rows }, () => {
    const raw = names.map(() => 1 + random.below(9))
    const total = raw.reduce((a, b) => a + b)
    return raw.map((share) => share / total)
  })
  return {
    kind,
    levels: names,
    rows: Int32Array.from({ length: rows }, (_, i) => i),
    truth: draw(rows, () => random.below(k)),
    response: Float64Array.from(shares, (row) => row.indexOf(Math.max(...row))),
    prob: Float64Array.from(shares.flat()),
    scores: kind === "binary" ? Float64Array.from(shares, ([p = 0.5]) => Math.log(p / (1 - p))) : undefined
  }
}

const inOrder = (given: Labelled, order: ReadonlyArray<number>): Labelled => ({
  ...given,
  truth: pick(given.truth, order),
  response: pick(given.response, order),
  prob: given.prob && pick(given.prob, order, given.levels.length),
  scores: given.scores && pick(given.scores, order)
})

/** A prediction that says what is true, as surely as it can. */
const perfect = (given: Labelled): Labelled => {
  const k = given.levels.length
  return {
    ...given,
    response: given.truth,
    prob: given.prob && draw(given.truth.length * k, (i) => (i % k === given.truth[Math.floor(i / k)] ? 1 : 0)),
    scores: given.scores && given.truth.map((code) => (code === 0 ? 50 : -50))
  }
}

const kindLaws = (measure: Measure.Measure, kind: Kind): ReadonlyArray<Law> => {
  const [lower, upper] = measure.range
  return [
    law(`lies in its range, or says why it is undefined (${kind})`, (random) => {
      const value = measure.evaluate(prediction(kind, random))
      holds(
        typeof value === "number" ? value >= lower - 1e-12 && value <= upper + 1e-12 : value.reason.length > 0,
        () => `the value is ${JSON.stringify(value)}, the range ${lower} … ${upper}`
      )
    }),
    law(`does not depend on the order of the rows (${kind})`, (random) => {
      const given = prediction(kind, random)
      const [a, b] = [measure.evaluate(given), measure.evaluate(inOrder(given, shuffled(given.truth.length, random)))]
      if (typeof a === "number" && typeof b === "number") close([b], [a], 1e-9, "the value")
      else same(b, a, "the reason")
    }),
    ...(measure.share === undefined
      ? []
      : [
          law(`is its share of rows, where it is one (${kind})`, (random) => {
            const given = prediction(kind, random)
            const [value, share] = [measure.evaluate(given), measure.share!(given)]
            if ("reason" in share) return
            close([share.of / share.all], [value as number], 1e-12, "the value")
            holds(share.of >= 0 && share.all >= Math.max(1, share.of), () => `the share is ${JSON.stringify(share)}`)
          })
        ]),
    ...(measure.direction === undefined
      ? []
      : [
          law(`is nowhere better than where the prediction is the truth (${kind})`, (random) => {
            const given = prediction(kind, random)
            const [value, best] = [measure.evaluate(given), measure.evaluate(perfect(given))]
            if (typeof value !== "number" || typeof best !== "number") return
            const gain = measure.direction === "maximise" ? value - best : best - value
            holds(gain <= 1e-12, () => `${value} is better than ${best}, the value of the truth`)
          })
        ]),
    fact(`is undefined without rows, and without a truth (${kind})`, () => {
      const none: Prediction = inOrder(prediction(kind, { ...still, below: () => 0 }, 3), [])
      for (const given of [none, { ...none, truth: undefined }]) {
        const value = measure.evaluate(given)
        holds(typeof value !== "number" && value.reason.length > 0, () => `the value is ${JSON.stringify(value)}`)
      }
    })
  ]
}

/** Draws nothing: for predictions that are cut to no rows. */
const still: Generator = { uint32: () => 0, float: () => 0, below: () => 0, normal: () => 0, shuffle: () => {} }

/**
 * The laws of a measure, for each kind of target that it accepts.
 *
 * @example
 * for (const { check, name } of MeasureLaws.of(sensitivity)) it(name, check)
 */
export const of = (measure: Measure.Measure): ReadonlyArray<Law> =>
  measure.accepts.flatMap((kind) => kindLaws(measure, kind))
