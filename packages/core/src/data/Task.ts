/**
 * A task: a table whose columns have roles, and the target as the numbers a loss sees.
 *
 * The type remembers the kind of the target, the roles that are present and the names of the features, so that what
 * needs a role (SOAK a subset) or a kind (AUM two classes) can ask for it before anything runs.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as Types from "effect/Types"
import * as Column from "./Column.ts"
import { hashTexts } from "../Hash.ts"
import { hashColumns } from "./internal/hash.ts"
import { roleNotes } from "./internal/roleNotes.ts"
import { complete, resolve } from "./internal/roles.ts"
import { encode } from "./internal/target.ts"
import * as Node from "../internal/node.ts"
import * as Notation from "./Notation.ts"
import type * as Note from "./Note.ts"
import { type Problem, RoleError } from "./RoleError.ts"
import type { Kind, Options, Role, Roles } from "./Roles.ts"
import type { SchemaError } from "./SchemaError.ts"
import * as Table from "./Table.ts"

/** Marks tasks. */
export const TypeId = "~rocflow/Task"

export type { Kind, Options, Role, Roles } from "./Roles.ts"

/**
 * A task over a table, or a view of one.
 * @category models
 */
export interface Task<out K extends Kind = Kind, out R extends Role = Role, out Names extends string = string> {
  readonly [TypeId]: { readonly _Roles: Types.Covariant<R>; readonly _Names: Types.Covariant<Names> }
  readonly id: string
  readonly kind: K
  readonly table: Table.Table
  readonly roles: Roles
  /** Class levels, the positive one first; none for regression. */
  readonly levels: ReadonlyArray<string>
  /** Of classes the index into `levels`, so that 0 is the positive class of a binary task; of a regression the value. */
  readonly target: Float64Array
  readonly weights: Float64Array | undefined
  readonly rows: number
  /**
   * Equal numbers for the copies of a row, as in a bootstrap sample: whoever splits the rows further keeps copies
   * together. `undefined` while no row was taken twice.
   */
  readonly origin: Int32Array | undefined
  /** What is legal but probably not meant: of reading the file, and of the roles. */
  readonly notes: ReadonlyArray<Note.Note>
  /** How the values of its file are written, where that was said: a model keeps it for files of new rows. */
  readonly notation: Notation.Notation | undefined
  /** Hexadecimal hash of the data, the roles and the levels; not of the id. Computed when first read. */
  readonly hash: string
  /**
   * Hexadecimal hash of what may divide the rows: the target and the roles stratum, subset, group, fold and order. Tasks
   * that differ in their features only have the same, and so the same folds. Computed when first read.
   */
  readonly splitHash: string
}

/** The options of a task in a file: its roles, and how to read it. */
export interface FromFileOptions extends Options, Table.FileOptions {}

type RoleKey = Exclude<Role, "target" | "feature">

/** The roles that options certainly give: keys whose value cannot be `undefined`. */
type Given<O> = { [K in keyof O & RoleKey]: undefined extends O[K] ? never : K }[keyof O & RoleKey]

/** The roles that the options of a task give to columns. */
export type RolesOf<O> = "target" | "feature" | Given<O>

/** Refuses misspelt options, which a generic parameter would let pass. */
type Known<O, Allowed> = { readonly [K in Exclude<keyof O, keyof Allowed>]: `Unknown option: ${K & string}` }

type ByCount<L extends ReadonlyArray<unknown>> = number extends L["length"]
  ? "binary" | "multiclass"
  : L["length"] extends 2
    ? "binary"
    : "multiclass"

type ByColumn<A> = [A] extends [Column.Factor<infer L>]
  ? ByCount<L>
  : [A] extends [Column.Bool]
    ? "binary"
    : [A] extends [Column.Numeric]
      ? "regression"
      : [A] extends [Column.Text]
        ? "binary" | "multiclass"
        : Kind

