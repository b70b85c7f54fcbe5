/** A doc comment, taken apart: its words as Markdown, its examples, its category. */

export interface Comment {
  readonly text: string
  readonly examples: ReadonlyArray<string>
  readonly category?: string
  readonly see: ReadonlyArray<string>
}

export const nothing: Comment = { text: "", examples: [], see: [] }

/** Takes the text between the slashes of a comment, `* Adds numbers. @category functions`. */
export const parseComment = (raw: string): Comment => {
  const lines = raw
    .replace(/^\*/, "")
    .split("\n")
    .map((line) => line.replace(/^\s*\* ?/, ""))
  const examples: Array<string> = []
  const see: Array<string> = []
  let category: string | undefined
  let text = ""
  let into = (line: string): void => {
    text += `${line}\n`
  }
  for (const whole of lines) {
    // A category may stand behind the last sentence.
    const line = whole.replace(/\s*@category (.+?)\s*$/, (_, name: string) => {
      category = name
      return ""
    })
    const [, tag, rest = ""] = /^\s*@(\w+)\s?(.*)$/.exec(line) ?? []
    const list = tag === "example" ? examples : tag === "see" ? see : undefined
    if (list !== undefined) {
      list.push(rest)
      into = (more) => {
        list[list.length - 1] += `\n${more}`
      }
    } else into(line)
  }
  return {
    text: text.trim(),
    examples: examples.map((example) => example.replace(/^\n+|\s+$/g, "")),
    see: see.map((one) => one.replace(/\s+/g, " ").trim()),
    ...(category === undefined ? {} : { category })
  }
}

/** The first sentence of a text. */
export const firstSentence = (text: string): string =>
  /^[^]*?[.:?](?=\s|$)/.exec(text.split("\n\n")[0] ?? "")?.[0] ?? text
