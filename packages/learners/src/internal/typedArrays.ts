/**
 * Typed arrays in JSON: their bytes, little-endian, in base 64. A forest has a million numbers.
 */
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"

const ofBytes = <A extends ArrayBufferView>(
  size: number,
  is: (value: unknown) => value is A,
  read: (bytes: ArrayBuffer) => A
) =>
  Schema.Uint8ArrayFromBase64.check(
    Schema.makeFilter((given: Uint8Array) =>
      given.byteLength % size === 0 ? undefined : `has ${given.byteLength} bytes, which are no numbers of ${size} bytes`
    )
  ).pipe(
    Schema.decodeTo(Schema.declare(is), {
      decode: SchemaGetter.transform((given: Uint8Array) => read(Uint8Array.from(given).buffer)),
      encode: SchemaGetter.transform(
        ({ buffer, byteLength, byteOffset }: A) => new Uint8Array(buffer, byteOffset, byteLength)
      )
    })
  )

/** Bytes. */
export const Bytes = ofBytes(
  1,
  (value): value is Uint8Array => value instanceof Uint8Array,
  (bytes) => new Uint8Array(bytes)
)

/** Whole numbers of 32 bits. */
export const Int32 = ofBytes(
  4,
  (value): value is Int32Array => value instanceof Int32Array,
  (bytes) => new Int32Array(bytes)
)

/** Numbers of 64 bits. */
export const Float64 = ofBytes(
  8,
  (value): value is Float64Array => value instanceof Float64Array,
  (bytes) => new Float64Array(bytes)
)
