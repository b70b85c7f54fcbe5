/** The documentation as Markdown, and its fenced blocks. */
import { globSync, readFileSync } from "node:fs"
import { join } from "node:path"

export const root = join(import.meta.dirname, "../../../..")

/** The pages that people write, but for the tutorials, which have tests of their own. */
export const files: ReadonlyArray<string> = [
  "README.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  ...globSync("docs/**/*.md", { cwd: root }).sort()
]

export const textOf = (file: string): string => readFileSync(join(root, file), "utf8")

export interface Block {
  readonly file: string
  /** The file and the line. */
  readonly name: string
  readonly language: string
  readonly mark: string
  readonly text: string
}

export const blocks: ReadonlyArray<Block> = files.flatMap((file) => {
  const markdown = textOf(file)
  return [...markdown.matchAll(/^```(\w+)(?: (\w+))?\n(.*?)^```$/gms)].map(
    ({ 1: language = "", 2: mark = "", 3: text = "", index }) => ({
      file,
      name: `${file}:${markdown.slice(0, index).split("\n").length}`,
      language,
      mark,
      text
    })
  )
})
