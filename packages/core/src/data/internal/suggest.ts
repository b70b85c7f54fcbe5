import { nearest } from "../../internal/nearest.ts"

const quoted = (names: ReadonlyArray<string>) => names.map((name) => `"${name}"`).join(", ")

/** Lists names for a message, the first ten of them. */
export const list = (names: ReadonlyArray<string>): string =>
  names.length <= 10 ? quoted(names) : `${quoted(names.slice(0, 10))} and ${names.length - 10} more`

/** Advises what may have been meant by a name that is not there: the nearest one if it is near, else the names there are. */
export const suggest = (given: string, names: ReadonlyArray<string>): string => {
  const meant = nearest(given, names)
  return meant === undefined ? `Choose one of ${list(names)}.` : `Did you mean "${meant}"?`
}
