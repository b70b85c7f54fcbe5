import * as Effect from "effect/Effect"
import { expect, it } from "vitest"
import { windowRows } from "../../../src/learning/internal/batches.ts"

const source = (bytesPerRow?: number) => ({
  ...(bytesPerRow === undefined ? {} : { bytesPerRow }),
  window: () => Effect.void,
  fill: () => {}
})

it("makes windows of whole batches, of at most 8192 rows and 64 MiB, at least one batch", () => {
  expect(windowRows([source()], 100)).toBe(8100)
  expect(windowRows([source(), source(2 ** 16)], 100)).toBe(1000)
  expect(windowRows([source(2 ** 15), source(2 ** 15)], 1)).toBe(1024)
  expect(windowRows([source(2 ** 24)], 100)).toBe(100)
  expect(windowRows([source(2 ** 30)], 1)).toBe(1)
  expect(windowRows([], 10_000)).toBe(10_000)
})
