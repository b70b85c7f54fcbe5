/**
 * Tuners as functions of what was tried: what they propose, and that a search that was stopped goes on.
 */
import type { Evaluation } from "@rocflow/core/learning/Tuning"
import * as Seed from "@rocflow/core/Seed"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { hyperbandBrackets } from "../../src/tuning/halving.ts"
import * as Range from "../../src/tuning/Range.ts"
import { sobolBits } from "../../src/tuning/spread.ts"
import * as Template from "../../src/tuning/Template.ts"
import type { Known, Proposal, Tuner } from "../../src/tuning/Tuner.ts"
import * as Given from "../../src/tuning/given.ts"
import * as Halving from "../../src/tuning/halving.ts"
import * as Spread from "../../src/tuning/spread.ts"
import { tuner as tpe } from "../../src/tuning/tpe.ts"

const template = Result.getOrThrow(
  Template.read({
    units: { tune: "integer", name: "units", from: 2, to: 8 },
    how: {
      tune: "choice",
      name: "how",
      of: { sgd: { rate: { tune: "log", name: "rate", from: 0.01, to: 1 } }, adam: "adam" }
    }
  })
)

const evaluations = 20
const tuners: ReadonlyArray<readonly [string, Tuner]> = [
  ["grid", Given.grid.tuner({ resolution: 3, resolutions: {} }, Infinity)],
  ["random", Given.random.tuner({}, evaluations)],
  [
    "points",
    Given.points.tuner(
      {
        configurations: [
          { units: 2, how: "adam" },
          { units: 3, how: "sgd", rate: 0.1 }
        ]
      },
      Infinity
    )
  ],
  ["latinHypercube", Spread.latinHypercube.tuner({}, evaluations)],
  ["sobol", Spread.sobol.tuner({}, evaluations)],
  ["tpe", tpe(5)],
  ["halving", Halving.halving.tuner({ configurations: 9, eta: 3, least: 1, most: 9, minDelta: 0 }, Infinity)],
  ["hyperband", Halving.hyperband.tuner({ eta: 3, least: 1, most: 9, minDelta: 0 }, Infinity)]
]

/** A score that depends on the values alone, with failures. */
const scored = ({ budget, bracket, values }: Proposal): Evaluation => {
  const text = JSON.stringify(Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1)))
  const score = Seed.generator(Seed.derive(Seed.root(3), text)).float()
  return {
    values,
    ...(score > 0.1 && { score }),
    scores: [],
    ...(bracket !== undefined && { bracket }),
    ...(budget !== undefined && { budget }),
    seconds: 0
  }
}

const knownOf = (tried: ReadonlyArray<Evaluation>, seed: number): Known => ({
  template,
  direction: "maximise",
  most: 9,
  tried,
  seed: Seed.root(seed)
})

/** What a tuner tries, until it has nothing left, or so many. */
const search = (tuner: Tuner, seed: number): ReadonlyArray<Evaluation> => {
  const tried: Array<Evaluation> = []
  while (tried.length < 60) {
    const next = tuner(knownOf(tried, seed))
    if (next === undefined) break
    tried.push(scored(next))
  }
  return tried
}

describe.each(tuners)("%s", (_, tuner) => {
  it("proposes what fits, and nothing twice", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1000 }), (seed) => {
        const tried = search(tuner, seed)
        for (const { values } of tried) expect(Template.refusal(template, values)).toEqual([])
        const texts = tried.map(({ bracket, budget, values }) =>
          JSON.stringify([bracket, budget, Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1))])
        )
        expect(new Set(texts).size).toBe(texts.length)
      }),
      { numRuns: 10 }
    )
  })

  it("goes on after a stop as if there had been none", () => {
    const tried = search(tuner, 7)
    for (const [i, { bracket, budget, values }] of tried.entries()) {
      const next = tuner(knownOf(tried.slice(0, i), 7))
      expect([next?.values, next?.bracket, next?.budget]).toEqual([values, bracket, budget])
    }
  })
})

describe("grid", () => {
  it("has a bound, which is known before its configurations are made", () => {
    const all = () => Template.enumerate(template, ({ range }) => Range.grid(range, 3))
    // 3 units × (3 rates of one optimizer + the other one)
    expect(Template.atMost(12, all())).toEqual(Array.from(all()))
    expect(Array.from(all())).toHaveLength(12)
    expect(Template.atMost(11, all())).toBeUndefined()
    expect(
      Given.grid.definition.bind(
        { learner: { type: "none", a: { tune: "real", name: "a", from: 0, to: 1 } }, resolution: 1e9 },
        () => Result.fail("none")
      )._tag
    ).toBe("Failure")
  })
})

