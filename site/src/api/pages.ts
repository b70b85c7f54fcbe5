/** The pages of the API reference: one for each package, one for each of its modules. */
import { join } from "node:path"
import { readFileSync } from "node:fs"
import { block } from "../highlight.ts"
import { type Comment, firstSentence } from "./comment.ts"
import { commentOf, type Exported, exportsOf } from "./exportsOf.ts"

export const packages = ["core", "losses", "learners", "resampling", "report", "onnx", "browser", "cli"] as const

export interface ApiPage {
  readonly path: string
  readonly title: string
  readonly description: string
  readonly markdown: string
}

/** Names that come in two kinds, such as a schema and its type, are one entry. */
const grouped = (all: ReadonlyArray<Exported>): ReadonlyArray<ReadonlyArray<Exported>> => {
  const byName = new Map<string, Array<Exported>>()
  for (const one of all) byName.set(one.name, [...(byName.get(one.name) ?? []), one])
  return [...byName.values()]
}

const categoryOf = (entries: ReadonlyArray<Exported>): string =>
  entries.find(({ comment }) => comment.category !== undefined)?.comment.category ??
  (entries.every(({ kind }) => kind === "type") ? "types" : "functions and values")

/** Headings within a comment would break the order of those of the page. */
const words = ({ examples, see, text }: Comment): string =>
  [
    text.replace(/^#+ (.*)$/gm, "**$1**"),
    ...examples.map((example) => `\`\`\`ts\n${example}\n\`\`\``),
    ...see.map((one) => `See: ${one}`)
  ]
    .filter((part) => part !== "")
    .join("\n\n")

const signatures = (entries: ReadonlyArray<Exported>): string =>
  block(entries.map(({ signature }) => signature).join("\n\n"), "ts")
    .replace("<pre>", '<pre class="signature">')
    .replaceAll("\n\n", "\n&#10;")

const entry = (entries: ReadonlyArray<Exported>): string => {
  const [{ name }] = entries as [Exported, ...ReadonlyArray<Exported>]
  const comments = [...new Set(entries.map(({ comment }) => words(comment)))].filter((text) => text !== "")
  return [`### ${name}`, signatures(entries), ...comments].join("\n\n")
}

/** Definitions are for registries: a table is enough. */
const definitions = (all: ReadonlyArray<ReadonlyArray<Exported>>): string =>
  [
    "| name | what |",
    "| --- | --- |",
    ...all.map(
      ([one]) => `| \`${one!.name}\` | ${firstSentence(one!.comment.text).replace(/\|/g, "\\|").replace(/\n/g, " ")} |`
    )
  ].join("\n")

const body = (all: ReadonlyArray<Exported>): string => {
  const categories = new Map<string, Array<ReadonlyArray<Exported>>>()
  for (const entries of grouped(all)) {
    const category = categoryOf(entries)
    categories.set(category, [...(categories.get(category) ?? []), entries])
  }
  const title = (category: string) => `## ${category[0]!.toUpperCase()}${category.slice(1)}`
  // What one calls comes first, then types, then what only registries want.
  const place = ([category, list]: readonly [string, ReadonlyArray<ReadonlyArray<Exported>>]) =>
    category === "definitions" ? 2 : list.flat().every(({ kind }) => kind === "type") ? 1 : 0
  return [...categories]
    .sort((one, other) => place(one) - place(other))
    .map(([category, list]) =>
      [title(category), ...(category === "definitions" ? [definitions(list)] : list.map(entry))].join("\n\n")
    )
    .join("\n\n")
}

const pagesOf = (root: string, name: (typeof packages)[number]): ReadonlyArray<ApiPage> => {
  const file = join(root, "packages", name, "dist/index.d.ts")
  const { description } = JSON.parse(readFileSync(join(root, "packages", name, "package.json"), "utf8")) as {
    readonly description: string
  }
  const all = exportsOf(file)
  const modules = all.filter(({ kind }) => kind === "module").sort((a, b) => (a.name < b.name ? -1 : 1))
  const others = all.filter(({ kind }) => kind !== "module")
  const table = [
    "| module | what is in it |",
    "| --- | --- |",
    ...modules.map(
      ({ comment, name: module }) =>
        `| [\`${module}\`](${module}.html) | ${firstSentence(comment.text).replace(/\|/g, "\\|").replace(/\n/g, " ")} |`
    )
  ].join("\n")
  const pack = `@rocflow/${name}`
  const index: ApiPage = {
    path: `api/${name}/index.html`,
    title: pack,
    description,
    markdown: [`# ${pack}`, words(commentOf(file)), ...(modules.length > 0 ? [table] : []), body(others)].join("\n\n")
  }
  return [
    index,
    ...modules.map(({ comment, module, name: title }): ApiPage => {
      const way = `[API](../index.html) › [${pack}](index.html)`
      const use = `\`\`\`ts\nimport { ${title} } from "${pack}"\n\`\`\``
      return {
        path: `api/${name}/${title}.html`,
        title,
        description: firstSentence(comment.text).replace(/\n/g, " "),
        markdown: [way, `# ${title}`, words(comment), use, body(exportsOf(module!))].join("\n\n")
      }
    })
  ]
}

export const apiPages = (root: string): ReadonlyArray<ApiPage> => {
  const all = packages.map((name) => pagesOf(root, name))
  const index: ApiPage = {
    path: "api/index.html",
    title: "API",
    description: "All packages of rocflow and what they export",
    markdown: [
      "# API",
      "Made from the doc comments of the sources. Each module is a namespace: `Task.make`, `Nn.linear`. Modules are imported from their package, or one by one (`@rocflow/core/data/Task`).",
      "| package | what is in it |",
      "| --- | --- |"
    ]
      .join("\n\n")
      .replace("|\n\n| ---", "|\n| ---")
      .concat(
        "\n",
        all.map(([first]) => `| [${first!.title}](${first!.path.slice(4)}) | ${first!.description} |`).join("\n")
      )
  }
  return [index, ...all.flat()]
}
