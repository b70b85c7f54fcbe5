import * as Core from "@rocflow/core/Definitions"
import * as Learner from "@rocflow/core/learning/Learner"
import * as Model from "@rocflow/core/learning/Model"
import * as Ingress from "@rocflow/core/pipeline/Ingress"
import * as Nn from "@rocflow/core/pipeline/Nn"
import * as Optimizer from "@rocflow/core/pipeline/Optimizer"
import * as Preprocess from "@rocflow/core/pipeline/Preprocess"
import * as Registry from "@rocflow/core/pipeline/Registry"
import * as Schedule from "@rocflow/core/pipeline/Schedule"
import * as Mse from "@rocflow/losses/Mse"
import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import * as Tune from "../../src/Tune.ts"

const space = {
  units: Tune.integer(2, 8),
  rate: Tune.log(0.01, 1),
  how: Tune.choice(["sgd", "adam"])
}

/** A network whose width, rate and optimizer are open. */
const open = Tune.over(space, ({ how, rate, units }) =>
  Preprocess.standardise().pipe(
    Ingress.numeric(),
    Nn.linear(units),
    Nn.head(),
    Mse.loss(),
    Tune.oneOf(how, {
      sgd: Optimizer.sgd({ learningRate: Schedule.cosine({ from: rate }) }),
      adam: Optimizer.adam()
    }),
    Model.regr({ epochs: 3 })
  )
)

const message = <A>(result: Result.Result<A, { readonly message: string }>): string =>
  Result.isFailure(result) ? result.failure.message : ""

describe("combinations", () => {
  it("have a value of what is open in an alternative only where that is chosen", () => {
    const found = Result.getOrThrow(Tune.combinations(open, { how: ["adam", "sgd"], rate: [0.1, 0.01], units: [2] }))
    expect(found).toEqual([
      { units: 2, how: "adam" },
      { units: 2, how: "sgd", rate: 0.1 },
      { units: 2, how: "sgd", rate: 0.01 }
    ])
    for (const values of found) expect(Result.isSuccess(Tune.bind(open, values))).toBe(true)
    expect(Tune.combinations(open, { how: ["adam"], units: [2] })).toEqual(Result.succeed([{ units: 2, how: "adam" }]))
  })

  it.each<readonly [Readonly<Record<string, ReadonlyArray<string | number>>>, string]>([
    [{ how: ["adam", "sgd"], units: [2] }, "give values to: rate"],
    [{ how: ["adam"], rate: [1], units: [2] }, '"rate" has no say in any combination; leave it out'],
    [{ how: ["adam"], unit: [2] }, '"unit" is not open; open are units, how, rate'],
    [
      { how: ["sgd"], units: Array.from({ length: 101 }, () => 2), rate: Array.from({ length: 100 }, () => 1) },
      "has more than 10000 combinations"
    ]
  ])("refuse what does not fit: %#", (values, why) => {
    expect(message(Tune.combinations(open, values))).toContain(why)
  })
})

describe("over", () => {
  it("is written with ranges in the place of values", () => {
    const { pipeline } = open.json as { readonly pipeline: ReadonlyArray<unknown> }
    expect(pipeline[2]).toEqual({ type: "Nn.linear", units: { tune: "integer", name: "units", from: 2, to: 8 } })
    expect(pipeline[5]).toEqual({
      tune: "choice",
      name: "how",
      of: {
        sgd: {
          type: "Optimizer.sgd",
          learningRate: { type: "Schedule.cosine", from: { tune: "log", name: "rate", from: 0.01, to: 1 } }
        },
        adam: { type: "Optimizer.adam" }
      }
    })
  })

  it("refuses to compute with what is not known yet", () => {
    const doubled = Tune.over({ units: Tune.integer(1, 4) }, ({ units }) =>
      Ingress.numeric().pipe(Nn.linear(2 * units), Nn.head(), Mse.loss(), Optimizer.adam(), Model.regr({ epochs: 1 }))
    )
    expect(message(Tune.bind(doubled, { units: 1 }))).toContain('computes with "units", which is not known yet')
  })

  it("refuses a function that makes another learner than it writes", () => {
    const branching = Tune.over({ deep: Tune.boolean, units: Tune.integer(1, 4) }, ({ deep, units }) => {
      const begun = Ingress.numeric().pipe(Nn.linear(units))
      const body = deep === true ? begun.pipe(Nn.relu()) : begun
      return body.pipe(Nn.head(), Mse.loss(), Optimizer.adam(), Model.regr({ epochs: 1 }))
    })
    expect(message(Tune.bind(branching, { deep: true, units: 1 }))).toContain(
      '"deep", which no option of the learner gets'
    )
  })
})

describe("bind", () => {
  it("makes the learner that would be written with the values", () => {
    const bound = Result.getOrThrow(Tune.bind(open, { units: 4, how: "sgd", rate: 0.5 }))
    const written = Preprocess.standardise().pipe(
      Ingress.numeric(),
      Nn.linear(4),
      Nn.head(),
      Mse.loss(),
      Optimizer.sgd({ learningRate: Schedule.cosine({ from: 0.5 }) }),
      Model.regr({ epochs: 3 })
    )
    expect(Learner.hash(bound)).toBe(Learner.hash(written))
  })

  it("makes the same learner of what was written", () => {
    const registry = Result.getOrThrow(Registry.make([...Core.all, Mse.definition]))
    const read = Tune.fromJson(open.json, Registry.lookup(registry))
    const values = { units: 4, how: "sgd", rate: 0.5 } as const
    expect(Learner.hash(Result.getOrThrow(Tune.bind(read, values)))).toBe(
      Learner.hash(Result.getOrThrow(Tune.bind(open, values)))
    )
    expect(JSON.stringify(read.json)).toBe(JSON.stringify(open.json))
  })

  it("says what is missing, out of range, or has no say", () => {
    expect(message(Tune.bind(open, { how: "sgd" }))).toContain("give values to: units, rate")
    expect(message(Tune.bind(open, { how: "adam", units: 9 }))).toContain('"units" must be a whole number from 2 to 8')
    expect(message(Tune.bind(open, { how: "adam", units: 2, rate: 0.1 }))).toContain(
      '"rate" has no say where how is "adam"'
    )
  })
})

describe("oneOf", () => {
  it("chooses among stages before a pipeline, several at once, and whole learners", () => {
    const scaled = Tune.over({ scaling: Tune.choice(["none", "robust"]) }, ({ scaling }) =>
      Tune.oneOf(scaling, { none: Preprocess.standardise(), robust: Preprocess.robustScale() }).pipe(
        Ingress.numeric(),
        Nn.head(),
        Mse.loss(),
        Optimizer.adam(),
        Model.regr({ epochs: 1 })
      )
    )
    const { pipeline } = Result.getOrThrow(Tune.bind(scaled, { scaling: "robust" })).json as {
      readonly pipeline: ReadonlyArray<unknown>
    }
    expect(pipeline[0]).toEqual({ type: "Preprocess.robustScale" })

    const plain = Ingress.numeric().pipe(Nn.head(), Mse.loss(), Optimizer.adam(), Model.regr({ epochs: 1 }))
    const slow = Ingress.numeric().pipe(Nn.head(), Mse.loss(), Optimizer.adam(), Model.regr({ epochs: 9 }))
    const either = Tune.over({ which: Tune.choice(["plain", "slow"]) }, ({ which }) =>
      Tune.oneOf(which, { plain, slow })
    )
    expect(Learner.hash(Result.getOrThrow(Tune.bind(either, { which: "slow" })))).toBe(Learner.hash(slow))
  })
})
