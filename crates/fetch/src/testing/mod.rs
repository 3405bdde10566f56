//! What tests share.

pub(crate) mod http2;
pub(crate) mod name_server;
pub(crate) mod script;
pub(crate) mod server;
pub(crate) mod site;
