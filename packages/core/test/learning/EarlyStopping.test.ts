import fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as EarlyStopping from "../../src/learning/EarlyStopping.ts"
import { type Measured, isDefined, undefinedBecause } from "../../src/learning/Measure.ts"

type Rule = EarlyStopping.Rule
const rule = (given: Partial<Rule> = {}): Rule => ({ direction: "maximise", patience: 2, minDelta: 0, ...given })

/** Scores one evaluation after another, epochs from 1, until training would stop. */
const run = (given: Rule, scores: ReadonlyArray<Measured>) => {
  let state = EarlyStopping.initial
  let evaluations = 0
  for (const score of scores) {
    if (state.stop) break
    evaluations += 1
    state = EarlyStopping.step(given, state, evaluations, score)
  }
  return { ...state, evaluations }
}

const none = undefinedBecause("one class")

describe("step", () => {
  it("takes the first score as the best, however bad", () => {
    expect(EarlyStopping.step(rule(), EarlyStopping.initial, 4, -1000)).toEqual({
      best: { epoch: 4, score: -1000 },
      stagnation: 0,
      improved: true,
      stop: false
    })
  })

  it.each<[string, Partial<Rule>, ReadonlyArray<Measured>, object]>([
    ["a gain resets stagnation", {}, [1, 0, 2], { best: { epoch: 3, score: 2 }, stagnation: 0, improved: true }],
    ["equality is no gain", {}, [1, 1], { best: { epoch: 1, score: 1 }, stagnation: 1, improved: false, stop: false }],
    ["patience counts evaluations", {}, [1, 0, 0.5, 9], { stagnation: 2, stop: true, evaluations: 3 }],
    ["patience 1 stops at once", { patience: 1 }, [1, 1, 1], { stop: true, evaluations: 2 }],
    ["patience 0 never stops", { patience: 0 }, [1, 0, 0, 0, 0], { stop: false, stagnation: 4, evaluations: 5 }],
    ["smaller is better", { direction: "minimise" }, [3, 1, 2], { best: { epoch: 2, score: 1 }, stagnation: 1 }],
    ["a gain of minDelta is none", { minDelta: 0.5 }, [1, 1.5], { best: { epoch: 1, score: 1 }, stagnation: 1 }],
    ["a gain above minDelta is one", { minDelta: 0.5 }, [1, 1.75], { best: { epoch: 2, score: 1.75 } }],
    [
      "slow drift adds up to no gain until it exceeds minDelta from the old best",
      { minDelta: 1, patience: 5 },
      [0, 0.5, 1, 1.5],
      { best: { epoch: 4, score: 1.5 }, stagnation: 0 }
    ],
    [
      "no gain is infinite",
      { minDelta: Infinity, patience: 3 },
      [1, 2, 3, 4],
      { best: { epoch: 1, score: 1 }, stop: true }
    ],
    ["NaN is never best", {}, [Number.NaN, 0.5], { best: { epoch: 2, score: 0.5 }, stagnation: 0 }],
    ["NaN is stagnation", {}, [0.5, Number.NaN, Number.NaN], { best: { epoch: 1, score: 0.5 }, stop: true }],
    ["undefined is never best", {}, [none, 0.5], { best: { epoch: 2, score: 0.5 }, stagnation: 0 }],
    ["undefined is stagnation", {}, [0.5, none, none], { best: { epoch: 1, score: 0.5 }, stop: true }],
    [
      "no defined score at all never stops",
      {},
      [none, Number.NaN, none],
      { best: undefined, stop: false, stagnation: 0 }
    ],
    ["patience counts from the first defined score", {}, [none, none, 1, 0, 0], { best: { epoch: 3 }, stop: true }]
  ])("%s", (_, given, scores, expected) => {
    expect(run(rule(given), scores)).toMatchObject(expected)
  })
})

describe("laws", () => {
  const score = fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: -5, max: 5 }).map((n): Measured => n) },
    { weight: 1, arbitrary: fc.constantFrom<Measured>(Number.NaN, none) }
  )
  const scores = fc.array(score, { maxLength: 30 })
  const patience = fc.nat(6)

  it("without minDelta the best is the first of the best scores", () => {
    fc.assert(
      fc.property(scores, fc.constantFrom("minimise" as const, "maximise" as const), (given, direction) => {
        const { best } = run(rule({ direction, patience: 0 }), given)
        const numbers = given.filter(isDefined).filter((value) => !Number.isNaN(value))
        const wanted = direction === "maximise" ? Math.max(...numbers) : Math.min(...numbers)
        expect(best).toEqual(numbers.length === 0 ? undefined : { epoch: given.indexOf(wanted) + 1, score: wanted })
      })
    )
  })

  it("stops exactly `patience` evaluations after the last gain", () => {
    fc.assert(
      fc.property(scores, patience, fc.nat(3), (given, patience, minDelta) => {
        const end = run(rule({ patience, minDelta }), given)
        const first = end.best?.epoch ?? given.length - end.stagnation
        expect(end.evaluations).toBe(first + end.stagnation)
        expect(end.best === undefined && end.stagnation > 0).toBe(false)
        expect(end.stop).toBe(patience > 0 && end.stagnation === patience)
        expect(end.stop || end.evaluations === given.length).toBe(true)
      })
    )
  })

  it("maximising is minimising the negative", () => {
    fc.assert(
      fc.property(scores, patience, fc.nat(3), (given, patience, minDelta) => {
        const up = run(rule({ patience, minDelta }), given)
        const down = run(
          rule({ patience, minDelta, direction: "minimise" }),
          given.map((value) => (isDefined(value) ? 0 - value : value))
        )
        expect(down).toEqual({ ...up, best: up.best && { ...up.best, score: 0 - up.best.score } })
      })
    )
  })
})

describe("several measures", () => {
  const stopped = { ...EarlyStopping.initial, stop: true }
  const going = EarlyStopping.initial

  it.each<[EarlyStopping.When, ReadonlyArray<EarlyStopping.State>, boolean]>([
    ["first", [stopped, going], true],
    ["first", [going, stopped], false],
    ["any", [going, stopped], true],
    ["any", [going, going], false],
    ["all", [stopped, stopped], true],
    ["all", [stopped, going], false],
    ["all", [], false],
    ["any", [], false]
  ])("stop by %s", (when, states, expected) => {
    expect(EarlyStopping.stops(when, states)).toBe(expected)
  })
})
