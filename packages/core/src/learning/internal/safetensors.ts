/**
 * Arrays with names and texts in one file, in the format of safetensors, which other programs read, too: the length of the
 * header in 8 bytes, the header as JSON, then the numbers one after the other, with the low byte first.
 *
 * Source: https://github.com/huggingface/safetensors, "Format".
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { NamedArray } from "../../network/Graph.ts"

/** Numbers as a file has them: floating point of 32 or 64 bits, whole ones of 32. */
export type Numbers = Float32Array | Float64Array | Int32Array

/** What a file holds. */
export interface Contents<A extends Numbers = Numbers> {
  readonly texts: Readonly<Record<string, string>>
  readonly arrays: ReadonlyArray<Omit<NamedArray, "values"> & { readonly values: A }>
}

const kinds = { F32: Float32Array, F64: Float64Array, I32: Int32Array } as const

const dtypeOf = (values: Numbers): keyof typeof kinds =>
  values instanceof Float32Array ? "F32" : values instanceof Float64Array ? "F64" : "I32"

const Entry = Schema.Struct({
  dtype: Schema.Literals(["F32", "F64", "I32"]),
  shape: Schema.Array(Schema.Int),
  data_offsets: Schema.Tuple([Schema.Int, Schema.Int])
})
const isEntry = Schema.is(Entry)
const isTexts = Schema.is(Schema.Record(Schema.String, Schema.String))

const isObject = Schema.is(Schema.Record(Schema.String, Schema.Unknown))

const headerOf = (bytes: Uint8Array): Result.Result<Readonly<Record<string, unknown>>, string> => {
  const json = Result.try((): unknown => JSON.parse(new TextDecoder().decode(bytes)))
  return Result.isSuccess(json) && isObject(json.success)
    ? Result.succeed(json.success)
    : Result.fail("its header is not one of safetensors")
}

const bytesOf = ({ buffer, byteLength, byteOffset }: Numbers): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength)

/** The bytes of a file. Names are each there once. */
export const write = ({ arrays, texts }: Contents): Uint8Array => {
  let size = 0
  const entries = arrays.map(({ path, shape, values }) => {
    const from = size
    size += values.byteLength
    return [path, { dtype: dtypeOf(values), shape, data_offsets: [from, size] }] as const
  })
  const json = new TextEncoder().encode(JSON.stringify({ __metadata__: texts, ...Object.fromEntries(entries) }))
  const length = Math.ceil(json.length / 8) * 8
  const bytes = new Uint8Array(8 + length + size).fill(0x20, 8, 8 + length)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true)
  bytes.set(json, 8)
  arrays.forEach(({ values }, i) => bytes.set(bytesOf(values), 8 + length + entries[i]![1].data_offsets[0]!))
  return bytes
}

/** Reads what `write` wrote, or says that it is something else. */
export const readAny = (bytes: Uint8Array): Result.Result<Contents, string> => {
  const { buffer, byteLength, byteOffset } = bytes
  const length = byteLength < 8 ? Infinity : Number(new DataView(buffer, byteOffset).getBigUint64(0, true))
  const begin = 8 + length
  if (!(begin <= byteLength)) return Result.fail("it is cut off, or is something else")
  const header = headerOf(bytes.subarray(8, begin))
  if (Result.isFailure(header)) return Result.fail(header.failure)
  const { __metadata__: texts, ...entries } = header.success
  if (!isTexts(texts)) return Result.fail("its header has no texts")
  const arrays: Array<Contents["arrays"][number]> = []
  for (const [path, entry] of Object.entries(entries)) {
    if (!isEntry(entry)) return Result.fail(`its header says nothing of the array ${path}`)
    const [from, to] = entry.data_offsets
    const kind = kinds[entry.dtype]
    const size = entry.shape.reduce((product, n) => product * n, kind.BYTES_PER_ELEMENT)
    if (to - from !== size || begin + to > byteLength) return Result.fail(`the array ${path} is cut off`)
    // A copy, also of a Buffer, whose slices are views.
    const own = Uint8Array.from(bytes.subarray(begin + from, begin + to))
    arrays.push({ path, shape: entry.shape, values: new kind(own.buffer) })
  }
  return Result.succeed({ texts, arrays })
}

const isSingle = (array: Contents["arrays"][number]): array is NamedArray => array.values instanceof Float32Array

/** Reads what `write` wrote of floating point numbers of 32 bits. */
export const read = (bytes: Uint8Array): Result.Result<Contents<Float32Array>, string> =>
  Result.flatMap(readAny(bytes), ({ arrays, texts }) => {
    const other = arrays.find((array) => !isSingle(array))
    return other === undefined
      ? Result.succeed({ texts, arrays: arrays.filter(isSingle) })
      : Result.fail(`the array ${other.path} is not of 32-bit floating point`)
  })
