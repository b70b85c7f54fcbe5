/**
 * Pixels as PNG, not compressed, so that the same pixels give the same bytes whatever the compressor at hand.
 */
import { crc32 } from "node:zlib"

const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)

const big32 = (value: number): Uint8Array => {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, value)
  return bytes
}

const chunk = (type: string, data: Uint8Array): Uint8Array => {
  const named = Buffer.concat([Buffer.from(type, "latin1"), data])
  return Buffer.concat([big32(data.length), named, big32(crc32(named))])
}

/** The checksum of zlib's format, RFC 1950. */
const adler32 = (bytes: Uint8Array): number => {
  let [a, b] = [1, 0]
  for (const byte of bytes) {
    a = (a + byte) % 65521
    b = (b + a) % 65521
  }
  return b * 65536 + a
}

const longestBlock = 65535

/** Bytes in zlib's format, in blocks that are stored as they are, RFC 1951. */
const stored = (bytes: Uint8Array): Uint8Array => {
  const parts: Array<Uint8Array> = [Uint8Array.of(0x78, 0x01)]
  for (let from = 0; from < bytes.length; from += longestBlock) {
    const block = bytes.subarray(from, from + longestBlock)
    const { length } = block
    const isLast = from + length === bytes.length
    parts.push(Uint8Array.of(isLast ? 1 : 0, length & 255, length >> 8, ~length & 255, (~length >> 8) & 255), block)
  }
  return Buffer.concat([...parts, big32(adler32(bytes))])
}

/** Encodes [height, width, channels] of bytes, grey or red, green, blue. */
export const png = (pixels: Uint8Array, height: number, width: number, channels: 1 | 3): Uint8Array => {
  const line = width * channels
  const lines = new Uint8Array(height * (line + 1))
  for (let y = 0; y < height; y++) lines.set(pixels.subarray(y * line, (y + 1) * line), y * (line + 1) + 1)
  const header = Buffer.concat([big32(width), big32(height), Uint8Array.of(8, channels === 3 ? 2 : 0, 0, 0, 0)])
  return Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("IDAT", stored(lines)),
    chunk("IEND", new Uint8Array(0))
  ])
}
