import * as Auto from "@rocflow/core/engine/Auto"
import * as Seed from "@rocflow/core/Seed"
import * as Targets from "@rocflow/core/data/Targets"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { readFileSync } from "node:fs"
import { foreignCode, foreignOutput } from "../../support/readme.ts"
import { draw } from "../figure.ts"
import { full, program } from "../main.ts"
import { render } from "../render.ts"
import { type Cell, chosen, fromCsv, mean, toCsv } from "../results.ts"
import * as Tables from "../tables.ts"

const folder = new URL("../", import.meta.url)
const text = readFileSync(new URL("results.csv", folder), "utf8")
const cells = fromCsv(text)

const key = ({ loss, network, rate, seed, table }: Cell) => [table, network, loss, rate, seed].join()

describe("results.csv", () => {
  it("has one cell for each part of the plan, and survives a round trip", () => {
    const { losses, networks, rates, seeds, tables } = full
    const expected = tables.flatMap((table) =>
      seeds.flatMap((seed) =>
        networks.flatMap((network) =>
          losses.flatMap((loss) => rates.map((rate) => [table, network, loss, rate, seed].join()))
        )
      )
    )
    expect(cells.map(key)).toEqual(expected)
    expect(toCsv(cells)).toBe(text)
  })

  it("prints what the README says", () => {
    expect(foreignOutput(folder, render(cells))).toEqual([])
  })

  it("makes the figure that the README shows", async () => {
    // Not toBe, which would print both figures.
    expect((await draw(cells)) === readFileSync(new URL("auc.svg", folder), "utf8")).toBe(true)
  })

  it("bears out what the README says of AUM", () => {
    const best = chosen(cells)
    const auc = (loss: string, of: ReadonlyArray<Cell> = best) =>
      mean(of.filter((cell) => cell.loss === loss).map((cell) => cell.auc))
    expect(auc("AUM 1")).toBeGreaterThan(auc("AUM 0"))
    for (const rate of full.rates) {
      const linear = cells.filter((cell) => cell.network === "linear" && cell.rate === rate)
      const change = (loss: string) => mean(linear.filter((cell) => cell.loss === loss).map((cell) => cell.change))
      expect(change("AUM 1")).toBeLessThan(change("AUM 0"))
    }
  })
})

describe("main.ts", () => {
  const part = {
    ...full,
    tables: ["overlap", "xor"],
    losses: ["BCE", "AUM 0", "AUM 1", "precision"],
    rates: [0.01, 0.1],
    seeds: [2]
  } as const

  it.effect("finds what the stored results say, in a small part of them", () =>
    Effect.gen(function* () {
      const found = yield* program(part)
      const stored = new Map(cells.map((cell) => [key(cell), cell]))
      expect(found).toHaveLength(2 * 2 * 4 * 2)
      // Processors round sums in another order: a smooth loss hardly notices, a loss with kinks more.
      for (const cell of found) {
        const expected = stored.get(key(cell))!
        const digits = cell.loss === "BCE" ? 0.003 : 0.05
        expect(Math.abs(cell.auc - expected.auc)).toBeLessThan(digits)
        expect(Math.abs(cell.valid - expected.valid)).toBeLessThan(digits)
      }
    }).pipe(Effect.provide(Auto.layer()))
  )

  it("is told by code that is in the programs", () => {
    const notInMain = foreignCode(folder, "main.ts")
    expect(foreignCode(folder, "tables.ts").filter((block) => notInMain.includes(block))).toEqual([])
  })
})

describe("tables.ts", () => {
  const values = (task: Tables.Made, name: string): Float64Array => {
    const column = task.table.columns.get(name)
    if (column?.type !== "numeric") throw new Error(`${name} is a column of numbers`)
    return column.values
  }

  it.effect.each(Tables.names)(
    "draws %s with the rows and the share of positives that it states, from the seed alone",
    (name) =>
      Effect.gen(function* () {
        const { rows, share } = Tables.recipes[name]
        const [task, again, other] = [
          yield* Tables.make(name, Seed.root(1)),
          yield* Tables.make(name, Seed.root(1)),
          yield* Tables.make(name, Seed.root(2))
        ]
        expect(task.rows).toBe(rows)
        const positives = Targets.toNumbers("binary", task.target).reduce((sum, y) => sum + y, 0)
        expect(positives).toBe(Math.round(share * rows))
        expect(again.hash).toBe(task.hash)
        expect(other.hash).not.toBe(task.hash)
      })
  )

  it.effect("gives positives their mean in overlap, and their spread in spread", () =>
    Effect.gen(function* () {
      const moments = (task: Tables.Made, wanted: number) => {
        const labels = Targets.toNumbers("binary", task.target)
        const own = [...values(task, "x1")].filter((_, i) => labels[i] === wanted)
        const centre = mean(own)
        return { mean: centre, variance: mean(own.map((x) => (x - centre) ** 2)) }
      }
      const overlap = yield* Tables.make("overlap", Seed.root(3), 40_000)
      // Four thousand positives: five standard errors.
      expect(Math.abs(moments(overlap, 1).mean - 0.6)).toBeLessThan(0.08)
      expect(Math.abs(moments(overlap, 0).mean)).toBeLessThan(0.03)
      const spread = yield* Tables.make("spread", Seed.root(3), 40_000)
      expect(Math.abs(moments(spread, 1).variance - 4)).toBeLessThan(0.45)
      expect(Math.abs(moments(spread, 0).variance - 1)).toBeLessThan(0.04)
    })
  )

  it.effect("hides xor from each feature, and shows it to their product", () =>
    Effect.gen(function* () {
      const task = yield* Tables.make("xor", Seed.root(4), 20_000)
      const labels = Targets.toNumbers("binary", task.target)
      const [a, b] = [values(task, "x1"), values(task, "x2")]
      const difference = (of: (i: number) => number) => {
        const side = (wanted: number) =>
          mean(
            Array.from(labels.keys())
              .filter((i) => labels[i] === wanted)
              .map(of)
          )
        return side(1) - side(0)
      }
      expect(Math.abs(difference((i) => a[i]))).toBeLessThan(0.2)
      expect(Math.abs(difference((i) => b[i]))).toBeLessThan(0.2)
      // 1.2² for a positive and −1.2² for a negative.
      expect(Math.abs(difference((i) => a[i] * b[i]) - 2 * 1.44)).toBeLessThan(0.2)
    })
  )

  it.effect("swaps labels to train on only", () =>
    Effect.gen(function* () {
      const { share, wrong } = Tables.recipes.mislabelled
      const rows = 1000
      const labelled = yield* Tables.make("mislabelled", Seed.root(5))
      const clean = yield* Tables.make("mislabelled", Seed.root(5), rows)
      const labels = Targets.toNumbers("binary", labelled.target)
      const truth = Targets.toNumbers("binary", clean.target)
      expect(labels.filter((label, i) => label !== truth[i])).toHaveLength(2 * wrong * share * rows)
      expect([...values(labelled, "x1")]).toEqual([...values(clean, "x1")])
    })
  )
})
