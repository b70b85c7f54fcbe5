/**
 * A hash of a text in 32 bits.
 */

const rotated = (x: number, by: number): number => (x << by) | (x >>> (32 - by))

const scrambled = (block: number): number => Math.imul(rotated(Math.imul(block, 0xcc9e2d51), 15), 0x1b873593)

const utf8 = new TextEncoder()

/** The bytes of a text in UTF-8; of plain letters, which most are, without the encoder. */
const bytesOf = (text: string): Uint8Array => {
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit > 127) return utf8.encode(text)
    bytes[i] = unit
  }
  return bytes
}

/**
 * The MurmurHash3 of the UTF-8 bytes of a text with seed 0, x86, 32 bit, by Appleby (public domain), as a signed integer.
 *
 * ```ts
 * murmur3("foo") // => -156908512
 * ```
 */
export const murmur3 = (text: string): number => {
  const bytes = bytesOf(text)
  const whole = bytes.length & ~3
  let hash = 0
  for (let i = 0; i < whole; i += 4) {
    const block = bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24)
    hash = (Math.imul(rotated(hash ^ scrambled(block), 13), 5) + 0xe6546b64) | 0
  }
  let rest = 0
  for (let i = bytes.length - 1; i >= whole; i--) rest = (rest << 8) | bytes[i]!
  if (bytes.length > whole) hash ^= scrambled(rest)
  hash ^= bytes.length
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}
