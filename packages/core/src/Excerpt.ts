/**
 * Texts of others in messages: as much of them as a person reads.
 */

/**
 * Leaves out the middle of a text of more than `most` characters, and says how much.
 *
 * @example
 * Excerpt.of("a".repeat(5000), 20) // => "aaaaaaaaaa … 4980 characters … aaaaaaaaaa"
 */
export const of = (text: string, most = 1000): string => {
  if (text.length <= most) return text
  const half = Math.floor(most / 2)
  return `${text.slice(0, half)} … ${text.length - 2 * half} characters … ${text.slice(-half)}`
}

/** Characters that end a line, change a terminal, or turn the order of those around them (UAX 9). */
// eslint-disable-next-line no-control-regex
const hidden = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g

const escapes: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" }

/**
 * Writes out the characters of a text that end a line, change a terminal or turn the order of others around.
 *
 * @example
 * Excerpt.visible("a\u202eb\n") // => "a\\u202eb\\n"
 */
export const visible = (text: string): string =>
  text.replace(hidden, (one) => escapes[one] ?? `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`)

/** A name as a part of a line: short, and without characters that end the line or change the terminal. */
export const ofName = (name: string): string => {
  const shown = visible(name)
  return of(shown === name ? name : `"${shown}"`, 80)
}
