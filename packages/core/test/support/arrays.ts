/** Files of arrays and images, byte by byte as their formats say, in a folder that goes with the scope. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { deflateSync } from "node:zlib"
import * as Effect from "effect/Effect"

/** A folder for the files of one test. */
export const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "rocflow-tensors-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

const big32 = (value: number) => [value >>> 24, (value >> 16) & 255, (value >> 8) & 255, value & 255]

/** IDX: two zeros, the code of the element, the rank, the sizes, the numbers, all with the high byte first. */
export const idx = (code: number, shape: ReadonlyArray<number>, bytes: ReadonlyArray<number>): Uint8Array =>
  Uint8Array.from([0, 0, code, shape.length, ...shape.flatMap(big32), ...bytes])

/** The bytes of an array of NumPy, version 1: magic, length of the header, the header padded to 64 bytes, the numbers. */
export const npy = (
  descr: string,
  shape: ReadonlyArray<number>,
  values: { readonly buffer: ArrayBufferLike },
  fortran = false
): Uint8Array => {
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(", ")
  const text = `{'descr': '${descr}', 'fortran_order': ${fortran ? "True" : "False"}, 'shape': (${sizes}), }`
  const length = Math.ceil((10 + text.length + 1) / 64) * 64 - 10
  const header = `${text.padEnd(length - 1)}\n`
  return Uint8Array.from([
    0x93,
    ...new TextEncoder().encode("NUMPY"),
    1,
    0,
    length & 255,
    length >> 8,
    ...new TextEncoder().encode(header),
    ...new Uint8Array(values.buffer)
  ])
}

const crc = (bytes: ReadonlyArray<number>): number => {
  let c = 0xffffffff
  for (const byte of bytes) {
    c ^= byte
    for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1
  }
  return (c ^ 0xffffffff) >>> 0
}

const chunk = (type: string, data: ReadonlyArray<number>): ReadonlyArray<number> => {
  const named = [...new TextEncoder().encode(type), ...data]
  return [...big32(data.length), ...named, ...big32(crc(named))]
}

/** The colour types of PNG. */
export const colours = { grey: 0, rgb: 2, palette: 3, greyAlpha: 4, rgba: 6 } as const

/** The first bytes of a PNG. */
const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

/** A PNG of lines of bytes as they stand in the file, without a filter. */
export const png = (
  [height, width]: readonly [number, number],
  colour: keyof typeof colours,
  depth: number,
  lines: ReadonlyArray<ReadonlyArray<number>>,
  more: ReadonlyArray<readonly [type: string, data: ReadonlyArray<number>]> = []
): Uint8Array =>
  Uint8Array.from([
    ...signature,
    ...chunk("IHDR", [...big32(width), ...big32(height), depth, colours[colour], 0, 0, 0]),
    ...more.flatMap(([type, data]) => chunk(type, data)),
    ...chunk("IDAT", [...deflateSync(Uint8Array.from(lines.flatMap((line) => [0, ...line])))]),
    ...chunk("IEND", [])
  ])
