/**
 * Writes the JSON Schema of experiment files that is published with the command, a line for each definition. A test fails
 * where it is not that of the definitions.
 *
 *     node scripts/buildSchema.ts
 */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { jsonSchema } from "../packages/cli/src/experiment/jsonSchema.ts"
import { builtin } from "../packages/cli/src/experiment/load.ts"

const lines = (json: object, inner: (value: unknown, key: string) => string): string =>
  `{\n${Object.entries(json)
    .map(([key, value]) => `${JSON.stringify(key)}: ${inner(value, key)}`)
    .join(",\n")}\n}`

const text = lines(jsonSchema(builtin), (value, key) =>
  key === "$defs" ? lines(value as object, (definition) => JSON.stringify(definition)) : JSON.stringify(value)
)
writeFileSync(join(import.meta.dirname, "../packages/cli/experiment.schema.json"), `${text}\n`)
