/**
 * `rocflow schema`: the JSON Schema of experiment files.
 */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { jsonSchema } from "../experiment/jsonSchema.ts"
import { builtin } from "../experiment/load.ts"
import { toJson } from "@rocflow/core/Json"

/** Prints the JSON Schema of experiments. */
export const schema = Effect.fn("schema")(function* () {
  yield* Console.log(toJson(jsonSchema(builtin), 2))
})
