//! What tests share.

pub(crate) mod server;
pub(crate) mod site;
