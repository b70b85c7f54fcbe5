/**
 * What a part of a model learned, as its schema says.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { refuse } from "./builder.ts"

/** Decodes the state of a part. */
export const decoded = <A, I>(part: string, schema: Schema.Codec<A, I>, state: unknown): A =>
  Result.match(Schema.decodeUnknownResult(schema)(state), {
    onSuccess: (found) => found,
    onFailure: ({ message }) =>
      refuse(part, `its state has another form (${message})`, "write it with the version that trained the model")
  })
