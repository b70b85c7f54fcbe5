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

/** A name as a part of a line: short, and without characters that end the line or change the terminal. */
export const ofName = (name: string): string => {
  // eslint-disable-next-line no-control-regex
  const visible = /[\u0000-\u001f\u007f-\u009f]/.test(name) ? JSON.stringify(name) : name
  return of(visible, 80)
}
