/**
 * Whoever follows a page of the documentation gets what it says. Its commands run in their order, in a folder of the page:
 *
 * - `sh run`: succeeds; `sh fails`: does not, as the page says
 * - `text` behind them: each of its lines is printed by them
 * - `yaml run`: a file that begins with its name, `# visits.yaml`
 */
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, dirname, join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import { type Block, blocks, root } from "./support/documents.ts"

const isCommand = ({ language, mark }: Block): boolean => language === "sh" && (mark === "run" || mark === "fails")

const pages = [...new Set(blocks.filter(isCommand).map(({ file }) => file))]

const folders: Array<string> = []
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })))

/** A folder that has of the repository what the commands name. */
const folderOf = (own: ReadonlyArray<Block>): string => {
  const folder = mkdtempSync(join(tmpdir(), "rocflow-how-to-"))
  folders.push(folder)
  for (const name of ["node_modules", "examples"]) symlinkSync(join(root, name), join(folder, name))
  for (const { name, text } of own.filter(({ language, mark }) => language === "yaml" && mark === "run")) {
    const [, file] = /^# (\w+\.yaml)\n/.exec(text) ?? []
    if (file === undefined) throw new Error(`${name}: a file of YAML begins with its name, # visits.yaml`)
    writeFileSync(join(folder, file), text)
  }
  return folder
}

/** Runs commands as somebody types them: npx finds the program of the repository. */
const type = (script: string, cwd: string) => {
  const PATH = [dirname(process.execPath), join(root, "node_modules/.bin"), process.env["PATH"]].join(delimiter)
  const whole = `set -e -o pipefail\nnpx() { "$@"; }\n${script}`
  const env = { ...process.env, PATH, ROCFLOW_CACHE: join(cwd, "cache") }
  const { output, status } = spawnSync("bash", ["-c", whole], { cwd, env, encoding: "utf8", timeout: 280_000 })
  return { status, printed: output.join("") }
}

const lines = (text: string): ReadonlyArray<string> =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")

/** Runs the commands of a page, and lists where they do not do what the page says. */
const problemsOf = (page: string): ReadonlyArray<string> => {
  const own = blocks.filter(({ file }) => file === page)
  const cwd = folderOf(own)
  let printed = ""
  return own.flatMap((block, i) => {
    if (isCommand(block)) {
      const ended = type(block.text, cwd)
      printed = ended.printed
      return (ended.status !== 0) === (block.mark === "fails") ? [] : [`${block.name} ended otherwise: ${printed}`]
    }
    if (block.language !== "text" || i === 0 || !isCommand(own[i - 1]!)) return []
    const missing = lines(block.text).filter((line) => !printed.includes(line))
    return missing.map((line) => `${block.name}: "${line}" is not in ${printed}`)
  })
}

describe.skipIf(process.platform === "win32")("following", () => {
  it.each(pages)("%s", (page) => expect(problemsOf(page)).toEqual([]), 300_000)

  it("is tried on every page for beginners and every how-to page with commands", () => {
    expect(pages).toContain("docs/start.md")
    expect(pages.filter((page) => page.startsWith("docs/how-to/")).length).toBeGreaterThan(5)
  })
})
