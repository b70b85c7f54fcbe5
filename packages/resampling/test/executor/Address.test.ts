import { assert, describe, it } from "@effect/vitest"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Address from "../../src/executor/queue/Address.ts"

const read = (text: string, environment = {}) =>
  Result.map(Address.parse(text, environment), ({ password, shown }) => [
    shown,
    password === undefined ? undefined : Redacted.value(password)
  ])

describe("the address of a queue", () => {
  it("is shown with its options and without its password, wherever that stands", () => {
    const plain = "postgres://me@db.example:6543/runs"
    const encrypted = `${plain}?sslmode=require`
    const environment = { PGPASSWORD: "environment" }
    for (const [text, shown, password] of [
      ["postgres://me:a%2Fb@db.example:6543/runs?sslmode=require", encrypted, "a/b"],
      ["postgres://me@db.example:6543/runs?password=query&sslmode=require", encrypted, "query"],
      ["postgres://me@db.example:6543/runs?password=query", plain, "query"],
      ["postgres://me@db.example:6543/runs", plain, "environment"]
    ] as const) {
      assert.deepStrictEqual(read(text, environment), Result.succeed([shown, password]))
    }
    assert.deepStrictEqual(
      read("postgresql://db.example/runs"),
      Result.succeed(["postgresql://db.example/runs", undefined])
    )
  })

  it("that is none is not repeated: it may hold a password", () => {
    for (const text of ["", "mysql://me:secret@host/runs", "me:secret@host"]) {
      assert.notInclude(String(Result.isFailure(read(text)) && Result.getOrThrow(Result.flip(read(text)))), "secret")
    }
  })

  it("that was written down gets its password back from the environment, if it is the same", () => {
    const environment = { ROCFLOW_QUEUE: "postgres://me:secret@one/runs", PGPASSWORD: "other" }
    const passwordOf = (shown: string) =>
      Redacted.value(Result.getOrThrow(Address.complete(shown, environment)).password!)
    assert.strictEqual(passwordOf("postgres://me@one/runs"), "secret")
    assert.strictEqual(passwordOf("postgres://me@two/runs"), "other")
  })

  it("says whether it holds a password, and takes it out of what a server says", () => {
    assert.isTrue(Address.hasPassword("postgres://me:secret@host/runs"))
    assert.isTrue(Address.hasPassword("postgres://host/runs?password=secret"))
    assert.isFalse(Address.hasPassword("postgres://me@host/runs"))
    const address = Result.getOrThrow(Address.parse("postgres://me:secret@host/runs", {}))
    assert.strictEqual(Address.redact(address, "no secret here"), "no … here")
  })
})