/** The kind that options and target column give, as far as the compiler can know. */
export type KindOf<C extends Table.Columns, O extends Options> = O extends { readonly kind: infer K extends Kind }
  ? K
  : O extends { readonly positive: string | number | boolean }
    ? "binary"
    : O extends { readonly levels: infer L extends ReadonlyArray<unknown> }
      ? ByCount<L>
      : [Extract<keyof O, "kind" | "positive" | "levels">] extends [never]
        ? ByColumn<Table.ColumnOf<C, O["target"]>>
        : Kind

type Elements<V> = V extends ReadonlyArray<infer A> ? A : V
/** The columns that options take away from the default features; a name the compiler does not know takes none. */
type Literal<N> = N extends string ? (string extends N ? never : N) : never
type Taken = RoleKey | "target" | "ignore"
type RoleColumns<O> = Literal<{ [K in keyof O & Taken]: Elements<O[K]> }[keyof O & Taken]>

/** The names of the features that the options of a task leave or list. */
export type FeaturesOf<C extends Table.Columns, O> = O extends {
  readonly features: ReadonlyArray<infer N extends string>
}
  ? N
  : string extends keyof C
    ? string
    : O extends { readonly features: { readonly except: ReadonlyArray<infer N> } }
      ? Exclude<keyof C & string, RoleColumns<O> | Literal<N>>
      : O extends { readonly features: object }
        ? string
        : Exclude<keyof C & string, RoleColumns<O>>

type TaskOf<C extends Table.Columns, O extends Options> = Task<KindOf<C, O>, RolesOf<O>, FeaturesOf<C, O>>

interface Parts<K extends Kind> {
  readonly id: string
  readonly kind: K
  readonly table: Table.Table
  readonly roles: Roles
  readonly levels: ReadonlyArray<string>
  readonly target: Float64Array
  readonly weights: Float64Array | undefined
  readonly origin: Int32Array | undefined
  readonly notes: ReadonlyArray<Note.Note>
  readonly notation: Notation.Notation | undefined
}

/** Types only; empty at run time, so that a task can be cloned and sent to a worker. */
const phantom = {} as { readonly _Roles: Types.Covariant<never>; readonly _Names: Types.Covariant<never> }

const hashOfSplits = ({ kind, levels, roles, table }: Parts<Kind>): string => {
  const { fold, group, order, stratum, subset, target } = roles
  const dividing = [[target], stratum, [subset], [group], [fold], order].map((names) =>
    names.flatMap((name) => name ?? [])
  )
  const columns = new Map(dividing.flat().map((name) => [name, table.columns.get(name)!]))
  return hashTexts([hashColumns(columns, table.rows), JSON.stringify(dividing), kind, ...levels])
}

/** The hash of a large table costs milliseconds, and most tasks are parts of others that nobody hashes. */
const fromParts = <K extends Kind>(parts: Parts<K>): Task<K, never, never> => {
  let hash: string | undefined
  let splitHash: string | undefined
  return {
    [TypeId]: phantom,
    ...parts,
    rows: parts.table.rows,
    get hash() {
      return (hash ??= hashTexts([
        Table.contentHash(parts.table),
        JSON.stringify(parts.roles, (_, value: unknown) => value ?? null),
        parts.kind,
        ...parts.levels
      ]))
    },
    get splitHash() {
      return (splitHash ??= hashOfSplits(parts))
    }
  }
}

/** What a task is made of, without its hashes, which a spread would compute. */
const partsOf = <K extends Kind>(task: Task<K>): Parts<K> => {
  const { id, kind, levels, notation, notes, origin, roles, table, target, weights } = task
  return { id, kind, levels, notation, notes, origin, roles, table, target, weights }
}

/** What was noticed of columns that the task uses, and of the table as a whole. */
const relevant = (notes: ReadonlyArray<Note.Note>, roles: Roles, ignored: string | ReadonlyArray<string> = []) => {
  const used = new Set(Object.values(roles).flat())
  return notes.filter(({ code, column }) =>
    column === undefined || used.has(column) ? code !== "row-index" : code === "row-index" && !ignored.includes(column)
  )
}

