import { configDefaults, defineConfig } from "vitest/config"

/** Tests of whole systems (browsers, clusters, databases, processes that are killed, packages, sites), which take most of the time. */
const long = [
  "packages/cli/test/{attacks,howTo,killed,packed,queue,slurm,starter,view}.test.ts",
  "packages/resampling/test/executor/Workers.test.ts",
  "packages/{browser,explorer,report}/test/{chromium,page}.test.ts",
  "site/test/site.test.ts"
]

// `vitest run --mode all` runs these, too.
export default defineConfig(({ mode }) => ({
  test: {
    include: ["packages/*/test/**/*.test.ts", "examples/*/test/**/*.test.ts", "site/test/**/*.test.ts"],
    exclude: [...configDefaults.exclude, ...(mode === "all" ? [] : long)],
    typecheck: { enabled: true, include: ["packages/*/test/**/*.test-d.ts"], tsconfig: "./tsconfig.types.json" },
    // As many files at once as there are cores: the default leaves one idle, which of two is half.
    maxWorkers: "100%",
    testTimeout: 120_000,
    hookTimeout: 120_000,
    reporters: ["default"]
  }
}))
