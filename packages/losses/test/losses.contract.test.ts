import * as Loss from "@rocflow/core/pipeline/Loss"
import { Law, LossLaws } from "@rocflow/core/testing"
import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import { losses as definitions } from "../src/Definitions.ts"
import { explicit } from "./support/evaluate.ts"

/** A loss with options, what it claims beyond the laws of all losses, and options that it must refuse. */
interface Row extends LossLaws.Claims {
  readonly id: string
  /** Options as a user writes them. */
  readonly options: Readonly<Record<string, unknown>>
  readonly refused: ReadonlyArray<Readonly<Record<string, unknown>>>
}

const badReduction = { reduction: "none" }
const badMargins = [{ margin: -1 }, { margin: Number.NaN }, { margin: "1" }]
const badSmoothing = [{ labelSmoothing: 1 }, { labelSmoothing: -0.1 }]
const badRates = [{ maxFpr: 0 }, { maxFpr: 1.1 }]
const badDenominators = [{ denominator: "share" }, { denominator: 1 }]
const none = { convex: true }
const aum = { ...none, shiftInvariant: true, subgradientAtTies: false }

const table: ReadonlyArray<Row> = [
  { ...none, id: "Bce.loss", options: {}, refused: [badReduction, { posWeight: 0 }], flipInvariant: true },
  { ...none, id: "Bce.loss", options: { posWeight: 3.5, reduction: "sum" }, refused: [{ posWeight: Infinity }] },
  { ...none, id: "Bce.loss", options: { labelSmoothing: 0.2 }, refused: badSmoothing, flipInvariant: true },
  { ...none, id: "Bce.loss", options: { labelSmoothing: 0.1, posWeight: 2, reduction: "sum" }, refused: [] },
  { ...none, id: "CrossEntropy.loss", options: {}, refused: [badReduction], shiftInvariant: true },
  { ...none, id: "CrossEntropy.loss", options: { labelSmoothing: 0.2 }, refused: badSmoothing, shiftInvariant: true },
  { ...none, id: "CrossEntropy.loss", options: { reduction: "sum" }, refused: [], shiftInvariant: true },
  { ...none, id: "Focal.loss", options: {}, refused: [{ alpha: 1.1 }, { alpha: -0.1 }, { gamma: -1 }], convex: false },
  { ...none, id: "Focal.loss", options: { gamma: 0, alpha: 0.5 }, refused: [badReduction], flipInvariant: true },
  { ...none, id: "Focal.loss", options: { gamma: 0.5, reduction: "sum" }, refused: [], convex: false },
  { ...none, id: "SquaredHinge.loss", options: {}, refused: [badReduction, ...badMargins], flipInvariant: true },
  { ...none, id: "SquaredHinge.loss", options: { margin: 0.5, reduction: "sum" }, refused: [], flipInvariant: true },
  { ...none, id: "AllPairs.squaredHinge", options: {}, refused: badMargins, shiftInvariant: true, flipInvariant: true },
  { ...none, id: "AllPairs.squaredHinge", options: { margin: 0 }, refused: [], shiftInvariant: true },
  { ...none, id: "AllPairs.square", options: {}, refused: badMargins, shiftInvariant: true, flipInvariant: true },
  { ...none, id: "AllPairs.square", options: { margin: 2.5 }, refused: [], shiftInvariant: true },
  { ...none, id: "Aucm.loss", options: {}, refused: badMargins, shiftInvariant: true, flipInvariant: true },
  { ...none, id: "Aucm.loss", options: { margin: 2.5 }, refused: [], shiftInvariant: true, flipInvariant: true },
  { ...none, id: "PartialAuc.cvar", options: {}, refused: [...badMargins, ...badRates], shiftInvariant: true },
  { ...none, id: "PartialAuc.cvar", options: { maxFpr: 0.55, margin: 2 }, refused: [], shiftInvariant: true },
  { ...none, id: "PartialAuc.cvar", options: { maxFpr: 1 }, refused: [], shiftInvariant: true, flipInvariant: true },
  { ...none, id: "PartialAuc.dro", options: {}, refused: [...badMargins, { lambda: 0 }], shiftInvariant: true },
  { ...none, id: "PartialAuc.dro", options: { lambda: 4, margin: 0 }, refused: [], shiftInvariant: true },
  { ...none, id: "AveragePrecision.loss", options: {}, refused: [...badMargins, { margin: 0 }], convex: false },
  { ...none, id: "AveragePrecision.loss", options: { margin: 3 }, refused: [], convex: false, shiftInvariant: true },
  { ...aum, id: "Aum.loss", options: {}, refused: [...badDenominators, ...badMargins], flipInvariant: true },
  { ...aum, id: "Aum.loss", options: { margin: 0 }, refused: [], flipInvariant: true },
  { ...aum, id: "Aum.loss", options: { margin: 1 }, refused: [], flipInvariant: true },
  { ...aum, id: "Aum.loss", options: { margin: 0.7, denominator: "count" }, refused: [], flipInvariant: true },
  { ...aum, id: "Aum.loss", options: { denominator: "count" }, refused: [], flipInvariant: true },
  { ...aum, id: "Aum.multiclass", options: {}, refused: [...badDenominators, ...badMargins] },
  { ...aum, id: "Aum.multiclass", options: { margin: 1 }, refused: [] },
  { ...aum, id: "Aum.multiclass", options: { average: "micro", denominator: "count" }, refused: [{ average: "all" }] },
  { ...none, id: "Mse.loss", options: {}, refused: [badReduction] },
  { ...none, id: "Mse.loss", options: { reduction: "sum" }, refused: [] },
  { ...none, id: "L1.loss", options: {}, refused: [badReduction] },
  { ...none, id: "L1.loss", options: { reduction: "sum" }, refused: [] },
  { ...none, id: "Huber.loss", options: {}, refused: [badReduction, { delta: 0 }, { delta: -1 }] },
  { ...none, id: "Huber.loss", options: { delta: 0.3, reduction: "sum" }, refused: [] },
  { ...none, id: "Pinball.loss", options: {}, refused: [badReduction, { quantile: 0 }, { quantile: 1 }] },
  { ...none, id: "Pinball.loss", options: { quantile: 0.9, reduction: "sum" }, refused: [] }
]

