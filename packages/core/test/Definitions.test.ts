import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { readdirSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { describe, expect, it } from "vitest"
import * as Definitions from "../src/Definitions.ts"
import type { Definition } from "../src/pipeline/Definition.ts"
import * as Registry from "../src/pipeline/Registry.ts"

const source = join(dirname(fileURLToPath(import.meta.url)), "../src")
const folders = ["pipeline", "learning"]
const kinds = new Set([
  "preprocess",
  "ingress",
  "layer",
  "head",
  "block",
  "merge",
  "transform",
  "loss",
  "optimizer",
  "model",
  "measure",
  "timing",
  "callback",
  "target",
  "learner"
])

const isDefinition = (value: unknown): value is Definition =>
  typeof value === "object" &&
  value !== null &&
  "kind" in value &&
  "id" in value &&
  "options" in value &&
  kinds.has(String(value.kind))

const modules = folders.flatMap((folder) =>
  readdirSync(join(source, folder))
    .filter((file) => file.endsWith(".ts"))
    .map((file) => join(folder, file))
)

describe("definitions", () => {
  it.each(modules)("hold every definition that %s exports", async (file) => {
    const exported = Object.values((await import(pathToFileURL(join(source, file)).href)) as object)
    const missing = exported.filter(isDefinition).filter((definition) => !Definitions.all.includes(definition))
    expect(missing.map(({ id }) => id)).toEqual([])
  })

  it("are found by that test at all", async () => {
    const exported = Object.values(await import("../src/pipeline/Nn.ts"))
    expect(exported.filter(isDefinition).length).toBeGreaterThan(5)
  })

  it("have distinct ids", () => {
    const registry = Result.getOrThrow(Registry.make(Definitions.all))
    expect(registry.definitions.size).toBe(Definitions.all.length)
  })

  it.each(Definitions.all.map((definition) => [definition.id, definition] as const))(
    "%s says in one line what it is, and its options have a JSON schema",
    (_, { summary, options }) => {
      expect(summary).toMatch(/^\S[^\n]{8,100}[^.\s]$|^max\(0, x\)$/)
      expect(Schema.toJsonSchemaDocument(options).schema).toBeDefined()
    }
  )
})
