/** The whole site, as files in memory. */
import { existsSync, readFileSync } from "node:fs"
import { extname, join, posix } from "node:path"
import { apiPages } from "./api/pages.ts"
import { block } from "./highlight.ts"
import { type Document, type Group, page, way } from "./layout.ts"
import { type Rendered, render } from "./markdown.ts"
import { pages, sections } from "./pages.ts"
import { type Indexed, searchIndex } from "./searchIndex.ts"
import { style } from "./style.ts"

export interface Scripts {
  readonly site: string
  readonly theme: string
}

/** Files of the repository that pages link to are pages too if they are code, and are copied if they are not. */
const languages: Readonly<Record<string, string>> = {
  ".html": "html",
  ".js": "js",
  ".json": "json",
  ".ts": "ts",
  ".yaml": "yaml"
}

/** Where whole HTML documents of docs are in the site: beside the page that describes them. */
const documents: Readonly<Record<string, string>> = { "docs/explorer.html": "explorer-page.html" }

const words = (html: string): string => html.replace(/<[^>]*>/g, "").replace(/\s+/g, " ")

/** A sentence about a page: the beginning of its first paragraph. */
const describe = (html: string): string => words(/<p>(.*?)<\/p>/s.exec(html)?.[1] ?? "").slice(0, 160)

export const site = (root: string, scripts: Scripts): ReadonlyMap<string, string | Uint8Array> => {
  const files = new Map<string, string | Uint8Array>()
  const indexed: Array<Indexed> = []
  const bySource = new Map(pages.map(({ path, source }) => [source, path]))
  const reference = apiPages(root)

  const contents = new Map(pages.map(({ source }) => [source, readFileSync(join(root, source), "utf8")]))
  const headingOf = (source: string) => (/^# (.*)$/m.exec(contents.get(source)!)?.[1] ?? source).replace(/`/g, "")
  const groups: ReadonlyArray<Group> = [
    ...sections.map(({ pages, title }) => ({
      title,
      entries: pages.map(({ name, path, source }) => ({ path, name: name ?? headingOf(source) }))
    })),
    {
      title: "API",
      entries: reference
        .filter(({ path }) => path.endsWith("index.html"))
        .map(({ path, title }) => ({ path, name: path === "api/index.html" ? "All packages" : title }))
    }
  ]

  /** Pages of code that some page links to. */
  const code = new Map<string, string>()

  const target = (source: string): string => {
    const folder = posix.join(source, "README.md")
    const known = bySource.get(source) ?? bySource.get(folder)
    if (known !== undefined) return known
    const file = existsSync(join(root, folder)) ? folder : source
    const path = documents[file] ?? `files/${file}`
    const text = () => readFileSync(join(root, file), "utf8")
    if (documents[file] !== undefined) files.set(path, text())
    else if (file.endsWith(".md") || languages[extname(file)] !== undefined) {
      code.set(file, `${path}.html`)
      return `${path}.html`
    } else if (!files.has(path)) files.set(path, readFileSync(join(root, file)))
    return path
  }

  const resolver =
    (source: string, path: string) =>
    (href: string): string => {
      if (/^(https?:|mailto:|#)/.test(href)) return href
      const [to = "", part] = href.split("#")
      const file = posix.join(posix.dirname(source), to)
      if (!existsSync(join(root, file))) throw new Error(`${source}: ${href} leads to no file of the repository`)
      return way(path, target(file)) + (part === undefined ? "" : `#${part}`)
    }

  const add = (path: string, { headings, html, parts }: Rendered, about?: string, named?: string): void => {
    const title = named ?? headings[0]?.text ?? path
    const document: Document = { path, title, description: about ?? describe(html), headings, html }
    files.set(path, page(document, groups))
    indexed.push({ path, title, parts })
  }

  for (const { path, source } of pages) add(path, render(contents.get(source)!, resolver(source, path)))
  for (const { description, markdown, path, title } of reference) {
    add(
      path,
      render(markdown, (href) => href),
      description,
      title
    )
  }
  // A page of code may be a Markdown file that links to others.
  for (const [file, path] of code) {
    const text = readFileSync(join(root, file), "utf8")
    if (file.endsWith(".md")) add(path, render(text, resolver(file, path)))
    else {
      const heading = { depth: 1, id: "file", text: file }
      const html = `<h1 id="file">${file}</h1>\n${block(text, languages[extname(file)]!)}`
      files.set(path, page({ path, title: file, description: `The file ${file}`, headings: [heading], html }, groups))
    }
  }
  files.set("assets/site.css", style.trim())
  files.set("assets/site.js", scripts.site)
  files.set("assets/theme.js", scripts.theme)
  files.set("assets/index.js", searchIndex(indexed))
  return files
}
