import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as Arena from "../../../src/engine/fused/internal/arena.ts"
import { instantiate } from "../../../src/engine/fused/internal/kernels.ts"

const planned = fc.array(
  fc.record({
    numbers: fc.integer({ min: 1, max: 5000 }),
    first: fc.integer({ min: 0, max: 20 }),
    during: fc.integer({ min: 0, max: 10 })
  }),
  { minLength: 1, maxLength: 30 }
)

describe("an arena", () => {
  it("gives no two regions the same bytes at the same time", () =>
    fc.assert(
      fc.property(planned, fc.integer({ min: 1, max: 300 }), (given, fixed) => {
        const kernels = instantiate("strict")
        const arena = Arena.make()
        const kept = arena.kept(fixed)
        const table = arena.table([7, 5, 3])
        const regions = given.map(({ during, first, numbers }) => {
          const region = arena.shared(numbers)
          arena.use(first, [region])
          arena.use(first + during, [region])
          return { region, from: first, to: first + during, bytes: 4 * numbers }
        })
        const end = arena.layOut(kernels)
        const all = [
          { region: kept, from: -Infinity, to: Infinity, bytes: 4 * fixed },
          { region: table, from: -Infinity, to: Infinity, bytes: 12 },
          ...regions
        ]
        for (const [i, a] of all.entries()) {
          expect(a.region.at).toBeGreaterThanOrEqual(kernels.heap.value)
          expect(a.region.at % 64).toBe(0)
          expect(a.region.at + a.bytes).toBeLessThanOrEqual(end)
          for (const b of all.slice(0, i)) {
            const together = a.from <= b.to && b.from <= a.to
            const apart = a.region.at + a.bytes <= b.region.at || b.region.at + b.bytes <= a.region.at
            expect(!together || apart).toBe(true)
          }
        }
        expect(end).toBeLessThanOrEqual(kernels.memory.buffer.byteLength)
        expect([...new Uint32Array(kernels.memory.buffer, table.at, 3)]).toEqual([7, 5, 3])
      })
    ))

  it("shares bytes between regions of different times, and tables that are equal", () => {
    const arena = Arena.make()
    const [a, b] = [arena.shared(1000), arena.shared(1000)]
    const unused = arena.shared(10)
    arena.use(0, [a])
    arena.use(1, [b])
    expect(arena.strides(5, 8)).toBe(arena.strides(5, 8))
    expect(arena.table([1, 2])).toBe(arena.table([1, 2]))
    arena.layOut(instantiate("strict"))
    expect(a.at).toBe(b.at)
    expect(unused.at).not.toBe(a.at)
  })
})
