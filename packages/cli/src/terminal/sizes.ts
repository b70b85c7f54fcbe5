/**
 * Numbers of bytes for people.
 */
const units = ["B", "kB", "MB", "GB"] as const

/**
 * Writes a number of bytes with three digits.
 *
 * @example
 * sizeText(87_775) // => "87.8 kB"
 */
export const sizeText = (bytes: number): string => {
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)))
  const value = bytes / 1000 ** power
  return `${power === 0 ? value : value.toPrecision(3)} ${units[power]}`
}
