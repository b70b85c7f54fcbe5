/**
 * The width of a text on a terminal, and texts made to fit.
 */

/** What stands in two columns: the wide characters of Unicode's East Asian Width (UAX 11), and emoji. */
const wide =
  /^(?:[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation})/u

const invisible = /^[\p{M}\p{C}]+$/u

const characters = new Intl.Segmenter("en")

const widthOf = (character: string): number => (invisible.test(character) ? 0 : wide.test(character) ? 2 : 1)

/** The columns that a text takes: two for a wide character, none for a combining mark. */
export const width = (text: string): number => {
  let columns = 0
  for (const { segment } of characters.segment(text)) columns += widthOf(segment)
  return columns
}

/** Shortens a text to a width by leaving out its middle: names of one family differ at either end. */
export const shortened = (text: string, columns: number): string => {
  if (width(text) <= columns) return text
  const all = Array.from(characters.segment(text), ({ segment }) => segment)
  const fitting = (from: ReadonlyArray<string>, room: number): number => {
    let [count, used] = [0, 0]
    while (count < from.length && used + widthOf(from[count]!) <= room) used += widthOf(from[count++]!)
    return count
  }
  const room = Math.max(1, columns - 1)
  const head = fitting(all, Math.ceil(room / 2))
  const tail = fitting(all.toReversed(), Math.floor(room / 2))
  return `${all.slice(0, head).join("")}…${tail === 0 ? "" : all.slice(-tail).join("")}`
}

/** The columns of the terminal; 80 where the output goes elsewhere. */
export const terminalWidth = (): number => process.stdout.columns ?? 80

/** Breaks a paragraph into lines of at most so many columns, between words. */
export const wrapped = (text: string, columns = terminalWidth()): string => {
  const lines: Array<string> = []
  for (const word of text.split(" ")) {
    const last = lines.at(-1)
    if (last !== undefined && width(last) + 1 + width(word) <= columns) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines.join("\n")
}
