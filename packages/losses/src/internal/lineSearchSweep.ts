/**
 * AUM and AUC along a direction, event by event.
 *
 * With lines in the order of their values, FP[r] = sum of fpDiff below rank r, FN[r] = −(sum of fnDiff from r up) and
 * M = min(FP, FN), and with T_r the value of the line of rank r,
 *
 *   AUM(s) = Σ M[r] (T_r − T_(r−1)),   AUM'(s+) = Σ slope_r (M[r] − M[r+1]).
 *
 * Both change only where lines meet. A queue holds one step per pair of neighbours that will meet: neighbours whose
 * order is already against their slopes are due now, never refused, so that rounding cannot lose a meeting. All pairs
 * due within a relative tolerance of the smallest step form one event; swaps inside it put new neighbours in the
 * queue, possibly at the same step. Ranks linked by the swaps of an event are one meeting of lines. Every pair of
 * lines swaps at most once; a swap costs O(log B).
 */
import { floorOf } from "./generalKernel.ts"
import { Heap } from "./heap.ts"
import type { Event } from "./lineSearchEvents.ts"
import type { Lines } from "./lineSearchLines.ts"

/** Steps that differ relatively by less than this are one event. */
const simultaneous = 1e-12

/** A slope of AUM below this fraction of the largest possible one is 0. */
const flat = 1e-12

/** Sums are computed afresh after this many swaps per line, so that rounding errors do not pile up. */
const swapsPerRefresh = 16

export class Sweep {
  step = 0
  aum = 0
  aumSlope = 0
  /** A total of errors has become negative, which no set of sensible error functions allows. */
  negative: "fp" | "fn" | undefined
  readonly fpTotal: number
  readonly fnTotal: number

  private readonly intercept: Float64Array
  private readonly slope: Float64Array
  private readonly fpDiff: Float64Array
  private readonly fnDiff: Float64Array
  private readonly fp: Float64Array
  private readonly fn: Float64Array
  private readonly lines: number
  private readonly queue: Heap
  private readonly flatSlope: number
  private readonly fpFloor: number
  private readonly fnFloor: number
  /** The event at which the lines of rank r and r + 1 last swapped. */
  private readonly swappedAt: Int32Array
  private readonly swapped: Int32Array
  /** Area under the ROC curve in units of the errors, exact for counts. */
  private areaAfter = 0
  private events = 0
  private swaps = 0

  /** The lines must be prepared; their arrays are reordered in place. */
  constructor({ fnDiff, fpDiff, intercept, slope }: Lines) {
    const lines = intercept.length
    this.lines = lines
    this.intercept = intercept
    this.slope = slope
    this.fpDiff = fpDiff
    this.fnDiff = fnDiff
    this.fpFloor = floorOf(fpDiff)
    this.fnFloor = floorOf(fnDiff)
    this.fp = new Float64Array(lines + 1)
    this.fn = new Float64Array(lines + 1)
    for (let r = 0; r < lines; r++) this.fp[r + 1] = this.fp[r]! + fpDiff[r]!
    for (let r = lines - 1; r >= 0; r--) this.fn[r] = this.fn[r + 1]! - fnDiff[r]!
    this.fpTotal = this.fp[lines]!
    this.fnTotal = this.fn[0]!
    this.swappedAt = new Int32Array(lines)
    this.swapped = new Int32Array(lines)
    this.queue = new Heap(lines)
    let steepest = 0
    for (let r = 0; r < lines; r++) steepest = Math.max(steepest, Math.abs(slope[r]!))
    this.flatSlope = flat * steepest * Math.min(this.fpTotal, this.fnTotal)
    for (let r = 0; r + 1 < lines; r++) this.enqueue(r)
    this.refresh()
  }

  get queueSize(): number {
    return this.queue.size
  }

  /** The row at step 0: lines with equal intercepts are tied there, and ordered by slope just after. */
  start(): Event {
    let area = this.areaAfter
    for (let first = 0; first < this.lines;) {
      let last = first
      while (last + 1 < this.lines && this.intercept[last + 1] === this.intercept[first]) last++
      this.checkNegative(first)
      if (last > first) area += this.chordGain(first, last)
      first = last + 1
    }
    return this.row(area, 0, 0)
  }

