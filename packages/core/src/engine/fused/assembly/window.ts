/**
 * What convolutions and pooling need besides products: padding, adding patches back, and windows of pools. Images are
 * [height, width, channels]; one call works on one image.
 */

/** Copies rows of `bytes` into the inside of a padded image, whose rows are `toStride` apart; the border stays as it is. */
export function pad(height: i32, bytes: i32, from: usize, to: usize, toStride: usize): void {
  for (let i = 0; i < height; i++) {
    memory.copy(to, from, bytes)
    from += bytes
    to += toStride
  }
}

/**
 * Adds patches back to where they were read. A patch is `count` runs of `length` numbers; run r of place i stands at
 * x + places[i] + starts[r].
 */
export function addPatches(
  places: i32,
  count: i32,
  length: i32,
  at: usize,
  starts: usize,
  patches: usize,
  x: usize
): void {
  const whole = length & ~3
  for (let i = 0; i < places; i++) {
    const place = x + load<u32>(at + ((<usize>i) << 2))
    for (let r = 0; r < count; r++) {
      const to = place + load<u32>(starts + ((<usize>r) << 2))
      let j = 0
      for (; j < whole; j += 4) {
        const o = (<usize>j) << 2
        v128.store(to + o, f32x4.add(v128.load(to + o), v128.load(patches + o)))
      }
      for (; j < length; j++) {
        const o = (<usize>j) << 2
        store<f32>(to + o, load<f32>(to + o) + load<f32>(patches + o))
      }
      patches += (<usize>length) << 2
    }
  }
}

/**
 * The largest entry of each window, channel by channel, and where it stands: window i has entries at x + starts[i] + its
 * offsets (from first[i] to first[i + 1] in `entries`). The first of equal ones counts; NaN is kept.
 */
export function maxPool(
  windows: i32,
  channels: i32,
  x: usize,
  first: usize,
  entries: usize,
  y: usize,
  places: usize
): void {
  for (let i = 0; i < windows; i++) {
    const begin = entries + ((<usize>load<u32>(first + ((<usize>i) << 2))) << 2)
    const end = entries + ((<usize>load<u32>(first + ((<usize>(i + 1)) << 2))) << 2)
    let c = 0
    for (; c + 4 <= channels; c += 4) {
      const o = (<usize>c) << 2
      let where = i32x4.splat(load<i32>(begin))
      let best = v128.load(x + load<u32>(begin) + o)
      for (let e = begin + 4; e < end; e += 4) {
        const offset = load<u32>(e)
        const v = v128.load(x + offset + o)
        // True for NaN too, unless one is there already.
        const better = v128.andnot(f32x4.eq(best, best), f32x4.le(v, best))
        best = v128.bitselect(v, best, better)
        where = v128.bitselect(i32x4.splat(offset), where, better)
      }
      v128.store(y + o, best)
      v128.store(places + o, where)
    }
    for (; c < channels; c++) {
      const o = (<usize>c) << 2
      let where = load<u32>(begin)
      let best = load<f32>(x + where + o)
      for (let e = begin + 4; e < end; e += 4) {
        const offset = load<u32>(e)
        const v = load<f32>(x + offset + o)
        if (best == best && !(v <= best)) {
          best = v
          where = offset
        }
      }
      store<f32>(y + o, best)
      store<u32>(places + o, where)
    }
    y += (<usize>channels) << 2
    places += (<usize>channels) << 2
  }
}

/** Adds each gradient to the entry that was the largest of its window. */
export function maxPoolBack(windows: i32, channels: i32, dy: usize, places: usize, dx: usize): void {
  for (let i = 0; i < windows; i++) {
    for (let c = 0; c < channels; c++) {
      const to = dx + load<u32>(places) + ((<usize>c) << 2)
      store<f32>(to, load<f32>(to) + load<f32>(dy))
      dy += 4
      places += 4
    }
  }
}

/** The mean of each window, channel by channel. */
export function averagePool(windows: i32, channels: i32, x: usize, first: usize, entries: usize, y: usize): void {
  for (let i = 0; i < windows; i++) {
    const from = load<u32>(first + ((<usize>i) << 2))
    const to = load<u32>(first + ((<usize>(i + 1)) << 2))
    for (let c = 0; c < channels; c++) {
      let sum: f32 = 0
      for (let e = from; e < to; e++) sum += load<f32>(x + load<u32>(entries + ((<usize>e) << 2)) + ((<usize>c) << 2))
      store<f32>(y, sum / <f32>(to - from))
      y += 4
    }
  }
}

/** Shares each gradient among the entries of its window. */
export function averagePoolBack(windows: i32, channels: i32, dy: usize, first: usize, entries: usize, dx: usize): void {
  for (let i = 0; i < windows; i++) {
    const from = load<u32>(first + ((<usize>i) << 2))
    const to = load<u32>(first + ((<usize>(i + 1)) << 2))
    for (let c = 0; c < channels; c++) {
      const share = load<f32>(dy) / <f32>(to - from)
      for (let e = from; e < to; e++) {
        const at = dx + load<u32>(entries + ((<usize>e) << 2)) + ((<usize>c) << 2)
        store<f32>(at, load<f32>(at) + share)
      }
      dy += 4
    }
  }
}
