import { globSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"
import { parse } from "yaml"
import { jsonSchema } from "../src/experiment/jsonSchema.ts"
import { builtin } from "../src/experiment/load.ts"
import { changed, experiment, rocflow } from "./support/cli.ts"
import { errors } from "./support/jsonSchema.ts"

const schema = JSON.parse(JSON.stringify(jsonSchema(builtin))) as Record<string, unknown>
const errorsOf = (text: string) => errors(schema, parse(text))

type Json = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value)

/** Every property of every object of a schema, with the place where it is. */
const propertiesOf = (
  json: unknown,
  path: string
): ReadonlyArray<{ readonly path: string; readonly property: Json }> => {
  if (Array.isArray(json)) return json.flatMap((value, i) => propertiesOf(value, `${path}/${i}`))
  if (!isObject(json)) return []
  return Object.entries(json).flatMap(([keyword, value]) => {
    if (keyword === "default" || keyword === "examples") return []
    if (keyword !== "properties" && keyword !== "$defs") return propertiesOf(value, `${path}/${keyword}`)
    return Object.entries(value as Readonly<Record<string, Json>>).flatMap(([name, inner]) => [
      ...(keyword === "properties" ? [{ path: `${path}/${name}`, property: inner }] : []),
      ...propertiesOf(inner, `${path}/${name}`)
    ])
  })
}

const examples = globSync("examples/*/*.yaml", { cwd: fileURLToPath(new URL("../../..", import.meta.url)) })

describe("the JSON Schema of experiments", () => {
  it("is what `rocflow schema` prints", async () => {
    const { code, stdout } = await rocflow(["schema"], ".")
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toEqual(schema)
  })

  it("says of every property what it is, with a default or an example that it takes", () => {
    const properties = propertiesOf(schema, "#")
    expect(properties.length).toBeGreaterThan(1000)
    const silent = properties.filter(
      ({ property: { const: constant, description, examples } }) =>
        typeof description !== "string" || (constant === undefined && !Array.isArray(examples))
    )
    expect(silent.map(({ path }) => path)).toEqual([])
    const wrong = properties.flatMap(({ path, property }) =>
      [property["default"], ...((property["examples"] as ReadonlyArray<unknown> | undefined) ?? [])]
        .filter((value) => value !== undefined)
        .flatMap((value) => errors(property, value, path, schema))
    )
    expect(wrong).toEqual([])
  })

  it("names every stage, learner and measure", () => {
    const text = JSON.stringify(schema)
    for (const { id } of builtin) expect(text).toContain(JSON.stringify(id))
  })

  it("takes a good experiment", () => {
    expect(errorsOf(experiment)).toEqual([])
  })

  it("takes ranges with a grid of their values", () => {
    const open = changed(
      ["  - id: bce\n", "  - id: bce\n    grid: { rate: [0.1, 0.01] }\n"],
      ["learningRate: 0.1", "learningRate: { tune: log, name: rate, from: 0.001, to: 1 }"]
    )
    expect(errorsOf(open)).toEqual([])
    expect(errorsOf(open.replace("[0.1, 0.01]", "0.1"))).not.toEqual([])
  })

  it.each(examples)("takes %s", (file) => {
    expect(errorsOf(readFileSync(new URL(`../../../${file}`, import.meta.url), "utf8"))).toEqual([])
  })

  it.each([
    ["a key of the experiment", changed(["seed: 1", "seeds: 1"])],
    ["a key of a task", changed(["features:", "feature:"])],
    ["a key of a resampling", changed(["folds: 3", "fold: 3"])],
    ["a key of a learner", changed(["  - id: bce", "  - name: bce"])],
    ["an option of a stage", changed(["learningRate: 0.1", "learning_rate: 0.1"])],
    ["an option inside an option", changed(["epochs: 2", "epochs: 2, validation: { holdut: 0.5, measures: [auc] }"])],
    ["a stage", changed(["Nn.head", "Nn.haed"])],
    [
      "an option of a nested stage",
      changed(["- Nn.head", "- { type: Nn.residual, body: [{ type: Nn.linear, unit: 2 }] }\n      - Nn.head"])
    ],
    [
      "a transform of a chain",
      changed(["Optimizer.sgd, learningRate: 0.1", "Optimizer.chain, transforms: [Transform.clipp]"])
    ],
    ["a measure", changed(["auc, error", "auc, eror"])],
    ["a resampling", changed(["type: cv", "type: crossValidation"])],
    ["a learner", changed(["type: Featureless", "type: Featurless"])]
  ])("refuses a slip in %s", (_, text) => {
    expect(errorsOf(text)).not.toEqual([])
  })

  it.each([
    ["a negative learning rate", changed(["learningRate: 0.1", "learningRate: -0.1"])],
    ["one fold", changed(["folds: 3", "folds: 1"])],
    ["text for a number", changed(["seed: 1", "seed: one"])],
    ["no measure", changed(["auc, error", ""])]
  ])("refuses %s", (_, text) => {
    expect(errorsOf(text)).not.toEqual([])
  })
})