  /** Goes to the next step where lines meet; the queue must not be empty. */
  next(): Event {
    const step = this.queue.topKey()
    const bound = step + simultaneous * step
    this.aum = Math.max(this.aum + this.aumSlope * (step - this.step), 0)
    this.step = step
    this.events++
    let intervals = 0
    while (this.queue.topKey() <= bound) {
      const r = this.queue.top()
      this.swap(r)
      if (this.swappedAt[r] !== this.events) {
        this.swappedAt[r] = this.events
        this.swapped[intervals++] = r
      }
    }
    if (this.swaps > swapsPerRefresh * this.lines) this.refresh()
    if (Math.abs(this.aumSlope) < this.flatSlope) this.aumSlope = 0
    let area = this.areaAfter
    let intersections = 0
    for (let i = 0; i < intervals; i++) {
      const first = this.swapped[i]!
      this.checkNegative(first + 1)
      if (first > 0 && this.swappedAt[first - 1] === this.events) continue
      let last = first + 1
      while (this.swappedAt[last] === this.events) last++
      intersections++
      area += this.chordGain(first, last)
    }
    return this.row(area, intersections, intervals)
  }

  private row(area: number, intersections: number, intervals: number): Event {
    const { areaAfter, aum, aumSlope, queueSize, step } = this
    const square = this.fpTotal * this.fnTotal
    const auc = area / square
    const aucAfter = areaAfter / square
    return { step, aum, aumSlopeAfter: aumSlope, auc, aucAfter, intersections, intervals, queueSize }
  }

  private checkNegative(r: number): void {
    if (this.fp[r]! < this.fpFloor) this.negative = "fp"
    else if (this.fn[r]! < this.fnFloor) this.negative = "fn"
  }

  /** Area under the segment of the ROC curve from rank `first` to rank `last`. */
  private area(first: number, last: number): number {
    const { fn, fnTotal, fp } = this
    return ((fp[last]! - fp[first]!) * (fnTotal - fn[first]! + (fnTotal - fn[last]!))) / 2
  }

  /** Change of the area when the lines of ranks first … last are tied: one chord instead of their segments. */
  private chordGain(first: number, last: number): number {
    let gain = this.area(first, last + 1)
    for (let r = first; r <= last; r++) gain -= this.area(r, r + 1)
    return gain
  }

  private least(r: number): number {
    return Math.min(this.fp[r]!, this.fn[r]!)
  }

  /** What the line of this rank adds to the slope of AUM. */
  private slopeOf(r: number): number {
    return this.slope[r]! * (this.least(r) - this.least(r + 1))
  }

  private enqueue(r: number): void {
    const closing = this.slope[r]! - this.slope[r + 1]!
    const step = closing > 0 ? (this.intercept[r + 1]! - this.intercept[r]!) / closing : Infinity
    if (step < Infinity) this.queue.set(r, Math.max(step, this.step))
    else this.queue.remove(r)
  }

  private swap(r: number): void {
    const { fn, fnDiff, fp, fpDiff, intercept, lines, slope } = this
    const slopeBefore = this.slopeOf(r) + this.slopeOf(r + 1)
    const areaBefore = this.area(r, r + 1) + this.area(r + 1, r + 2)
    const i = intercept[r]!
    intercept[r] = intercept[r + 1]!
    intercept[r + 1] = i
    const s = slope[r]!
    slope[r] = slope[r + 1]!
    slope[r + 1] = s
    const p = fpDiff[r]!
    fpDiff[r] = fpDiff[r + 1]!
    fpDiff[r + 1] = p
    const n = fnDiff[r]!
    fnDiff[r] = fnDiff[r + 1]!
    fnDiff[r + 1] = n
    fp[r + 1] = fp[r]! + fpDiff[r]!
    fn[r + 1] = fn[r + 2]! - fnDiff[r + 1]!
    this.aumSlope += this.slopeOf(r) + this.slopeOf(r + 1) - slopeBefore
    this.areaAfter += this.area(r, r + 1) + this.area(r + 1, r + 2) - areaBefore
    this.swaps++
    this.queue.remove(r)
    if (r > 0) this.enqueue(r - 1)
    if (r + 2 < lines) this.enqueue(r + 1)
  }

  private refresh(): void {
    const { intercept, lines, slope, step } = this
    let aum = 0
    let aumSlope = 0
    let area = 0
    for (let r = 0; r < lines; r++) {
      if (r > 0) aum += this.least(r) * (intercept[r]! - intercept[r - 1]! + step * (slope[r]! - slope[r - 1]!))
      aumSlope += this.slopeOf(r)
      area += this.area(r, r + 1)
    }
    this.aum = Math.max(aum, 0)
    this.aumSlope = Math.abs(aumSlope) < this.flatSlope ? 0 : aumSlope
    this.areaAfter = area
    this.swaps = 0
  }
}
