/**
 * The wire format of protocol buffers, as far as ONNX needs it: fields of variable-length integers, of bytes, of floats, and
 * of messages. https://protobuf.dev/programming-guides/encoding/
 */

/** Bytes that are put together at the end. */
export type Bytes = Uint8Array<ArrayBuffer>

const encoder = new TextEncoder()

const varint = (value: number | bigint): Bytes => {
  // Negative numbers are written as unsigned ones of 64 bits.
  let rest = BigInt.asUintN(64, BigInt(value))
  const bytes: Array<number> = []
  do {
    const low = Number(rest & 0x7fn)
    rest >>= 7n
    bytes.push(rest === 0n ? low : low | 0x80)
  } while (rest !== 0n)
  return Uint8Array.from(bytes)
}

const wireTypes = { varint: 0, bytes: 2, float: 5 } as const

const tag = (field: number, type: keyof typeof wireTypes): Bytes => varint((field << 3) | wireTypes[type])

/** One piece of bytes after another. */
export const join = (parts: ReadonlyArray<Uint8Array>): Bytes => {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** A field of an integer, or of an enumeration. */
export const integer = (field: number, value: number | bigint): Bytes => join([tag(field, "varint"), varint(value)])

/** A field of bytes, or of a message that is written already. */
export const bytes = (field: number, content: Uint8Array): Bytes =>
  join([tag(field, "bytes"), varint(content.length), content])

/** A field of text. */
export const text = (field: number, content: string): Bytes => bytes(field, encoder.encode(content))

/** A field of a float of four bytes. */
export const float = (field: number, value: number): Bytes =>
  join([tag(field, "float"), new Uint8Array(Float32Array.of(value).buffer)])

/** A repeated field of integers, packed. */
export const integers = (field: number, values: ReadonlyArray<number | bigint>): Bytes =>
  bytes(field, join(values.map(varint)))

/** A repeated field of floats, packed. */
export const floats = (field: number, values: ReadonlyArray<number>): Bytes =>
  bytes(field, new Uint8Array(Float32Array.from(values).buffer))
