/**
 * What is said to the tables of a queue. Every function may be called again when it is not known whether it came through.
 *
 * A job is taken by one statement, which passes over those that others are just taking (`for update skip locked`), and belongs
 * to its worker as long as that is heard. The first result that comes counts; a worker that was only slow brings the same one.
 * Effect's `PersistedQueue` lacks what this needs: it does not show where jobs stand, nor withdraw them, tells nobody of a
 * job whose last worker was lost, and stores that a job is done apart from its result.
 */
import * as Effect from "effect/Effect"
import type { SqlError } from "effect/sql/SqlError"
import type { Fragment } from "effect/sql/Statement"
import type { Database } from "./Database.ts"
import { piece, schema } from "./tables.ts"

/** What workers are told of a run. @category models */
export interface Run {
  readonly id: string
  /** Machine and directory of the run, for messages. */
  readonly directory: string
  readonly version: string
  readonly engine: string
  /** Seconds without a heartbeat after which a worker is taken for lost. */
  readonly lease: number
  /** How often a job is tried whose worker is lost. */
  readonly attempts: number
  /** The modules of the experiment, which are not sent; empty where it has none. */
  readonly modules: string
  /** Whether the data of the experiment were sent. */
  readonly sent: boolean
}

/** A file that workers need, by its path in the queue and its SHA-256. @category models */
export interface File {
  readonly path: string
  readonly hash: string
}

/** A file in the database, and in how many pieces it is there. @category models */
export interface Pieces {
  readonly path: string
  readonly pieces: number
}

/** A job that was taken, and how often. @category models */
export interface Taken {
  readonly id: string
  readonly tries: number
}

/** Where a run stands: being made, for workers to take, cancelled, or not in the database. @category models */
export type State = "sending" | "open" | "closed" | "gone"

/** How far a run has come. @category models */
export interface Progress {
  readonly state: State
  /** Jobs that somebody took. */
  readonly begun: ReadonlyArray<string>
  readonly done: ReadonlyArray<string>
  /** Jobs whose workers were lost as often as they may be tried. */
  readonly lost: ReadonlyArray<Taken>
}

/** Where a job stands. @category models */
export interface Standing {
  readonly id: string
  readonly worker: string | null
  /** Nothing was heard of its worker for the time of a lease. */
  readonly silent: boolean
  readonly done: boolean
}