/** Problems of a column that was read as text say why it was, where reading noticed. */
const explained =
  ({ notes }: Table.Table) =>
  (problem: Problem): Problem => {
    const note = notes.find(({ code, column }) => column === problem.column && code !== "row-index")
    return note === undefined || problem.rule === "no such column"
      ? problem
      : { ...problem, advice: `The column ${note.finding}. ${note.advice}` }
  }

const build = (given: Table.Table, options: Options): Effect.Effect<Task<Kind, never, never>, RoleError> => {
  const id = options.id ?? "task"
  const { notes, table } = complete(given, options)
  const { problems, roles } = resolve(table, options)
  const column = table.columns.get(roles.target)
  // A target that is not there is a problem of the roles already.
  const encoded = column === undefined ? Result.fail([]) : encode(roles.target, column, options)
  const [first, ...rest] = [...problems, ...(Result.isFailure(encoded) ? encoded.failure : [])].map(explained(table))
  if (first !== undefined) return Effect.fail(new RoleError({ task: id, problems: [first, ...rest] }))
  if (Result.isFailure(encoded)) return Effect.die("a target without problems is encoded")
  const { kind, levels, values } = encoded.success
  const weight = roles.weight === undefined ? undefined : table.columns.get(roles.weight)
  const weights = weight === undefined ? undefined : Column.asNumbers(weight)
  return Effect.succeed(
    fromParts({
      id,
      kind,
      table,
      roles,
      levels,
      target: values,
      weights,
      origin: undefined,
      notes: [...relevant(table.notes, roles, options.ignore), ...notes, ...roleNotes(roles, table, encoded.success)],
      notation: undefined
    })
  )
}

/**
 * Makes a task of a table.
 *
 * - On a table whose columns the compiler knows, a role that names no column does not compile.
 * - Without `features`, every column that has no other role is one. The columns of all other roles are left out of
 *   them; name a column in `features` to use it in both ways. The target is never a feature.
 * - A target of numbers is a regression, one of text, levels or truth values a classification. Whole numbers with few
 *   distinct values may be either: say `kind`, or `positive`.
 * - Levels come in the order of `levels`, else of the factor, else in natural order: numbers ascending, text by code
 *   point, true before false. `positive` is moved to the front.
 *
 * Fails with `RoleError`, which has every problem at once.
 *
 * *Gotcha*: the first level is the positive class. In a column of 0 and 1 that is 0 unless `positive` is given.
 *
 * ```ts
 * const task = yield* Task.fromTable(table, { target: "Class", positive: "M", stratum: ["Class"] })
 * task.levels // => ["M", "R"]
 * ```
 */
export const fromTable = <C extends Table.Columns, const O extends Options<keyof C & string>>(
  table: Table.Table<C>,
  options: O & Known<O, Options>
): Effect.Effect<TaskOf<C, O>, RoleError> =>
  Effect.map(build(table, options), (task) => task as Task<never, never, never> as TaskOf<C, O>)

/** Makes a task of a table, which is one of the options; see `fromTable`. */
export const make = <C extends Table.Columns, const O extends Options<keyof C & string>>(
  options: { readonly table: Table.Table<C> } & O & Known<O, Options & { readonly table: Table.Table }>
): Effect.Effect<TaskOf<C, O>, RoleError> =>
  Effect.map(build(options.table, options), (task) => task as Task<never, never, never> as TaskOf<C, O>)

/** Says how the values of the file of a task are written. */
export const withNotation = <K extends Kind, R extends Role, N extends string>(
  task: Task<K, R, N>,
  notation: Notation.Notation | undefined
): Task<K, R, N> => fromParts({ ...partsOf(task), notation })

/**
 * Reads a table from a file (see `Table.fromFile`) and makes a task of it (see `fromTable`).
 *
 * Fails with `SchemaError` when the file cannot be read and with `RoleError` when the roles do not fit its columns.
 *
 * ```ts
 * const sonar = yield* Task.fromFile("sonar.csv", { target: "Class", positive: "M", stratum: ["Class"] })
 * sonar.rows // => 208
 * ```
 */
