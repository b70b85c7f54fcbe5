/**
 * Keeps a tutorial true: its code must be in the program, and its output must be what the program prints.
 */
import { readFileSync } from "node:fs"

const read = (name: string, folder: URL): string => readFileSync(new URL(name, folder), "utf8")

/** Gets the fenced blocks of a language, without the fences; a tutorial without any is a mistake. */
const blocks = (markdown: string, language: string): ReadonlyArray<string> => {
  const found = [...markdown.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)\\n\`\`\`$`, "gms"))]
  if (found.length === 0) throw new Error(`the README has no block of ${language}; fence it by \`\`\`${language}`)
  return found.map((match) => match[1] ?? "")
}

/** Lists the code blocks of a folder's README that its source file does not contain word for word. */
export const foreignCode = (folder: URL, source: string): ReadonlyArray<string> => {
  const code = read(source, folder)
  return blocks(read("README.md", folder), "ts").filter((block) => !code.includes(block))
}

/**
 * Lists what a folder's README claims to be printed and is not: blocks of text, and numbers with three decimals that
 * stand in its sentences.
 */
export const foreignOutput = (folder: URL, printed: string): ReadonlyArray<string> => {
  const markdown = read("README.md", folder)
  const numbers = markdown.match(/\d+\.\d{3}\b/g) ?? []
  return [...blocks(markdown, "text"), ...numbers].filter((claim) => !printed.includes(claim))
}
