/**
 * One data set of a catalogue, as plain data: where its files are, what they must be, how a table is made of them, and what
 * its columns mean.
 */
import * as Schema from "effect/Schema"
import { plainTypes } from "../data/Column.ts"
import { encodings } from "../data/Table.ts"

/** Words on one line: catalogues come from others, and what they say is shown in terminals and put into files. */
const Text = Schema.String.check(Schema.isPattern(/^\P{Cc}+$/u, { expected: "a text on one line" }))
const Count = Schema.Int.check(Schema.isGreaterThan(0))

/** What the name of a file may be: it becomes part of a path, so there is nothing in it that means something there. */
export const fileName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/

const FileName = Schema.String.check(
  Schema.isPattern(fileName, { expected: "a name of letters, digits, dots and hyphens" })
)
const Name = Schema.String.check(
  Schema.isPattern(/^[a-z0-9][a-z0-9-]{0,63}$/, { expected: "a name of small letters, digits and hyphens" })
)

const File = Schema.Struct({
  url: Text,
  /** In hexadecimal. Without it the first download says what the hash is, and later ones must agree. */
  sha256: Schema.optionalKey(Schema.String.check(Schema.isPattern(/^[0-9a-f]{64}$/, { expected: "64 hex digits" }))),
  bytes: Schema.optionalKey(Count)
})

/** One of the files, or a member of the archive that it is (.zip, .tar, .tar.gz, .tgz). */
const place = { file: FileName, member: Schema.optionalKey(Text) }
/** @category schemas */
export const Place = Schema.Struct(place)

/** How text is read: the options of `Table.fromFile` by their names. */
const Read = Schema.Struct({
  format: Schema.optionalKey(Schema.Literals(["csv", "tsv", "parquet", "jsonl"])),
  columns: Schema.optionalKey(Schema.Record(Schema.String, Schema.Literals(plainTypes))),
  delimiter: Schema.optionalKey(Schema.String),
  na: Schema.optionalKey(Schema.Array(Schema.String)),
  decimal: Schema.optionalKey(Schema.Literals([".", ","])),
  thousands: Schema.optionalKey(Schema.String),
  encoding: Schema.optionalKey(Schema.Literals(encodings)),
  comment: Schema.optionalKey(Schema.String),
  skip: Schema.optionalKey(Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))),
  header: Schema.optionalKey(Schema.Boolean),
  names: Schema.optionalKey(Schema.Array(Text))
})

const ReadPlace = {
  ...place,
  read: Schema.optionalKey(Read),
  /** Whether any number of blanks separates two columns, as in tables that are laid out for people. */
  blanks: Schema.optionalKey(Schema.Boolean)
}

const TablePart = Schema.Struct({
  ...ReadPlace,
  /** The value of the column `part` in its rows. */
  name: Schema.optionalKey(Text),
  /** More columns of the same rows. */
  beside: Schema.optionalKey(Schema.Array(Schema.Struct(ReadPlace)))
})

/** A column that others say: the value of the first case whose conditions all hold, or `otherwise`. */
const Derived = Schema.Struct({
  name: Text,
  cases: Schema.Array(
    Schema.Struct({
      value: Text,
      when: Schema.Array(
        Schema.Struct({
          column: Text,
          /** The value as text is one of these. */
          is: Schema.optionalKey(Schema.Array(Text).check(Schema.isMinLength(1))),
          /** The value as a number is smaller, or greater. */
          below: Schema.optionalKey(Schema.Finite),
          above: Schema.optionalKey(Schema.Finite)
        })
      ).check(Schema.isMinLength(1))
    })
  ).check(Schema.isMinLength(1)),
  otherwise: Text
})

/** A table of parts that stand one below the other: it becomes a Parquet file. */
const ToTable = Schema.Struct({
  type: Schema.Literal("table"),
  parts: Schema.Array(TablePart).check(Schema.isMinLength(1)),
  /** The name of a column that says of which part a row is. */
  part: Schema.optionalKey(Text),
  /** What is done then, in this order: new names, new columns, columns that are left out where they are there. */
  rename: Schema.optionalKey(Schema.Record(Schema.String, Text)),
  derive: Schema.optionalKey(Schema.Array(Derived)),
  drop: Schema.optionalKey(Schema.Array(Text))
})

/** @category models */
export type ToTable = typeof ToTable.Type

/** Images and labels in IDX: they stay IDX, compressed. */
const ToImages = Schema.Struct({
  type: Schema.Literal("images"),
  /** The shape of one image, channels last. */
  shape: Schema.Tuple([Count, Count, Count]),
  /** The numbers that are read as 0 and 1. */
  range: Schema.Tuple([Schema.Finite, Schema.Finite]),
  /** Whether the files have columns for rows, as those of EMNIST do: what is written does not. */
  transposed: Schema.optionalKey(Schema.Boolean),
  parts: Schema.Array(Schema.Struct({ name: FileName, images: Place, labels: Place })).check(Schema.isMinLength(1))
})

const Columns = Schema.Union([Text, Schema.Array(Text)])

/** @category models */
export type ToImages = typeof ToImages.Type

/** What the columns mean, by the keys of a task in an experiment. */
const Roles = Schema.Struct({
  target: Text,
  kind: Schema.optionalKey(Schema.Literals(["binary", "multiclass", "regression"])),
  positive: Schema.optionalKey(Text),
  stratum: Schema.optionalKey(Columns),
  subset: Schema.optionalKey(Text),
  group: Schema.optionalKey(Text),
  weight: Schema.optionalKey(Text),
  name: Schema.optionalKey(Text),
  ignore: Schema.optionalKey(Columns)
})

/** The schema of one data set. @category schemas */
export const Entry = Schema.Struct({
  name: Name,
  title: Text,
  /** What one would get wrong, in a sentence. */
  remark: Schema.optionalKey(Text),
  rows: Count,
  columns: Count,
  licence: Text,
  citation: Text,
  homepage: Schema.optionalKey(Text),
  /** By names that other keys use; see `fileName`. */
  files: Schema.Record(Schema.String, File),
  convert: Schema.Union([ToTable, ToImages]),
  task: Roles
})

/** @category models */
export type Entry = typeof Entry.Type
