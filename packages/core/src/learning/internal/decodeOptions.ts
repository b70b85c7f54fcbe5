import * as Result from "effect/Result"
import { decode, findNothing } from "../../pipeline/Decode.ts"
import type { Find, Options } from "../../pipeline/Definition.ts"
import { PipelineError } from "../../pipeline/PipelineError.ts"

/** Decodes plain data by a schema; every issue comes back with its path and the name of what was read. */
export const decodeOptions =
  <Type, Encoded>(name: string, schema: Options<Type, Encoded>, find: Find = findNothing) =>
  (given: unknown): Result.Result<Type, PipelineError> =>
    Result.mapError(
      decode(schema, given, find),
      (issues) =>
        new PipelineError({ issues: issues.map(({ path, message }) => ({ path, message: `${name}: ${message}` })) })
    )
