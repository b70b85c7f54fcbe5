/**
 * What those who start worker processes and these say to each other.
 */
import * as Schema from "effect/Schema"
import * as Job from "../Job.ts"

/** To a worker, first: the run that it is to work for, and what else it needs to plan it. Then: a job to run and store. */
export const Request = Schema.TaggedUnion({
  Begin: { directory: Schema.String, told: Schema.Array(Schema.String) },
  Run: { id: Schema.String }
})
/** What a worker process is told. */
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