describe("latinHypercube", () => {
  it("has one configuration in each part of each line", () => {
    const plain = Result.getOrThrow(
      Template.read([0, 1, 2].map((i) => ({ tune: "real", name: `x${i}`, from: 0, to: 1 })))
    )
    const tuner = Spread.latinHypercube.tuner({}, 10)
    const tried: Array<Evaluation> = []
    for (let i = 0; i < 10; i++) tried.push(scored(tuner({ ...knownOf(tried, 5), template: plain })!))
    for (const name of ["x0", "x1", "x2"]) {
      const parts = tried.map(({ values }) => Math.floor(Number(values[name]) * 10))
      expect(parts.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    }
    expect(tuner({ ...knownOf(tried, 5), template: plain })).toBeUndefined()
  })
})

describe("sobol", () => {
  it("is the sequence of Joe and Kuo", () => {
    // Points 0, 5 and 63 of scipy 1.17's qmc.Sobol(21, scramble=False), times 64.
    const point = (i: number) => Array.from({ length: 21 }, (_, dimension) => (sobolBits(dimension, i) / 2 ** 32) * 64)
    expect(point(0)).toEqual(Array(21).fill(0))
    expect(point(5)).toEqual([56, 56, 8, 24, 56, 40, 56, 24, 24, 8, 24, 56, 56, 8, 56, 24, 56, 24, 24, 40, 40])
    expect(point(63)).toEqual([1, 51, 23, 29, 55, 9, 37, 9, 53, 37, 27, 43, 35, 49, 21, 49, 5, 25, 61, 15, 15])
  })

  it("has as many of its first 2^k points in each half of each line", () => {
    for (let dimension = 0; dimension < 21; dimension++) {
      const low = Array.from({ length: 64 }, (_, i) => sobolBits(dimension, i)).filter((bits) => bits < 2 ** 31)
      expect(low).toHaveLength(32)
    }
  })
})

describe("hyperband", () => {
  it("has the brackets of its paper", () => {
    // Li et al. 2018, table 1: R = 81 and η = 3.
    expect(hyperbandBrackets(1, 81, 3)).toEqual([
      { configurations: 81, budgets: [1, 3, 9, 27, 81] },
      { configurations: 34, budgets: [3, 9, 27, 81] },
      { configurations: 15, budgets: [9, 27, 81] },
      { configurations: 8, budgets: [27, 81] },
      { configurations: 5, budgets: [81] }
    ])
  })

  it("goes on with the best third of those that have a score", () => {
    const tried = search(
      Halving.halving.tuner({ configurations: 9, eta: 3, least: 1, most: 9, minDelta: 0 }, Infinity),
      1
    )
    const at = (budget: number) => tried.filter((each) => each.budget === budget)
    expect([1, 3, 9].map((budget) => at(budget).length)).toEqual([9, 3, 1])
    const best = at(1)
      .filter(({ score }) => score !== undefined)
      .toSorted((a, b) => b.score! - a.score!)
      .slice(0, 3)
    expect(at(3).map(({ values }) => values)).toEqual(best.map(({ values }) => values))
  })
})

describe("tpe", () => {
  it("finds the middle of a bowl where random draws do not", () => {
    const bowl = Result.getOrThrow(
      Template.read(["a", "b", "c"].map((name) => ({ tune: "real", name, from: 0, to: 1 })))
    )
    const far = (values: Evaluation["values"]) =>
      ["a", "b", "c"].reduce((sum, name) => sum + (Number(values[name]) - 0.7) ** 2, 0)
    const least = (tuner: Tuner, seed: number) => {
      const tried: Array<Evaluation> = []
      while (tried.length < 50) {
        const { values } = tuner({ ...knownOf(tried, seed), direction: "minimise", template: bowl })!
        tried.push({ values, score: far(values), scores: [], seconds: 0 })
      }
      return Math.min(...tried.map(({ score }) => score!))
    }
    const seeds = Array.from({ length: 9 }, (_, i) => i)
    const median = (tuner: Tuner) => seeds.map((seed) => least(tuner, seed)).toSorted((a, b) => a - b)[4]!
    expect(median(tpe(10))).toBeLessThan(median(Given.random.tuner({}, 50)) / 4)
  })

  it("learns from what a place is in the alternative that has it alone", () => {
    const tried = search(tpe(5), 2)
    const rates = tried.flatMap(({ values }) => (values["rate"] === undefined ? [] : [Number(values["rate"])]))
    expect(rates.length).toBeGreaterThan(5)
    for (const rate of rates) expect(Range.refusal({ type: "log", from: 0.01, to: 1 }, rate)).toBeUndefined()
  })
})