export const fromFile = <const O extends FromFileOptions>(
  path: string,
  options: O & Known<O, FromFileOptions>
): Effect.Effect<TaskOf<Table.Columns, O>, RoleError | SchemaError> =>
  Effect.flatMap(Table.fromFile(path, options), (table) =>
    build(table, { ...options, id: options.id ?? Node.path().parse(path).name })
  ).pipe(
    Effect.map(
      (task) => withNotation(task, Notation.of(options)) as Task<never, never, never> as TaskOf<Table.Columns, O>
    )
  )

/** The rows themselves, as their own origins, if any comes twice. */
const copies = (rows: ArrayLike<number>): Int32Array | undefined => {
  let ascending = 1
  while (ascending < rows.length && rows[ascending]! > rows[ascending - 1]!) ascending += 1
  if (ascending >= rows.length) return undefined
  const origin = Int32Array.from(rows)
  return new Set(origin).size < origin.length ? origin : undefined
}

/**
 * Takes rows, in the given order, with repetitions: a view, of the same roles and levels, that shares the columns. Nothing
 * is checked again, so that a part may lack a class or have weights of 0 only.
 *
 * @throws `SchemaError` for a row that is not there
 */
export const take = <K extends Kind, R extends Role, N extends string>(
  task: Task<K, R, N>,
  rows: ArrayLike<number>
): Task<K, R, N> => {
  const pick = <A extends Float64Array | Int32Array>(values: A, picked: A): A => {
    for (let i = 0; i < rows.length; i++) picked[i] = values[rows[i]!]!
    return picked
  }
  const numbers = (values: Float64Array) => pick(values, new Float64Array(rows.length))
  const { origin } = task
  return fromParts({
    ...partsOf(task),
    table: Table.take(task.table, rows),
    target: numbers(task.target),
    weights: task.weights === undefined ? undefined : numbers(task.weights),
    origin: origin === undefined ? copies(rows) : pick(origin, new Int32Array(rows.length))
  })
}

/**
 * Gives a task other feature columns, in the given order, which has as many rows; the old ones go, and so do columns
 * without a role. Target, weights, levels and all other roles stay.
 *
 * *Gotcha*: a feature may have the name of a column with another role and other values (a stratum that was standardised,
 * say). The role keeps its own values, in a column whose name gets a prime.
 *
 * ```ts
 * const scaled = Task.withFeatures(task, new Map([["age", Column.numeric([-1, 0, 1])]]))
 * scaled.roles.feature // => ["age"]
 * ```
 */
export const withFeatures = <K extends Kind, R extends Role>(
  task: Task<K, R>,
  features: ReadonlyMap<string, Column.Column>
): Task<K, R> => {
  const { columns } = task.table
  const kept = new Map<string, Column.Column>()
  const keep = (name: string): string => {
    const column = columns.get(name)!
    const isTaken = (other: string) =>
      features.has(other) ? features.get(other) !== column : other !== name && columns.has(other)
    let free = name
    while (isTaken(free)) free += "\u2032"
    kept.set(free, column)
    return free
  }
  const maybe = (name: string | undefined) => (name === undefined ? undefined : keep(name))
  const { fold, group, name, order, stratum, subset, target, weight } = task.roles
  const roles: Roles = {
    target: keep(target),
    feature: [...features.keys()],
    stratum: stratum.map(keep),
    subset: maybe(subset),
    group: maybe(group),
    weight: maybe(weight),
    fold: maybe(fold),
    order: order.map(keep),
    name: maybe(name)
  }
  const all = new Map([...kept, ...features])
  return fromParts({ ...partsOf(task), table: Table.withColumns(task.table, all), roles })
}

/**
 * Gives a regression task other values of its target, one a row; all else stays. A stratum of the target keeps its own
 * values: the new ones then stand in a column whose name gets a prime.
 */
