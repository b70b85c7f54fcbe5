/** The frame of every page: head, search, navigation, contents of the page. */
import { posix } from "node:path"
import { escape } from "./highlight.ts"
import type { Heading } from "./markdown.ts"

export interface Entry {
  readonly name: string
  readonly path: string
}

export interface Group {
  readonly title: string
  readonly entries: ReadonlyArray<Entry>
}

export interface Document {
  readonly path: string
  readonly title: string
  readonly description: string
  readonly html: string
  readonly headings: ReadonlyArray<Heading>
}

/** The way from a page to another file of the site. */
export const way = (from: string, to: string): string => posix.relative(posix.dirname(from), to)

const navigation = (groups: ReadonlyArray<Group>, path: string): string =>
  groups
    .map(({ entries, title }) => {
      const items = entries.map((entry) => {
        const current = entry.path === path ? ' aria-current="page"' : ""
        return `<li><a href="${way(path, entry.path)}"${current}>${escape(entry.name)}</a></li>`
      })
      return `<section><h2>${title}</h2><ul>${items.join("")}</ul></section>`
    })
    .join("\n")

const contents = (headings: ReadonlyArray<Heading>): string => {
  const shown = headings.filter(({ depth }) => depth === 2 || depth === 3)
  if (shown.length < 3) return ""
  const items = shown.map(
    ({ depth, id, text }) => `<li class="depth${depth}"><a href="#${id}">${escape(text)}</a></li>`
  )
  return `<nav class="contents" aria-label="On this page"><h2>On this page</h2><ul>${items.join("")}</ul></nav>`
}

/** The pages before and after this one. */
const neighbours = (groups: ReadonlyArray<Group>, path: string): string => {
  const all = groups.flatMap(({ entries }) => entries)
  const at = all.findIndex((entry) => entry.path === path)
  if (at < 0) return ""
  const link = (entry: Entry | undefined, relation: "prev" | "next", words: string) =>
    entry === undefined
      ? "<span></span>"
      : `<a rel="${relation}" href="${way(path, entry.path)}"><small>${words}</small>${escape(entry.name)}</a>`
  return `<nav class="neighbours" aria-label="Before and after">${link(all[at - 1], "prev", "Before")}${link(all[at + 1], "next", "Next")}</nav>`
}

export const page = (document: Document, groups: ReadonlyArray<Group>): string => {
  const { description, headings, html, path, title } = document
  const root = way(path, "index.html").replace(/index\.html$/, "")
  const name = path === "index.html" ? "rocflow" : `${title} – rocflow`
  return `<!doctype html>
<html lang="en" data-root="${root}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="description" content="${escape(description)}">
<title>${escape(name)}</title>
<link rel="stylesheet" href="${root}assets/site.css">
<script src="${root}assets/theme.js"></script>
<script src="${root}assets/site.js" defer></script>
</head>
<body>
<a class="skip" href="#main">To the text</a>
<header class="top">
<button type="button" id="menu" aria-expanded="false" aria-controls="navigation">Menu</button>
<a class="brand" href="${root}index.html">rocflow</a>
<search class="search"><label for="query" class="hidden">Search the documentation</label><input id="query" type="search" role="combobox" placeholder="Search" autocomplete="off" spellcheck="false" aria-expanded="false" aria-controls="found" aria-autocomplete="list"><ul id="found" role="listbox" aria-label="Found pages" hidden></ul><p id="count" class="hidden" role="status"></p></search>
<button type="button" id="theme">Theme: as the system</button>
</header>
<div class="columns">
<nav id="navigation" aria-label="All pages">
${navigation(groups, path)}
</nav>
<main id="main" tabindex="-1">
<article>
${html}</article>
${neighbours(groups, path)}
</main>
${contents(headings)}
</div>
</body>
</html>
`
}
