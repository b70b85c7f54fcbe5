/**
 * Documentation does not rot: every block of YAML and TypeScript of README.md and docs/ says how it is checked.
 *
 * - `yaml check`: an experiment; it loads without a problem, data files aside
 * - `yaml run`: the same; commands of its page run it, see `howTo.test.ts`
 * - `yaml defaults`: a list of stages, learners or resamplings with every option, at its default where it has one
 * - `ts check`: compiles; `ts run`: also runs, and prints what its comments `// =>` claim
 *
 * A block that begins with a comment such as `// loss.ts` is a file, which other blocks can import.
 */
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { execFile } from "node:child_process"
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { gzipSync } from "node:zlib"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { parse } from "yaml"
import { networks } from "@rocflow/learners/Definitions"
import { decode } from "@rocflow/core/pipeline/Decode"
import * as Registry from "@rocflow/core/pipeline/Registry"
import * as Resampling from "@rocflow/resampling/Resampling"
import { jsonSchema } from "../src/experiment/jsonSchema.ts"
import { ExperimentError } from "../src/experiment/ExperimentError.ts"
import { builtin, load } from "../src/experiment/load.ts"
import { type Block, blocks as allBlocks, root, textOf } from "./support/documents.ts"

const compiler = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc")

const blocks = allBlocks.filter(({ language }) => language === "yaml" || language === "ts")
const marked = (language: string, ...marks: ReadonlyArray<string>) =>
  blocks.filter((block) => block.language === language && marks.includes(block.mark))

/** The file that a block of TypeScript is: the one that it names, or one of its own. */
const fileOf = ({ name, text }: Block): string =>
  /^\/\/ (\w+\.ts)\n/.exec(text)?.[1] ?? `${name.replace(/\W/g, "_")}.ts`

const execute = (args: ReadonlyArray<string>, cwd: string): Promise<string> =>
  new Promise((resolve) => {
    execFile(process.execPath, args, { cwd, timeout: 50_000 }, (_, out, err) => resolve(out + err))
  })

/** Files in the place of those of MNIST that programs read: ten classes, each a bar of its own. */
const digits = (() => {
  const big32 = (value: number) => [0, 0, value >> 8, value & 255]
  const codes = Array.from({ length: 100 }, (_, row) => row % 10)
  const idx = (shape: ReadonlyArray<number>, values: ReadonlyArray<number>) =>
    gzipSync(Uint8Array.from([0, 0, 8, shape.length, ...shape.flatMap(big32), ...values]))
  const bar = (code: number) => Array.from({ length: 784 }, (_, i) => (Math.floor((i % 28) / 2) === code + 2 ? 255 : 0))
  return {
    "t10k-images-idx3-ubyte.gz": idx([100, 28, 28], codes.flatMap(bar)),
    "t10k-labels-idx1-ubyte.gz": idx([100], codes)
  }
})()

let folder = ""

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "rocflow-docs-"))
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"))
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }')
  for (const [name, contents] of Object.entries(digits)) writeFileSync(join(folder, name), contents)
  for (const block of marked("ts", "check", "run")) writeFileSync(join(folder, fileOf(block)), block.text)
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe("every block", () => {
  it("of YAML and TypeScript says how it is checked", () => {
    const unknown = blocks.filter(
      ({ language, mark }) => !(language === "yaml" ? ["check", "defaults", "run"] : ["check", "run"]).includes(mark)
    )
    expect(unknown.map(({ name }) => name)).toEqual([])
    expect(blocks.length).toBeGreaterThan(15)
  })
})

describe("experiments", () => {
  it.each(marked("yaml", "check", "run"))("load: $name", async ({ name, text }) => {
    const file = join(folder, `${name.replace(/\W/g, "_")}.yaml`)
    writeFileSync(file, text)
    const loaded = await Effect.runPromise(Effect.result(load(file)).pipe(Effect.provide(NodeServices.layer)))
    const failure = Result.isFailure(loaded) ? loaded.failure : undefined
    expect(failure).toBeInstanceOf(ExperimentError)
    const problems = (failure as ExperimentError).issues.map(({ path, message }) => `${path}: ${message}`)
    expect(problems).toHaveLength((parse(text) as { tasks: ReadonlyArray<unknown> }).tasks.length)
    for (const problem of problems) expect(problem).toMatch(/^tasks\[\d+\]\.[\w.[\]]+: .*the file does not exist/)
  })
})

type Entry = Readonly<Record<string, unknown>> & { readonly type: string }

const entries = marked("yaml", "defaults").flatMap(({ name, text }) =>
  (parse(text) as ReadonlyArray<Entry>).map((entry) => ({ name, type: entry.type, entry }))
)
const resamplings: ReadonlyArray<string> = Resampling.schema.members.map((member) => member.fields.type.literal)

const find = Registry.lookup(Result.getOrThrow(Registry.make(builtin)))

/** Options with their defaults, as JSON. */
const read = ({ type, ...options }: Entry): Result.Result<unknown, unknown> => {
  if (resamplings.includes(type)) return decode(Resampling.schema, { type, ...options })
  const schema = builtin.find(({ id }) => id === type)!.options
  return Result.map(decode(schema, options, find), (decoded) => Schema.encodeSync(schema)(decoded))
}

