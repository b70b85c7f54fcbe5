/** A process that inherits shared tables: it says what it sees of them, and whether it has them as memory of the file. */
import { existsSync, readFileSync } from "node:fs"
import * as Effect from "effect/Effect"
import * as SharedTables from "../../src/data/SharedTables.ts"
import * as Table from "../../src/data/Table.ts"

const tables = await Effect.runPromise(SharedTables.open(Number(process.argv[2])))
const maps = existsSync("/proc/self/maps") ? readFileSync("/proc/self/maps", "utf8") : ""
process.send?.({
  hashes: tables.map((table) => (table === undefined ? null : Table.contentHash(table))),
  mapped: maps.includes("rocflow-tables-")
})
process.disconnect?.()
