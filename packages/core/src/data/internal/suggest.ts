/**
 * The Levenshtein distance of two strings: how many characters must be inserted, deleted or replaced.
 *
 * Binary codes capable of correcting deletions, insertions, and reversals (Levenshtein 1966).
 */
export const distance = (a: string, b: string): number => {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const current = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      current.push(Math.min(replaced, previous[j]! + 1, current[j - 1]! + 1))
    }
    previous = current
  }
  return previous[b.length]!
}

const quoted = (names: ReadonlyArray<string>) => names.map((name) => `"${name}"`).join(", ")

/** Lists names for a message, the first ten of them. */
export const list = (names: ReadonlyArray<string>): string =>
  names.length <= 10 ? quoted(names) : `${quoted(names.slice(0, 10))} and ${names.length - 10} more`

/**
 * Advises what may have been meant by a name that is not there: the nearest one, when at most a third of its
 * characters differ (case and blanks at the ends do not count), else the names there are.
 */
export const suggest = (given: string, names: ReadonlyArray<string>): string => {
  const plain = given.trim().toLowerCase()
  let best: string | undefined
  let least = Math.max(1, Math.floor(plain.length / 3)) + 1
  for (const name of names) {
    const far = distance(plain, name.trim().toLowerCase())
    if (far < least) {
      least = far
      best = name
    }
  }
  return best === undefined ? `Choose one of ${list(names)}.` : `Did you mean "${best}"?`
}
