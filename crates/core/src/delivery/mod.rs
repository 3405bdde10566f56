//! Takes records from a frontier's outbox to where they go, each once.
