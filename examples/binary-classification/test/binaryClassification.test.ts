import * as Auto from "@rocflow/core/engine/Auto"
import { expect, it, layer } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { readFileSync } from "node:fs"
import { foreignCode, foreignOutput } from "../../support/readme.ts"
import { csv } from "../generate.ts"
import { program, render } from "../main.ts"

const folder = new URL("../", import.meta.url)

/** What the program found, computed once for all tests. */
class Found extends Context.Service<Found, Effect.Success<typeof program>>()("test/Found") {}

layer(Layer.effect(Found, program).pipe(Layer.provide(Auto.layer())))("binary classification", (it) => {
  it.effect("prints what the README says", () =>
    Effect.gen(function* () {
      expect(foreignOutput(folder, render(yield* Found))).toEqual([])
    })
  )

  it.effect("learns the same by the built-in AUM and by the AUM of tensors", () =>
    Effect.gen(function* () {
      const { aum, aumByAutograd } = (yield* Found).learned
      expect(aumByAutograd.outcome.kept).toBe(aum.outcome.kept)
      // Single precision, some hundred steps.
      aum.prediction.scores?.forEach((score, i) => {
        expect(aumByAutograd.prediction.scores?.[i]).toBeCloseTo(score, 3)
      })
    })
  )

  it.effect("gives the positive class first, whichever it is", () =>
    Effect.gen(function* () {
      const { learned, levels, turned } = yield* Found
      expect(levels).toEqual(["bruised", "sound"])
      expect(turned.levels).toEqual(["sound", "bruised"])
      const { prob = [], response, scores = [], truth = [] } = learned.bce.prediction
      scores.forEach((score, i) => {
        expect(prob[2 * i]).toBeCloseTo(1 / (1 + Math.exp(-score)), 12)
        expect(prob[2 * i] + prob[2 * i + 1]).toBeCloseTo(1, 12)
        expect(response[i]).toBe(score >= 0 ? 0 : 1)
      })
      expect([...turned.prediction.truth!]).toEqual(Array.from(truth, (label) => 1 - label))
    })
  )

  it.effect("keeps the epoch with the best validation AUC", () =>
    Effect.gen(function* () {
      for (const { outcome } of Object.values((yield* Found).learned)) {
        const valid = outcome.history.map((row) => Number(row.valid["auc"]))
        expect(outcome.reason).toBe("early stopping")
        expect(outcome.best?.score).toBe(Math.max(...valid))
        expect(outcome.kept).toBe(1 + valid.indexOf(Math.max(...valid)))
        expect(outcome.epochs).toBe(outcome.kept + 40)
      }
    })
  )
})

it("is told by code that is in the program", () => {
  expect(foreignCode(folder, "main.ts")).toEqual([])
})

it("uses the pears that the generator makes", () => {
  expect(readFileSync(new URL("pears.csv", folder), "utf8")).toBe(csv())
})