const byId = new Map(definitions.map((definition) => [definition.id, definition]))

it("every definition is in the table, under a name of its own", () => {
  expect(new Set(table.map((row) => row.id))).toEqual(new Set(definitions.map((definition) => definition.id)))
  expect(byId.size).toBe(definitions.length)
})

describe.each(table.map((row) => [`${row.id} ${JSON.stringify(row.options)}`, row] as const))("%s", (_, row) => {
  const { id, options, refused, ...claims } = row
  const definition = byId.get(id)
  if (definition === undefined) throw new Error(`the table names ${id}, which is not registered`)

  it.each(LossLaws.of(definition, options, claims).map((law) => [law.name, law] as const))("%s", (__, { check }) =>
    check()
  )

  it.each(refused)("refuses %o", (wrong) => {
    expect(Result.isFailure(Loss.bind(definition, wrong))).toBe(true)
  })

  it("has a mean that is the sum by the total weight, if it has a reduction", async () => {
    if (Result.isFailure(Loss.bind(definition, { ...options, reduction: "sum" }))) return
    const [mean, sum] = ["mean", "sum"].map((reduction) => explicit(definition, { ...options, reduction }).evaluate)
    const outputs = definition.accepts.includes("multiclass") ? 3 : 1
    await Law.law("the mean", (random) => {
      const rows = 1 + random.below(9)
      const scores = Law.draw(rows * outputs, () => random.normal())
      const targets = Law.draw(rows, () => random.below(2))
      const weights = Law.draw(rows, () => 1 + random.below(3))
      const total = weights.reduce((a, b) => a + b)
      const [g, h] = [scores.slice(), scores.slice()]
      Law.close([mean!(scores, targets, g, weights) * total], [sum!(scores, targets, h, weights)], 1e-12, "the value")
      const scaled = g.map((entry) => entry * total)
      Law.close(scaled, h, 1e-12, "the gradient")
    }).check()
  })
})