/** The operations on the tables of a database. @category constructors */
export const make = ({ query, sql }: Database) => {
  const [run, file, content, job, output] = (["run", "file", "content", "job", "output"] as const).map((name) =>
    sql.literal(`${schema}.${name}`)
  ) as [Fragment, Fragment, Fragment, Fragment, Fragment]
  const silent = sql.literal("(worker is null or heard < clock_timestamp() - make_interval(secs => lease))")
  /** A job that may still be computed: by whoever takes it, or by who has it. */
  const left = sql`result is null and (tries < attempts or not ${silent})`
  const idsOf = (ids: ReadonlyArray<string>) => sql`unnest(string_to_array(${ids.join(",")}, ','))`
  const told = sql.literal("id, directory, version, engine, lease, attempts, modules, sent")
  const pieces = (bytes: Uint8Array) =>
    Array.from({ length: Math.max(1, Math.ceil(bytes.length / piece)) }, (_, number) => ({
      number,
      bytes: bytes.slice(number * piece, (number + 1) * piece)
    }))
  type Piece = { readonly bytes: Uint8Array }
  const joined = Effect.fnUntraced(function* (
    count: number,
    select: (number: number) => Effect.Effect<ReadonlyArray<Piece>, SqlError>
  ) {
    const found: Array<Uint8Array> = []
    for (let number = 0; number < count; number++) {
      found.push(...(yield* query(select(number))).map(({ bytes }) => bytes))
    }
    return Buffer.concat(found)
  })
  const stateOf = (id: string) =>
    Effect.map(
      sql<{ readonly state: State }>`select state from ${run} where id = ${id}`,
      ([found]): State => found?.state ?? "gone"
    )

  return {
    // The side of the run.

    /** Where a run stands. */
    state: (id: string) => query(stateOf(id)),

    /** Begins to send a run; workers do not see it before it is opened. */
    begin: ({ attempts, directory, engine, id, lease, modules, sent, version }: Run) =>
      query(sql`
        insert into ${run} (id, directory, version, engine, lease, attempts, modules, sent, state)
        values (${id}, ${directory}, ${version}, ${engine}, ${lease}, ${attempts}, ${modules}, ${sent}, 'sending')
        on conflict do nothing`),

    /** Sends a file that workers need, or only says which it is. */
    send: Effect.fnUntraced(function* (id: string, { hash, path }: File, bytes: Uint8Array | undefined) {
      yield* query(sql`insert into ${file} (run, path, hash) values (${id}, ${path}, ${hash}) on conflict do nothing`)
      for (const { bytes: part, number } of bytes === undefined ? [] : pieces(bytes)) {
        yield* query(sql`
          insert into ${content} (run, path, number, bytes) values (${id}, ${path}, ${number}, ${part})
          on conflict do nothing`)
      }
    }),

    /** Lets workers take the jobs given, in their order, and no others; what is known of them stays. */
    open: (id: string, lease: number, jobs: ReadonlyArray<string>) =>
      query(
        sql.withTransaction(
          Effect.gen(function* () {
            yield* sql`delete from ${job} where run = ${id} and id not in (select ${idsOf(jobs)})`
            yield* sql`
              insert into ${job} (run, id, place)
              select ${id}, given.id, given.place
              from unnest(string_to_array(${jobs.join(",")}, ',')) with ordinality as given (id, place)
              on conflict do nothing`
            yield* sql`update ${run} set state = 'open', lease = ${lease} where id = ${id}`
          })
        )
      ),

    /** How far a run has come. */
    progress: (id: string) =>
      query(
        Effect.gen(function* () {
          const state = yield* stateOf(id)
          const rows = yield* sql<{ readonly id: string; readonly done: boolean; readonly tries: number | null }>`
            select job.id, result is not null as done, case when tries >= attempts and ${silent} then tries end as tries
            from ${job} job join ${run} run on run.id = job.run
            where job.run = ${id} and tries > 0
            order by heard`
          return {
            state,
            begun: rows.map((row) => row.id),
            done: rows.filter(({ done }) => done).map((row) => row.id),
            lost: rows.flatMap((row) => (row.done || row.tries === null ? [] : [{ id: row.id, tries: row.tries }]))
          } satisfies Progress
        })
      ),

    /** The result of a job that is done. */
    result: (id: string, of: string) =>
      query(
        Effect.map(
          sql<{ readonly result: string }>`
            select result from ${job} where run = ${id} and id = ${of} and result is not null`,
          ([found]) => found?.result
        )
      ),

    /** The paths of the files that the worker wrote whose result a job has. */
    outputs: (id: string, of: string) =>
      query(
        Effect.map(
          sql<Pieces>`
            select path, count(*)::int as pieces from ${output} output
            where run = ${id} and job = ${of}
              and worker = (select worker from ${job} job where job.run = ${id} and job.id = ${of})
            group by path`,
          (rows) => rows
        )
      ),

    /** The content of such a file. */
    outputContent: (id: string, of: string, { path, pieces: count }: Pieces) =>
      joined(
        count,
        (number) => sql<Piece>`
          select bytes from ${output} output
          where run = ${id} and job = ${of} and path = ${path} and number = ${number}
            and worker = (select worker from ${job} job where job.run = ${id} and job.id = ${of})`
      ),

    /** Forgets a job that the run has the result of. */
    drop: (id: string, of: string) => query(sql`delete from ${job} where run = ${id} and id = ${of}`),

    /** Lets workers take no more jobs; gives whether they could before. */
    close: (id: string) =>
      query(
        Effect.map(
          sql`update ${run} set state = 'closed' where id = ${id} and state = 'open' returning id`,
          (rows) => rows.length > 0
        )
      ),

    /** Forgets a run, with all that belongs to it. */
    remove: (id: string) => query(sql`delete from ${run} where id = ${id}`),

    /** Where the jobs of a run stand that it has no result of. */
    standings: (id: string) =>
      query(sql<Standing>`
        select job.id, worker, ${silent} as silent, result is not null as done
        from ${job} job join ${run} run on run.id = job.run where job.run = ${id}`),

    // The side of workers.

    /** The runs that have jobs left, the oldest first. */
    runs: query(sql<Run>`
      select ${told} from ${run} run
      where state = 'open' and exists (select from ${job} job where job.run = run.id and ${left})
      order by made, id`),

    /** The files of a run, sent or not, and in how many pieces. */
    files: (id: string) =>
      query(sql<File & Pieces>`
        select path, hash, (select count(*)::int from ${content} content
          where content.run = file.run and content.path = file.path) as pieces
        from ${file} file where run = ${id} order by path`),

    /** The content of a file of a run, where it was sent. */
    fileContent: (id: string, { path, pieces: count }: Pieces) =>
      joined(
        count,
        (number) => sql<Piece>`select bytes from ${content} where run = ${id} and path = ${path} and number = ${number}`
      ),

    /** Takes the first job that nobody has, else one whose worker is silent. */
    take: (id: string, worker: string) => {
      const first = (free: Fragment) => sql<Taken>`
        update ${job} job set worker = ${worker}, tries = tries + 1, heard = clock_timestamp()
        where job.run = ${id} and job.id = (
          select job.id from ${job} job join ${run} run on run.id = job.run
          where job.run = ${id} and state = 'open' and result is null and tries < attempts and ${free}
          order by place limit 1
          for update of job skip locked
        )
        returning id, tries`
      return query(
        Effect.gen(function* () {
          const [free] = yield* first(sql.literal("worker is null"))
          if (free !== undefined) return free
          const [abandoned] = yield* first(sql`worker is not null and ${silent}`)
          return abandoned
        })
      )
    },

    /** Says that a worker is at jobs. One that it took without knowing, as the connection was lost, it does not keep. */
    beat: (id: string, worker: string, jobs: ReadonlyArray<string>) =>
      query(sql`
        update ${job} set heard = clock_timestamp()
        where run = ${id} and worker = ${worker} and id in (select ${idsOf(jobs)}) and result is null`),

    /** Leaves a job to others. It counts as tried unless its worker ends in order. */
    release: (id: string, of: string, worker: string, tried: boolean) =>
      query(sql`
        update ${job} set worker = null, tries = tries - ${tried ? 0 : 1}
        where run = ${id} and id = ${of} and worker = ${worker} and result is null`),

    /** Leaves all jobs of a worker that ends to others, as if it had not tried them; it waits for no database that is away. */
    giveBack: (id: string, worker: string) =>
      Effect.ignore(sql`
        update ${job} set worker = null, tries = tries - 1
        where run = ${id} and worker = ${worker} and result is null`),

    /** Stores a file that a job wrote. It belongs to the job once the result of the same worker does. */
    store: Effect.fnUntraced(function* (id: string, of: string, worker: string, path: string, bytes: Uint8Array) {
      for (const { bytes: part, number } of pieces(bytes)) {
        yield* query(sql`
          insert into ${output} (run, job, worker, path, number, bytes)
          select run, id, ${worker}, ${path}, ${number}, ${part} from ${job} where run = ${id} and id = ${of}
          on conflict do nothing`)
      }
    }),

    /** Stores the result of a job, if it has none yet. */
    deliver: (id: string, of: string, worker: string, result: string) =>
      query(sql`
        update ${job} set result = ${result}, worker = ${worker}
        where run = ${id} and id = ${of} and result is null`),

    /** Whether a run has jobs left that may be taken, now or when a worker is lost. */
    hasLeft: (id: string) =>
      query(
        Effect.map(
          sql<{ readonly left: boolean }>`
            select exists (select from ${job} job join ${run} run on run.id = job.run
              where job.run = ${id} and state = 'open' and ${left}) as left`,
          ([found]) => found?.left === true
        )
      )
  }
}

/** The operations on the tables of a database. @category models */
export type Queue = ReturnType<typeof make>
