import * as Tfjs from "@rocflow/core/engine/tfjs/Tfjs"
import * as Roc from "@rocflow/losses/Roc"
import { expect, it, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { readFileSync } from "node:fs"
import { foreignCode, foreignOutput } from "../../support/readme.ts"
import * as Figure from "../figure.ts"
import { program, render, renderTimes, time } from "../main.ts"

const folder = new URL("../", import.meta.url)

layer(Tfjs.layer())("overhead of autograd", (it) => {
  it.effect("prints what the README says", () =>
    Effect.gen(function* () {
      expect(foreignOutput(folder, render(yield* program))).toEqual([])
    })
  )

  // Hillman and Hocking 2023 define the curve and its area; the numbers can be checked by hand.
  it.effect("finds the curve, AUC, AUM and gradient of four rows to the last digit", () =>
    Effect.gen(function* () {
      const { auc, byAutograd, curve, explicit } = yield* program
      if (Roc.isUndefined(curve)) throw new Error(curve.reason)
      expect([...curve.minConstant]).toEqual([-Infinity, -2, -1.5, 1, 3.5])
      expect([...curve.maxConstant]).toEqual([-2, -1.5, 1, 3.5, Infinity])
      expect([...curve.fpr]).toEqual([0, 0.5, 0.5, 0.5, 1])
      expect([...curve.fnr]).toEqual([1, 1, 0.5, 0, 0])
      expect([...curve.tpr]).toEqual([0, 0, 0.5, 1, 1])
      expect([...curve.min]).toEqual([0, 0.5, 0.5, 0, 0])
      expect(auc).toBe(0.5)
      for (const { aum, gradient } of [explicit, byAutograd]) {
        expect(aum).toBe(1.5)
        expect([...gradient]).toEqual([0.5, 0, -0.5, 0])
      }
    })
  )

  it.effect("finds -1 and 0 on the sides of a tie, and lets autograd choose one by the order of the rows", () =>
    Effect.gen(function* () {
      for (const { difference, left, mean, negativeFirst, positiveFirst, right, row } of (yield* program).twoRows) {
        const slope = row === "negative" ? 1 : -1
        if (difference !== 0) {
          const expected = difference < 0 ? slope : 0
          expect([left, right, mean, negativeFirst, positiveFirst]).toEqual(Array(5).fill(expected))
          continue
        }
        expect([left, right]).toEqual(row === "negative" ? [0, 1] : [-1, 0])
        expect(mean).toBe(slope / 2)
        expect([negativeFirst, positiveFirst]).toEqual([slope, 0])
      }
    })
  )

  it.effect("gives equal scores an explicit gradient whatever the order, and an automatic one of 0 in one order", () =>
    Effect.gen(function* () {
      const [negativesFirst, positivesFirst] = (yield* program).constant
      expect([...negativesFirst.explicit]).toEqual([0.25, 0.25, -0.25, -0.25])
      expect(positivesFirst.explicit.toReversed()).toEqual(negativesFirst.explicit)
      expect([...negativesFirst.byAutograd]).toEqual([0.5, 0.5, -0.5, -0.5])
      expect([...positivesFirst.byAutograd]).toEqual([0, 0, 0, 0])
    })
  )

  it.effect("draws the figure that the README shows", () =>
    Effect.gen(function* () {
      const { twoRows } = yield* program
      const svg = yield* Effect.promise(() => Figure.draw(twoRows))
      // Not toBe, which would print both figures.
      expect(svg === readFileSync(new URL("derivatives.svg", folder), "utf8")).toBe(true)
    })
  )
})

it.live("measures times", () =>
  Effect.gen(function* () {
    const measured = yield* time(100)
    expect(measured.explicit).toBeGreaterThan(0)
    expect(measured.byAutograd).toBeGreaterThan(0)
    expect(renderTimes([measured])).toMatch(/^rows +explicit +autograd +ratio\n100 +\d+ µs +\d+ µs +\d+$/)
  }).pipe(Effect.provide(Tfjs.layer()))
)

it("is told by code that is in the program", () => {
  expect(foreignCode(folder, "main.ts")).toEqual([])
})
