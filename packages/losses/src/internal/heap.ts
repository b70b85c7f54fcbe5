/**
 * A priority queue over the slots 0 … n − 1, each with at most one key, that can change or drop the key of any slot.
 *
 * A heap of slots with four children per place, keys beside their slots, and the place of each slot kept apart: `set`
 * and `remove` cost O(log n), `topKey` O(1), and no stale entries wait in the queue. Four children of one place share
 * a cache line, which halves the time of a large queue.
 */
export class Heap {
  size = 0
  private readonly keys: Float64Array
  private readonly slots: Int32Array
  private readonly places: Int32Array

  constructor(capacity: number) {
    this.keys = new Float64Array(capacity)
    this.slots = new Int32Array(capacity)
    this.places = new Int32Array(capacity).fill(-1)
  }

  /** The slot with the smallest key; the heap must not be empty. */
  top(): number {
    return this.slots[0]!
  }

  /** The smallest key, +∞ when empty. */
  topKey(): number {
    return this.size === 0 ? Infinity : this.keys[0]!
  }

  /** Gives the slot this key, whether or not it had one. */
  set(slot: number, key: number): void {
    const place = this.places[slot]!
    this.settle(place < 0 ? this.size++ : place, slot, key)
  }

  /** Drops the key of the slot, if it has one. */
  remove(slot: number): void {
    const place = this.places[slot]!
    if (place < 0) return
    this.places[slot] = -1
    const last = --this.size
    if (place < last) this.settle(place, this.slots[last]!, this.keys[last]!)
  }

  /** Puts the slot where its key belongs, starting at a free place, up or else down. */
  private settle(start: number, slot: number, key: number): void {
    const { keys, places, size, slots } = this
    let place = start
    while (place > 0) {
      const parent = (place - 1) >> 2
      if (keys[parent]! <= key) break
      keys[place] = keys[parent]!
      slots[place] = slots[parent]!
      places[slots[place]!] = place
      place = parent
    }
    if (place === start) {
      for (let first = 4 * place + 1; first < size; first = 4 * place + 1) {
        let least = first
        const end = Math.min(first + 4, size)
        for (let child = first + 1; child < end; child++) if (keys[child]! < keys[least]!) least = child
        if (keys[least]! >= key) break
        keys[place] = keys[least]!
        slots[place] = slots[least]!
        places[slots[place]!] = place
        place = least
      }
    }
    keys[place] = key
    slots[place] = slot
    places[slot] = place
  }
}
