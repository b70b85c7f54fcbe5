/** Rows sorted by key: after {@link sort}, row `rows[k]` has the k-th smallest key `keys[k]`. */
export interface Order {
  readonly keys: Float64Array
  readonly rows: Int32Array
}

/** Memory for sorting up to `capacity` rows. The caller fills `order.keys` and `order.rows` before each sort. */
export interface Workspace {
  readonly capacity: number
  readonly order: Order
  readonly spare: Order
  /** Where each bucket ends. */
  readonly ends: Int32Array
}

const makeOrder = (capacity: number): Order => ({ keys: new Float64Array(capacity), rows: new Int32Array(capacity) })

/** Rows a bucket would hold if all held the same number. */
const rowsPerBucket = 8
/** Fewer rows are merged without buckets. */
const fewRows = 64

/** Allocates the memory for sorting up to `capacity` rows. */
export const makeWorkspace = (capacity: number): Workspace => ({
  capacity,
  order: makeOrder(capacity),
  spare: makeOrder(capacity),
  ends: new Int32Array(Math.ceil(capacity / rowsPerBucket) + 1)
})

const runLength = 16

const insertionSort = ({ keys, rows }: Order, begin: number, end: number): void => {
  for (let i = begin + 1; i < end; i++) {
    const key = keys[i]!
    const row = rows[i]!
    let k = i - 1
    while (k >= begin && keys[k]! > key) {
      keys[k + 1] = keys[k]!
      rows[k + 1] = rows[k]!
      k--
    }
    keys[k + 1] = key
    rows[k + 1] = row
  }
}

const merge = (from: Order, to: Order, begin: number, middle: number, end: number): void => {
  const { keys, rows } = from
  let left = begin
  let right = middle
  for (let k = begin; k < end; k++) {
    const source = right >= end || (left < middle && keys[left]! <= keys[right]!) ? left++ : right++
    to.keys[k] = keys[source]!
    to.rows[k] = rows[source]!
  }
}

/** Sorts entries begin .. end − 1 of `order`, and returns whichever of the two holds them afterwards. */
const mergeSort = (order: Order, spare: Order, begin: number, end: number): Order => {
  let from = order
  let to = spare
  for (let run = begin; run < end; run += runLength) insertionSort(from, run, Math.min(run + runLength, end))
  for (let width = runLength; width < end - begin; width *= 2) {
    for (let run = begin; run < end; run += 2 * width) {
      merge(from, to, run, Math.min(run + width, end), Math.min(run + 2 * width, end))
    }
    const sorted = to
    to = from
    from = sorted
  }
  return from
}

/**
 * Moves the entries of `order` to `spare` by equal-width buckets, stably; afterwards bucket b ends at `ends[b]`. The
 * bucket of a key is weakly monotone in floating point, so only entries of one bucket are still to be compared.
 */
const distribute = ({ ends, order, spare }: Workspace, length: number, buckets: number, low: number, scale: number) => {
  const { keys, rows } = order
  // One place up: counts of the buckets before become the start of each bucket, and filling it moves that to its end.
  ends.fill(0, 0, buckets + 1)
  for (let k = 0; k < length; k++) ends[1 + (((keys[k]! - low) * scale) | 0)]! += 1
  for (let b = 1; b < buckets; b++) ends[b]! += ends[b - 1]!
  for (let k = 0; k < length; k++) {
    const key = keys[k]!
    const place = ends[((key - low) * scale) | 0]!++
    spare.keys[place] = key
    spare.rows[place] = rows[k]!
  }
}

const lowest = (keys: Float64Array, length: number): number => {
  let low = keys[0]!
  for (let k = 1; k < length; k++) low = Math.min(low, keys[k]!)
  return low
}

const highest = (keys: Float64Array, length: number): number => {
  let high = keys[0]!
  for (let k = 1; k < length; k++) high = Math.max(high, keys[k]!)
  return high
}

/**
 * Sorts the first `length` entries of the workspace's order by key, stably, and returns the sorted order: one of the
 * workspace's two, valid until the next sort.
 *
 * Expected time O(n) for keys that are spread out: buckets of a few entries, each sorted by insertion. A bucket that
 * many keys share is sorted by merging, so that no input takes longer than O(n log n). Keys travel with their rows:
 * sorting row numbers alone by looking their keys up is several times slower once the keys outgrow the cache.
 */
export const sort = (workspace: Workspace, length: number): Order => {
  const { ends, order, spare } = workspace
  const buckets = Math.ceil(length / rowsPerBucket)
  const low = length < fewRows ? NaN : lowest(order.keys, length)
  // The highest key falls in the last bucket: rounding must not push it out.
  const scale = length < fewRows ? NaN : (buckets * (1 - 1e-9)) / (highest(order.keys, length) - low)
  if (!(scale > 0 && scale < Infinity)) return mergeSort(order, spare, 0, length)
  distribute(workspace, length, buckets, low, scale)
  let begin = 0
  for (let b = 0; b < buckets; b++) {
    const end = ends[b]!
    if (end - begin <= 2 * runLength) insertionSort(spare, begin, end)
    else if (mergeSort(spare, order, begin, end) === order) {
      for (let k = begin; k < end; k++) {
        spare.keys[k] = order.keys[k]!
        spare.rows[k] = order.rows[k]!
      }
    }
    begin = end
  }
  return spare
}
