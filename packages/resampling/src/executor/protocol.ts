/**
 * What the pool and its worker processes say to each other.
 */
import * as Schema from "effect/Schema"
import * as Job from "../Job.ts"

/** To a worker: run the job of this id, and store its result. */
export const Request = Schema.TaggedStruct("Run", { id: Schema.String })
/** What a worker process is asked. */
export type Request = typeof Request.Type

/** From a worker: it has read the data; a result, which is stored; it cannot work at all; or, every while, that it listens. */
export const Reply = Schema.TaggedUnion({
  Ready: {},
  Done: { result: Job.Result },
  Broken: { message: Schema.String },
  Alive: {}
})
/** What a worker process answers. */
export type Reply = typeof Reply.Type
