/**
 * What the pool and its worker processes say to each other.
 */

/** To a worker: run the job of this id, and store its result. */
export interface Request {
  readonly _tag: "Run"
  readonly id: string
}

/** From a worker: it has read the data; a result is stored; or it cannot work at all. */
export type Reply =
  | { readonly _tag: "Ready" }
  | { readonly _tag: "Done"; readonly id: string }
  | { readonly _tag: "Broken"; readonly message: string }
