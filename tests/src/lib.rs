//! End-to-end tests; the tests themselves are in `tests/`.
