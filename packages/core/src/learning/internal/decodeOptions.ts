import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import { PipelineError } from "../../pipeline/PipelineError.ts"

const format = SchemaIssue.makeFormatterStandardSchemaV1()

/** Decodes plain data by a schema; every issue comes back with its path and the name of what was read. */
export const decodeOptions =
  <Type, Encoded>(name: string, schema: Schema.Codec<Type, Encoded>) =>
  (given: unknown): Result.Result<Type, PipelineError> =>
    Result.mapError(
      Schema.decodeUnknownResult(schema, { errors: "all", onExcessProperty: "error", reportInput: true })(given),
      ({ issue }) =>
        new PipelineError({
          issues: format(issue).issues.map(({ path, message }) => ({
            path: (path ?? []).map((key) => (typeof key === "number" ? key : String(key))),
            message: `${name}: ${message}`
          }))
        })
    )
