/**
 * SHA-256 in plain JavaScript, for where there is no Node, whose own is several times as fast.
 *
 * @see FIPS 180-4, Secure Hash Standard, section 6.2
 */

/** What is filled and then read, as Node's `Hash`. */
export interface Digest {
  readonly update: (data: string | Uint8Array, encoding?: "utf8" | "utf16le") => Digest
  readonly digest: (encoding: "hex") => string
}

/** The first primes, whose roots the constants are made of. */
const primes = (count: number): ReadonlyArray<number> => {
  const found: Array<number> = []
  for (let n = 2; found.length < count; n++) if (found.every((prime) => n % prime !== 0)) found.push(n)
  return found
}

const fraction = (x: number): number => Math.floor((x - Math.floor(x)) * 2 ** 32)

const constants = Int32Array.from(primes(64), (prime) => fraction(Math.cbrt(prime)))
const initial = Int32Array.from(primes(8), (prime) => fraction(Math.sqrt(prime)))

const turn = (x: number, by: number): number => (x >>> by) | (x << (32 - by))

/** Takes in a block of 64 bytes. `w` is room for the message schedule. */
const compress = (state: Int32Array, block: DataView, w: Int32Array): void => {
  for (let t = 0; t < 16; t++) w[t] = block.getInt32(4 * t)
  for (let t = 16; t < 64; t++) {
    const [x, y] = [w[t - 15]!, w[t - 2]!]
    const s0 = turn(x, 7) ^ turn(x, 18) ^ (x >>> 3)
    const s1 = turn(y, 17) ^ turn(y, 19) ^ (y >>> 10)
    w[t] = (w[t - 16]! + s0 + w[t - 7]! + s1) | 0
  }
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state
  for (let t = 0; t < 64; t++) {
    const s1 = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)
    const first = (h + s1 + ((e & f) ^ (~e & g)) + constants[t]! + w[t]!) | 0
    const s0 = turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)
    const second = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0
    h = g
    g = f
    f = e
    e = (d + first) | 0
    d = c
    c = b
    b = a
    a = (first + second) | 0
  }
  for (const [i, value] of [a, b, c, d, e, f, g, h].entries()) state[i] = (state[i]! + value) | 0
}

const bytesOf = (text: string, encoding: "utf8" | "utf16le"): Uint8Array => {
  if (encoding === "utf8") return new TextEncoder().encode(text)
  const bytes = new Uint8Array(2 * text.length)
  const view = new DataView(bytes.buffer)
  for (let i = 0; i < text.length; i++) view.setUint16(2 * i, text.charCodeAt(i), true)
  return bytes
}

/** A SHA-256 to be filled. */
export const make = (): Digest => {
  const state = initial.slice()
  const block = new Uint8Array(64)
  const view = new DataView(block.buffer)
  const w = new Int32Array(64)
  let length = 0
  const take = (bytes: Uint8Array): void => {
    for (let from = 0; from < bytes.length;) {
      const at = length % 64
      const part = bytes.subarray(from, from + 64 - at)
      block.set(part, at)
      from += part.length
      length += part.length
      if (length % 64 === 0) compress(state, view, w)
    }
  }
  const self: Digest = {
    update: (data, encoding = "utf8") => {
      take(typeof data === "string" ? bytesOf(data, encoding) : data)
      return self
    },
    digest: () => {
      const bits = BigInt(length) * 8n
      const padding = new Uint8Array(64 - ((length + 8) % 64) + 8)
      padding[0] = 0x80
      new DataView(padding.buffer).setBigUint64(padding.length - 8, bits)
      take(padding)
      return Array.from(state, (word) => (word >>> 0).toString(16).padStart(8, "0")).join("")
    }
  }
  return self
}
