/**
 * The error of everything that fetches a data set: catalogues, addresses, networks, files.
 */
import * as Schema from "effect/Schema"

/** Why a data set is not there, for programs. @category models */
export const Reason = Schema.Literals([
  /** No data set has this name. */
  "UnknownName",
  /** The catalogue is not one. */
  "Catalogue",
  /** The address, or one that it redirects to, may not be fetched from. */
  "Address",
  /** The server cannot be reached, says no, is silent, or breaks off again and again. */
  "Network",
  /** What came is not what the catalogue or an earlier download says. */
  "Content",
  /** More came than may come. */
  "TooLarge",
  /** The disk is full, or the folder may not be written. */
  "Storage",
  /** Another process holds the file and does not let go. */
  "Locked",
  /** The file cannot be read as the catalogue says. */
  "Conversion"
])

/**
 * Says why a data set cannot be had: what was given, which rule it breaks, what to do.
 * @category errors
 */
export class DatasetError extends Schema.TaggedError<DatasetError>()("DatasetError", {
  reason: Reason,
  given: Schema.String,
  rule: Schema.String,
  advice: Schema.String
}) {
  override get message() {
    return `${this.given} ${this.rule}. ${this.advice}`
  }
}
