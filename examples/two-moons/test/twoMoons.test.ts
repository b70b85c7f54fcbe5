import * as Auto from "@rocflow/core/engine/Auto"
import * as Seed from "@rocflow/core/Seed"
import { expect, it, layer } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import fc from "fast-check"
import { foreignCode, foreignOutput } from "../../support/readme.ts"
import { program, render } from "../main.ts"
import * as Moons from "../moons.ts"

const folder = new URL("../", import.meta.url)

/** What the program found, computed once for all tests. */
class Found extends Context.Service<Found, Effect.Success<typeof program>>()("test/Found") {}

layer(Layer.effect(Found, program).pipe(Layer.provide(Auto.layer())))("two moons", (it) => {
  it.effect("prints what the README says", () =>
    Effect.gen(function* () {
      expect(foreignOutput(folder, render(yield* Found))).toEqual([])
    })
  )

  it.effect("finds that a network ranks better than a line, and that posWeight moves the threshold", () =>
    Effect.gen(function* () {
      const { learned, posWeight } = yield* Found
      const [line, weightedLine, network, weightedNetwork] = learned
      // 510 common points for 90 rare ones.
      expect(posWeight).toBeCloseTo(510 / 90, 12)
      expect(Number(network?.auc)).toBeGreaterThan(Number(line?.auc) + 0.02)
      expect(Number(weightedLine?.auc)).toBeCloseTo(Number(line?.auc), 2)
      for (const [plain, weighted] of [
        [line, weightedLine],
        [network, weightedNetwork]
      ]) {
        plain?.confusions.forEach(({ confusion }, k) => {
          expect(weighted?.confusions[k]?.confusion.tp).toBeGreaterThan(confusion.tp)
          expect(weighted?.confusions[k]?.confusion.fp).toBeGreaterThan(confusion.fp)
        })
      }
    })
  )

  it.effect("calls fewer points rare as the threshold rises", () =>
    Effect.gen(function* () {
      for (const { confusions } of (yield* Found).learned) {
        const called = confusions.map(({ confusion: { fp, tp } }) => fp + tp)
        expect(called).toEqual(called.toSorted((a, b) => b - a))
      }
    })
  )
})

it("is told by code that is in the program", () => {
  expect(foreignCode(folder, "main.ts")).toEqual([])
})

it.effect("puts points without noise on their half circles", () =>
  Effect.promise(() =>
    fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 10, max: 200 }),
        fc.double({ min: 0.1, max: 0.9, noNaN: true }),
        fc.integer(),
        (points, rareShare, seed) =>
          Effect.runPromise(
            Effect.map(Moons.make({ points, rareShare, noise: 0 }, Seed.root(seed)), (task) => {
              expect(task.target.filter((code) => code === 0)).toHaveLength(Math.floor(points * rareShare))
              const x = task.table.columns.get("x")
              const y = task.table.columns.get("y")
              if (x?.type !== "numeric" || y?.type !== "numeric") throw new Error("x and y are numbers")
              task.target.forEach((code, i) => {
                const [dx, dy] = code === 0 ? [1 - x.values[i], 0.5 - y.values[i]] : [x.values[i], y.values[i]]
                expect(Math.hypot(dx, dy)).toBeCloseTo(1, 12)
                expect(dy).toBeGreaterThanOrEqual(0)
              })
            })
          )
      ),
      { numRuns: 30 }
    )
  )
)
