//! What tests share.

pub(crate) mod name_server;
pub(crate) mod script;
pub(crate) mod server;
