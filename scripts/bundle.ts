/**
 * Bundles of what runs in pages.
 */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { rolldown } from "rolldown"

const root = join(import.meta.dirname, "..")

const copyrightOf = (file: string): string =>
  /^Copyright.*$/m.exec(readFileSync(join(root, file), "utf8"))?.[0] ?? `See ${file}`

/** Whose code it is: both licences want to be named in every copy. */
const notice = `/*! rocflow, MIT licence, ${copyrightOf("LICENSE")}; with Effect, MIT licence, ${copyrightOf("node_modules/effect/LICENSE")} */`

/**
 * Bundles a module into one minified ES module, below a notice of whose code it is. Fails where it would import something,
 * which no page could load.
 */
export const bundle = async (entry: string, postBanner: string = notice): Promise<string> => {
  const build = await rolldown({
    cwd: root,
    input: join(root, entry),
    platform: "browser",
    // All else, such as readers of files, is cut off by the imports themselves, or the bundle fails below.
    external: (id) => !/^(\.|\/|effect\/|@rocflow\/)/.test(id),
    treeshake: { moduleSideEffects: [{ external: true, sideEffects: false }] }
  })
  try {
    const { output } = await build.generate({ format: "es", minify: true, postBanner })
    const [{ code, dynamicImports, imports }, ...others] = output
    const strange = [...imports, ...dynamicImports, ...others.map(({ fileName }) => fileName)]
    if (strange.length > 0) throw new Error(`${entry} is not one file: ${strange.join(", ")}; cut the imports`)
    return code
  } finally {
    await build.close()
  }
}