export const withTarget = <K extends Kind, R extends Role, N extends string>(
  task: Task<K, R, N>,
  target: Float64Array
): Task<K, R, N> => {
  const { roles, table } = task
  const others = new Set(columnsByRole(task).flatMap(([role, names]) => (role === "target" ? [] : names)))
  let name = roles.target
  while (others.has(name)) name += "\u2032"
  const columns = new Map(table.columns).set(name, Column.numeric(target))
  return fromParts({
    ...partsOf(task),
    table: Table.withColumns(table, columns),
    roles: { ...roles, target: name },
    target
  })
}

/** Lists the columns of each role that has any, in the order of the roles. */
export const columnsByRole = ({
  roles
}: Task): ReadonlyArray<readonly [role: Role, columns: ReadonlyArray<string>]> => {
  const listed = {
    target: [roles.target],
    feature: roles.feature,
    stratum: roles.stratum,
    subset: [roles.subset],
    group: [roles.group],
    weight: [roles.weight],
    fold: [roles.fold],
    order: roles.order,
    name: [roles.name]
  } as const satisfies Record<Role, ReadonlyArray<string | undefined>>
  return (Object.keys(listed) as ReadonlyArray<Role>).flatMap((role) => {
    const columns: ReadonlyArray<string> = listed[role].flatMap((name) => name ?? [])
    return columns.length === 0 ? [] : [[role, columns] as const]
  })
}

/** How often something of a name occurs. */
export interface Count {
  readonly name: string
  readonly count: number
}

/** Counts the rows of each class, in the order of the levels; none for a regression. */
export const classCounts = ({ levels, target }: Task): ReadonlyArray<Count> => {
  const counts = new Float64Array(levels.length)
  if (levels.length > 0) for (const code of target) counts[code]! += 1
  return levels.map((name, code) => ({ name, count: counts[code]! }))
}

/** Counts the rows of each subset, by name; none without a subset role. */
export const subsetCounts = ({ roles, table }: Task): ReadonlyArray<Count> => {
  if (roles.subset === undefined) return []
  const { codes, levels } = Column.asFactor(table.columns.get(roles.subset)!)
  const counts = new Float64Array(levels.length)
  for (const code of codes) counts[code]! += 1
  return levels
    .map((name, code) => ({ name, count: counts[code]! }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** Gets the label of every row: the value of the `name` column ("" where missing), else the row number from 0. */
export const rowNames = (task: Task): ReadonlyArray<string> => {
  const column = task.roles.name === undefined ? undefined : task.table.columns.get(task.roles.name)
  return Array.from({ length: task.rows }, (_, row) =>
    column === undefined ? String(row) : (Column.toText(column, row) ?? "")
  )
}

const refuse = (task: Task, problem: Problem) => Effect.fail(new RoleError({ task: task.id, problems: [problem] }))

const hasRole = (task: Task, role: Role) => {
  const columns = task.roles[role]
  return columns !== undefined && columns.length > 0
}

/** Proves to the compiler that a task has a role; fails with `RoleError` when it has not. For options read from files. */
export const requireRole = <K extends Kind, R extends Role, N extends string, const A extends Role>(
  task: Task<K, R, N>,
  role: A
): Effect.Effect<Task<K, R | A, N>, RoleError> =>
  hasRole(task, role)
    ? Effect.succeed(task)
    : refuse(task, {
        role,
        column: "",
        rule: "no column has this role",
        advice: `Add ${role}: with the name of a column (${task.table.names.slice(0, 10).join(", ")}).`
      })

/** Proves to the compiler that a task is of a kind; fails with `RoleError` when it is of another. */
export const requireKind = <R extends Role, N extends string, const A extends Kind>(
  task: Task<Kind, R, N>,
  kind: A
): Effect.Effect<Task<A, R, N>, RoleError> =>
  task.kind === kind
    ? Effect.succeed(task as Task<never, R, N>)
    : refuse(task, {
        role: "target",
        column: task.roles.target,
        rule: `makes the task ${task.kind}, but ${kind} is needed`,
        advice: `Choose kind: "${kind}" if the target allows it, or what fits a ${task.kind} target.`
      })
