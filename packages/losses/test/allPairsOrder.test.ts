import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { makeWorkspace, sort } from "../src/internal/allPairsOrder.ts"

const sorted = (keys: ReadonlyArray<number>) => {
  const workspace = makeWorkspace(keys.length)
  workspace.order.keys.set(keys)
  workspace.order.rows.set(keys.map((_, i) => i))
  const order = sort(workspace, keys.length)
  return { keys: [...order.keys], rows: [...order.rows] }
}

const expected = (keys: ReadonlyArray<number>) => {
  const rows = keys.map((_, i) => i).sort((i, j) => keys[i] - keys[j])
  return { keys: rows.map((i) => keys[i]), rows }
}

describe("allPairsOrder.sort", () => {
  it("is a stable sort of any length", () => {
    const key = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ noNaN: true, noDefaultInfinity: true }))
    fc.assert(
      fc.property(
        fc.array(
          key.map((k) => k + 0),
          { maxLength: 300, size: "max" }
        ),
        (keys) => {
          expect(sorted(keys)).toEqual(expected(keys))
        }
      )
    )
  })

  it.each([0, 1, 2, 15, 16, 17, 31, 32, 33, 64, 65, 1000])("sorts %i descending keys", (length) => {
    const keys = Array.from({ length }, (_, i) => (length - i) / 4)
    expect(sorted(keys)).toEqual(expected(keys))
  })

  it("sorts a prefix and leaves the rest of the memory out of it", () => {
    const workspace = makeWorkspace(40)
    workspace.order.keys.fill(-1)
    workspace.order.keys.set([3, 1, 2])
    workspace.order.rows.set([0, 1, 2])
    const order = sort(workspace, 3)
    expect([...order.rows.subarray(0, 3)]).toEqual([1, 2, 0])
    expect(order.keys[3]).toBe(-1)
  })
})
