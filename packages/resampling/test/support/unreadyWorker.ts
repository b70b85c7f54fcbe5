/** A worker process of the tests that ends before it could be told anything. */
throw new TypeError("the library that it needs is broken")
