/**
 * The one memory of a trainer or scorer, laid out before the first step: every array is a region, and regions that are
 * never needed at the same time share their bytes.
 *
 * Time is the place of an operation in a step, forward and then backward. A region that only operations use lives from
 * the first of them to the last.
 */
import type { Kernels } from "./kernels.ts"

/** A piece of memory. Its address is known once the arena is laid out; it is never 0. */
export interface Region {
  at: number
}

interface Planned {
  readonly region: Region
  readonly bytes: number
  first: number
  last: number
}

interface Table {
  readonly region: Region
  readonly count: number
  readonly value: (i: number) => number
}

/** Bytes behind every region that kernels may read, or write, beyond its end. */
const margin = 64

const aligned = (bytes: number): number => Math.ceil((bytes + margin) / 64) * 64

/** An arena that is being planned. */
export interface Arena {
  /** Memory for so many numbers that is never shared, all 0 at first. */
  readonly kept: (numbers: number) => Region
  /**
   * Memory for so many numbers that operations share; its contents are lost when nothing uses it any more. What no
   * operation is said to use is not shared.
   */
  readonly shared: (numbers: number) => Region
  /** Says that an operation uses regions; kept ones need not be named. */
  readonly use: (time: number, regions: ReadonlyArray<Region>) => void
  /** A table of integers that never changes. Equal tables are one. */
  readonly table: (values: ReadonlyArray<number>) => Region
  /** The table 0, stride, 2·stride, …: the offsets of so many rows. */
  readonly strides: (count: number, stride: number) => Region
  /** Gives every region its address in the memory of the kernels, and fills the tables. Bytes needed in all. */
  readonly layOut: (kernels: Kernels) => number
}

/** The lowest address, from `floor` on, where a region meets none of those placed that live at the same time. */
const placeOf = (planned: Planned, placed: ReadonlyArray<Planned>, floor: number): number => {
  let at = floor
  for (const other of placed) {
    if (other.last < planned.first || planned.last < other.first) continue
    if (at + planned.bytes <= other.region.at) break
    at = Math.max(at, other.region.at + other.bytes)
  }
  return at
}

const page = 65536

/** An empty arena. */
export const make = (): Arena => {
  const fixed: Array<Planned> = []
  const planned = new Map<Region, Planned>()
  const tables = new Map<string, Table>()

  const plan = (numbers: number): Planned => ({
    region: { at: 0 },
    bytes: aligned(4 * numbers),
    first: Number.POSITIVE_INFINITY,
    last: Number.NEGATIVE_INFINITY
  })
  const kept = (numbers: number): Region => {
    const made = plan(numbers)
    fixed.push(made)
    return made.region
  }
  const tabulated = (key: string, count: number, value: Table["value"]): Region => {
    const known = tables.get(key)
    if (known !== undefined) return known.region
    const region = kept(count)
    tables.set(key, { region, count, value })
    return region
  }

  return {
    kept,
    shared: (numbers) => {
      const made = plan(numbers)
      planned.set(made.region, made)
      return made.region
    },
    use: (time, regions) => {
      for (const region of regions) {
        const own = planned.get(region)
        if (own === undefined) continue
        own.first = Math.min(own.first, time)
        own.last = Math.max(own.last, time)
      }
    },
    table: (values) => tabulated(values.join(), values.length, (i) => values[i]!),
    strides: (count, stride) => tabulated(`${count} by ${stride}`, count, (i) => i * stride),
    layOut: ({ heap, memory }) => {
      let floor = aligned(heap.value)
      for (const { bytes, region } of fixed) {
        region.at = floor
        floor += bytes
      }
      for (const own of planned.values()) {
        if (own.first > own.last) [own.first, own.last] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
      }
      const placed: Array<Planned> = []
      let end = floor
      // The largest first: small ones find room between them.
      for (const own of [...planned.values()].sort((a, b) => b.bytes - a.bytes)) {
        own.region.at = placeOf(own, placed, floor)
        end = Math.max(end, own.region.at + own.bytes)
        placed.push(own)
        placed.sort((a, b) => a.region.at - b.region.at)
      }
      const missing = Math.ceil((end - memory.buffer.byteLength) / page)
      if (missing > 0) memory.grow(missing)
      for (const { count, region, value } of tables.values()) {
        const numbers = new Uint32Array(memory.buffer, region.at, count)
        for (let i = 0; i < count; i++) numbers[i] = value(i)
      }
      return end
    }
  }
}
