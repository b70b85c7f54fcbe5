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
}

const makeOrder = (capacity: number): Order => ({ keys: new Float64Array(capacity), rows: new Int32Array(capacity) })

/** Allocates the memory for sorting up to `capacity` rows. */
export const makeWorkspace = (capacity: number): Workspace => ({
  capacity,
  order: makeOrder(capacity),
  spare: makeOrder(capacity)
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

/**
 * Sorts the first `length` entries of the workspace's order by key, stably, and returns the sorted order: one of the
 * workspace's two, valid until the next sort.
 *
 * Keys travel with their rows, so every pass of this bottom-up merge sort reads and writes memory in sequence; sorting
 * row numbers alone by looking their keys up is several times slower once the keys outgrow the cache.
 */
export const sort = (workspace: Workspace, length: number): Order => {
  let from = workspace.order
  let to = workspace.spare
  for (let begin = 0; begin < length; begin += runLength) {
    insertionSort(from, begin, Math.min(begin + runLength, length))
  }
  for (let width = runLength; width < length; width *= 2) {
    for (let begin = 0; begin < length; begin += 2 * width) {
      merge(from, to, begin, Math.min(begin + width, length), Math.min(begin + 2 * width, length))
    }
    const sorted = to
    to = from
    from = sorted
  }
  return from
}
