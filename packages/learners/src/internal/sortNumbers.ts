/** With fewer numbers sorting as it is is as quick. */
const few = 2 ** 14

/** So many numbers are in a bucket on average, where they are spread evenly. */
const perBucket = 8

/**
 * Sorts numbers ascending, NaN last: the same as `values.slice().sort()`, and several times as fast where there are many and
 * they are spread, as they are dealt into buckets that are in order, of which each is sorted.
 */
export const sortNumbers = (values: Float64Array): Float64Array => {
  const n = values.length
  let [least, greatest] = [Infinity, -Infinity]
  for (let i = 0; i < n; i++) {
    if (values[i]! < least) least = values[i]!
    if (values[i]! > greatest) greatest = values[i]!
  }
  const buckets = Math.ceil(n / perBucket)
  const scale = (buckets - 1) / (greatest - least)
  // Infinite numbers, or all of them equal, or so near to each other or so far apart that the scale is of no use.
  if (n < few || !Number.isFinite(scale) || scale === 0) return values.slice().sort()
  // NaN is neither below nor above anything: it goes behind the last bucket.
  const bucketOf = (value: number): number => (value === value ? Math.floor((value - least) * scale) : buckets)
  const next = new Int32Array(buckets + 2)
  for (let i = 0; i < n; i++) next[bucketOf(values[i]!) + 1]! += 1
  for (let b = 0; b <= buckets; b++) next[b + 1]! += next[b]!
  const sorted = new Float64Array(n)
  for (let i = 0; i < n; i++) sorted[next[bucketOf(values[i]!)]!++] = values[i]!
  // By now each bucket ends where the next one began.
  for (let b = 0, from = 0; b < buckets; b++) {
    const to = next[b]!
    if (to - from > 1) sorted.subarray(from, to).sort()
    from = to
  }
  return sorted
}
