import * as Result from "effect/Result"
import type * as Schema from "effect/Schema"
import { decode } from "../../pipeline/Decode.ts"
import { PipelineError } from "../../pipeline/PipelineError.ts"

/** Decodes plain data by a schema; every issue comes back with its path and the name of what was read. */
export const decodeOptions =
  <Type, Encoded>(name: string, schema: Schema.Codec<Type, Encoded>) =>
  (given: unknown): Result.Result<Type, PipelineError> =>
    Result.mapError(
      decode(schema, given),
      (issues) =>
        new PipelineError({ issues: issues.map(({ path, message }) => ({ path, message: `${name}: ${message}` })) })
    )
