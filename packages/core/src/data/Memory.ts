/**
 * How much memory there is for tables.
 */
import { getHeapStatistics } from "node:v8"
import * as Context from "effect/Context"

/**
 * Tells how many bytes this process may take in addition: by default what the system has free within the limits of the
 * process, such as those of a container.
 * @category services
 */
export const Available = Context.Reference<() => number>("rocflow/core/data/Memory/Available", {
  defaultValue: () => () => process.availableMemory()
})

/**
 * Tells how many bytes of texts this process may hold in addition: Node has a limit of its own for them, whatever the system has
 * free, and ends without a word to anybody where it is passed. `--max-old-space-size` sets it.
 * @category services
 */
export const Heap = Context.Reference<() => number>("rocflow/core/data/Memory/Heap", {
  defaultValue: () => () => {
    const { heap_size_limit: limit, used_heap_size: used } = getHeapStatistics()
    return limit - used
  }
})
