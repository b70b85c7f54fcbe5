import { expect, it } from "vitest"
import * as Scene from "../src/Scene.ts"
import { linear, reach, ticks } from "../src/view/scale.ts"
import { show } from "../src/show.ts"

it("maps numbers to pixels and back", () => {
  const x = linear(-3, 3, 46, 646)
  expect([x.at(-3), x.at(0), x.at(3)]).toEqual([46, 346, 646])
  expect(x.back(x.at(1.25))).toBeCloseTo(1.25, 12)
})

it.each([
  [0, 1, 5, [0, 0.2, 0.4, 0.6, 0.8, 1]],
  [-3, 3, 7, [-3, -2, -1, 0, 1, 2, 3]],
  [0, 13.25, 6, [0, 5, 10]],
  [0, 0.0031, 4, [0, 0.001, 0.002, 0.003]]
])("puts round numbers at an axis from %d to %d", (from, to, count, expected) => {
  expect(ticks({ from, to }, count)).toEqual(expected)
})

it("holds all scores, those that the margin shifts too", () => {
  const end = (score: number, margin: number) => reach(Scene.make([[score, false]], { margin }))
  expect([end(0, 0), end(2.9, 0), end(2, 4), end(-40, 0), end(900, 0)]).toEqual([3, 4, 5, 50, 1000])
})

it("shows four decimals at most, a minus sign, and no −0", () => {
  expect([0.30000000000000004, -1.5, -1e-9, 12.34567].map(show)).toEqual(["0.3", "−1.5", "0", "12.3457"])
})
