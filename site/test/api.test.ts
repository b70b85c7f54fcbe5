/**
 * The reference has what programs can import, and the pages for those who come from elsewhere name what there is.
 */
import { builtin } from "@rocflow/cli/experiment/load"
import * as Query from "@rocflow/resampling/Query"
import * as Resampling from "@rocflow/resampling/Resampling"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { files, textOf } from "../../packages/cli/test/support/documents.ts"
import { parseComment } from "../src/api/comment.ts"
import { exportsOf } from "../src/api/exportsOf.ts"
import { packages } from "../src/api/pages.ts"

const root = join(import.meta.dirname, "../..")
const declarations = (name: string) => join(root, "packages", name, "dist/index.d.ts")

describe("a comment", () => {
  it("is words, examples, sources and a category", () => {
    const comment = parseComment(
      "*\n * Adds.\n *\n * - a list\n *\n * @example\n * add(1, 2) // => 3\n * @see Euclid\n * and others\n * @category functions\n "
    )
    expect(comment).toEqual({
      text: "Adds.\n\n- a list",
      examples: ["add(1, 2) // => 3"],
      see: ["Euclid and others"],
      category: "functions"
    })
    expect(parseComment("* One line. @category models ")).toMatchObject({ text: "One line.", category: "models" })
  })
})

describe("the reference", () => {
  it.each(packages.filter((name) => name !== "browser"))("has every export of @rocflow/%s", async (name) => {
    const modules = (await import(`@rocflow/${name}`)) as Readonly<Record<string, Readonly<Record<string, unknown>>>>
    const listed = exportsOf(declarations(name))
    expect(listed.map((one) => one.name).toSorted()).toEqual(expect.arrayContaining(Object.keys(modules).toSorted()))
    const missing = listed.flatMap(({ module, name: title }) => {
      const names = new Set(module === undefined ? [] : exportsOf(module).map((one) => one.name))
      return module === undefined ? [] : Object.keys(modules[title] ?? {}).filter((one) => !names.has(one))
    })
    expect(missing).toEqual([])
  })

  it("calls an export by the name that it is exported by, with its comment", () => {
    const aum = exportsOf(declarations("losses")).find(({ name }) => name === "Aum")!
    const multiclass = exportsOf(aum.module!).find(({ name }) => name === "multiclass")!
    expect(multiclass.signature).toMatch(/^const multiclass: /)
    expect(multiclass.comment.text).not.toBe("")
  })
})

/** Everything that has a name of the form `Noun.name`: what is imported, what files name. */
const known = new Set([
  ...packages.flatMap((name) =>
    exportsOf(declarations(name)).flatMap(({ module, name: title }) =>
      module === undefined ? [] : exportsOf(module).map((one) => `${title}.${one.name}`)
    )
  ),
  ...builtin.map(({ id }) => id)
])

/** Keys and values of a JSON Schema, without its words about them. */
const wordsOf = (schema: unknown): ReadonlyArray<string> => {
  if (typeof schema !== "object" || schema === null) return []
  return Object.entries(schema).flatMap(([key, inner]) => {
    if (key === "properties")
      return [...Object.keys(inner as object), ...Object.values(inner as object).flatMap(wordsOf)]
    if (key === "enum" || key === "const") return [inner].flat().map(String)
    return wordsOf(inner)
  })
}

/** What files name without a noun. */
const words = new Set([
  ...builtin.map(({ id }) => id),
  ...Query.tables,
  ...Resampling.schema.members.map((member) => member.fields.type.literal as string),
  ...wordsOf(JSON.parse(readFileSync(join(root, "packages/cli/experiment.schema.json"), "utf8")))
])

describe("names in the documentation", () => {
  // The nouns of other people's libraries have small letters or are none of ours.
  const nouns = new Set([...known].map((name) => name.split(".")[0]!))

  it.each(files)("are there: %s", (file) => {
    const spans = [
      ...textOf(file)
        .replace(/^```.*?^```$/gms, "")
        .matchAll(/`([^`\n]+)`/g)
    ].map((match) => match[1]!)
    const names = spans.flatMap((span) => span.match(/^[A-Z]\w*\.(?!ts$)[a-z]\w*(?:\.[a-z]+)?(?=$|\()/g) ?? [])
    const ours = names.filter((name) => nouns.has(name.split(".")[0]!))
    expect(ours.filter((name) => !known.has(name) && !known.has(name.split(".").slice(0, 2).join(".")))).toEqual([])
  })

  it.each(files.filter((file) => file.startsWith("docs/from/")))("of ours in the tables are all there: %s", (file) => {
    const rows = textOf(file)
      .split("\n")
      .filter((line) => line.startsWith("| ") && !line.startsWith("| ---"))
      .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()))
    expect(rows.length).toBeGreaterThan(20)
    const spans = rows.flatMap((cells) => [...(cells[2] ?? "").matchAll(/`([^`]+)`/g)].map((match) => match[1]!))
    const single = spans.filter((span) => /^[a-z]\w+$/.test(span))
    expect(single.filter((span) => !words.has(span))).toEqual([])
  })
})
