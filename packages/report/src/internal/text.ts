/**
 * Widths of text, known without a browser: figures are laid out on machines that have no canvas and no fonts, and must
 * come out the same on all of them.
 */

/**
 * Advance widths of U+0020 to U+007E in DejaVu Sans (thousandths of the font size), from the `hmtx` table of
 * `DejaVuSans.ttf`. Verdana, which stands in for it in browsers, has nearly the same.
 */
const advances = [
  318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337, 636, 636, 636, 636, 636, 636, 636,
  636, 636, 636, 337, 337, 838, 838, 838, 531, 1000, 684, 686, 698, 770, 632, 575, 775, 752, 295, 295, 656, 557, 863,
  748, 787, 603, 787, 695, 635, 611, 732, 684, 989, 685, 611, 685, 390, 337, 390, 838, 500, 500, 613, 635, 550, 635,
  615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612, 635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636,
  337, 636, 838
]

/** A name as it is shown: an empty one would not be seen. */
export const visible = (name: string): string => (name === "" ? "(empty)" : name)

/** Bold letters are about a tenth wider. */
const boldFactor = 1.11

const advanceOf = (codePoint: number): number => {
  if (codePoint >= 0x20 && codePoint <= 0x7e) return advances[codePoint - 0x20]!
  if (codePoint === 0x2212 || codePoint === 0xb1) return 838
  return codePoint < 0x1100 ? 640 : 1000
}

/**
 * Measures a line of text in pixels.
 *
 * @example
 * textWidth("100", 10) // => 19.08
 */
export const textWidth = (text: string, fontSize: number, bold = false): number => {
  let thousandths = 0
  for (const character of text) thousandths += advanceOf(character.codePointAt(0)!)
  return (thousandths * fontSize * (bold ? boldFactor : 1)) / 1000
}

/**
 * Shortens a text to a width by leaving out its middle: names of one family (`mlp.aum.rate`, `mlp.aum.count`) differ
 * at the end as often as at the beginning.
 */
export const fit = (text: string, fontSize: number, width: number, bold = false): string => {
  if (textWidth(text, fontSize, bold) <= width) return text
  const characters = [...text]
  for (let kept = characters.length - 1; kept > 1; kept--) {
    const head = Math.ceil(kept / 2)
    const short = `${characters.slice(0, head).join("")}…${characters.slice(characters.length - (kept - head)).join("")}`
    if (textWidth(short, fontSize, bold) <= width) return short
  }
  return `${characters[0] ?? ""}…`
}

/** Breaks a text into lines of a width, between words. A word that is longer has a line of its own. */
export const wrapped = (text: string, fontSize: number, width: number, bold = false): ReadonlyArray<string> => {
  const lines: Array<string> = []
  let line = ""
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`
    if (line !== "" && textWidth(longer, fontSize, bold) > width) {
      lines.push(line)
      line = word
    } else line = longer
  }
  lines.push(line)
  return lines
}

/** Writes the first letter large, for the beginning of a title or a sentence. */
export const capital = (text: string): string => text.replace(/^\p{Ll}/u, (letter) => letter.toUpperCase())

/** Names as a figure shows them, and the way back from a shortened one to the whole. */
export interface ShortNames {
  readonly of: (name: string) => string
  readonly full: ReadonlyMap<string, string>
}

/**
 * Names that JavaScript objects have of themselves (`constructor`) upset the drawing library, which keeps names as keys of
 * objects: they get a space of no width.
 */
export const plain = (name: string): string => (name in Object.prototype ? `${name}\u200b` : name)

/** Shortens a set of names, keeping different names different and an empty one visible. */
export const shorten = (names: Iterable<string>, fontSize: number, width: number, bold = false): ShortNames => {
  const short = new Map<string, string>()
  const full = new Map<string, string>()
  const taken = new Set<string>()
  for (const name of new Set(names)) {
    const shown = visible(plain(name))
    let candidate = fit(shown, fontSize, width, bold)
    for (let i = 2; taken.has(candidate); i++) {
      const mark = ` (${i})`
      candidate = `${fit(shown, fontSize, width - textWidth(mark, fontSize, bold), bold)}${mark}`
    }
    taken.add(candidate)
    short.set(name, candidate)
    if (candidate !== name) full.set(candidate, name)
  }
  return { of: (name) => short.get(name) ?? name, full }
}
