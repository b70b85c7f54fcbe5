/** Commands of the documentation, where they are not executed, have subcommands and flags that there are. */
import * as Completions from "effect/cli/Completions"
import { expect, it } from "vitest"
import { rocflow } from "../src/main.ts"
import { blocks, files, textOf } from "./support/documents.ts"

const root = Completions.fromCommand(rocflow)

/** What is wrong with the words of a command after its name. */
const problemsOf = (words: ReadonlyArray<string>): ReadonlyArray<string> => {
  let at = root
  for (const word of words) {
    const next = at.subcommands.find(({ name }) => name === word)
    if (next === undefined) break
    at = next
  }
  const known = new Set([
    "--help",
    "--version",
    "--log-level",
    ...at.flags.flatMap(({ name, aliases }) => [`--${name}`, `--no-${name}`, ...aliases])
  ])
  return [
    ...(at === root && /^[a-z]+$/.test(words[0] ?? "") ? [`no subcommand ${words[0]}`] : []),
    ...words
      .filter((word) => /^--[a-z]/.test(word))
      .flatMap((word) => (known.has(word.split("=")[0]!) ? [] : [`no flag ${word}`]))
  ]
}

const commandOf = (text: string): ReadonlyArray<string> | undefined =>
  /^(?:npx )?rocflow ([^|>#"']*)/
    .exec(text.trim())?.[1]
    ?.split(/\s+/)
    .filter((word) => word !== "")

it("have subcommands and flags that there are", () => {
  const lines = blocks
    .filter(({ language }) => language === "sh")
    .flatMap(({ name, text }) => text.split("\n").map((line) => ({ at: name, line })))
  const spans = files.flatMap((file) =>
    [
      ...textOf(file)
        .replace(/^```.*?^```$/gms, "")
        .matchAll(/`([^`\n]+)`/g)
    ].map((match) => ({ at: file, line: match[1]! }))
  )
  const commands = [...lines, ...spans].flatMap(({ at, line }) => {
    const words = commandOf(line)
    return words === undefined ? [] : [{ at, words }]
  })
  expect(commands.length).toBeGreaterThan(80)
  expect(commands.flatMap(({ at, words }) => problemsOf(words).map((problem) => `${at}: ${problem}`))).toEqual([])
})
