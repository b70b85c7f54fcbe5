/**
 * The width of a text on a terminal, and texts made to fit.
 */

/** What stands in two columns: the wide characters of Unicode's East Asian Width (UAX 11), and emoji. */
const wide =
  /^(?:[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation})/u

/** What stands in one column a character, and needs no segments: nearly every cell of a large table. */
const plain = /^[ -~]*$/

const invisible = /^[\p{M}\p{C}]+$/u

const characters = new Intl.Segmenter("en")

const widthOf = (character: string): number => (invisible.test(character) ? 0 : wide.test(character) ? 2 : 1)

/** The columns that a text takes: two for a wide character, none for a combining mark. */
export const width = (text: string): number => {
  if (plain.test(text)) return text.length
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

/** The columns of the terminal; no end to them where the output goes elsewhere, so that a row stays one line. */
export const terminalWidth = (): number => process.stdout.columns ?? Infinity

/** Characters of a text in pieces of at most so many columns. */
const pieces = (text: string, columns: number): ReadonlyArray<string> => {
  const found = [""]
  for (const { segment } of characters.segment(text)) {
    if (width(found.at(-1)!) + widthOf(segment) <= columns) found[found.length - 1] += segment
    else found.push(segment)
  }
  return found
}

/** Breaks a paragraph into lines of at most so many columns (80 outside a terminal): between words, and inside longer ones. */
export const wrapped = (text: string, columns = process.stdout.columns ?? 80): string => {
  const lines: Array<string> = []
  for (const word of text.split(" ")) {
    const last = lines.at(-1)
    if (last !== undefined && width(last) + 1 + width(word) <= columns) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(...(width(word) <= columns ? [word] : pieces(word, columns)))
  }
  return lines.join("\n")
}
