/**
 * Sums of derivatives by bins in the memory of compiled passes: see `assembly/histograms.ts`.
 *
 * One memory holds the codes, the order of the rows, their derivatives and as many histograms as there are open leaves;
 * it grows, and then every view of it is made anew.
 */
import { type Global, instantiate, type Passes, reserver } from "../compiled.ts"
import type { Coded } from "../histogram/bins.ts"
import { base64 } from "./histogramsWasm.ts"

/** What `assembly/histograms.ts` exports. */
interface Exports extends Passes {
  readonly left: Global
  readonly gather: (m: number, rows: number, pairs: number, to: number) => void
  readonly sum: (m: number, rows: number, pairs: number, codes: number, histogram: number) => void
  readonly sum4: (
    m: number,
    rows: number,
    pairs: number,
    codes0: number,
    codes1: number,
    codes2: number,
    codes3: number,
    histogram0: number,
    histogram1: number,
    histogram2: number,
    histogram3: number
  ) => void
  readonly subtract: (parent: number, child: number, bytes: number) => void
  readonly part: (m: number, rows: number, codes: number, spare: number) => number
  readonly start: (
    g: number,
    h: number,
    rows: number,
    l2: number,
    minRows: number,
    minHessian: number,
    least: number
  ) => void
  readonly search: (histogram: number, bins: number) => number
  readonly score: Global
  readonly gLeft: Global
  readonly hLeft: Global
  readonly rowsLeft: Global
  readonly code: Global
  readonly missingLeft: Global
}

/** The numbers, and the bytes, of a bin. */
export const perBin = 3
const binBytes = 8 * perBin

/** The place of a histogram in the memory. */
export type Place = number

/** Makes the histograms of a table of at most `n` rows, and puts its codes into their memory. */
export const makeHistograms = ({ codes, columns, columnStride }: Coded, n: number) => {
  const passes = instantiate<Exports>(base64)
  const { memory } = passes
  const offsets = new Int32Array(columns.length + 1)
  columns.forEach(({ bins }, j) => (offsets[j + 1] = offsets[j]! + (bins + 1) * binBytes))
  const size = offsets.at(-1)!

  const reserve = reserver(passes)
  const codesAt = reserve(codes.length)
  const orderAt = reserve(4 * n)
  const spareAt = reserve(4 * n)
  const pairsAt = reserve(16 * n)
  const gatheredAt = reserve(16 * n)
  new Uint8Array(memory.buffer).set(codes, codesAt)

  const free: Array<Place> = []
  let numbers = new Float64Array(memory.buffer)
  let order = new Int32Array(memory.buffer, orderAt, n)
  const left = (): Uint8Array => new Uint8Array(memory.buffer, passes.left.value, 256)

  return {
    /** What the search found. */
    found: passes,
    start: passes.start,
    /** The histogram of a column, as numbers of `numbers`. */
    column: (place: Place, column: number): number => (place + offsets[column]!) / 8,
    numbers: (): Float64Array => numbers,
    search: (place: Place, column: number): number => passes.search(place + offsets[column]!, columns[column]!.bins),
    /** Takes the rows of a tree in their order, and their derivatives; those of `h` are 1 where it is absent. */
    take: (rows: Int32Array, g: Float64Array, h: Float64Array | undefined): void => {
      order.set(rows)
      const first = pairsAt / 8
      for (const row of rows) {
        numbers[first + 2 * row] = g[row]!
        numbers[first + 2 * row + 1] = h === undefined ? 1 : h[row]!
      }
    },
    /** The rows at the places `from … to` of the order. */
    rows: (from: number, to: number): Int32Array => order.subarray(from, to),
    /** Adds up the rows at the places `from … to`. */
    sum: (from: number, to: number, used: Int32Array): Place => {
      const known = free.pop()
      const place = known ?? reserve(size)
      if (numbers.length === 0) {
        numbers = new Float64Array(memory.buffer)
        order = new Int32Array(memory.buffer, orderAt, n)
      }
      const m = to - from
      const rowsAt = orderAt + 4 * from
      passes.gather(m, rowsAt, pairsAt, gatheredAt)
      for (const column of used) {
        numbers.fill(0, (place + offsets[column]!) / 8, (place + offsets[column + 1]!) / 8)
      }
      const codesOf = (t: number): number => codesAt + used[t]! * columnStride
      const histogramOf = (t: number): number => place + offsets[used[t]!]!
      let t = 0
      for (; t + 4 <= used.length; t += 4) {
        passes.sum4(
          m,
          rowsAt,
          gatheredAt,
          codesOf(t),
          codesOf(t + 1),
          codesOf(t + 2),
          codesOf(t + 3),
          histogramOf(t),
          histogramOf(t + 1),
          histogramOf(t + 2),
          histogramOf(t + 3)
        )
      }
      for (; t < used.length; t++) passes.sum(m, rowsAt, gatheredAt, codesOf(t), histogramOf(t))
      return place
    },
    /** Takes a child from its parent, in place: what remains is the other child. */
    subtract: (parent: Place, child: Place, used: Int32Array): void => {
      if (used.length === columns.length) passes.subtract(parent, child, size)
      else {
        for (const column of used) {
          const from = offsets[column]!
          passes.subtract(parent + from, child + from, offsets[column + 1]! - from)
        }
      }
    },
    release: (place: Place): void => {
      free.push(place)
    },
    /** Puts the rows that go left before the others, and gives where these begin; `goes` writes 1 for codes that go left. */
    part: (from: number, to: number, column: number, goes: (left: Uint8Array) => void): number => {
      goes(left())
      return from + passes.part(to - from, orderAt + 4 * from, codesAt + column * columnStride, spareAt)
    }
  }
}

/** Histograms in their memory. */
export type Histograms = ReturnType<typeof makeHistograms>
