/**
 * PNG and JPEG files: what their first bytes tell of the shape, and their pixels as numbers from 0 to 255.
 *
 * Grey images have one channel, colour images three, one more where there is transparency. Palettes become colours, fewer
 * and more bits than eight are scaled.
 */
import { convertIndexedToRgb, decode as decodePng } from "fast-png"
import * as Jpeg from "jpeg-js"
import type { RowShape } from "../../TensorStore.ts"

const isPng = (bytes: Uint8Array): boolean =>
  bytes.length > 33 && [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a].every((byte, i) => bytes[i] === byte)

const isJpeg = (bytes: Uint8Array): boolean => bytes.length > 4 && bytes[0] === 0xff && bytes[1] === 0xd8

const viewOf = ({ buffer, byteLength, byteOffset }: Uint8Array) => new DataView(buffer, byteOffset, byteLength)

/** The colour types of PNG's header, with the number of their channels; that of a palette depends on the chunk tRNS. */
const pngChannels: ReadonlyMap<number, number> = new Map([
  [0, 1],
  [2, 3],
  [4, 2],
  [6, 4]
])
const palette = 3

/** Whether a chunk comes before the pixels. */
const hasChunk = (bytes: Uint8Array, name: string): boolean => {
  const view = viewOf(bytes)
  for (let at = 8; at + 8 <= bytes.length; at += view.getUint32(at) + 12) {
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8))
    if (type === name) return true
    if (type === "IDAT") return false
  }
  return false
}

const pngShape = (bytes: Uint8Array): RowShape | undefined => {
  const view = viewOf(bytes)
  const type = bytes[25]!
  const channels = type === palette ? (hasChunk(bytes, "tRNS") ? 4 : 3) : pngChannels.get(type)
  return channels === undefined ? undefined : [view.getUint32(20), view.getUint32(16), channels]
}

/** Reads the frame header, which comes behind segments of any length. */
const jpegShape = (bytes: Uint8Array): RowShape | undefined => {
  const view = viewOf(bytes)
  for (let at = 2; at + 9 < bytes.length;) {
    if (bytes[at] !== 0xff) return undefined
    const marker = bytes[at + 1]!
    if (marker === 0xff) at += 1
    else if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      return [view.getUint16(at + 5), view.getUint16(at + 7), bytes[at + 9] === 1 ? 1 : 3]
    } else at += 2 + view.getUint16(at + 2)
  }
  return undefined
}

/** The shape [height, width, channels] of an image by its first bytes; undefined if it is no PNG or JPEG. */
export const shapeOf = (bytes: Uint8Array): RowShape | undefined =>
  isPng(bytes) ? pngShape(bytes) : isJpeg(bytes) ? jpegShape(bytes) : undefined

/** Pixels of fewer than eight bits, which lie side by side in a byte; each line begins with a byte of its own. */
const unpacked = (data: Uint8Array, width: number, height: number, depth: number): Uint8Array => {
  const line = Math.ceil((width * depth) / 8)
  const most = 2 ** depth - 1
  return Uint8Array.from({ length: width * height }, (_, i) => {
    const bit = (i % width) * depth
    const byte = data[Math.floor(i / width) * line + (bit >> 3)]!
    return (((byte >> (8 - depth - (bit & 7))) & most) * 255) / most
  })
}

const pngPixels = (bytes: Uint8Array): ArrayLike<number> => {
  const png = decodePng(bytes)
  // Colours by themselves may come with a palette too, as a suggestion.
  if (bytes[25] === palette) return convertIndexedToRgb(png)
  if (png.depth === 16) return Float32Array.from(png.data, (value) => value / 257)
  return png.depth === 8 ? png.data : unpacked(Uint8Array.from(png.data), png.width, png.height, png.depth)
}

const jpegPixels = (bytes: Uint8Array, [, , channels]: RowShape): ArrayLike<number> => {
  const { data } = Jpeg.decode(bytes, { useTArray: true, formatAsRGBA: false, maxMemoryUsageInMB: 2048 })
  return channels === 1 ? data.filter((_, i) => i % 3 === 0) : data
}

/** The pixels of an image, row by row, channels last. Throws what the decoder throws for a damaged file. */
export const decode = (bytes: Uint8Array): Float32Array<ArrayBuffer> => {
  const shape = shapeOf(bytes)
  if (shape === undefined) throw new Error("neither PNG nor JPEG")
  const pixels = Float32Array.from(isPng(bytes) ? pngPixels(bytes) : jpegPixels(bytes, shape))
  const expected = shape.reduce((product, n) => product * n, 1)
  if (pixels.length !== expected) throw new Error(`${pixels.length} numbers instead of ${expected}`)
  return pixels
}
