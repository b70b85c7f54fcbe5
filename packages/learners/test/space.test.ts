/** The usual ranges of learners: every bound and every value is one that the learner takes. */
import * as Definitions from "../src/Definitions.ts"
import * as Bce from "@rocflow/losses/Bce"
import * as Tune from "@rocflow/resampling/Tune"
import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import { registry } from "../../core/test/support/pipelines.ts"
import * as Registry from "@rocflow/core/pipeline/Registry"
import * as Boosting from "../src/Boosting.ts"
import * as TabM from "../src/TabM.ts"

const find = Registry.lookup(registry)
const spaces = Definitions.all.flatMap(({ id, space }) => (space === undefined ? [] : [{ id, space }]))

describe("spaces", () => {
  it("are there for boosting, forests and every network", () => {
    const ids = spaces.map(({ id }) => id)
    for (const { id } of Definitions.networks) expect(ids).toContain(id)
    for (const id of ["Boosting.classif", "Forest.regr"]) expect(ids).toContain(id)
  })

  it.each(spaces)("of $id have values that it takes", ({ id, space }) => {
    const { definition } = { definition: Tune.definitions.find((each) => each.id === "Tune.random")! }
    const bound = definition.bind({ learner: { type: id }, space: "usual" }, find)
    expect(Result.isFailure(bound) ? bound.failure.message : "").toBe("")
    const names = [...Tune.spaceOf(Result.getOrThrow(bound).json).keys()]
    expect(names).toEqual(space.map(({ option }) => option))
  })

  it("are spaces in code, whose values have the types of the options", () => {
    const open = Tune.over(Tune.usual(TabM.space), (values) => TabM.classif({ ...values, loss: Bce.loss() }))
    const bound = Tune.bind(open, {
      blocks: 2,
      width: 64,
      dropout: 0.1,
      numbers: "plain",
      bins: 8,
      numberSize: 8,
      learningRate: 1e-3,
      weightDecay: 1e-3
    })
    expect(Result.isFailure(bound) ? bound.failure.message : "").toBe("")
    const boosting = Tune.over(Tune.usual(Boosting.space), (values) => Boosting.classif(values))
    expect(Result.isSuccess(boosting.template)).toBe(true)
  })
})
