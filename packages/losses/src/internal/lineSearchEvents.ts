/** The rows of a search, in columns that grow by doubling. */

/**
 * What happens at each step where lines meet; the first row is step 0.
 *
 * `aum` and `auc` hold at the step, `aumSlopeAfter` (change of AUM per unit of step) and `aucAfter` just after it.
 * `intersections` counts the meetings of lines at the step, `intervals` the intervals between lines that vanish there
 * (lines − 1, summed over the meetings), `queueSize` the pairs of neighbours that were still to meet.
 */
export interface Events {
  readonly step: Float64Array
  readonly aum: Float64Array
  readonly aumSlopeAfter: Float64Array
  readonly auc: Float64Array
  readonly aucAfter: Float64Array
  readonly intersections: Int32Array
  readonly intervals: Int32Array
  readonly queueSize: Int32Array
}

export interface Event {
  readonly step: number
  readonly aum: number
  readonly aumSlopeAfter: number
  readonly auc: number
  readonly aucAfter: number
  readonly intersections: number
  readonly intervals: number
  readonly queueSize: number
}

const reals = ["step", "aum", "aumSlopeAfter", "auc", "aucAfter"] as const
const counts = ["intersections", "intervals", "queueSize"] as const

export class EventLog {
  size = 0
  private real = new Float64Array(reals.length * 16)
  private count = new Int32Array(counts.length * 16)

  add(event: Event): void {
    if (this.size * reals.length === this.real.length) {
      const { count, real } = this
      this.real = new Float64Array(2 * real.length)
      this.real.set(real)
      this.count = new Int32Array(2 * count.length)
      this.count.set(count)
    }
    for (let c = 0; c < reals.length; c++) this.real[this.size * reals.length + c] = event[reals[c]!]
    for (let c = 0; c < counts.length; c++) this.count[this.size * counts.length + c] = event[counts[c]!]
    this.size++
  }

  columns(): Events {
    const real = (c: number) => Float64Array.from({ length: this.size }, (_, i) => this.real[i * reals.length + c]!)
    const count = (c: number) => Int32Array.from({ length: this.size }, (_, i) => this.count[i * counts.length + c]!)
    return {
      step: real(0),
      aum: real(1),
      aumSlopeAfter: real(2),
      auc: real(3),
      aucAfter: real(4),
      intersections: count(0),
      intervals: count(1),
      queueSize: count(2)
    }
  }
}
