/**
 * The error of making a task: every role that does not fit the table, at once.
 */
import * as Schema from "effect/Schema"

/** One role that does not fit: the role, the column it names ("" when it names none), the broken rule, what to do. */
export const Problem = Schema.Struct({
  role: Schema.String,
  column: Schema.String,
  rule: Schema.String,
  advice: Schema.String
})
/** What is wrong with a column in a role. */
export type Problem = typeof Problem.Type

const line = ({ advice, column, role, rule }: Problem) =>
  `${role}${column === "" ? "" : ` "${column}"`}: ${rule}. ${advice}`

/**
 * Says which roles of a task do not fit its table. All problems come together in `problems`, never one at a time.
 *
 * The message is one line when there is one problem, else a list with one line for each.
 */
export class RoleError extends Schema.TaggedError<RoleError>()("RoleError", {
  task: Schema.String,
  problems: Schema.NonEmptyArray(Problem)
}) {
  override get message() {
    return this.problems.length === 1
      ? `task "${this.task}": ${line(this.problems[0])}`
      : `task "${this.task}" has ${this.problems.length} problems:\n${this.problems.map((p) => `  - ${line(p)}`).join("\n")}`
  }
}
