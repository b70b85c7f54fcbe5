/**
 * The headers of IDX files (the format of MNIST) and of NumPy's .npy.
 */
import * as Result from "effect/Result"
import { bytesOf, type Element } from "../../TensorStore.ts"

/** What a file of numbers says of itself: the first size of its shape counts the rows. */
export interface Header {
  readonly element: Element
  readonly bigEndian: boolean
  readonly shape: readonly [rows: number, ...shape: ReadonlyArray<number>]
  /** The first byte of the first row. */
  readonly offset: number
}

/** Why a header is refused: which rule it breaks, and what to do. */
export interface Refused {
  readonly rule: string
  readonly advice: string
}

type Parsed = Result.Result<Header, Refused>

/** A header is complete in so many bytes. */
export const headerBytes = 65_536

const refuse = (rule: string, advice: string): Parsed => Result.fail({ rule, advice })

const idxElements: ReadonlyMap<number, Element> = new Map([
  [0x08, "u1"],
  [0x09, "i1"],
  [0x0b, "i2"],
  [0x0c, "i4"],
  [0x0d, "f4"],
  [0x0e, "f8"]
])

const viewOf = ({ buffer, byteLength, byteOffset }: Uint8Array) => new DataView(buffer, byteOffset, byteLength)

/** IDX: two zeros, the code of the element, the rank, the sizes as big-endian 32-bit integers, then the numbers. */
export const idx = (bytes: Uint8Array): Parsed => {
  const element = idxElements.get(bytes[2] ?? 0)
  const rank = bytes[3] ?? 0
  if (bytes[0] !== 0 || bytes[1] !== 0 || element === undefined || rank === 0 || bytes.length < 4 + 4 * rank) {
    return refuse("is not IDX", "IDX begins with two zeros, a code from 8 to 14 and the rank; check the file.")
  }
  const view = viewOf(bytes)
  const [rows, ...shape] = Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i))
  return Result.succeed({ element, bigEndian: true, shape: [rows!, ...shape], offset: 4 + 4 * rank })
}

const isElement = (text: string): text is Element => Object.hasOwn(bytesOf, text)

const described = /'descr':\s*'([<>|=])([a-z]\d+)'/
const fortran = /'fortran_order':\s*True/
const sized = /'shape':\s*\(([\d\s,]*)\)/

/** NumPy's .npy, versions 1 to 3, in C order: a dictionary of Python in text, then the numbers. */
export const npy = (bytes: Uint8Array): Parsed => {
  if (bytes.length < 12 || bytes[0] !== 0x93 || String.fromCharCode(...bytes.subarray(1, 6)) !== "NUMPY") {
    return refuse("is not .npy", "Write the array by numpy.save.")
  }
  const view = viewOf(bytes)
  const short = bytes[6] === 1
  const begin = short ? 10 : 12
  const offset = begin + (short ? view.getUint16(8, true) : view.getUint32(8, true))
  const text = new TextDecoder("latin1").decode(bytes.subarray(begin, offset))
  const type = described.exec(text)
  const element = type?.[2] === "b1" ? "u1" : (type?.[2] ?? "")
  const sizes = sized.exec(text)?.[1]
  if (!isElement(element) || sizes === undefined) {
    return refuse(
      "holds no plain numbers",
      "Save an array of uint8, int8 to int32, uint16, uint32, float32 or float64: numpy.save(file, a.astype('float32'))."
    )
  }
  if (fortran.test(text)) {
    return refuse("is in Fortran order", "Save it by rows: numpy.save(file, numpy.ascontiguousarray(a)).")
  }
  const [rows, ...shape] = sizes.split(",").flatMap((size) => (size.trim() === "" ? [] : [Number(size)]))
  return rows === undefined
    ? refuse("holds one number", "Save an array whose first axis counts the rows.")
    : Result.succeed({ element, bigEndian: type?.[1] === ">", shape: [rows, ...shape], offset })
}
