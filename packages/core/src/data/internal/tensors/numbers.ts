/**
 * Numbers in bytes.
 */
import { bytesOf, type Element, type Range } from "../../TensorStore.ts"

type Read = (view: DataView, at: number, littleEndian: boolean) => number

const reads: Readonly<Record<Element, Read>> = {
  u1: (view, at) => view.getUint8(at),
  i1: (view, at) => view.getInt8(at),
  u2: (view, at, little) => view.getUint16(at, little),
  i2: (view, at, little) => view.getInt16(at, little),
  u4: (view, at, little) => view.getUint32(at, little),
  i4: (view, at, little) => view.getInt32(at, little),
  f4: (view, at, little) => view.getFloat32(at, little),
  f8: (view, at, little) => view.getFloat64(at, little)
}

/** Writes the numbers that begin at a byte to the beginning of `into`, as many as it holds. */
export const read = (
  bytes: Uint8Array,
  at: number,
  { bigEndian, element }: { readonly element: Element; readonly bigEndian: boolean },
  into: Float32Array | Float64Array
): void => {
  if (element === "u1") {
    for (let i = 0; i < into.length; i++) into[i] = bytes[at + i]!
    return
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const one = reads[element]
  const step = bytesOf[element]
  for (let i = 0; i < into.length; i++) into[i] = one(view, at + i * step, !bigEndian)
}

/** Maps the numbers of a range to 0 … 1, in place. */
export const toUnit = (values: Float32Array, range: Range | undefined): void => {
  if (range === undefined) return
  const [zero, one] = range
  for (let i = 0; i < values.length; i++) values[i] = (values[i]! - zero) / (one - zero)
}