type Path = ReadonlyArray<string>

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** The paths of all keys, those of nested objects too, but for what has a type and options of its own. */
const pathsOf = (value: unknown): ReadonlyArray<Path> =>
  isObject(value)
    ? Object.entries(value).flatMap(([key, inner]) => [
        [key],
        ...(isObject(inner) && "type" in inner ? [] : pathsOf(inner)).map((path) => [key, ...path])
      ])
    : []

const get =
  (path: Path) =>
  (value: unknown): unknown =>
    path.reduce<unknown>((inner, key) => (isObject(inner) ? inner[key] : undefined), value)

const without = <A extends object>(value: A, [key = "", ...rest]: Path): A =>
  Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]): ReadonlyArray<readonly [string, unknown]> =>
      name !== key ? [[name, inner]] : rest.length === 0 ? [] : [[name, without(inner as object, rest)]]
    )
  ) as A

/** What may stand beside the options of learners, and of all. */
const beside = (type: string): ReadonlyArray<string> =>
  builtin.some(({ id, kind }) => id === type && kind === "learner")
    ? ["type", "id", "preprocess", "target", "grid"]
    : ["type"]

const whole = jsonSchema(builtin)

/** The options that the schema of experiments has for a type. */
const optionsOf = (type: string): ReadonlyArray<string> => {
  const objects: Array<Readonly<Record<string, object>>> = []
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return
    const { properties } = value as {
      readonly properties?: Readonly<Record<string, { const?: string; enum?: [string] }>>
    }
    const found = properties?.["type"]
    if (properties !== undefined && (found?.const === type || found?.enum?.[0] === type)) objects.push(properties)
    Object.values(value).forEach(visit)
  }
  visit(whole)
  const all = Object.keys(objects[0] ?? {}).filter((key) => !beside(type).includes(key))
  if (!networks.some(({ id }) => id === type)) return all
  // Beside their own they have the options of a model, of which they change two, and others that the text explains.
  const ofModel = optionsOf("Model.classif").filter((key) => key !== "epochs" && key !== "batchSize")
  return all.filter((key) => ![...ofModel, "loss", "optimizer"].includes(key))
}

describe("options", () => {
  it.each(entries)("are all shown, at their defaults: $type", ({ entry }) => {
    const full = read(entry)
    expect(Result.isFailure(full) ? full.failure : []).toEqual([])
    expect(
      Object.keys(entry)
        .filter((key) => key !== "type")
        .sort()
    ).toEqual([...optionsOf(entry.type)].sort())
    // Left out, an option is required, or has no default, or becomes what is shown.
    const defaults = pathsOf(entry).flatMap((path) => {
      const filled = path[0] === "type" ? Result.fail("kept") : Result.map(read(without(entry, path)), get(path))
      return Result.isFailure(filled) || filled.success === undefined ? [] : [[path, filled.success]]
    })
    expect(defaults).toEqual(defaults.map(([path]) => [path, get(path as Path)(Result.getOrThrow(full))]))
  })

  it("are there for every stage, learner and resampling", () => {
    const inText = new Set<string>(["measure", "timing"])
    const known = [...builtin.filter(({ kind }) => !inText.has(kind)).map(({ id }) => id), ...resamplings]
    expect(entries.map(({ type }) => type).sort()).toEqual([...known].sort())
  })

  it("and keys and measures have a place in docs/experiments.md", () => {
    const text = textOf("docs/experiments.md")
    const schema = whole as {
      readonly properties: Readonly<Record<string, { readonly items?: { readonly properties?: object } }>>
    }
    const keys = [
      ...Object.keys(schema.properties),
      ...Object.keys(schema.properties["tasks"]?.items?.properties ?? {}),
      ...builtin.filter(({ kind }) => kind === "measure" || kind === "timing").map(({ id }) => id)
    ]
    expect(keys.length).toBeGreaterThan(30)
    expect(keys.filter((key) => !text.includes(`\`${key}\``))).toEqual([])
  })
})

describe("programs", () => {
  it("compile", async () => {
    const programs = marked("ts", "check", "run").map(fileOf)
    expect(new Set(programs).size).toBe(programs.length)
    writeFileSync(
      join(folder, "tsconfig.json"),
      JSON.stringify({
        extends: join(root, "tsconfig.base.json"),
        compilerOptions: {
          noEmit: true,
          composite: false,
          incremental: false,
          declaration: false,
          allowImportingTsExtensions: true,
          rewriteRelativeImportExtensions: false
        },
        files: programs
      })
    )
    expect(await execute([compiler, "-p", folder, "--pretty", "false"], folder)).toBe("")
  })

  describe("print what they claim", () => {
    const programs = marked("ts", "run").map((block) => ({ block, file: fileOf(block) }))
    let output: ReadonlyMap<string, string> = new Map()

    // One process for all: loading the engine takes longer than running any of them.
    beforeAll(async () => {
      const lines = programs.map(({ file }) => `console.log("\\u0000${file}"); await import("./${file}")`)
      writeFileSync(join(folder, "all.ts"), `import.meta.main\n${lines.join("\n")}\n`)
      const printed = await execute(["all.ts"], folder)
      output = new Map(
        printed
          .split("\u0000")
          .slice(1)
          .map((part) => [part.slice(0, part.indexOf("\n")), part.slice(part.indexOf("\n") + 1).trim()])
      )
    })

    it.each(programs)("$file", ({ block, file }) => {
      const claims = [...block.text.matchAll(/\/\/ => (.*)$/gm)].map((match) => match[1])
      expect(output.get(file)).toBe(claims.join("\n"))
    })
  })
})
