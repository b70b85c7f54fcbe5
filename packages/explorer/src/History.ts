/** What undo and redo go through. */

/** The scenes before the present one, the latest last, and those that were undone, the next one last. */
export interface History<A> {
  readonly past: ReadonlyArray<A>
  readonly present: A
  readonly future: ReadonlyArray<A>
  /** What the last edit was, where the next one may go on with it. */
  readonly edit: string | undefined
}

/** So many edits can be undone. */
const depth = 200

/** Begins with one state. */
export const make = <A>(present: A): History<A> => ({ past: [], present, future: [], edit: undefined })

/**
 * Adds a state. Edits of the same name that follow each other are one: a slider that is pulled, or an example that arrow
 * keys push, is undone at once.
 */
export const push = <A>(history: History<A>, present: A, edit?: string): History<A> =>
  edit !== undefined && edit === history.edit
    ? { ...history, present, future: [] }
    : { past: [...history.past, history.present].slice(-depth), present, future: [], edit }

/** Goes back by one edit, if there is one. */
export const undo = <A>(history: History<A>): History<A> =>
  history.past.length === 0
    ? history
    : {
        past: history.past.slice(0, -1),
        present: history.past.at(-1)!,
        future: [...history.future, history.present],
        edit: undefined
      }

/** Takes back the last undo, if nothing was edited since. */
export const redo = <A>(history: History<A>): History<A> =>
  history.future.length === 0
    ? history
    : {
        past: [...history.past, history.present],
        present: history.future.at(-1)!,
        future: history.future.slice(0, -1),
        edit: undefined
      }
