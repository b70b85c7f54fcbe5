/**
 * Arrays with names and texts in one file, in the format of safetensors, which other programs read, too: the length of the
 * header in 8 bytes, the header as JSON, then the numbers one after the other, with the low byte first.
 *
 * Source: https://github.com/huggingface/safetensors, "Format".
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { NamedArray } from "../../network/Graph.ts"

/** What a file holds. */
export interface Contents {
  readonly texts: Readonly<Record<string, string>>
  readonly arrays: ReadonlyArray<NamedArray>
}

const Entry = Schema.Struct({
  dtype: Schema.Literal("F32"),
  shape: Schema.Array(Schema.Int),
  data_offsets: Schema.Tuple([Schema.Int, Schema.Int])
})
const Header = Schema.fromJsonString(
  Schema.StructWithRest(Schema.Struct({ __metadata__: Schema.Record(Schema.String, Schema.String) }), [
    Schema.Record(Schema.String, Schema.Union([Entry, Schema.Record(Schema.String, Schema.String)]))
  ])
)
const isEntry = Schema.is(Entry)

const bytesOf = ({ buffer, byteLength, byteOffset }: Float32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength)

/** The bytes of a file. Names are each there once. */
export const write = ({ arrays, texts }: Contents): Uint8Array => {
  let size = 0
  const entries = arrays.map(({ path, shape, values }) => {
    const from = size
    size += values.byteLength
    return [path, { dtype: "F32", shape, data_offsets: [from, size] }] as const
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
export const read = (bytes: Uint8Array): Result.Result<Contents, string> => {
  const { buffer, byteLength, byteOffset } = bytes
  const length = byteLength < 8 ? Infinity : Number(new DataView(buffer, byteOffset).getBigUint64(0, true))
  const begin = 8 + length
  if (!(begin <= byteLength)) return Result.fail("it is cut off, or is something else")
  const header = Schema.decodeUnknownResult(Header)(new TextDecoder().decode(bytes.subarray(8, begin)))
  if (Result.isFailure(header)) return Result.fail("its header is not one of safetensors")
  const arrays: Array<NamedArray> = []
  for (const [path, entry] of Object.entries(header.success)) {
    if (path === "__metadata__" || !isEntry(entry)) continue
    const [from, to] = entry.data_offsets
    const size = entry.shape.reduce((product, n) => product * n, 4)
    if (to - from !== size || begin + to > byteLength) return Result.fail(`the array ${path} is cut off`)
    // A copy, also of a Buffer, whose slices are views.
    const own = Uint8Array.from(bytes.subarray(begin + from, begin + to))
    arrays.push({ path, shape: entry.shape, values: new Float32Array(own.buffer) })
  }
  return Result.succeed({ texts: header.success.__metadata__, arrays })
}
