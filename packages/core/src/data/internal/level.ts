/**
 * Finds the level that somebody means who writes it as a file or a shell lets them: 1 for "1.0", TRUE for "true".
 */
import { parseNumber } from "./infer.ts"

const truths: ReadonlyMap<string, boolean> = new Map([
  ["true", true],
  ["false", false]
])

/** What a spelling reads as, so that two of them can be compared: a number, a truth value, or else itself. */
const readingOf = (text: string): number | boolean | string => {
  const number = parseNumber(text)
  if (number !== undefined && !Number.isNaN(number)) return number
  return truths.get(text.toLowerCase()) ?? text
}

/** The level of that spelling, or the only one that reads as the same value; else the text itself. */
export const meantLevel = (written: string | number | boolean, levels: ReadonlyArray<string>): string => {
  const text = String(written)
  if (levels.includes(text)) return text
  const value = readingOf(text)
  const same = levels.filter((level) => readingOf(level) === value)
  return same.length === 1 ? same[0]! : text
}
