/** The number of characters that must be inserted, deleted or replaced to make one text the other (Levenshtein 1966). */
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

const shortWord = 3

/**
 * Finds the candidate closest to what was written, if at most a third of the written characters differ (at least one may)
 * and one is the same. Case and blanks at the ends do not count. For a short word one letter in place of another is no
 * slip: "acc" does not mean "auc", but "au" and "aucc" do. Where nothing is close, the only word that begins so: "accuracy".
 */
export const nearest = (written: string, candidates: Iterable<string>): string | undefined => {
  const plain = written.trim().toLowerCase()
  let best: string | undefined
  let least = Math.max(1, Math.floor(plain.length / 3)) + 1
  for (const candidate of candidates) {
    const other = candidate.trim().toLowerCase()
    // At least so many must be inserted or deleted; a text from a file may be very long.
    if (Math.abs(plain.length - other.length) >= least) continue
    const edits = distance(plain, other)
    if (edits > 0 && plain.length <= shortWord && plain.length === other.length) continue
    if (edits < least && edits < Math.max(plain.length, other.length)) {
      least = edits
      best = candidate
    }
  }
  if (best !== undefined || plain.length < 2) return best
  const beginning = Array.from(candidates).filter((candidate) => candidate.toLowerCase().startsWith(plain))
  return beginning.length === 1 ? beginning[0] : undefined
}
