/**
 * Guesses what the columns of a table are for, by what they hold and how they are called, and says why.
 */
import * as Column from "@rocflow/core/data/Column"
import type { Role } from "@rocflow/core/data/Roles"
import type * as Table from "@rocflow/core/data/Table"

/** What a column may be for. @category models */
export interface Guess {
  readonly column: string
  /** The role that it gets, or `ignore`: it is no feature. */
  readonly role: Extract<Role, "subset" | "group" | "weight" | "order" | "name"> | "ignore"
  /** Whether it becomes so; else it is proposed in a comment. */
  readonly taken: boolean
  readonly why: string
}

/** A class and its rows. @category models */
export interface ClassCount {
  readonly name: string
  readonly count: number
}

/** What is predicted, and what the columns are for. @category models */
export interface Guessed {
  readonly kind: "binary" | "multiclass" | "regression"
  readonly why: string
  /** The classes with their rows, the positive one first; none of a regression. */
  readonly classes: ReadonlyArray<ClassCount>
  /** Why the first class is the positive one; absent where there are not two. */
  readonly positive?: string
  /** Whether the rarest class has less than a quarter of the rows. */
  readonly unbalanced: boolean
  /** Rows without a target. */
  readonly missing: number
  /** Whether a feature is a date, which trees do not take as it is. */
  readonly dates: boolean
  readonly columns: ReadonlyArray<Guess>
}

/** So many values of whole numbers may still be classes, and so many of text. */
const most = { numbers: 10, text: 50 }

/** Below this share of the rows a class is rare. */
const rare = 0.25

/** A subset has so many rows at least, and there are so many of them at most. */
const subsets = { rows: 10, most: 12 }

const places =
  /(^|[_. ])(sites?|cent(er|re)s?|clinics?|hospitals?|years?|seasons?|sensors?|batch(es)?|regions?|countr(y|ies)|sources?|domains?|cohorts?|labs?|devices?|stations?|farms?|cit(y|ies)|states?|subsets?|datasets?|stud(y|ies))($|[_. ])/i
// In the singular: "sessions" is a number of them.
const persons =
  /(^|[_. ])(patient|subject|person|user|customer|individual|participant|animal|plant|family|household|group|session)($|[_. ])/i
const identifiers = /(^|[_. ])(id|uid|uuid|key|index|row|rownames?|names?)($|[_. ])|[a-z]Id$/
const weights = /(^|[_. ])(sample_?weights?|weights?|wt)($|[_. ])/i
/** The words by which the class of interest is told, in data of two classes. */
const yes = new Set(["1", "true", "yes", "y", "t", "positive", "pos"])

const classesOf = (column: Column.Column): ReadonlyArray<ClassCount> => {
  const { codes, levels } = Column.asFactor(column)
  const counts = levels.map(() => 0)
  for (const code of codes) if (code >= 0) counts[code]! += 1
  return levels.map((name, i) => ({ name, count: counts[i]! })).filter(({ count }) => count > 0)
}

const kindOf = (column: Column.Column, distinct: number): Pick<Guessed, "kind" | "why"> => {
  if (distinct === 2) return { kind: "binary", why: "two values" }
  const numbers = column.type === "integer" || column.type === "numeric"
  if (column.type === "numeric" || (column.type === "integer" && distinct > most.numbers)) {
    return { kind: "regression", why: `numbers, ${distinct} different ones` }
  }
  return {
    kind: "multiclass",
    why: numbers ? `whole numbers, and only ${distinct} different ones` : `${distinct} classes`
  }
}

/** The positive class first: the one that is said, a word for yes, else the rarer one. */
const ordered = (
  classes: ReadonlyArray<ClassCount>,
  positive: string | undefined
): Pick<Guessed, "classes" | "positive"> => {
  if (positive !== undefined) {
    const others = classes.filter(({ name }) => name !== positive)
    return { classes: [...classes.filter(({ name }) => name === positive), ...others], positive: "as it was said" }
  }
  const [first, second] = classes
  if (classes.length !== 2 || first === undefined || second === undefined) return { classes }
  const said = classes.filter(({ name }) => yes.has(name.toLowerCase()))
  if (said.length === 1) {
    return { classes: said[0] === first ? classes : [second, first], positive: "the one that means yes" }
  }
  return second.count < first.count
    ? { classes: [second, first], positive: "the rarer one" }
    : { classes, positive: first.count < second.count ? "the rarer one" : "the first one; both are as frequent" }
}

const isWord = (column: Column.Column): boolean => column.type === "string" || column.type === "factor"

/** Two classes in every subset, or the model of one has nothing to learn. */
const withoutClass = (column: Column.Column, target: Column.Column): string | undefined => {
  const [own, classes] = [Column.asFactor(column), Column.asFactor(target)]
  const seen = own.levels.map(() => new Set<number>())
  own.codes.forEach((code, row) => {
    if (code >= 0 && classes.codes[row]! >= 0) seen[code]!.add(classes.codes[row]!)
  })
  return own.levels.find((_, i) => seen[i]!.size < 2)
}

