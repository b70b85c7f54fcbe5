/**
 * Modules of Node that training needs and prediction does not. They are looked up when they are used, not imported: a browser,
 * which has none of them, then loads the same code and predicts.
 */

/** Files. */
export const fs = () => process.getBuiltinModule("node:fs/promises")

/** Paths as this machine writes them. */
export const path = () => process.getBuiltinModule("node:path")

/** The machine. */
export const os = () => process.getBuiltinModule("node:os")
