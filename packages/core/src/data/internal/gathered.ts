/**
 * The columns of a view: some rows of shared columns. A column is gathered when it is first asked for, and then kept.
 */
import * as Column from "../Column.ts"

type Columns = ReadonlyMap<string, Column.Column>

export class Gathered implements Columns {
  readonly #source: Columns
  readonly #rows: Int32Array
  readonly #kept = new Map<string, Column.Column>()

  constructor(source: Columns, rows: Int32Array) {
    this.#source = source
    this.#rows = rows
  }

  get size(): number {
    return this.#source.size
  }

  get(name: string): Column.Column | undefined {
    const kept = this.#kept.get(name)
    if (kept !== undefined) return kept
    const column = this.#source.get(name)
    if (column === undefined) return undefined
    const gathered = Column.take(column, this.#rows)
    this.#kept.set(name, gathered)
    return gathered
  }

  has(name: string): boolean {
    return this.#source.has(name)
  }

  keys(): MapIterator<string> {
    return this.#source.keys()
  }

  /** All columns, in their order. */
  #all(): Map<string, Column.Column> {
    return new Map(Array.from(this.#source.keys(), (name) => [name, this.get(name)!]))
  }

  entries(): MapIterator<[string, Column.Column]> {
    return this.#all().entries()
  }

  values(): MapIterator<Column.Column> {
    return this.#all().values()
  }

  [Symbol.iterator](): MapIterator<[string, Column.Column]> {
    return this.entries()
  }

  forEach(f: (column: Column.Column, name: string, map: Columns) => void): void {
    for (const [name, column] of this.#all()) f(column, name, this)
  }
}
