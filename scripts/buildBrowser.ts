/**
 * Bundles what a page needs to predict: one minified ES module, `packages/browser/dist/rocflow.js`, and says how large it is.
 *
 * `node scripts/buildBrowser.ts`
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { gzipSync } from "node:zlib"
import { rolldown } from "rolldown"

const root = join(dirname(fileURLToPath(import.meta.url)), "..")

const copyrightOf = (file: string): string =>
  /^Copyright.*$/m.exec(readFileSync(join(root, file), "utf8"))?.[0] ?? `See ${file}`

/** Whose code it is: both licences want to be named in every copy. */
const notice = `/*! rocflow, MIT licence, ${copyrightOf("LICENSE")}; with Effect, MIT licence, ${copyrightOf("node_modules/effect/LICENSE")} */`

/** The bundle. Fails where it would import something, which no page could load. */
export const bundle = async (): Promise<string> => {
  const build = await rolldown({
    input: join(root, "packages/browser/src/index.ts"),
    platform: "browser",
    // All else, such as readers of files, is cut off by the imports themselves, or the bundle fails below.
    external: (id) => !/^(\.|\/|effect\/|@rocflow\/)/.test(id),
    treeshake: { moduleSideEffects: [{ external: true, sideEffects: false }] }
  })
  try {
    const { output } = await build.generate({ format: "es", minify: true, postBanner: notice })
    const [{ code, dynamicImports, imports }, ...others] = output
    const strange = [...imports, ...dynamicImports, ...others.map(({ fileName }) => fileName)]
    if (strange.length > 0) throw new Error(`the bundle is not one file: ${strange.join(", ")}; cut the imports`)
    return code
  } finally {
    await build.close()
  }
}

/** The bytes of text as it is sent, plain and by gzip. */
export const sizes = (code: string) => ({ plain: Buffer.byteLength(code), gzip: gzipSync(code, { level: 9 }).length })

if (import.meta.main) {
  const code = await bundle()
  const folder = join(root, "packages/browser/dist")
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, "rocflow.js"), code)
  const { gzip, plain } = sizes(code)
  const kilobytes = (bytes: number) => `${Math.round(bytes / 1000)} kB`
  process.stdout.write(`packages/browser/dist/rocflow.js: ${kilobytes(plain)}, ${kilobytes(gzip)} by gzip\n`)
}
