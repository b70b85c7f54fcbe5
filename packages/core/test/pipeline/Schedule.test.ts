import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { describe, expect, it } from "vitest"
import * as Definitions from "../../src/Definitions.ts"
import * as OptionSchema from "../../src/OptionSchema.ts"
import { decode, findNothing } from "../../src/pipeline/Decode.ts"
import * as Optimizer from "../../src/pipeline/Optimizer.ts"
import * as Registry from "../../src/pipeline/Registry.ts"
import * as Schedule from "../../src/pipeline/Schedule.ts"

const boundTo = (schedule: Schedule.Schedule): Schedule.Bound => Result.getOrThrow(Schedule.bind(schedule, findNothing))

/** The values at updates 0 … count − 1 of so many. */
const valuesOf = (schedule: Schedule.Schedule, count: number, of = count): ReadonlyArray<number> => {
  const { adapts, at } = boundTo(schedule)
  return Array.from({ length: count }, (_, step) => at(step / of, adapts?.initial))
}

const near = (actual: ReadonlyArray<number>, expected: ReadonlyArray<number>) => {
  expect(actual).toHaveLength(expected.length)
  actual.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 9))
}

describe("a schedule", () => {
  // Learning rates of torch.optim.lr_scheduler (PyTorch 2.15) before each of 8 steps, in double precision.
  it.each<[string, Schedule.Schedule, ReadonlyArray<number>]>([
    [
      "CosineAnnealingLR(T_max=8, eta_min=0.01)",
      Schedule.cosine({ from: 0.1, to: 0.01 }),
      [0.1, 0.09657457896, 0.08681980515, 0.07222075446, 0.055, 0.03777924554, 0.02318019485, 0.01342542104]
    ],
    [
      "MultiStepLR([4, 6], gamma=0.1)",
      Schedule.step({ from: 0.1, at: [0.5, 0.75] }),
      [0.1, 0.1, 0.1, 0.1, 0.01, 0.01, 0.001, 0.001]
    ],
    [
      "ExponentialLR(gamma=0.5)",
      Schedule.exponential({ from: 0.1, to: 0.1 * 0.5 ** 8 }),
      [0.1, 0.05, 0.025, 0.0125, 0.00625, 0.003125, 0.0015625, 0.00078125]
    ],
    [
      "PolynomialLR(total_iters=8, power=2)",
      Schedule.polynomial({ from: 0.1, power: 2 }),
      [0.1, 0.0765625, 0.05625, 0.0390625, 0.025, 0.0140625, 0.00625, 0.0015625]
    ],
    [
      "LinearLR(start_factor=1, end_factor=0.1, total_iters=8)",
      Schedule.linear({ from: 0.1, to: 0.01 }),
      [0.1, 0.08875, 0.0775, 0.06625, 0.055, 0.04375, 0.0325, 0.02125]
    ]
  ])("has the rates of %s", (_, schedule, expected) => near(valuesOf(schedule, 8), expected))

  it("of one cycle has the rates of OneCycleLR, whose phases end one update early", () => {
    // OneCycleLR(max_lr=0.1, total_steps=11, pct_start=0.3): the rise ends at update 0.3·11 − 1 of 10.
    near(
      valuesOf(Schedule.oneCycle({ peak: 0.1, rise: 0.23 }), 11, 10),
      [
        0.004, 0.04223411137, 0.09602614247, 0.09797465678, 0.08844757248, 0.07260870493, 0.05305827081, 0.0330058029,
        0.01574325128, 0.004104554321, 4e-7
      ]
    )
  })

  it("coslog4 is the formula of RealMLP", () => {
    // Holzmüller, Grinsztajn and Steinwart 2024: ½(1 − cos(2π·log₂(1 + 15t))), in valleys at t = 0, 1/15, 3/15, 7/15, 1.
    near(
      [0, 1, 3, 7, 15].flatMap((t) => boundTo(Schedule.coslog4({ from: 0.04 })).at(t / 15, undefined)),
      [0, 0, 0, 0, 0]
    )
    const peaks = [0.5, 1.5, 2.5, 3.5].map((k) => (2 ** k - 1) / 15)
    near(
      peaks.map((t) => boundTo(Schedule.coslog4({ from: 0.04 })).at(t, undefined)),
      [0.04, 0.04, 0.04, 0.04]
    )
  })

  it("that is flat first falls from there on", () => {
    near(valuesOf(Schedule.flatCosine({ from: 0.02 }), 5, 4), [0.02, 0.02, 0.02, 0.01, 0])
  })

  it("warms up along a line from 0, and has the rest of training for itself", () => {
    near(valuesOf(Schedule.cosine({ from: 1, warmUp: 0.2 }), 11, 10), [
      0,
      0.5,
      ...valuesOf(Schedule.cosine({ from: 1 }), 9, 8)
    ])
    near(valuesOf(Schedule.constant({ from: 3, warmUp: 0.5 }), 5, 4), [0, 1.5, 3, 3, 3])
  })

  it("is previewed epoch by epoch", () => {
    expect(Schedule.preview(boundTo(Schedule.linear({ from: 1 })), 4)).toEqual([1, 0.75, 0.5, 0.25, 0])
  })
})

