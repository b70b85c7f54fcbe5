import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["packages/*/test/**/*.test.ts", "examples/*/test/**/*.test.ts", "site/test/**/*.test.ts"],
    typecheck: { enabled: true, include: ["packages/*/test/**/*.test-d.ts"], tsconfig: "./tsconfig.types.json" },
    // As many files at once as there are cores: the default leaves one idle, which of two is half.
    maxWorkers: "100%",
    testTimeout: 120_000,
    hookTimeout: 120_000,
    reporters: ["default"]
  }
})
