import * as Column from "@rocflow/core/data/Column"
import * as Table from "@rocflow/core/data/Table"
import * as Task from "@rocflow/core/data/Task"
import * as Auto from "@rocflow/core/engine/Auto"
import * as Learner from "@rocflow/core/learning/Learner"
import * as Measure from "@rocflow/core/learning/Measure"
import * as Model from "@rocflow/core/learning/Model"
import * as Ingress from "@rocflow/core/pipeline/Ingress"
import * as Nn from "@rocflow/core/pipeline/Nn"
import * as Optimizer from "@rocflow/core/pipeline/Optimizer"
import * as Pipeline from "@rocflow/core/pipeline/Pipeline"
import * as Seed from "@rocflow/core/Seed"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import * as Aum from "../src/Aum.ts"
import * as Bce from "../src/Bce.ts"

/** Two overlapping classes in three dimensions, one in five rows positive; `decimals` makes ties. */
const task = (decimals: number | undefined, weight = false) => {
  const random = Seed.generator(Seed.root(3))
  const labels = Array.from({ length: 150 }, (_, i) => (i % 5 === 0 ? "yes" : "no"))
  const round = (x: number) => (decimals === undefined ? x : Number(x.toFixed(decimals)))
  const column = (shift: number) =>
    Column.numeric(labels.map((label) => round(random.normal() + (label === "yes" ? shift : 0))))
  return Effect.flatMap(
    Table.fromColumns({
      y: Column.factor(labels, { levels: ["yes", "no"] }),
      a: column(1.2),
      b: column(-0.8),
      c: column(0),
      w: Column.numeric(labels.map(() => 1))
    }),
    (table) =>
      Task.fromTable(table, { target: "y", features: ["a", "b", "c"], ...(weight ? { weight: "w" as const } : {}) })
  )
}

const learnerOf = (epochs: number) =>
  Ingress.numeric().pipe(
    Nn.head(),
    Aum.loss({ denominator: "rate" }),
    Optimizer.lineSearch(),
    Model.classif({ epochs, batchSize: "all" })
  )

const learner = learnerOf(40)

const run = <A, E>(program: Effect.Effect<A, E, never>) => Effect.runPromise(program)

describe("Optimizer.lineSearch", () => {
  it.each([
    ["reals", undefined],
    ["one decimal, with ties", 1],
    ["integers, with many ties", 0]
  ] as const)("never lets AUM rise on full batches: %s", async (_, decimals) => {
    const trained = await run(
      Effect.flatMap(task(decimals), (data) => Learner.train(learner, data)).pipe(Effect.provide(Auto.layer()))
    )
    const losses = trained.fitted.outcome!.history.map(({ loss }) => loss)
    expect(losses).toHaveLength(40)
    losses.slice(1).forEach((loss, i) => expect(loss).toBeLessThanOrEqual(losses[i] * (1 + 1e-5) + 1e-7))
    expect(losses.at(-1)).toBeLessThan(losses[0] / 2)
  })

  // Without a margin AUM is least where all scores are equal: after some forty steps rounding would decide.
  it.each([20, 200])("finds a linear model that ranks well in %i steps, without a learning rate", async (epochs) => {
    const auc = await run(
      Effect.gen(function* () {
        const data = yield* task(undefined)
        const trained = yield* Learner.train(learnerOf(epochs), data)
        return Measure.auc.evaluate(yield* Learner.predict(trained, data))
      }).pipe(Effect.provide(Auto.layer()))
    )
    // The best direction separates the classes by √(1.2² + 0.8²) = 1.44 sd: AUC Φ(1.44/√2) = 0.846. AUM is another loss.
    expect(auc).toBeGreaterThan(0.8)
  })

  const refused = (pipeline: Pipeline.Any): string => {
    const checked = Pipeline.check(pipeline)
    return Result.isFailure(checked) ? checked.failure.message : ""
  }

  it("is refused for a network that is not linear", () => {
    expect(refused(Ingress.numeric().pipe(Nn.linear(4), Nn.head(), Aum.loss(), Optimizer.lineSearch()))).toBe(
      "at [1]: Optimizer.lineSearch is for linear models, so Nn.linear cannot stand in the network; take it out, or choose Optimizer.sgd or Optimizer.adam"
    )
  })

  it("is refused for a loss without an exact search", () => {
    expect(refused(Ingress.numeric().pipe(Nn.head(), Bce.loss(), Optimizer.lineSearch()))).toBe(
      "at [3]: Optimizer.lineSearch needs a loss with an exact line search, and Bce.loss has none; choose Aum.loss, Optimizer.sgd or Optimizer.adam"
    )
  })

  it("is refused for row weights, which the search does not know", async () => {
    const error = await run(
      Effect.flip(
        Effect.flatMap(task(undefined, true), (data) => Learner.train(learner, data)).pipe(Effect.provide(Auto.layer()))
      )
    )
    expect(error.message).toContain("does not use row weights")
  })
})
