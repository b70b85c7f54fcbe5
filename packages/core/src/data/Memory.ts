/**
 * How much memory there is for tables.
 */
import * as Context from "effect/Context"

/**
 * Tells how many bytes this process may take in addition: by default what the system has free within the limits of the
 * process, such as those of a container.
 * @category services
 */
export const Available = Context.Reference<() => number>("rocflow/core/data/Memory/Available", {
  defaultValue: () => () => process.availableMemory()
})
