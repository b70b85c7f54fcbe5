import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { makeWorkspace, sort } from "../../src/internal/allPairsOrder.ts"

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

  // Keys of one bucket, of a few, of all, and ranges that cannot be divided.
  const pseudo = (i: number) => ((Math.imul(i + 1, 2_654_435_761) >>> 8) % 100_003) / 100_003
  it.each<[string, (i: number) => number]>([
    ["spread out", pseudo],
    ["of two decimals", (i) => Math.round(100 * pseudo(i)) / 100],
    ["equal but for an outlier", (i) => (i === 7 ? 1e12 : 1)],
    ["close together but for an outlier", (i) => (i === 7 ? -1e12 : pseudo(i))],
    ["constant", () => 0.5],
    ["too far apart to subtract", (i) => (pseudo(i) - 0.5) * Number.MAX_VALUE * 2],
    ["subnormal", (i) => Math.round(50 * pseudo(i)) * Number.MIN_VALUE],
    ["ascending", (i) => i],
    ["descending", (i) => -i]
  ])("sorts 3000 keys %s", (_, key) => {
    const keys = Array.from({ length: 3000 }, (_, i) => key(i) + 0)
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