describe("a plateau", () => {
  const follow = (options: Parameters<typeof Schedule.plateau>[0], scores: ReadonlyArray<number>) => {
    const { adapts, at } = boundTo(Schedule.plateau(options))
    let state = adapts!.initial
    return scores.map((score) => at(0, (state = adapts!.next(state, score, "minimise"))))
  }

  it("has the rates of ReduceLROnPlateau, whose patience is one more", () => {
    // ReduceLROnPlateau(factor=0.5, patience=1, threshold=0, threshold_mode="abs", cooldown=1), PyTorch 2.15.
    near(
      follow(
        { from: 0.1, factor: 0.5, patience: 2, cooldown: 1 },
        [1, 0.9, 0.9, 0.9, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8]
      ),
      [0.1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.025, 0.025, 0.025, 0.0125, 0.0125]
    )
  })

  it("counts gains as early stopping does: more than minDelta, on the best, and never by NaN", () => {
    near(follow({ from: 1, factor: 0.5, patience: 2, minDelta: 0.1 }, [1, 0.95, 0.92, 0.85]), [1, 1, 0.5, 0.5])
    near(follow({ from: 1, factor: 0.5, patience: 1 }, [Number.NaN, Number.NaN, 1, Number.NaN]), [1, 1, 1, 0.5])
  })

  it("does not go below its end", () => {
    near(follow({ from: 1, to: 0.3, factor: 0.5, patience: 1 }, [1, 1, 1, 1]), [1, 0.5, 0.3, 0.3])
  })
})

describe("in options", () => {
  const find = Registry.lookup(Result.getOrThrow(Registry.make(Definitions.all)))
  const issuesOf = (given: object) =>
    Result.match(Optimizer.sgdDefinition.bind(given, find).bound, {
      onSuccess: () => [],
      onFailure: (issues) => issues.map(({ message, path }) => `${path.join(".")}: ${message}`)
    })

  it("a schedule stands for a number, made in code or read", () => {
    const made = Optimizer.sgdDefinition.bind({ learningRate: Schedule.cosine({ from: 0.1 }) }, findNothing)
    const read = Optimizer.sgdDefinition.bind(JSON.parse(JSON.stringify(made.json)) as object, find)
    expect(issuesOf({ ...read.json, type: undefined })).toEqual([])
    const expected = {
      learningRate: { type: "Schedule.cosine", from: 0.1, to: 0, warmUp: 0 },
      momentum: 0,
      nesterov: false
    }
    expect(Result.getOrThrow(made.bound).encoded).toEqual(expected)
    expect(made.json).toEqual({ type: "Optimizer.sgd", learningRate: { type: "Schedule.cosine", from: 0.1 } })
  })

  it("of one's own is found by what made it, and by its id where it was read", () => {
    const wave = Schedule.define({
      id: "Mine.wave",
      summary: "Waves around a rate",
      options: Schema.Struct({ rate: OptionSchema.positive }),
      make:
        ({ rate }) =>
        (progress) =>
          rate * (1 + 0.5 * Math.sin(20 * Math.PI * progress))
    })
    const { bound, json } = Optimizer.sgdDefinition.bind(
      { learningRate: Schedule.make(wave, { rate: 0.1 }) },
      findNothing
    )
    expect(Result.isSuccess(bound)).toBe(true)
    const mine = Registry.lookup(Result.getOrThrow(Registry.make([...Definitions.all, wave])))
    const { type: _, ...options } = JSON.parse(JSON.stringify(json)) as { readonly type: string }
    expect(Result.isSuccess(Optimizer.sgdDefinition.bind(options, mine).bound)).toBe(true)
    expect(issuesOf(options)).toEqual([
      expect.stringMatching(
        /^learningRate.type: Optimizer.sgd: "Mine.wave" is not a known schedule; known are Schedule.co/
      )
    ])
  })

  it.each<[object, string]>([
    [{ learningRate: -1 }, "learningRate: Optimizer.sgd: Expected a value greater than 0, got -1"],
    [
      { learningRate: "fast" },
      "learningRate: Optimizer.sgd: is no number and no schedule; write one as { type: Schedule.cosine, from: 0.01 }"
    ],
    [
      { learningRate: { type: "Schedule.cosin", from: 1 } },
      'learningRate.type: Optimizer.sgd: "Schedule.cosin" is not a known schedule; did you mean "Schedule.cosine"?'
    ],
    [
      { learningRate: { type: "Schedule.cosine", from: 1, too: 0 } },
      'learningRate.too: Optimizer.sgd: Schedule.cosine: is not a known key; did you mean "to"?'
    ],
    [
      { learningRate: { type: "Schedule.cosine", from: -1 } },
      "learningRate.from: Optimizer.sgd: Schedule.cosine: Expected a value greater than or equal to 0, got -1"
    ],
    [
      { learningRate: 1, momentum: { type: "Schedule.linear", from: 0.5, to: 1 } },
      "momentum: Optimizer.sgd: Schedule.linear: after 100 % of the updates: Expected a value between 0 and 1 (excluded), got 1"
    ],
    [
      { learningRate: { type: "Schedule.step", from: 1, at: [0.5, 0.2] } },
      "learningRate.at: Optimizer.sgd: Schedule.step: Expected shares of training in ascending order, got 0.5, 0.2; sort them"
    ],
    [
      { learningRate: 1, groups: [{ paths: ["a/**"], rate: { type: "Schedule.cosine", from: -1 } }] },
      "groups.0.rate.from: Optimizer.sgd: Schedule.cosine: Expected a value greater than or equal to 0, got -1"
    ]
  ])("says what is wrong with %o", (given, expected) => expect(issuesOf(given)).toEqual([expected]))

  it("keeps the rule of the option at every progress", () => {
    const value = Schedule.value(OptionSchema.share, OptionSchema.proportion)
    expect(Result.isSuccess(decode(value, Schedule.linear({ from: 1 })))).toBe(true)
    expect(Result.isFailure(decode(value, 1))).toBe(true)
    expect(Result.isFailure(decode(value, Schedule.linear({ from: 1.1 })))).toBe(true)
  })
})
