/**
 * Event files of TensorBoard: records of TFRecord that hold messages of the protocol buffer `Event`.
 *
 * Sources: tensorflow/core/lib/io/record_writer.h (length, masked CRC-32C of it, data, masked CRC-32C of them; all with the
 * low byte first), tensorflow/core/util/event.proto and framework/summary.proto (the numbers of the fields).
 */

/** CRC-32C (Castagnoli) of a byte, for each of 256. */
const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let c = byte
  for (let k = 0; k < 8; k++) c = c & 1 ? 0x82f63b78 ^ (c >>> 1) : c >>> 1
  return c
})

/**
 * CRC-32C of bytes.
 *
 * @example
 * crc32c(new TextEncoder().encode("123456789")).toString(16) // => "e3069283", the check value of the catalogue of CRCs
 */
export const crc32c = (bytes: Uint8Array): number => {
  let c = 0xffffffff
  for (const byte of bytes) c = table[(c ^ byte) & 255]! ^ (c >>> 8)
  return (c ^ 0xffffffff) >>> 0
}

const masked = (bytes: Uint8Array): number => {
  const c = crc32c(bytes)
  return (((c >>> 15) | (c << 17)) + 0xa282ead8) >>> 0
}

/** A record with its length and checksums. */
export const record = (data: Uint8Array): Uint8Array => {
  const bytes = new Uint8Array(16 + data.length)
  const view = new DataView(bytes.buffer)
  view.setBigUint64(0, BigInt(data.length), true)
  view.setUint32(8, masked(bytes.subarray(0, 8)), true)
  bytes.set(data, 12)
  view.setUint32(12 + data.length, masked(data), true)
  return bytes
}

type Bytes = ReadonlyArray<number>

/** A whole number of at least 0 in groups of seven bits, the low ones first. */
const varint = (value: number): Bytes =>
  value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))]

const fixed = (size: 4 | 8, value: number): Bytes => {
  const view = new DataView(new ArrayBuffer(size))
  if (size === 4) view.setFloat32(0, value, true)
  else view.setFloat64(0, value, true)
  return [...new Uint8Array(view.buffer)]
}

/** Fields by their number; the kind is 0 for varints, 1 for 8 bytes, 2 for what has a length, 5 for 4 bytes. */
const field = (number: number, kind: 0 | 1 | 2 | 5, content: Bytes): Bytes => [
  number * 8 + kind,
  ...(kind === 2 ? varint(content.length) : []),
  ...content
]

const text = (value: string): Bytes => [...new TextEncoder().encode(value)]

/** What an event tells besides its time and step. */
export type Event =
  | { readonly _tag: "Begin" }
  /** A session begins: events of this step and later ones that others wrote are void. */
  | { readonly _tag: "Session" }
  | { readonly _tag: "Scalars"; readonly values: Iterable<readonly [tag: string, value: number]> }

const contentOf = (event: Event): Bytes => {
  switch (event._tag) {
    case "Begin":
      return field(3, 2, text("brain.Event:2"))
    case "Session":
      return field(7, 2, field(1, 0, [1]))
    case "Scalars":
      return field(
        5,
        2,
        Array.from(event.values, ([tag, value]) =>
          field(1, 2, [...field(1, 2, text(tag)), ...field(2, 5, fixed(4, value))])
        ).flat()
      )
  }
}

/** The record of an event at a time, in seconds since 1970, and a step. */
export const encode = (seconds: number, step: number, event: Event): Uint8Array =>
  record(Uint8Array.from([...field(1, 1, fixed(8, seconds)), ...field(2, 0, varint(step)), ...contentOf(event)]))
