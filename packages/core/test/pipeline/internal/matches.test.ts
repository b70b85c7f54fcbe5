import { expect, it } from "vitest"
import { matches } from "../../../src/pipeline/internal/transforms/compose.ts"

it.each([
  ["**", "a/b.kernel", true],
  ["*", "a/b", false],
  ["*/b", "a/b", true],
  ["a**", "a", true],
  ["**.kernel", "scan/linear.kernel", true],
  ["*.kernel", "scan/linear.kernel", false],
  ["***l", "scan/linear.kernel", true],
  ["l[i]near.(k)", "l[i]near.(k)", true],
  ["linear.", "linearx", false],
  ["", "", true],
  ["", "a", false]
])("%s and %s: %s", (pattern, path, expected) => {
  expect(matches(pattern, path)).toBe(expected)
})

it("takes no exponential time for many stars", () => {
  expect(matches(`${"**n".repeat(40)}x`, "n".repeat(200))).toBe(false)
  expect(matches(`${"**".repeat(100)}z`, "linear.kernel")).toBe(false)
})
