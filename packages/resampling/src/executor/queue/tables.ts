/**
 * The tables of queues. The name of their schema has a version: releases with other tables do not see each other's.
 *
 * ```
 * run       a run whose jobs wait, or are computed
 * file      what its workers need: the design, the experiment, its data; by path and hash
 * content   the bytes of these, where they were sent
 * job       a job: how often it was taken, by whom, when that worker was heard last, and what came of it
 * output    the files that a finished job wrote, until the run has them
 * ```
 *
 * Times are those of the database: the clocks of machines differ.
 */
import * as Effect from "effect/Effect"
import type { Database } from "./Database.ts"

/** The schema of the tables. */
export const schema = "rocflow_1"

/** Bytes of a piece in which files are stored. */
export const piece = 2 ** 20

/** Whatever keeps two processes from making the tables at once; any number that others do not use. */
const lock = 726_631_801

const definitions = [
  `create schema ${schema}`,
  `create table ${schema}.run (
     id text primary key,
     made timestamptz not null default now(),
     directory text not null,
     version text not null,
     engine text not null,
     lease double precision not null,
     attempts integer not null,
     modules text not null,
     sent boolean not null,
     state text not null
   )`,
  `create table ${schema}.file (
     run text not null references ${schema}.run on delete cascade,
     path text not null,
     hash text not null,
     primary key (run, path)
   )`,
  `create table ${schema}.content (
     run text not null,
     path text not null,
     number integer not null,
     bytes bytea not null,
     primary key (run, path, number),
     foreign key (run, path) references ${schema}.file on delete cascade
   )`,
  `create table ${schema}.job (
     run text not null references ${schema}.run on delete cascade,
     id text not null,
     place integer not null,
     tries integer not null default 0,
     worker text,
     heard timestamptz,
     result text,
     primary key (run, id)
   )`,
  `create index on ${schema}.job (run, place) where result is null and worker is null`,
  `create index on ${schema}.job (run) where tries > 0`,
  `create table ${schema}.output (
     run text not null,
     job text not null,
     worker text not null,
     path text not null,
     number integer not null,
     bytes bytea not null,
     primary key (run, job, worker, path, number),
     foreign key (run, job) references ${schema}.job on delete cascade
   )`
]

/** Makes the tables where there are none. Who only works for runs needs no right to make them. */
export const prepare = ({ query, sql }: Database) => {
  const there = sql<{ readonly found: boolean }>`select to_regclass(${`${schema}.output`}) is not null as found`
  return query(
    Effect.gen(function* () {
      const [before] = yield* there
      if (before?.found === true) return
      yield* sql`select pg_advisory_xact_lock(${lock})`
      const [now] = yield* there
      if (now?.found === true) return
      for (const definition of definitions) yield* sql.unsafe(definition)
    }).pipe(sql.withTransaction)
  )
}
