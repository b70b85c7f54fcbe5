/**
 * Writes the JSON Schema of experiment files that is published with the command, a line for each definition. With --check it
 * writes nothing, and fails where the file is not that of the definitions.
 *
 *     node scripts/buildSchema.ts [--check]
 */
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { jsonSchema } from "../packages/cli/src/experiment/jsonSchema.ts"
import { builtin } from "../packages/cli/src/experiment/load.ts"

const file = join(import.meta.dirname, "../packages/cli/experiment.schema.json")

const lines = (json: object, inner: (value: unknown, key: string) => string): string =>
  `{\n${Object.entries(json)
    .map(([key, value]) => `${JSON.stringify(key)}: ${inner(value, key)}`)
    .join(",\n")}\n}`

const text = `${lines(jsonSchema(builtin), (value, key) =>
  key === "$defs" ? lines(value as object, (definition) => JSON.stringify(definition)) : JSON.stringify(value)
)}\n`

if (!process.argv.includes("--check")) writeFileSync(file, text)
else if (readFileSync(file, "utf8") !== text) {
  process.stderr.write(
    "packages/cli/experiment.schema.json is not that of the definitions; run node scripts/buildSchema.ts\n"
  )
  process.exitCode = 1
}
