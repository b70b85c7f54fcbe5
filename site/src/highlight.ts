/** Code as HTML with classes that the style of the site colours. */
import highlighter from "highlight.js/lib/core"
import bash from "highlight.js/lib/languages/bash"
import json from "highlight.js/lib/languages/json"
import python from "highlight.js/lib/languages/python"
import r from "highlight.js/lib/languages/r"
import typescript from "highlight.js/lib/languages/typescript"
import xml from "highlight.js/lib/languages/xml"
import yaml from "highlight.js/lib/languages/yaml"

const languages = { bash, json, python, r, typescript, xml, yaml }
for (const [name, language] of Object.entries(languages)) highlighter.registerLanguage(name, language)

const aliases: Readonly<Record<string, string>> = { html: "xml", js: "typescript", sh: "bash", ts: "typescript" }

export const escape = (text: string): string =>
  text.replace(/[&<>"]/g, (character) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[character]!)

/** Code in a language; as it is where the language has no colours here. */
export const highlight = (code: string, language: string): string => {
  const name = aliases[language] ?? language
  return name in languages ? highlighter.highlight(code, { language: name }).value : escape(code)
}

/** A block of code. */
export const block = (code: string, language: string): string =>
  `<pre><code>${highlight(code, language)}</code></pre>\n`