const subsetOf = (
  name: string,
  column: Column.Column,
  target: Column.Column,
  kind: Guessed["kind"]
): Guess | undefined => {
  if (column.type === "date" || column.type === "tensor" || column.type === "boolean") return undefined
  if (column.type === "numeric") return undefined
  const counts = classesOf(column)
  const named = places.test(name)
  if (counts.length < 2 || counts.length > subsets.most || (!named && !isWord(column))) return undefined
  const smallest = Math.min(...counts.map(({ count }) => count))
  const rows = `${counts.length} values of at least ${smallest} rows`
  const propose = (why: string): Guess => ({ column: name, role: "subset", taken: false, why })
  if (smallest < subsets.rows) {
    return named ? propose(`a place or time by its name, but one value has only ${smallest} rows`) : undefined
  }
  const poor = kind === "regression" ? undefined : withoutClass(column, target)
  if (poor !== undefined) return named ? propose(`a place or time by its name, but "${poor}" has one class`) : undefined
  return named
    ? { column: name, role: "subset", taken: true, why: `${rows}, a place or time by its name` }
    : propose(`${rows}; if they are places, years or devices`)
}

const groupOf = (name: string, column: Column.Column, rows: number, distinct: number): Guess | undefined => {
  if (!persons.test(name) && !identifiers.test(name)) return undefined
  if (column.type === "numeric" || column.type === "date" || column.type === "boolean") return undefined
  if (distinct < 10 || distinct > rows / 1.5) return undefined
  return {
    column: name,
    role: "group",
    taken: true,
    why: `${distinct} values, each of ${(rows / distinct).toFixed(1)} rows on average, that stay in one fold`
  }
}

/** What is known of the other columns when one is guessed. */
interface Known extends Pick<Guessed, "kind"> {
  readonly rows: number
  readonly target: Column.Column
  readonly subset: string | undefined
}

const columnOf = (name: string, column: Column.Column, { kind, rows, subset, target }: Known): Guess | undefined => {
  if (name === subset) return { column: name, role: "subset", taken: true, why: "as it was said" }
  const distinct = Column.cardinality(column)
  const missing = Column.countMissing(column)
  if (distinct < 2 && missing === 0) {
    return { column: name, role: "ignore", taken: true, why: "has one value only" }
  }
  if (missing === rows) return { column: name, role: "ignore", taken: true, why: "has no value" }
  const whole = isWord(column) || column.type === "integer"
  if (rows >= 20 && distinct === rows && whole && (identifiers.test(name) || persons.test(name))) {
    return { column: name, role: "name", taken: true, why: "another value in every row: it names them" }
  }
  const found =
    groupOf(name, column, rows, distinct) ?? (subset === undefined ? subsetOf(name, column, target, kind) : undefined)
  if (found !== undefined) return found
  if (Column.isLabel(column)) {
    return { column: name, role: "ignore", taken: true, why: `${distinct} different values in ${rows} rows` }
  }
  const numbers = Column.asNumbers(column)
  if (weights.test(name) && numbers?.every((value) => value >= 0) === true) {
    return { column: name, role: "weight", taken: false, why: "if it says how much a row counts" }
  }
  return column.type === "date"
    ? {
        column: name,
        role: "order",
        taken: false,
        why: "if what is predicted comes later; then with { type: forward }"
      }
    : undefined
}

/** One column gets a role that one column can have; the others are proposed. */
const once = (guesses: ReadonlyArray<Guess>): ReadonlyArray<Guess> => {
  const taken = new Set<string>()
  return guesses.map((guess) => {
    if (!guess.taken || guess.role === "ignore") return guess
    if (!taken.has(guess.role)) {
      taken.add(guess.role)
      return guess
    }
    return guess.role === "name" ? { ...guess, role: "ignore" } : { ...guess, taken: false }
  })
}

/** What is not to be guessed: a column, and a class of the target. @category models */
export interface Said {
  readonly subset: string | undefined
  readonly positive: string | undefined
}

/**
 * Guesses what is predicted and what the other columns are for.
 *
 * ```ts
 * guess(table, "outcome", said).columns // => [{ column: "site", role: "subset", taken: true, why: "3 values of …" }]
 * ```
 */
export const guess = (table: Table.Table, target: string, { positive: said, subset }: Said): Guessed => {
  const column = table.columns.get(target)!
  const missing = Column.countMissing(column)
  const { kind, why } = kindOf(column, Column.cardinality(column))
  const { classes, positive } = kind === "regression" ? { classes: [] } : ordered(classesOf(column), said)
  const smallest = Math.min(...classes.map(({ count }) => count))
  const columns = [...table.columns]
    .filter(([name]) => name !== target)
    .flatMap(([name, each]) => columnOf(name, each, { kind, rows: table.rows, subset, target: column }) ?? [])
  return {
    kind,
    why,
    classes,
    ...(positive !== undefined && { positive }),
    unbalanced: classes.length > 0 && smallest < rare * (table.rows - missing),
    missing,
    dates: [...table.columns].some(
      ([name, { type }]) => type === "date" && !columns.some((each) => each.column === name && each.taken)
    ),
    columns: once(columns)
  }
}

const targets =
  /(^|[_. ])(class(es)?|targets?|labels?|y|outcomes?|response|result|diagnosis|status|survived|died|churn|default|species)($|[_. ])/i

/** How likely a column is the target: by its name, by two values, as the last one, by few enough values. */
const likelihood = (name: string, column: Column.Column, isLast: boolean): number => {
  const distinct = Column.cardinality(column)
  if (column.type === "tensor" || column.type === "date" || distinct < 2) return 0
  if (isWord(column) && distinct > most.text) return 0
  return targets.test(name) ? 4 : distinct === 2 ? 3 : isLast ? 2 : 1
}

/** The columns, the likely targets first; of equal ones those further back. */
export const byLikelihood = ({ columns, names }: Table.Table): ReadonlyArray<string> => {
  const likely = new Map(
    Array.from(columns, ([name, column]) => [name, likelihood(name, column, name === names.at(-1))])
  )
  return names.toReversed().sort((a, b) => likely.get(b)! - likely.get(a)!)
}
